// Package datadir is the folder in which one instance of a program keeps what it must not lose. Claim creates
// the folder and holds it for this process: a second instance on the same folder is refused.
package datadir

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrClaimed is wrapped by Claim when another running process holds the folder.
var ErrClaimed = errors.New("another instance is already running")

// lockName is the file whose lock stands for the folder. It holds the process id of the owner, for people.
const lockName = "lock"

// Claim creates the folder when it is missing (mode 0700) and locks it until the returned io.Closer is closed or
// the process ends, however it ends: the kernel releases the lock.
func Claim(dir string) (io.Closer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create data folder: %w", err)
	}
	path := filepath.Join(dir, lockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("claim data folder %s: %w", dir, err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		owner, _ := io.ReadAll(io.LimitReader(file, 32)) // only to say who; without it the refusal stands all the same
		file.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("claim data folder %s: %w (process %s); stop it, or give this one another folder with --data",
				dir, ErrClaimed, strings.TrimSpace(string(owner)))
		}
		return nil, fmt.Errorf("claim data folder %s: lock %s: %w", dir, path, err)
	}
	if err := errors.Join(file.Truncate(0), writeOwner(file)); err != nil {
		file.Close()
		return nil, fmt.Errorf("claim data folder %s: %w", dir, err)
	}
	return file, nil
}

func writeOwner(file *os.File) error {
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

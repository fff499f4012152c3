package journal

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// The room kept back beside the journal is for when the disk is full. Most of it is for what then happens; reserveLeast
// is for deleting, since bbolt writes new pages before it frees old ones.
const (
	reserveBytes = 1 << 20
	reserveLeast = 256 << 10
)

// reserve is a file without content that holds room on the disk, to be given up when it is full.
type reserve struct{ path string }

func newReserve(journal string) *reserve { return &reserve{journal + ".reserve"} }

// restore takes the room, if it is not held already. It fails when the disk does not have it, and keeps what it had.
func (r *reserve) restore() error {
	f, err := os.OpenFile(r.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if err := hold(f); err != nil {
		return errors.Join(err, f.Truncate(info.Size()), f.Close())
	}
	return f.Close()
}

// lend returns all but the least to the disk. It reports whether there was anything to return.
func (r *reserve) lend() (bool, error) {
	info, err := os.Stat(r.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() <= reserveLeast {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, os.Truncate(r.path, reserveLeast)
}

// hold makes the file system set blocks aside for f. Where it cannot promise, the file is filled.
func hold(f *os.File) error {
	err := unix.Fallocate(int(f.Fd()), 0, 0, reserveBytes)
	if !errors.Is(err, unix.EOPNOTSUPP) {
		return err
	}
	if info, err := f.Stat(); err != nil || info.Size() >= reserveBytes {
		return err
	}
	_, err = f.Write(make([]byte, reserveBytes))
	return err
}

// giveUp returns the room to the disk.
func (r *reserve) giveUp() error {
	if err := os.Remove(r.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

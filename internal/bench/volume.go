package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// volume is a folder on a block device whose counters tell what was written there.
type volume struct {
	dir string
	// device is "major:minor".
	device string
	// own is whether nobody else writes to the device; if not, why says why there is none of our own.
	own bool
	why string

	undo []func() error
}

// openVolume makes a file system of our own in a file of that many bytes below dir, so that only our writes are counted.
// Without the rights or the tools for that it is a plain folder, on a device that others write to as well.
func openVolume(dir, name string, size int64) (*volume, error) {
	v := &volume{dir: filepath.Join(dir, name)}
	if err := os.Mkdir(v.dir, 0o700); err != nil {
		return nil, fmt.Errorf("create a folder to write to: %w", err)
	}
	if err := v.mount(v.dir+".ext4", size); err != nil {
		v.why = err.Error()
		if err := v.unwind(); err != nil {
			return nil, err
		}
	} else {
		v.own = true
	}
	var err error
	v.device, err = deviceOf(v.dir)
	return v, err
}

func (v *volume) mount(image string, size int64) error {
	if os.Getuid() != 0 {
		return errors.New("a file system of our own needs root")
	}
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		return err
	}
	v.undo = append(v.undo, func() error { return os.Remove(image) })
	if err := os.Truncate(image, size); err != nil {
		return err
	}
	if _, err := tool("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image); err != nil {
		return err
	}
	loop, err := tool("losetup", "--find", "--show", "--direct-io=on", image)
	if err != nil {
		return err
	}
	_, err = tool("mount", loop, v.dir)
	if err == nil {
		v.undo = append(v.undo, func() error { _, err := tool("umount", v.dir); return err })
	}
	// A device in use goes when it no longer is: with the mount, however that ends.
	_, detached := tool("losetup", "--detach", loop)
	return errors.Join(err, detached)
}

func (v *volume) unwind() error {
	var errs []error
	for i := len(v.undo) - 1; i >= 0; i-- {
		errs = append(errs, v.undo[i]())
	}
	v.undo = nil
	return errors.Join(errs...)
}

func (v *volume) close() error { return errors.Join(v.unwind(), os.RemoveAll(v.dir)) }

// folder makes an empty folder on the volume, the only one there.
func (v *volume) folder() (string, error) {
	dir := filepath.Join(v.dir, "data")
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.Mkdir(dir, 0o700)
}

// count brings everything that waits to the device and reads its counters.
func (v *volume) count() (diskCount, error) {
	dir, err := os.Open(v.dir)
	if err != nil {
		return diskCount{}, err
	}
	defer dir.Close() // only opened to name the file system
	if err := unix.Syncfs(int(dir.Fd())); err != nil {
		return diskCount{}, fmt.Errorf("sync %s: %w", v.dir, err)
	}
	return readDisk(v.device)
}

// tool runs a command of the system and returns the line it says.
func tool(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).CombinedOutput()
	said := strings.TrimSpace(string(out))
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, said)
	}
	return said, nil
}

// copyFolder copies the files of a folder into another one, and waits until they are on disk.
func copyFolder(from, to string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	unix.Sync()
	return nil
}

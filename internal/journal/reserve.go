package journal

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// reserveBytes is the room kept back beside the journal: bbolt writes new pages before it frees old ones, so even
// deleting needs some.
const reserveBytes = 1 << 20

// reserve is a file without content that holds room on the disk, to be given up when it is full.
type reserve struct{ path string }

func newReserve(journal string) *reserve { return &reserve{journal + ".reserve"} }

// restore takes the room, if it is not held already. It fails when the disk does not have it.
func (r *reserve) restore() error {
	f, err := os.OpenFile(r.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(hold(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(r.path))
	}
	return nil
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

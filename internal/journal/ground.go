package journal

import (
	"errors"
	"os"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

// A write to a place of the file that has no block on the disk yet makes the file system note where the new block is:
// with ext4 that is some 16 kB in its own journal, twice what a small commit takes. So before small commits reach the
// end of what has been written, zeros are written ahead of them, which costs that once for many.
const (
	groundAhead = 128 << 10 // bytes written ahead
	groundLeast = 32 << 10  // more are written when fewer are left
	// groundSmall is the largest commit that makes it worth while, in bytes: large ones pay little for each record.
	groundSmall = 32 << 10
)

// ground is how far a file has been written.
type ground struct {
	path string
	end  int64
}

// prepare writes zeros behind the file's pages, after a small commit. Without room on the disk it does nothing.
func (w *writer) prepare() {
	if w.doubtful || w.ceiling > 0 || w.written > groundSmall {
		return
	}
	used := int64(0)
	err := w.j.file.view(func(tx *bbolt.Tx) error {
		used = tx.Size()
		return nil
	})
	if err != nil || w.ground.end-used >= groundLeast {
		return
	}
	if err := w.ground.extend(max(used, w.ground.end), used+groundAhead); err != nil {
		w.j.options.Log.Debug("journal file could not be extended ahead of time", "error", err)
	}
}

func (g *ground) extend(from, to int64) error {
	f, err := os.OpenFile(g.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(make([]byte, to-from), from)
	if err == nil {
		err = unix.Fdatasync(int(f.Fd()))
	}
	g.end = to // also after a failure: it is not worth trying with every commit
	return errors.Join(err, f.Close())
}

package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// keptAside is how many damaged files are kept. They are there to be looked at, not to fill the disk.
const keptAside = 2

// replace sets a damaged file aside and makes a new one in its place, with a new epoch, of what can be read in the old.
// At every instant there is a file under the name.
// What came after upTo, a serial, was never finished.
func replace(path string, cause error, upTo uint64, o Options) (*bbolt.DB, *record.JournalReplacedData, error) {
	old, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read damaged file: %w", err)
	}
	defer old.Close()
	info, err := old.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("read damaged file: %w", err)
	}
	found := search(old, info.Size(), upTo)
	if size := info.Size(); size > 0 && found.unread >= size {
		// It is the disk that is damaged, and perhaps for a moment only. What is there stays.
		return nil, nil, fmt.Errorf("the disk delivers nothing of the file's %d bytes: %w", size, unix.EIO)
	}
	aside := fmt.Sprintf("%s.damaged-%s", path, o.Clock().Wall.Format("20060102T150405.000Z"))
	o.Log.Error("journal is damaged: setting it aside and beginning a new epoch", "file", path, "aside", aside, "reason", cause)
	forgetAside(path)
	if err := newReserve(path).giveUp(); err != nil {
		return nil, nil, err
	}
	db, err := beginBuild(path)
	if err == nil {
		err = errors.Join(guard(func() error { return found.take(db, old) }), db.Sync(), db.Close())
	}
	if err != nil {
		return nil, nil, fmt.Errorf("take what can be read into a new file: %w", err)
	}
	if err := setAside(path, aside); err != nil {
		return nil, nil, fmt.Errorf("set damaged file aside: %w", err)
	}
	if err := moveIntoPlace(path); err != nil {
		return nil, nil, fmt.Errorf("put a new file in place of a damaged one: %w", err)
	}
	data := &record.JournalReplacedData{SetAside: filepath.Base(aside), Reason: cause.Error(), Previous: found.state.Epoch}
	data.Recovered, data.Missing = found.count()
	o.Log.Warn("journal goes on in a new file", "recovered", data.Recovered, "missing", data.Missing, "unreadable_bytes", found.unread)
	db, err = openSound(path)
	return db, data, err
}

// setAside gives a file a second name, so that it keeps the first until another takes it. Where the file system knows
// no second names, it is renamed.
func setAside(path, aside string) error {
	if os.Link(path, aside) == nil {
		return nil
	}
	return os.Rename(path, aside)
}

// forgetAside removes the oldest files set aside earlier, so that one more makes keptAside.
func forgetAside(path string) {
	all, err := filepath.Glob(path + ".damaged-*")
	if err != nil {
		return
	}
	slices.Sort(all) // the names end in times
	for len(all) >= keptAside {
		_ = os.Remove(all[0]) // if it cannot be removed it only takes room
		all = all[1:]
	}
}

// takeAtOnce bounds what one transaction of the copy holds in memory, in bytes.
const takeAtOnce = 4 << 20

// take writes what was found into an empty file. Nothing is flushed before the end: the file is not in use yet.
func (w *wreck) take(db *bbolt.DB, old *os.File) error {
	db.NoSync = true
	next := w.successor(uuid.NewString())
	if err := db.Update(func(tx *bbolt.Tx) error { return initialise(tx, next) }); err != nil {
		return err
	}
	for _, s := range record.Streams {
		for groups := w.groups[s]; len(groups) > 0; {
			n, size := 0, 0
			for n < len(groups) && size < takeAtOnce {
				size += groups[n].size
				n++
			}
			if err := takeSome(db, old, groups[:n]); err != nil {
				return err
			}
			groups = groups[n:]
		}
	}
	return db.Update(func(tx *bbolt.Tx) error { return putState(tx, next) })
}

func takeSome(db *bbolt.DB, old *os.File, groups []find) error {
	return db.Update(func(tx *bbolt.Tx) error {
		tx.Bucket(bucketOf(groups[0].stream)).FillPercent = 1
		for _, g := range groups {
			packed, err := g.packed(old)
			if err != nil {
				continue // the disk gave it a moment ago; the reader will say that it is missing
			}
			if err := (shelf{tx, g.stream}).put(place{first: g.first, packed: packed}); err != nil {
				return err
			}
		}
		return nil
	})
}

// tellReplaced writes down that the file was replaced.
func (w *writer) tellReplaced(data record.JournalReplacedData) error {
	records, err := w.number(record.Events, []record.Entry{record.NewEntry(record.JournalReplaced, "journal", time.Time{}, data)})
	if err != nil {
		return err
	}
	w.next[record.Events]++
	if err := w.commit(records); err != nil {
		w.next[record.Events] = w.state.Streams[record.Events].Next
		return err
	}
	return nil
}

// suspect is called when a reader has met damage. If the file's structure is damaged, the file is replaced; if it is
// not, the disk has failed once, or something within a group is wrong that concerns no other.
func (w *writer) suspect(cause error) {
	f, err := os.Open(w.j.file.path)
	if err == nil {
		err = errors.Join(walkPages(f), f.Close())
	}
	if !errors.Is(err, errDamaged) {
		return
	}
	if err := w.replaceDamaged(err); err != nil {
		w.j.options.Log.Error("damaged journal could not be replaced, trying again later", "error", err, "reason", cause)
	}
}

// overcome is called when a commit has met damage, or bbolt has given up over something else. A file that is sound is
// opened again; else it is replaced.
func (w *writer) overcome(cause error) error {
	err := w.reopen()
	switch {
	case err == nil:
		w.j.options.Log.Warn("the journal's file could not be used, is sound, and was opened again", "reason", cause)
		return fmt.Errorf("%w: the file is sound and has been opened again, try again", cause)
	case !errors.Is(err, errDamaged):
		return errors.Join(cause, err)
	}
	if err := w.replaceDamaged(err); err != nil {
		return errors.Join(cause, err)
	}
	return fmt.Errorf("%w: the file has been replaced, try again", cause)
}

// reopen closes the file and opens it again. Until that has succeeded nothing is written to it.
func (w *writer) reopen() error {
	w.stopShrinking()
	err := w.j.file.reopen()
	if err != nil {
		w.doubtful = true
	}
	return err
}

func (w *writer) stopShrinking() {
	w.shrink.abandon()
	w.shrink = nil
}

// replaceDamaged replaces the open file, if that was not tried a moment ago.
func (w *writer) replaceDamaged(cause error) error {
	if since := time.Since(w.mended); since < mendEvery {
		return fmt.Errorf("next try to replace the file in %s", (mendEvery - since).Round(time.Second))
	}
	w.mended = time.Now()
	return w.replaceNow(cause)
}

// replaceNow replaces the open file. What waits in memory goes on into the new one.
func (w *writer) replaceNow(cause error) error {
	w.stopShrinking()
	db, data, err := replace(w.j.file.path, cause, w.state.Serial, w.j.options)
	if err != nil {
		return err
	}
	if err := w.j.file.exchange(db); err != nil {
		w.j.options.Log.Warn("damaged file could not be closed", "error", err)
	}
	w.doubtful, w.ground.end = false, 0
	if err := w.load(); err != nil {
		return err
	}
	for i := range w.waiting {
		w.waiting[i].Seq = w.next[record.Telemetry]
		w.next[record.Telemetry]++
	}
	return w.tellReplaced(*data)
}

// mend is called after a commit that failed may have reached the file. The kernel has forgotten that it could not write
// some pages, so that what is in memory cannot be trusted to be on disk, then or later. Everything up to the last
// commit that succeeded is written again, into a new file.
func (w *writer) mend() error {
	if since := time.Since(w.mended); since < mendEvery {
		return fmt.Errorf("the disk has failed; next try in %s", (mendEvery - since).Round(time.Second))
	}
	w.mended = time.Now()
	w.stopShrinking()
	w.j.options.Log.Error("the disk has failed during a commit: writing the journal into a new file")
	if !w.readable() {
		switch err := w.reopen(); {
		case errors.Is(err, errDamaged):
			return w.replaceNow(err)
		case err != nil:
			return fmt.Errorf("open the journal again: %w", err)
		}
	}
	if err := w.moveAll(); err != nil {
		return fmt.Errorf("write the journal into a new file: %w", err)
	}
	w.doubtful = false
	return nil
}

// readable reports whether anything can be read from the open file.
func (w *writer) readable() bool {
	return w.j.file.view(func(tx *bbolt.Tx) error {
		_, err := readState(tx)
		return err
	}) == nil
}

// removeLeftover removes a file that was being built when the program ended.
func removeLeftover(path string) error {
	if err := os.Remove(temporaryName(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

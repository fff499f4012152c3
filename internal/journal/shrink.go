package journal

import (
	"errors"
	"fmt"
	"os"
	"sort"
	"time"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// bbolt never gives pages back to the file system. When a backlog has been drained and most of the file is free, what
// is left is moved into a new file that takes its name. The settled groups are copied in small steps between the
// writer's other work, and flushed in the background; only what has come since is copied while appends wait.

const (
	// shrinkFree is how many bytes must be free in the file before it is worth moving, and at least half of it.
	shrinkFree = 4 << 20
	// shrinkStep is how many bytes are copied at once, and shrinkPause the time left to others in between.
	shrinkStep  = 256 << 10
	shrinkPause = 5 * time.Millisecond
)

// shrink is a move under way.
type shrink struct {
	path    string
	db      *bbolt.DB // the new file; nothing in it is flushed before the end
	began   time.Time
	next    map[record.Stream]uint64 // seq from which on groups have not been copied
	timer   *time.Timer
	flushed chan error // receives the result of the flush in the background, once all is copied
}

// due is ready when the next step is to be done. It may be called on nil, which never is.
func (s *shrink) due() <-chan time.Time {
	if s == nil {
		return nil
	}
	return s.timer.C
}

// abandon ends a move that is not to be finished. It may be called on nil.
func (s *shrink) abandon() {
	if s == nil || s.db == nil {
		return
	}
	s.timer.Stop()
	if s.flushed != nil {
		<-s.flushed
	}
	_ = errors.Join(guard(s.db.Close), os.Remove(temporaryName(s.path))) // it is only a copy
	s.db = nil
}

// considerShrinking begins a move when most of the file is free.
func (w *writer) considerShrinking() {
	if w.shrink != nil || w.doubtful || w.ceiling > 0 {
		return
	}
	var size, free int64
	err := w.j.file.view(func(tx *bbolt.Tx) error {
		size = tx.Size()
		stats := tx.DB().Stats()
		free = int64(stats.FreePageN+stats.PendingPageN) * pageSize
		return nil
	})
	if err != nil || free < shrinkFree || free < size/2 {
		return
	}
	if w.shrink, err = beginShrink(w.j.file.path, w.state); err != nil {
		w.j.options.Log.Warn("journal file cannot be made smaller now", "error", err)
		return
	}
	w.j.options.Log.Debug("making the journal file smaller", "size", size, "free", free)
}

func beginShrink(path string, from state) (*shrink, error) {
	db, err := beginBuild(path)
	if err != nil {
		return nil, err
	}
	db.NoSync = true
	s := &shrink{path: path, db: db, began: time.Now(), next: map[record.Stream]uint64{}, timer: time.NewTimer(0)}
	if err := guard(func() error {
		return db.Update(func(tx *bbolt.Tx) error { return initialise(tx, from) })
	}); err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

// goOnShrinking does one step of the move.
func (w *writer) goOnShrinking() {
	s := w.shrink
	err := func() error {
		if s.flushed == nil {
			more, err := s.copySettled(w.j.file)
			if err != nil || more {
				s.timer.Reset(shrinkPause)
				return err
			}
			s.flushed = make(chan error, 1)
			go func() { s.flushed <- guard(s.db.Sync) }()
		}
		select {
		case err := <-s.flushed:
			s.flushed = nil
			if err != nil {
				return err
			}
			return w.finishShrinking()
		default:
			s.timer.Reset(shrinkPause)
			return nil
		}
	}()
	if err != nil {
		w.j.options.Log.Warn("journal file could not be made smaller", "error", err)
		s.abandon()
		w.shrink = nil
	}
}

// copySettled copies some settled groups and reports whether there are more.
func (s *shrink) copySettled(from *file) (more bool, err error) {
	err = from.view(func(source *bbolt.Tx) error {
		return guard(func() error {
			return s.db.Update(func(target *bbolt.Tx) error {
				more, err = s.copyBetween(source, target)
				return err
			})
		})
	})
	return more, err
}

func (s *shrink) copyBetween(source, target *bbolt.Tx) (more bool, err error) {
	size := 0
	for _, stream := range record.Streams {
		to := shelf{target, stream}
		target.Bucket(bucketOf(stream)).FillPercent = 1
		shelf{source, stream}.from(s.next[stream], func(p place) bool {
			switch {
			case p.recent:
				return false
			case p.first < s.next[stream]: // it is the one before
				return true
			case size >= shrinkStep:
				more = true
				return false
			}
			size += len(p.packed)
			s.next[stream] = p.first + 1
			err = to.put(place{first: p.first, packed: p.packed})
			return err == nil
		})
		if err != nil || more {
			return more, err
		}
	}
	return false, nil
}

// finishShrinking copies what has come since, and puts the new file in place of the old one.
func (w *writer) finishShrinking() error {
	s := w.shrink
	before, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	for more := true; more; {
		if more, err = s.copySettled(w.j.file); err != nil {
			return err
		}
	}
	if err := w.copyRest(s); err != nil {
		return err
	}
	if err := guard(s.db.Sync); err != nil {
		return err
	}
	s.db.NoSync = false
	if err := moveIntoPlace(s.path); err != nil {
		return err
	}
	after, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	db := s.db
	s.db, w.shrink, w.ground.end = nil, nil, 0
	if err := w.j.file.exchange(db); err != nil {
		w.j.options.Log.Warn("old journal file could not be closed", "error", err)
	}
	w.j.options.Log.Info("journal goes on in a new file", "bytes_before", before.Size(), "bytes", after.Size(), "took", time.Since(s.began).Round(time.Millisecond))
	return nil
}

// copyRest makes the copy complete: recent groups, tombstones and the state; and takes out of it what has been trimmed
// since it was copied.
func (w *writer) copyRest(s *shrink) error {
	return w.j.file.view(func(source *bbolt.Tx) error {
		return guard(func() error {
			return s.db.Update(func(target *bbolt.Tx) error {
				for _, stream := range record.Streams {
					if err := alignSettled(shelf{source, stream}, shelf{target, stream}); err != nil {
						return err
					}
					for _, p := range (shelf{source, stream}).recents() {
						if err := (shelf{target, stream}).put(p); err != nil {
							return err
						}
					}
					if err := (shelf{target, stream}).cutBack(w.state.Streams[stream].Next); err != nil {
						return err
					}
				}
				lost := target.Bucket(bucketLost)
				if err := source.Bucket(bucketLost).ForEach(lost.Put); err != nil {
					return err
				}
				w.state.Bytes, w.state.Records = held(target)
				return putState(target, w.state)
			})
		})
	})
}

// held counts what the groups hold. After a commit that failed halfway it is not what the state before it says.
func held(tx *bbolt.Tx) (bytes, records int64) {
	for _, s := range record.Streams {
		shelf{tx, s}.from(0, func(p place) bool {
			h, _ := readHeader(p.packed)
			bytes += int64(len(p.packed))
			records += int64(h.records)
			return true
		})
	}
	return bytes, records
}

// alignSettled removes from the target the groups that the source no longer has, and exchanges those that it has
// rewritten.
func alignSettled(source, target shelf) error {
	now := map[uint64][]byte{}
	source.from(0, func(p place) bool {
		if !p.recent {
			now[p.first] = p.packed
		}
		return !p.recent
	})
	var gone []place
	target.from(0, func(p place) bool {
		packed, ok := now[p.first]
		if h, _ := readHeader(p.packed); !ok || !sameSerial(h, packed) {
			gone = append(gone, p)
		} else {
			delete(now, p.first)
		}
		return true
	})
	for _, p := range gone {
		if err := target.remove(p); err != nil {
			return fmt.Errorf("bring copy up to date: %w", err)
		}
	}
	for first, packed := range now {
		if err := target.put(place{first: first, packed: packed}); err != nil {
			return fmt.Errorf("bring copy up to date: %w", err)
		}
	}
	return nil
}

// cutBack takes out what a commit has left that was not reported as done: everything from next on.
func (s shelf) cutBack(next uint64) (err error) {
	var over []place
	s.from(next, func(p place) bool {
		if h, ok := readHeader(p.packed); p.first >= next || ok && h.last >= next {
			over = append(over, p)
		}
		return true
	})
	for _, p := range over {
		g, damaged := unpack(p.packed, p.first)
		if err := s.remove(p); err != nil {
			return err
		}
		kept := g.content[:sort.Search(len(g.content), func(i int) bool { return g.content[i].Seq >= next })]
		if damaged != nil || len(kept) == 0 {
			continue
		}
		h := g.header
		h.last, h.records = kept[len(kept)-1].Seq, len(kept)
		p.packed = h.pack(record.AppendRecords(nil, kept))
		if err := s.put(p); err != nil {
			return err
		}
	}
	return nil
}

func sameSerial(h header, packed []byte) bool {
	other, ok := readHeader(packed)
	return ok && h.serial == other.serial && h.size == other.size
}

// moveAll moves everything into a new file at once, up to the last commit that succeeded.
func (w *writer) moveAll() error {
	s, err := beginShrink(w.j.file.path, w.state)
	if err != nil {
		return err
	}
	w.shrink = s
	if err := w.finishShrinking(); err != nil {
		s.abandon()
		w.shrink = nil
		return err
	}
	return nil
}

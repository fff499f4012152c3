package journal

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// mendEvery is how often replacing a file that cannot be written is tried.
const mendEvery = 10 * time.Second

// commit writes events and all waiting telemetry in one transaction, notes acknowledgements, and makes room. On an
// error nothing has been appended.
func (w *writer) commit(events []record.Record) error {
	if len(events)+len(w.waiting)+len(w.dropped) == 0 && w.upToDate(w.plan()) {
		return nil
	}
	return w.attempt(w.plan, events)
}

// plan is the state after a commit that writes no records: what waits in memory is not counted.
func (w *writer) plan() state {
	plan := w.state.clone()
	for _, s := range record.Streams {
		t := plan.Streams[s]
		t.Through = w.j.Position(s).Through
		plan.Streams[s] = t
	}
	if latest := w.j.judge.Latest(); !latest.IsZero() {
		plan.Latest = latest.UnixMilli()
	}
	return plan
}

func (w *writer) upToDate(plan state) bool {
	for s, t := range plan.Streams {
		if t != w.state.Streams[s] {
			return false
		}
	}
	return true
}

// attempt commits, and once more after it has mended what a first attempt has failed for.
func (w *writer) attempt(plan func() state, events []record.Record) error {
	if w.doubtful {
		if err := w.mend(); err != nil {
			return err
		}
	}
	err := w.write(plan(), events, 0)
	switch {
	case err == nil:
		return nil
	case isFull(err) && !w.doubtful:
		return w.attemptFull(plan, events, err)
	case errors.Is(err, errDamaged):
		return w.overcome(err)
	}
	return err
}

// attemptFull commits again on a disk that is full: first into the room that was kept back, and when that is used up into
// what is made by dropping.
func (w *writer) attemptFull(plan func() state, events []record.Record, full error) error {
	lent, err := w.room.lend()
	if err != nil {
		return errors.Join(full, err)
	}
	if lent {
		w.short = true
		w.j.options.Log.Error("the disk is full: the journal goes on in the room that was kept back for that", "bytes", reserveBytes-reserveLeast)
		if err := w.write(plan(), events, 0); !isFull(err) {
			return err
		}
	}
	if err := w.makeRoom(); err != nil {
		return errors.Join(full, err)
	}
	return w.write(plan(), events, 0)
}

// write writes one transaction: events, what waits, tombstones, where things stand. With spare bytes to be freed it
// only makes room.
func (w *writer) write(plan state, events []record.Record, spare int64) error {
	w.serial++
	plan.Serial = w.serial
	waiting, dropped := w.waiting, w.dropped
	if spare > 0 {
		events, waiting, dropped = nil, nil, nil
	} else {
		for s, t := range plan.Streams {
			t.Next = w.next[s]
			plan.Streams[s] = t
		}
	}
	now := w.j.options.Clock().Wall
	packed := int64(0)
	err := w.j.file.update(func(tx *bbolt.Tx) error {
		for _, part := range []struct {
			stream  record.Stream
			records []record.Record
		}{{record.Events, events}, {record.Telemetry, waiting}} {
			if err := putRecords(tx, &plan, part.stream, part.records, now); err != nil {
				return err
			}
		}
		packed = plan.Bytes - w.state.Bytes
		for _, t := range dropped {
			if err := putLost(tx, t); err != nil {
				return err
			}
		}
		if err := settle(tx, &plan); err != nil {
			return err
		}
		if err := w.trimmer(tx, &plan, now).toLimit(w.limit(spare)); err != nil {
			return err
		}
		return putState(tx, plan)
	})
	if err != nil {
		w.doubtful = w.landed(plan.Serial)
		return err
	}
	w.written = packed
	w.state = plan
	if spare == 0 {
		w.waiting, w.dropped = nil, nil
	}
	w.tell()
	return nil
}

// putRecords writes records as recent groups.
func putRecords(tx *bbolt.Tx, plan *state, stream record.Stream, records []record.Record, now time.Time) error {
	text := scratch.Get().(*[]byte)
	defer scratch.Put(text)
	for _, run := range runs(records) {
		h := header{
			stream: stream, first: run[0].Seq, last: run[len(run)-1].Seq, records: len(run), committed: now, serial: plan.Serial,
		}
		*text = record.AppendRecords((*text)[:0], run)
		packed := h.pack(*text)
		if err := (shelf{tx, stream}).put(place{first: h.first, recent: true, packed: packed}); err != nil {
			return err
		}
		plan.Bytes += int64(len(packed))
		plan.Records += int64(len(run))
	}
	return nil
}

// landed reports whether a commit that failed is in the file all the same: its last flush was refused, so it may be
// gone after a power cut, or not.
func (w *writer) landed(serial uint64) bool {
	var s state
	err := w.j.file.view(func(tx *bbolt.Tx) (err error) {
		s, err = readState(tx)
		return err
	})
	return err != nil || s.Serial == serial
}

// limit is how many bytes may be kept, after spare of them have been freed.
func (w *writer) limit(spare int64) int64 {
	limit := w.j.options.MaxBytes
	if w.ceiling > 0 {
		limit = min(limit, w.ceiling)
	}
	if spare > 0 {
		limit = min(limit, max(0, w.state.Bytes-spare))
	}
	return limit
}

// makeRoom is called when the disk is full and most of the reserve is used up. The rest is given up, so that there is room
// to write down what is to be deleted, and then the least important part of the journal is.
func (w *writer) makeRoom() error {
	if err := w.room.giveUp(); err != nil {
		return err
	}
	spare := max(1, min(w.state.Bytes/2, max(w.state.Bytes/16, 256<<10))) // a small journal is not to be emptied for it
	if w.ceiling == 0 {
		w.j.options.Log.Error("the disk is full: the journal makes room within its own file", "held", w.state.Bytes, "freeing", spare)
	}
	w.ceiling = max(1, w.limit(spare))
	if err := w.write(w.plan(), nil, spare); err != nil {
		return fmt.Errorf("make room: %w", err)
	}
	return nil
}

// keepRoom takes back the reserve, and ends the economy of a full disk once there is room for it.
func (w *writer) keepRoom() {
	switch err := w.room.restore(); {
	case err != nil && w.ceiling == 0 && !w.short:
		w.short = true
		w.j.options.Log.Warn("no room could be kept back for when the disk is full", "error", err)
	case err == nil && (w.ceiling > 0 || w.short):
		w.short, w.ceiling = false, 0
		w.j.options.Log.Info("the disk has room again")
	}
}

// Removing what is no longer needed costs a commit, so it waits until it is worth one, or for a quarter of a day.
const (
	trimBytes = 256 << 10
	trimAfter = 6 * time.Hour
)

// trim is done now and then: it lets go of what is no longer needed, and looks whether the disk has room again.
func (w *writer) trim() {
	w.keepRoom()
	reading := w.j.options.Clock()
	now := reading.Wall
	if w.doubtful || w.j.judge.Judge(reading) != record.Synced {
		return
	}
	if time.Since(w.trimmed) < trimAfter && w.outlived(now) < trimBytes {
		w.considerShrinking()
		return
	}
	if err := w.letGo(now); err != nil {
		w.j.options.Log.Error("journal could not be trimmed, trying again later", "error", err)
		return
	}
	w.trimmed = time.Now()
	w.considerShrinking()
}

// outlived is the packed size of what is no longer needed.
func (w *writer) outlived(now time.Time) (size int) {
	plan := w.plan()
	_ = w.j.file.view(func(tx *bbolt.Tx) error { // damage is for those to find who need what is there
		t := w.trimmer(tx, &plan, now)
		for _, s := range record.Streams {
			(shelf{tx, s}).from(0, func(p place) bool {
				h, ok := readHeader(p.packed)
				if ok = ok && t.hasOutlived(h); ok {
					size += h.size
				}
				return ok && size < trimBytes
			})
		}
		return nil
	})
	return size
}

// letGo removes what is older than it has to be kept.
func (w *writer) letGo(now time.Time) error {
	plan := w.plan()
	w.serial++
	plan.Serial = w.serial
	err := w.j.file.update(func(tx *bbolt.Tx) error {
		changed, err := w.trimmer(tx, &plan, now).outlived()
		if err == nil && !changed {
			err = errNothing
		}
		if err != nil {
			return err
		}
		return putState(tx, plan)
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	if err != nil {
		w.doubtful = w.landed(plan.Serial)
		return err
	}
	w.state = plan
	w.tell()
	return nil
}

// errNothing ends a transaction that has nothing to change.
var errNothing = errors.New("nothing to change")

// renew begins a new epoch: see Journal.Renew.
func (w *writer) renew(reason string) error {
	previous := w.state.Epoch
	entry := record.NewEntry(record.JournalReplaced, "journal", time.Time{}, record.JournalReplacedData{Reason: reason, Previous: previous})
	records, err := w.number(record.Events, []record.Entry{entry})
	if err != nil {
		return err
	}
	w.next[record.Events]++
	epoch := uuid.NewString()
	err = w.attempt(func() state {
		plan := w.plan()
		plan.Epoch = epoch
		for s, t := range plan.Streams {
			plan.Streams[s] = track{Next: t.Next, Base: t.known()}
		}
		return plan
	}, records)
	if err != nil {
		w.next[record.Events] = w.state.Streams[record.Events].Next
		return fmt.Errorf("begin a new epoch: %w", err)
	}
	w.j.options.Log.Warn("journal begins a new epoch", "epoch", epoch, "previous", previous, "reason", reason)
	return nil
}

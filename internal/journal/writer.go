package journal

import (
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/record"
)

// trimEvery is how often acknowledged records older than Retain are looked for.
const trimEvery = 10 * time.Minute

// maxWaiting bounds the telemetry held in memory while commits fail. Beyond it the oldest is given up, with a
// tombstone once commits work again.
const maxWaiting = 20_000

// writer owns everything that changes in the file. Exactly one goroutine runs it.
type writer struct {
	j      *Journal
	next   map[record.Stream]uint64 // seq of the next record
	bytes  int64                    // packed size of all groups on disk
	saved  map[record.Stream]uint64 // through as on disk

	waiting []record.Record // telemetry not yet committed
	dropped []tombstone     // given up in memory, not yet on disk
}

type tombstone struct {
	stream record.Stream
	record.Lost
}

// newWriter reads where the file stands.
func newWriter(j *Journal) (*writer, error) {
	w := &writer{j: j, next: map[record.Stream]uint64{}, saved: map[record.Stream]uint64{}}
	err := j.db.View(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		j.epoch = string(meta.Get(keyEpoch))
		w.bytes = int64(parseNumber(meta.Get(keyBytes)))
		var latest time.Time
		if ms := meta.Get(keyWall); ms != nil {
			latest = time.UnixMilli(int64(parseNumber(ms))).UTC()
		}
		j.judge = clock.NewJudge(latest)
		for _, s := range record.Streams {
			w.next[s] = max(1, parseNumber(meta.Get(keyNext(s))))
			w.saved[s] = parseNumber(meta.Get(keyThrough(s)))
			j.position[s] = Position{Last: w.next[s] - 1, Through: w.saved[s]}
		}
		return nil
	})
	return w, err
}

func (w *writer) run() {
	flush := time.NewTimer(w.j.options.TelemetryDelay)
	flush.Stop()
	trim := time.NewTicker(trimEvery)
	defer trim.Stop()
	for {
		select {
		case r := <-w.j.requests:
			idle := len(w.waiting) == 0
			w.serve(r)
			if len(w.waiting) == 0 {
				flush.Stop()
			} else if idle {
				flush.Reset(w.j.options.TelemetryDelay)
			}
		case <-flush.C:
			if err := w.commit(nil); err != nil {
				w.j.options.Log.Error("telemetry could not be written, trying again later", "waiting", len(w.waiting), "error", err)
				flush.Reset(w.j.options.TelemetryDelay)
			}
		case <-trim.C:
			if err := w.commit(nil); err != nil {
				w.j.options.Log.Error("journal could not be trimmed, trying again later", "error", err)
			}
		case <-w.j.closing:
			w.j.done <- w.finish()
			return
		}
	}
}

// finish commits what waits and what has been acknowledged.
func (w *writer) finish() error {
	if err := w.commit(nil); err != nil {
		return fmt.Errorf("write %d waiting telemetry records: %w", len(w.waiting), err)
	}
	return nil
}

// serve handles a request and all others that wait behind it: their events share one commit.
func (w *writer) serve(first request) {
	var events []record.Record
	replies := make([]func(error), 0, 8)
	accept := func(r request) {
		from := w.next[r.stream]
		records, err := w.number(r.stream, r.entries)
		if err != nil {
			r.reply <- appended{err: err}
			return
		}
		w.next[r.stream] = from + uint64(len(records))
		if r.stream == record.Telemetry {
			w.waiting = append(w.waiting, records...)
			r.reply <- appended{records: records}
			return
		}
		events = append(events, records...)
		replies = append(replies, func(err error) {
			if err != nil {
				r.reply <- appended{err: err}
				return
			}
			r.reply <- appended{records: records}
		})
	}
	accept(first)
	for more := true; more && len(events) < groupRecords && len(w.waiting) < groupRecords; {
		select {
		case r := <-w.j.requests:
			accept(r)
		default:
			more = false
		}
	}
	if len(events) == 0 {
		w.relieve()
		return
	}
	err := w.commit(events)
	if err != nil {
		w.next[record.Events] = events[0].Seq // as if it had not been asked
		err = fmt.Errorf("append to %s: %w", record.Events, err)
	}
	for _, reply := range replies {
		reply(err)
	}
}

// number makes records of entries: seq, time and the state of the clocks.
func (w *writer) number(stream record.Stream, entries []record.Entry) ([]record.Record, error) {
	now := w.j.options.Clock()
	trust := w.j.judge.Judge(now)
	records := make([]record.Record, len(entries))
	for i, e := range entries {
		at := e.Time
		if at.IsZero() {
			at = now.Wall
		}
		records[i] = record.Record{
			Seq: w.next[stream] + uint64(i), Type: e.Type, Source: e.Source, Time: record.Stamp(at),
			Clock: trust, Boot: now.Boot, Mono: now.Mono.Nanoseconds(), Data: e.Data,
		}
		if err := records[i].Validate(); err != nil {
			return nil, fmt.Errorf("append to %s: entry %d: %w", stream, i, err)
		}
	}
	return records, nil
}

// relieve commits telemetry before its time when a whole group of it waits. While commits fail, the oldest beyond
// maxWaiting is given up.
func (w *writer) relieve() {
	if len(w.waiting) < groupRecords || w.commit(nil) == nil {
		return
	}
	if over := len(w.waiting) - maxWaiting; over > 0 {
		w.giveUp(record.Lost{First: w.waiting[0].Seq, Last: w.waiting[over-1].Seq, Reason: record.ReasonFull})
		w.waiting = append([]record.Record(nil), w.waiting[over:]...)
	}
}

// giveUp notes telemetry that never reached the disk. It is always the oldest there is, so that the range grows.
func (w *writer) giveUp(l record.Lost) {
	if n := len(w.dropped); n > 0 && w.dropped[n-1].Last+1 == l.First {
		w.dropped[n-1].Last = l.Last
		return
	}
	w.j.options.Log.Error("telemetry is being lost: the journal takes nothing and too much waits in memory", "first", l.First)
	w.dropped = append(w.dropped, tombstone{record.Telemetry, l})
}

// commit writes events and all waiting telemetry in one transaction, notes acknowledgements, and makes room.
// On an error nothing has changed on disk or in memory.
func (w *writer) commit(events []record.Record) error {
	through := map[record.Stream]uint64{}
	dirty := len(events) > 0 || len(w.waiting) > 0 || len(w.dropped) > 0
	for _, s := range record.Streams {
		through[s] = w.j.Position(s).Through
		dirty = dirty || through[s] != w.saved[s]
	}
	reading := w.j.options.Clock()
	now, before := reading.Wall, w.outlived(reading)
	if !dirty && !w.trimDue(before) {
		return nil
	}
	bytes := w.bytes
	err := w.j.db.Update(func(tx *bbolt.Tx) error {
		for _, part := range []struct {
			stream  record.Stream
			records []record.Record
		}{{record.Events, events}, {record.Telemetry, w.waiting}} {
			n, err := put(tx, part.stream, part.records, now)
			if err != nil {
				return err
			}
			bytes += n
		}
		for _, t := range w.dropped {
			if err := putLost(tx, t); err != nil {
				return err
			}
		}
		if err := w.putPosition(tx, through); err != nil {
			return err
		}
		room := trimmer{tx: tx, through: through, before: before, bytes: bytes, log: w.j.options.Log}
		if err := room.trim(w.j.options.MaxBytes); err != nil {
			return err
		}
		bytes = room.bytes
		return tx.Bucket(bucketMeta).Put(keyBytes, number(uint64(bytes)))
	})
	if err != nil {
		return err
	}
	w.bytes, w.saved = bytes, through
	w.committed()
	return nil
}

// outlived is the time before which acknowledged groups are no longer kept; zero while the clock is not believed.
func (w *writer) outlived(now clock.Reading) time.Time {
	if w.j.judge.Judge(now) != record.Synced {
		return time.Time{}
	}
	return now.Wall.Add(-w.j.options.Retain)
}

// trimDue reports whether an acknowledged group was committed before that time.
func (w *writer) trimDue(before time.Time) bool {
	due := false
	_ = w.j.db.View(func(tx *bbolt.Tx) error { // a read transaction fails only when the file is closed
		for _, s := range record.Streams {
			key, _ := tx.Bucket(bucketOf(s)).Cursor().First()
			if key == nil {
				continue
			}
			h, ok := readHeader(tx.Bucket(bucketOf(s)).Bucket(key).Get(keyGroup))
			due = due || (ok && h.last <= w.saved[s] && h.committed.Before(before))
		}
		return nil
	})
	return due
}

// putPosition writes where the streams and the clock stand after this commit.
func (w *writer) putPosition(tx *bbolt.Tx, through map[record.Stream]uint64) error {
	meta := tx.Bucket(bucketMeta)
	var errs []error
	if latest := w.j.judge.Latest(); !latest.IsZero() {
		errs = append(errs, meta.Put(keyWall, number(uint64(latest.UnixMilli()))))
	}
	for _, s := range record.Streams {
		errs = append(errs, meta.Put(keyThrough(s), number(through[s])), meta.Put(keyNext(s), number(w.next[s])))
	}
	return errors.Join(errs...)
}

// committed makes known what is now on disk.
func (w *writer) committed() {
	w.waiting, w.dropped = nil, nil
	w.j.mu.Lock()
	defer w.j.mu.Unlock()
	for _, s := range record.Streams {
		at := w.j.position[s]
		at.Last = w.next[s] - 1
		w.j.position[s] = at
	}
	w.j.announce()
}

// put writes records as groups and returns their packed size.
func put(tx *bbolt.Tx, stream record.Stream, records []record.Record, now time.Time) (int64, error) {
	var size int64
	for _, g := range groups(records) {
		packed, err := g.pack(now)
		if err != nil {
			return 0, err
		}
		b, err := tx.Bucket(bucketOf(stream)).CreateBucket(number(g.first()))
		if err != nil {
			return 0, fmt.Errorf("write %s %d to %d: %w", stream, g.first(), g.last(), err)
		}
		b.FillPercent = 1
		if err := b.Put(keyGroup, packed); err != nil {
			return 0, fmt.Errorf("write %s %d to %d: %w", stream, g.first(), g.last(), err)
		}
		size += int64(len(packed))
	}
	return size, nil
}

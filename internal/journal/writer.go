package journal

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/record"
)

// trimEvery is how often what is no longer needed is looked for.
const trimEvery = 15 * time.Second

// maxWaiting bounds the telemetry held in memory while commits fail. Beyond it the oldest is given up, with a
// tombstone once commits work again.
const maxWaiting = 20_000

// writer owns everything that changes in the file. Exactly one goroutine runs it.
type writer struct {
	j      *Journal
	state  state                    // as on disk
	next   map[record.Stream]uint64 // seq of the next record, counting what waits
	serial uint64                   // of the last attempt to commit

	waiting []record.Record // telemetry not yet committed
	dropped []tombstone     // given up in memory, not yet on disk

	room     *reserve
	ground   ground
	written  int64     // bytes packed by the last commit
	crowded  bool      // unacknowledged records have to go for others
	short    bool      // no room could be kept back
	ceiling  int64     // what may be kept while the disk is full, in bytes; 0 when it is not
	doubtful bool      // the last commit failed, and may be in the file all the same
	mended   time.Time // when a file was last tried to be replaced after an error
	trimmed  time.Time // when what is no longer needed was last removed
	shrink   *shrink   // the move into a smaller file that is under way; nil when there is none
}

type tombstone struct {
	stream record.Stream
	record.Lost
}

// lives leaves room for this many attempts to commit in one life of the program, so that what a life before has
// written without finishing is never taken for later than what this one writes.
const lives = 1 << 24

// newWriter reads where the file stands.
func newWriter(j *Journal) (*writer, error) {
	w := &writer{j: j, room: newReserve(j.file.path), ground: ground{path: j.file.path}, trimmed: time.Now()}
	err := errors.Join(removeLeftover(j.file.path), w.load())
	w.serial = (w.state.Serial/lives + 1) * lives
	w.keepRoom()
	return w, err
}

// load takes over what the file says.
func (w *writer) load() error {
	err := w.j.file.view(func(tx *bbolt.Tx) (err error) {
		w.state, err = readState(tx)
		return err
	})
	if err != nil {
		return err
	}
	if w.j.judge == nil {
		var latest time.Time
		if ms := w.state.Latest; ms != 0 {
			latest = time.UnixMilli(ms).UTC()
		}
		w.j.judge = clock.NewJudge(latest)
	}
	w.next = map[record.Stream]uint64{}
	for s, t := range w.state.Streams {
		w.next[s] = t.Next
	}
	w.serial = max(w.serial, w.state.Serial)
	w.tell()
	return nil
}

func (w *writer) run() {
	flush := time.NewTimer(w.j.options.TelemetryDelay)
	flush.Stop()
	trim := time.NewTicker(trimEvery)
	defer trim.Stop()
	for {
		idle := len(w.waiting) == 0
		select {
		case r := <-w.j.requests:
			w.serve(r)
			w.prepare()
		case r := <-w.j.renewals:
			r.reply <- w.renew(r.reason)
		case err := <-w.j.suspicions:
			w.suspect(err)
		case <-flush.C:
			if err := w.commit(nil); err != nil {
				w.j.options.Log.Error("telemetry could not be written, trying again later", "waiting", len(w.waiting), "error", err)
				flush.Reset(w.j.options.TelemetryDelay)
			}
		case <-trim.C:
			w.trim()
		case <-w.shrink.due():
			w.goOnShrinking()
		case <-w.j.closing:
			w.shrink.abandon()
			w.j.done <- w.finish()
			return
		}
		switch {
		case len(w.waiting) == 0:
			flush.Stop()
		case idle:
			flush.Reset(w.patience())
		}
	}
}

// patience is how long telemetry waits. The twentieth more lets the readings of a round that is just due come along
// instead of tearing it apart.
func (w *writer) patience() time.Duration {
	return w.j.options.TelemetryDelay + w.j.options.TelemetryDelay/20
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
		records, err := w.number(r.stream, r.entries)
		if err != nil {
			r.reply <- appended{err: err}
			return
		}
		w.next[r.stream] += uint64(len(records))
		if r.stream == record.Telemetry {
			w.waiting = append(w.waiting, records...)
			r.reply <- appended{records: records}
			return
		}
		events = append(events, records...)
		replies = append(replies, func(err error) {
			if err != nil {
				records = nil
			}
			r.reply <- appended{records, err}
		})
	}
	accept(first)
	for more := true; more && len(events) < groupRecords; {
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
		w.next[record.Events] = w.state.Streams[record.Events].Next // as if it had not been asked
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
		if err := e.Check(); err != nil {
			return nil, fmt.Errorf("append to %s: entry %d: %w", stream, i, err)
		}
		at := e.Time
		if at.IsZero() {
			at = now.Wall
		}
		records[i] = record.Record{
			Seq: w.next[stream] + uint64(i), Type: e.Type, Source: e.Source, Time: record.Stamp(at),
			Clock: trust, Boot: now.Boot, Mono: now.Mono.Truncate(time.Millisecond).Nanoseconds(), Data: e.Data,
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

// tell makes known where the file stands.
func (w *writer) tell() {
	w.j.mu.Lock()
	defer w.j.mu.Unlock()
	for s, t := range w.state.Streams {
		at := w.j.position[s]
		if w.j.epoch != w.state.Epoch {
			at.Through = t.Through
		}
		at.Last, at.Base, at.Through = t.Next-1, t.Base, max(at.Through, t.Through)
		w.j.position[s] = at
	}
	w.j.epoch = w.state.Epoch
	w.j.announce()
}

// isFull reports whether an error says that there is no room left for writing.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

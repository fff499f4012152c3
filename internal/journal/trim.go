package journal

import (
	"bytes"
	"log/slog"
	"time"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// trimmer removes groups within one transaction and keeps plan right about it.
type trimmer struct {
	tx   *bbolt.Tx
	plan *state
	log  *slog.Logger
	// acknowledged groups committed before keep are no longer needed, and telemetry committed before age is given up;
	// zero when the clock is not believed or there is no such limit.
	keep, age  time.Time
	maxRecords int64 // 0: no limit
	// crowded is whether it has been said that unacknowledged records have to go.
	crowded *bool
}

func (w *writer) trimmer(tx *bbolt.Tx, plan *state, now time.Time) *trimmer {
	o := w.j.options
	t := &trimmer{tx: tx, plan: plan, log: o.Log, keep: now.Add(-o.Retain), maxRecords: o.MaxRecords, crowded: &w.crowded}
	if o.MaxAge > 0 {
		t.age = now.Add(-o.MaxAge)
	}
	return t
}

// outlived drops what need no longer be kept: acknowledged groups that are old enough, telemetry beyond the age cap
// and tombstones that head office has and that nothing older stands beside.
func (t *trimmer) outlived() (changed bool, err error) {
	before := t.plan.clone()
	for _, s := range record.Streams {
		if err := t.drop(s, record.ReasonAged, t.hasOutlived); err != nil {
			return false, err
		}
	}
	buried, err := t.forgetTombstones()
	return buried > 0 || before.Bytes != t.plan.Bytes, err
}

// hasOutlived reports whether a group is acknowledged and old enough, or telemetry beyond the age cap.
func (t *trimmer) hasOutlived(h header) bool {
	if h.last <= t.plan.Streams[h.stream].known() {
		return h.committed.Before(t.keep)
	}
	return h.stream == record.Telemetry && h.committed.Before(t.age)
}

// toLimit makes room when more than limit bytes or too many records are held, and then a little more so that not every
// commit has to: acknowledged groups go first; then telemetry is thinned, then its oldest goes, then the oldest events.
func (t *trimmer) toLimit(limit int64) error {
	if !t.over(limit, t.maxRecords) {
		*t.crowded = *t.crowded && t.over(limit-limit/4, t.maxRecords-t.maxRecords/4)
		return nil
	}
	limit -= min(limit/16, 1<<20)
	records := t.maxRecords - t.maxRecords/16
	over := func() bool { return t.over(limit, records) }
	for _, s := range []record.Stream{record.Telemetry, record.Events} {
		known := t.plan.Streams[s].known()
		if err := t.drop(s, record.ReasonExpired, func(h header) bool { return over() && h.last <= known }); err != nil {
			return err
		}
	}
	if over() && !*t.crowded {
		*t.crowded = true
		t.log.Warn("journal is full: thinning telemetry, and dropping the oldest when that is not enough",
			"bytes", t.plan.Bytes, "records", t.plan.Records)
	}
	if err := t.thin(over); err != nil {
		return err
	}
	for _, s := range []record.Stream{record.Telemetry, record.Events} {
		if err := t.drop(s, record.ReasonFull, func(header) bool { return over() }); err != nil {
			return err
		}
	}
	return nil
}

func (t *trimmer) over(limit, records int64) bool {
	return t.plan.Bytes > limit || (t.maxRecords > 0 && t.plan.Records > records)
}

// drop removes groups from the oldest on for as long as wanted says so, leaving tombstones for what head office does
// not have. They are all looked up before the first is removed: bbolt's cursors can go round in circles in a tree whose
// first pages have become empty within the transaction.
func (t *trimmer) drop(s record.Stream, reason string, wanted func(header) bool) error {
	on := shelf{t.tx, s}
	type doomed struct {
		place
		last uint64
	}
	var all []doomed
	on.from(0, func(p place) bool {
		h, sound := verify(p.packed)
		if !sound || h.first != p.first {
			h = header{stream: s, first: p.first, last: on.lastOf(p, t.plan.Streams[s].Next), committed: h.committed, records: h.records}
		}
		if !wanted(h) {
			return false
		}
		t.plan.Bytes -= int64(len(p.packed))
		t.plan.Records -= int64(h.records)
		all = append(all, doomed{p, h.last})
		return true
	})
	for _, d := range all {
		if err := on.remove(d.place); err != nil {
			return err
		}
		if err := t.bury(s, d.first, d.last, reason); err != nil {
			return err
		}
	}
	return nil
}

// bury leaves a tombstone for that part of first to last that head office does not have.
func (t *trimmer) bury(s record.Stream, first, last uint64, reason string) error {
	first = max(first, t.plan.Streams[s].known()+1)
	if last < first {
		return nil
	}
	return putLost(t.tx, tombstone{s, record.Lost{First: first, Last: last, Reason: reason}})
}

// forgetTombstones removes those that head office has and that are older than all that is kept.
func (t *trimmer) forgetTombstones() (n int, err error) {
	for _, s := range record.Streams {
		upTo := t.plan.Streams[s].known()
		if p, ok := (shelf{t.tx, s}).oldest(); ok {
			upTo = min(upTo, p.first-1)
		}
		var done [][]byte
		c := t.tx.Bucket(bucketLost).Cursor()
		for k, v := c.Seek([]byte(string(s) + "/")); k != nil; k, v = c.Next() {
			l, ok := parseLost(s, k, v)
			if !ok || l.Last > upTo {
				break
			}
			done = append(done, k)
		}
		for _, k := range done {
			if err := t.tx.Bucket(bucketLost).Delete(k); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// putLost writes a tombstone, joined with the one before it when they touch and give the same reason.
func putLost(tx *bbolt.Tx, t tombstone) error {
	bucket := tx.Bucket(bucketLost)
	key := lostKey(t.stream, t.First)
	c := bucket.Cursor()
	step := c.Prev
	if at, _ := c.Seek(key); at == nil {
		step = c.Last
	}
	before, value := step()
	if earlier, ok := parseLost(t.stream, before, value); ok && earlier.Last+1 == t.First && earlier.Reason == t.Reason {
		key = bytes.Clone(before)
	}
	return bucket.Put(key, append(number(t.Last), t.Reason...))
}

func lostKey(s record.Stream, first uint64) []byte {
	return append([]byte(string(s)+"/"), number(first)...)
}

// parseLost reads a tombstone; ok is false when it is not one of this stream, or makes no sense.
func parseLost(s record.Stream, key, value []byte) (l record.Lost, ok bool) {
	rest, ok := bytes.CutPrefix(key, []byte(string(s)+"/"))
	if !ok || len(rest) != 8 || len(value) < 8 {
		return record.Lost{}, false
	}
	l = record.Lost{First: parseNumber(rest), Last: parseNumber(value[:8]), Reason: string(value[8:])}
	return l, l.Validate() == nil
}

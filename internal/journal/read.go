package journal

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// Read returns the durable records of a stream that come after a seq, in order, at most limit of them, and the
// tombstones of what is gone in the range they cover, in order. When fewer than limit are left, the range ends at the
// last record. Every seq of the range is either a record's or under a tombstone: a group whose bytes no longer match
// their checksum has one, and so has what was acknowledged and is no longer kept.
func (j *Journal) Read(stream record.Stream, after uint64, limit int) ([]record.Record, []record.Lost, error) {
	if limit < 1 {
		return nil, nil, fmt.Errorf("read %s: limit %d: expected at least 1", stream, limit)
	}
	at := j.Position(stream)
	r := reader{stream: stream, after: after, limit: limit, durable: at.Last, through: at.Through, cache: j.cached(stream)}
	err := j.db.View(func(tx *bbolt.Tx) error {
		r.collect(tx)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read %s after %d: %w", stream, after, err)
	}
	j.keep(stream, r.cache)
	return r.records, r.lost, nil
}

func (j *Journal) cached(s record.Stream) group {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.decoded[s]
}

// keep remembers the group decoded last: a reader that comes back for the rest of it finds it unpacked.
func (j *Journal) keep(s record.Stream, g group) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.decoded[s] = g
}

// reader collects records within one read transaction.
type reader struct {
	stream record.Stream
	after  uint64
	limit  int
	// durable is the last seq to tell. A transaction may see more: bbolt shows a commit as soon as it is written,
	// before the flush that makes it outlast a power cut has returned.
	durable uint64
	through uint64 // acknowledged by head office
	cache   group
	records []record.Record
	lost    []record.Lost
}

func (r *reader) collect(tx *bbolt.Tx) {
	bucket := tx.Bucket(bucketOf(r.stream))
	c := bucket.Cursor()
	key := start(c, r.after+1)
	for ; key != nil && len(r.records) < r.limit && parseNumber(key) <= r.durable; key, _ = c.Next() {
		r.take(tx, bytes.Clone(key), bucket.Bucket(key).Get(keyGroup))
	}
	end := r.durable
	if len(r.records) == r.limit {
		end = r.records[len(r.records)-1].Seq
	}
	r.buried(tx, end)
	r.account(end)
}

// start moves the cursor to the group that holds seq, or else the first one after it.
func start(c *bbolt.Cursor, seq uint64) []byte {
	key, _ := c.Seek(number(seq))
	if key == nil {
		key, _ = c.Last()
		return key
	}
	if parseNumber(key) == seq {
		return key
	}
	if before, _ := c.Prev(); before != nil {
		return before
	}
	key, _ = c.First()
	return key
}

// take adds the wanted part of one group.
func (r *reader) take(tx *bbolt.Tx, key, packed []byte) {
	first := parseNumber(key)
	g := r.cache
	if len(g.records) == 0 || g.first() != first {
		var err error
		if g, err = unpack(packed, first); err != nil {
			if last := lastOf(tx, r.stream, key); last > r.after {
				r.lost = append(r.lost, record.Lost{First: max(first, r.after+1), Last: last, Reason: record.ReasonDamaged})
			}
			return
		}
		r.cache = g
	}
	if g.last() <= r.after {
		return
	}
	from := 0
	if r.after >= first {
		from = int(r.after - first + 1)
	}
	wanted := g.records[from:]
	r.records = append(r.records, wanted[:min(len(wanted), r.limit-len(r.records))]...)
}

// buried adds the tombstones on disk that touch the range after+1 to end.
func (r *reader) buried(tx *bbolt.Tx, end uint64) {
	c := tx.Bucket(bucketLost).Cursor()
	for k, v := c.Seek([]byte(string(r.stream) + "/")); k != nil; k, v = c.Next() {
		l, ok := parseLost(r.stream, k, v)
		if !ok || l.First > end {
			return
		}
		if l.Last > r.after {
			l.First, l.Last = max(l.First, r.after+1), min(l.Last, end)
			r.lost = append(r.lost, l)
		}
	}
}

// account puts the tombstones in order and adds those of what is missing without one. Groups are dropped without a
// trace only after head office has acknowledged them; anything else missing has been damaged.
func (r *reader) account(end uint64) {
	slices.SortFunc(r.lost, func(a, b record.Lost) int { return cmp.Compare(a.First, b.First) })
	var missing []record.Lost
	records, lost := r.records, r.lost
	next := r.after + 1
	for next <= end {
		gap := end + 1 // first seq from next on that is accounted for
		for len(lost) > 0 && lost[0].Last < next {
			lost = lost[1:]
		}
		if len(lost) > 0 {
			gap = min(gap, max(next, lost[0].First))
		}
		for len(records) > 0 && records[0].Seq < next {
			records = records[1:]
		}
		if len(records) > 0 {
			gap = min(gap, records[0].Seq)
		}
		missing = append(missing, r.gone(next, gap-1)...)
		switch {
		case gap > end:
			next = gap
		case len(lost) > 0 && lost[0].First <= gap:
			next = lost[0].Last + 1
		default:
			next = gap + 1
		}
	}
	if len(missing) > 0 {
		r.lost = append(r.lost, missing...)
		slices.SortFunc(r.lost, func(a, b record.Lost) int { return cmp.Compare(a.First, b.First) })
	}
}

// gone is what to say of first to last, which are missing without a tombstone; nothing when the range is empty.
func (r *reader) gone(first, last uint64) []record.Lost {
	var lost []record.Lost
	if expired := min(last, r.through); first <= expired {
		lost = append(lost, record.Lost{First: first, Last: expired, Reason: record.ReasonExpired})
		first = expired + 1
	}
	if first <= last {
		lost = append(lost, record.Lost{First: first, Last: last, Reason: record.ReasonDamaged})
	}
	return lost
}

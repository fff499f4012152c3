package journal

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// Read returns the durable records of a stream that come after a seq, in order, at most limit of them, and the
// tombstones of what is gone in the range they cover. When fewer than limit are left, the range ends at the last
// record. A group whose bytes no longer match their checksum is a tombstone too.
func (j *Journal) Read(stream record.Stream, after uint64, limit int) ([]record.Record, []record.Lost, error) {
	if limit < 1 {
		return nil, nil, fmt.Errorf("read %s: limit %d: expected at least 1", stream, limit)
	}
	r := reader{stream: stream, after: after, limit: limit, durable: j.Position(stream).Last, cache: j.cached(stream)}
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

package journal

import (
	"bytes"
	"fmt"
	"log/slog"
	"time"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// trimmer makes room within one transaction.
type trimmer struct {
	tx      *bbolt.Tx
	through map[record.Stream]uint64
	before  time.Time // acknowledged groups committed before this are no longer needed; zero when unknown
	bytes   int64
	log     *slog.Logger
}

// trim drops acknowledged groups that are old enough and then, while more than limit bytes are held, first
// acknowledged groups of any age, then the oldest telemetry, then the oldest events.
func (t *trimmer) trim(limit int64) error {
	for _, s := range record.Streams {
		if err := t.drop(s, func(h header) bool { return h.last <= t.through[s] && h.committed.Before(t.before) }); err != nil {
			return err
		}
	}
	over := func() bool { return t.bytes > limit }
	for _, s := range []record.Stream{record.Telemetry, record.Events} {
		if err := t.drop(s, func(h header) bool { return over() && h.last <= t.through[s] }); err != nil {
			return err
		}
	}
	for _, s := range []record.Stream{record.Telemetry, record.Events} {
		if err := t.drop(s, func(header) bool { return over() }); err != nil {
			return err
		}
	}
	return nil
}

// drop removes groups from the oldest on for as long as wanted says so, leaving tombstones for what head office
// does not have.
func (t *trimmer) drop(s record.Stream, wanted func(header) bool) error {
	bucket := t.tx.Bucket(bucketOf(s))
	for {
		key, _ := bucket.Cursor().First()
		if key == nil {
			return nil
		}
		key = bytes.Clone(key)
		packed := bucket.Bucket(key).Get(keyGroup)
		// The header is not verified here; what it says of the last seq must not reach into the next group.
		h, ok := readHeader(packed)
		if end := lastOf(t.tx, s, key); !ok || h.last < parseNumber(key) || h.last > end {
			h.last = end
		}
		if !wanted(h) {
			return nil
		}
		size := int64(len(packed))
		if err := bucket.DeleteBucket(key); err != nil {
			return fmt.Errorf("trim %s from %d: %w", s, parseNumber(key), err)
		}
		t.bytes -= size
		first := max(parseNumber(key), t.through[s]+1)
		if h.last < first {
			continue
		}
		t.log.Warn("journal is full: dropping records head office does not have", "stream", s, "first", first, "last", h.last)
		if err := putLost(t.tx, tombstone{s, record.Lost{First: first, Last: h.last, Reason: record.ReasonFull}}); err != nil {
			return err
		}
	}
}

// lastOf is the last seq of the group at key: the one before the next group.
func lastOf(tx *bbolt.Tx, s record.Stream, key []byte) uint64 {
	c := tx.Bucket(bucketOf(s)).Cursor()
	c.Seek(key)
	if next, _ := c.Next(); next != nil {
		return parseNumber(next) - 1
	}
	return parseNumber(tx.Bucket(bucketMeta).Get(keyNext(s))) - 1
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

// parseLost reads a tombstone; ok is false when it is not one of this stream.
func parseLost(s record.Stream, key, value []byte) (l record.Lost, ok bool) {
	rest, ok := bytes.CutPrefix(key, []byte(string(s)+"/"))
	if !ok || len(rest) != 8 || len(value) < 8 {
		return record.Lost{}, false
	}
	return record.Lost{First: parseNumber(rest), Last: parseNumber(value[:8]), Reason: string(value[8:])}, true
}

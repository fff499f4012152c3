package journal

import (
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func parseNumber(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

// shelf is the groups of one stream within a transaction, in order: the settled ones and then the recent ones.
type shelf struct {
	tx     *bbolt.Tx
	stream record.Stream
}

// place is where a group stands.
type place struct {
	first  uint64
	recent bool
	packed []byte // valid until the transaction ends, and until something is written to it
}

// from calls visit with the groups from the one on that holds seq, or the first one after it, until visit returns
// false.
func (s shelf) from(seq uint64, visit func(place) bool) {
	recent, settled := s.tx.Cursor(), s.tx.Bucket(bucketOf(s.stream))
	at, ok := s.holder(recent, seq)
	if !ok {
		key, ok := s.holder(settled.Cursor(), seq)
		if !ok {
			key = prefixOf(s.stream)
		}
		if !s.visit(settled.Cursor(), key, settled.Bucket, false, visit) {
			return
		}
		at = prefixOf(s.stream)
	}
	s.visit(recent, at, s.tx.Bucket, true, visit)
}

// holder finds the name of the last group that begins at seq or before it.
func (s shelf) holder(c *bbolt.Cursor, seq uint64) (name []byte, ok bool) {
	if seq == 0 {
		return nil, false
	}
	name, _ = c.Seek(groupName(s.stream, seq))
	if first, ok := parseGroupName(s.stream, name); ok && first == seq {
		return name, true
	}
	if name == nil {
		name, _ = c.Last()
	} else {
		name, _ = c.Prev()
	}
	_, ok = parseGroupName(s.stream, name)
	return name, ok
}

// visit visits the groups at one level from a name on and reports whether to go on.
func (s shelf) visit(c *bbolt.Cursor, from []byte, open func([]byte) *bbolt.Bucket, recent bool, visit func(place) bool) bool {
	for name, _ := c.Seek(from); name != nil; name, _ = c.Next() {
		first, ok := parseGroupName(s.stream, name)
		if !ok {
			return true
		}
		if !visit(place{first: first, recent: recent, packed: value(open(name))}) {
			return false
		}
	}
	return true
}

func value(b *bbolt.Bucket) []byte {
	if b == nil {
		return nil
	}
	return b.Get(keyGroup)
}

// oldest returns the first group; ok is false when there is none.
func (s shelf) oldest() (p place, ok bool) {
	s.from(0, func(at place) bool {
		p, ok = at, true
		return false
	})
	return p, ok
}

// lastOf is the last seq that the group at p may hold, whatever its header says: the one before the next group, or
// before next when there is none.
func (s shelf) lastOf(p place, next uint64) uint64 {
	end := next - 1
	s.from(p.first, func(at place) bool {
		if at.first > p.first {
			end = at.first - 1
		}
		return at.first <= p.first
	})
	return end
}

// put adds a group as a recent one, or as a settled one.
func (s shelf) put(p place) error {
	create := s.tx.CreateBucket
	if !p.recent {
		create = s.tx.Bucket(bucketOf(s.stream)).CreateBucket
	}
	b, err := create(groupName(s.stream, p.first))
	if err != nil {
		return fmt.Errorf("write group of %s from %d: %w", s.stream, p.first, err)
	}
	b.FillPercent = 1
	if err := b.Put(keyGroup, p.packed); err != nil {
		return fmt.Errorf("write group of %s from %d: %w", s.stream, p.first, err)
	}
	return nil
}

// remove takes a group away.
func (s shelf) remove(p place) error {
	remove := s.tx.DeleteBucket
	if !p.recent {
		remove = s.tx.Bucket(bucketOf(s.stream)).DeleteBucket
	}
	if err := remove(groupName(s.stream, p.first)); err != nil {
		return fmt.Errorf("remove group of %s from %d: %w", s.stream, p.first, err)
	}
	return nil
}

// recents returns the recent groups.
func (s shelf) recents() (all []place) {
	s.visit(s.tx.Cursor(), prefixOf(s.stream), s.tx.Bucket, true, func(p place) bool {
		all = append(all, p)
		return true
	})
	return all
}

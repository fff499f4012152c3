package journal

import (
	"fmt"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// Recent groups live in the page of the file's top level: a commit that adds a small one writes that page and bbolt's
// own, and no other. The page is small. When it is full, the small groups of one stream are packed together into one
// that has pages of its own and leaves only its name there; and when there are too many names, they move into the
// stream's bucket. So a record is written to the disk about twice in its life, and the pages of the stream's bucket
// once for some dozens of commits.

const (
	// topBytes is how much of the top level's page recent groups may take: what is left by a page's header, the four
	// standing buckets, and some tombstones.
	topBytes = 2700
	// What bbolt adds to a group: an element in the parent's page and the bucket's header; and, when the bucket is
	// small enough to lie in its parent, the header of its page and the element of its one key.
	entryBytes  = 16 + 9 + 16
	inlineBytes = 16 + 16 + 1
	// inlineLimit is the size of a bucket up to which bbolt keeps it in its parent.
	inlineLimit = pageSize / 4
)

func (p place) inline() bool { return inlineBytes+len(p.packed) <= inlineLimit }

// top is the bytes that a recent group takes of the top level's page.
func (p place) top() int {
	if p.inline() {
		return entryBytes + inlineBytes + len(p.packed)
	}
	return entryBytes
}

// settle makes room in the top level's page when recent groups take more than their part of it.
func settle(tx *bbolt.Tx, plan *state) error {
	for range 4 { // each turn leaves less; what the last one leaves too much is for the next commit
		var total, small [len(record.Streams)]int
		var recents [len(record.Streams)][]place
		for i, s := range record.Streams {
			recents[i] = shelf{tx, s}.recents()
			for _, p := range recents[i] {
				total[i] += p.top()
				if p.inline() {
					small[i] += p.top()
				}
			}
		}
		if total[0]+total[1] <= topBytes {
			return nil
		}
		var err error
		if i := heavier(small); small[i] > (total[0]+total[1])/2 {
			err = shelf{tx, record.Streams[i]}.packTogether(recents[i], plan)
		} else {
			i = heavier(total)
			err = shelf{tx, record.Streams[i]}.moveBack(recents[i], plan)
		}
		if err != nil {
			return fmt.Errorf("settle recent records: %w", err)
		}
	}
	return nil
}

func heavier(weights [len(record.Streams)]int) int {
	if weights[1] > weights[0] {
		return 1
	}
	return 0
}

// packTogether replaces each run of small recent groups by one group.
func (s shelf) packTogether(recents []place, plan *state) error {
	for len(recents) > 0 {
		n := 0
		for n < len(recents) && recents[n].inline() {
			n++
		}
		if n > 1 {
			if err := s.join(recents[:n], true, plan); err != nil {
				return err
			}
		}
		recents = recents[max(n, 1):]
	}
	return nil
}

// join replaces groups that follow one another by one, a recent or a settled one. One that does not match its checksum
// stays as it is: what is wrong with it is for the reader to find and to tell.
func (s shelf) join(run []place, recent bool, plan *state) error {
	var text []byte
	var joined []place
	h := header{stream: s.stream, serial: plan.Serial}
	flush := func() error {
		if len(joined) < 2 {
			return nil
		}
		for _, p := range joined {
			if err := s.remove(p); err != nil {
				return err
			}
			plan.Bytes -= int64(len(p.packed))
		}
		packed := h.pack(text)
		plan.Bytes += int64(len(packed))
		return s.put(place{first: h.first, recent: recent, packed: packed})
	}
	for _, p := range run {
		part, plain, damaged := unpackText(p.packed)
		if damaged != nil || h.records+part.records > groupRecords {
			if err := flush(); err != nil {
				return err
			}
			text, joined, h = nil, nil, header{stream: s.stream, serial: plan.Serial}
		}
		if damaged != nil {
			continue
		}
		if len(joined) == 0 {
			h.first = part.first
		} else {
			text = append(text, ',')
		}
		text = append(text, plain...)
		h.last, h.records, h.committed = part.last, h.records+part.records, part.committed
		h.thinned = h.thinned || part.thinned
		joined = append(joined, p)
	}
	return flush()
}

// moveBack moves the recent groups of a stream, but for small ones at the end, into the stream's bucket: packed together
// once more, as far as they are not large. It leaves those that this commit has made: bbolt would move what was there
// before it.
func (s shelf) moveBack(recents []place, plan *state) error {
	n := len(recents)
	for n > 0 && (recents[n-1].inline() || recents[n-1].madeBy(plan.Serial)) {
		n--
	}
	bucket := s.tx.Bucket(bucketOf(s.stream))
	bucket.FillPercent = 1 // names only rise
	for recents = recents[:n]; len(recents) > 0; {
		run := joinable(recents)
		if run > 1 {
			if err := s.join(recents[:run], false, plan); err != nil {
				return err
			}
		} else if recents[0].madeBy(plan.Serial) {
			return nil
		} else if err := s.tx.MoveBucket(groupName(s.stream, recents[0].first), nil, bucket); err != nil {
			return fmt.Errorf("move group of %s from %d: %w", s.stream, recents[0].first, err)
		}
		recents = recents[max(run, 1):]
	}
	return nil
}

// joinable counts the groups at the beginning that make one of at most groupRecords records, none of them damaged.
func joinable(recents []place) (n int) {
	records := 0
	for _, p := range recents {
		h, ok := verify(p.packed)
		if records += h.records; !ok || records > groupRecords {
			break
		}
		n++
	}
	return n
}

func (p place) madeBy(serial uint64) bool {
	h, ok := readHeader(p.packed)
	return ok && h.serial == serial
}

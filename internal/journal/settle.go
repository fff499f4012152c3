package journal

import (
	"fmt"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// Recent groups live in the page of the file's top level: a commit that adds a small one writes that page and bbolt's
// own, and no other. The page is small, so what is small is packed together in it for as long as that stays small. When
// it is full, the small groups of one stream go into a group with a page of its own, which leaves only its name there,
// and is filled before another is begun; and when there are too many names, they move into the stream's bucket, packed
// together once more. So a record is written to the disk three or four times in its life, most of them beside others
// that had to be written anyway, and the pages of the stream's bucket once for some dozens of commits.

const (
	// topBytes is how much of the top level's page recent groups may take: what is left by a page's header, the four
	// standing buckets, and a few tombstones.
	topBytes = 3300
	// namesBytes is how much of that names of groups elsewhere may take.
	namesBytes = 8 * entryBytes
	// What bbolt adds to a group: an element in the parent's page and the bucket's header; and, when the bucket is
	// small enough to lie in its parent, the header of its page and the element of its one key.
	entryBytes  = 16 + 9 + 16
	inlineBytes = 16 + 16 + 1
	// inlineLimit is the size of a bucket up to which bbolt keeps it in its parent.
	inlineLimit = pageSize / 4
	// pageLimit is the size of a group that fills a page of its own, and that another is not packed into.
	pageLimit = pageSize - inlineBytes
)

func (p place) inline() bool { return inlineBytes+len(p.packed) <= inlineLimit }

// settle packs what this commit has added together with what is recent, and makes room in the top level's page when
// that takes more than its part of it.
func settle(tx *bbolt.Tx, plan *state) error {
	for _, stream := range record.Streams {
		if err := (shelf{tx, stream}).combineLast(plan); err != nil {
			return fmt.Errorf("pack recent records: %w", err)
		}
	}
	for range 4 { // each turn leaves less; what the last one leaves too much is for the next commit
		var names, small [len(record.Streams)]int
		var recents [len(record.Streams)][]place
		for i, stream := range record.Streams {
			recents[i] = shelf{tx, stream}.recents()
			for _, p := range recents[i] {
				if p.inline() {
					small[i] += entryBytes + inlineBytes + len(p.packed)
				} else {
					names[i] += entryBytes
				}
			}
		}
		var err error
		switch i, n := heavier(small), heavier(names); {
		case names[0]+names[1]+small[0]+small[1] <= topBytes:
			return nil
		case names[0]+names[1] > namesBytes:
			err = shelf{tx, record.Streams[n]}.moveBack(recents[n], plan)
		default:
			err = shelf{tx, record.Streams[i]}.packTogether(recents[i], plan)
		}
		if err != nil {
			return fmt.Errorf("pack recent records: %w", err)
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

// combineLast packs the group that this commit has added and the one before it into one, when both are small and what
// comes of it is.
func (s shelf) combineLast(plan *state) error {
	recents := s.recents()
	n := len(recents)
	if n < 2 || !recents[n-1].madeBy(plan.Serial) || !recents[n-2].inline() {
		return nil
	}
	last := recents[n-2:]
	if inlineBytes+len(last[0].packed)+len(last[1].packed)*2/3 > inlineLimit {
		return nil
	}
	h, packed, ok := joined(s.stream, last, plan.Serial)
	if !ok || inlineBytes+len(packed) > inlineLimit {
		return nil
	}
	return s.exchange(last, place{first: h.first, recent: true, packed: packed}, plan)
}

// packTogether replaces each run of small recent groups by one group, together with the one before the run when that
// has a page of its own that is not full.
func (s shelf) packTogether(recents []place, plan *state) error {
	for len(recents) > 0 {
		n, size := 0, 0
		if !recents[0].inline() {
			n, size = 1, len(recents[0].packed)
		}
		for n < len(recents) && recents[n].inline() {
			size += len(recents[n].packed)
			n++
		}
		if err := s.packRun(recents[:n], size, plan); err != nil {
			return err
		}
		recents = recents[n:]
	}
	return nil
}

// packRun makes one group of a run, or of all but its first when that has a page of its own which would not do for all.
func (s shelf) packRun(run []place, size int, plan *state) error {
	own := !run[0].inline()
	if own && size*3/4 > pageLimit { // together they take about a quarter less
		run, own = run[1:], false
	}
	if len(run) < 2 {
		return nil
	}
	h, packed, ok := joined(s.stream, run, plan.Serial)
	if own && len(packed) > pageLimit {
		run = run[1:]
		if len(run) < 2 {
			return nil
		}
		h, packed, ok = joined(s.stream, run, plan.Serial)
	}
	if !ok {
		return nil
	}
	return s.exchange(run, place{first: h.first, recent: true, packed: packed}, plan)
}

// joined is one group of all that follow one another in run. It is none when one of them does not match its checksum,
// which is for the reader to find and to tell, or when they are too many.
func joined(stream record.Stream, run []place, serial uint64) (h header, packed []byte, ok bool) {
	room := scratch.Get().(*[]byte)
	defer scratch.Put(room)
	text := (*room)[:0]
	h = header{stream: stream, serial: serial, first: run[0].first}
	for i, p := range run {
		part, plain, err := unpackText(p.packed)
		if err != nil || h.records+part.records > groupRecords {
			return h, nil, false
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, plain...)
		h.last, h.records, h.committed = part.last, h.records+part.records, part.committed
		h.thinned = h.thinned || part.thinned
	}
	*room = text
	return h, h.pack(text), true
}

// exchange puts one group in the place of others.
func (s shelf) exchange(old []place, by place, plan *state) error {
	for _, p := range old {
		if err := s.remove(p); err != nil {
			return err
		}
		plan.Bytes -= int64(len(p.packed))
	}
	plan.Bytes += int64(len(by.packed))
	return s.put(by)
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
		switch {
		case run > 1:
			h, packed, ok := joined(s.stream, recents[:run], plan.Serial)
			if !ok {
				return nil // one of them has changed under our hands, which its reader will find
			}
			if err := s.exchange(recents[:run], place{first: h.first, packed: packed}, plan); err != nil {
				return err
			}
		case recents[0].madeBy(plan.Serial):
			return nil
		default:
			if err := s.tx.MoveBucket(groupName(s.stream, recents[0].first), nil, bucket); err != nil {
				return fmt.Errorf("move group of %s from %d: %w", s.stream, recents[0].first, err)
			}
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
		if records += h.records; !ok || len(p.packed) > pageLimit/2 || records > groupRecords {
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

package journal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sort"

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
	r := reader{journal: j, stream: stream, after: after, upTo: at.Last, limit: limit, known: at.known()}
	if err := r.read(); err != nil {
		return nil, nil, err
	}
	return r.records, r.lost, nil
}

// Span is a run of records as they go on the wire.
type Span struct {
	// Text is the records' JSON objects, joined by commas; empty when there are only tombstones.
	Text []byte
	// Records counts them.
	Records int
	// Lost are the tombstones among them, in order.
	Lost []record.Lost
	// End is the highest seq that the span accounts for: every seq up to it is a record's or under a tombstone. It is
	// the seq that was asked from when there is nothing.
	End uint64
}

// Text returns what comes after a seq and not after upTo (0: no limit), at most limit records and tombstones whose
// text is at most size bytes, but at least one record when there is one. Of what was written under an earlier epoch
// there is only a tombstone that says so.
func (j *Journal) Text(stream record.Stream, after, upTo uint64, limit, size int) (Span, error) {
	if limit < 4 {
		return Span{}, fmt.Errorf("read %s: limit %d: expected at least 4", stream, limit)
	}
	at := j.Position(stream)
	if upTo == 0 || upTo > at.Last {
		upTo = at.Last
	}
	span := Span{End: after}
	if after >= upTo {
		return span, nil
	}
	if earlier := min(at.Base, upTo); after < earlier {
		span.Lost = []record.Lost{{First: after + 1, Last: earlier, Reason: record.ReasonEarlier}}
		after, span.End = earlier, earlier
	}
	for room := limit - len(span.Lost); ; {
		r := reader{journal: j, stream: stream, after: after, upTo: upTo, limit: room, size: size, known: at.known(), asText: true}
		if err := r.read(); err != nil {
			return Span{}, err
		}
		switch {
		case r.count+len(r.lost) <= limit-len(span.Lost):
			return Span{Text: r.text, Records: r.count, Lost: append(span.Lost, r.lost...), End: max(span.End, r.end)}, nil
		case len(r.lost) > limit/4:
			upTo = r.lost[limit/4].First - 1 // read again, up to before the first tombstone that would be too many
		default:
			room = limit / 2
		}
	}
}

// reader collects what comes after a seq, as records or as text.
type reader struct {
	journal     *Journal
	stream      record.Stream
	after, upTo uint64
	// upTo is never after the last durable seq. A transaction may see more: bbolt shows a commit as soon as it is
	// written, before the flush that makes it outlast a power cut has returned.
	limit, size int
	known       uint64 // head office needs nothing up to here
	asText      bool

	records []record.Record
	text    []byte
	count   int
	held    []record.Range // what records or text hold
	lost    []record.Lost
	end     uint64 // what is accounted for
}

func (r *reader) read() error {
	err := r.journal.file.view(func(tx *bbolt.Tx) error {
		full := false
		on := shelf{tx, r.stream}
		on.from(r.after+1, func(p place) bool {
			full = full || p.first <= r.upTo && !r.take(on, p)
			return !full && p.first <= r.upTo
		})
		r.end = r.upTo
		if full && len(r.held) > 0 {
			r.end = r.held[len(r.held)-1].Last
		}
		r.end = max(r.end, r.after)
		r.buried(tx)
		r.account()
		return nil
	})
	if errors.Is(err, errDamaged) {
		r.journal.suspect(err)
	}
	if err != nil {
		return fmt.Errorf("read %s after %d: %w", r.stream, r.after, err)
	}
	return nil
}

// take adds the wanted part of one group and reports whether there is room for more.
func (r *reader) take(on shelf, p place) bool {
	if r.asText {
		if done, more := r.takeWhole(p); done {
			return more
		}
	}
	g, err := r.journal.unpacked(p)
	if err != nil {
		r.damaged(p.first, on.lastOf(p, r.upTo+1))
		return true
	}
	from := sort.Search(len(g.content), func(i int) bool { return g.content[i].Seq > r.after })
	to := sort.Search(len(g.content), func(i int) bool { return g.content[i].Seq > r.upTo })
	for _, part := range g.content[from:max(from, to)] {
		if !r.add(part) {
			return false
		}
	}
	return r.count < r.limit
}

// takeWhole adds all of a group's text when that is wanted and fits. Nothing of it has to be looked into.
func (r *reader) takeWhole(p place) (done, more bool) {
	h, ok := readHeader(p.packed)
	if !ok || h.thinned || h.first != p.first || h.first <= r.after || h.last > r.upTo || r.count+h.records > r.limit {
		return false, true
	}
	h, text, err := unpackText(p.packed)
	if err != nil || r.count > 0 && len(r.text)+1+len(text) > r.size || len(text) > r.size {
		return false, true
	}
	if r.count == 0 {
		r.text = text
	} else {
		r.text = append(append(r.text, ','), text...)
	}
	r.count += h.records
	r.hold(h.first, h.last)
	return true, r.count < r.limit
}

// add adds one record and reports whether it had room.
func (r *reader) add(part record.Record) bool {
	if r.count >= r.limit {
		return false
	}
	if !r.asText {
		r.records = append(r.records, part)
	} else {
		before := len(r.text)
		if r.count > 0 {
			r.text = append(r.text, ',')
		}
		r.text = record.AppendRecord(r.text, part)
		if r.count > 0 && len(r.text) > r.size {
			r.text = r.text[:before]
			return false
		}
	}
	r.count++
	r.hold(part.Seq, part.Seq)
	return true
}

// hold notes that a range of seqs is among what is returned.
func (r *reader) hold(first, last uint64) {
	if n := len(r.held); n > 0 && r.held[n-1].Last+1 == first {
		r.held[n-1].Last = last
		return
	}
	r.held = append(r.held, record.Range{First: first, Last: last})
}

func (r *reader) damaged(first, last uint64) {
	if first, last = max(first, r.after+1), min(last, r.upTo); first <= last {
		r.lost = append(r.lost, record.Lost{First: first, Last: last, Reason: record.ReasonDamaged})
	}
}

// buried adds the tombstones on disk that touch the range.
func (r *reader) buried(tx *bbolt.Tx) {
	c := tx.Bucket(bucketLost).Cursor()
	for k, v := c.Seek([]byte(string(r.stream) + "/")); k != nil; k, v = c.Next() {
		l, ok := parseLost(r.stream, k, v)
		if !ok || l.First > r.end {
			return
		}
		if l.Last > r.after {
			l.First, l.Last = max(l.First, r.after+1), min(l.Last, r.end)
			r.lost = append(r.lost, l)
		}
	}
}

// account adds tombstones of what is missing without one, and puts all in order. Groups are dropped without a trace
// only after head office has acknowledged them; anything else missing has been damaged.
func (r *reader) account() {
	covered := slices.Clone(r.held)
	kept := r.lost[:0]
	for _, l := range r.lost {
		if l.First <= r.end {
			l.Last = min(l.Last, r.end)
			kept = append(kept, l)
			covered = append(covered, record.Range{First: l.First, Last: l.Last})
		}
	}
	r.lost = kept
	slices.SortFunc(covered, func(a, b record.Range) int { return cmp.Compare(a.First, b.First) })
	next := r.after + 1
	for _, c := range covered {
		if c.First > next {
			r.gone(next, c.First-1)
		}
		next = max(next, c.Last+1)
	}
	if next <= r.end {
		r.gone(next, r.end)
	}
	r.lost = disjoint(r.lost)
}

// disjoint puts tombstones in order and leaves none that says what one before it has said. Those of a group that was
// dropped and of what had been thinned within it overlap.
func disjoint(lost []record.Lost) []record.Lost {
	slices.SortStableFunc(lost, func(a, b record.Lost) int { return cmp.Compare(a.First, b.First) })
	kept, next := lost[:0], uint64(0)
	for _, l := range lost {
		if l.First = max(l.First, next); l.First <= l.Last {
			kept = append(kept, l)
			next = l.Last + 1
		}
	}
	return kept
}

// gone says of first to last that they are missing without a tombstone.
func (r *reader) gone(first, last uint64) {
	if expired := min(last, r.known); first <= expired {
		r.lost = append(r.lost, record.Lost{First: first, Last: expired, Reason: record.ReasonExpired})
		first = expired + 1
	}
	if first <= last {
		r.lost = append(r.lost, record.Lost{First: first, Last: last, Reason: record.ReasonDamaged})
	}
}

// unpacked returns a group with its records. The one of each stream that was unpacked last is remembered: a reader
// that comes back for the rest of it finds it.
func (j *Journal) unpacked(p place) (group, error) {
	h, ok := readHeader(p.packed)
	j.mu.Lock()
	g := j.decoded[h.stream]
	j.mu.Unlock()
	if ok && g.first == p.first && g.serial == h.serial && g.last == h.last {
		return g, nil
	}
	g, err := unpack(p.packed, p.first)
	if err != nil {
		return g, err
	}
	j.mu.Lock()
	j.decoded[h.stream] = g
	j.mu.Unlock()
	return g, nil
}

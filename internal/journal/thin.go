package journal

import (
	"bytes"
	"time"

	"stationkeeper/internal/record"
)

// thinWindow is how far apart the readings of one source are that thinning leaves.
const thinWindow = 10 * time.Minute

// thin goes through unacknowledged telemetry from the oldest on, for as long as wanted says so, and leaves of each
// source and type one record per thinWindow. What it takes out has a tombstone. Recent groups stay as they are: they
// are the present.
func (t *trimmer) thin(wanted func() bool) error {
	on := shelf{t.tx, record.Telemetry}
	var todo []place
	on.from(0, func(p place) bool {
		if h, ok := readHeader(p.packed); ok && !p.recent && !h.thinned && h.last > t.plan.Streams[record.Telemetry].known() {
			todo = append(todo, p)
		}
		return !p.recent
	})
	s := sieve{}
	for _, p := range todo {
		if !wanted() {
			return nil
		}
		if err := t.thinGroup(on, p, s); err != nil {
			return err
		}
	}
	return nil
}

func (t *trimmer) thinGroup(on shelf, p place, s sieve) error {
	g, err := unpack(p.packed, p.first)
	if err != nil {
		return nil // it is damaged, which its reader will find and tell
	}
	packed := len(p.packed)
	kept, gone := s.pass(g.content)
	if err := on.remove(p); err != nil {
		return err
	}
	t.plan.Bytes -= int64(packed)
	t.plan.Records -= int64(len(g.content) - len(kept))
	for _, r := range gone {
		if err := t.bury(record.Telemetry, r.First, r.Last, record.ReasonThinned); err != nil {
			return err
		}
	}
	if len(kept) == 0 {
		return nil
	}
	h := g.header
	h.thinned, h.serial = true, t.plan.Serial
	h.first, h.last, h.records = kept[0].Seq, kept[len(kept)-1].Seq, len(kept)
	again := h.pack(record.AppendRecords(nil, kept))
	t.plan.Bytes += int64(len(again))
	return on.put(place{first: h.first, packed: again})
}

// sieve remembers the window in which each source was last let through.
type sieve map[string]string

// pass returns the records that are let through, and the ranges of those that are not.
func (s sieve) pass(records []record.Record) (kept []record.Record, gone []record.Range) {
	for _, r := range records {
		source := r.Source + " " + r.Type
		window := r.Boot + string(number(uint64(r.Mono/int64(thinWindow))))
		if s[source] != window {
			s[source] = window
			r.Data = bytes.Clone(r.Data)
			kept = append(kept, r)
			continue
		}
		if n := len(gone); n > 0 && gone[n-1].Last+1 == r.Seq {
			gone[n-1].Last = r.Seq
			continue
		}
		gone = append(gone, record.Range{First: r.Seq, Last: r.Seq})
	}
	return kept, gone
}

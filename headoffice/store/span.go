package store

import (
	"cmp"
	"slices"

	"stationkeeper/internal/record"
)

// span is a range of seq, both ends included.
type span struct{ first, last uint64 }

// without returns the parts of s that none of known covers; known is in order and does not overlap.
func (s span) without(known []span) []span {
	var parts []span
	next := s.first
	for _, k := range known {
		if k.last < next {
			continue
		}
		if k.first > s.last {
			break
		}
		if k.first > next {
			parts = append(parts, span{next, k.first - 1})
		}
		if k.last >= s.last {
			return parts
		}
		next = k.last + 1
	}
	return append(parts, span{next, s.last})
}

// runs returns what a batch tells about: the ranges of its records and tombstones, in order, those that touch made one.
func runs(records []record.Record, lost []record.Lost) []span {
	var all []span
	for _, r := range records {
		if last := len(all) - 1; last >= 0 && all[last].last+1 == r.Seq {
			all[last].last = r.Seq
			continue
		}
		all = append(all, span{r.Seq, r.Seq})
	}
	if len(lost) == 0 {
		return all
	}
	for _, l := range lost {
		all = append(all, span{l.First, l.Last})
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	joined := all[:1]
	for _, s := range all[1:] {
		if top := &joined[len(joined)-1]; s.first <= top.last+1 {
			top.last = max(top.last, s.last)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

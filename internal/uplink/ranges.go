package uplink

import (
	"slices"

	"stationkeeper/internal/record"
)

// ranges is a set of seqs: its ranges rise, and neither overlap nor touch.
type ranges []record.Range

// add puts first to last into the set.
func (r ranges) add(first, last uint64) ranges {
	if last < first {
		return r
	}
	from := slices.IndexFunc(r, func(g record.Range) bool { return g.Last+1 >= first })
	if from < 0 {
		return append(r, record.Range{First: first, Last: last})
	}
	to := from // what touches first to last is r[from:to]
	for to < len(r) && r[to].First <= last+1 {
		first, last = min(first, r[to].First), max(last, r[to].Last)
		to++
	}
	return slices.Replace(r, from, to, record.Range{First: first, Last: last})
}

// above is the set without everything up to seq.
func (r ranges) above(seq uint64) ranges {
	from := 0
	for from < len(r) && r[from].Last <= seq {
		from++
	}
	r = slices.Delete(r, 0, from)
	if len(r) > 0 {
		r[0].First = max(r[0].First, seq+1)
	}
	return r
}

// within is what of first to last is in the set.
func (r ranges) within(first, last uint64) (found []record.Range) {
	for _, g := range r {
		if g.First > last {
			break
		}
		if g.Last >= first && first <= last {
			found = append(found, record.Range{First: max(first, g.First), Last: min(last, g.Last)})
		}
	}
	return found
}

// count is how many seqs of first to last are in the set.
func (r ranges) count(first, last uint64) (n uint64) {
	for _, g := range r.within(first, last) {
		n += g.Last - g.First + 1
	}
	return n
}

// gap is the first run of seqs from first to last that are not in the set; ok is false when there is none.
func (r ranges) gap(first, last uint64) (gap record.Range, ok bool) {
	for _, g := range r {
		if g.First > first {
			last = min(last, g.First-1)
			break
		}
		first = max(first, g.Last+1)
	}
	return record.Range{First: first, Last: last}, first <= last
}

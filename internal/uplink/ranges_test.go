package uplink

import (
	"math/rand/v2"
	"testing"

	"stationkeeper/internal/record"
)

// TestRangesAreASet compares with a map of numbers.
func TestRangesAreASet(t *testing.T) {
	const most = 60
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 500 {
		var r ranges
		model := map[uint64]bool{}
		for range 12 {
			first := 1 + random.Uint64N(most)
			last := first + random.Uint64N(8)
			if random.IntN(6) == 0 {
				r = r.above(first)
				for q := range first + 1 {
					delete(model, q)
				}
			} else {
				r = r.add(first, last)
				for q := first; q <= last; q++ {
					model[q] = true
				}
			}
			for i, g := range r {
				if g.Last < g.First || i > 0 && g.First <= r[i-1].Last+1 {
					t.Fatalf("round %d: %v is not in order, or ranges touch", round, r)
				}
			}
			from, to := 1+random.Uint64N(most), 1+random.Uint64N(most)
			count, gap, found := uint64(0), record.Range{}, false
			for q := from; q <= to; q++ {
				switch {
				case model[q]:
					count++
				case !found:
					gap, found = record.Range{First: q, Last: q}, true
				case gap.Last == q-1:
					gap.Last = q
				}
			}
			if got := r.count(from, to); got != count {
				t.Fatalf("round %d: %v holds %d of %d to %d, want %d", round, r, got, from, to, count)
			}
			if got, ok := r.gap(from, to); ok != found || ok && got != gap {
				t.Fatalf("round %d: gap of %v from %d to %d is %v %v, want %v %v", round, r, from, to, got, ok, gap, found)
			}
		}
	}
}

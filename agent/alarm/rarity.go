package alarm

import (
	"math"
	"slices"
)

// rarity knows how large an answer was on each of the last days without a warning, and from that how large it must be to
// be rare. This is where the budget of false alarms is kept: the limit is what, by the point's own history, is exceeded on
// one day in returnDays, whatever the answers are distributed like.
type rarity struct {
	Days  []float64 `json:"days"`  // largest answers, the newest last
	Today float64   `json:"today"` // the largest of today so far
	Any   bool      `json:"any"`   // there was one today
	Odd   bool      `json:"odd"`   // there is a warning today
}

const (
	// returnDays is how many days pass on average until the limit is exceeded. There are two questions, and together they
	// are to warn in vain at most once in a month of 30 days.
	returnDays = 30 * questions
	// keptDays is how many days are remembered. With a few times returnDays the limit would be steadier, and slower to
	// follow the seasons.
	keptDays = 2 * returnDays
	// enoughDays are needed for a limit.
	enoughDays = 5
	// neighbours are how many days to either side of a peak belong to it.
	neighbours = 2
)

// limit is the largest answer that is not rare, at least floor. In an order of n days any new one is above the k-th
// largest with a probability of k/(n+1); while fewer than returnDays are known, the largest is carried on by a Gumbel
// distribution of their spread, as extremes of many kinds of noise have it.
func (r rarity) limit(floor float64) float64 {
	n := len(r.Days)
	if n < enoughDays {
		return math.Inf(1)
	}
	if n >= returnDays {
		return max(floor, peak(r.Days, n/returnDays))
	}
	return max(floor, slices.Max(r.Days)+gumbel(r.Days)*math.Log(returnDays/float64(n)))
}

// seen takes an answer into account, which is odd while there is a warning.
func (r rarity) seen(answer float64, odd bool) rarity {
	r.Today, r.Any, r.Odd = max(r.Today, answer), true, r.Odd || odd
	return r
}

// next begins a day. The one before is remembered when it counts: a failure must not hide the next one.
func (r rarity) next(counts bool) rarity {
	if counts && r.Any && !r.Odd {
		days := append(slices.Clone(r.Days), math.Round(r.Today*1e4)/1e4)
		r.Days = days[max(0, len(days)-keptDays):]
	}
	return rarity{Days: r.Days}
}

// gumbel is the scale of a Gumbel distribution with such values, by its second L-moment, ln 2 times the scale
// (J. R. M. Hosking, L-moments, J. R. Statist. Soc. B 52 (1990), table 1).
func gumbel(days []float64) float64 {
	sorted := slices.Sorted(slices.Values(days))
	n, sum := len(sorted), 0.
	for i, v := range sorted {
		sum += float64(2*i-n+1) * v
	}
	return sum / float64(n*(n-1)) / math.Ln2
}

// peak is the k-th highest, where the days around a higher one belong to that.
func peak(days []float64, k int) float64 {
	rest := slices.Clone(days)
	for ; k > 1; k-- {
		top := slices.Index(rest, slices.Max(rest))
		for i := max(0, top-neighbours); i <= min(len(rest)-1, top+neighbours); i++ {
			rest[i] = 0
		}
	}
	return slices.Max(rest)
}

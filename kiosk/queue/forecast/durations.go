package forecast

import "math"

// Durations are sorted into bins of which each but the first is a quarter longer than the one before: 2 s to 3 h 20 min.
const (
	bins     = 40
	shortest = 2.0 // seconds, the end of the first bin
	growth   = 1.25
)

// edges are the upper ends of the bins, in seconds.
var edges = func() (e [bins]float64) {
	for i := range e {
		e[i] = shortest * math.Pow(growth, float64(i))
	}
	return e
}()

// binOf is the bin of a duration; what is longer than all bins is in the last.
func binOf(seconds float64) int {
	i := 0
	for _, stride := range [...]int{32, 16, 8, 4, 2, 1} {
		if j := i + stride; j < bins && edges[j-1] <= seconds {
			i = j
		}
	}
	return i
}

// within is the bin of a duration and the share of the bin that lies below it, 0 to 1.
func within(seconds float64) (bin int, share float64) {
	bin = binOf(seconds)
	return bin, min(1, (seconds-begin(bin))/(edges[bin]-begin(bin)))
}

// begin is the lower end of a bin.
func begin(bin int) float64 {
	if bin == 0 {
		return 0
	}
	return edges[bin-1]
}

// histogram counts durations and slowly forgets them.
type histogram struct {
	// Seen is the sum of Weight: how many durations it is worth.
	Seen   float64       `json:"seen"`
	Weight [bins]float64 `json:"weight"`
}

// add counts one duration, in seconds; memory is how many it takes until one is forgotten by 1/e.
func (h *histogram) add(duration, memory float64) {
	keep := 1 - 1/memory
	for i := range h.Weight {
		h.Weight[i] *= keep
	}
	h.Seen = h.Seen*keep + 1
	h.Weight[binOf(duration)]++
}

// distribution is the cumulative distribution of a duration at the ends of the bins.
type distribution [bins]float64

// logNormal is that of a duration whose logarithm is normal. Service times are close to it (L. Brown et al., "Statistical
// Analysis of a Telephone Call Center", Journal of the American Statistical Association 100, 2005).
func logNormal(median, sigma float64) *distribution {
	var d distribution
	for i, e := range edges {
		d[i] = 0.5 * math.Erfc(-math.Log(e/median)/sigma/math.Sqrt2)
	}
	d[bins-1] = 1
	return &d
}

// shrunk is what the histogram says, mixed with what was assumed before as if that had been seen n times.
func (h *histogram) shrunk(assumed *distribution, n float64) *distribution {
	var d distribution
	sum := 0.0
	for i, w := range h.Weight {
		sum += w
		d[i] = (sum + n*assumed[i]) / (h.Seen + n)
	}
	d[bins-1] = 1
	return &d
}

// before is the cumulative share at the lower end of a bin.
func (d *distribution) before(bin int) float64 {
	if bin == 0 {
		return 0
	}
	return d[bin-1]
}

// upTo is the share of durations that do not exceed x seconds.
func (d *distribution) upTo(x float64) float64 {
	bin, share := within(x)
	return d.before(bin) + (d[bin]-d.before(bin))*share
}

// quantile is the duration that a share u of all does not exceed.
func (d *distribution) quantile(u float64) float64 {
	bin := 0
	for _, stride := range [...]int{32, 16, 8, 4, 2, 1} {
		if j := bin + stride; j < bins && d[j-1] < u {
			bin = j
		}
	}
	from, lower := begin(bin), d.before(bin)
	if d[bin] <= lower {
		return edges[bin]
	}
	return from + (edges[bin]-from)*min(1, (u-lower)/(d[bin]-lower))
}

// outlived is the share above which a duration counts as longer than all that were seen.
const outlived = 0.999

// rest is what a share u of the durations that reach x seconds does not exceed, less x; gone is the share of those that do
// not reach it, as upTo says. A duration longer than all that were seen goes on in proportion to itself.
func (d *distribution) rest(x, gone, u float64) float64 {
	if gone > outlived {
		return x * u / (1 - outlived*u)
	}
	return max(0, d.quantile(gone+(1-gone)*u)-x)
}

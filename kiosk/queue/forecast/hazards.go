package forecast

// hazards is what was seen of a time until something happens, while some of what was watched ended otherwise: how often
// it happened, and for how many seconds it might have, by the time that had passed. (The estimate of a rate by events
// over exposure, as D. Cox and others count it; it takes what was cut short into account.)
type hazards struct {
	Events   [bins]float64 `json:"events"`
	Exposure [bins]float64 `json:"exposure"`
}

// expose counts the time between from and to, in seconds of what had passed.
func (h *hazards) expose(from, to float64) {
	for bin := binOf(from); from < to; bin++ {
		end := to
		if bin < bins-1 {
			end = min(to, edges[bin])
		}
		h.Exposure[bin] += end - from
		from = end
	}
}

// happened counts that it happened after that many seconds; memory is as for a histogram.
func (h *hazards) happened(after, memory float64) {
	keep := 1 - 1/memory
	for i := range h.Events {
		h.Events[i] *= keep
		h.Exposure[i] *= keep
	}
	h.Events[binOf(after)]++
}

// cumulated is the sum of a rate over the time that has passed, at the ends of the bins: the time until it happens has
// passed a sum as long as a draw from the exponential distribution of mean 1.
type cumulated [bins]float64

// priorEvents is for how many events a rate assumed before counts in each bin.
const priorEvents = 1

// cumulated sums the rates seen, shrunk to those assumed before: once in (slack + what has passed) seconds.
func (h *hazards) cumulated(slack, growing float64) *cumulated {
	var c cumulated
	sum := 0.0
	for i := range c {
		length := edges[i] - begin(i)
		usual := slack + growing*(begin(i)+length/2)
		sum += length * (h.Events[i] + priorEvents) / (h.Exposure[i] + priorEvents*usual)
		c[i] = sum
	}
	return &c
}

func (c *cumulated) before(bin int) float64 {
	if bin == 0 {
		return 0
	}
	return c[bin-1]
}

// upTo is the sum until x seconds have passed.
func (c *cumulated) upTo(x float64) float64 {
	bin, share := within(x)
	return c.before(bin) + (c[bin]-c.before(bin))*share
}

// rest is how much longer it takes when x seconds have passed, and with them the sum that upTo says, for a draw from the
// exponential distribution of mean 1. Beyond the last bin the rate stays as it was there.
func (c *cumulated) rest(x, passed, draw float64) float64 {
	target := passed + draw
	bin := 0
	for _, stride := range [...]int{32, 16, 8, 4, 2, 1} {
		if j := bin + stride; j < bins && c[j-1] < target {
			bin = j
		}
	}
	rate := (c[bin] - c.before(bin)) / (edges[bin] - begin(bin))
	return max(0, begin(bin)+(target-c.before(bin))/rate-min(x, edges[bins-1]))
}

package alarm

import (
	"slices"
	"time"
)

// trend is the readings of a window, as means of at most buckets parts of it.
type trend struct {
	parts []part
	// perHour is their slope, if there are enough of them.
	perHour float64
	enough  bool
}

// part is the mean of some readings and of when they were.
type part struct {
	from, at time.Duration
	value    float64
	count    int
}

const (
	buckets = 24
	// least is how many parts a slope needs: of the ten pairs among five, four have one outlier in them.
	least = 5
)

// with is the trend with another reading.
func (n trend) with(at time.Duration, value float64, window time.Duration) trend {
	parts := slices.DeleteFunc(slices.Clone(n.parts), func(p part) bool { return at-p.from > window || p.at > at })
	if last := len(parts) - 1; last >= 0 && at-parts[last].from < window/buckets {
		p := &parts[last]
		p.count++
		p.at += (at - p.at) / time.Duration(p.count)
		p.value += (value - p.value) / float64(p.count)
	} else {
		parts = append(parts, part{at, at, value, 1})
	}
	n = trend{parts: parts}
	n.perHour, n.enough = n.slope(at - window)
	return n
}

// slope is the change per hour: the median of the slopes between all pairs (Theil and Sen), which three in ten wild
// readings do not move far. It is false while the readings are too few, or span less than half of the window since begin.
func (n trend) slope(begin time.Duration) (float64, bool) {
	if len(n.parts) < least {
		return 0, false
	}
	first, last := n.parts[0], n.parts[len(n.parts)-1]
	if (last.at-first.at)*2 < last.at-begin {
		return 0, false
	}
	var slopes []float64
	for i, p := range n.parts {
		for _, q := range n.parts[i+1:] {
			slopes = append(slopes, (q.value-p.value)/(q.at-p.at).Hours())
		}
	}
	return median(slopes), true
}

// median sorts its numbers; there is at least one.
func median(of []float64) float64 {
	slices.Sort(of)
	if n := len(of); n%2 == 0 {
		return (of[n/2-1] + of[n/2]) / 2
	}
	return of[len(of)/2]
}

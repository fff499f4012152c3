package survey

import (
	"time"

	"stationkeeper/ui/lang"
)

// Results are what the customers of a month said. The zero value is of a month of which nothing is known.
type Results struct {
	// Month is any time in that month, in the station's time zone.
	Month time.Time
	// Levels counts the ratings by level: from 1 (very dissatisfied) at index 0 to 5 at index 4.
	Levels [5]int
	// Aspects are the parts that were asked about, each with its own counts.
	Aspects []Aspect
}

// Aspect is one part of the service and how many chose each level for it, as in Results.
type Aspect struct {
	Names  lang.Names
	Levels [5]int
}

// Count is how many ratings there were.
func (r Results) Count() int { return count(r.Levels) }

// Satisfied is the share of those who were satisfied or very satisfied, in percent; 0 when nobody was asked.
func Satisfied(levels [5]int) int {
	n := count(levels)
	if n == 0 {
		return 0
	}
	return (200*(levels[3]+levels[4]) + n) / (2 * n)
}

func count(levels [5]int) (n int) {
	for _, c := range levels {
		n += c
	}
	return n
}

// LastMonth is the short of it, in words; empty when nobody was asked.
func LastMonth(c *lang.Catalogue, r Results) string {
	if r.Count() == 0 {
		return ""
	}
	return c.Survey.LastMonth(int(r.Month.Month()), r.Count(), Satisfied(r.Levels))
}

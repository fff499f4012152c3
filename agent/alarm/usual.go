package alarm

import (
	"math"
	"slices"
	"time"
)

// usual is what a point is expected to be: a level, what is added by the hour of the day, and what by the hour of the
// week.
type usual struct {
	Hours  float64      `json:"hours"`  // learnt from
	Weight float64      `json:"weight"` // of the level, in hours; an absence takes from it
	Level  float64      `json:"level"`
	Day    [24]float64  `json:"day"`
	Week   [168]float64 `json:"week"`
	// Days and Weeks count how often an hour of the day, and of the week, has been seen; up to enough.
	Days  [24]int  `json:"days"`
	Weeks [168]int `json:"weeks"`
}

const (
	// levelMemory is over how many hours the level is learnt: two weeks, so that it follows the seasons but not a bad day.
	levelMemory = 14 * 24
	// dayRate and weekRate are how much of a departure an hour of the day, and of the week, learns: of the last two weeks,
	// and of the last five of its kind.
	dayRate  = 1. / 14
	weekRate = 1. / 5
	// firstWeek is over before hours of the week are learnt: one week does not tell what is the week's and what is the
	// season's.
	firstWeek = 7 * 24
	enough    = 100
)

// at is what is expected in an hour of the week.
func (u usual) at(hour int) float64 { return u.Level + u.Day[hour%24] + u.Week[hour] }

// aged is what is left after an absence: the longer, the sooner the level is learnt anew.
func (u usual) aged(hours float64) usual {
	u.Weight *= math.Exp(-hours / levelMemory)
	return u
}

// with learns from a departure.
func (u usual) with(hour int, stray, step float64) usual {
	day := hour % 24
	u.Hours += step
	u.Weight = min(u.Weight+step, levelMemory)
	u.Level += step / u.Weight * stray
	u.Days[day], u.Weeks[hour] = min(u.Days[day]+1, enough), min(u.Weeks[hour]+1, enough)
	u.Day[day] += max(dayRate, 1/float64(u.Days[day]+1)) * stray
	if u.Hours > firstWeek {
		u.Week[hour] += max(weekRate, 1/float64(u.Weeks[hour]+1)) * stray
	}
	return u
}

// hour gathers the readings of one.
type hour struct {
	Number int64 `json:"number"` // since 1970, in UTC
	Week   int   `json:"week"`   // which of the week, from Sunday midnight at the station
	Before int64 `json:"before"` // the one closed last
	// Parts are the means of its twelfths, of which the median counts; Part is the one being gathered.
	Parts  []float64 `json:"parts,omitempty"`
	Part   int       `json:"part"`
	Sum    float64   `json:"sum"`
	Count  int       `json:"count"`
	Latest float64   `json:"latest"`
}

func (h hour) with(at time.Time, value float64) hour {
	number, part := at.Unix()/3600, int(at.Unix()%3600)/300
	if h.Count == 0 || number != h.Number {
		h = hour{Number: number, Week: int(at.Weekday())*24 + at.Hour(), Before: h.Before, Part: part}
	}
	if part != h.Part {
		h.Parts = append(slices.Clip(h.Parts), h.Sum/float64(h.Count))
		h.Parts = h.Parts[max(0, len(h.Parts)-12):] // more only if the clock went back
		h.Part, h.Sum, h.Count = part, 0, 0
	}
	h.Sum, h.Count, h.Latest = h.Sum+value, h.Count+1, value
	return h
}

func (h hour) value() float64 {
	return median(append(slices.Clone(h.Parts), h.Sum/float64(h.Count)))
}

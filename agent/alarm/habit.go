package alarm

import (
	"math"
	"time"
)

// Habits are what is usual at points, by their names. Their JSON, about 10 kB a point, is what is kept of them.
// What they point to is never changed.
type Habits map[string]*Habit

// Habit is what is usual at one point, learnt from its readings alone. It is never changed in place; its zero value is
// that of a new point. Its numbers are in the unit of the readings, whatever that is.
//
// Readings are gathered by the hour, so that it does not matter how often there are some. Of each hour two questions are
// asked: how far is it, and are the last hours and days, from what is usual at this hour of the week; and how far is it
// beyond anything seen before. Both are measured by how far the point usually strays. A warning begins when an answer is
// as large as it is on the rarest days only, see rarity, and goes on until a whole day was usual again. A point that is
// unusual for a week has a new habit: another season, another sensor. A warning that goes on for more than a day and then
// becomes twice as bad as it ever was ends, and another begins: who has seen the first is to be told again.
//
// The first warning comes after a week of readings: a habit has to have shown each day of the week once.
//
// The constants here were chosen for what they mean, and tried on ten months of hourly office temperatures with two
// failures (see backtest) and on made-up series; on no other recording.
type Habit struct {
	Hour  hour  `json:"hour"`
	Usual usual `json:"usual"`
	// Recent are the latest hours, the newest last, and Strays how far they were from usual. Their medians are what counts:
	// one wild hour changes nothing.
	Recent [3]float64 `json:"recent"`
	Strays [3]float64 `json:"strays"`
	// Means are the means of Strays over the times of horizons, and Spreads how large they usually are.
	Means   [len(horizons)]float64 `json:"means"`
	Spreads [len(horizons)]float64 `json:"spreads"`
	// Grain is the smallest step between two readings: no spread is less.
	Grain float64 `json:"grain"`
	// Range is what was seen before the day Date, and Today what is seen on it. Days are those of UTC.
	Range span  `json:"range"`
	Today span  `json:"today"`
	Date  int64 `json:"date"`
	// Rarities are of the answers to both questions.
	Rarities [questions]rarity `json:"rarities"`
	// Episode is the warning that goes on.
	Episode *episode `json:"episode,omitempty"`
	// Warned are the hours in which the latest episodes began.
	Warned []int64 `json:"warned,omitempty"`
}

// The questions, and how many there are.
const (
	departs = iota // from what is usual at this hour of the week
	exceeds        // what was seen before
	questions
)

// floors are the answers that are never rare. A departure of less than 3 mean departures happens on any day, and what is
// beyond the range by less than the mean departure has as good as been seen.
var floors = [questions]float64{3, 1}

// horizons are over how many hours departures are averaged: a failure shows within hours, a slow change over days.
var horizons = [...]float64{1, 8, 48}

const (
	// spreadMemory is over how many hours spreads are learnt: a month.
	spreadMemory = 30 * 24
	// rangeMemory is over how many days the range shrinks again: a year.
	rangeMemory = 365
	// longestStep is how many hours an hour stands for at most when those before it are missing.
	longestStep = 3
	// wild is how many spreads of a departure are learnt from at most.
	wild = 3
	// firstHours are learnt from and not judged by: the level is not yet one.
	firstHours = 2 * 24
	// most is the largest value that is believed.
	most = 1e12
)

// span is the lowest and the highest of some values.
type span struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	Any  bool    `json:"any"`
}

func (s span) with(v float64) span {
	if !s.Any {
		return span{v, v, true}
	}
	return span{min(s.Low, v), max(s.High, v), true}
}

// Step takes a reading in. One that is not later than those before is learnt from no further.
func (h Habit) Step(at time.Time, value float64) Habit {
	if math.IsNaN(value) || math.Abs(value) > most {
		return h
	}
	if h.Hour.Count > 0 && at.Unix()/3600 != h.Hour.Number {
		h = h.close()
	}
	h.Grain = h.finer(value)
	h.Hour = h.Hour.with(at, value)
	return h
}

// finer is the smallest step seen. As long as there was none it is taken to be a small part of the value.
func (h Habit) finer(value float64) float64 {
	step := math.Abs(value - h.Hour.Latest)
	switch {
	case h.Grain == 0:
		return math.Abs(value) / 400
	case step > 0:
		return min(h.Grain, step)
	}
	return h.Grain
}

// close judges the hour that was gathered, and learns from it.
func (h Habit) close() Habit {
	value, hours := h.Hour.value(), float64(h.Hour.Number-h.Hour.Before)
	if h.Usual.Hours == 0 {
		h.Usual.Level, h.Date, h.Recent, hours = value, h.Hour.Number/24, [3]float64{value, value, value}, 1
	}
	h.Hour.Before = h.Hour.Number
	if hours <= 0 {
		return h
	}
	h = h.roll()
	step := min(hours, longestStep)
	h.Usual = h.Usual.aged(hours - step)
	stray := value - h.Usual.at(h.Hour.Week)
	h.Recent = [3]float64{h.Recent[1], h.Recent[2], value}
	h.Strays = [3]float64{h.Strays[1], h.Strays[2], stray}
	h.Means = h.means(step, hours)
	h = h.judge(step)
	return h.learn(stray, step)
}

// means are the means with another hour, that stands for step of the hours since the one before. A long one is not made by
// what was wild for a short time.
func (h Habit) means(step, hours float64) (means [len(horizons)]float64) {
	for k, tau := range horizons {
		stray := middle(h.Strays)
		if limit := wild * h.spread(0); k > 0 && h.Usual.Hours > firstHours {
			stray = max(-limit, min(limit, stray))
		}
		means[k] = h.Means[k] * math.Exp(-(hours-step)/tau)
		means[k] += (1 - math.Exp(-step/tau)) * (stray - means[k])
	}
	return means
}

// roll begins a new day, when there is one.
func (h Habit) roll() Habit {
	date := h.Hour.Number / 24
	if date == h.Date {
		return h
	}
	for q := range h.Rarities {
		h.Rarities[q] = h.Rarities[q].next(h.Usual.Hours > firstHours)
	}
	if h.Range.Any {
		part := float64(min(max(date-h.Date, 1), rangeMemory)) / rangeMemory
		h.Range.Low += part * max(0, h.Usual.Level-h.Range.Low)
		h.Range.High -= part * max(0, h.Range.High-h.Usual.Level)
	}
	if h.Today.Any {
		h.Range = h.Range.with(h.Today.Low).with(h.Today.High)
	}
	h.Today, h.Date = span{}, date
	return h
}

// learn takes the hour into what is usual: not much of a wild one.
func (h Habit) learn(stray, step float64) Habit {
	for k, m := range h.Means {
		m = math.Abs(m)
		if h.Spreads[k] > 0 {
			m = min(m, wild*h.Spreads[k])
		}
		h.Spreads[k] += max(step/spreadMemory, step/(h.Usual.Hours+step)) * (m - h.Spreads[k])
	}
	h.Today = h.Today.with(middle(h.Recent))
	if h.Usual.Hours > firstHours {
		limit := wild * h.spread(0)
		stray = max(-limit, min(limit, stray))
	}
	h.Usual = h.Usual.with(h.Hour.Week, stray, step)
	return h
}

func (h Habit) spread(horizon int) float64 { return max(h.Spreads[horizon], h.Grain) }

// answers are how unusual an hour is, in spreads, and over which horizon it departs most.
func (h Habit) answers() (answers [questions]float64, horizon int) {
	for k, m := range h.Means {
		if s := h.spread(k); s > 0 && math.Abs(m)/s > answers[departs] {
			answers[departs], horizon = math.Abs(m)/s, k
		}
	}
	if value, s := middle(h.Recent), h.spread(0); h.Range.Any && s > 0 {
		answers[exceeds] = max(0, value-h.Range.High, h.Range.Low-value) / s
	}
	return answers, horizon
}

// middle is the median of three.
func middle(of [3]float64) float64 {
	a, b, c := of[0], of[1], of[2]
	return max(min(a, b), min(max(a, b), c))
}

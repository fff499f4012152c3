package alarm

import (
	"fmt"
	"math"
	"slices"
)

const (
	// renewal is for how many hours an episode goes on until it is a new habit.
	renewal = 7 * 24
	// renewed is of how many of its last hours the new habit is.
	renewed = 2 * 24
	// calm is how many hours must be usual until an episode ends, and back which part of its limits is.
	calm = 24
	back = 0.7
	// settled is after how many hours an episode that becomes worse times as bad is told again.
	settled = 24
	worse   = 2
	// reserve is by how much every episode that began lately, in hours, raises the limits: who warns often is to warn less.
	reserve = 1.25
	lately  = 30 * 24
)

// episode is a warning.
type episode struct {
	Since  int64              `json:"since"`  // hour
	Limits [questions]float64 `json:"limits"` // of the answers when it began
	Worst  [questions]float64 `json:"worst"`  // answers, and at least the limits
	Calm   float64            `json:"calm"`   // hours that have been usual since
	// Shift is how far the last two days, or as many as there are, departed.
	Shift float64 `json:"shift"`
	// Value is what departed, a mean over the horizon or a value beyond the range, and Edge the last that would not have.
	Value  float64 `json:"value"`
	Edge   float64 `json:"edge"`
	Reason string  `json:"reason"`
}

// judge begins an episode, or ends it. The hour stands for step hours.
func (h Habit) judge(step float64) Habit {
	answers, horizon := h.answers()
	limits := [questions]float64{}
	for q, r := range h.Rarities {
		limits[q] = r.limit(floors[q]) * math.Pow(reserve, float64(h.warned()))
	}
	began := h.Episode == nil && (answers[departs] > limits[departs] || answers[exceeds] > limits[exceeds])
	if began {
		h.Episode = h.begin(answers, limits, horizon)
		h.Warned = append(slices.Clip(h.Warned[len(h.Warned)-h.warned():]), h.Hour.Number)
	}
	for q, a := range answers {
		h.Rarities[q] = h.Rarities[q].seen(a, h.Episode != nil)
	}
	if h.Episode != nil && !began {
		h = h.goOn(answers, step)
	}
	return h
}

// warned is how many episodes began lately.
func (h Habit) warned() (n int) {
	for _, began := range h.Warned {
		if ago := h.Hour.Number - began; ago >= 0 && ago < lately {
			n++
		}
	}
	return n
}

// goOn lets an episode go on for an hour, or ends it: it is over, it is the new habit, or what it is now is to be told
// with another, which the next hour begins.
func (h Habit) goOn(answers [questions]float64, step float64) Habit {
	e := *h.Episode
	e.Since = min(e.Since, h.Hour.Number) // the clock may have been set back
	age := h.Hour.Number - e.Since
	e.Calm += step
	e.Shift += step / min(float64(age)+step, renewed) * (middle(h.Strays) - e.Shift)
	again := false
	for q, a := range answers {
		if a >= back*e.Limits[q] {
			e.Calm = 0
		}
		again = again || age >= settled && a > worse*e.Worst[q]
		e.Worst[q] = max(e.Worst[q], a)
	}
	h.Episode = &e
	if again || e.Calm >= calm {
		h.Episode = nil
	} else if age >= renewal {
		h.Usual.Level += e.Shift
		h.Means, h.Strays, h.Episode = [len(horizons)]float64{}, [3]float64{}, nil
	}
	return h
}

// begin is the episode that answers make begin. What is beyond everything is told rather than what departs.
func (h Habit) begin(answers, limits [questions]float64, horizon int) *episode {
	e := &episode{Since: h.Hour.Number, Limits: limits, Worst: limits}
	value := middle(h.Recent)
	switch reach := limits[exceeds] * h.spread(0); {
	case answers[exceeds] > limits[exceeds] && value > h.Range.High:
		e.Value, e.Edge, e.Reason = value, h.Range.High+reach, "higher than anything before"
	case answers[exceeds] > limits[exceeds]:
		e.Value, e.Edge, e.Reason = value, h.Range.Low-reach, "lower than anything before"
	default:
		usual, side := h.Usual.at(h.Hour.Week), "above"
		reach := limits[departs] * h.spread(horizon)
		if h.Means[horizon] < 0 {
			reach, side = -reach, "below"
		}
		e.Value, e.Edge = usual+h.Means[horizon], usual+reach
		e.Reason = fmt.Sprintf("mean of %g h further %s its usual %.4g than on all but the rarest days", horizons[horizon], side, usual)
	}
	return e
}

package main

import (
	"math"
	"slices"
	"time"
)

// tally sums up how far a predictor was off. Times are in seconds.
type tally struct {
	n                int
	absolute, square float64
	difference       float64 // predicted − actual
	promised, inside int
	width            float64
	waited           float64 // sum of the waits that came
}

// add counts one prediction against the wait that came.
func (t *tally) add(p prediction, wait time.Duration) {
	d := (p.wait - wait).Seconds()
	t.n++
	t.waited += wait.Seconds()
	t.absolute += math.Abs(d)
	t.square += d * d
	t.difference += d
	if !p.promised {
		return
	}
	t.promised++
	t.width += (p.high - p.low).Seconds()
	if p.low <= wait && wait <= p.high {
		t.inside++
	}
}

// plus is both tallies together.
func (t tally) plus(o tally) tally {
	return tally{n: t.n + o.n, absolute: t.absolute + o.absolute, square: t.square + o.square, difference: t.difference + o.difference,
		promised: t.promised + o.promised, inside: t.inside + o.inside, width: t.width + o.width, waited: t.waited + o.waited}
}

// The figures of a tally, in seconds; NaN where there is none.

func (t tally) mae() float64       { return t.absolute / float64(t.n) }
func (t tally) rmse() float64      { return math.Sqrt(t.square / float64(t.n)) }
func (t tally) meanWait() float64  { return t.waited / float64(t.n) }
func (t tally) bias() float64      { return t.difference / float64(t.n) }
func (t tally) coverage() float64  { return float64(t.inside) / float64(t.promised) }
func (t tally) meanWidth() float64 { return t.width / float64(t.promised) }

// score is the tallies of contestants by part (a day, or an office) of a recording.
type score struct {
	contestants []contestant
	parts       []string
	tallies     map[string][]tally // by part, in the order of the contestants
	// promised is everybody's tallies of those customers whom ours promised something.
	promised []tally
}

func newScore(contestants []contestant) *score {
	return &score{contestants: contestants, tallies: map[string][]tally{}, promised: make([]tally, len(contestants))}
}

// add counts the contestants' predictions of one wait.
func (s *score) add(part string, predictions []prediction, wait time.Duration) {
	if s.tallies[part] == nil {
		s.parts = append(s.parts, part)
		s.tallies[part] = make([]tally, len(s.contestants))
	}
	silent := slices.ContainsFunc(s.contestants, func(c contestant) bool { return c.ours })
	for i, p := range predictions {
		s.tallies[part][i].add(p, wait)
		silent = silent && !p.promised
	}
	for i, p := range predictions {
		if !silent {
			s.promised[i].add(p, wait)
		}
	}
}

// sum is the contestants' tallies over the parts that are wanted.
func (s *score) sum(wanted func(part string) bool) []tally {
	all := make([]tally, len(s.contestants))
	for _, part := range s.parts {
		if !wanted(part) {
			continue
		}
		for i, t := range s.tallies[part] {
			all[i] = all[i].plus(t)
		}
	}
	return all
}

func everything(string) bool { return true }

// sorted is the parts in order of their names.
func (s *score) sorted() []string { return slices.Sorted(slices.Values(s.parts)) }

package main

import (
	"time"
)

// office is the offices' own estimate: waiting × minutes per customer / open counters; known is false when it gives none,
// with no counter open or no time per customer.
func (r reading) estimate() (d time.Duration, known bool) {
	if r.open == 0 || r.perCustomer == 0 {
		return 0, false
	}
	return time.Duration(r.waiting) * r.perCustomer / time.Duration(r.open), true
}

// cityScore is what came out of all groups.
type cityScore struct {
	// score is by office, of customers for whom the office gives an estimate; without is of the others, for whom it gives
	// none.
	score, without *score
	byDay          *score
	fates          map[fate]int
	// within is the sum of the times between the readings that the calls of scored waits lie among.
	within time.Duration
	scored int
}

func cityContestants() []contestant {
	return append([]contestant{ours(cityRules())}, classics()...)
}

// playCity plays every group and scores its reconstructed waits, on the days that are wanted.
func playCity(c *city, wanted func(day string) bool) (*cityScore, error) {
	names := append(cityContestants(), contestant{name: "office's own"})
	out := &cityScore{score: newScore(names), without: newScore(names[:len(names)-1]), byDay: newScore(names), fates: map[fate]int{}}
	for _, s := range c.all() {
		if err := out.play(s, wanted); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (o *cityScore) play(s *series, wanted func(day string) bool) error {
	hall, err := newHall(cityContestants())
	if err != nil {
		return err
	}
	for _, readings := range byDay(s.readings) {
		history := newHistory(readings)
		day := readings[0].at.Format(time.DateOnly)
		from := readings[0].at
		for i, r := range readings {
			told, err := hall.step(from, r, history.changes[i])
			if err != nil {
				return err
			}
			if told != nil && wanted(day) {
				o.add(s, day, history, i, told)
			}
			from = r.at
		}
		if err := hall.endDay(from); err != nil {
			return err
		}
	}
	return nil
}

// add scores what was told the customer who was last in line at reading i.
func (o *cityScore) add(s *series, day string, h history, i int, told []prediction) {
	w, fate := h.last(i)
	o.fates[fate]++
	if fate != wasCalled {
		return
	}
	estimate, known := h.readings[i].estimate()
	if !known {
		o.without.add(s.office, told, w.long)
		return
	}
	told = append(told, prediction{wait: estimate})
	o.score.add(s.office, told, w.long)
	o.byDay.add(day, told, w.long)
	o.within += w.within
	o.scored++
}

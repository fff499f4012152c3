package main

import "time"

// The snapshots show counts, not customers: how many wait, and which ticket is served now. Who is told to wait leaves
// that number only by being called, and tickets are called in the order of their numbers, so at each moment
//
//	tickets issued = tickets called + customers waiting.
//
// The ticket that is shown lags in some offices (a counter shows its customer until the next one), but it never is ahead
// of those called, and the number issued never falls. So the number called is at least the ticket shown, at least what it
// was, and at least the number issued before less those who wait now. The least number that is all three is taken.

// progress is what is known of one group's day from the readings up to one, and from no later one.
type progress struct {
	issued, called int
	waiting        int
	shown          int // the highest ticket shown that is believed
	doubted        int // a ticket too far ahead, to be believed when the next reading has it too
	last           time.Time
}

// change is what must have happened between two readings.
type change struct {
	arrived, called int
	// left is how many went without being called: the queue was cleared, or nobody was there to call them.
	left int
}

// leap is by how many tickets the one shown may advance in 5 minutes before it is doubted: a group calls two or
// three customers in this time, and wrong tickets are shown for a moment.
const leap = 12

// see takes in the next reading of the day.
func (p *progress) see(r reading, open int) change {
	advanced := p.believe(r)
	called := max(p.called, p.shown, p.issued-r.waiting)
	c := change{called: called - p.called}
	// The display was switched off with the counters, or nobody works: those who are gone were not called.
	if gone := p.waiting - r.waiting; gone > 0 && !advanced && (r.shown == 0 && p.shown > 0 && r.waiting == 0 || r.open == 0 && open == 0) {
		c.left = min(gone, c.called)
		c.called -= c.left
	}
	issued := called + r.waiting
	c.arrived = issued - p.issued
	p.issued, p.called, p.waiting, p.last = issued, called, r.waiting, r.at
	return c
}

// believe judges the ticket shown and reports whether it has advanced.
func (p *progress) believe(r reading) bool {
	most := leap
	if !p.last.IsZero() {
		most = leap * max(1, int(r.at.Sub(p.last)/(5*time.Minute)))
	}
	if r.shown <= p.shown {
		p.doubted = 0
		return false
	}
	if r.shown > p.shown+most && (p.doubted == 0 || r.shown < p.doubted || r.shown > p.doubted+most) {
		p.doubted = r.shown
		return false
	}
	p.doubted, p.shown = 0, r.shown
	return true
}

// wait is one reconstructed wait: that of the customer who was last in line at a reading, from then on.
type wait struct {
	long time.Duration
	// within is the time between the two readings among which the call lies: how uncertain it is.
	within time.Duration
}

// fate is what became of a customer, or why it is not known.
type fate string

const (
	wasCalled fate = "called"
	notCalled fate = "not called: the queue was cleared or the day ended"
	inGap     fate = "called in a gap of the recording of more than 20 minutes"
	unclear   fate = "the ticket shown lagged so much that the number is unclear"
)

// widest is the longest time between two readings in which a call is placed.
const widest = 20 * time.Minute

// history is one day's progress after each reading.
type history struct {
	readings []reading
	after    []progress
	changes  []change
}

func newHistory(readings []reading) history {
	h := history{readings: readings}
	var p progress
	open := 0
	for _, r := range readings {
		h.changes = append(h.changes, p.see(r, open))
		h.after = append(h.after, p)
		open = r.open
	}
	return h
}

// last is the wait, from reading i, of the customer who was last in line then. The time of the call is between two
// readings, in proportion to how many were called between them.
func (h history) last(i int) (wait, fate) {
	number := h.after[i].issued
	if lag := h.after[i].called - h.after[i].shown; lag > 2 && lag > h.readings[i].waiting/5 {
		return wait{}, unclear
	}
	for j := i + 1; j < len(h.after); j++ {
		before, now := h.after[j-1].called, h.after[j].called
		if now < number {
			continue
		}
		if h.changes[j].left > 0 || h.after[len(h.after)-1].shown < number {
			return wait{}, notCalled
		}
		from, to := h.readings[j-1].at, h.readings[j].at
		if to.Sub(from) > widest {
			return wait{}, inGap
		}
		at := from.Add(to.Sub(from) * time.Duration(number-before) / time.Duration(now-before))
		return wait{long: at.Sub(h.readings[i].at), within: to.Sub(from)}, wasCalled
	}
	return wait{}, notCalled
}

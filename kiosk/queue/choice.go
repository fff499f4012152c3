package queue

import (
	"math/bits"
	"time"
)

// choice is whose turn it is, and why.
type choice struct {
	ticket *Ticket
	line   int // its index
	rule   *ruling
	lane   int     // index of the lane that the call is counted for; of a rule without weights, 0
	points float64 // of a rule of that order
}

func (c choice) laneName() string {
	if len(c.rule.lanes) == 0 {
		return ""
	}
	return c.rule.lanes[c.lane].name
}

// hallway is what a choice is made of: who waits, what the lanes have had, and the time.
type hallway struct {
	state    *State
	waiting  lines
	accounts []*account
	now      time.Time
	filled   marks // the lines that are not empty
	// heads are, where calls are not real, the points of the first of each line as far as they are known.
	heads []head
}

// head is a ticket and its points.
type head struct {
	ticket *Ticket
	points float64
}

func (s *State) hallway(now time.Time) hallway {
	h := hallway{state: s, waiting: s.waiting, accounts: s.accounts, now: now, filled: make(marks, s.code.words())}
	h.fill()
	return h
}

// fill marks the lines that are not empty.
func (h *hallway) fill() {
	for i := range h.waiting {
		if len(h.waiting[i].tickets) > 0 {
			h.filled[i/64] |= 1 << (i % 64)
		}
	}
}

// choose is the one that a counter calls next: of its rules the first that finds somebody decides.
func (h *hallway) choose(d *desk) (choice, bool) {
	for i := range d.rulings {
		r := &d.rulings[i]
		if !r.holds(h.waiting, h.now) {
			continue
		}
		if c, ok := h.find(r, d.id); ok {
			return c, true
		}
	}
	return choice{}, false
}

// maxLanes is among how many lanes a choice is made without taking memory.
const maxLanes = 8

// find is the first by a rule's order of those in the lines that it looks at, and of the lane whose turn it is.
func (h *hallway) find(r *ruling, counter string) (choice, bool) {
	var few [maxLanes]choice
	var best []choice
	if n := max(1, len(r.lanes)); n > maxLanes {
		best = make([]choice, n)
	} else {
		best = few[:n]
	}
	for word, looks := range r.looks {
		for some := looks & h.filled[word]; some != 0; some &= some - 1 {
			i := word*64 + bits.TrailingZeros64(some)
			l := &h.waiting[i]
			t := l.tickets[0]
			if t.For != "" || r.order == Booked {
				if t = h.first(r, l, counter); t == nil {
					continue
				}
			}
			one := choice{ticket: t, line: i, rule: r, lane: r.laneOf(l)}
			if r.order == Priority {
				one.points = h.points(t, i)
			}
			if to := &best[one.lane]; to.ticket == nil || h.before(&one, to) {
				*to = one
			}
		}
	}
	return h.turn(r, best)
}

// turn is the choice of the lane whose turn it is.
func (h *hallway) turn(r *ruling, best []choice) (choice, bool) {
	if len(r.lanes) == 0 {
		return best[0], best[0].ticket != nil
	}
	account := h.accounts[r.account]
	found, lowest := -1, int64(0)
	for i, c := range best {
		if c.ticket == nil {
			continue
		}
		claim := account.claim(i)
		switch {
		case found >= 0 && r.lanes[i].weight == 0 && r.lanes[found].weight > 0: // only when no other has anybody
		case found < 0 || claim < lowest:
			found, lowest = i, claim
		}
	}
	if found < 0 {
		return choice{}, false
	}
	return best[found], true
}

// first is the first ticket of a line by the rule's order that the counter may call; nil when there is none.
func (h *hallway) first(r *ruling, l *line, counter string) *Ticket {
	if r.order == Booked && l.booked {
		return h.firstBooked(r, l, counter)
	}
	for _, t := range l.tickets {
		if t.For == "" || h.state.mayCall(counter, t) {
			return t
		}
	}
	return nil
}

func (h *hallway) firstBooked(r *ruling, l *line, counter string) *Ticket {
	var found *Ticket
	for _, t := range l.tickets {
		if t.Booked.Sub(h.now) > r.due || t.For != "" && !h.state.mayCall(counter, t) {
			continue
		}
		if found == nil || t.Booked.Before(found.Booked) { // of two booked for the same time the first is the one whose turn is earlier
			found = t
		}
	}
	return found
}

// before reports whether one comes before the other by the order of their rule.
func (h *hallway) before(one, other *choice) bool {
	switch one.rule.order {
	case Priority:
		if one.points != other.points {
			return one.points > other.points
		}
	case Booked:
		if booked := h.waiting[one.line].booked; booked != h.waiting[other.line].booked {
			return booked
		} else if booked && !one.ticket.Booked.Equal(other.ticket.Booked) {
			return one.ticket.Booked.Before(other.ticket.Booked)
		}
	}
	return byTurn(one.ticket, other.ticket) < 0
}

// points is the accumulated priority of a ticket in a line.
func (h *hallway) points(t *Ticket, line int) float64 {
	if h.heads != nil && h.heads[line].ticket == t {
		return h.heads[line].points
	}
	class := h.waiting[line].class
	points := h.state.code.head[class] + h.state.code.rate[class]*max(0, h.now.Sub(t.Turn).Seconds())
	if h.heads != nil {
		h.heads[line] = head{t, points}
	}
	return points
}

// mayCall reports whether a counter may call a ticket as far as that is for one counter only. A counter that is gone, or
// that was closed today, keeps nobody waiting for it.
func (s *State) mayCall(counter string, t *Ticket) bool {
	if t.For == "" || t.For == counter {
		return true
	}
	d, known := s.desks[t.For]
	return !known || d.gone || d.state == CounterClosed && !d.since.IsZero()
}

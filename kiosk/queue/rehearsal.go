package queue

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// rehearsal calls everybody who waits, on a copy and all at one instant, to see who is called before whom. The counters
// take turns, in the order in which they may be expected to be free: those without a customer first, the longest idle of
// them before the others, then those with one, by when they called. One that finds nobody drops out. When the open
// counters have called all whom they can, those that are paused or closed call the rest in the same way.
type rehearsal struct {
	hallway
	callers []caller // those that are open first
	open    int      // how many of callers are
	placed  []placed
	// tickets and marks are the memory of waiting and of callers.
	tickets []*Ticket
	marks   marks
	round   []*caller
}

// caller is a counter in a rehearsal.
type caller struct {
	*desk
	// looks are the lines that any of the rules looks at which hold at the beginning. They do not become more: conditions
	// hold less and less while people are called.
	looks marks
	calls int
	// rank and since order callers: 0 without a customer, 1 with one, 2 not open; and from when on, in nanoseconds.
	rank  int
	since int64
}

// rehearsals keeps the memory of rehearsals for the next ones: a snapshot takes several.
var rehearsals = sync.Pool{New: func() any { return new(rehearsal) }}

// placed is a ticket and how many were called before it by counters that look at it; -1 of one that nobody called.
type placed struct {
	ticket *Ticket
	before int
}

// rehearse sets up a rehearsal; newcomer, when given, comes in addition to those who wait. It has to be released.
func (s *State) rehearse(newcomer *Ticket, now time.Time) *rehearsal {
	r := rehearsals.Get().(*rehearsal)
	r.copy(s, now)
	if newcomer != nil {
		r.add(newcomer)
	}
	n := s.code.words()
	r.marks = append(r.marks[:0], make([]uint64, n*len(s.rules.Counters))...)
	r.callers, r.open = r.callers[:0], 0
	for i, c := range s.rules.Counters {
		d, looks := s.desks[c.ID], r.marks[i*n:(i+1)*n]
		d.mark(looks, r.waiting, now)
		one := caller{desk: d, looks: looks}
		one.rank, one.since = d.sooner()
		r.callers = append(r.callers, one)
		if d.state == CounterOpen {
			r.open++
		}
	}
	slices.SortStableFunc(r.callers, bySooner)
	return r
}

// release gives the memory back. What it points at is overwritten by the next one, or dropped with the pool.
func (r *rehearsal) release() {
	r.state, r.accounts = nil, nil
	rehearsals.Put(r)
}

// copy is the hallway for calls that are not real.
func (r *rehearsal) copy(s *State, now time.Time) {
	r.state, r.now, r.accounts = s, now, cloneAccounts(s.accounts)
	r.waiting = append(r.waiting[:0], s.waiting...)
	r.tickets = slices.Grow(r.tickets[:0], s.waiting.count())
	for i := range r.waiting {
		if l := &r.waiting[i]; len(l.tickets) > 0 {
			begin := len(r.tickets)
			r.tickets = append(r.tickets, l.tickets...)
			l.tickets = r.tickets[begin:len(r.tickets):len(r.tickets)]
		}
	}
	r.heads = append(r.heads[:0], make([]head, len(r.waiting))...)
	r.filled = append(r.filled[:0], make([]uint64, s.code.words())...)
	r.fill()
}

// add lets somebody come in addition.
func (h *hallway) add(t *Ticket) {
	i := h.state.code.line(t)
	h.waiting[i].add(t)
	h.filled[i/64] |= 1 << (i % 64)
}

// mark marks the lines that any of the counter's rules looks at which hold at this time.
func (d *desk) mark(looks marks, waiting lines, now time.Time) {
	for i := range d.rulings {
		if r := &d.rulings[i]; r.holds(waiting, now) {
			for w, word := range r.looks {
				looks[w] |= word
			}
		}
	}
}

// sooner says when a counter may be expected to be free, as a rank and within that as a time: the lower, the sooner. Those
// that are not open are alike.
func (d *desk) sooner() (rank int, since int64) {
	switch {
	case d.state != CounterOpen:
		return 2, 0
	case d.ticket != nil:
		return 1, d.ticket.Called.UnixNano()
	case d.last.After(d.since):
		return 0, d.last.UnixNano()
	}
	return 0, d.since.UnixNano()
}

func bySooner(a, b caller) int {
	return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.since, b.since))
}

// run calls until nobody can be called, or until a ticket was. Only without such a ticket is it kept who was placed where.
func (r *rehearsal) run(until *Ticket) (last choice, called bool) {
	r.placed = r.placed[:0]
	for _, round := range [2][]caller{r.callers[:r.open], r.callers[r.open:]} {
		callers := r.round[:0]
		for i := range round {
			callers = append(callers, &round[i])
		}
		r.round = callers
		for len(callers) > 0 {
			kept := callers[:0]
			for _, c := range callers {
				found, ok := r.choose(c.desk)
				switch {
				case !ok:
					continue
				case until == nil:
					r.placed = append(r.placed, placed{found.ticket, r.earlier(found)})
				case found.ticket == until:
					return found, true
				}
				kept = append(kept, c)
				c.calls++
				r.call(found)
			}
			callers = kept
		}
	}
	for i := range r.waiting {
		for _, t := range r.waiting[i].tickets {
			r.placed = append(r.placed, placed{t, -1})
		}
	}
	return choice{}, false
}

// earlier counts the calls so far by counters that look at the line of the one chosen now.
func (r *rehearsal) earlier(c choice) int {
	n := 0
	for i := range r.callers {
		if one := &r.callers[i]; one.calls > 0 && one.looks.has(c.line) && r.state.mayCall(one.id, c.ticket) {
			n += one.calls
		}
	}
	return n
}

// call takes the chosen one away, and counts the call for its lane. A line that becomes empty stays.
func (h *hallway) call(c choice) {
	l := &h.waiting[c.line]
	if l.tickets[0] == c.ticket {
		l.tickets = l.tickets[1:]
	} else {
		l.tickets = slices.DeleteFunc(l.tickets, func(t *Ticket) bool { return t == c.ticket })
	}
	if len(l.tickets) == 0 {
		h.filled[c.line/64] &^= 1 << (c.line % 64)
	}
	if len(c.rule.lanes) > 0 {
		h.accounts[c.rule.account].charge(c.lane, c.rule.lanes[c.lane].weight)
	}
}

// places calls everybody, and returns all in order of Turn with how many would be called before each. Somebody whom no
// counter would call now, such as one long before the time agreed, counts those who wait for the same service with an
// earlier turn.
func (r *rehearsal) places() []placed {
	r.run(nil)
	slices.SortFunc(r.placed, func(a, b placed) int { return byTurn(a.ticket, b.ticket) })
	var before map[string]int
	for i, p := range r.placed {
		if p.before < 0 && before == nil {
			before = map[string]int{}
			for _, earlier := range r.placed[:i] {
				before[earlier.ticket.Service]++
			}
		}
		if p.before < 0 {
			r.placed[i].before = before[p.ticket.Service]
		}
		if before != nil {
			before[p.ticket.Service]++
		}
	}
	return r.placed
}

// aheadOf is how many would be called before a ticket that is about to be issued.
func (s *State) aheadOf(t *Ticket, now time.Time) int {
	if s.waiting.count() == 0 {
		return 0
	}
	r := s.rehearse(t, now)
	defer r.release()
	if found, called := r.run(t); called {
		return r.earlier(found)
	}
	n, service := 0, s.code.service(t.Service)
	for i := range s.waiting {
		if s.waiting[i].service == service {
			n += len(s.waiting[i].tickets)
		}
	}
	return n
}

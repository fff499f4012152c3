package queue

import (
	"cmp"
	"slices"
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
	before  []int // by line, how many were called so far by counters that look at it
}

// caller is a counter in a rehearsal.
type caller struct {
	*desk
	// lines are those that any of the rules looks at which hold at the beginning. That does not grow: conditions hold less
	// and less while people are called.
	lines []int
	calls int
}

// placed is a ticket and how many were called before it by counters that look at it; -1 of one that nobody called.
type placed struct {
	ticket *Ticket
	before int
}

// rehearse sets up a rehearsal; newcomer, when given, comes in addition to those who wait.
func (s *State) rehearse(newcomer *Ticket, now time.Time) *rehearsal {
	r := &rehearsal{hallway: s.copyHallway(now)}
	if newcomer != nil {
		r.waiting[s.code.line(newcomer)].add(newcomer)
	}
	r.before, r.heads = make([]int, len(r.waiting)), make([]head, len(r.waiting))
	r.callers = make([]caller, 0, len(s.rules.Counters))
	for _, c := range s.rules.Counters {
		d := s.desks[c.ID]
		r.callers = append(r.callers, caller{desk: d, lines: d.lines(r.waiting, now)})
		if d.state == CounterOpen {
			r.open++
		}
	}
	slices.SortStableFunc(r.callers, bySooner)
	return r
}

// copyHallway is the hallway for calls that are not real.
func (s *State) copyHallway(now time.Time) hallway {
	h := hallway{state: s, waiting: s.waiting.clone(), now: now}
	h.accounts = cloneAccounts(s.accounts)
	return h
}

// lines are those that any of the counter's rules looks at which hold at this time.
func (d *desk) lines(waiting lines, now time.Time) []int {
	var found []int
	for i := range d.rulings {
		r := &d.rulings[i]
		switch {
		case !r.holds(waiting, now) || len(r.lines) == 0:
		case found == nil:
			found = r.lines
		default:
			found = union(found, r.lines)
		}
	}
	return found
}

// union merges two lists in order; it does not change them.
func union(a, b []int) []int {
	if len(b) <= len(a) && (&a[0] == &b[0] || slices.Equal(a[:len(b)], b)) {
		return a
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// bySooner is the order in which counters may be expected to be free. Those that are not open stay in the order of the
// rules.
func bySooner(a, b caller) int {
	rank := func(c caller) int {
		switch {
		case c.state != CounterOpen:
			return 2
		case c.ticket != nil:
			return 1
		}
		return 0
	}
	since := func(c caller) time.Time {
		switch {
		case c.state != CounterOpen:
			return time.Time{}
		case c.ticket != nil:
			return c.ticket.Called
		case c.last.After(c.since):
			return c.last
		}
		return c.since
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), since(a).Compare(since(b)))
}

// run calls until nobody can be called, or until a ticket was.
func (r *rehearsal) run(until *Ticket) {
	r.placed = make([]placed, 0, r.waiting.count())
	for _, round := range [2][]caller{r.callers[:r.open], r.callers[r.open:]} {
		callers := make([]*caller, len(round))
		for i := range round {
			callers[i] = &round[i]
		}
		for len(callers) > 0 {
			kept := callers[:0]
			for _, c := range callers {
				found, ok := r.choose(c.desk)
				if !ok {
					continue
				}
				kept = append(kept, c)
				r.place(c, found)
				if found.ticket == until {
					return
				}
			}
			callers = kept
		}
	}
	for i := range r.waiting {
		for _, t := range r.waiting[i].tickets {
			r.placed = append(r.placed, placed{t, -1})
		}
	}
}

// place counts a call, after it was seen how many there were before.
func (r *rehearsal) place(by *caller, c choice) {
	before := r.before[c.line]
	if c.ticket.For != "" {
		before = r.beforeBound(c)
	}
	r.placed = append(r.placed, placed{c.ticket, before})
	by.calls++
	for _, l := range by.lines {
		r.before[l]++
	}
	r.call(c)
}

// beforeBound counts the calls before that of a ticket that not every counter may call.
func (r *rehearsal) beforeBound(c choice) int {
	before := 0
	for i := range r.callers {
		if one := &r.callers[i]; slices.Contains(one.lines, c.line) && r.state.mayCall(one.id, c.ticket) {
			before += one.calls
		}
	}
	return before
}

// call takes the chosen one away, and counts the call for its lane. A line that becomes empty stays.
func (h *hallway) call(c choice) {
	l := &h.waiting[c.line]
	if l.tickets[0] == c.ticket {
		l.tickets = l.tickets[1:]
	} else {
		l.tickets = slices.DeleteFunc(l.tickets, func(t *Ticket) bool { return t == c.ticket })
	}
	if len(c.rule.lanes) > 0 {
		h.accounts[c.rule.account].charge(c.lane, c.rule.lanes[c.lane].weight)
	}
}

// places are all who wait in order of Turn, with how many would be called before each. Somebody whom no counter would
// call now, such as one long before the time agreed, counts those who wait for the same service with an earlier turn.
func (s *State) places(now time.Time) []placed {
	if s.waiting.count() == 0 {
		return nil
	}
	r := s.rehearse(nil, now)
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
	r.run(t)
	n := 0
	for _, p := range r.placed {
		switch {
		case p.ticket == t && p.before >= 0:
			return p.before
		case p.ticket != t && p.ticket.Service == t.Service:
			n++
		}
	}
	return n
}

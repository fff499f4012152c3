package queue_test

import (
	"cmp"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
)

// checkCalls compares what a snapshot says of who is called before whom with real calls on a copy: everybody is called at
// this instant, and nobody comes or stays.
func (d *day) checkCalls() {
	d.t.Helper()
	v := d.state.Snapshot(d.now)
	for _, c := range v.Counters {
		d.checkNext(c)
	}
	if d.someoneIsKept(v) {
		return // who waits for one counter only is free to others once that closes, and not again when it opens
	}
	before := d.beforeByCalls(v, "")
	for _, w := range v.Waiting {
		if want, called := before[w.ID]; called && want != w.Before {
			d.t.Fatalf("%s has %d before it, and by calling %d", w.Number, w.Before, want)
		}
	}
	for _, s := range v.Services {
		real := d.copy()
		newcomer := real.must(queue.Take{Service: s.ID, Nonce: "newcomer"})
		if newcomer.Ahead != s.Ahead {
			d.t.Fatalf("%s has %d ahead, and one who comes is told %d", s.ID, s.Ahead, newcomer.Ahead)
		}
		if want, called := d.beforeByCalls(v, s.ID)[newcomer.ID]; called && want != s.Ahead {
			d.t.Fatalf("%s has %d ahead, and by calling %d", s.ID, s.Ahead, want)
		}
	}
}

func (d *day) someoneIsKept(v queue.Snapshot) bool {
	return slices.ContainsFunc(v.Waiting, func(p queue.Place) bool { return p.For != "" && d.ledger.posts[p.For].state != queue.CounterOpen })
}

// copy is another desk with the same queue.
func (d *day) copy() *desk {
	one := *d.desk
	one.records = slices.Clone(d.records)
	one.state = refold(d.t, &one)
	return &one
}

// free sends the customers of all counters away, so that each can call.
func (c *desk) free(v queue.Snapshot) {
	for _, counter := range v.Counters {
		if counter.Ticket != nil {
			c.must(queue.NoShow{Counter: counter.ID})
		}
	}
}

func (d *day) checkNext(c queue.CounterView) {
	d.t.Helper()
	real := d.copy()
	if c.Ticket != nil {
		real.must(queue.NoShow{Counter: c.ID})
	}
	if c.State == queue.CounterPaused {
		real.must(queue.ResumeCounter{Counter: c.ID})
	}
	if c.State == queue.CounterClosed && d.ledger.posts[c.ID].opened {
		return // opening it binds those again who wait for it
	}
	var next []string
	for len(next) < 5 {
		decision, err := real.do(queue.Call{Counter: c.ID})
		if err != nil {
			break
		}
		next = append(next, decision.Ticket.ID)
		real.must(queue.NoShow{Counter: c.ID})
	}
	if !slices.Equal(next, c.Next) {
		d.t.Fatalf("counter %s is said to call %v, and calls %v", c.ID, c.Next, next)
	}
}

// beforeByCalls calls everybody, a newcomer for a service with them when one is given, and counts for each the calls
// before by counters of whose rules one that holds at the beginning finds the ticket.
func (d *day) beforeByCalls(v queue.Snapshot, service string) map[string]int {
	real := d.copy()
	waiting := d.ledger.waiting()
	if service != "" {
		t := real.must(queue.Take{Service: service, Nonce: "newcomer"})
		one := &visitor{id: t.ID, service: service, status: queue.Waiting, turn: t.Turn}
		waiting = append(waiting, one)
	}
	real.free(v)
	visitors := map[string]*visitor{}
	for _, w := range waiting {
		visitors[w.id] = w
	}
	calls, before := map[string]int{}, map[string]int{}
	for _, round := range rounds(v) {
		for _, id := range round {
			if d.ledger.posts[id].state == queue.CounterPaused {
				real.must(queue.ResumeCounter{Counter: id})
			}
		}
		for len(round) > 0 {
			round = slices.DeleteFunc(round, func(id string) bool {
				decision, err := real.do(queue.Call{Counter: id})
				if err != nil {
					return true
				}
				one := visitors[decision.Ticket.ID]
				for other, n := range calls {
					if d.finds(other, one, waiting) {
						before[one.id] += n
					}
				}
				if _, seen := before[one.id]; !seen {
					before[one.id] = 0
				}
				calls[id]++
				real.must(queue.NoShow{Counter: id})
				return false
			})
		}
	}
	return before
}

// finds says whether one of a counter's rules that hold looks at a visitor.
func (d *day) finds(counter string, v *visitor, waiting []*visitor) bool {
	for _, rule := range d.ledger.calling(counter) {
		if d.ledger.applies(rule, counter, waiting, d.now) && d.ledger.reaches(rule, counter, v.service) && coversClass(rule, v) && !d.ledger.bound(v, counter) {
			return true
		}
	}
	return false
}

// rounds are the counters in the order in which they may be expected to be free: open ones, then the others.
func rounds(v queue.Snapshot) [2][]string {
	open := slices.DeleteFunc(slices.Clone(v.Counters), func(c queue.CounterView) bool { return c.State != queue.CounterOpen })
	since := func(c queue.CounterView) time.Time {
		if c.Ticket != nil {
			return c.Ticket.Called
		}
		if c.Last.After(c.Since) {
			return c.Last
		}
		return c.Since
	}
	busy := func(c queue.CounterView) int {
		if c.Ticket != nil {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(open, func(a, b queue.CounterView) int {
		return cmp.Or(cmp.Compare(busy(a), busy(b)), since(a).Compare(since(b)))
	})
	var all [2][]string
	for _, c := range open {
		all[0] = append(all[0], c.ID)
	}
	for _, c := range v.Counters {
		if c.State != queue.CounterOpen {
			all[1] = append(all[1], c.ID)
		}
	}
	return all
}

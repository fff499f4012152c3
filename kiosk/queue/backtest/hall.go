package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
)

// hall is one service group of an office as a queue of its own: arrivals and calls are taken from the readings, evenly
// spread between them, when the later one is there. Which counter called is not recorded; it is taken to be the idle
// one, or the one that has been busy for longest. When a service ends is not recorded either, except while somebody
// waits: then it ends with the next call. While nobody waits, it ends as soon as it has lasted as long as the mean of
// those.
type hall struct {
	lobby   *lobby
	waiting []string            // tickets, first come first
	open    []string            // counters, in order of their numbers
	busy    map[string]attended // by counter
	served  time.Duration       // sum of the services that ended with the next call
	n       int
	tickets int
}

// attended is a customer at a counter. Known is whether somebody has waited ever since.
type attended struct {
	since time.Time
	known bool
}

// cityCounters is how many counters a group may have: more than any recording has had.
const cityCounters = 40

const cityService = "group"

func cityRules() queue.Rules {
	r := queue.Rules{
		Services: []queue.Service{{ID: cityService, Prefix: "A", First: 1, Last: 9999}},
		Calendar: queue.Calendar{Zone: time.UTC},
	}
	for i := range cityCounters {
		r.Counters = append(r.Counters, queue.Counter{ID: fmt.Sprint(i + 1)})
	}
	return r
}

func newHall(contestants []contestant) (*hall, error) {
	l, err := newLobby(cityRules(), contestants)
	return &hall{lobby: l, busy: map[string]attended{}}, err
}

// event is an arrival or a call between two readings.
type event struct {
	at   time.Time
	call bool
}

// between lays out what happened between two readings. At the same time an arrival comes before a call; but the last
// arrival comes last of all when somebody waits: it is the customer who is last in line.
func between(from, to time.Time, c change, waiting int) []event {
	var all []event
	spread := func(n int, call bool) {
		for i := range n {
			all = append(all, event{from.Add(to.Sub(from) * time.Duration(i+1) / time.Duration(n)), call})
		}
	}
	spread(c.arrived, false)
	spread(c.called, true)
	slices.SortStableFunc(all, func(a, b event) int { return a.at.Compare(b.at) })
	if c.arrived == 0 || waiting == 0 {
		return all
	}
	last := c.arrived - 1
	i := slices.IndexFunc(all, func(e event) bool {
		if !e.call {
			last--
		}
		return !e.call && last < 0
	})
	return append(slices.Delete(all, i, i+1), event{at: to})
}

// step plays what lies between the reading before and this one, and returns what the contestants foretell the customer
// who comes last, when one comes and has to wait.
func (h *hall) step(from time.Time, r reading, c change) (told []prediction, err error) {
	if err := h.openUp(r.open, from); err != nil {
		return nil, err
	}
	events := between(from, r.at, c, r.waiting)
	for i, e := range events {
		switch {
		case e.call:
			err = h.call(e.at)
		case i == len(events)-1 && r.waiting > 0:
			if err = h.clear(c.left, e.at); err == nil {
				told = h.lobby.ask(customer{service: cityService}, e.at)
				err = h.take(e.at)
			}
			c.left = 0
		default:
			err = h.take(e.at)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := h.clear(c.left, r.at); err != nil {
		return nil, err
	}
	if r.waiting == 0 {
		err = h.finishOld(r.at)
	}
	if err == nil {
		err = h.closeDown(r.open, r.at)
	}
	return told, err
}

func (h *hall) take(at time.Time) error {
	h.tickets++
	t, err := h.lobby.do(queue.Take{Service: cityService, Nonce: fmt.Sprintf("t%d", h.tickets)}, at)
	h.waiting = append(h.waiting, t.ID)
	return err
}

// clear has customers leave who were not called.
func (h *hall) clear(n int, at time.Time) error {
	for range min(n, len(h.waiting)) {
		if _, err := h.lobby.do(queue.Leave{Ticket: h.waiting[0]}, at); err != nil {
			return err
		}
		h.waiting = h.waiting[1:]
	}
	return nil
}

// call calls the first in line.
func (h *hall) call(at time.Time) error {
	if len(h.open) == 0 { // counters are told of only with the reading; somebody has called
		if err := h.openUp(1, at); err != nil {
			return err
		}
	}
	counter := h.next()
	if err := h.finish(counter, at, true); err != nil {
		return err
	}
	first := h.waiting[0]
	h.waiting = h.waiting[1:]
	h.busy[counter] = attended{since: at, known: true}
	if len(h.waiting) == 0 {
		h.unsure()
	}
	_, err := h.lobby.do(queue.Call{Counter: counter, Ticket: first}, at)
	return err
}

// unsure: nobody waits, so a service that goes on may end without being noticed.
func (h *hall) unsure() {
	for counter, g := range h.busy {
		g.known = false
		h.busy[counter] = g
	}
}

// next is the open counter that calls: an idle one, or else the one busy for longest.
func (h *hall) next() string {
	return slices.MinFunc(h.open, func(a, b string) int { return h.busy[a].since.Compare(h.busy[b].since) })
}

// finish ends the service at a counter, if there is one.
func (h *hall) finish(counter string, at time.Time, called bool) error {
	g, busy := h.busy[counter]
	if !busy {
		return nil
	}
	if called && g.known {
		h.served += at.Sub(g.since)
		h.n++
	}
	delete(h.busy, counter)
	_, err := h.lobby.do(queue.Finish{Counter: counter}, at)
	return err
}

// finishOld ends the services that have lasted as long as one usually does.
func (h *hall) finishOld(at time.Time) error {
	for _, counter := range h.open {
		if g, busy := h.busy[counter]; busy && at.Sub(g.since) >= h.served/time.Duration(max(1, h.n)) {
			if err := h.finish(counter, at, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// openUp opens counters until n are open.
func (h *hall) openUp(n int, at time.Time) error {
	for _, c := range h.lobby.rules.Counters {
		if len(h.open) >= n {
			break
		}
		if slices.Contains(h.open, c.ID) {
			continue
		}
		h.open = append(h.open, c.ID)
		if _, err := h.lobby.do(queue.OpenCounter{Counter: c.ID}, at); err != nil {
			return err
		}
	}
	slices.SortFunc(h.open, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return nil
}

// closeDown closes counters until n are open: idle ones first, then those busy for longest.
func (h *hall) closeDown(n int, at time.Time) error {
	for len(h.open) > n {
		counter := h.next()
		if err := h.finish(counter, at, false); err != nil {
			return err
		}
		h.open = slices.DeleteFunc(h.open, func(c string) bool { return c == counter })
		if _, err := h.lobby.do(queue.CloseCounter{Counter: counter}, at); err != nil {
			return err
		}
	}
	return nil
}

// endDay ends everything at the last reading of a day.
func (h *hall) endDay(at time.Time) error {
	if err := h.clear(len(h.waiting), at); err != nil {
		return err
	}
	return h.closeDown(0, at)
}

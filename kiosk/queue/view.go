package queue

import (
	"slices"
	"time"
)

// Snapshot copies what may be shown at this time. When the day has ended since the last record, its numbers are gone.
//
// What it says about who is called before whom is what Call would do if everybody were called now, by the counters that
// are open now, each in turn: first those without a customer, the longest idle of them first, then those with one, by
// when they called. Whom they cannot call, the paused and closed counters call after them. Place.Before and
// ServiceView.Ahead count, of the calls before one, those by counters of whose rules one that holds now finds the ticket
// too. Next is what a counter would do if it were the only one to call.
func (s *State) Snapshot(now time.Time) Snapshot {
	v := Snapshot{At: now, Day: s.follow(now), LastDay: s.day}
	if s.waiting.count() > 0 {
		v.Waiting = s.viewWaiting(now)
	}
	for _, t := range s.held {
		v.Held = append(v.Held, *t)
	}
	today := v.Day == s.day
	if today {
		v.Today, v.Quotes = s.tally, s.score
		v.Announced = slices.Clone(s.announced)
		slices.Reverse(v.Announced)
	}
	v.Services = make([]ServiceView, 0, len(s.rules.Services))
	for _, service := range s.rules.Services {
		v.Services = append(v.Services, s.viewService(service, today, now))
	}
	v.Counters = make([]CounterView, 0, len(s.rules.Counters))
	for _, counter := range s.rules.Counters {
		v.Counters = append(v.Counters, s.viewCounter(counter, today, now))
	}
	return v
}

func (s *State) viewWaiting(now time.Time) []Place {
	r := s.rehearse(nil, now)
	defer r.release()
	places := r.places()
	view := make([]Place, len(places))
	for i, p := range places {
		view[i].Ticket, view[i].Before = *p.ticket, p.before
	}
	return view
}

func (s *State) viewService(service Service, today bool, now time.Time) ServiceView {
	zone := s.rules.Calendar.Zone
	view := ServiceView{Service: service}
	view.Until, view.Open = service.Hours.Open(now, zone)
	view.Next, _ = service.Hours.Next(now, zone)
	newcomer := Ticket{Service: service.ID, Status: Waiting, Turn: s.freshTurn(now)}
	view.Ahead = s.aheadOf(&newcomer, now)
	index := s.code.service(service.ID)
	for i := range s.waiting {
		if l := &s.waiting[i]; l.service == index {
			view.Waiting += len(l.tickets)
			for _, t := range l.tickets {
				view.Longest = max(view.Longest, now.Sub(t.Entered))
			}
		}
	}
	if counted, known := s.services[service.ID]; known && today {
		view.Today = counted.ServiceTally
		view.Full = s.full(service, counted, now)
	}
	return view
}

// maxNext is how many of the next ones of a counter are shown.
const maxNext = 5

func (s *State) viewCounter(counter Counter, today bool, now time.Time) CounterView {
	d := s.desks[counter.ID]
	view := CounterView{Counter: counter, State: d.state, Since: d.since, Reason: d.reason, Clerk: d.clerk, Offered: s.offered(d, now)}
	if d.ticket != nil {
		t := *d.ticket
		view.Ticket = &t
	}
	if view.Waiting = s.callable(d, now); view.Waiting > 0 {
		view.Next = s.nextOf(d, now)
	}
	if today {
		view.Today, view.Last = d.tally, d.last
		if deed, err := s.undoable(d, now); err == nil {
			t := deed.about()
			view.Undo = UndoView{Action: string(deed.action), Ticket: t.ID, Number: t.Number, Until: deed.at.Add(s.rules.Undo)}
		}
	}
	return view
}

// offered are the services that a counter calls now.
func (s *State) offered(d *desk, now time.Time) []string {
	offered := make([]string, 0, len(s.rules.Services))
	for i, service := range s.rules.Services {
		if slices.ContainsFunc(d.rulings, func(r ruling) bool { return r.serves[i] && r.holds(s.waiting, now) }) {
			offered = append(offered, service.ID)
		}
	}
	return offered
}

// callable counts those whom a counter may call by the rules that hold now.
func (s *State) callable(d *desk, now time.Time) int {
	looks := make(marks, s.code.words())
	d.mark(looks, s.waiting, now)
	n := 0
	for i := range s.waiting {
		if !looks.has(i) {
			continue
		}
		for _, t := range s.waiting[i].tickets {
			if s.mayCall(d.id, t) {
				n++
			}
		}
	}
	return n
}

// nextOf are the ids of those whom a counter would call next if it were the only one to call.
func (s *State) nextOf(d *desk, now time.Time) []string {
	r := rehearsals.Get().(*rehearsal)
	defer r.release()
	r.copy(s, now)
	next := make([]string, 0, maxNext)
	for len(next) < maxNext {
		found, ok := r.choose(d)
		if !ok {
			break
		}
		r.call(found)
		next = append(next, found.ticket.ID)
	}
	return next
}

package queue

import (
	"cmp"
	"slices"
	"time"
)

// Snapshot copies what may be shown at this time. When the day has ended since the last record, its numbers are gone.
func (s *State) Snapshot(now time.Time) Snapshot {
	v := Snapshot{At: now, Day: s.rules.Calendar.Follow(s.day, now), LastDay: s.day}
	for i, id := range s.waiting {
		v.Waiting = append(v.Waiting, Place{Ticket: s.tickets[id], Before: i})
	}
	if v.Day == s.day {
		v.Today = s.tally
		v.Announced = slices.Clone(s.announced)
		slices.Reverse(v.Announced)
	}
	for _, service := range s.rules.Services {
		v.Services = append(v.Services, s.viewService(service, v.Waiting))
	}
	for _, counter := range s.rules.Counters {
		v.Counters = append(v.Counters, s.viewCounter(counter, v.Waiting))
	}
	return v
}

func (s *State) viewService(service Service, waiting []Place) ServiceView {
	view := ServiceView{Service: service, Open: true, Ahead: s.aheadOf(service.ID)}
	for _, t := range waiting {
		if t.Service == service.ID {
			view.Waiting++
		}
	}
	return view
}

func (s *State) viewCounter(counter Counter, waiting []Place) CounterView {
	view := CounterView{Counter: counter, State: CounterClosed}
	if id, busy := s.held[counter.ID]; busy {
		t := s.tickets[id]
		view.Ticket, view.State = &t, CounterOpen
	}
	for _, t := range waiting {
		if counter.Serves(t.Service) {
			view.Waiting++
		}
	}
	return view
}

func byIssue(a, b Ticket) int {
	return cmp.Or(a.Issued.Compare(b.Issued), cmp.Compare(a.ID, b.ID))
}

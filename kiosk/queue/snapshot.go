package queue

import (
	"cmp"
	"time"
)

// Snapshot is the queue as it may be shown: a copy that never changes.
type Snapshot struct {
	// Day is the day of work, as 2006-01-02. LastDay is that of the last record, "" when there is none.
	Day     string
	LastDay string
	// Services and Counters are in the order of the rules.
	Services []ServiceView
	Counters []CounterView
	// Waiting are the waiting tickets in order of issue.
	Waiting []Ticket
	// Announced are the tickets last called or recalled today, newest first, at most 12, whatever became of them.
	Announced []Ticket
	// Today counts the tickets of the day.
	Today Tally
}

// ServiceView is a service and its queue.
type ServiceView struct {
	Service
	// Waiting is how many wait for it. Ahead is how many would be called before a customer who came now, which
	// counts those who wait for other services of the same counters.
	Waiting int
	Ahead   int
}

// CounterView is a counter and its customer.
type CounterView struct {
	Counter
	// Ticket is nil while the counter has no customer.
	Ticket *Ticket
	// Waiting is how many customers wait that it may call.
	Waiting int
}

// Serving is how many customers are at counters.
func (s Snapshot) Serving() int {
	n := 0
	for _, c := range s.Counters {
		if c.Ticket != nil {
			n++
		}
	}
	return n
}

// Snapshot copies what may be shown at this time. When the day has ended since the last record, its numbers are gone.
func (s *State) Snapshot(now time.Time) Snapshot {
	v := Snapshot{Day: s.rules.Calendar.Follow(s.day, now), LastDay: s.day}
	for _, id := range s.waiting {
		v.Waiting = append(v.Waiting, s.tickets[id])
	}
	if v.Day == s.day {
		v.Today = s.tally
		for _, id := range s.announced {
			v.Announced = append(v.Announced, s.tickets[id])
		}
	}
	for _, service := range s.rules.Services {
		v.Services = append(v.Services, s.viewService(service, v.Waiting))
	}
	for _, counter := range s.rules.Counters {
		v.Counters = append(v.Counters, s.viewCounter(counter, v.Waiting))
	}
	return v
}

func (s *State) viewService(service Service, waiting []Ticket) ServiceView {
	view := ServiceView{Service: service, Ahead: s.aheadOf(service.ID)}
	for _, t := range waiting {
		if t.Service == service.ID {
			view.Waiting++
		}
	}
	return view
}

func (s *State) viewCounter(counter Counter, waiting []Ticket) CounterView {
	view := CounterView{Counter: counter}
	if id, busy := s.held[counter.ID]; busy {
		t := s.tickets[id]
		view.Ticket = &t
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

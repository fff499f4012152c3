package queue

import (
	"fmt"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// Counters that open, pause, go on and close.

func counterEntry(typ string, at time.Time, d record.CounterData) record.Entry {
	return record.NewEntry(typ, source, at, d)
}

// post is a counter of the rules.
func (s *State) post(id string) (*desk, error) {
	if _, err := s.rules.counter(id); err != nil {
		return nil, err
	}
	return s.desks[id], nil
}

func (c OpenCounter) decide(s *State, now instant) (Decision, error) {
	d, err := s.post(c.Counter)
	if err != nil {
		return Decision{}, err
	}
	if len(c.Clerk) > 64 {
		return Decision{}, fmt.Errorf("%w: clerk: too long", ErrMalformed)
	}
	for _, id := range c.Services {
		if _, err := s.rules.service(id); err != nil {
			return Decision{}, err
		}
	}
	counter, _ := s.rules.counter(d.id)
	if fresh := s.newDesk(counter, c.Services); !slices.Contains(fresh.mayServe, true) {
		return Decision{}, fmt.Errorf("%w: counter %s serves none of %v", ErrNotServed, d.id, c.Services)
	}
	return Decision{Entries: []record.Entry{counterEntry(record.CounterOpened, now.time,
		record.CounterData{Counter: d.id, Clerk: c.Clerk, Services: c.Services, Request: c.Request})}}, nil
}

func (c PauseCounter) decide(s *State, now instant) (Decision, error) {
	d, err := s.post(c.Counter)
	if err != nil {
		return Decision{}, err
	}
	switch d.state {
	case CounterClosed:
		return Decision{}, about(ErrCounterClosed, d.id)
	case CounterPaused:
		return Decision{}, about(ErrCounterPaused, d.id)
	}
	return d.changed(record.CounterPaused, c.Reason, c.Request, now)
}

func (c ResumeCounter) decide(s *State, now instant) (Decision, error) {
	d, err := s.post(c.Counter)
	if err != nil {
		return Decision{}, err
	}
	switch d.state {
	case CounterClosed:
		return Decision{}, about(ErrCounterClosed, d.id)
	case CounterOpen:
		return Decision{}, about(ErrNotPaused, d.id)
	}
	return d.changed(record.CounterResumed, "", c.Request, now)
}

func (c CloseCounter) decide(s *State, now instant) (Decision, error) {
	d, err := s.post(c.Counter)
	if err != nil {
		return Decision{}, err
	}
	switch {
	case d.state == CounterClosed:
		return Decision{}, about(ErrCounterClosed, d.id)
	case d.ticket != nil:
		return Decision{}, about(ErrCounterBusy, d.ticket.Number)
	}
	return d.changed(record.CounterClosed, c.Reason, c.Request, now)
}

// changed is the decision that writes down a counter's new state.
func (d *desk) changed(typ, reason, request string, now instant) (Decision, error) {
	if err := words("reason", reason); err != nil {
		return Decision{}, err
	}
	return Decision{Entries: []record.Entry{counterEntry(typ, now.time,
		record.CounterData{Counter: d.id, Clerk: d.clerk, Reason: reason, Request: request})}}, nil
}

func (s *State) applyOpened(d record.CounterData, at time.Time) error {
	desk, err := s.desk(d.Counter)
	if err != nil {
		return err
	}
	s.enter(at)
	desk.state, desk.since, desk.reason, desk.deed = CounterOpen, at, "", nil
	s.staff(desk, d.Clerk, d.Services)
	s.remember(d.Request, verbOpen, d.Counter, nil)
	return nil
}

func (s *State) applyPaused(d record.CounterData, at time.Time) error {
	desk, err := s.desk(d.Counter)
	if err != nil {
		return err
	}
	s.enter(at)
	desk.state, desk.since, desk.reason = CounterPaused, at, d.Reason
	s.remember(d.Request, verbPause, d.Counter, nil)
	return nil
}

func (s *State) applyResumed(d record.CounterData, at time.Time) error {
	desk, err := s.desk(d.Counter)
	if err != nil {
		return err
	}
	s.enter(at)
	desk.state, desk.since, desk.reason = CounterOpen, at, ""
	s.remember(d.Request, verbResume, d.Counter, nil)
	return nil
}

func (s *State) applyClosed(d record.CounterData, at time.Time) error {
	desk, err := s.desk(d.Counter)
	if err != nil {
		return err
	}
	if desk.ticket != nil {
		return fmt.Errorf("%w: counter %q closes with ticket %q", ErrDisorder, d.Counter, desk.ticket.ID)
	}
	s.enter(at)
	s.rest(desk)
	desk.deed = nil
	if d.Reason != ReasonDayEnd { // that is the first of a new day, in which it has not been open
		desk.since, desk.reason = at, d.Reason
	}
	s.remember(d.Request, verbClose, d.Counter, nil)
	return nil
}

// desk is the counter of a record, also one that is not in the rules.
func (s *State) desk(id string) (*desk, error) {
	if id == "" {
		return nil, fmt.Errorf("%w: no counter", ErrDisorder)
	}
	d, known := s.desks[id]
	if !known {
		d = &desk{id: id, gone: true, state: CounterClosed}
		s.desks[id] = d
	}
	return d, nil
}

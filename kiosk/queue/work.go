package queue

import (
	"fmt"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// What clerks do with customers at their counters.

func (c Call) decide(s *State, now instant) (Decision, error) {
	counter, err := s.rules.counter(c.Counter)
	if err != nil {
		return Decision{}, err
	}
	d := s.desks[counter.ID]
	if d.state == CounterPaused {
		return Decision{}, about(ErrCounterPaused, d.id)
	}
	var entries []record.Entry
	h := s.hallway(now.time)
	if t := d.ticket; t != nil {
		switch c.Finish {
		case t.ID:
		case "":
			return Decision{}, about(ErrCounterBusy, t.Number)
		default:
			return Decision{}, about(ErrOtherTicket, t.Number)
		}
		finished, err := s.finish(t, c.Outcome, c.Note, "", now)
		if err != nil {
			return Decision{}, err
		}
		entries = finished.Entries
		if goes := finished.Ticket; goes.Status == Waiting { // for a further service, perhaps of this counter's
			h.waiting = s.waiting.clone()
			h.add(&goes)
		}
	}
	t, rule, lane, err := c.choose(&h, d)
	if err != nil {
		return Decision{}, err
	}
	called := t.called(d.id, s.clerkOf(c.Clerk, d), rule, now.time)
	return one(called, append(entries, called.calledEntry(c.Request, lane))...), nil
}

func (s *State) clerkOf(given string, d *desk) string {
	if given != "" {
		return given
	}
	return d.clerk
}

// choose is the ticket to call, the rule and the lane.
func (c Call) choose(h *hallway, d *desk) (t *Ticket, rule, lane string, err error) {
	if len(c.Clerk) > 64 {
		return nil, "", "", fmt.Errorf("%w: clerk: too long", ErrMalformed)
	}
	if c.Ticket != "" {
		t, err := h.state.chosen(d, c.Ticket)
		return t, RuleChosen, "", err
	}
	found, ok := h.choose(d)
	if !ok {
		return nil, "", "", ErrNobodyWaiting
	}
	return found.ticket, found.rule.name, found.laneName(), nil
}

// chosen is a ticket that a clerk picked out, waiting or on hold.
func (s *State) chosen(d *desk, id string) (*Ticket, error) {
	t, ok := s.tickets[id]
	switch {
	case !ok:
		return nil, unknown(ErrUnknownTicket, id)
	case t.Status != Waiting && t.Status != Held:
		return nil, notWaiting(t)
	case !d.mayServe[s.code.service(t.Service)]:
		return nil, about(ErrNotServed, t.Service)
	case !s.mayCall(d.id, t):
		return nil, about(ErrOtherCounter, t.For)
	}
	return t, nil
}

func (c Recall) decide(s *State, now instant) (Decision, error) {
	_, t, err := s.at(c.Counter, c.Ticket)
	if err != nil {
		return Decision{}, err
	}
	if t.Recalls >= s.rules.Recalls {
		return Decision{}, fmt.Errorf("%w: %s, %d times", ErrRecallLimit, t.Number, t.Recalls)
	}
	recalled := t.recalled(now.time)
	return one(recalled, recalled.recalledEntry(c.Request)), nil
}

func (c Finish) decide(s *State, now instant) (Decision, error) {
	_, t, err := s.at(c.Counter, c.Ticket)
	if err != nil {
		return Decision{}, err
	}
	return s.finish(t, c.Outcome, c.Note, c.Request, now)
}

// finish ends the service of a ticket, which goes on to its next one when there is one.
func (s *State) finish(t *Ticket, outcome, note, request string, now instant) (Decision, error) {
	if err := s.outcome(outcome); err != nil {
		return Decision{}, err
	}
	if err := words("note", note); err != nil {
		return Decision{}, err
	}
	next, _ := s.next(t)
	return one(s.finished(t, next, outcome, note, now.time), t.servedEntry(request, outcome, note, next, now.time)), nil
}

// finished is a ticket after a service, which goes on when next is given.
func (s *State) finished(t *Ticket, next *Leg, outcome, note string, at time.Time) Ticket {
	if next == nil {
		return t.served(outcome, note, at)
	}
	rest := t.Rest
	if i := slices.Index(rest, *next); i >= 0 {
		rest = rest[i+1:]
	}
	return t.wentOn(*next, slices.Clip(rest), outcome, note, s.freshTurn(at), at)
}

func (s *State) outcome(id string) error {
	switch {
	case id == "":
	case !idPattern.MatchString(id):
		return fmt.Errorf("%w: outcome %.70q: expected letters, digits, '.', '_', '-'", ErrMalformed, id)
	case len(s.rules.Outcomes) > 0 && !slices.Contains(s.rules.Outcomes, id):
		return unknown(ErrUnknownOutcome, id)
	}
	return nil
}

func (c NoShow) decide(s *State, now instant) (Decision, error) {
	_, t, err := s.at(c.Counter, c.Ticket)
	if err != nil {
		return Decision{}, err
	}
	left := t.left(ReasonNoShow, now.time)
	return one(left, left.leftEntry(c.Request)), nil
}

func (c Return) decide(s *State, now instant) (Decision, error) {
	_, t, err := s.at(c.Counter, c.Ticket)
	if err != nil {
		return Decision{}, err
	}
	if c.Place < -1 {
		return Decision{}, fmt.Errorf("%w: place %d: expected -1 for the end, 0 for the front, or a number of customers", ErrMalformed, c.Place)
	}
	returned := t.returned(s.turnAt(t, c.Place, now.time))
	return one(returned, returned.returnedEntry(c.Request, c.Counter, c.Place, now.time)), nil
}

func (c Hold) decide(s *State, now instant) (Decision, error) {
	_, t, err := s.at(c.Counter, c.Ticket)
	if err != nil {
		return Decision{}, err
	}
	if err := words("reason", c.Reason); err != nil {
		return Decision{}, err
	}
	remind := c.Remind
	if !remind.IsZero() {
		remind = record.Stamp(remind)
	}
	held := t.held(c.Reason, remind, now.time)
	return one(held, held.heldEntry(c.Request, now.time)), nil
}

func (c Transfer) decide(s *State, now instant) (Decision, error) {
	d, t, err := s.at(c.Counter, c.Ticket)
	if err != nil {
		return Decision{}, err
	}
	to := Leg{Service: c.Service, Counter: c.To}
	if to.Service == "" {
		to.Service = t.Service
	}
	if err := c.check(s, t, to); err != nil {
		return Decision{}, err
	}
	turn := s.freshTurn(now.time)
	if c.Keep {
		turn = vacant(s.waiting.inTurn(), now.time.Add(-t.Wait()))
	}
	sent := t.transferred(to, c.Back, c.Note, turn, now.time)
	return one(sent, record.NewEntry(record.TicketTransferred, source, now.time, record.TicketTransferredData{
		Ticket: t.ID, Number: t.Number, From: t.Service, Service: to.Service, Counter: d.id, Clerk: t.Clerk, To: to.Counter, Back: c.Back,
		Wait: t.Wait().Seconds(), Serving: t.worked(now.time).Seconds(), Turn: turn, Note: c.Note, Request: c.Request})), nil
}

func (c Transfer) check(s *State, t *Ticket, to Leg) error {
	if _, err := s.rules.service(to.Service); err != nil {
		return err
	}
	if to.Service == t.Service && to.Counter == "" {
		return fmt.Errorf("%w: %s is at %s already: expected another service or a counter", ErrMalformed, t.Number, t.Service)
	}
	if to.Counter != "" {
		if err := s.meant(to.Counter, to.Service); err != nil {
			return err
		}
	}
	if c.Back && len(t.Rest) >= maxRest {
		return fmt.Errorf("%w: %d further services, at most %d are allowed", ErrMalformed, len(t.Rest)+1, maxRest)
	}
	return words("note", c.Note)
}

// transferred is a ticket sent on, with the way back before what else was to come.
func (t *Ticket) transferred(to Leg, back bool, note string, turn, at time.Time) Ticket {
	rest := t.Rest
	if back {
		rest = slices.Concat([]Leg{{Service: t.Service, Counter: t.Counter}}, rest)
	}
	return t.wentOn(to, rest, OutcomeTransferred, note, turn, at)
}

func (c Split) decide(s *State, now instant) (Decision, error) {
	d, t, err := s.at(c.Counter, c.Ticket)
	if err != nil {
		return Decision{}, err
	}
	service, err := s.rules.service(c.Service)
	if err != nil {
		return Decision{}, err
	}
	if err := s.class(c.Class); err != nil {
		return Decision{}, err
	}
	second := Ticket{Class: c.Class, Person: t.Person, Visit: t.ID}
	if second, err = s.issue(second, service, c.Nonce, now); err != nil {
		return Decision{}, err
	}
	return one(second, second.issuedEntry(c.Request, d.id)), nil
}

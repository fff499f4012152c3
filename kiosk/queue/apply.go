package queue

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// ErrDisorder is wrapped by Apply for a record that does not fit what came before it, such as the call of a ticket
// whose issue is no longer in the journal. The state is as before.
var ErrDisorder = errors.New("record does not follow from those before it")

// Apply folds one record into the state. Records of other types are passed over.
func (s *State) Apply(r record.Record) error {
	if err := s.apply(r.Seq, r.Type, record.Stamp(r.Time), r.Data); err != nil {
		return fmt.Errorf("apply record %d, %s: %w", r.Seq, r.Type, err)
	}
	return nil
}

func (s *State) apply(seq uint64, typ string, at time.Time, data json.RawMessage) error {
	s.seq = seq
	switch typ {
	case record.TicketIssued:
		return fold(s, at, data, (*State).applyIssued)
	case record.TicketCalled:
		return fold(s, at, data, (*State).applyCalled)
	case record.TicketRecalled:
		return fold(s, at, data, (*State).applyRecalled)
	case record.TicketServed:
		return fold(s, at, data, (*State).applyServed)
	case record.TicketLeft:
		return fold(s, at, data, (*State).applyLeft)
	case record.TicketReturned:
		return fold(s, at, data, (*State).applyReturned)
	case record.TicketHeld:
		return fold(s, at, data, (*State).applyHeld)
	case record.TicketTransferred:
		return fold(s, at, data, (*State).applyTransferred)
	case record.TicketClassed:
		return fold(s, at, data, (*State).applyClassed)
	case record.TicketUndone:
		return fold(s, at, data, (*State).applyUndone)
	case record.QueueQuoted:
		return fold(s, at, data, (*State).applyQuoted)
	case record.CounterOpened:
		return fold(s, at, data, (*State).applyOpened)
	case record.CounterPaused:
		return fold(s, at, data, (*State).applyPaused)
	case record.CounterResumed:
		return fold(s, at, data, (*State).applyResumed)
	case record.CounterClosed:
		return fold(s, at, data, (*State).applyClosed)
	}
	return nil
}

func fold[D any](s *State, at time.Time, data json.RawMessage, apply func(*State, D, time.Time) error) error {
	var d D
	if err := decode(data, &d); err != nil {
		return fmt.Errorf("decode data: %w", err)
	}
	if err := apply(s, d, at); err != nil {
		return err
	}
	s.folded++
	return nil
}

func (s *State) applyIssued(d record.TicketIssuedData, at time.Time) error {
	if _, known := s.tickets[d.Ticket]; known || d.Ticket == "" {
		return fmt.Errorf("%w: ticket %q is issued twice", ErrDisorder, d.Ticket)
	}
	s.enter(at)
	t := &Ticket{ID: d.Ticket, Number: d.Number, Service: d.Service, Class: d.Class, Person: d.Person, Visit: d.Visit,
		Appointment: d.Appointment, Day: s.day, Status: Waiting, Ahead: d.Ahead, Issued: at, Entered: at, Turn: s.freshTurn(at), Rest: d.Rest}
	if d.Booked != nil {
		t.Booked = d.Booked.UTC()
	}
	if d.Quote != nil {
		t.First = told(*d.Quote, at)
		t.Quote = t.First
		s.told[t.ID] = []Quote{t.First}
	}
	s.move(nil, t)
	s.last[t.Service] = count(t.Number)
	s.countIssued(t, 1)
	if d.Counter == "" {
		s.remember(d.Request, verbTake, d.Service, t)
		return nil
	}
	if desk := s.desks[d.Counter]; desk != nil && desk.ticket != nil && desk.ticket.ID == d.Visit {
		desk.deed = &deed{action: verbSplit, at: at, request: d.Request, steps: []step{{after: t}}}
	}
	s.remember(d.Request, verbSplit, d.Counter, t)
	return nil
}

func (s *State) applyCalled(d record.TicketCalledData, at time.Time) error {
	t, ok := s.tickets[d.Ticket]
	if !ok || t.Status != Waiting && t.Status != Held || d.Counter == "" {
		return fmt.Errorf("%w: call of ticket %q to counter %q", ErrDisorder, d.Ticket, d.Counter)
	}
	desk, _ := s.desk(d.Counter)
	if desk.ticket != nil {
		return fmt.Errorf("%w: call of ticket %q to counter %q, which has one", ErrDisorder, d.Ticket, d.Counter)
	}
	s.enter(at)
	if desk.state == CounterClosed {
		desk.state, desk.since, desk.reason = CounterOpen, at, ""
	}
	called := t.called(d.Counter, d.Clerk, d.Rule, at)
	done := step{before: t, after: &called, told: s.told[t.ID], charged: s.charge(d.Rule, d.Lane)}
	s.move(t, &called)
	s.score.add(done.told, at, 1)
	delete(s.told, t.ID)
	s.announce(&called, false)
	desk.deed = desk.deed.then(verbCall, at, d.Request, s.folded, done)
	s.remember(d.Request, verbCall, d.Counter, &called)
	return nil
}

func (s *State) applyRecalled(d record.TicketRecalledData, at time.Time) error {
	_, t, err := s.present(d.Ticket, d.Counter)
	if err != nil {
		return err
	}
	s.enter(at)
	recalled := t.recalled(at)
	s.move(t, &recalled)
	s.announce(&recalled, true)
	s.remember(d.Request, verbRecall, d.Counter, &recalled)
	return nil
}

func (s *State) applyServed(d record.TicketServedData, at time.Time) error {
	desk, t, err := s.present(d.Ticket, d.Counter)
	if err != nil {
		return err
	}
	s.enter(at)
	after := s.finished(t, d.Next, d.Outcome, d.Note, at)
	s.did(desk, verbFinish, d.Request, t, &after, at)
	s.countStage(desk, t, at, 1)
	if after.Status == Served {
		s.countServed(&after, 1)
	}
	s.remember(d.Request, verbFinish, d.Counter, &after)
	return nil
}

func (s *State) applyLeft(d record.TicketLeftData, at time.Time) error {
	t, ok := s.tickets[d.Ticket]
	if !ok || t.Status == Served || t.Status == Left {
		return fmt.Errorf("%w: leaving of ticket %q", ErrDisorder, d.Ticket)
	}
	s.enter(at)
	left := t.left(d.Reason, at)
	desk := s.desks[t.Counter]
	if t.Status == Called && d.Reason == ReasonNoShow {
		s.did(desk, verbNoShow, d.Request, t, &left, at)
	} else {
		s.move(t, &left)
	}
	if t.Status == Called && d.Reason == ReasonDayEnd {
		s.rest(desk)
	}
	delete(s.told, t.ID)
	s.countLeft(&left, 1)
	switch d.Reason {
	case ReasonNoShow:
		s.remember(d.Request, verbNoShow, t.Counter, &left)
	case ReasonGaveUp, ReasonHoldEnded:
		s.remember(d.Request, verbLeave, t.ID, &left)
	}
	return nil
}

func (s *State) applyReturned(d record.TicketReturnedData, at time.Time) error {
	desk, t, err := s.present(d.Ticket, d.Counter)
	if err != nil {
		return err
	}
	s.enter(at)
	returned := t.returned(d.Turn.UTC())
	s.did(desk, verbReturn, d.Request, t, &returned, at)
	s.remember(d.Request, verbReturn, d.Counter, &returned)
	return nil
}

func (s *State) applyHeld(d record.TicketHeldData, at time.Time) error {
	desk, t, err := s.present(d.Ticket, d.Counter)
	if err != nil {
		return err
	}
	s.enter(at)
	var remind time.Time
	if d.Remind != nil {
		remind = d.Remind.UTC()
	}
	held := t.held(d.Reason, remind, at)
	s.did(desk, verbHold, d.Request, t, &held, at)
	s.remember(d.Request, verbHold, d.Counter, &held)
	return nil
}

func (s *State) applyTransferred(d record.TicketTransferredData, at time.Time) error {
	desk, t, err := s.present(d.Ticket, d.Counter)
	if err != nil {
		return err
	}
	s.enter(at)
	sent := t.transferred(Leg{Service: d.Service, Counter: d.To}, d.Back, d.Note, d.Turn.UTC(), at)
	s.did(desk, verbTransfer, d.Request, t, &sent, at)
	s.countStage(desk, t, at, 1)
	s.remember(d.Request, verbTransfer, d.Counter, &sent)
	return nil
}

func (s *State) applyClassed(d record.TicketClassedData, at time.Time) error {
	t, ok := s.tickets[d.Ticket]
	if !ok || t.Status != Waiting && t.Status != Held {
		return fmt.Errorf("%w: class of ticket %q", ErrDisorder, d.Ticket)
	}
	s.enter(at)
	classed := t.classed(d.Class)
	s.move(t, &classed)
	s.remember(d.Request, verbClass, d.Ticket, &classed)
	return nil
}

// applyQuoted passes over those who no longer wait: they were told too late.
func (s *State) applyQuoted(d record.QueueQuotedData, at time.Time) error {
	s.enter(at)
	for _, q := range d.Quotes {
		t, ok := s.tickets[q.Ticket]
		if !ok || t.Status != Waiting {
			continue
		}
		quoted := t.quoted(told(q.Quote, at))
		s.tickets[t.ID] = &quoted
		s.waiting[s.code.line(t)].replace(&quoted)
		s.told[t.ID] = append(s.told[t.ID], quoted.Quote)
	}
	return nil
}

// present is the ticket that a record says is at a counter.
func (s *State) present(ticket, counter string) (*desk, *Ticket, error) {
	d, known := s.desks[counter]
	if !known || d.ticket == nil || d.ticket.ID != ticket {
		return nil, nil, fmt.Errorf("%w: ticket %q at counter %q", ErrDisorder, ticket, counter)
	}
	return d, d.ticket, nil
}

// move puts another image of a ticket in the place of the one before; nil is one that is not there.
func (s *State) move(before, after *Ticket) {
	if before != nil {
		s.take(before)
	}
	if after != nil {
		s.put(after)
	} else {
		delete(s.tickets, before.ID)
	}
	switch was, is := before.open(), after.open(); {
	case is && !was:
		s.shown[after.Number]++
	case was && !is:
		if s.shown[before.Number]--; s.shown[before.Number] == 0 {
			delete(s.shown, before.Number)
		}
	}
}

// open reports whether somebody has the ticket who is still here.
func (t *Ticket) open() bool { return t != nil && t.Status != Served && t.Status != Left }

// take takes a ticket out of where it is.
func (s *State) take(t *Ticket) {
	switch t.Status {
	case Waiting:
		s.waiting[s.code.line(t)].remove(t)
	case Held:
		s.held = slices.DeleteFunc(s.held, func(h *Ticket) bool { return h.ID == t.ID })
	case Called:
		s.desks[t.Counter].ticket = nil
	}
}

// put puts a ticket where its status says.
func (s *State) put(t *Ticket) {
	s.tickets[t.ID] = t
	switch t.Status {
	case Waiting:
		s.waiting[s.code.line(t)].add(t)
		if t.Turn.After(s.turn) {
			s.turn = t.Turn
		}
	case Held:
		at, _ := slices.BinarySearchFunc(s.held, t, byTurn)
		s.held = slices.Insert(s.held, at, t)
	case Called:
		s.desks[t.Counter].ticket = t
	}
}

// enter makes the day of a record the current one. With a new day the numbers and tallies begin anew; of what is
// older than the day before, only open tickets are kept.
func (s *State) enter(at time.Time) {
	day := s.follow(at)
	if day == s.day {
		return
	}
	before := s.day
	s.day = day
	s.sure, s.surer = s.rules.Calendar.sure(day)
	clear(s.last)
	clear(s.services)
	for _, a := range s.accounts {
		a.reset()
	}
	s.tally, s.score, s.announced, s.turn = Tally{}, Score{}, nil, time.Time{}
	for _, d := range s.desks {
		d.tally, d.last, d.deed = CounterTally{}, time.Time{}, nil
		if d.ticket == nil {
			s.rest(d)
		}
	}
	for id, t := range s.tickets {
		if t.Day != before && (t.Status == Served || t.Status == Left) {
			delete(s.tickets, id)
		}
	}
	for request, a := range s.requests {
		if a.day != before {
			delete(s.requests, request)
		}
	}
}

// rest is the state of a counter that has not been open today.
func (s *State) rest(d *desk) {
	d.state, d.since, d.reason = CounterClosed, time.Time{}, ""
	s.staff(d, "", nil)
}

func (s *State) remember(request string, what verb, subject string, t *Ticket) {
	if request != "" {
		s.requests[request] = answer{verb: what, subject: subject, ticket: t, day: s.day}
	}
}

func (s *State) announce(t *Ticket, again bool) {
	s.announced = append(s.announced[max(0, len(s.announced)+1-maxAnnounced):], Announcement{
		Serial: s.seq, Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: t.Counter, At: t.Announced, Again: again})
}

// count is the counting part of a number such as A012; 0 when there is none.
func count(number string) int {
	n, err := strconv.Atoi(strings.TrimLeft(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	if err != nil {
		return 0
	}
	return n
}

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
	}
	return nil
}

func fold[D any](s *State, at time.Time, data json.RawMessage, apply func(*State, D, time.Time) error) error {
	var d D
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("decode data: %w", err)
	}
	return apply(s, d, at)
}

func (s *State) applyIssued(d record.TicketIssuedData, at time.Time) error {
	if _, known := s.tickets[d.Ticket]; known || d.Ticket == "" {
		return fmt.Errorf("%w: ticket %q is issued twice", ErrDisorder, d.Ticket)
	}
	s.enter(at)
	t := Ticket{ID: d.Ticket, Number: d.Number, Service: d.Service, Day: s.day, Status: Waiting, Ahead: d.Ahead, Issued: at, Entered: at, Turn: at}
	s.tickets[t.ID] = t
	s.waiting = append(s.waiting, t.ID)
	s.last[t.Service] = max(s.last[t.Service], count(t.Number))
	s.tally.Issued++
	s.remember(d.Request, verbTake, d.Service, t)
	return nil
}

func (s *State) applyCalled(d record.TicketCalledData, at time.Time) error {
	t, ok := s.tickets[d.Ticket]
	if _, busy := s.held[d.Counter]; !ok || t.Status != Waiting || busy || d.Counter == "" {
		return fmt.Errorf("%w: call of ticket %q to counter %q", ErrDisorder, d.Ticket, d.Counter)
	}
	s.enter(at)
	t = t.called(d.Counter, at)
	s.tickets[t.ID] = t
	s.stopWaiting(t.ID)
	s.held[t.Counter] = t.ID
	s.announce(t, false)
	s.remember(d.Request, verbCall, d.Counter, t)
	return nil
}

func (s *State) applyRecalled(d record.TicketRecalledData, at time.Time) error {
	t, ok := s.tickets[d.Ticket]
	if !ok || t.Status != Called || t.Counter != d.Counter {
		return fmt.Errorf("%w: recall of ticket %q to counter %q", ErrDisorder, d.Ticket, d.Counter)
	}
	s.enter(at)
	t = t.recalled(at)
	s.tickets[t.ID] = t
	s.announce(t, true)
	s.remember(d.Request, verbRecall, d.Counter, t)
	return nil
}

func (s *State) applyServed(d record.TicketServedData, at time.Time) error {
	t, ok := s.tickets[d.Ticket]
	if !ok || t.Status != Called || t.Counter != d.Counter {
		return fmt.Errorf("%w: end of ticket %q at counter %q", ErrDisorder, d.Ticket, d.Counter)
	}
	s.enter(at)
	t = t.served(at)
	s.tickets[t.ID] = t
	delete(s.held, t.Counter)
	if t.Day == s.day {
		s.tally.Served++
		s.tally.Waited += t.Wait()
		s.tally.Worked += t.Serving()
	}
	s.remember(d.Request, verbFinish, d.Counter, t)
	return nil
}

func (s *State) applyLeft(d record.TicketLeftData, at time.Time) error {
	t, ok := s.tickets[d.Ticket]
	if !ok || t.Status != Waiting && t.Status != Called {
		return fmt.Errorf("%w: leaving of ticket %q", ErrDisorder, d.Ticket)
	}
	s.enter(at)
	if t.Status == Called {
		delete(s.held, t.Counter)
	} else {
		s.stopWaiting(t.ID)
	}
	t = t.left(d.Reason, at)
	s.tickets[t.ID] = t
	if t.Day == s.day {
		s.tally.Left++
	}
	switch d.Reason {
	case ReasonNoShow:
		s.remember(d.Request, verbNoShow, t.Counter, t)
	case ReasonGaveUp:
		s.remember(d.Request, verbLeave, t.ID, t)
	}
	return nil
}

// enter makes the day of a record the current one. With a new day the numbers and tallies begin anew; of what is
// older than the day before, only open tickets are kept.
func (s *State) enter(at time.Time) {
	day := s.rules.Calendar.Follow(s.day, at)
	if day == s.day {
		return
	}
	before := s.day
	s.day = day
	clear(s.last)
	s.tally = Tally{}
	s.announced = nil
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

func (s *State) remember(request string, what verb, subject string, t Ticket) {
	if request != "" {
		s.requests[request] = answer{verb: what, subject: subject, ticket: t, day: s.day}
	}
}

func (s *State) stopWaiting(id string) {
	s.waiting = slices.DeleteFunc(s.waiting, func(w string) bool { return w == id })
}

func (s *State) announce(t Ticket, again bool) {
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

package queue

import (
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// Decision is what a command causes.
type Decision struct {
	// Entries are the records to write, all or none. They are empty when the command was a repetition.
	Entries []record.Entry
	// Ticket is the one concerned, as it is after the command; of a repetition, as it was after the first time.
	Ticket Ticket
	// Repeated says that the command had been carried out before.
	Repeated bool
}

// instant is the time of a decision in the form that records have, and its day of work.
type instant struct {
	time time.Time
	day  string
}

// Decide says which records the command causes at this time, or why it is refused. It changes nothing: the state
// changes when the records, once written, are applied. The first command of a new day closes the tickets of the day
// before in the same decision.
func (s *State) Decide(c Command, now time.Time) (Decision, error) {
	request, what, subject := c.known()
	if request != "" {
		if !requestPattern.MatchString(request) {
			return Decision{}, fmt.Errorf("%w: request %.70q: expected 1 to 64 letters, digits and _.:/-", ErrMalformed, request)
		}
		if a, ok := s.requests[request]; ok {
			if a.verb != what || a.subject != subject {
				return Decision{}, fmt.Errorf("%w: %s %s", ErrRequestReused, a.verb, a.subject)
			}
			return Decision{Ticket: a.ticket, Repeated: true}, nil
		}
	}
	at := record.Stamp(now)
	when := instant{time: at, day: s.rules.Calendar.Follow(s.day, at)}
	closing := s.closing(when)
	if len(closing) > 0 {
		s = s.clone()
		for _, e := range closing {
			if err := s.apply(0, e.Type, e.Time, e.Data); err != nil {
				return Decision{}, fmt.Errorf("close the day before: %w", err)
			}
		}
	}
	d, err := c.decide(s, when)
	if err != nil {
		return Decision{}, err
	}
	d.Entries = append(closing, d.Entries...)
	return d, nil
}

// closing are the records that close the tickets of other days than that of now.
func (s *State) closing(now instant) []record.Entry {
	if now.day == s.day {
		return nil
	}
	var entries []record.Entry
	for _, t := range s.open() {
		if t.Day != now.day {
			entries = append(entries, t.left(ReasonDayEnd, now.time).leftEntry(""))
		}
	}
	return entries
}

func (c EndDay) decide(*State, instant) (Decision, error) { return Decision{}, nil }

func (c Take) decide(s *State, now instant) (Decision, error) {
	service, err := s.rules.service(c.Service)
	if err != nil {
		return Decision{}, err
	}
	if !noncePattern.MatchString(c.Nonce) {
		return Decision{}, fmt.Errorf("%w: nonce %.20q: expected 1 to 16 small letters and digits", ErrMalformed, c.Nonce)
	}
	n := 1
	if now.day == s.day {
		n = s.last[service.ID] + 1
	}
	number := fmt.Sprintf("%s%03d", service.Prefix, n)
	t := Ticket{
		ID:      now.day + "-" + number + "-" + c.Nonce,
		Number:  number,
		Service: service.ID,
		Day:     now.day,
		Status:  Waiting,
		Ahead:   s.aheadOf(service.ID),
		Issued:  now.time,
		Entered: now.time,
		Turn:    now.time,
	}
	if _, taken := s.tickets[t.ID]; taken {
		return Decision{}, fmt.Errorf("%w: nonce %s was used for ticket %s before", ErrMalformed, c.Nonce, t.ID)
	}
	return Decision{Entries: []record.Entry{t.issuedEntry(c.Request)}, Ticket: t}, nil
}

func (c Call) decide(s *State, now instant) (Decision, error) {
	counter, err := s.rules.counter(c.Counter)
	if err != nil {
		return Decision{}, err
	}
	var entries []record.Entry
	if held, busy := s.held[counter.ID]; busy {
		switch c.Finish {
		case held:
		case "":
			return Decision{}, fmt.Errorf("%w: %s", ErrCounterBusy, s.tickets[held].Number)
		default:
			return Decision{}, fmt.Errorf("%w: %s", ErrOtherTicket, s.tickets[held].Number)
		}
		entries = append(entries, s.tickets[held].served(now.time).servedEntry(""))
	}
	t, err := c.choose(s, counter)
	if err != nil {
		return Decision{}, err
	}
	t = t.called(counter.ID, now.time)
	return Decision{Entries: append(entries, t.calledEntry(c.Request)), Ticket: t}, nil
}

func (c Call) choose(s *State, counter Counter) (Ticket, error) {
	if c.Ticket == "" {
		return s.next(counter)
	}
	t, ok := s.tickets[c.Ticket]
	switch {
	case !ok:
		return Ticket{}, fmt.Errorf("%w %q", ErrUnknownTicket, c.Ticket)
	case t.Status != Waiting:
		return Ticket{}, fmt.Errorf("%w: %s is %s", ErrNotWaiting, t.Number, t.Status)
	case !counter.Serves(t.Service):
		return Ticket{}, fmt.Errorf("%w: %s", ErrNotServed, t.Service)
	}
	return t, nil
}

func (c Recall) decide(s *State, now instant) (Decision, error) {
	t, err := s.heldBy(c.Counter, c.Ticket)
	if err != nil {
		return Decision{}, err
	}
	t = t.recalled(now.time)
	return Decision{Entries: []record.Entry{t.recalledEntry(c.Request)}, Ticket: t}, nil
}

func (c Finish) decide(s *State, now instant) (Decision, error) {
	t, err := s.heldBy(c.Counter, c.Ticket)
	if err != nil {
		return Decision{}, err
	}
	t = t.served(now.time)
	return Decision{Entries: []record.Entry{t.servedEntry(c.Request)}, Ticket: t}, nil
}

func (c NoShow) decide(s *State, now instant) (Decision, error) {
	t, err := s.heldBy(c.Counter, c.Ticket)
	if err != nil {
		return Decision{}, err
	}
	t = t.left(ReasonNoShow, now.time)
	return Decision{Entries: []record.Entry{t.leftEntry(c.Request)}, Ticket: t}, nil
}

func (c Leave) decide(s *State, now instant) (Decision, error) {
	t, ok := s.tickets[c.Ticket]
	switch {
	case !ok:
		return Decision{}, fmt.Errorf("%w %q", ErrUnknownTicket, c.Ticket)
	case t.Status != Waiting:
		return Decision{}, fmt.Errorf("%w: %s is %s", ErrNotWaiting, t.Number, t.Status)
	}
	t = t.left(ReasonGaveUp, now.time)
	return Decision{Entries: []record.Entry{t.leftEntry(c.Request)}, Ticket: t}, nil
}

// heldBy is the ticket at a counter, which has to be meant unless meant is "". A counter that is no longer in the
// rules can still give back what it holds.
func (s *State) heldBy(counter, meant string) (Ticket, error) {
	id, busy := s.held[counter]
	if !busy {
		if _, err := s.rules.counter(counter); err != nil {
			return Ticket{}, err
		}
		return Ticket{}, ErrCounterIdle
	}
	t := s.tickets[id]
	if meant != "" && meant != id {
		return Ticket{}, fmt.Errorf("%w: %s", ErrOtherTicket, t.Number)
	}
	return t, nil
}

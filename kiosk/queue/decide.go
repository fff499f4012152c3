package queue

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"stationkeeper/internal/record"
)

// Decision is what a command causes.
type Decision struct {
	// Entries are the records to write, all or none. They are empty when the command was a repetition.
	Entries []record.Entry
	// Ticket is the one concerned, as it is after the command; of a repetition, as it was after the first time. Commands
	// about counters concern none, and of a split that is undone it is the ticket at the counter.
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
// changes when the records, once written, are applied. The first command of a new day closes what is open of the day
// before in the same decision.
func (s *State) Decide(c Command, now time.Time) (Decision, error) {
	request, what, subject := c.known()
	if request != "" {
		if !isRequest(request) {
			return Decision{}, fmt.Errorf("%w: request %.70q: expected 1 to 64 letters, digits and _.:/-", ErrMalformed, request)
		}
		if a, ok := s.requests[request]; ok {
			return a.again(what, subject)
		}
	}
	at := record.Stamp(now)
	when := instant{time: at, day: s.follow(at)}
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
	if len(closing) > 0 {
		d.Entries = append(closing, d.Entries...)
	}
	return d, nil
}

func (a answer) again(what verb, subject string) (Decision, error) {
	if a.verb != what || a.subject != subject {
		return Decision{}, fmt.Errorf("%w: %s %s", ErrRequestReused, a.verb, a.subject)
	}
	d := Decision{Repeated: true}
	if a.ticket != nil {
		d.Ticket = *a.ticket
	}
	return d, nil
}

// closing are the records that close the tickets and counters of other days than that of now.
func (s *State) closing(now instant) []record.Entry {
	if now.day == s.day {
		return nil
	}
	var entries []record.Entry
	for _, t := range s.open() {
		if t.Day != now.day {
			left := t.left(ReasonDayEnd, now.time)
			entries = append(entries, left.leftEntry(""))
		}
	}
	ids := make([]string, 0, len(s.desks))
	for id, d := range s.desks {
		if d.state != CounterClosed {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		entries = append(entries, counterEntry(record.CounterClosed, now.time,
			record.CounterData{Counter: id, Clerk: s.desks[id].clerk, Reason: ReasonDayEnd}))
	}
	return entries
}

func (c EndDay) decide(*State, instant) (Decision, error) { return Decision{}, nil }

func (c Leave) decide(s *State, now instant) (Decision, error) {
	t, ok := s.tickets[c.Ticket]
	if !ok {
		return Decision{}, unknown(ErrUnknownTicket, c.Ticket)
	}
	reason := ReasonGaveUp
	switch t.Status {
	case Waiting:
	case Held:
		reason = ReasonHoldEnded
	default:
		return Decision{}, notWaiting(t)
	}
	left := t.left(reason, now.time)
	return one(left, left.leftEntry(c.Request)), nil
}

func (c Reclass) decide(s *State, now instant) (Decision, error) {
	t, ok := s.tickets[c.Ticket]
	switch {
	case !ok:
		return Decision{}, unknown(ErrUnknownTicket, c.Ticket)
	case t.Status != Waiting && t.Status != Held:
		return Decision{}, notWaiting(t)
	}
	if err := s.class(c.Class); err != nil {
		return Decision{}, err
	}
	classed := t.classed(c.Class)
	return one(classed, classed.classedEntry(c.Request, now.time)), nil
}

// maxTold is how many quotes go into one record, so that it stays within its limit.
const maxTold = 200

func (c Tell) decide(s *State, now instant) (Decision, error) {
	var quotes []record.TicketQuote
	for _, t := range s.waiting.inTurn() {
		if q, ok := c.Quotes[t.ID]; ok {
			// A quote of nothing is told too: nobody is ahead.
			recorded := q.exact(now.time).recorded()
			quotes = append(quotes, record.TicketQuote{Ticket: t.ID, Quote: *recorded})
		}
	}
	var d Decision
	for some := range slices.Chunk(quotes, maxTold) {
		d.Entries = append(d.Entries, record.NewEntry(record.QueueQuoted, source, now.time, record.QueueQuotedData{Quotes: some}))
	}
	return d, nil
}

// one is a decision about one ticket.
func one(t Ticket, entries ...record.Entry) Decision { return Decision{Entries: entries, Ticket: t} }

func (s *State) class(id string) error {
	if _, known := s.code.classes[id]; !known {
		return unknown(ErrUnknownClass, id)
	}
	return nil
}

func unknown(err error, id string) error { return fmt.Errorf("%w %q", err, id) }

func about(err error, what string) error { return fmt.Errorf("%w: %s", err, what) }

func notWaiting(t *Ticket) error {
	return fmt.Errorf("%w: %s is %s", ErrNotWaiting, t.Number, t.Status)
}

// maxWords is how long the words of a clerk may be, in bytes.
const maxWords = 500

func words(what, s string) error {
	if len(s) > maxWords || !utf8.ValidString(s) {
		return fmt.Errorf("%w: %s: expected at most %d bytes of text", ErrMalformed, what, maxWords)
	}
	return nil
}

package queue

import (
	"math"
	"time"

	"stationkeeper/internal/record"
)

// The records of what happens, made of the ticket after it, or, where the ticket forgets, of the one before.

const source = "queue"

func (t *Ticket) issuedEntry(request, counter string) record.Entry {
	return record.NewEntry(record.TicketIssued, source, t.Issued, record.TicketIssuedData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Ahead: t.Ahead, Class: t.Class, Request: request,
		Appointment: t.Appointment, Booked: moment(t.Booked), Visit: t.Visit, Counter: counter, Person: t.Person, Rest: t.Rest,
		Quote: t.First.recorded()})
}

func (t *Ticket) calledEntry(request, lane string) record.Entry {
	return record.NewEntry(record.TicketCalled, source, t.Called, record.TicketCalledData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: t.Counter, Clerk: t.Clerk, Wait: t.Wait().Seconds(),
		Rule: t.Rule, Lane: lane, Request: request})
}

func (t *Ticket) recalledEntry(request string) record.Entry {
	return record.NewEntry(record.TicketRecalled, source, t.Announced, record.TicketRecalledData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: t.Counter, Request: request})
}

// servedEntry is of the ticket at the counter: what comes after may be another service.
func (t *Ticket) servedEntry(request, outcome, note string, next *Leg, at time.Time) record.Entry {
	return record.NewEntry(record.TicketServed, source, at, record.TicketServedData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: t.Counter, Clerk: t.Clerk,
		Wait: t.Wait().Seconds(), Serving: t.worked(at).Seconds(), Outcome: outcome, Note: note, Next: next, Request: request})
}

func (t *Ticket) leftEntry(request string) record.Entry {
	return record.NewEntry(record.TicketLeft, source, t.Ended, record.TicketLeftData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: t.Counter,
		Wait: max(0, t.Ended.Sub(t.Entered)).Seconds(), Reason: t.Reason, Request: request})
}

// returnedEntry is of the ticket after it; counter is where it was.
func (t *Ticket) returnedEntry(request, counter string, place int, at time.Time) record.Entry {
	return record.NewEntry(record.TicketReturned, source, at, record.TicketReturnedData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: counter, Place: place, Turn: t.Turn, Request: request})
}

func (t *Ticket) heldEntry(request string, at time.Time) record.Entry {
	return record.NewEntry(record.TicketHeld, source, at, record.TicketHeldData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: t.Counter, Reason: t.HoldReason, Remind: moment(t.Remind), Request: request})
}

func (t *Ticket) classedEntry(request string, at time.Time) record.Entry {
	return record.NewEntry(record.TicketClassed, source, at, record.TicketClassedData{
		Ticket: t.ID, Number: t.Number, Class: t.Class, Request: request})
}

// moment is a time for a member that may be left out.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// recorded is the quote for a record; nil when nothing was told.
func (q Quote) recorded() *record.Quote {
	if q == (Quote{}) {
		return nil
	}
	return &record.Quote{Ahead: q.Ahead, Low: q.Low.Seconds(), Expected: q.Expected.Seconds(), High: q.High.Seconds(), Known: q.Known}
}

// told is the quote of a record.
func told(r record.Quote, at time.Time) Quote {
	return Quote{At: at, Ahead: r.Ahead, Low: seconds(r.Low), Expected: seconds(r.Expected), High: seconds(r.High), Known: r.Known}
}

// exact is the quote as it will be read back from its record: at this time, to the millisecond. What is not known has no
// interval.
func (q Quote) exact(at time.Time) Quote {
	if !q.Known {
		return Quote{At: at, Ahead: q.Ahead}
	}
	round := func(d time.Duration) time.Duration { return max(0, min(d, maxQuote)).Round(time.Millisecond) }
	q.At, q.Low, q.Expected, q.High = at, round(q.Low), round(q.Expected), round(q.High)
	return q
}

// maxQuote bounds what is told, so that any record can be read.
const maxQuote = 1000 * time.Hour

func seconds(s float64) time.Duration {
	return time.Duration(math.Round(max(0, min(s, maxQuote.Seconds()))*1000)) * time.Millisecond
}

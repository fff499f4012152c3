package queue

import (
	"time"

	"stationkeeper/internal/record"
)

// Status is where a ticket is in its life.
type Status string

const (
	Waiting Status = "waiting" // taken, not called yet
	Called  Status = "called"  // at a counter
	Held    Status = "held"    // set aside after a call, to be called again
	Served  Status = "served"  // finished there
	Left    Status = "left"    // closed without having been served; see Ticket.Reason
)

// Reasons for which a ticket is left.
const (
	ReasonGaveUp    = "gave-up"    // the customer went away while waiting
	ReasonNoShow    = "no-show"    // the customer did not come when called
	ReasonHoldEnded = "hold-ended" // the customer was set aside and did not come back
	ReasonDayEnd    = "day-end"    // the day of work ended first
)

// Outcomes of stages that the engine gives.
const (
	OutcomeTransferred = "transferred" // sent on to another service or counter
	OutcomeHeld        = "held"        // set aside
)

// Ticket is one customer's place in the queue. It is a value: a copy does not change, and what its slices hold must not
// be written to.
type Ticket struct {
	// ID is unique within the node. Number is what is printed and called, and begins anew each day.
	ID     string
	Number string
	// Service is the one waited for, or being given; with several in one visit, the present one.
	Service string
	// Class is the id of the customer's class; "" is the ordinary one.
	Class string
	// Person tells people apart whose tickets are counted. Visit is the ticket that this one belongs to. Appointment and
	// Booked are the id and the time of the appointment. All are empty when there is none.
	Person      string
	Visit       string
	Appointment string
	Booked      time.Time
	// Day is the day of work in which it was taken, as 2006-01-02.
	Day    string
	Status Status
	// Ahead is how many customers were to be called before this one when it was taken.
	Ahead  int
	Issued time.Time
	// Entered is when it came into the queue of Service. Turn is the time as of which it counts as waiting there: no two
	// tickets have the same, so it orders them.
	Entered time.Time
	Turn    time.Time
	// For is the only counter that may call it; "" is any.
	For string
	// Rest are the services that come after this one, Stages those behind it and the parts of this one before a hold.
	Rest   []Leg
	Stages []Stage
	// Counter called it, at Called and again Recalls times, last at Announced. Clerk is the staff number of who did, Rule
	// the name of the rule by which it was its turn.
	Counter   string
	Clerk     string
	Rule      string
	Called    time.Time
	Announced time.Time
	Recalls   int
	// HoldReason and Remind are the clerk's while it is held.
	HoldReason string
	Remind     time.Time
	// Ended is when it was served or left, Reason why it was left, Outcome and Note what the clerk said at the end.
	Ended   time.Time
	Reason  string
	Outcome string
	Note    string
	// First and Quote are what the customer was told at issue and last.
	First, Quote Quote

	// revision counts what happened to it, but for announcements and quotes.
	revision int
}

// Stage is a part of a visit that is over.
type Stage struct {
	Service string
	Counter string
	Clerk   string
	// Entered, Called and Ended bound the wait and the service.
	Entered, Called, Ended time.Time
	Outcome                string // as in Ticket, OutcomeTransferred or OutcomeHeld
	Note                   string
}

// Wait is the time from taking the ticket to its call, or, when it was left without one, to the leaving. While it
// is waiting, it is 0. A clock that was set back gives 0.
func (t Ticket) Wait() time.Duration {
	switch {
	case !t.Called.IsZero():
		return max(0, t.Called.Sub(t.Issued))
	case !t.Ended.IsZero():
		return max(0, t.Ended.Sub(t.Issued))
	}
	return 0
}

// Serving is the time from call to end of a served ticket; 0 for others.
func (t Ticket) Serving() time.Duration {
	if t.Status != Served {
		return 0
	}
	return max(0, t.Ended.Sub(t.Called))
}

// The transitions of a ticket. They are shared by Decide, which tells what will be, and Apply, which does it.

func (t Ticket) called(counter string, at time.Time) Ticket {
	t.Status, t.Counter, t.Called, t.Announced = Called, counter, at, at
	return t
}

func (t Ticket) recalled(at time.Time) Ticket {
	t.Recalls++
	t.Announced = at
	return t
}

func (t Ticket) served(at time.Time) Ticket {
	t.Status, t.Ended = Served, at
	return t
}

func (t Ticket) left(reason string, at time.Time) Ticket {
	t.Status, t.Ended, t.Reason = Left, at, reason
	return t
}

// The records of the transitions, made of the ticket after them.

const source = "queue"

func (t Ticket) issuedEntry(request string) record.Entry {
	return record.NewEntry(record.TicketIssued, source, t.Issued, record.TicketIssuedData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Ahead: t.Ahead, Request: request})
}

func (t Ticket) calledEntry(request string) record.Entry {
	return record.NewEntry(record.TicketCalled, source, t.Called, record.TicketCalledData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: t.Counter, Wait: t.Wait().Seconds(), Request: request})
}

func (t Ticket) recalledEntry(request string) record.Entry {
	return record.NewEntry(record.TicketRecalled, source, t.Announced, record.TicketRecalledData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: t.Counter, Request: request})
}

func (t Ticket) servedEntry(request string) record.Entry {
	return record.NewEntry(record.TicketServed, source, t.Ended, record.TicketServedData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: t.Counter,
		Wait: t.Wait().Seconds(), Serving: t.Serving().Seconds(), Request: request})
}

func (t Ticket) leftEntry(request string) record.Entry {
	return record.NewEntry(record.TicketLeft, source, t.Ended, record.TicketLeftData{
		Ticket: t.ID, Number: t.Number, Service: t.Service, Counter: t.Counter,
		Wait: max(0, t.Ended.Sub(t.Issued)).Seconds(), Reason: t.Reason, Request: request})
}

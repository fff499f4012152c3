package queue

import (
	"time"
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

// Wait is the time from entering the queue of the service to the first call there, or, when it was left without one, to
// the leaving. While it is waiting, it is 0. A clock that was set back gives 0.
func (t Ticket) Wait() time.Duration {
	entered, called := t.Entered, t.Called
	if parts := t.parts(); len(parts) > 0 {
		called = parts[0].Called
	}
	if called.IsZero() {
		called = t.Ended
	}
	if called.IsZero() {
		return 0
	}
	return max(0, called.Sub(entered))
}

// Serving is the service time of a served ticket, holds not counted; 0 for others.
func (t Ticket) Serving() time.Duration {
	if t.Status != Served {
		return 0
	}
	return t.worked(t.Ended)
}

// worked is the time at counters for the present service until an instant.
func (t *Ticket) worked(until time.Time) time.Duration {
	worked := max(0, until.Sub(t.Called))
	for _, p := range t.parts() {
		worked += max(0, p.Ended.Sub(p.Called))
	}
	return worked
}

// parts are the stages before holds in the present service.
func (t *Ticket) parts() []Stage {
	n := len(t.Stages)
	for n > 0 && t.Stages[n-1].Outcome == OutcomeHeld {
		n--
	}
	return t.Stages[n:]
}

// earlier is what was waited and worked in the services before the present one.
func (t *Ticket) earlier() (waited, worked time.Duration) {
	first := true
	for _, p := range t.Stages[:len(t.Stages)-len(t.parts())] {
		if first {
			waited += max(0, p.Called.Sub(p.Entered))
		}
		worked += max(0, p.Ended.Sub(p.Called))
		first = p.Outcome != OutcomeHeld
	}
	return waited, worked
}

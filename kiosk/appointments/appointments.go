// Package appointments is the rule of customers who come at an agreed time: booked by head office's list or by hand,
// cancelled, arrived, or missed.
//
// It is event sourced and does no I/O. Decide says which records a command would cause, and Apply folds a record into
// the State; the state is exactly the fold of the journal's appointment.* records, so that a kiosk that lost its power
// knows its day by reading them again. Time and randomness are arguments. The ticket that an arriving customer takes is
// the queue's: Check says whether the customer may have it, and Decide of Arrive, with the ticket, is written together
// with its issue.
package appointments

import (
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/hours"
)

// HeadOffice is the origin of the appointments in head office's list. One made by hand has the staff number of who made it.
const HeadOffice = "head-office"

// Rules say which appointments there can be and when a customer may arrive. They do not change.
type Rules struct {
	// Zone is the station's local time, by which days are told apart.
	Zone *time.Location
	// Services are what appointments can be made for.
	Services []Service
	// A customer may arrive from Early before the agreed time until Late after it. Missed after it, at least Late, the
	// appointment is given up.
	Early, Late, Missed time.Duration
	// Ahead is how far ahead an appointment can be made by hand; 0: 90 days.
	Ahead time.Duration
}

// Service is one that appointments can be made for.
type Service struct {
	ID string
	// Hours bound the times of appointments made by hand; nil is always. Head office's list is not held against them.
	Hours *hours.Hours
}

// Status is what has become of an appointment.
type Status string

const (
	Booked    Status = "booked"
	Cancelled Status = "cancelled"
	Arrived   Status = "arrived"
	Missed    Status = "missed"
)

// Appointment is a customer who comes at an agreed time. It is a value and may be kept.
type Appointment struct {
	ID      string
	Service string
	// At is the time agreed, to the millisecond.
	At time.Time
	// Name is masked, such as "王**"; Code is what the customer was given to arrive with, and Phone the last digits, at
	// most four, of the telephone number. Each may be empty.
	Name, Code, Phone string
	// Origin is HeadOffice or the staff number of who made it by hand.
	Origin string
	Status Status
	// Ticket is the id of the ticket taken, and Arrival when, once the customer has arrived.
	Ticket  string
	Arrival time.Time
	// Reason is why it was cancelled.
	Reason string

	// noted is when it was last written down as booked.
	noted time.Time
}

// Late is the time between the time agreed and the arrival; negative is early. 0 before the arrival.
func (a Appointment) Late() time.Duration {
	if a.Arrival.IsZero() {
		return 0
	}
	return a.Arrival.Sub(a.At)
}

// Day is the appointments of one local date, all of them, in order of the agreed time. It is never changed.
type Day struct {
	Date         string // as 2026-11-23
	Appointments []Appointment
}

// Decision is what a command causes.
type Decision struct {
	// Entries are the records to write, all or none. They are empty when nothing changes.
	Entries []record.Entry
	// Appointment is the one concerned as it is after the command; of a repetition, as it is now. Merge and Tick concern
	// many and have none.
	Appointment Appointment
	// Repeated says that the command had been carried out before.
	Repeated bool
}

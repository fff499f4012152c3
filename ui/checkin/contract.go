// Package checkin is how a customer who has an appointment gets a ticket for it at the touchscreen: with the last four
// digits of the telephone number, with the code of the booking, or by holding the QR code of it under the scanner.
//
// What the customer does is one state and one transition for each event (state.go); the drawing follows (view.go).
package checkin

import (
	"context"
	"errors"
	"time"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
)

// Desk checks a customer in.
type Desk interface {
	// CheckIn gives the customer who proves to have an appointment a ticket for it, or says among which to choose. The
	// request stands for the customer's wish: asked again with the same one, the answer is the same ticket. ErrUnknown,
	// EarlyError, ErrLate, ErrUsed, ErrCancelled and ErrClosed are told to the customer as such; after any other error,
	// trying again may help.
	CheckIn(ctx context.Context, p Proof, request string) (Arrival, error)
}

// Proof is what the customer has: one of Code and Phone.
type Proof struct {
	// Code is the code of the booking, in capitals, typed or scanned.
	Code string
	// Phone is the last four digits of the telephone number.
	Phone string
	// ID is the appointment chosen among those that Code or Phone, which are there too, were not enough to tell apart.
	ID string
}

// Arrival is what CheckIn gives: a ticket, or bookings to choose from.
type Arrival struct {
	Ticket *flow.Ticket
	Choose []Booking
}

// Booking is an appointment as it may be shown to whoever knows four digits of a telephone number.
type Booking struct {
	ID      string
	At      time.Time // in the station's time zone
	Service lang.Names
	Name    string // masked, such as "王**"
}

// Why there is no ticket, for good: wrapped by what CheckIn returns.
var (
	ErrUnknown   = errors.New("no such appointment")
	ErrLate      = errors.New("too late for the appointment")
	ErrUsed      = errors.New("the customer has checked in before")
	ErrCancelled = errors.New("the appointment was cancelled")
	ErrClosed    = errors.New("nobody can be checked in now")
)

// EarlyError says that the customer can check in later: From is when, in the station's time zone.
type EarlyError struct{ From time.Time }

func (e *EarlyError) Error() string {
	return "too early for the appointment: from " + e.From.Format("2006-01-02 15:04") + " on"
}

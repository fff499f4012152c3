// Package backroom is the screen of the touchscreen that is for staff, behind a staff number and a PIN: paper, the last
// tickets once more, what the machine is connected to and what it complains of, and ways to restart it, shut it down and
// leave it.
//
// What staff do is one state and one transition for each event (state.go); the drawing follows (view.go). A PIN is in no
// log, in no error and on no picture, and in memory no longer than until the answer.
package backroom

import (
	"context"
	"errors"
	"time"
)

// Staff is who lets staff in and does what they want.
type Staff interface {
	// Unlock tells who somebody is. ErrDenied and TooManyError are told as such. No error contains the PIN.
	Unlock(ctx context.Context, number, pin string) (Clerk, error)
	// Status is how things are now.
	Status(ctx context.Context) (Status, error)
	// Act does what a clerk wants; it has been asked once more where that is not easily undone. ErrDenied is that this
	// clerk may not.
	Act(ctx context.Context, by Clerk, a Act) error
}

// Clerk is somebody who was let in.
type Clerk struct{ Number, Name, Role string }

// ErrDenied: the number or the PIN is wrong, or this clerk may not do that. Which of them, nobody is told.
var ErrDenied = errors.New("not allowed")

// TooManyError says that there were too many wrong attempts: nothing is looked at until then, in the station's time zone.
type TooManyError struct{ Until time.Time }

func (e *TooManyError) Error() string {
	return "too many wrong attempts: the next one is looked at from " + e.Until.Format("15:04:05") + " on"
}

// Kind is something that staff can have done.
type Kind string

const (
	Paper     Kind = "paper"      // a new roll was put in
	Reprint   Kind = "reprint"    // print Ticket once more
	TestPrint Kind = "test-print" // print something that shows whether the printer is well
	SoundTest Kind = "sound-test" // say something aloud
	Restart   Kind = "restart"    // start the program anew
	ShutDown  Kind = "shut-down"  // turn the machine off
	Leave     Kind = "leave"      // leave kiosk mode, to the desktop
	Lock      Kind = "lock"       // the clerk has left
)

// Act is what a clerk wants. The kinds are those of record.StaffActedData.
type Act struct {
	Kind Kind
	// Ticket is the id of the one to reprint.
	Ticket string
	// Request names the wish: the same wish asked again is not fulfilled twice.
	Request string
}

// State is how well something is.
type State string

const (
	Well   State = "well"
	Warned State = "warned" // it works, but somebody should see to it
	Broken State = "broken"
	Absent State = "absent" // there is none, and there need not be
)

// Status is how the machine is.
type Status struct {
	At time.Time // when, in the station's time zone

	Printer Printer
	Network Network
	// Sound is how well the audio output is.
	Sound State
	// DiskFree and DiskSize are in bytes; 0 when not known.
	DiskFree, DiskSize int64
	// Version is the program's, and Started when it started.
	Version string
	Started time.Time
	// Log is the last warnings and errors, the latest first.
	Log []Line
	// Tickets are the last that were taken, the latest first.
	Tickets []Ticket
}

// Printer is the ticket printer.
type Printer struct {
	State State
	// Reason is why it does not print, as in record.PrintData: "paper-out", "cover-open", "offline", …; "near-end" when it
	// still does.
	Reason string
	// PaperMM is how much paper is left, in millimetres, and PaperDays for how many days that lasts at the present pace;
	// -1 when not known.
	PaperMM   int
	PaperDays float64
}

// Network is the line to head office.
type Network struct {
	State State
	// Since is since when it has been so; zero when not known.
	Since time.Time
	// Waiting is how many records have not been acknowledged.
	Waiting int
	// Address is the machine's own, such as "192.168.1.20"; empty when it has none.
	Address string
}

// Line is a line of the log.
type Line struct {
	At    time.Time
	Error bool // else a warning
	Text  string
}

// Ticket is one that can be printed once more.
type Ticket struct {
	ID, Number string
	At         time.Time // when it was taken
	Service    string    // the service's name, in the language of the station
}

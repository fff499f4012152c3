package printer

import (
	"time"
)

// Why a printer is not ready, or a ticket not known to be printed: the reasons of record.PrintData.
const (
	PaperOut  = "paper-out"
	CoverOpen = "cover-open"
	Offline   = "offline"   // the printer says so: its feed button is held, or it waits for somebody
	NoAnswer  = "no-answer" // it is not there, cannot be reached, or does not answer what it is asked
	Failed    = "error"     // its cutter or something else in it failed
	Restart   = "restart"   // the program ended in the middle
	Late      = "late"      // it was not begun by its deadline, because the printer was busy
)

// Status is what the printer said last.
type Status struct {
	// Ready is true when a ticket would be printed now.
	Ready bool
	// PaperOut, CoverOpen and Offline are as the printer answered; Offline is true of every printer that prints nothing.
	PaperOut, CoverOpen, Offline bool
	// NearEnd is true when the sensor for the end of the roll says that there is little left; the printer still prints.
	NearEnd bool
	// Low is true from when there was no paper, or little, until the printer is ready and has plenty: also while its cover
	// is open in between, or it does not answer.
	Low bool
	// Reason is why it is not ready, one of the constants above; empty when it is.
	Reason string
	// Detail says in English what was attempted and what to do about it: for the log and for staff. Empty when ready.
	Detail string
	// At is when the printer answered, or did not. It is zero before the first time.
	At time.Time
}

// same tells whether nothing but the time differs.
func (s Status) same(other Status) bool {
	s.At = other.At
	return s == other
}

// after is the status with what is still true of the one before. With its cover open, what a printer says of its paper
// says nothing: the roll may only have been lifted.
func (s Status) after(before Status) Status {
	s.Low = before.Low && (!s.Ready || s.NearEnd) || !s.CoverOpen && (s.PaperOut || s.NearEnd)
	return s
}

// Replaced tells whether somebody has put in a roll between two statuses that follow each other, as far as the sensors
// can tell: there was no paper, or little, and now there is plenty.
func Replaced(before, now Status) bool { return before.Low && now.Ready && !now.Low }

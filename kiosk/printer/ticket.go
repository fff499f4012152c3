package printer

import "time"

// Names is what something is called in both languages.
type Names struct{ Zh, En string }

// Language is one that a ticket is printed in.
type Language string

const (
	Chinese Language = "zh"
	English Language = "en"
)

// Ticket is what stands on the paper.
type Ticket struct {
	// Station and Number are the head, such as 城东支行 and "A012".
	Station Names
	Number  string
	Service Names
	// Ahead is how many customers will be called before this one, or -1 where that is not known any more, on a copy.
	Ahead int
	// Low and High are the ends of the wait that was promised; both 0 when none was.
	Low, High time.Duration
	// Booked is the time of the appointment that it is for; zero when it is for none.
	Booked time.Time
	// At is when the ticket was taken, in the station's time zone.
	At time.Time
	// Notice is a line of the station's at the end, such as 过号请重新取号.
	Notice Names
	// Page is the address of the ticket's page, printed as a QR code; empty when it has none.
	Page string
	// Languages are printed in this order, Chinese alone when there are none.
	Languages []Language
}

// Job is one piece of paper.
type Job struct {
	// ID is the ticket's id in the records, and Request the id of the command that wants the paper.
	ID, Request string
	// Copy is 1 for the first paper of a ticket; from 2 on, it is marked as a copy with this number.
	Copy int
	// Deadline is when it is too late to begin. Zero means ten seconds from now.
	Deadline time.Time
	Ticket   Ticket
}

package printer

import (
	"errors"
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// Source is the source of the records about paper.
const Source = "printer"

// Error is why a ticket is not known to be printed.
type Error struct {
	// Reason is one of the constants of this package.
	Reason string
	// Begun is true when some of it may be on paper: nobody knows, and it must not be printed again by itself. When it is
	// false, nothing of it is.
	Begun bool
	// Detail says what was attempted and what to do about it.
	Detail string
	// Err is the cause, where there is one.
	Err error
}

// Error implements error.
func (e *Error) Error() string {
	became := "nothing of it is on paper"
	if e.Begun {
		became = "it may be on paper in part or as a whole"
	}
	text := fmt.Sprintf("print a ticket: %s: %s", e.Reason, became)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Entry returns the record of what became of a job: ticket.printed with the length of paper in millimetres, or, when err
// is not nil, ticket.unprinted with the reason.
func Entry(job Job, length int, err error, at time.Time) record.Entry {
	data := record.PrintData{
		Ticket: job.ID, Number: job.Ticket.Number, Copy: max(job.Copy, 1), Length: length, Request: job.Request,
	}
	if err == nil {
		return record.NewEntry(record.TicketPrinted, Source, at, data)
	}
	data.Reason = Failed
	if fault, ok := errors.AsType[*Error](err); ok {
		data.Reason = fault.Reason
	}
	return record.NewEntry(record.TicketUnprinted, Source, at, data)
}

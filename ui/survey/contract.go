// Package survey asks a customer how a visit was: whose visit, how satisfied as a whole, then what the station's
// questionnaire asks further. It is voluntary: every question can be left out by a button as large as an answer, nothing
// is chosen beforehand, and nothing is sent before the customer has finished. A level that was chosen counts also when
// the customer walks away: it is sent when the flow is left.
package survey

import (
	"context"
	"errors"

	"stationkeeper/internal/record"
	"stationkeeper/ui/lang"
)

// Desk knows the visits and takes the ratings. Its methods are called off the screen's goroutine.
type Desk interface {
	// Visit finds the visit that a customer wants to rate; ErrNoVisit, ErrRated and ErrNotServed are told as such.
	Visit(ctx context.Context, p Proof) (Visit, error)
	// Rate takes down a rating; a repeated Request changes nothing. caseNumber is that of the case that was opened for it,
	// if one was. ErrRated is told as such.
	Rate(ctx context.Context, r Rating) (caseNumber string, err error)
}

// Proof is what a customer shows of a visit: either what a scanner read off the ticket, or its number typed.
type Proof struct{ Scan, Number string }

// Visit is one that can be rated.
type Visit struct {
	// Ticket is what the desk calls it; the screen only hands it back.
	Ticket string
	// Number is the one that was called, Service what it was for, and Counter where; the latter may be empty.
	Number           string
	Service, Counter lang.Names
}

// Why a visit cannot be rated: wrapped by what the desk returns.
var (
	ErrNoVisit   = errors.New("there is no such visit")
	ErrRated     = errors.New("this visit has been rated")
	ErrNotServed = errors.New("this visit has not been served yet")
)

// Rating is what a customer thinks of a visit.
type Rating struct {
	// Visit is the Ticket of the visit; empty for a customer without one.
	Visit string
	// Score is 5 for very satisfied to 1 for very dissatisfied.
	Score int
	// Answers are those to the questionnaire, the overall level among them, in its order; none that does not apply.
	Answers       []record.SurveyAnswer
	Questionnaire string
	Version       int
	// Language is the one it was asked in.
	Language lang.Language
	// Request names the customer's wish.
	Request string
}

// Package flow is what lies between the shell of the lobby's screen and something that a customer does there in several
// steps: check in, answer a survey, complain, read what the station has to say.
//
// A Flow knows its own steps and draws them. The Shell around it knows the customer: the language and the look chosen,
// whether somebody is still there, and what to show while the desk takes its time. All methods of both are called on the
// screen's goroutine, but for what Ask is given.
package flow

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"stationkeeper/ui/lang"
)

// Scene is what a flow is drawn with, besides its own state.
type Scene struct {
	Language lang.Language
	Words    *lang.Catalogue
	// At is the station's time, in its time zone.
	At time.Time
}

// Flow is something that takes several steps. Its objects exist from the beginning and are shown and hidden.
type Flow interface {
	// Root is what is shown while the flow is open.
	Root() fyne.CanvasObject
	// Open begins anew, for another customer: nothing of the one before remains.
	Open()
	// Draw shows the step that it is at. What has not changed is not drawn again.
	Draw(Scene)
	// Back goes back by one step; false when this is the first, and the shell goes home.
	Back() bool
	// Heading is what the band at the top says: where one is, and, in small letters, what to do.
	Heading(Scene) (large, small string)
	// Spoken is what is read aloud to somebody who asks for it: what is on the screen, and what can be done.
	Spoken(Scene) string
	// Private tells whether the screen shows what a customer typed or chose, which no picture of it may.
	Private() bool
	// Scan takes what a scanner read off a customer's paper or telephone; false when there is no use for it here.
	Scan(text string) bool
}

// Leaver is a Flow that has something left to say when its customer is gone without having finished: a rating once
// chosen counts, also of somebody who walks away.
type Leaver interface {
	// Left is called once when the flow is left, for whatever reason: the time-out, the way home, Leave, a ticket shown.
	// The next customer's Open comes after it. What it returns, unless nil, is called off the screen's goroutine with a
	// context that ends when what Ask is given would be given up; nobody looks at how it went, and no customer waits for
	// it.
	Left() (send func(ctx context.Context))
}

// Shell is what a flow stands in.
type Shell interface {
	// Changed says that somebody did something: the time-out begins anew, and the flow is drawn.
	Changed()
	// Ask calls ask off the screen's goroutine, with a context that ends when the customer has been told that it did not
	// work, and then, on the goroutine, what it returned, unless the flow was left before; then it is drawn. Meanwhile
	// the shell takes no taps, and, if it lasts, asks for patience. Nothing is asked while an answer is waited for.
	Ask(ask func(ctx context.Context) (then func()))
	// Leave goes home. ShowTicket shows a ticket as one taken by hand, and Failed that something did not work: title and
	// text say what, and what to do instead; again, unless nil, is what a button for another attempt does.
	Leave()
	ShowTicket(Ticket)
	Failed(title, text string, again func())
	// Busy tells whether an answer is waited for.
	Busy() bool
	// NewRequest names a customer's wish, never twice the same: the same wish asked again is not fulfilled twice.
	NewRequest() string
	// Scene is the present one.
	Scene() Scene
}

// Ticket is what a customer gets.
type Ticket struct {
	// ID is what the desk calls it, and Number what will be called, such as "A012".
	ID, Number string
	// Service is the id of the service.
	Service string
	// Ahead is how many customers will be called before.
	Ahead int
	// Wait is what the customer is told about the time until the call.
	Wait Wait
	// Page is the address of the ticket's page, for a QR code; empty when it has none.
	Page string
	// Paper tells whether it is being printed.
	Paper bool
}

// Wait is a range of waiting times, in minutes. High is 0 when too little is known for a promise.
type Wait struct{ Low, High int }

// Known tells whether there is a promise.
func (w Wait) Known() bool { return w.High > 0 }

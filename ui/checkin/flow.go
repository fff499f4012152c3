package checkin

import (
	"context"

	"fyne.io/fyne/v2"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/scanner"
)

// Options are what a Flow is made of. Desk is needed.
type Options struct {
	Desk Desk
	// Scanner tells that there is a code scanner: customers are told to use it.
	Scanner bool
}

// Flow is the check-in.
type Flow struct {
	shell flow.Shell
	desk  Desk
	state state
	view  *view
}

var _ flow.Flow = (*Flow)(nil)

// New returns the check-in in its shell.
func New(shell flow.Shell, o Options) *Flow {
	f := &Flow{shell: shell, desk: o.Desk}
	f.view = newView(f, o.Scanner)
	return f
}

// Root is what is shown while the flow is open.
func (f *Flow) Root() fyne.CanvasObject { return f.view.root }

// Open begins anew, for another customer.
func (f *Flow) Open() {
	f.state = state{}
	f.view.begin()
}

// Draw shows the step that the customer is at.
func (f *Flow) Draw(s flow.Scene) { f.view.draw(f.state, s) }

// Back goes back by one step.
func (f *Flow) Back() bool {
	if f.shell.Busy() {
		return true
	}
	next, ok := f.state.back()
	if ok {
		f.to(next)
	}
	return ok
}

// Heading is what to do.
func (f *Flow) Heading(s flow.Scene) (large, small string) { return heading(f.state, s.Words.CheckIn) }

// Spoken is what is on the screen, but for what was typed.
func (f *Flow) Spoken(s flow.Scene) string { return f.view.spoken(f.state, s) }

// Private tells whether something of the customer is to be seen.
func (f *Flow) Private() bool { return f.state.step != ways }

// Scan looks for the appointment on a paper or a telephone, at any step.
func (f *Flow) Scan(text string) bool {
	if f.shell.Busy() || f.state.vain >= attempts {
		return true
	}
	switch paper, _ := scanner.Read(text); {
	case paper.Appointment != "":
		f.ask(Proof{Code: paper.Appointment})
	case paper.Ticket != "":
		f.to(f.state.stopped(isTicket))
	default:
		f.to(f.state.stopped(foreign))
	}
	return true
}

// to goes on to another state.
func (f *Flow) to(next state) {
	f.state = next
	f.shell.Changed()
}

// enter asks with what was typed.
func (f *Flow) enter() {
	if f.state.enough() {
		f.ask(f.state.entered())
	}
}

// pick asks for one of several bookings.
func (f *Flow) pick(i int) {
	if i >= len(f.state.choice) {
		return
	}
	proof := f.state.proof
	proof.ID = f.state.choice[i].ID
	f.ask(proof)
}

// ask asks the desk, and goes where its answer leads.
func (f *Flow) ask(p Proof) {
	if f.shell.Busy() {
		return
	}
	f.state = f.state.asking(p, f.shell.NewRequest)
	request := f.state.request
	f.shell.Changed()
	f.shell.Ask(func(ctx context.Context) func() {
		arrival, err := f.desk.CheckIn(ctx, p, request)
		return func() { f.answered(arrival, err) }
	})
}

func (f *Flow) answered(a Arrival, err error) {
	next, told := f.state.refused(err)
	switch {
	case err != nil && told:
		f.state = next
	case err != nil || a.Ticket == nil && len(a.Choose) == 0:
		words := f.shell.Scene().Words.CheckIn
		f.shell.Failed(words.Failed, words.FailedDo, func() { f.ask(f.state.proof) })
	case a.Ticket != nil:
		f.shell.ShowTicket(*a.Ticket)
	default:
		f.state = f.state.several(a.Choose)
	}
}

package backroom

import (
	"context"

	"fyne.io/fyne/v2"

	"stationkeeper/ui/flow"
)

// Options are what a Flow is made of. Staff is needed.
type Options struct {
	Staff Staff
	// Letters are those that staff numbers have besides digits.
	Letters string
}

// Flow is the screen for staff.
type Flow struct {
	shell flow.Shell
	staff Staff
	state state
	view  *view
}

var (
	_ flow.Flow   = (*Flow)(nil)
	_ flow.Leaver = (*Flow)(nil)
)

// New returns the screen for staff in its shell.
func New(shell flow.Shell, o Options) *Flow {
	f := &Flow{shell: shell, staff: o.Staff}
	f.view = newView(f, o.Letters)
	return f
}

// Root is what is shown while the flow is open.
func (f *Flow) Root() fyne.CanvasObject { return f.view.root }

// Open asks who is there.
func (f *Flow) Open() {
	f.state = state{}
	f.view.begin()
}

// Left locks: who comes next is asked who they are. That the clerk has left is told.
func (f *Flow) Left() (send func(ctx context.Context)) {
	clerk := f.state.clerk
	in := f.state.in()
	f.state = state{}
	f.view.begin()
	if !in {
		return nil
	}
	lock := Act{Kind: Lock, Request: f.shell.NewRequest()}
	return func(ctx context.Context) { _ = f.staff.Act(ctx, clerk, lock) } // nobody is there to be told otherwise
}

// Draw shows the step that the clerk is at.
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

// Heading is where one is.
func (f *Flow) Heading(s flow.Scene) (large, small string) { return heading(f.state, s) }

// Spoken is what is on the screen; what was typed is not read aloud.
func (f *Flow) Spoken(s flow.Scene) string { return spoken(f.state, s) }

// Private is true while somebody types a number or a PIN, and where numbers of customers are to be seen.
func (f *Flow) Private() bool {
	return f.state.step == number || f.state.step == pin || f.state.step == tickets
}

// Scan has no use for a paper.
func (f *Flow) Scan(string) bool { return false }

// to goes on to another state.
func (f *Flow) to(next state) {
	f.state = next
	f.shell.Changed()
}

// enter goes on with what was typed.
func (f *Flow) enter() {
	switch {
	case !f.state.enough() || f.shell.Busy():
	case f.state.step == number:
		next := f.state
		next.step = pin
		f.to(next)
	default:
		f.unlock()
	}
}

// unlock has the PIN looked at. It is in no state any more when the answer comes, and in no message.
func (f *Flow) unlock() {
	next, pin := f.state.entered()
	number := next.number
	f.to(next)
	f.shell.Ask(func(ctx context.Context) func() {
		clerk, err := f.staff.Unlock(ctx, number, pin)
		var status Status
		var unknown error
		if err == nil {
			status, unknown = f.staff.Status(ctx)
		}
		return func() {
			next, told := f.state.answered(clerk, err)
			if !told {
				words := f.shell.Scene().Words.Backroom
				f.shell.Failed(words.NotDone, words.NotDoneMore, nil)
				return
			}
			f.state = next.told(status, unknown)
		}
	})
}

// refresh asks how things are, and shows it.
func (f *Flow) refresh() {
	if f.shell.Busy() {
		return
	}
	f.shell.Changed()
	f.shell.Ask(func(ctx context.Context) func() {
		status, err := f.staff.Status(ctx)
		return func() { f.state = f.state.told(status, err) }
	})
}

// want is a tap on something that can be done.
func (f *Flow) want(k Kind, of Ticket) {
	if f.shell.Busy() {
		return
	}
	next, at := f.state.wants(Act{Kind: k, Ticket: of.ID, Request: f.shell.NewRequest()}, of)
	f.to(next)
	if at {
		f.do()
	}
}

// do has done what is wanted.
func (f *Flow) do() {
	if f.shell.Busy() {
		return
	}
	clerk, act := f.state.clerk, f.state.act
	f.shell.Changed()
	f.shell.Ask(func(ctx context.Context) func() {
		err := f.staff.Act(ctx, clerk, act)
		status, unknown := f.staff.Status(ctx)
		return func() { f.state = f.state.acted(err).told(status, unknown) }
	})
}

// open shows another step.
func (f *Flow) open(at step) {
	next := f.state
	next.step = at
	f.to(next)
}

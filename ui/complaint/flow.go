package complaint

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/layout"
)

// Options are what a Flow is made of. Only Desk is needed.
type Options struct {
	Desk Desk
	// Now reads the clock; it defaults to time.Now.
	Now func() time.Time
}

// settle is how long a new step takes no answers: the second tap of an impatient finger was meant for the one before.
const settle = 400 * time.Millisecond

// Flow is a complaint being made.
type Flow struct {
	shell   flow.Shell
	options Options
	offered []Topic // to the next customer
	topics  []Topic // of this one
	state   state
	since   time.Time // when this step came up

	root    *fyne.Container
	kinds   *kindScreen
	code    *codeScreen
	choice  *choiceScreen
	call    *callScreen
	summary *reviewScreen
	done    *doneScreen
}

var _ flow.Flow = (*Flow)(nil)

// New returns the flow in its shell.
func New(shell flow.Shell, o Options) *Flow {
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &Flow{shell: shell, options: o}
	f.kinds = newKindScreen(f)
	f.code = newCodeScreen(f)
	f.choice = newChoiceScreen(f)
	f.call = newCallScreen(f)
	f.summary = newReviewScreen(f)
	f.done = newDoneScreen(f)
	f.root = container.NewStack(f.kinds.root, f.code.root, f.choice.root, f.call.root, f.summary.root, f.done.notice.Root)
	for _, screen := range f.root.Objects {
		screen.Hide()
	}
	return f
}

// Show offers other topics from now on. Who is in the middle of it keeps the old ones.
func (f *Flow) Show(topics []Topic) { f.offered = topics }

// Root is what is shown while the flow is open.
func (f *Flow) Root() fyne.CanvasObject { return f.root }

// Open begins anew.
func (f *Flow) Open() {
	f.topics, f.state, f.since = f.offered, state{}, time.Time{}
	f.choice.options.Begin()
	f.call.pad.Begin()
}

// screen is one step to be seen.
type screen interface{ say(s flow.Scene) }

// Draw shows the step that it is at.
func (f *Flow) Draw(s flow.Scene) {
	at := [...]struct {
		screen
		of int // its place among the objects
	}{kind: {f.kinds, 0}, phone: {f.code, 1}, topic: {f.choice, 2}, details: {f.choice, 2}, call: {f.call, 3}, review: {f.summary, 4},
		filed: {f.done, 5}}[f.state.step]
	at.say(s)
	for i, o := range f.root.Objects {
		layout.Show(o, i == at.of)
	}
}

// Back goes back by one step.
func (f *Flow) Back() bool {
	after, ok := f.state.back(f.topics)
	if ok {
		f.enter(after)
	}
	return ok
}

// Private is true while a customer's number, or what the complaint is about, is on the screen.
func (f *Flow) Private() bool { return f.state.step >= topic && f.state.step <= review }

// Scan has no use for a paper: a complaint is not about one ticket.
func (f *Flow) Scan(string) bool { return false }

// enter goes to a state, and tells the shell that somebody is there.
func (f *Flow) enter(s state) {
	if s.step != f.state.step {
		f.since = f.options.Now()
		f.choice.options.Begin()
		f.call.pad.Begin()
	}
	f.state = s
	f.shell.Changed()
}

// takes tells whether a tap at this time is meant for this step.
func (f *Flow) takes(at step) bool {
	return f.state.step == at && !f.shell.Busy() && f.options.Now().Sub(f.since) >= settle
}

// write asks the desk for the page on the telephone.
func (f *Flow) write() {
	if !f.takes(kind) {
		return
	}
	f.shell.Ask(func(ctx context.Context) func() {
		page := f.options.Desk.Page(ctx)
		return func() {
			if page == "" {
				words := f.shell.Scene().Words.Complaint
				f.shell.Failed(words.NoPhone, words.NoPhoneDo, nil)
				return
			}
			s := f.state
			s.step, s.page = phone, page
			f.enter(s)
		}
	})
}

// send puts the complaint to the desk.
func (f *Flow) send() {
	c := f.state.complaint(f.topics, f.shell.NewRequest)
	c.Language = f.shell.Scene().Language
	f.state.sent = c
	f.shell.Ask(func(ctx context.Context) func() {
		receipt, err := f.options.Desk.File(ctx, c)
		return func() {
			if err != nil {
				words := f.shell.Scene().Words.Complaint
				f.shell.Failed(words.Failed, words.FailedDo, f.send)
				return
			}
			s := f.state
			s.step, s.receipt = filed, receipt
			f.enter(s)
		}
	})
}

package survey

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"stationkeeper/internal/record"
	asked "stationkeeper/kiosk/survey"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/layout"
)

// Options are what a Flow is made of. Only Desk is needed.
type Options struct {
	Desk Desk
	// Scanner tells whether there is something to read tickets with.
	Scanner bool
	// Now reads the clock; it defaults to time.Now.
	Now func() time.Time
}

// Data is what changes while the kiosk runs.
type Data struct {
	// Questionnaire is what the next customer is asked; nil: the usual questions. It never changes.
	Questionnaire *asked.Questionnaire
	// Letters are those that the numbers of tickets begin with.
	Letters string
	// LastMonth is shown with the thanks.
	LastMonth Results
}

// settle is how long a new question takes no answers: the second tap of an impatient finger was meant for the one before.
const settle = 400 * time.Millisecond

// Flow is the survey.
type Flow struct {
	shell     flow.Shell
	options   Options
	data      Data
	questions *asked.Questionnaire // of this customer
	state     state
	since     time.Time // when this step came up

	root     *fyne.Container
	whose    *whoseScreen
	typing   *typingScreen
	question *questionScreen
	refused  *refusedScreen
	thanks   *thanksScreen
}

var (
	_ flow.Flow   = (*Flow)(nil)
	_ flow.Leaver = (*Flow)(nil)
)

// New returns the survey in its shell.
func New(shell flow.Shell, o Options) *Flow {
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &Flow{shell: shell, options: o, questions: asked.Default()}
	f.whose = newWhoseScreen(f)
	f.typing = newTypingScreen(f)
	f.question = newQuestionScreen(f)
	f.refused = newRefusedScreen(f)
	f.thanks = newThanksScreen(f)
	f.root = container.NewStack(f.whose.root, f.typing.root, f.question.root, f.refused.notice.Root, f.thanks.notice.Root)
	for _, screen := range f.root.Objects {
		screen.Hide()
	}
	return f
}

// Show shows other data from now on. Who is in the middle of the questions is asked the old ones to the end.
func (f *Flow) Show(d Data) { f.data = d }

// Root is what is shown while the flow is open.
func (f *Flow) Root() fyne.CanvasObject { return f.root }

// Open begins anew.
func (f *Flow) Open() {
	f.questions = asked.Default()
	if f.data.Questionnaire != nil {
		f.questions = f.data.Questionnaire
	}
	f.state, f.since = state{}, time.Time{}
	f.question.options.Begin()
	f.typing.pad.Begin()
}

// Draw shows the step that it is at.
func (f *Flow) Draw(s flow.Scene) {
	switch f.state.step {
	case whose:
		f.whose.say(s)
	case typing:
		f.typing.say(s)
	case asking:
		f.question.say(s)
	case refused:
		f.refused.say(s)
	case thanked:
		f.thanks.say(s)
	}
	for i, at := range []step{whose, typing, asking, refused, thanked} {
		layout.Show(f.root.Objects[i], at == f.state.step)
	}
}

// Back goes back by one step.
func (f *Flow) Back() bool {
	after, ok := f.state.back(f.questions)
	if ok {
		f.enter(after)
	}
	return ok
}

// Private is true while a customer's number or answers are on the screen.
func (f *Flow) Private() bool { return f.state.step == typing || f.state.step == asking }

// Scan takes a ticket that is held under the scanner.
func (f *Flow) Scan(text string) bool {
	if f.state.step != whose && f.state.step != typing && f.state.step != refused {
		return false
	}
	f.find(Proof{Scan: text})
	return true
}

// enter goes to a state, and tells the shell that somebody is there.
func (f *Flow) enter(s state) {
	if s.step != f.state.step || s.question != f.state.question {
		f.since = f.options.Now()
		f.question.options.Begin()
	}
	f.state = s
	f.shell.Changed()
}

// takes tells whether a tap at this time is meant for this step.
func (f *Flow) takes(at step) bool {
	return f.state.step == at && !f.shell.Busy() && f.options.Now().Sub(f.since) >= settle
}

// begin asks about a visit, or without one.
func (f *Flow) begin(v Visit) { f.enter(f.state.ask(f.questions, v)) }

// level, option, skip, next and finish are what can be tapped at a question.
func (f *Flow) level(score int) {
	if f.takes(asking) {
		f.forward(f.state.say(record.SurveyAnswer{Score: score}))
	}
}

func (f *Flow) option(i int) {
	if !f.takes(asking) {
		return
	}
	question, _, _ := f.state.current(f.questions)
	if id := question.Options[i].ID; question.Kind == asked.One {
		f.forward(f.state.say(record.SurveyAnswer{Options: []string{id}}))
	} else {
		f.enter(f.state.toggle(id))
	}
}

// skip leaves the question out. Without the first one there is no rating: who skips it goes home.
func (f *Flow) skip() {
	if !f.takes(asking) {
		return
	}
	s := f.state.say(record.SurveyAnswer{})
	if s.question == f.questions.Overall().ID {
		f.state = state{}
		f.shell.Leave()
		return
	}
	f.forward(s)
}

func (f *Flow) next() {
	if f.takes(asking) {
		f.forward(f.state)
	}
}

func (f *Flow) finish() {
	if f.takes(asking) {
		f.send(f.state)
	}
}

// forward goes on to the following question, and sends everything after the last.
func (f *Flow) forward(s state) {
	if after, ok := s.next(f.questions); ok {
		f.enter(after)
		return
	}
	f.send(s)
}

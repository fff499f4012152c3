package terminal

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	asked "stationkeeper/kiosk/survey"
	"stationkeeper/ui/survey"
)

// Data is what changes while the terminal runs.
type Data struct {
	// Questionnaire is what the next customer is asked of; nil: the usual questions. It never changes.
	Questionnaire *asked.Questionnaire
	// LastMonth is shown with the thanks.
	LastMonth survey.Results
}

// Terminal is the screen. Show, Private and ScreenName may be called from anywhere, everything else on the screen's
// goroutine.
type Terminal struct {
	options Options
	ctx     context.Context
	cancel  context.CancelFunc
	asking  sync.WaitGroup
	latest  atomic.Pointer[Data] // what to show next
	name    atomic.Pointer[string]
	private atomic.Bool

	// Of the screen's goroutine alone:
	view      *view
	state     state
	data      Data
	questions *asked.Questionnaire // of the one who stands there
	ticks     uint64               // counts the clocks started, so that one stopped too late is recognised
	stopTick  func()
	hush      func() // ends what is being read aloud; nil: nothing is
	speeches  uint64
	mute      bool // there was no voice when it was asked for
}

// New returns the screen. Close it when it is no longer shown.
func New(o Options) (*Terminal, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	t := &Terminal{options: o, state: start(o.Now().Add(-settle)), questions: asked.Default()}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.view = newView(t)
	t.draw()
	return t, nil
}

// Content is what to put into the window.
func (t *Terminal) Content() fyne.CanvasObject { return t.view.root }

// Show shows other data from now on. Who is in the middle of it is asked the old questions to the end.
func (t *Terminal) Show(d Data) {
	t.latest.Store(&d)
	t.options.Do(func() {
		if t.ctx.Err() == nil {
			t.data = *t.latest.Load()
			t.renew()
			t.draw()
		}
	})
}

// renew takes up another questionnaire when nobody is in the middle of the old one.
func (t *Terminal) renew() {
	if t.state.screen != asking || t.state.busy {
		return
	}
	t.questions = asked.Default()
	if t.data.Questionnaire != nil {
		t.questions = t.data.Questionnaire
	}
}

// Private tells whether the screen shows what somebody chose, which no picture of it may.
func (t *Terminal) Private() bool { return t.private.Load() }

// ScreenName is the name of what is shown, for pictures of it and for the log.
func (t *Terminal) ScreenName() string { return *t.name.Load() }

// Close ends what the desk has been asked for and waits for it. The screen does nothing any more.
func (t *Terminal) Close() {
	t.cancel()
	if t.stopTick != nil {
		t.stopTick()
	}
	t.asking.Wait()
}

// step goes to the state after something happened, and puts the rating to the desk when that is due.
func (t *Terminal) step(after state, send bool) {
	if t.ctx.Err() != nil {
		return
	}
	before := t.state
	t.state = after
	if send {
		t.send()
	}
	if after.look != before.look {
		t.options.Restyle(after.look)
	}
	if t.speaking() && (after.screen != before.screen || after.language != before.language) {
		t.hush() // it reads what is no longer there
	}
	t.renew()
	if t.state != before {
		t.draw()
	}
	t.tick(t.state.left > before.left || t.state.screen != before.screen)
}

// moved is a step that sends nothing.
func (t *Terminal) moved(after state) { t.step(after, false) }

// send puts the rating to the desk. Sent again, it is the same one.
func (t *Terminal) send() {
	if t.state.request == "" {
		t.state.request = t.options.NewRequest()
	}
	rating := t.state.rating(t.questions)
	t.asking.Go(func() {
		ctx, cancel := context.WithTimeout(t.ctx, patience)
		defer cancel()
		_, err := t.options.Desk.Rate(ctx, rating)
		if err != nil {
			t.options.Log.Error("a rating could not be taken", "score", rating.Score, "request", rating.Request, "err", err)
		}
		t.options.Do(func() { t.moved(t.state.answered(err == nil, t.options.Now())) })
	})
}

// tick keeps a clock running while the state counts seconds; anew starts a whole second.
func (t *Terminal) tick(anew bool) {
	if t.stopTick != nil && (anew || t.state.left == 0) {
		t.stopTick()
		t.stopTick = nil
	}
	if t.stopTick != nil || t.state.left == 0 {
		return
	}
	t.ticks++
	this := t.ticks
	t.stopTick = t.options.After(time.Second, func() {
		t.options.Do(func() {
			if this == t.ticks && t.stopTick != nil {
				t.stopTick = nil
				t.second()
			}
		})
	})
}

// second passes, but not for who listens.
func (t *Terminal) second() {
	if t.speaking() {
		t.state = t.state.touched()
		t.tick(true)
		return
	}
	t.step(t.state.second(t.options.Now()))
}

// screenNames are what pictures of the screens, and the log, call them.
var screenNames = [...]string{asking: "terminal", why: "terminal-reasons", thanks: "terminal-thanks", trouble: "terminal-trouble"}

func (t *Terminal) draw() {
	name := screenNames[t.state.screen]
	t.name.Store(&name)
	t.private.Store(t.state.screen == why || t.state.busy)
	t.view.show()
}

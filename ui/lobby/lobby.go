package lobby

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"github.com/google/uuid"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
)

// Options are what a Lobby is made of. Only Desk is needed.
type Options struct {
	Desk Desk
	// Title is the name of the place, above everything else.
	Title lang.Names
	// Flows are what is offered beside tickets.
	Flows Flows
	// LongWait is from which expected wait on a customer is asked whether to join the queue; 0 never asks.
	LongWait time.Duration
	// Voice reads the screen aloud for those who ask for it; nil: there is no button for it.
	Voice Voice
	// Restyle is told how the customer wants the screen to look: the theme follows.
	Restyle func(theme.Look)
	// Reach is where the screen hangs, for the low layout.
	Reach Reach
	// Resized is told how large the screen is, in units, before it is laid out: the theme follows it.
	Resized func(fyne.Size)
	Log     *slog.Logger

	// Now reads the clock; After calls a function later unless it is stopped before; NewRequest names a wish, never
	// twice the same; Do runs a function on the screen's goroutine and may return before. They default to time.Now,
	// time.AfterFunc, a random UUID and fyne.Do.
	Now        func() time.Time
	After      func(d time.Duration, f func()) (stop func())
	NewRequest func() string
	Do         func(func())
}

func (o Options) complete() (Options, error) {
	if o.Desk == nil {
		return o, errors.New("lobby: no desk to ask for tickets")
	}
	if o.Resized == nil {
		o.Resized = func(fyne.Size) {}
	}
	if o.Restyle == nil {
		o.Restyle = func(theme.Look) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = func(d time.Duration, f func()) func() {
			timer := time.AfterFunc(d, f)
			return func() { timer.Stop() }
		}
	}
	if o.NewRequest == nil {
		o.NewRequest = uuid.NewString
	}
	if o.Do == nil {
		o.Do = fyne.Do
	}
	return o, nil
}

// Lobby is the screen. Show, Private and ScreenName may be called from anywhere, everything else on the screen's
// goroutine.
type Lobby struct {
	options Options
	ctx     context.Context
	cancel  context.CancelFunc
	asking  sync.WaitGroup

	latest    atomic.Pointer[Snapshot] // what to show next
	scheduled atomic.Bool              // somebody is about to show it
	private   atomic.Bool              // what no picture may show is on the screen
	name      atomic.Pointer[string]   // of what is on the screen

	// Of the screen's goroutine alone:
	view     *view
	flows    [kinds]flow.Flow
	state    state
	snapshot Snapshot
	shownAt  time.Time // when the snapshot came, by the screen's clock
	heading  string    // of the flow that was drawn last
	hush     func()    // ends what is being read aloud
	tick     clock     // seconds of the time-out
	lift     clock     // of the veil
	minute   clock     // of the clock in the dark
}

// New returns the screen as it is before the first snapshot. Close it when it is no longer shown.
func New(o Options) (*Lobby, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	l := &Lobby{options: o, state: start(o.Now().Add(-settle)), shownAt: o.Now()}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	for _, c := range []*clock{&l.tick, &l.lift, &l.minute} {
		c.after, c.do = o.After, o.Do
	}
	l.flows = o.Flows.made(l)
	l.view = newView(o, l.flows, taps{step: l.step, newRequest: o.NewRequest})
	l.draw()
	return l, nil
}

// Content is what to put into the window.
func (l *Lobby) Content() fyne.CanvasObject { return l.view.content }

// Private tells whether the screen shows what is a customer's alone: no picture of it may leave the kiosk.
func (l *Lobby) Private() bool { return l.private.Load() }

// ScreenName is what is on the screen, such as "home", "ticket" or "survey".
func (l *Lobby) ScreenName() string { return *l.name.Load() }

// Show shows a snapshot. It may be called from any goroutine and as often as wanted: the screen shows the latest one
// as soon as it can, and skips those in between.
func (l *Lobby) Show(s Snapshot) {
	l.latest.Store(&s)
	if l.scheduled.Swap(true) {
		return
	}
	l.options.Do(func() {
		l.scheduled.Store(false)
		if l.ctx.Err() != nil {
			return
		}
		l.snapshot, l.shownAt = *l.latest.Load(), l.options.Now()
		if l.snapshot.Dim != l.state.dim {
			l.step(seen{l.snapshot.Dim})
		}
		l.draw()
	})
}

// Close ends what the desk has been asked for and waits for it. The screen does nothing any more.
func (l *Lobby) Close() {
	if l.state.open != none && l.ctx.Err() == nil {
		l.left(l.state.open)
	}
	l.cancel()
	for _, c := range []*clock{&l.tick, &l.lift, &l.minute} {
		c.stop()
	}
	l.asking.Wait()
}

// step lets an event happen.
func (l *Lobby) step(e event) {
	if l.ctx.Err() != nil {
		return
	}
	before := l.state
	after, do := e.next(before, l.options.Now())
	if before.speaking && turnsAway(before, after) {
		after.speaking = false
	}
	l.state = after
	if before.speaking && !after.speaking {
		l.stopVoice()
	}
	if before.open != none && before.open != after.open {
		l.left(before.open)
	}
	if before.look != after.look {
		l.options.Restyle(after.look)
	}
	if do != nil {
		do(l)
	}
	if l.state != before {
		l.draw()
	}
	l.count(l.state.left > before.left || l.state.screen != before.screen)
}

// left lets a flow say what it has left to say, now that its customer has gone.
func (l *Lobby) left(k kind) {
	leaver, ok := l.flows[k].(flow.Leaver)
	if !ok {
		return
	}
	send := leaver.Left()
	if send == nil {
		return
	}
	l.asking.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), patience*time.Second)
		defer cancel()
		send(ctx)
	})
}

// draw shows the state and the snapshot. What has not changed is not drawn again.
func (l *Lobby) draw() {
	if l.ctx.Err() != nil {
		return
	}
	scene := l.scene()
	if l.state.screen == flowing {
		l.drawFlow(scene)
	}
	l.view.show(l.state, l.snapshot, scene)
	l.veil()
	l.tellTime(scene.At)
	name := l.screenName()
	l.name.Store(&name)
	open := l.flows[l.state.open]
	l.private.Store(open != nil && open.Private() || l.state.screen == ticket && l.state.ticket.Page != "")
}

// drawFlow draws the flow that is open. One that shows another step than before takes no taps for a moment.
func (l *Lobby) drawFlow(scene flow.Scene) {
	f := l.flows[l.state.open]
	f.Draw(scene)
	large, _ := f.Heading(scene)
	heading := flowNames[l.state.open] + "\n" + large
	if heading != l.heading {
		l.heading = heading
		l.state, _ = turned{}.next(l.state, l.options.Now())
		l.stopVoice()
	}
}

// scene is what flows are drawn with.
func (l *Lobby) scene() flow.Scene {
	at := l.snapshot.At
	if !at.IsZero() {
		at = at.Add(l.options.Now().Sub(l.shownAt))
	}
	return flow.Scene{Language: l.state.language, Words: lang.Of(l.state.language), At: at}
}

// screenNames are those of the shell's own screens.
var screenNames = [screens]string{home: "home", confirm: "confirm", waiting: "waiting", ticket: "ticket", trouble: "trouble", dark: "dark"}

func (l *Lobby) screenName() string {
	switch s := l.state; {
	case s.screen == flowing:
		return flowNames[s.open]
	case s.screen == home && l.snapshot.Out != "":
		return "out-of-service"
	case s.screen == home && l.snapshot.allClosed():
		return "closed"
	}
	return screenNames[l.state.screen]
}

// veil covers a flow that takes no taps: while an answer is waited for, and for a moment when it shows something new.
func (l *Lobby) veil() {
	wait := settle - l.options.Now().Sub(l.state.since)
	covered := l.state.screen == flowing && (l.state.asked || wait > 0)
	layout.Show(l.view.veil, covered)
	l.lift.stop()
	if covered && wait > 0 {
		l.lift.start(wait, l.veil)
	}
}

// tellTime keeps the clock in the dark going.
func (l *Lobby) tellTime(at time.Time) {
	l.minute.stop()
	if l.state.screen == dark {
		l.minute.start(at.Truncate(time.Minute).Add(time.Minute).Sub(at), l.draw)
	}
}

// count keeps a clock running while the state counts seconds; anew starts a whole second.
func (l *Lobby) count(anew bool) {
	if anew || l.state.left == 0 {
		l.tick.stop()
	}
	if l.state.left > 0 && !l.tick.running() {
		l.tick.start(time.Second, func() { l.step(second{}) })
	}
}

// ask puts a wish to the desk, which may take its time, and lets the answer happen.
func (l *Lobby) ask(w *wish) {
	l.asking.Go(func() {
		ctx, cancel := context.WithTimeout(l.ctx, patience*time.Second)
		defer cancel()
		answer := w.ask(ctx, l)
		l.options.Do(func() { l.step(answer) })
	})
}

// paperTakes is how long a ticket's paper is waited for.
const paperTakes = time.Minute

// awaitPaper puts a ticket on paper, and tells what became of it.
func (l *Lobby) awaitPaper(id string, print func(ctx context.Context) (bool, error)) {
	l.asking.Go(func() {
		ctx, cancel := context.WithTimeout(l.ctx, paperTakes)
		defer cancel()
		came, err := print(ctx)
		if err != nil && l.ctx.Err() == nil {
			l.options.Log.Error("a ticket could not be printed", "ticket", id, "err", err)
		}
		known := paperKnown{id, unprinted}
		if came && err == nil {
			known.paper = printed
		}
		l.options.Do(func() { l.step(known) })
	})
}

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

	"stationkeeper/ui/lang"
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

// Lobby is the screen. Show may be called from anywhere, everything else on the screen's goroutine.
type Lobby struct {
	options Options
	ctx     context.Context
	cancel  context.CancelFunc
	asking  sync.WaitGroup

	latest    atomic.Pointer[Snapshot] // what to show next
	scheduled atomic.Bool              // somebody is about to show it

	// Of the screen's goroutine alone:
	view     *view
	state    state
	snapshot Snapshot
	ticks    uint64 // counts the clocks started, so that one that was stopped too late is recognised
	stopTick func()
}

// New returns the screen as it is before the first snapshot. Close it when it is no longer shown.
func New(o Options) (*Lobby, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	l := &Lobby{options: o, state: start(o.Now().Add(-settle))}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.view = newView(o, taps{step: l.step, newRequest: o.NewRequest})
	l.view.show(l.state, l.snapshot)
	return l, nil
}

// Content is what to put into the window.
func (l *Lobby) Content() fyne.CanvasObject { return l.view.content }

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
		l.snapshot = *l.latest.Load()
		l.view.show(l.state, l.snapshot)
	})
}

// Close ends what the desk has been asked for and waits for it. The screen does nothing any more.
func (l *Lobby) Close() {
	l.cancel()
	if l.stopTick != nil {
		l.stopTick()
	}
	l.asking.Wait()
}

// step lets an event happen.
func (l *Lobby) step(e event) {
	if l.ctx.Err() != nil {
		return
	}
	before := l.state
	after, ask := e.next(before, l.options.Now())
	l.state = after
	if ask {
		l.ask(after.wish)
	}
	if after != before {
		l.view.show(after, l.snapshot)
	}
	l.tick(after.left > before.left || after.screen != before.screen)
}

// tick keeps a clock running while the state counts seconds; anew starts a whole second.
func (l *Lobby) tick(anew bool) {
	if l.stopTick != nil && (anew || l.state.left == 0) {
		l.stopTick()
		l.stopTick = nil
	}
	if l.stopTick != nil || l.state.left == 0 {
		return
	}
	l.ticks++
	this := l.ticks
	l.stopTick = l.options.After(time.Second, func() {
		l.options.Do(func() {
			if this != l.ticks || l.stopTick == nil {
				return
			}
			l.stopTick = nil
			l.step(second{})
		})
	})
}

// ask puts a wish to the desk, which may take its time, and lets the answer happen.
func (l *Lobby) ask(w wish) {
	l.asking.Go(func() {
		ctx, cancel := context.WithTimeout(l.ctx, patience*time.Second)
		defer cancel()
		answer := l.answer(ctx, w)
		l.options.Do(func() { l.step(answer) })
	})
}

func (l *Lobby) answer(ctx context.Context, w wish) event {
	if w.service == "" {
		rater, ok := l.options.Desk.(Rater)
		if !ok {
			l.options.Log.Error("the desk takes no ratings")
			return refused{request: w.request}
		}
		if err := rater.Rate(ctx, Rating{Score: w.score, Request: w.request}); err != nil {
			l.options.Log.Error("a rating could not be taken", "score", w.score, "request", w.request, "err", err)
			return refused{request: w.request}
		}
		return ratingTaken{w.request}
	}
	taken, err := l.options.Desk.TakeTicket(ctx, w.service, w.request)
	if why := reason(err); why != Open {
		l.options.Log.Info("no ticket is given", "service", w.service, "reason", err)
		return refused{w.request, why}
	}
	if err != nil {
		l.options.Log.Error("a ticket could not be taken", "service", w.service, "request", w.request, "err", err)
		return refused{request: w.request}
	}
	return ticketTaken{w.request, taken}
}

// reason is why the desk gives no ticket for good; Open when it gave one, or may yet.
func reason(err error) Availability {
	switch {
	case errors.Is(err, ErrClosed):
		return Closed
	case errors.Is(err, ErrFull):
		return Full
	case errors.Is(err, ErrTooLate):
		return TooLate
	}
	return Open
}

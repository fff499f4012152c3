// Package board is the screen above the counters: which number is being called, which were before, how many wait for
// what and how long, what everybody should know. Both languages stand on it together.
//
// Every call is shown and heard, one after another, in order: none is swallowed, however many come at once, and after a
// restart it goes on where it was, which Options.Remember keeps. When many wait for their turn, each takes less time:
//
//	calls that wait, with the one shown   how it is said   shown for at least
//	up to 2                               Full             6 s
//	3 to 6                                Brisk            4 s
//	7 to 30                               Quick            2 s
//	more                                  Stroke           0.6 s
//
// A call is always shown until it has been heard to the end. What is older than 5 minutes when it comes is only listed.
// A call that was taken back leaves the screen and is not said any more. The televisions of package kiosk/board go by
// the same rules.
//
// Nothing moves while nothing changes: the clock shows minutes, and notices are turned over.
package board

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
)

// Snapshot is what there is to show. It is not changed any more once it was given.
type Snapshot struct {
	// At is the station's time, in its time zone.
	At time.Time
	// Title is the name of the place.
	Title lang.Names
	// Calls are today's, newest first, also those that were taken back.
	Calls []Call
	// Waits are the services, in their order.
	Waits   []Wait
	Notices []lang.Names
	// Lost is since when another kiosk, of which all this is, has not been heard of; zero while it is.
	Lost time.Time
}

// Call is one call of a customer to a counter.
type Call struct {
	// Serial grows with every call, also over restarts.
	Serial uint64
	Number string
	// Counter is its id, and Names what it is called.
	Counter string
	Names   lang.Names
	At      time.Time
	// Again is a call that was made before; Withdrawn one that was taken back.
	Again, Withdrawn bool
}

// Wait is a service and those who wait for it.
type Wait struct {
	Names   lang.Names
	Waiting int
	// Expected is how long those wait who come now.
	Expected flow.Wait
	// Closed gives no tickets now, Full none any more today.
	Closed, Full bool
}

// Voice says calls aloud.
type Voice interface {
	// Say returns when the call has been heard to the end, or with an error when it could not be, or ctx has ended.
	Say(ctx context.Context, c Call, p Pace) error
}

// Options are what a Board is made of. Theme is needed.
type Options struct {
	// Theme is where the colours come from; sizes are the board's own.
	Theme fyne.Theme
	// Voice says the calls; nil for a silent board.
	Voice Voice
	// Announced is the serial of the last call that was announced before a restart; 0 when it is not known: the board
	// begins with the next. Remember is told of each call that was announced, on the screen's goroutine.
	Announced uint64
	Remember  func(serial uint64)
	Log       *slog.Logger

	// Now reads the clock; After calls a function later unless it is stopped before; Do runs a function on the screen's
	// goroutine and may return before. They default to time.Now, time.AfterFunc and fyne.Do.
	Now   func() time.Time
	After func(d time.Duration, f func()) (stop func())
	Do    func(func())
}

func (o Options) complete() Options {
	if o.Remember == nil {
		o.Remember = func(uint64) {}
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
	if o.Do == nil {
		o.Do = fyne.Do
	}
	return o
}

// Board is the screen. Show may be called from anywhere, everything else on the screen's goroutine.
type Board struct {
	options Options
	ctx     context.Context
	cancel  context.CancelFunc
	saying  sync.WaitGroup

	latest    atomic.Pointer[Snapshot] // what to show next
	scheduled atomic.Bool              // somebody is about to show it

	// Of the screen's goroutine alone:
	view     *view
	snapshot Snapshot
	shownAt  time.Time // when the snapshot came, by Now
	turns    turns
	page     int  // of notices and services
	mute     bool // the last call could not be said
	timers   map[*timer]struct{}
	silence  func() // ends what is being said
}

// timer is a wait that can be ended.
type timer struct{ stop func() }

// New returns the board as it is before the first snapshot. Close it when it is no longer shown.
func New(o Options) *Board {
	b := &Board{options: o.complete(), turns: newTurns(o.Announced), timers: map[*timer]struct{}{}, silence: func() {}}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.view = newView(o.Theme)
	b.draw()
	return b
}

// Content is what to put into the window.
func (b *Board) Content() fyne.CanvasObject { return b.view.root }

// Show shows a snapshot. It may be called from any goroutine and as often as wanted: the latest one is shown as soon as
// can be. No call is missed by that, since each snapshot has all.
func (b *Board) Show(s Snapshot) {
	b.latest.Store(&s)
	if b.scheduled.Swap(true) {
		return
	}
	b.options.Do(func() {
		b.scheduled.Store(false)
		if b.ctx.Err() == nil {
			b.take(*b.latest.Load())
		}
	})
}

// Close ends what is being said and waits for that. The board does nothing any more.
func (b *Board) Close() {
	b.cancel()
	for t := range b.timers {
		t.stop()
	}
	b.saying.Wait()
}

// take lets a snapshot happen.
func (b *Board) take(s Snapshot) {
	first := b.snapshot.At.IsZero()
	b.snapshot, b.shownAt = s, b.options.Now()
	b.follow(b.turns.come(s.Calls, s.At))
	if first {
		b.tick()
		b.turnOver()
	}
	b.draw()
}

// now is the station's time.
func (b *Board) now() time.Time { return b.snapshot.At.Add(b.options.Now().Sub(b.shownAt)) }

// tick draws the clock whenever a minute is full.
func (b *Board) tick() {
	now := b.now()
	b.after(now.Truncate(time.Minute).Add(time.Minute).Sub(now), func() {
		b.draw()
		b.tick()
	})
}

// turnEvery is how long a notice stands, and services where there are too many for the screen.
const turnEvery = 10 * time.Second

func (b *Board) turnOver() {
	b.after(turnEvery, func() {
		b.page++
		b.draw()
		b.turnOver()
	})
}

// after does something later on the screen's goroutine, unless the board was closed or it was stopped.
func (b *Board) after(d time.Duration, f func()) (stop func()) {
	t := &timer{}
	b.timers[t] = struct{}{}
	end := b.options.After(d, func() {
		b.options.Do(func() {
			if _, waits := b.timers[t]; waits && b.ctx.Err() == nil {
				delete(b.timers, t)
				f()
			}
		})
	})
	t.stop = end
	return func() {
		end()
		delete(b.timers, t)
	}
}

func (b *Board) draw() {
	b.view.show(shown{Snapshot: b.snapshot, now: b.now(), turn: b.turns.now, page: b.page,
		mute: b.mute && b.options.Voice != nil})
}

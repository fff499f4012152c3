package contact

import (
	"context"
	"errors"
	"time"

	"periph.io/x/conn/v3/gpio"

	"stationkeeper/sensors/line"
)

// Rest is whether a contact conducts at rest: a door closed, a button not pressed, no water, no smoke, mains there.
type Rest string

const (
	// Closed contacts conduct at rest (normally closed). A cut wire looks like a contact that acts, which is why
	// alarm systems prefer them.
	Closed Rest = "normally-closed"
	// Open contacts conduct when they act (normally open), as buttons do.
	Open Rest = "normally-open"
)

// Sighting is what was learnt about a contact at one moment.
type Sighting struct {
	// Active is true while the contact is not at rest: the door open, the button pressed, water on the floor; without
	// meaning when Fault is set.
	Active bool
	// Initial is true when the position was found rather than seen to change: at start, and after a fault.
	Initial bool
	// At is when the position was first seen.
	At time.Time
	// Fault says, in words for whoever repairs it, why the contact cannot be read.
	Fault error
}

// Line is a GPIO line requested as an input; *line.Input is one.
type Line interface {
	// Level reads the level now. An error means that the line has gone.
	Level() (gpio.Level, error)
	// Edges are the changes in order; nil if the line cannot report any, closed when it has gone.
	Edges() <-chan line.Edge
	Close() error
}

// Options describe one contact.
type Options struct {
	// Open requests the line: ByName, or the contact of a simulated room. It is called again, at intervals of Retry, for
	// as long as it fails, and after a line that was there has gone.
	Open func(pull gpio.Pull) (Line, error)
	Rest Rest
	// Pull is the line's resistor. With PullDown the contact switches to the supply; with every other, to ground.
	Pull gpio.Pull
	// Debounce is how long a level must be stable to count; typical reed contacts bounce for up to 5 ms, worn
	// ones for more.
	Debounce time.Duration
	// Retry is the pause after a fault.
	Retry time.Duration
}

// ByName opens the line of that name, wherever it is by then; see package line for names.
func ByName(name string) func(gpio.Pull) (Line, error) {
	return func(pull gpio.Pull) (Line, error) {
		in, err := line.OpenInput(name, pull)
		if err != nil {
			return nil, err // not in: an interface that holds a nil pointer is not nil
		}
		return in, nil
	}
}

const (
	// look is the longest pause between two looks at the level, for edges that were lost. It also bounds for how long
	// a line that went without a word goes unnoticed.
	look = 250 * time.Millisecond
	// poll is the pause between two looks at a line whose chip cannot report edges.
	poll = 20 * time.Millisecond
	// shortest bounds how often a line is looked at when edges pour in, as from an input that floats.
	shortest = time.Millisecond
)

// errEdges is why a line is given up whose level can still be read but whose edges have ended.
var errEdges = errors.New("the kernel reports no more edges of the line: is its chip being unplugged?")

// Watch reports every change of the contact's position, beginning with the position found, and every fault once, until
// ctx ends. It calls report from one goroutine.
func Watch(ctx context.Context, o Options, report func(Sighting)) {
	told := ""
	for ctx.Err() == nil {
		read, err := o.watch(ctx, report)
		if ctx.Err() != nil {
			return
		}
		if read || err.Error() != told {
			told = err.Error()
			report(Sighting{At: time.Now(), Fault: err})
		}
		pause(ctx, o.Retry)
	}
}

// watch reports until ctx ends or the line fails; read is true when it reported a position.
func (o Options) watch(ctx context.Context, report func(Sighting)) (read bool, err error) {
	l, err := o.Open(o.Pull)
	if err != nil {
		return false, err
	}
	w := &watcher{Options: o, line: l, report: report}
	err = w.run(ctx)
	return w.known, errors.Join(err, l.Close())
}

// watcher watches one line for as long as it is there.
type watcher struct {
	Options
	settling
	line   Line
	report func(Sighting)
}

func (w *watcher) run(ctx context.Context) error {
	for ctx.Err() == nil {
		level, err := w.line.Level()
		if err != nil {
			return err
		}
		now := time.Now()
		if err := w.fetch(); err != nil { // what happened before, in order
			return err
		}
		w.settling = w.look(level, now)
		w.count(now)
		if err := w.await(ctx, now); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// fetch takes the edges that have come into account.
func (w *watcher) fetch() error {
	for {
		select {
		case e, ok := <-w.line.Edges():
			if err := w.take(e, ok); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// take takes an edge into account. A level that was stable between two edges counts, however late they are fetched;
// nothing is known of the time between edges that were lost.
func (w *watcher) take(e line.Edge, ok bool) error {
	if !ok {
		return errEdges
	}
	if e.Lost == 0 {
		w.count(e.At)
	}
	w.settling = w.edge(e.Level, e.At)
	return nil
}

// count reports the level if it counts from now on.
func (w *watcher) count(at time.Time) {
	first := !w.known
	var counts bool
	if w.settling, counts = w.settle(at, w.Debounce); counts {
		w.report(Sighting{Active: w.active(w.level), Initial: first, At: w.since})
	}
}

// active tells the contact's position from a level: one that conducts pulls the line away from its resistor.
func (o Options) active(level gpio.Level) bool {
	conducts := level == gpio.Low
	if o.Pull == gpio.PullDown {
		conducts = level == gpio.High
	}
	return conducts == (o.Rest == Open)
}

// await returns at an edge, or when the level is to be looked at all the same.
func (w *watcher) await(ctx context.Context, now time.Time) error {
	edges, wait := w.line.Edges(), look
	if edges == nil {
		wait = poll
	}
	left, some := w.pending(now, w.Debounce)
	if some {
		wait = min(wait, left)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case e, ok := <-edges:
		if err := w.take(e, ok); err != nil {
			return err
		}
		if w.Debounce > 0 { // where nothing is to settle, nothing is to be waited for
			pause(ctx, min(shortest, w.Debounce))
		}
	}
	return nil
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

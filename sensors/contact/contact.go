package contact

import (
	"context"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
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

// Options describe one contact.
type Options struct {
	// Pin finds the line. It is called again, at intervals of Retry, for as long as it fails.
	Pin  func() (gpio.PinIn, error)
	Rest Rest
	// Pull is the line's resistor. With PullDown the contact switches to the supply; with every other, to ground.
	Pull gpio.Pull
	// Debounce is how long a level must be stable to count; typical reed contacts bounce for up to 5 ms, worn
	// ones for more.
	Debounce time.Duration
	// Retry is the pause after a fault.
	Retry time.Duration
}

const (
	// look is the longest pause between two looks at the level, for edges that were lost. It also bounds how long
	// Watch goes on after its context has ended.
	look = 250 * time.Millisecond
	// poll is the pause between two looks at a line whose chip cannot report edges.
	poll = 20 * time.Millisecond
	// shortest bounds how often a line is looked at when edges pour in, as from an input that floats.
	shortest = time.Millisecond
	// verify is how often the line is set up anew to learn whether it is still there: periph's Read has no error.
	verify = 10 * time.Second
)

// Watch reports every change of the contact's position, beginning with the position found, and every fault, until ctx
// ends. It calls report from one goroutine.
func Watch(ctx context.Context, o Options, report func(Sighting)) {
	for ctx.Err() == nil {
		err := o.watch(ctx, report)
		if ctx.Err() != nil {
			return
		}
		report(Sighting{At: time.Now(), Fault: err})
		pause(ctx, o.Retry)
	}
}

// watch reports until ctx ends or the line fails.
func (o Options) watch(ctx context.Context, report func(Sighting)) error {
	pin, err := o.Pin()
	if err != nil {
		return err
	}
	edges, err := o.setUp(pin)
	if err != nil {
		return err
	}
	defer pin.Halt() // takes the line out of use as far as its driver can; nothing is left to be done on error
	var s settling
	verified := time.Now()
	for ctx.Err() == nil {
		now := time.Now()
		if now.Sub(verified) >= verify {
			if edges, err = o.setUp(pin); err != nil {
				return err
			}
			verified = now
		}
		first := !s.known
		var counts bool
		if s, counts = s.step(pin.Read(), now, o.Debounce); counts {
			report(Sighting{Active: o.active(s.level), Initial: first, At: s.since})
		}
		await(ctx, pin, edges, s.pending(now, o.Debounce))
	}
	return ctx.Err()
}

// setUp makes the line an input. Lines of some chips cannot report edges: those are polled.
func (o Options) setUp(pin gpio.PinIn) (edges bool, err error) {
	if err = pin.In(o.Pull, gpio.BothEdges); err == nil {
		return true, nil
	}
	if pin.In(o.Pull, gpio.NoEdge) == nil {
		return false, nil
	}
	return false, fmt.Errorf("set up GPIO line %s as input with pull %s: %w: is it in use by another program, or its chip unplugged?",
		pin.Name(), o.Pull, err)
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
func await(ctx context.Context, pin gpio.PinIn, edges bool, pending time.Duration) {
	wait := look
	if !edges {
		wait = poll
	}
	if pending > 0 {
		wait = min(wait, pending)
	}
	wait = max(wait, shortest) // to WaitForEdge, 0 means for ever
	start := time.Now()
	if edges && pin.WaitForEdge(wait) {
		wait = shortest
	}
	// A line that fails makes WaitForEdge return at once; the rest of the time is waited here.
	pause(ctx, wait-time.Since(start))
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

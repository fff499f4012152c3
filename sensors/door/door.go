package door

import (
	"context"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Contact is how a contact is built.
type Contact string

const (
	// NormallyClosed contacts conduct while the door is closed. A cut wire looks like an open door, which is why
	// alarm systems prefer them.
	NormallyClosed Contact = "normally-closed"
	// NormallyOpen contacts conduct while the door is open.
	NormallyOpen Contact = "normally-open"
)

// Sighting is what was learnt about a door at one moment.
type Sighting struct {
	// Open is the door's position; without meaning when Fault is set.
	Open bool
	// Initial is true when the position was found rather than seen to change: at start, and after a fault.
	Initial bool
	// At is when the position was first seen.
	At time.Time
	// Fault says, in words for whoever repairs it, why the contact cannot be read.
	Fault error
}

// Options describe one door.
type Options struct {
	// Pin finds the line. It is called again, at intervals of Retry, for as long as it fails.
	Pin     func() (gpio.PinIn, error)
	Contact Contact
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

// Watch reports every change of the door's position, beginning with the position found, and every fault, until ctx
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
			report(Sighting{Open: o.open(s.level), Initial: first, At: s.since})
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

// open tells the door's position from a level: a contact that conducts pulls the line away from its resistor.
func (o Options) open(level gpio.Level) bool {
	conducts := level == gpio.Low
	if o.Pull == gpio.PullDown {
		conducts = level == gpio.High
	}
	return conducts == (o.Contact == NormallyOpen)
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

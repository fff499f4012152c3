// Package wiegand reads badge readers with a Wiegand interface: two wires, DATA0 and DATA1, which rest high and are
// pulled low for 20 to 200 µs, one for each bit, a fifth of a millisecond to some milliseconds apart.
//
// Cards of 26, 34 and 37 bits are understood, and keypads that send each key in 4 or 8 bits. Both wires are one request
// to the kernel, which stamps and numbers their edges, so that their order is certain whatever the machine is doing.
// Silence ends a card. Parity, the number of bits and the kernel's count of edges show what was disturbed or lost: it
// is thrown away and reported.
//
// Wiegand readers have 5 V on their wires, which the inputs of a Raspberry Pi do not survive: put a level shifter
// between them. The protocol is not secret and not supervised: whoever gets at the cable can read and repeat cards, and
// a reader that was cut off looks like one that nobody uses.
package wiegand

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"periph.io/x/conn/v3/gpio"

	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/line"
)

// Options describe one reader.
type Options struct {
	// Data0 and Data1 are the names of the wires' lines, as package line takes them: GPIO17, or pinctrl-bcm2711/17. They
	// have to be on one chip.
	Data0, Data1 string
	// Pull is the resistor of both lines. The zero value, PullNoChange, pulls them to where they rest, which does no harm
	// beside the resistors of a level shifter; Float leaves them to those.
	Pull gpio.Pull
	// ActiveHigh says that pulses are high, as behind an optocoupler.
	ActiveHigh bool

	// Bits is how many bits the cards have: 26, 34 or 37; 0 means all of them. Say it when it is known: a card of 34 bits
	// that lost eight of them may pass for another of 26.
	Bits int
	// Keypad says that the reader has keys. Without it what looks like keys is noise.
	Keypad bool
	// Numbering is how a card's bits become its number; without a Format that is Decimal.
	Numbering badge.Numbering
	// Silence ends a card: it has to be longer than the reader's pause between two bits, and delays each card; 0 means
	// 25 ms.
	Silence time.Duration

	// Repeat is how long a card must be away to count as shown again; 0 means 1 s.
	Repeat time.Duration
	// Retry is the pause between two attempts to get the lines; 0 means 1 s.
	Retry time.Duration
}

const (
	silence = 25 * time.Millisecond
	// look is how often the wires' levels are looked at: for a chip that has gone, and for a wire that does not rest.
	look = time.Second
)

// Validate names everything that is wrong.
func (o Options) Validate() error {
	var problems []error
	fail := func(wrong bool, format string, a ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, a...))
		}
	}
	fail(o.Data0 == "" || o.Data1 == "", "at which GPIO lines is the reader? Want both of them, DATA0 and DATA1")
	fail(o.Data0 != "" && o.Data0 == o.Data1, "DATA0 and DATA1 are the same GPIO line, %s", o.Data0)
	fail(!slices.Contains([]int{0, standard, wide, long}, o.Bits), "%d bits: want %d, %d or %d, or 0 for all", o.Bits, standard, wide, long)
	fail(o.Silence != 0 && (o.Silence < time.Millisecond || o.Silence > time.Second), "silence of %v: want 1ms to 1s, or 0 for %v", o.Silence, silence)
	fail(o.Repeat < 0 || o.Retry < 0, "a time cannot be negative: repeat %v, retry %v", o.Repeat, o.Retry)
	if o.Numbering != (badge.Numbering{}) {
		problems = append(problems, o.Numbering.Validate())
	}
	return errors.Join(problems...)
}

func (o Options) complete() Options {
	if o.Numbering.Format == "" {
		o.Numbering.Format = badge.Decimal
	}
	if o.Silence == 0 {
		o.Silence = silence
	}
	if o.Pull == gpio.PullNoChange {
		o.Pull = gpio.PullUp
		if o.ActiveHigh {
			o.Pull = gpio.PullDown
		}
	}
	return o
}

// wires are the reader's lines.
type wires interface {
	// Pulses is closed when they fail.
	Pulses() <-chan line.Pulse
	// Active tells which are in a pulse now.
	Active() ([]bool, error)
	Close() error
}

// Watch reports cards, keys and faults until ctx ends. It calls report from one goroutine.
func Watch(ctx context.Context, o Options, report func(badge.Sighting)) {
	o = o.complete()
	o.watch(ctx, o.open, report)
}

func (o Options) open() (wires, error) {
	p, err := line.OpenPulses([]string{o.Data0, o.Data1}, o.Pull, gpio.Level(o.ActiveHigh))
	if err != nil {
		return nil, fmt.Errorf("wires of the Wiegand reader: %w", err)
	}
	return p, nil
}

func (o Options) watch(ctx context.Context, open func() (wires, error), report func(badge.Sighting)) {
	teller := badge.NewTeller(o.Repeat, report)
	badge.Keep(ctx, o.Retry, teller, func(ctx context.Context) error {
		w, err := open()
		if err != nil {
			return err
		}
		teller.Works(time.Now())
		err = errors.Join(o.follow(ctx, w, teller), w.Close())
		if ctx.Err() != nil {
			return nil
		}
		// What is wrong with lines that failed is known best by asking for them again.
		again, missing := open()
		if missing != nil {
			return missing
		}
		return errors.Join(err, again.Close())
	})
}

// follow tells what the reader sends until ctx ends or the lines fail.
func (o Options) follow(ctx context.Context, w wires, teller *badge.Teller) error {
	var b burst
	var stuck watchdog
	end := newEnd(o.Silence)
	defer end.stop()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		select {
		case p, ok := <-w.Pulses():
			if !ok {
				return errors.New("wires of the Wiegand reader: their GPIO lines can no longer be read: was the chip unplugged?")
			}
			if !b.last.IsZero() && p.At.Sub(b.last) >= o.Silence {
				o.tell(teller, &b) // the machine was late: the silence was between these two
			}
			if err := b.pulse(p); err != nil {
				teller.Fault(err, p.At)
			}
			stuck.pulsed()
			end.after(o.Silence)
		case <-end.timer.C:
			if end.certain() && len(w.Pulses()) == 0 {
				o.tell(teller, &b)
			}
		case <-ticker.C:
			active, err := w.Active()
			if err != nil {
				return fmt.Errorf("wires of the Wiegand reader: %w", err)
			}
			stuck.look(active, teller, time.Now())
		case <-ctx.Done():
			return nil
		}
	}
}

// end waits for the silence after a burst. On a machine that is too busy it may seem silent while pulses wait to be
// fetched: when the timer was late, it waits once more.
type end struct {
	timer   *time.Timer
	silence time.Duration
	due     time.Time
	again   bool
}

// late is how late a timer is on a machine that is too busy.
const late = 5 * time.Millisecond

func newEnd(silence time.Duration) *end {
	e := &end{timer: time.NewTimer(silence), silence: silence}
	e.timer.Stop()
	return e
}

func (e *end) stop() { e.timer.Stop() }

func (e *end) after(d time.Duration) {
	e.again, e.due = false, time.Now().Add(d)
	e.timer.Reset(d)
}

// certain tells whether silence is silence, after the timer; if not, it has been set again.
func (e *end) certain() bool {
	if e.again || time.Since(e.due) < late {
		return true
	}
	e.again = true
	e.timer.Reset(e.silence)
	return false
}

// tell passes on what a burst was.
func (o Options) tell(teller *badge.Teller, b *burst) {
	pulses, at, err := b.end()
	if err == nil && pulses == nil {
		return
	}
	var r Reading
	if err == nil {
		r, err = o.decode(pulses)
	}
	switch {
	case err != nil:
		teller.Fault(err, at)
	case r.Key != 0:
		teller.Key(r.Key, at)
	default:
		teller.Card(o.Numbering.Card(r.Number), at)
	}
}

// decode is Decode for what this reader may send.
func (o Options) decode(pulses []bool) (Reading, error) {
	n := len(pulses)
	isKey := n == keyPlain || n == keyChecked
	if isKey && !o.Keypad || !isKey && o.Bits != 0 && n != o.Bits {
		return Reading{}, errLength
	}
	return Decode(pulses)
}

// watchdog finds wires that do not rest.
type watchdog struct {
	active []bool // at the last look, when no pulse has come since
	stuck  bool
}

func (d *watchdog) pulsed() { d.active = nil }

// look compares the wires' levels with those a look before.
func (d *watchdog) look(active []bool, teller *badge.Teller, at time.Time) {
	stuck := -1
	for i, now := range active {
		if now && i < len(d.active) && d.active[i] {
			stuck = i
		}
	}
	d.active = slices.Clone(active)
	switch {
	case stuck >= 0:
		d.stuck = true
		teller.Fault(fmt.Errorf("wire DATA%d of the Wiegand reader does not rest: it is cut off from its pull-up resistor, touches ground, or the reader has no power", stuck), at)
	case d.stuck && !slices.Contains(active, true):
		d.stuck = false
		teller.Works(at)
	}
}

package wiegand

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"periph.io/x/conn/v3/gpio"

	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/line"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cable is a reader's two wires.
type cable struct {
	pulses chan line.Pulse

	mu     sync.Mutex
	active []bool
	gone   error
	closed bool
}

func (c *cable) Pulses() <-chan line.Pulse { return c.pulses }

func (c *cable) Active() ([]bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.active), c.gone
}

func (c *cable) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return nil
}

func (c *cable) set(active []bool, gone error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active, c.gone = active, gone
}

// send sends bits, a pulse every 2 ms, and lets the silence after them pass.
func (c *cable) send(b []bool) {
	for _, one := range b {
		time.Sleep(2 * time.Millisecond)
		c.pulse(one, 0)
	}
	time.Sleep(2 * silence)
	synctest.Wait()
}

func (c *cable) pulse(one bool, lost uint32) {
	p := line.Pulse{At: time.Now(), Lost: lost}
	if one {
		p.Line = 1
	}
	c.pulses <- p
}

// bed is a reader being watched.
type bed struct {
	*cable
	mu        sync.Mutex
	refuse    error // what opening the lines fails with
	sightings []badge.Sighting
	stop      func()
}

func (b *bed) report(s badge.Sighting) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sightings = append(b.sightings, s)
}

func (b *bed) take() []badge.Sighting {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sightings
	b.sightings = nil
	return s
}

func (b *bed) refuseWith(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = err
}

func (b *bed) open() (wires, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse != nil {
		return nil, b.refuse
	}
	b.cable = &cable{pulses: make(chan line.Pulse, 64), active: []bool{false, false}}
	return b.cable, nil
}

// watch watches a reader. Call it inside a synctest bubble.
func watch(t *testing.T, o Options) *bed {
	b := &bed{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		o.complete().watch(ctx, b.open, b.report)
	}()
	b.stop = func() { cancel(); <-done }
	synctest.Wait()
	return b
}

// expect compares what was reported since the last call, as words.
func (b *bed) expect(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	got := []string{}
	for _, s := range b.take() {
		switch {
		case s.Fault != nil:
			got = append(got, faultName(s.Fault))
		case s.Card != "":
			got = append(got, "card "+string(s.Card))
		case s.Key != 0:
			got = append(got, "key "+string(s.Key))
		default:
			got = append(got, "works")
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func faultName(err error) string {
	for name, fault := range map[string]error{"parity": errParity, "length": errLength, "bad key": errKey, "lost": errLost, "noise": errNoise} {
		if errors.Is(err, fault) {
			return name
		}
	}
	return err.Error()
}

// bubble runs a test with a reader in a bubble of time.
func bubble(t *testing.T, o Options, test func(*testing.T, *bed)) {
	synctest.Test(t, func(t *testing.T) {
		b := watch(t, o)
		defer b.stop()
		b.expect(t, "works")
		test(t, b)
	})
}

func TestWatchReadsCardsAndKeys(t *testing.T) {
	bubble(t, Options{Data0: "a", Data1: "b", Keypad: true}, func(t *testing.T, b *bed) {
		b.send(card(0xBC614E, 24))
		b.expect(t, "card 0012345678")
		b.send(card(0x04A1B2C3, 32))
		b.expect(t, "card 0077705923")
		b.send(card(1<<35-1, 35))
		b.expect(t, "card 34359738367")
		for _, key := range []string{"0001", "0001", "1010", "1011", "01101001"} {
			b.send(pulses(key))
		}
		b.expect(t, "key 1", "key 1", "key *", "key #", "key 9")
	})
}

func TestWatchNumbersCardsAsConfigured(t *testing.T) {
	for want, n := range map[string]badge.Numbering{"12345678": {Format: badge.Facility}, "7BB26E": {Format: badge.Hex}, "0007254651": {Format: badge.Decimal, Reverse: true}} {
		bubble(t, Options{Numbering: n}, func(t *testing.T, b *bed) {
			b.send(card(123<<16|45678, 24))
			b.expect(t, "card "+want)
		})
	}
}

func TestLinesArePulledToWhereTheyRest(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want gpio.Pull
	}{{Options{}, gpio.PullUp}, {Options{ActiveHigh: true}, gpio.PullDown}, {Options{Pull: gpio.Float}, gpio.Float}, {Options{Pull: gpio.PullDown}, gpio.PullDown}} {
		if got := c.o.complete().Pull; got != c.want {
			t.Errorf("%+v: %v, want %v", c.o, got, c.want)
		}
	}
}

// A card that is held repeats; it is one until it was away for as long as Repeat.
func TestWatchTellsAPresentationOnce(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, b *bed) {
		for range 20 {
			b.send(card(1, 24))
		}
		b.expect(t, "card 0000000001")
		time.Sleep(badge.DefaultRepeat)
		b.send(card(1, 24))
		b.expect(t, "card 0000000001")
	})
}

func TestWatchEndsACardAfterTheSilenceAndNotBefore(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, b *bed) {
		start := time.Now()
		for i, one := range card(1, 24) {
			if i > 0 {
				time.Sleep(silence - time.Nanosecond) // as slow as may be
			}
			b.pulse(one, 0)
		}
		end := time.Now()
		time.Sleep(silence - time.Nanosecond)
		b.expect(t)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		got := b.take()
		if len(got) != 1 || got[0].Card != "0000000001" || !got[0].At.Equal(end) || end.Sub(start) < 20*silence {
			t.Fatalf("got %v, want the card at %v, when its last pulse came", got, end)
		}
	})
}

// A machine that was late sees two cards at once: the kernel's time of each pulse tells them apart.
func TestWatchSeparatesCardsByTheKernelsTime(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, b *bed) {
		at := time.Now()
		for _, number := range []uint64{1, 2} {
			for _, one := range card(number, 24) {
				at = at.Add(time.Millisecond)
				p := line.Pulse{At: at}
				if one {
					p.Line = 1
				}
				b.pulses <- p
			}
			at = at.Add(silence - time.Millisecond) // the next is after the silence, and no later
		}
		time.Sleep(time.Second)
		b.expect(t, "card 0000000001", "card 0000000002")
	})
}

func TestWatchReportsWhatWasDisturbedOnceAndRecovers(t *testing.T) {
	wrong := card(5, 24)
	wrong[7] = !wrong[7]
	bubble(t, Options{}, func(t *testing.T, b *bed) {
		b.send(wrong)
		b.send(wrong)
		b.expect(t, "parity")
		b.send(card(5, 24)[1:])
		b.expect(t, "length")
		b.send(card(5, 24))
		b.expect(t, "works", "card 0000000005")
		b.send(pulses("0001")) // a key of a reader that has none
		b.expect(t, "length")
		b.send(card(6, 24))
		b.expect(t, "works", "card 0000000006")
		b.pulse(true, 3)
		b.send(card(7, 24))
		b.expect(t, "lost")
	})
	bubble(t, Options{Bits: 34, Keypad: true}, func(t *testing.T, b *bed) {
		b.send(card(5, 24)) // what is left of 34 bits
		b.expect(t, "length")
		b.send(pulses("0001"))
		b.expect(t, "works", "key 1")
		b.send(pulses("1111"))
		b.expect(t, "bad key")
	})
}

func TestSparksAreNoFaultUnlessTheyGoOn(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, b *bed) {
		for range spikes - 1 {
			b.send(pulses("101"))
		}
		b.send(card(1, 24))
		for range spikes - 1 {
			b.send(pulses("1"))
		}
		b.expect(t, "card 0000000001")
		b.send(pulses("1"))
		b.expect(t, "noise")
	})
}

func TestNoiseWithoutEndIsAFaultAndTakesNoMemory(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, b *bed) {
		for range 10_000 {
			time.Sleep(time.Millisecond)
			b.pulse(true, 0)
		}
		b.expect(t, "noise")
		time.Sleep(time.Second)
		b.expect(t)
		b.send(card(1, 24))
		b.expect(t, "works", "card 0000000001")
	})
	var b burst
	for range 10_000 {
		_ = b.pulse(line.Pulse{At: time.Now()}) // noise, after a while
	}
	if len(b.pulses) > most+1 {
		t.Errorf("%d pulses are kept", len(b.pulses))
	}
}

// The echo of a pulse on a long cable is none; a pulse on the other wire is, however close.
func TestRingingIsNoPulse(t *testing.T) {
	var b burst
	at := time.Unix(1_800_000_000, 0)
	for _, p := range []struct {
		after time.Duration
		line  int
	}{{0, 0}, {ringing - 1, 0}, {ringing - 1, 0}, {0, 1}, {ringing - 1, 1}, {time.Millisecond, 0}, {ringing, 0}} {
		at = at.Add(p.after)
		if err := b.pulse(line.Pulse{Line: p.line, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	if got, _, _ := b.end(); !slices.Equal(got, []bool{false, true, false, false}) {
		t.Errorf("got %v", got)
	}
}

func TestWatchNoticesAWireThatDoesNotRest(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, b *bed) {
		for wire, active := range [][]bool{{true, false}, {false, true}} {
			b.set(active, nil)
			time.Sleep(look)
			b.expect(t) // a pulse may just be under way
			time.Sleep(look)
			b.expect(t, fmt.Sprintf("wire DATA%d of the Wiegand reader does not rest: it is cut off from its pull-up resistor, touches ground, or the reader has no power", wire))
			time.Sleep(10 * look)
			b.expect(t)
			b.set([]bool{false, false}, nil)
			time.Sleep(look)
			b.expect(t, "works")
		}
		b.send(pulses("00000")) // another fault, which does not end because the wires rest
		time.Sleep(10 * look)
		b.expect(t, "length")
	})
}

func TestWatchHealsWhenTheChipIsUnplugged(t *testing.T) {
	for name, fail := range map[string]func(*bed){
		"pulses end":            func(b *bed) { close(b.pulses) },
		"levels cannot be read": func(b *bed) { b.set(nil, errors.New("no such device")) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Options{}, func(t *testing.T, b *bed) {
				b.pulse(true, 0) // of a card that does not come any more
				synctest.Wait()
				first := b.cable
				b.refuseWith(errors.New("no such chip"))
				fail(b)
				time.Sleep(10 * time.Second)
				b.expect(t, "no such chip") // once
				b.refuseWith(nil)
				time.Sleep(badge.DefaultRetry)
				b.expect(t, "works")
				b.send(card(1, 24))
				b.expect(t, "card 0000000001")
				if !first.closed {
					t.Error("the lines that failed were not given back")
				}
			})
		})
	}
}

func TestWatchSaysThatLinesFailWhenTheyAreThere(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, b *bed) {
		b.set(nil, errors.New("input/output error"))
		time.Sleep(look)
		b.expect(t, "wires of the Wiegand reader: input/output error")
	})
}

func TestValidate(t *testing.T) {
	for _, good := range []Options{{Data0: "a", Data1: "b"}, {Data0: "a", Data1: "b", Bits: 34, Keypad: true, Silence: time.Millisecond}, {Data0: "a", Data1: "b", Silence: time.Second}} {
		if err := good.Validate(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for want, bad := range map[string]Options{
		"Want both":              {Data0: "a"},
		"the same GPIO line, a":  {Data0: "a", Data1: "a"},
		"32 bits":                {Data0: "a", Data1: "b", Bits: 32},
		"silence of 1µs":         {Data0: "a", Data1: "b", Silence: time.Microsecond},
		"silence of 2s":          {Data0: "a", Data1: "b", Silence: 2 * time.Second},
		"cannot be negative":     {Data0: "a", Data1: "b", Retry: -1},
		"format of card numbers": {Data0: "a", Data1: "b", Numbering: badge.Numbering{Reverse: true}},
	} {
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", bad, err, want)
		}
	}
}

// On a machine that was too busy to run the timer, pulses may wait to be fetched: it waits once more, and only once.
func TestTheEndIsUncertainWhenTheTimerWasLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEnd(silence)
		defer e.stop()
		e.after(silence)
		<-e.timer.C
		if !e.certain() {
			t.Error("silence that ended on time is doubted")
		}
		for range 2 {
			e.after(silence)
			time.Sleep(silence + late)
			<-e.timer.C
			if e.certain() {
				t.Error("a timer that is late is believed")
			}
			time.Sleep(time.Hour)
			<-e.timer.C
			if !e.certain() {
				t.Error("it waits twice")
			}
		}
	})
}

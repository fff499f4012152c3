package contact

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const debounce = 50 * time.Millisecond

// contact is a line whose driver can be made to fail, and that counts how often it is looked at.
type contact struct {
	gpiotest.Pin
	gone    atomic.Bool // In fails, WaitForEdge returns at once
	noEdges bool        // In fails when edges are asked for
	looks   atomic.Int64
}

func (c *contact) In(pull gpio.Pull, edge gpio.Edge) error {
	switch {
	case c.gone.Load():
		return errors.New("no such device")
	case c.noEdges && edge != gpio.NoEdge:
		return errors.New("operation not supported")
	}
	return c.Pin.In(pull, edge)
}

func (c *contact) Read() gpio.Level {
	c.looks.Add(1)
	return c.Pin.Read()
}

func (c *contact) WaitForEdge(d time.Duration) bool {
	if c.gone.Load() {
		return false
	}
	return c.Pin.WaitForEdge(d)
}

// bed is a door being watched.
type bed struct {
	*contact
	sightings chan Sighting
	stop      func()
}

// watch starts to watch a normally closed contact to ground that conducts. Call it inside a synctest bubble.
func watch(t *testing.T, prepare func(*contact, *Options)) *bed {
	b := &bed{sightings: make(chan Sighting, 100), contact: &contact{Pin: gpiotest.Pin{N: "GPIO17", EdgesChan: make(chan gpio.Level, 16)}}}
	o := Options{
		Pin:      func() (gpio.PinIn, error) { return b.contact, nil },
		Rest:     Closed,
		Pull:     gpio.PullNoChange,
		Debounce: debounce,
		Retry:    5 * time.Second,
	}
	if prepare != nil {
		prepare(b.contact, &o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Watch(ctx, o, func(s Sighting) { b.sightings <- s })
	}()
	b.stop = func() { cancel(); <-done }
	return b
}

// after lets time pass and returns what was reported meanwhile, as words.
func (b *bed) after(d time.Duration) []string {
	time.Sleep(d)
	synctest.Wait()
	words := []string{}
	for len(b.sightings) > 0 {
		s := <-b.sightings
		word := "closed"
		switch {
		case s.Fault != nil:
			word = "fault: " + s.Fault.Error()
		case s.Active:
			word = "open"
		}
		if s.Initial {
			word += " (initial)"
		}
		words = append(words, word)
	}
	return words
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func TestWatchReportsPositions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		b := watch(t, nil)
		defer b.stop()
		expect(t, b.after(debounce-1))
		expect(t, b.after(1), "closed (initial)")

		// A bouncing contact opens: four edges within 8 ms, then stable.
		for _, level := range []gpio.Level{gpio.High, gpio.Low, gpio.High, gpio.Low, gpio.High} {
			b.EdgesChan <- level
			time.Sleep(2 * time.Millisecond)
		}
		expect(t, b.after(debounce-3*time.Millisecond))
		time.Sleep(time.Millisecond)
		if s := <-b.sightings; !s.Active || s.At.Sub(start) != debounce+8*time.Millisecond {
			t.Errorf("got %+v, want open since the last bounce, %v after the start", s, debounce+8*time.Millisecond)
		}

		// A glitch is nothing.
		b.EdgesChan <- gpio.Low
		time.Sleep(10 * time.Millisecond)
		b.EdgesChan <- gpio.High
		expect(t, b.after(time.Second))
	})
}

func TestWatchSeesChangesWhoseEdgesWereLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := watch(t, nil)
		defer b.stop()
		expect(t, b.after(time.Second), "closed (initial)")
		_ = b.Out(gpio.High) // changes the level without an edge
		expect(t, b.after(look+debounce), "open")
	})
}

func TestWatchPollsLinesWithoutEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := watch(t, func(c *contact, _ *Options) { c.noEdges = true })
		defer b.stop()
		expect(t, b.after(time.Second), "closed (initial)")
		_ = b.Out(gpio.High)
		expect(t, b.after(poll+debounce), "open")
	})
}

func TestPositionFollowsWiring(t *testing.T) {
	for _, c := range []struct {
		rest  Rest
		pull  gpio.Pull
		level gpio.Level
		open  bool
	}{
		{Closed, gpio.PullUp, gpio.Low, false},
		{Closed, gpio.PullUp, gpio.High, true},
		{Closed, gpio.Float, gpio.Low, false},
		{Closed, gpio.PullDown, gpio.Low, true},
		{Closed, gpio.PullDown, gpio.High, false},
		{Open, gpio.PullUp, gpio.Low, true},
		{Open, gpio.PullUp, gpio.High, false},
		{Open, gpio.PullDown, gpio.High, true},
	} {
		if got := (Options{Rest: c.rest, Pull: c.pull}).active(c.level); got != c.open {
			t.Errorf("%s, %s, %s: open %v, want %v", c.rest, c.pull, c.level, got, c.open)
		}
	}
}

func TestMissingLineIsAFaultAndHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var there atomic.Bool
		b := watch(t, func(c *contact, o *Options) {
			find := o.Pin
			o.Pin = func() (gpio.PinIn, error) {
				if !there.Load() {
					return nil, errors.New("no such line")
				}
				return find()
			}
		})
		defer b.stop()
		expect(t, b.after(0), "fault: no such line")
		expect(t, b.after(5*time.Second), "fault: no such line")
		there.Store(true)
		expect(t, b.after(5*time.Second+debounce), "closed (initial)")
	})
}

func TestLineThatGoesAwayIsAFaultAndHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := watch(t, nil)
		defer b.stop()
		expect(t, b.after(time.Second), "closed (initial)")
		b.gone.Store(true)
		got := b.after(verify)
		if len(got) != 1 || !strings.Contains(got[0], "set up GPIO line GPIO17") || !strings.Contains(got[0], "no such device") {
			t.Fatalf("got %q, want one fault that names the line and the cause", got)
		}
		if looks := b.looks.Load(); looks > int64((time.Second+verify)/look)+20 {
			t.Errorf("a line whose WaitForEdge fails was looked at %d times in %v", looks, verify)
		}
		b.gone.Store(false)
		expect(t, b.after(6*time.Second), "closed (initial)")
	})
}

func TestMissingSaysWhy(t *testing.T) {
	dir := t.TempDir()
	pattern := filepath.Join(dir, "gpiochip*")
	expectWords := func(err error, words ...string) {
		t.Helper()
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%q does not say %q", err, word)
			}
		}
	}
	expectWords(missing("GPIO17", pattern, nil), "GPIO17", "no GPIO chip", "driver loaded")

	chip := filepath.Join(dir, "gpiochip0")
	if err := os.WriteFile(chip, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	expectWords(missing("GPIO17", pattern, []string{"GPIO1", "GPIO2"}), "GPIO17", "no chip", "GPIO1, GPIO2")
	expectWords(missing("GPIO17", pattern, strings.Split(strings.Repeat("X ", 40), " ")), "…")

	// What cannot be opened: as root, permissions refuse nothing, a link to nowhere does.
	if err := os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "gpiochip1")); err != nil {
		t.Fatal(err)
	}
	expectWords(missing("GPIO17", pattern, nil), "GPIO17", "gpiochip1", "group gpio")
}

func TestByName(t *testing.T) {
	if _, err := ByName("no-such-line")(); err == nil {
		t.Fatal("found a line that is not there")
	}
	pin := &gpiotest.Pin{N: "TEST-DOOR"}
	if err := gpioreg.Register(pin); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gpioreg.Unregister("TEST-DOOR") })
	if found, err := ByName("TEST-DOOR")(); err != nil || found != gpio.PinIn(pin) {
		t.Fatalf("found %v, %v", found, err)
	}
}

package contact

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"periph.io/x/conn/v3/gpio"

	"stationkeeper/sensors/line"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const debounce = 50 * time.Millisecond

// wire is a line whose level and edges a test makes, as a kernel would.
type wire struct {
	edges chan line.Edge
	looks atomic.Int64

	mu     sync.Mutex
	level  gpio.Level
	lost   uint32
	gone   error // what Level says then
	held   bool
	opened int
}

// newWire keeps up to size edges for whoever watches; 0: its chip reports none.
func newWire(size int) *wire {
	w := &wire{}
	if size > 0 {
		w.edges = make(chan line.Edge, size)
	}
	return w
}

// quietly changes the level without an edge.
func (w *wire) quietly(level gpio.Level) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.level = level
}

// set changes the level; of more edges than are kept the newest are lost.
func (w *wire) set(level gpio.Level) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.level = level
	select {
	case w.edges <- line.Edge{Level: level, At: time.Now(), Lost: w.lost}:
		w.lost = 0
	default:
		w.lost++
	}
}

func (w *wire) vanish(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gone = err
}

func (w *wire) open(gpio.Pull) (Line, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone != nil {
		return nil, w.gone
	}
	if w.held {
		return nil, errors.New("in use")
	}
	w.held = true
	w.opened++
	return w, nil
}

func (w *wire) Level() (gpio.Level, error) {
	w.looks.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.level, w.gone
}

func (w *wire) Edges() <-chan line.Edge { return w.edges }

func (w *wire) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = false
	return nil
}

// bed is a contact being watched.
type bed struct {
	*wire
	sightings chan Sighting
	stop      func()
}

// watch starts to watch a normally closed contact to ground that conducts. Call it inside a synctest bubble.
func watch(w *wire, prepare func(*Options)) *bed {
	b := &bed{sightings: make(chan Sighting, 300), wire: w}
	o := Options{Open: w.open, Rest: Closed, Pull: gpio.PullUp, Debounce: debounce, Retry: 5 * time.Second}
	if prepare != nil {
		prepare(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
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
		word := "at rest"
		switch {
		case s.Fault != nil:
			word = "fault: " + s.Fault.Error()
		case s.Active:
			word = "active"
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
		b := watch(newWire(16), nil)
		defer b.stop()
		expect(t, b.after(debounce-1))
		expect(t, b.after(1), "at rest (initial)")

		// A bouncing contact: five edges within 8 ms, then stable. It is reported a debounce after the last one, to
		// the nanosecond.
		for i := range 5 {
			b.set(i%2 == 0)
			time.Sleep(2 * time.Millisecond)
		}
		expect(t, b.after(debounce-2*time.Millisecond-1))
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if s := <-b.sightings; !s.Active || s.At.Sub(start) != debounce+8*time.Millisecond {
			t.Errorf("got %+v, want active since the last bounce, %v after the start", s, debounce+8*time.Millisecond)
		}

		// A glitch is nothing.
		b.set(gpio.Low)
		time.Sleep(10 * time.Millisecond)
		b.set(gpio.High)
		expect(t, b.after(time.Second))
	})
}

func TestABurstMissesNoLevel(t *testing.T) {
	for name, size := range map[string]int{"all edges kept": 256, "most edges lost": 4} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := watch(newWire(size), nil)
				defer b.stop()
				expect(t, b.after(time.Second), "at rest (initial)")
				for i := range 101 {
					b.set(i%2 == 0)
				}
				expect(t, b.after(debounce-1))
				expect(t, b.after(1+shortest), "active") // where the last edge was lost, the next look tells
				for i := range 100 {
					b.set(i%2 == 0)
					time.Sleep(100 * time.Microsecond)
				}
				expect(t, b.after(debounce+shortest), "at rest")
			})
		})
	}
}

// A program that gets no time to run, on a busy machine, still tells what happened meanwhile, and when.
func TestWhatHappenedBetweenTwoLooksIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := make(chan struct{}, 1)
		turn <- struct{}{}
		b := watch(newWire(16), func(o *Options) {
			open := o.Open
			o.Open = func(p gpio.Pull) (Line, error) { l, err := open(p); return slow{l, turn}, err }
		})
		defer b.stop()
		expect(t, b.after(time.Second), "at rest (initial)")
		<-turn
		expect(t, b.after(look)) // it hangs in a look
		opened := time.Now()
		b.set(gpio.High)
		expect(t, b.after(2*time.Second))
		closed := time.Now()
		b.set(gpio.Low)
		expect(t, b.after(time.Second))
		turn <- struct{}{}
		synctest.Wait()
		for _, want := range []Sighting{{Active: true, At: opened}, {Active: false, At: closed}} {
			if s := <-b.sightings; s.Active != want.Active || !s.At.Equal(want.At) {
				t.Errorf("got %+v, want %+v", s, want)
			}
		}
	})
}

// slow is a line that can be looked at while turn has an element.
type slow struct {
	Line
	turn chan struct{}
}

func (s slow) Level() (gpio.Level, error) {
	<-s.turn
	defer func() { s.turn <- struct{}{} }()
	return s.Line.Level()
}

func TestEdgesThatWereLostTellNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := watch(newWire(16), nil)
		defer b.stop()
		expect(t, b.after(time.Second), "at rest (initial)")
		now := time.Now()
		b.edges <- line.Edge{Level: gpio.High, At: now.Add(time.Second)}
		b.edges <- line.Edge{Level: gpio.Low, At: now.Add(9 * time.Second), Lost: 1} // was it high all the time?
		expect(t, b.after(20*time.Second))
	})
}

func TestWatchSeesChangesWhoseEdgesWereLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := watch(newWire(16), nil)
		defer b.stop()
		expect(t, b.after(time.Second), "at rest (initial)")
		b.quietly(gpio.High)
		expect(t, b.after(look+debounce), "active")
	})
}

func TestWatchPollsLinesWithoutEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := watch(newWire(0), nil)
		defer b.stop()
		expect(t, b.after(time.Second), "at rest (initial)")
		b.quietly(gpio.High)
		expect(t, b.after(poll+debounce), "active")
	})
}

func TestWithoutDebounceEveryEdgeCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := watch(newWire(16), func(o *Options) { o.Debounce = 0 })
		defer b.stop()
		expect(t, b.after(0), "at rest (initial)")
		b.set(gpio.High)
		b.set(gpio.Low)
		b.set(gpio.High)
		expect(t, b.after(0), "active", "at rest", "active")
	})
}

// An input that floats must not take the machine.
func TestAFloodIsLookedAtSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := watch(newWire(64), nil)
		defer b.stop()
		expect(t, b.after(time.Second), "at rest (initial)")
		before := b.looks.Load()
		for i := range 20_000 { // a second at 20 kHz
			b.set(i%2 == 0)
			time.Sleep(50 * time.Microsecond)
		}
		if looks := b.looks.Load() - before; looks > 1100 {
			t.Errorf("looked %d times in a second, want at most one a millisecond", looks)
		}
		expect(t, b.after(time.Second)) // it ended where it began
	})
}

func TestPositionFollowsWiring(t *testing.T) {
	for _, c := range []struct {
		rest   Rest
		pull   gpio.Pull
		level  gpio.Level
		active bool
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
		if got := (Options{Rest: c.rest, Pull: c.pull}).active(c.level); got != c.active {
			t.Errorf("%s, %s, %s: active %v, want %v", c.rest, c.pull, c.level, got, c.active)
		}
	}
}

func TestMissingLineIsAFaultOnceAndHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(16)
		w.vanish(errors.New("no such line"))
		b := watch(w, nil)
		defer b.stop()
		expect(t, b.after(0), "fault: no such line")
		expect(t, b.after(time.Minute))
		w.vanish(errors.New("no permission"))
		expect(t, b.after(5*time.Second), "fault: no permission")
		w.vanish(nil)
		expect(t, b.after(5*time.Second+debounce), "at rest (initial)")
	})
}

func TestLineThatGoesAwayIsAFaultAndHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := watch(newWire(16), nil)
		defer b.stop()
		for range 2 { // the same fault is told again when it comes again
			expect(t, b.after(6*time.Second), "at rest (initial)")
			b.vanish(errors.New("no such device"))
			expect(t, b.after(look), "fault: no such device")
			b.vanish(nil)
		}
		expect(t, b.after(6*time.Second), "at rest (initial)")
		if b.opened != 3 {
			t.Errorf("opened %d times, want 3", b.opened)
		}
	})
}

func TestEndOfEdgesIsAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(16)
		b := watch(w, func(o *Options) { o.Retry = time.Hour })
		defer b.stop()
		expect(t, b.after(time.Second), "at rest (initial)")
		close(w.edges)
		got := b.after(0)
		if len(got) != 1 || !strings.Contains(got[0], "no more edges") {
			t.Errorf("got %q, want one fault", got)
		}
	})
}

func TestByNameSaysWhyThereIsNoLine(t *testing.T) {
	l, err := ByName("NO-SUCH-LINE")(gpio.PullUp)
	if l != nil || err == nil || !strings.Contains(err.Error(), "NO-SUCH-LINE") {
		t.Errorf("got %v, %v: want an error that names the line", l, err)
	}
}

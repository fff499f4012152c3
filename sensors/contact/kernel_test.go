package contact

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"stationkeeper/sensors/line/linetest"
)

// sightings watches a contact of a simulated chip's until the test ends.
func sightings(t *testing.T, name string, hold time.Duration) <-chan Sighting {
	t.Helper()
	seen := make(chan Sighting, 1000)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Watch(ctx, Options{Open: ByName(name), Rest: Closed, Pull: gpio.PullUp, Debounce: hold, Retry: 100 * time.Millisecond},
			func(s Sighting) { seen <- s })
	}()
	t.Cleanup(func() { cancel(); <-done })
	return seen
}

// next takes a sighting, with a guard against waiting for ever.
func next(t *testing.T, seen <-chan Sighting) Sighting {
	t.Helper()
	select {
	case s := <-seen:
		return s
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was reported")
	}
	panic("unreachable")
}

func expectPosition(t *testing.T, s Sighting, active, initial bool) {
	t.Helper()
	if s.Fault != nil || s.Active != active || s.Initial != initial {
		t.Fatalf("got %+v, want active %v, initial %v", s, active, initial)
	}
}

func TestAHundredEdgesOnARealKernel(t *testing.T) {
	chip := linetest.New(t, "station", "door")
	seen := sightings(t, "door", debounce)
	expectPosition(t, next(t, seen), true, true) // its own resistor pulls the line up: an open contact
	for range 5 {
		for i := range 101 {
			chip.Pull("door", i%2 == 1)
		}
		expectPosition(t, next(t, seen), false, false)
		for i := range 101 {
			chip.Pull("door", i%2 == 0)
		}
		expectPosition(t, next(t, seen), true, false)
	}
}

func TestAChipThatGoesAndComesOnARealKernel(t *testing.T) {
	chip := linetest.New(t, "station", "door")
	seen := sightings(t, "station/door", time.Millisecond)
	expectPosition(t, next(t, seen), true, true)
	chip.Unplug()
	if s := next(t, seen); s.Fault == nil {
		t.Fatalf("got %+v, want a fault", s)
	}
	if s := next(t, seen); s.Fault == nil || !strings.Contains(s.Fault.Error(), "no GPIO chip") {
		t.Fatalf("got %+v, want the reason why it does not come back", s)
	}
	chip.Plug()
	expectPosition(t, next(t, seen), true, true)
	chip.Pull("door", false)
	expectPosition(t, next(t, seen), false, false)
}

// The time from an edge to its report, beyond the debounce. It is told, not judged: the machine may be busy, and is
// often an emulated one.
func TestLatencyOnARealKernel(t *testing.T) {
	chip := linetest.New(t, "station", "door")
	seen := sightings(t, "door", debounce)
	expectPosition(t, next(t, seen), true, true)
	var beyond []time.Duration
	for i := range 40 {
		chip.Pull("door", i%2 == 1)
		s := next(t, seen)
		beyond = append(beyond, time.Since(s.At)-debounce)
	}
	slices.Sort(beyond)
	if beyond[0] < 0 {
		t.Errorf("a level counted %v too soon", -beyond[0])
	}
	t.Logf("from the kernel's edge to the report, beyond the debounce: median %v, longest %v", beyond[len(beyond)/2], beyond[len(beyond)-1])
}

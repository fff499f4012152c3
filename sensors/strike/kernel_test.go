package strike

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stationkeeper/sensors/line/linetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// next takes from a channel, with a guard against waiting for ever.
func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came")
	}
	panic("unreachable")
}

// until waits for a line's level.
func until(t *testing.T, chip *linetest.Chip, line string, high bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); chip.High(line) != high; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not become high %v", line, high)
		}
	}
}

func TestStrikesOnARealKernel(t *testing.T) {
	for _, c := range []struct {
		name                string
		failSafe, activeLow bool
		lockedHigh          bool
	}{
		{"fail-secure", false, false, false},
		{"fail-secure, active low", false, true, true},
		{"fail-safe", true, false, true},
		{"fail-safe, active low", true, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			chip := linetest.New(t, "station", "strike")
			chip.Pull("strike", !c.lockedHigh) // so that locking is seen
			s, err := Open(Options{Line: "strike", FailSafe: c.failSafe, ActiveLow: c.activeLow})
			if err != nil {
				t.Fatal(err)
			}
			if chip.High("strike") != c.lockedHigh {
				t.Error("not locked at first")
			}
			for _, open := range []bool{true, false, true} {
				if err := s.Set(open); err != nil {
					t.Fatal(err)
				}
				if chip.High("strike") == (open == c.lockedHigh) {
					t.Errorf("open %v: high %v", open, chip.High("strike"))
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAStrikeHealsAndEndsLockedOnARealKernel(t *testing.T) {
	chip := linetest.New(t, "station", "strike")
	k := New(Options{Line: "strike"})
	k.Set(true) // wanted before there is a line
	ctx, cancel := context.WithCancel(context.Background())
	faults, done := make(chan error, 100), make(chan struct{})
	go func() {
		defer close(done)
		k.Run(ctx, func(fault error) { faults <- fault })
	}()
	stopped := false
	stop := func() {
		if !stopped {
			stopped = true
			cancel()
			<-done
		}
	}
	defer stop()
	if fault := next(t, faults); fault != nil {
		t.Fatal(fault)
	}
	until(t, chip, "strike", true)
	k.Set(false)
	until(t, chip, "strike", false)
	chip.Unplug()
	k.Set(true)
	if fault := next(t, faults); fault == nil {
		t.Fatal("a strike without a line was reported to work")
	}
	chip.Plug()
	for fault := next(t, faults); fault != nil; fault = next(t, faults) { // the reason may change once
	}
	until(t, chip, "strike", true)
	stop()
	until(t, chip, "strike", false)
}

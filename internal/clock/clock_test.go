package clock

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestSystemClockAdvances(t *testing.T) {
	system, err := System()
	if err != nil {
		t.Fatal(err)
	}
	a, b := system(), system()
	if a.Boot == "" || a.Boot != b.Boot {
		t.Errorf("boot ids %q and %q, want one", a.Boot, b.Boot)
	}
	if a.Mono <= 0 || b.Mono < a.Mono {
		t.Errorf("time since boot %s then %s, want it to advance", a.Mono, b.Mono)
	}
	if a.Wall.Location() != time.UTC {
		t.Errorf("wall time in %s, want UTC", a.Wall.Location())
	}
}

func TestTimeSinceBootIsInMilliseconds(t *testing.T) {
	system, err := System()
	if err != nil {
		t.Fatal(err)
	}
	if r := system(); r.Mono%time.Millisecond != 0 {
		t.Errorf("%s since boot, want whole milliseconds", r.Mono)
	}
}

func TestTheKernelIsAsked(t *testing.T) {
	system, err := System()
	if err != nil {
		t.Fatal(err)
	}
	got := system().Discipline
	state, err := unix.Adjtimex(&unix.Timex{})
	switch {
	case err != nil:
		if got != Unreported {
			t.Errorf("discipline %d although the kernel does not answer: %v", got, err)
		}
	case (state == unix.TIME_ERROR) == (got == Disciplined):
		t.Errorf("discipline %d, the kernel's state is %d", got, state)
	}
}

package clock

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
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

func TestTrust(t *testing.T) {
	for _, c := range []struct {
		name         string
		wall, latest time.Time
		want         record.Clock
	}{
		{"first", noon, time.Time{}, record.Synced},
		{"later", noon.Add(time.Hour), noon, record.Synced},
		{"small step back", noon.Add(-time.Second), noon, record.Synced},
		{"back", noon.Add(-time.Second - time.Millisecond), noon, record.Unsynced},
		{"1970", time.Unix(60, 0), time.Time{}, record.Unsynced},
		{"just before this software", Earliest.Add(-1), time.Time{}, record.Unsynced},
		{"earliest", Earliest, time.Time{}, record.Synced},
	} {
		if got := Trust(c.wall, c.latest); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
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

package clock

import (
	"testing"
	"time"

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
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
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

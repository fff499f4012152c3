package contact

import (
	"math/rand/v2"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// looked is one look at a level, some time after the look before.
type looked struct {
	after time.Duration
	level gpio.Level
}

func TestALevelCountsWhenStable(t *testing.T) {
	const ms = time.Millisecond
	cases := map[string]struct {
		looks []looked
		want  []bool // counts, per look
	}{
		"first level":       {[]looked{{0, true}, {49 * ms, true}, {1 * ms, true}, {ms, true}}, []bool{false, false, true, false}},
		"bounce at start":   {[]looked{{0, true}, {5 * ms, false}, {5 * ms, true}, {49 * ms, true}, {ms, true}}, []bool{false, false, false, false, true}},
		"glitch":            {[]looked{{0, false}, {50 * ms, false}, {ms, true}, {49 * ms, true}, {0, false}, {90 * ms, false}}, []bool{false, true, false, false, false, false}},
		"change and back":   {[]looked{{0, false}, {50 * ms, false}, {ms, true}, {50 * ms, true}, {ms, false}, {50 * ms, false}}, []bool{false, true, false, true, false, true}},
		"seen long after":   {[]looked{{0, false}, {50 * ms, false}, {time.Hour, true}, {time.Hour, true}}, []bool{false, true, false, true}},
		"bouncing for ever": {[]looked{{0, true}, {9 * ms, false}, {9 * ms, true}, {9 * ms, false}, {9 * ms, true}, {9 * ms, false}, {9 * ms, true}}, make([]bool, 7)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var s settling
			at := time.Unix(1_800_000_000, 0)
			for i, l := range c.looks {
				at = at.Add(l.after)
				var counts bool
				if s, counts = s.step(l.level, at, 50*ms); counts != c.want[i] {
					t.Fatalf("look %d (%v after %v): counts %v, want %v", i, l.level, l.after, counts, c.want[i])
				}
			}
		})
	}
}

// Whatever a contact does: counted levels alternate, each was seen for the whole of hold before, and when nothing
// is pending the level that counts is the one last seen.
func TestCountedLevelsAlternateAndWereStable(t *testing.T) {
	const hold = 50 * time.Millisecond
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		var s settling
		at := time.Unix(1_800_000_000, 0)
		stable, last := at, gpio.Level(false)
		var counted []gpio.Level
		for i := range 500 {
			at = at.Add(time.Duration(r.Int64N(int64(30 * time.Millisecond))))
			level := last
			if r.IntN(4) == 0 {
				level = !level
			}
			if i == 0 || level != last {
				stable, last = at, level
			}
			next, counts := s.step(level, at, hold)
			if counts {
				if at.Sub(stable) < hold {
					t.Fatalf("seed %d, look %d: counted after %v", seed, i, at.Sub(stable))
				}
				if n := len(counted); n > 0 && counted[n-1] == level {
					t.Fatalf("seed %d, look %d: counted %v twice", seed, i, level)
				}
				counted = append(counted, level)
			}
			if s = next; s.known && s.pending(at, hold) == 0 && s.level != level {
				t.Fatalf("seed %d, look %d: nothing pending, but %v counts while %v is seen", seed, i, s.level, level)
			}
		}
		if len(counted) < 2 {
			t.Fatalf("seed %d: only %d levels counted: the test says nothing", seed, len(counted))
		}
	}
}

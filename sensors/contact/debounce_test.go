package contact

import (
	"math/rand/v2"
	"slices"
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
				if s, counts = s.look(l.level, at).settle(at, 50*ms); counts != c.want[i] {
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
			next, counts := s.look(level, at).settle(at, hold)
			if counts {
				if at.Sub(stable) < hold {
					t.Fatalf("seed %d, look %d: counted after %v", seed, i, at.Sub(stable))
				}
				if n := len(counted); n > 0 && counted[n-1] == level {
					t.Fatalf("seed %d, look %d: counted %v twice", seed, i, level)
				}
				counted = append(counted, level)
			}
			if s = next; s.known && !pending(s, at, hold) && s.level != level {
				t.Fatalf("seed %d, look %d: nothing pending, but %v counts while %v is seen", seed, i, s.level, level)
			}
		}
		if len(counted) < 2 {
			t.Fatalf("seed %d: only %d levels counted: the test says nothing", seed, len(counted))
		}
	}
}

func pending(s settling, at time.Time, hold time.Duration) bool {
	_, some := s.pending(at, hold)
	return some
}

// An edge tells when the level stopped being stable, also when the level after it is the one before.
func TestAnEdgeEndsWhatWasStable(t *testing.T) {
	const hold, ms = 50 * time.Millisecond, time.Millisecond
	start := time.Unix(1_800_000_000, 0)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	var s settling
	s, counts := s.look(gpio.Low, at(0)).settle(at(hold), hold)
	if !counts || s.level != gpio.Low {
		t.Fatalf("got %+v, want a first level", s)
	}
	s = s.edge(gpio.High, at(100*ms)).edge(gpio.High, at(120*ms))
	if s, counts = s.settle(at(169*ms), hold); counts {
		t.Error("counted 49 ms after the last edge")
	}
	if left, some := s.pending(at(160*ms), hold); !some || left != 10*ms {
		t.Errorf("pending %v %v, want 10 ms", left, some)
	}
	// An edge of before the last look, fetched after it, changes nothing of what was read.
	s = s.look(gpio.High, at(165*ms)).edge(gpio.Low, at(130*ms))
	if s, counts = s.settle(at(170*ms), hold); !counts || s.level != gpio.High || !s.since.Equal(at(120*ms)) {
		t.Errorf("got %+v, want high since 120 ms", s)
	}
	// A look of before the last edge, taken into account after it, changes nothing either.
	if late := s.edge(gpio.Low, at(200*ms)).look(gpio.High, at(199*ms)); late.seen != gpio.Low || !late.since.Equal(at(200*ms)) {
		t.Errorf("got %+v, want low since 200 ms", late)
	}
	// One that says the same as the look, but since earlier, is when it began.
	s = s.look(gpio.Low, at(300*ms)).edge(gpio.Low, at(290*ms))
	if s, counts = s.settle(at(340*ms), hold); !counts || !s.since.Equal(at(290*ms)) {
		t.Errorf("got %+v, want low since 290 ms", s)
	}
}

// change is a level that counts, and since when.
type change struct {
	level gpio.Level
	since time.Time
}

// However late and in whatever portions edges are fetched: what counts is what was stable, neither more nor less, and
// since when it was.
func TestWhatCountsDependsOnTheEdgesAloneNotOnWhenTheyAreFetched(t *testing.T) {
	const hold = 50 * time.Millisecond
	start := time.Unix(1_800_000_000, 0)
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		edges, end := scribble(r, start)
		want := stable(edges, end, hold)
		var got []change
		var s settling
		count := func(at time.Time) {
			var counts bool
			if s, counts = s.settle(at, hold); counts {
				got = append(got, change{s.level, s.since})
			}
		}
		fetched := 1 // the first level is found, not told by an edge
		for now := start; ; {
			level := edges[0].level
			for _, e := range edges {
				if !e.since.After(now) {
					level = e.level
				}
			}
			for ; fetched < len(edges) && !edges[fetched].since.After(now); fetched++ {
				count(edges[fetched].since)
				s = s.edge(edges[fetched].level, edges[fetched].since)
			}
			s = s.look(level, now)
			count(now)
			if now.Equal(end) {
				break
			}
			if now = now.Add(time.Duration(r.Int64N(int64(200 * time.Millisecond)))); now.After(end) {
				now = end
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: counted %v, want %v", seed, got, want)
		}
		if len(want) < 5 {
			t.Fatalf("seed %d: only %d levels count: the test says nothing", seed, len(want))
		}
	}
}

// scribble is a contact that is moved and bounces: levels in turn, and since when.
func scribble(r *rand.Rand, start time.Time) (edges []change, end time.Time) {
	at, level := start, gpio.Level(r.IntN(2) == 0)
	for range 120 {
		edges = append(edges, change{level, at})
		level = !level
		lasts := 5 * time.Millisecond
		if r.IntN(4) == 0 {
			lasts = 300 * time.Millisecond
		}
		at = at.Add(1 + time.Duration(r.Int64N(int64(lasts))))
	}
	return edges, at.Add(time.Second)
}

// stable are those of the levels that stay for hold and are other than the last that did.
func stable(edges []change, end time.Time, hold time.Duration) (counted []change) {
	for i, e := range edges {
		until := end
		if i+1 < len(edges) {
			until = edges[i+1].since
		}
		if until.Sub(e.since) >= hold && (len(counted) == 0 || counted[len(counted)-1].level != e.level) {
			counted = append(counted, e)
		}
	}
	return counted
}

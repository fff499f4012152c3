package main

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// shows makes readings, five minutes apart from eight o'clock on, of "open waiting shown".
func shows(lines ...string) []reading {
	eight := time.Date(2020, 1, 2, 8, 0, 0, 0, time.UTC)
	var all []reading
	for i, line := range lines {
		r := reading{at: eight.Add(time.Duration(i) * 5 * time.Minute), perCustomer: 10 * time.Minute}
		if _, err := fmt.Sscan(line, &r.open, &r.waiting, &r.shown); err != nil {
			panic(err)
		}
		all = append(all, r)
	}
	return all
}

func TestProgress(t *testing.T) {
	for name, c := range map[string]struct {
		readings []reading
		want     []change // arrived, called, left
	}{
		"day begins":             {shows("1 3 2"), []change{{5, 2, 0}}},
		"calls and arrivals":     {shows("1 3 2", "1 3 4", "1 1 4"), []change{{5, 2, 0}, {2, 2, 0}, {0, 2, 0}}},
		"display lags":           {shows("2 5 1", "2 3 1", "2 3 3", "2 4 5"), []change{{6, 1, 0}, {0, 2, 0}, {0, 0, 0}, {3, 2, 0}}},
		"wrong ticket":           {shows("1 5 1", "1 5 90", "1 5 2"), []change{{6, 1, 0}, {0, 0, 0}, {1, 1, 0}}},
		"leap that was right":    {shows("1 5 1", "1 5 40", "1 5 41"), []change{{6, 1, 0}, {0, 0, 0}, {40, 40, 0}}},
		"step back":              {shows("1 2 10", "1 2 9", "1 2 11"), []change{{12, 10, 0}, {0, 0, 0}, {1, 1, 0}}},
		"display off, cleared":   {shows("2 3 7", "0 3 7", "2 0 0"), []change{{10, 7, 0}, {0, 0, 0}, {0, 0, 3}}},
		"nobody works, they go":  {shows("1 3 7", "0 3 7", "0 1 7"), []change{{10, 7, 0}, {0, 0, 0}, {0, 0, 2}}},
		"last call, then closed": {shows("1 1 7", "0 0 8"), []change{{8, 7, 0}, {0, 1, 0}}},
		"nothing shown yet":      {shows("1 0 0", "1 2 0", "1 1 1"), []change{{0, 0, 0}, {2, 0, 0}, {0, 1, 0}}},
	} {
		if got := newHistory(c.readings).changes; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestWaitOfTheLastInLine(t *testing.T) {
	gap := shows("1 1 1", "1 0 2")
	gap[1].at = gap[0].at.Add(21 * time.Minute)
	for name, c := range map[string]struct {
		readings []reading
		want     wait
		fate     fate
	}{
		"called within the first five minutes": {shows("1 1 1", "1 0 2"), wait{5 * time.Minute, 5 * time.Minute}, wasCalled},
		// Number 5 is the third of four who are called between 10 and 15 minutes.
		"in proportion":      {shows("1 3 2", "1 3 2", "1 3 2", "1 1 6"), wait{13*time.Minute + 45*time.Second, 5 * time.Minute}, wasCalled},
		"display lags later": {shows("1 2 1", "1 0 1", "1 0 3"), wait{5 * time.Minute, 5 * time.Minute}, wasCalled},
		"cleared":            {shows("1 2 1", "1 2 2", "1 0 0"), wait{}, notCalled},
		"day ends":           {shows("1 2 1", "1 2 2"), wait{}, notCalled},
		"never shown":        {shows("1 2 1", "1 0 1"), wait{}, notCalled},
		"in a gap":           {gap, wait{}, inGap},
	} {
		got, fate := newHistory(c.readings).last(0)
		if got != c.want || fate != c.fate {
			t.Errorf("%s: got %v, %s, want %v, %s", name, got, fate, c.want, c.fate)
		}
	}
	lagging := newHistory(shows("1 6 1", "1 2 1", "1 0 7")) // four were called, and the display still shows the first
	if _, fate := lagging.last(1); fate != unclear {
		t.Errorf("a lag of four tickets: %s", fate)
	}
}

func TestOfficesOwnEstimate(t *testing.T) {
	r := reading{open: 2, waiting: 7, perCustomer: 10 * time.Minute}
	if d, known := r.estimate(); !known || d != 35*time.Minute {
		t.Errorf("got %s, %t", d, known)
	}
	for _, r := range []reading{{waiting: 7, perCustomer: 10 * time.Minute}, {open: 2, waiting: 7}} {
		if d, known := r.estimate(); known {
			t.Errorf("%+v: got %s, want none", r, d)
		}
	}
}

// genReadings are any readings of a day, possible or not.
func genReadings(t *rapid.T) []reading {
	at := time.Date(2020, 1, 2, 8, 0, 0, 0, time.UTC)
	var all []reading
	shown := 0
	for range rapid.IntRange(1, 30).Draw(t, "n") {
		at = at.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "minutes")) * time.Minute)
		if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
			shown = rapid.IntRange(0, 200).Draw(t, "any")
		} else {
			shown += rapid.IntRange(0, 4).Draw(t, "step")
		}
		all = append(all, reading{at: at, open: rapid.IntRange(0, 5).Draw(t, "open"), waiting: rapid.IntRange(0, 30).Draw(t, "waiting"),
			shown: shown, perCustomer: 10 * time.Minute})
	}
	return all
}

// Whatever the office shows, the queue that plays it has as many waiting as it says, and every command is accepted.
func TestAnyReadingsPlay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		readings := genReadings(t)
		hall, err := newHall(classics())
		if err != nil {
			t.Fatal(err)
		}
		h := newHistory(readings)
		from := readings[0].at
		for i, r := range readings {
			if _, err := hall.step(from, r, h.changes[i]); err != nil {
				t.Fatalf("reading %d: %v", i, err)
			}
			s := hall.lobby.state.Snapshot(r.at)
			if len(s.Waiting) != r.waiting || h.after[i].issued-h.after[i].called != r.waiting {
				t.Fatalf("reading %d: %d wait in the queue, %d by the counts, %d are shown", i, len(s.Waiting), h.after[i].issued-h.after[i].called, r.waiting)
			}
			from = r.at
		}
		if err := hall.endDay(from); err != nil {
			t.Fatal(err)
		}
		if n := len(hall.lobby.state.Snapshot(from).Waiting); n > 0 {
			t.Fatalf("%d still wait after the day", n)
		}
	})
}

// csvOf are lines of two groups of one office.
func csvOf(readings ...[]reading) string {
	var b strings.Builder
	b.WriteString(snapshotHeader + "\n")
	for g, one := range readings {
		for _, r := range one {
			shown := ""
			if r.shown > 0 {
				shown = fmt.Sprintf("%c%03d", 'A'+g, r.shown)
			}
			fmt.Fprintf(&b, "Office,%s,%s,%d,%c,\"%c: something, or other\",%d,%d,%s,%d\n", r.at.Format(time.DateOnly), r.at.Format("15:04"),
				100+g, 'A'+g, 'A'+g, r.open, r.waiting, shown, int(r.perCustomer.Minutes()))
		}
	}
	return b.String()
}

func readCity(t *testing.T, text string) *city {
	t.Helper()
	c := newCity()
	r, err := unpack("city.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.read(r); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCityByHand(t *testing.T) {
	// Two come and wait at 8:05 for one counter; the second is called at 8:15. Nobody is open at 8:20, and one comes.
	c := readCity(t, csvOf(shows("1 0 1", "1 2 1", "1 1 2", "1 0 3", "0 1 3", "1 0 4"), shows("1 0 0", "1 0 0")))
	p, err := playCity(c, all)
	if err != nil {
		t.Fatal(err)
	}
	sums := p.score.sum(everything)
	if len(p.score.parts) != 1 || p.score.parts[0] != "Office" {
		t.Errorf("parts %v", p.score.parts)
	}
	want := map[string]float64{"office's own": 20*60 - 10*60, "head of line": -10 * 60, "last to enter": -10 * 60}
	for i, contestant := range p.score.contestants {
		if sums[i].n != 1 {
			t.Errorf("%s: n = %d, want 1", contestant.name, sums[i].n)
		}
		if d, ok := want[contestant.name]; ok && contestant.name == "office's own" && sums[i].difference != d {
			t.Errorf("%s: off by %f s, want %f", contestant.name, sums[i].difference, d)
		}
	}
	if n := p.without.sum(everything)[0].n; n != 1 {
		t.Errorf("without an estimate of the office: n = %d, want 1", n)
	}
}

// shuffled makes up a day of one group.
func shuffled(random *rand.Rand, n int) []reading {
	var lines []string
	waiting, shown := 0, 0
	for range n {
		called := min(waiting, random.IntN(3))
		waiting += random.IntN(4) - called
		shown += called
		lines = append(lines, fmt.Sprintf("%d %d %d", 1+random.IntN(3), max(0, waiting), shown))
		waiting = max(0, waiting)
	}
	return shows(lines...)
}

// What comes later in a file does not change what was foretold before.
func TestNoLookAheadInOffices(t *testing.T) {
	past := shuffled(rand.New(rand.NewPCG(1, 1)), 40)
	future := func(seed uint64) []reading {
		all := append([]reading{}, past...)
		for i, r := range shuffled(rand.New(rand.NewPCG(seed, 2)), 40) {
			r.at = past[len(past)-1].at.Add(time.Duration(i+1) * 5 * time.Minute)
			r.shown += past[len(past)-1].shown
			all = append(all, r)
		}
		return all
	}
	foretold := func(readings []reading) (before []question, later int) {
		contestants, spies := watched(cityRules())
		hall, err := newHall(contestants)
		if err != nil {
			t.Fatal(err)
		}
		h := newHistory(readings)
		from := readings[0].at
		for i, r := range readings {
			if _, err := hall.step(from, r, h.changes[i]); err != nil {
				t.Fatal(err)
			}
			from = r.at
		}
		for _, s := range spies {
			for _, q := range s.asked {
				if q.at.After(past[len(past)-1].at) {
					later++
				} else {
					before = append(before, q)
				}
			}
		}
		return before, later
	}
	a, afterA := foretold(future(7))
	b, afterB := foretold(future(8))
	if len(a) < 50 || afterA == afterB {
		t.Fatalf("%d predictions before, %d and %d after", len(a), afterA, afterB)
	}
	if !reflect.DeepEqual(a, b) {
		t.Error("what comes later changed what was foretold")
	}
}

func TestFaultySnapshots(t *testing.T) {
	text := csvOf(shuffled(rand.New(rand.NewPCG(3, 3)), 150))
	for name, line := range map[string]string{
		"number":  "Office,2020-01-02,23:00,100,A,A,1,-1,,10\n",
		"columns": "Office,2020-01-02,23:00,100\n",
		"time":    "Office,2020-01-02,25:00,100,A,A,1,1,,10\n",
		"ticket":  "Office,2020-01-02,23:00,100,A,A,1,1,Axx,10\n",
	} {
		c := readCity(t, text+line)
		if c.faulty.n != 1 || !strings.Contains(c.faulty.first.Error(), "city.csv:152: ") {
			t.Errorf("%s: %d faulty lines: %v", name, c.faulty.n, c.faulty.first)
		}
	}
	c := readCity(t, text+"Office,2020-01-02,23:00,100,A,A,1,1,B001,10\n")
	if c.faulty.n != 0 || c.others != 1 {
		t.Errorf("another group's ticket: %d faulty, %d others", c.faulty.n, c.others)
	}
	again, err := unpack("again.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.read(again); err == nil || !strings.Contains(err.Error(), "again.csv: 2020-01-02 of Office is also in city.csv: give each day once") {
		t.Errorf("the same day again: %v", err)
	}
}

func TestRealOffices(t *testing.T) {
	got := figuresOf(t, "-days", "1-3", data(t, "warsaw-offices-2020-01.csv.gz"))
	office := got["office's own"]
	for name, f := range got {
		if f.N != office.N || f.N < 1000 {
			t.Errorf("%s: n = %d, the offices' %d", name, f.N, office.N)
		}
		if f.Ours && *f.MAE >= *office.MAE {
			t.Errorf("ours is off by %.0f s, the offices' own estimate by %.0f s", *f.MAE, *office.MAE)
		}
	}
}

package staffing_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/queue/staffing"
)

// station is a queue of the real engine with its watch.
type station struct {
	state *queue.State
	rules queue.Rules
	watch *staffing.Watch
	seq   uint64
	taken int
	now   time.Time
}

func newStation(tb interface{ Fatal(...any) }, rules queue.Rules) *station {
	if err := rules.Validate(); err != nil {
		tb.Fatal(err)
	}
	return &station{state: queue.New(rules), rules: rules, watch: staffing.NewWatch(rules), now: nine}
}

// do tries a command; a refused one changes nothing.
func (s *station) do(c queue.Command) bool {
	d, err := s.state.Decide(c, s.now)
	if err != nil {
		return false
	}
	for _, e := range d.Entries {
		s.seq++
		r := record.Record{Seq: s.seq, Type: e.Type, Source: e.Source, Time: e.Time, Data: e.Data}
		if err := s.state.Apply(r); err != nil {
			panic(err) // what Decide says, Apply takes
		}
		s.watch.Learn(s.state.Snapshot(s.now), r)
	}
	return true
}

func (s *station) take(service string) {
	s.taken++
	s.do(queue.Take{Service: service, Nonce: fmt.Sprintf("n%d", s.taken)})
}

// rulesOf are three services and some counters, each with its skills.
func rulesOf(skills ...[]string) queue.Rules {
	r := queue.Rules{Calendar: queue.Calendar{Zone: time.UTC}}
	for i, id := range []string{"a", "b", "c"} {
		s := queue.Service{ID: id, Prefix: string(rune('A' + i)), Target: queue.Target{Within: 5 * time.Minute, Share: 0.8}}
		r.Services = append(r.Services, s)
	}
	for i, s := range skills {
		r.Counters = append(r.Counters, queue.Counter{ID: fmt.Sprint(i + 1), Services: s})
	}
	return r
}

// Whatever happens, what is suggested can be done, and leaves nobody alone who waits.
func TestAdviceIsAlwaysFeasible(t *testing.T) {
	opened, closed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var skills [][]string
		for range rapid.IntRange(1, 6).Draw(t, "counters") {
			skills = append(skills, rapid.SampledFrom([][]string{nil, {"a"}, {"b"}, {"a", "b"}, {"c"}, {"b", "c"}}).Draw(t, "skills"))
		}
		quiet := rapid.Bool().Draw(t, "quiet") // all counters open, two of them for everything, and few come
		if quiet {
			skills = append(skills, nil, nil)
		}
		s := newStation(t, rulesOf(skills...))
		twin := newStation(t, s.rules)
		for _, c := range s.rules.Counters {
			if quiet {
				s.do(queue.OpenCounter{Counter: c.ID})
				twin.do(queue.OpenCounter{Counter: c.ID})
			}
		}
		for range rapid.IntRange(40, 120).Draw(t, "steps") {
			passed := time.Duration(rapid.IntRange(1, 180).Draw(t, "seconds")) * time.Second
			s.now = s.now.Add(passed)
			counter := rapid.SampledFrom(s.rules.Counters).Draw(t, "counter").ID
			service := rapid.SampledFrom(s.rules.Services).Draw(t, "service").ID
			var c queue.Command
			what := rapid.IntRange(0, 11).Draw(t, "what")
			if quiet {
				what = rapid.IntRange(4, 8).Draw(t, "what of a quiet day")
			}
			switch what {
			case 0, 1, 2, 3, 4:
				s.taken++
				c = queue.Take{Service: service, Nonce: fmt.Sprintf("n%d", s.taken)}
			case 5, 6:
				c = queue.Call{Counter: counter}
			case 7, 8:
				c = queue.Finish{Counter: counter}
			case 9:
				c = queue.OpenCounter{Counter: counter}
			case 10:
				c = queue.CloseCounter{Counter: counter}
			case 11:
				c = queue.PauseCounter{Counter: counter}
			}
			twin.now = s.now
			s.do(c)
			twin.do(c)
			view := s.state.Snapshot(s.now)
			advice := s.watch.Advise(view)
			if again := twin.watch.Advise(view); !slices.Equal(advice, again) {
				t.Fatalf("the same day gives other advice:\n%+v\n%+v", advice, again)
			}
			for _, a := range advice {
				check(t, view, a)
				if a.Action == staffing.Open {
					opened++
				} else {
					closed++
				}
			}
			if !distinct(advice) {
				t.Fatalf("one counter is named twice: %+v", advice)
			}
		}
	})
	t.Logf("%d suggestions to open, %d to close", opened, closed)
	if !testing.Short() && (opened == 0 || closed == 0) {
		t.Errorf("%d suggestions to open and %d to close: the days are too dull", opened, closed)
	}
}

func distinct(advice []staffing.Advice) bool {
	seen := map[string]bool{}
	for _, a := range advice {
		if seen[a.Counter] {
			return false
		}
		seen[a.Counter] = true
	}
	return true
}

func check(t *rapid.T, s queue.Snapshot, a staffing.Advice) {
	i := slices.IndexFunc(s.Counters, func(c queue.CounterView) bool { return c.ID == a.Counter })
	if i < 0 {
		t.Fatalf("no such counter: %+v", a)
	}
	c := s.Counters[i]
	if a.Since.After(s.At) || a.Now.Share < 0 || a.Now.Share > 1 || a.Then.Share < 0 || a.Then.Share > 1 {
		t.Fatalf("numbers out of range: %+v", a)
	}
	switch a.Action {
	case staffing.Open:
		shut := c.State == queue.CounterClosed || c.State == queue.CounterPaused && a.Reason == staffing.NobodyServes
		if !shut || !c.Serves(a.Service) || a.Then.Share < a.Now.Share {
			t.Fatalf("counter %s is %s and serves %v: %+v", c.ID, c.State, c.Services, a)
		}
	case staffing.Close:
		if c.State != queue.CounterOpen {
			t.Fatalf("counter %s is %s: %+v", c.ID, c.State, a)
		}
		for _, p := range s.Waiting {
			if !slices.ContainsFunc(s.Counters, func(o queue.CounterView) bool {
				return o.ID != c.ID && o.State == queue.CounterOpen && o.Serves(p.Service)
			}) && c.Serves(p.Service) {
				t.Fatalf("%s waits for %s, which nobody else serves: %+v", p.Number, p.Service, a)
			}
		}
	default:
		t.Fatalf("unknown action: %+v", a)
	}
}

// day is a made-up day of nine hours with a rush before noon and another in the afternoon: few customers at nine, many
// at eleven. Each counter calls as soon as it can. A supervisor who follows advice does so three minutes later.
type day struct {
	*station
	random  *rand.Rand
	ends    map[string]time.Time
	follows bool
	seen    map[string]time.Time // advice → since when the supervisor has seen it
	changes int
	// backs are the changes that undo one at the same counter within 15 minutes.
	backs   int
	changed map[string]time.Time
	minutes int // of open counters
}

func (d *day) minute(n int) {
	rush := 0.4 + 1.3*peak(n, 120) + 1.1*peak(n, 360)
	for range poisson(d.random, rush) {
		d.take([]string{"a", "a", "b", "c"}[d.random.IntN(4)])
	}
	for range 12 { // five seconds at a time
		d.now = d.now.Add(5 * time.Second)
		d.work()
	}
	advice := d.watch.Advise(d.state.Snapshot(d.now))
	if d.follows {
		d.follow(advice)
	}
	for _, c := range d.state.Snapshot(d.now).Counters {
		if c.State == queue.CounterOpen {
			d.minutes++
		}
	}
}

func peak(minute, at int) float64 {
	x := float64(minute-at) / 60
	return max(0, 1-x*x)
}

func poisson(random *rand.Rand, mean float64) int {
	n := 0
	for t := random.ExpFloat64(); t < mean; t += random.ExpFloat64() {
		n++
	}
	return n
}

func (d *day) work() {
	for _, c := range d.state.Snapshot(d.now).Counters {
		if c.Ticket != nil && !d.now.Before(d.ends[c.ID]) {
			d.do(queue.Finish{Counter: c.ID})
			c.Ticket = nil
		}
		if c.State == queue.CounterOpen && c.Ticket == nil && d.do(queue.Call{Counter: c.ID}) {
			d.ends[c.ID] = d.now.Add(time.Duration(30+d.random.ExpFloat64()*150) * time.Second)
		}
	}
}

func (d *day) follow(advice []staffing.Advice) {
	seen := map[string]time.Time{}
	for _, a := range advice {
		key := string(a.Action) + a.Counter
		since, known := d.seen[key]
		if !known {
			since = d.now
		}
		seen[key] = since
		if d.now.Sub(since) < 3*time.Minute {
			continue
		}
		var c queue.Command = queue.OpenCounter{Counter: a.Counter}
		if a.Action == staffing.Close {
			c = queue.CloseCounter{Counter: a.Counter}
		}
		if d.do(c) {
			d.changes++
			if at, before := d.changed[a.Counter]; before && d.now.Sub(at) < 15*time.Minute {
				d.backs++
			}
			d.changed[a.Counter] = d.now
		}
	}
	d.seen = seen
}

// run plays the day and returns how many were called, and how many of them within the target.
func (d *day) run(open int) (called, inTime int) {
	for i := range open {
		d.do(queue.OpenCounter{Counter: d.rules.Counters[i].ID})
	}
	for n := range 9 * 60 {
		d.minute(n)
	}
	for _, s := range d.state.Snapshot(d.now).Services {
		called, inTime = called+s.Today.Served, inTime+s.Today.Within
	}
	return called, inTime
}

func newDay(t *testing.T, seed uint64, follows bool) *day {
	return &day{station: newStation(t, rulesOf(nil, nil, nil, nil, nil, nil, []string{"a"}, []string{"a", "b"})),
		random: rand.New(rand.NewPCG(seed, 9)), ends: map[string]time.Time{}, follows: follows, seen: map[string]time.Time{},
		changed: map[string]time.Time{}}
}

// Following the advice keeps the service level on a day that two fixed counters could not, with fewer counters open than
// all, and without opening and closing all the time.
func TestFollowingTheAdvice(t *testing.T) {
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		few := newDay(t, seed, false)
		called, inTime := few.run(3)
		fixed := float64(inTime) / float64(called)
		d := newDay(t, seed, true)
		called, inTime = d.run(3)
		share := float64(inTime) / float64(called)
		mean := float64(d.minutes) / (9 * 60)
		t.Logf("seed %d: three counters %.0f %% in time; with advice %.0f %% of %d, %.1f counters on average, %d changes, %d undone soon",
			seed, 100*fixed, 100*share, called, mean, d.changes, d.backs)
		if share < 0.8 || fixed > share-0.1 {
			t.Errorf("seed %d: %.2f in time with advice, %.2f without: expected 0.8 and clearly more", seed, share, fixed)
		}
		if mean > 6.5 || d.changes > 30 || d.backs > 2 {
			t.Errorf("seed %d: %.1f counters, %d changes, %d undone soon", seed, mean, d.changes, d.backs)
		}
	}
}

package alarm

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// monday is when the made-up points begin.
var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// air is a temperature in °C that swings with the day, is less at the weekend and wanders.
type air struct {
	rng   *rand.Rand
	noise float64
}

func newAir(seed uint64) *air { return &air{rng: rand.New(rand.NewPCG(seed, 1))} }

func (a *air) at(t time.Time, step time.Duration) float64 {
	keep := math.Exp(-step.Hours() / 6)
	a.noise = keep*a.noise + math.Sqrt(1-keep*keep)*0.4*a.rng.NormFloat64()
	value := 22 + math.Sin(2*math.Pi*t.Sub(monday).Hours()/24) + a.noise + 0.05*a.rng.NormFloat64()
	if t.Weekday() == time.Sunday || t.Weekday() == time.Saturday {
		value--
	}
	return value
}

// lived is a habit after some days of readings; change, when there is one, is made to each. began are when episodes did.
func lived(seed uint64, days float64, step time.Duration, change func(t time.Time, v float64) float64) (h Habit, began []time.Time) {
	a := newAir(seed)
	for t := monday; t.Sub(monday).Hours() < days*24; t = t.Add(step) {
		v := a.at(t, step)
		if change != nil {
			v = change(t, v)
		}
		before := h.Episode
		if h = h.Step(t, v); before == nil && h.Episode != nil {
			began = append(began, t)
		}
	}
	return h, began
}

func since(t time.Time, days float64) float64 { return t.Sub(monday).Hours()/24 - days }

func TestHabitIsLearnt(t *testing.T) {
	h, _ := lived(1, 60, 10*time.Minute, nil)
	for hour := range 168 {
		at := monday.AddDate(0, 0, -1).Add(time.Duration(hour)*time.Hour + 30*time.Minute) // from Sunday
		want := 22 + math.Sin(2*math.Pi*at.Sub(monday).Hours()/24)
		if wd := at.Weekday(); wd == time.Sunday || wd == time.Saturday {
			want--
		}
		if got := h.Usual.at(hour); math.Abs(got-want) > 0.6 {
			t.Errorf("hour %d of the week: expects %.2f, is %.2f", hour, got, want)
		}
	}
}

func TestDayIsLearntBeforeTheWeek(t *testing.T) {
	h, _ := lived(1, 4, 10*time.Minute, nil)
	if swing := h.Usual.at(24+6) - h.Usual.at(24+18); swing < 1 || swing > 3 {
		t.Errorf("after four days the swing is %.2f, want about 2", swing)
	}
	if h.Usual.Week != [168]float64{} {
		t.Error("four days have taught something of the week")
	}
}

func TestGrain(t *testing.T) {
	var h Habit
	for i, c := range []struct{ value, want float64 }{{20, 0.05}, {20, 0.05}, {21, 0.05}, {21.0625, 0.05}, {21.03125, 0.03125}, {25, 0.03125}, {25, 0.03125}} {
		h = h.Step(monday.Add(time.Duration(i)*time.Minute), c.value)
		if h.Grain != c.want {
			t.Errorf("after %d readings the grain is %g, want %g", i+1, h.Grain, c.want)
		}
	}
}

func TestEpisodeSaysWhatIsUnusual(t *testing.T) {
	learnt, _ := lived(21, 40, time.Hour, nil)
	limits := [questions]float64{4, 1}
	h := learnt
	h.Usual.Level, h.Usual.Day, h.Usual.Week = 20, [24]float64{}, [168]float64{}
	h.Spreads = [len(horizons)]float64{0.5, 0.4, 0.25}
	h.Range, h.Recent = span{15, 25, true}, [3]float64{13, 13, 13}
	h.Means = [len(horizons)]float64{1, 2, -3}
	for name, c := range map[string]struct {
		answers [questions]float64
		value   float64
		horizon int
		want    episode
	}{
		"low":   {[questions]float64{9, 4}, 13, 0, episode{Value: 13, Edge: 14.5, Reason: "lower than anything before"}},
		"high":  {[questions]float64{9, 4}, 27, 0, episode{Value: 27, Edge: 25.5, Reason: "higher than anything before"}},
		"above": {[questions]float64{9, 1}, 22, 1, episode{Value: 22, Edge: 21.6, Reason: "mean of 8 h further above its usual 20 than on all but the rarest days"}},
		"below": {[questions]float64{9, 1}, 17, 2, episode{Value: 17, Edge: 19, Reason: "mean of 48 h further below its usual 20 than on all but the rarest days"}},
	} {
		h.Recent = [3]float64{c.value, c.value, c.value}
		got := *h.begin(c.answers, limits, c.horizon)
		c.want.Since, c.want.Limits, c.want.Worst = h.Hour.Number, limits, limits
		if got.Edge = math.Round(got.Edge*1e9) / 1e9; got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
	h.Recent = [3]float64{27, 27, 27}
	if answers, horizon := h.answers(); answers != [questions]float64{12, 4} || horizon != 2 {
		t.Errorf("answers %v over horizon %d", answers, horizon)
	}
}

func TestMeans(t *testing.T) {
	h := Habit{Usual: usual{Hours: 1000}, Spreads: [len(horizons)]float64{2, 1, 1}, Strays: [3]float64{40, 30, 50}, Means: [len(horizons)]float64{1, 1, 1}}
	got := h.means(1, 5)                        // four hours are missing: what was is faded, what is counts for one
	for k, stray := range []float64{40, 6, 6} { // what is wild counts in full at once, but not for long
		was, keep := math.Exp(-4/horizons[k]), math.Exp(-1/horizons[k])
		if want := keep*was + (1-keep)*stray; math.Abs(got[k]-want) > 1e-9 {
			t.Errorf("mean of %g h: %g, want %g", horizons[k], got[k], want)
		}
	}
	if h.Usual.Hours = firstHours; h.means(1, 1)[2] < 1.5 {
		t.Error("what is wild is not known yet")
	}
}

func TestRangeShrinks(t *testing.T) {
	h := Habit{Usual: usual{Level: 20}, Range: span{10, 40, true}, Today: span{18, 22, true}, Date: 100, Hour: hour{Number: 101 * 24}}
	if got := h.roll(); math.Abs(got.Range.Low-(10+10./365)) > 1e-9 || math.Abs(got.Range.High-(40-20./365)) > 1e-9 || got.Today.Any || got.Date != 101 {
		t.Errorf("after a day: %+v", got)
	}
	h.Hour.Number = 900 * 24
	if got := h.roll().Range; got != (span{18, 22, true}) {
		t.Errorf("after two years: %+v", got)
	}
	h.Hour.Number = 100*24 + 23
	if got := h.roll(); !reflect.DeepEqual(got, h) {
		t.Errorf("the day is not over: %+v", got)
	}
}

func TestHabitLearnsAWeekFirst(t *testing.T) {
	wild := func(day float64) func(time.Time, float64) float64 {
		return func(at time.Time, v float64) float64 {
			if d := since(at, day); d > 0 && d < 0.5 {
				return v + 30
			}
			return v
		}
	}
	if _, began := lived(1, 7, 10*time.Minute, wild(5)); len(began) > 0 {
		t.Errorf("warned on day %.1f", since(began[0], 0))
	}
	if _, began := lived(1, 9, 10*time.Minute, wild(8)); len(began) != 1 || since(began[0], 8) > 0.2 {
		t.Errorf("warned at %v", began)
	}
}

func TestHabitWarns(t *testing.T) {
	for name, c := range map[string]struct {
		change func(days, v float64) float64 // days since the 30th
		within float64                       // days until the warning
	}{
		"step up":   {func(d, v float64) float64 { return v + 4 }, 0.3},
		"step down": {func(d, v float64) float64 { return v - 4 }, 0.3},
		"ramp":      {func(d, v float64) float64 { return v + d }, 4},
		"dip":       {func(d, v float64) float64 { return v - 15*max(0, 0.2-d)/0.2 }, 0.2},
	} {
		for _, step := range []time.Duration{time.Minute, 5 * time.Minute, 17 * time.Minute, time.Hour, 3 * time.Hour} {
			_, began := lived(3, 37, step, func(at time.Time, v float64) float64 {
				if d := since(at, 30); d >= 0 {
					return c.change(d, v)
				}
				return v
			})
			after := math.Inf(1)
			for _, b := range began {
				if since(b, 30) >= 0 {
					after = min(after, since(b, 30))
				}
			}
			if after > c.within+5*step.Hours()/24 {
				t.Errorf("%s, every %s: warned after %.2f days", name, step, after)
			}
		}
	}
}

// What is told in another unit, or more often, is judged the same.
func TestHabitKnowsNoUnit(t *testing.T) {
	change := func(at time.Time, v float64) float64 {
		if since(at, 40) > 0 {
			v += 3
		}
		return v
	}
	_, celsius := lived(5, 90, 20*time.Minute, change)
	if len(celsius) == 0 {
		t.Fatal("no warning at all")
	}
	for name, unit := range map[string]func(float64) float64{
		"°F": func(v float64) float64 { return v*9/5 + 32 },
		"mK": func(v float64) float64 { return (v + 273.15) * 1000 },
		"−":  func(v float64) float64 { return -v },
	} {
		_, other := lived(5, 90, 20*time.Minute, func(at time.Time, v float64) float64 { return unit(change(at, v)) })
		if !reflect.DeepEqual(celsius, other) {
			t.Errorf("%s: warned at %v, in °C at %v", name, other, celsius)
		}
	}
}

func TestHabitBearsWildReadings(t *testing.T) {
	_, began := lived(7, 60, 5*time.Minute, func(at time.Time, v float64) float64 {
		if at.Minute() == 25 && at.Hour()%3 == 0 {
			return 85 // what a DS18B20 says that has lost its supply
		}
		return v
	})
	if len(began) > 2 {
		t.Errorf("%d warnings in two months", len(began))
	}
	calm, none := lived(7, 30, time.Hour, nil)
	for i, value := range []float64{85, 22, 22, 22} { // one wild hour
		calm = calm.Step(monday.AddDate(0, 0, 30).Add(time.Duration(i)*time.Hour), value)
	}
	if len(none) > 0 || calm.Episode != nil {
		t.Errorf("one wild hour warns: %+v", calm.Episode)
	}
}

func TestHabitAfterAGap(t *testing.T) {
	h, _ := lived(9, 40, time.Hour, nil)
	a := newAir(9)
	back := monday.AddDate(0, 0, 61)
	for i := range 48 {
		at := back.Add(time.Duration(i) * time.Hour)
		if h = h.Step(at, a.at(at, time.Hour)); h.Episode != nil {
			t.Fatalf("warned %d h after a gap: %+v", i, h.Episode)
		}
	}
	if h.Usual.Weight >= 200 {
		t.Errorf("after three weeks without readings the level has still the weight of %.0f hours", h.Usual.Weight)
	}
}

func TestHabitOfAnotherSensor(t *testing.T) {
	h, began := lived(11, 65, 10*time.Minute, func(at time.Time, v float64) float64 {
		if since(at, 40) >= 0 {
			return v + 5
		}
		return v
	})
	after := 0
	for _, b := range began {
		if since(b, 40) >= 0 {
			after++
		}
	}
	if after != 1 || h.Episode != nil {
		t.Errorf("warned %d times of a sensor that was changed, and goes on: %v", after, h.Episode)
	}
	if math.Abs(h.Usual.Level-26.7) > 0.7 {
		t.Errorf("the level is %.2f, want about 26.7", h.Usual.Level)
	}
}

func TestEpisodeEndsAndIsToldAgain(t *testing.T) {
	var on, off []float64
	a, h := newAir(13), Habit{}
	for at := monday; since(at, 44) < 0; at = at.Add(time.Hour) {
		v := a.at(at, time.Hour)
		switch d := since(at, 30); {
		case d >= 0 && d < 3:
			v += 5
		case d >= 3 && d < 3.5: // much worse
			v += 40
		}
		before := h.Episode != nil
		h = h.Step(at, v)
		switch now := h.Episode != nil; {
		case now && !before:
			on = append(on, since(at, 30))
		case before && !now:
			off = append(off, since(at, 30))
		}
	}
	if len(on) != 2 || on[0] < 0 || on[0] > 0.5 || on[1] < 3 || on[1] > 3.4 || len(off) != 2 || off[0] < 3 || off[0] > 3.3 || off[1] < 4.5 || off[1] > 9 {
		t.Errorf("warnings begin on days %.2f and end on %.2f", on, off)
	}
}

func TestHabitOfAConstant(t *testing.T) {
	for _, base := range []float64{0, 21, 300} {
		var h Habit
		at, value := monday, base
		warned := 0
		for i := range 40 * 24 {
			at = at.Add(time.Hour)
			if value = base; i%50 < 5 { // the least the sensor tells
				value += 0.0625
			}
			if h = h.Step(at, value); h.Episode != nil {
				warned++
			}
		}
		if warned > 0 {
			t.Errorf("at %g: one grain of the sensor warns for %d hours", base, warned)
		}
		for range 10 {
			at = at.Add(time.Hour)
			h = h.Step(at, base+6)
		}
		if h.Episode == nil || h.Episode.Value != base+6 || h.Episode.Reason != "higher than anything before" {
			t.Errorf("at %g: 6 more: %+v", base, h.Episode)
		}
	}
}

func TestHabitWithstandsAnything(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 0))
		var h Habit
		at := monday
		for range 5000 {
			at = at.Add(time.Duration(rng.ExpFloat64() * float64(time.Hour)))
			switch rng.IntN(300) {
			case 0:
				at = at.AddDate(0, 0, rng.IntN(400)-200) // the clock is set, or long nothing
			case 1:
				at = at.AddDate(30, 0, 0)
			case 2:
				at = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
			}
			value := []float64{rng.NormFloat64(), math.NaN(), math.Inf(-1), 1e300, 0, 1e11 * rng.NormFloat64(), 5}[rng.IntN(7)]
			h = h.Step(at, value)
		}
		text, err := json.Marshal(h)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(text) > 20<<10 {
			t.Errorf("seed %d: %d bytes", seed, len(text))
		}
	}
}

func TestHabitIsKept(t *testing.T) {
	h, _ := lived(15, 150, 10*time.Minute, nil)
	text, err := json.Marshal(Habits{room: &h})
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 20<<10 {
		t.Errorf("%d bytes", len(text))
	}
	var back Habits
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*back[room], h) {
		t.Error("what was kept is not what was learnt")
	}
	at := monday.AddDate(0, 0, 150)
	before, _ := json.Marshal(h)
	for i := range 200 {
		h.Step(at.Add(time.Duration(i)*time.Minute), 50)
		next := back[room].Step(at.Add(time.Duration(i)*time.Minute), 50)
		back[room] = &next
	}
	if after, _ := json.Marshal(h); string(after) != string(before) {
		t.Error("a habit was changed in place")
	}
	if back[room].Episode == nil {
		t.Error("28 more do not warn")
	}
}

func TestDriftRule(t *testing.T) {
	s := newStation(t, Rule{Point: room, Name: "drift", Kind: KindDrift, Level: Minor})
	s.start = monday
	a := newAir(17)
	feed := func(days int, more float64) {
		for end := s.mono + time.Duration(days)*day; s.mono < end; {
			s.at(s.mono+time.Hour, degrees(a.at(s.start.Add(s.mono), time.Hour)+more))
		}
	}
	feed(30, 0)
	s.expect()
	s.clock = record.Unsynced // it rests
	feed(2, 10)
	s.expect()
	s.clock = record.Synced
	feed(1, 10)
	if len(s.all) != 1 || len(s.state.Open) != 1 {
		t.Fatalf("got %q", s.said)
	}
	raised := s.state.Open[0]
	if raised.Kind != "drift" || raised.Unit != "°C" || raised.Level != "minor" || raised.Value < raised.Limit || raised.Limit < 24 || raised.Reason == "" {
		t.Errorf("got %+v", raised)
	}
	s.restart(false)
	feed(9, 0)
	if len(s.all) != 2 || len(s.state.Open) != 0 || s.all[1].Type != record.AlarmCleared {
		t.Errorf("got %q", s.said)
	}
	if len(s.state.Habits) != 1 {
		t.Errorf("habits of %d points", len(s.state.Habits))
	}
	s.rules = mustNew(t, above(27))
	if s.begin(); len(s.state.Habits) != 0 {
		t.Errorf("%d habits that no rule watches", len(s.state.Habits))
	}
}

func TestRarity(t *testing.T) {
	var r rarity
	for i := range keptDays + 50 {
		if l := r.limit(3); (i >= enoughDays) == math.IsInf(l, 1) {
			t.Fatalf("after %d days the limit is %g", i, l)
		}
		r = r.seen(1, false).seen(float64(i%10), false).seen(0, false).next(true)
	}
	if len(r.Days) != keptDays || r.limit(0) != 9 || r.limit(12) != 12 {
		t.Errorf("%d days, limits %g and %g", len(r.Days), r.limit(0), r.limit(12))
	}
	for name, day := range map[string]rarity{"a day of learning": r.seen(50, false).next(false), "a day without an hour": r.next(true),
		"a day with a warning": r.seen(50, true).seen(1, false).next(true)} {
		if !reflect.DeepEqual(day, r) {
			t.Errorf("%s was remembered", name)
		}
	}
	if got := r.seen(50, false).next(true); len(got.Days) != keptDays || got.Days[keptDays-1] != 50 || got.Today != 0 || got.Any {
		t.Errorf("the newest day is %g", got.Days[keptDays-1])
	}
	days := []float64{1, 2, 9, 8, 1, 1, 6, 1}
	for k, want := range map[int]float64{1: 9, 2: 6} {
		if got := peak(days, k); got != want {
			t.Errorf("peak %d is %g, want %g", k, got, want)
		}
	}
	// Five of a Gumbel distribution's quantiles: 1/6 … 5/6.
	few := rarity{}
	for i := 1; i < 6; i++ {
		few.Days = append(few.Days, 10-2*math.Log(-math.Log(float64(i)/6)))
	}
	if scale := gumbel(few.Days); math.Abs(scale-2) > 0.5 {
		t.Errorf("scale %g, want about 2", scale)
	}
	if want := few.Days[4] + gumbel(few.Days)*math.Log(returnDays/5.); math.Abs(few.limit(3)-want) > 1e-9 {
		t.Errorf("limit %g, want %g", few.limit(3), want)
	}
}

// Who warned lately is to warn less.
func TestWarningsRaiseTheLimits(t *testing.T) {
	h, _ := lived(19, 30, time.Hour, nil)
	h.Warned, h.Episode = nil, nil
	limits := func(h Habit) [questions]float64 {
		h.Means[0] = 1e6
		return h.judge(1).Episode.Limits
	}
	once := h
	once.Warned = []int64{h.Hour.Number - lately, h.Hour.Number - lately + 1}
	for q, limit := range limits(once) {
		if want := limits(h)[q] * 1.25; math.Abs(limit-want) > 1e-9 {
			t.Errorf("question %d: the limit is %g after a warning, want %g", q, limit, want)
		}
	}
	once.Means[0] = 1e6
	if got := once.judge(1).Warned; !reflect.DeepEqual(got, []int64{h.Hour.Number - lately + 1, h.Hour.Number}) {
		t.Errorf("remembers %d", got)
	}
}

func BenchmarkHabitStep(b *testing.B) {
	h, _ := lived(1, 150, 10*time.Minute, nil)
	at := monday.AddDate(0, 0, 150)
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(10 * time.Second)
		h = h.Step(at, 22)
	}
}

package alarm

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

var (
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	high = Rule{Point: "machine-room/temperature", Name: "high", Side: Above, Limit: 27, Hysteresis: 1, Level: Major}
	low  = Rule{Point: "machine-room/temperature", Name: "low", Side: Below, Limit: 18, Hysteresis: 0.5, Level: Minor}
)

func warm(value float64) Sample {
	return Sample{Point: high.Point, Value: value, Unit: "°C", Quality: record.Good, Time: noon}
}

func TestStep(t *testing.T) {
	type change struct {
		raised bool
		rule   string
		serial uint64
	}
	steps := []struct {
		value float64
		want  []change
	}{
		{22, nil},
		{27, nil}, // the limit is still good
		{27.1, []change{{true, "high", 1}}},
		{30, nil},
		{26.9, nil},
		{26.01, nil},
		{26, []change{{false, "high", 1}}},
		{26.5, nil},
		{18, nil},
		{17.9, []change{{true, "low", 2}}},
		{18.4, nil},
		{28, []change{{true, "high", 3}, {false, "low", 2}}},
		{10, []change{{false, "high", 3}, {true, "low", 4}}},
	}
	var s State
	for i, step := range steps {
		before, _ := json.Marshal(s)
		next, events := Step([]Rule{high, low}, s, warm(step.value))
		if after, _ := json.Marshal(s); string(after) != string(before) {
			t.Fatalf("step %d changed the state it was given", i)
		}
		s = next
		var got []change
		for _, e := range events {
			got = append(got, change{e.Raised, e.Rule, e.Serial})
			if e.Value != step.value || e.Unit != "°C" || e.Point != high.Point || !e.Time.Equal(noon) {
				t.Errorf("step %d: event %+v does not carry the reading that decided", i, e)
			}
		}
		if !slices.Equal(got, step.want) {
			t.Errorf("step %d (%g): got %v, want %v", i, step.value, got, step.want)
		}
	}
}

func TestOnlyGoodReadingsDecide(t *testing.T) {
	raised, events := Step([]Rule{high}, State{}, warm(30))
	if len(events) != 1 {
		t.Fatalf("got %v", events)
	}
	for _, s := range []State{{}, raised} {
		for _, value := range []float64{30, 20} {
			for _, quality := range []record.Quality{record.Stale, record.Faulty, record.Unknown, ""} {
				r := warm(value)
				r.Quality = quality
				if next, events := Step([]Rule{high}, s, r); len(events) > 0 || !reflect.DeepEqual(next, s) {
					t.Errorf("a %s reading of %g made %v", quality, value, events)
				}
			}
		}
		for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			if _, events := Step([]Rule{high, low}, s, warm(value)); len(events) > 0 {
				t.Errorf("a reading of %g made %v", value, events)
			}
		}
		r := warm(30)
		r.Point = "office/temperature"
		if _, events := Step([]Rule{high}, s, r); len(events) > 0 {
			t.Errorf("a reading of another point made %v", events)
		}
	}
}

// Whatever is measured: raises and clears of a rule alternate, serials rise by one from raise to raise, a clear has
// the serial of its raise, nothing changes inside the band, and the events, written down and folded, give the state.
func TestHistoryOfRandomReadings(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 0))
		rules := []Rule{
			{Point: "a", Name: "high", Side: Above, Limit: 27, Hysteresis: rng.Float64() * 3, Level: Major},
			{Point: "a", Name: "too high", Side: Above, Limit: 29, Hysteresis: rng.Float64(), Level: Critical},
			{Point: "a", Name: "low", Side: Below, Limit: 25, Hysteresis: rng.Float64(), Level: Minor},
			{Point: "b", Name: "high", Side: Above, Limit: 27, Level: Hint},
		}
		var s, folded State
		values := map[string]float64{"a": 26, "b": 26}
		open := map[[2]string]uint64{}
		serial, total := uint64(0), 0
		for range 2000 {
			point := []string{"a", "b"}[rng.IntN(2)]
			values[point] += rng.NormFloat64() - (values[point]-27)/10
			quality := record.Good
			if rng.IntN(10) == 0 {
				quality = record.Faulty
			}
			var events []Change
			s, events = Step(rules, s, Sample{point, values[point], "°C", quality, noon})
			for _, e := range events {
				total++
				i := slices.IndexFunc(rules, func(r Rule) bool { return r.Point == e.Point && r.Name == e.Rule })
				key := [2]string{e.Point, e.Rule}
				beyond := rules[i].beyond(e.Value)
				switch {
				case e.Raised && open[key] != 0, !e.Raised && open[key] != e.Serial:
					t.Fatalf("seed %d: %+v while serial %d is open", seed, e, open[key])
				case e.Raised && e.Serial != serial+1:
					t.Fatalf("seed %d: serial %d after %d", seed, e.Serial, serial)
				case beyond <= 0 && beyond > -rules[i].Hysteresis:
					t.Fatalf("seed %d: %+v inside the band", seed, e)
				case quality != record.Good:
					t.Fatalf("seed %d: %+v from a faulty reading", seed, e)
				}
				delete(open, key)
				if e.Raised {
					serial++
					open[key] = serial
				}
				folded = fold(t, folded, e)
			}
			if !reflect.DeepEqual(s, folded) && len(s.Open)+len(folded.Open) > 0 {
				t.Fatalf("seed %d: state %+v, folded %+v", seed, s, folded)
			}
			if s.Last != serial || len(s.Open) != len(open) {
				t.Fatalf("seed %d: state %+v, but %d raised and %d open", seed, s, serial, len(open))
			}
		}
		if total < 20 {
			t.Fatalf("seed %d: %d events: the test says nothing", seed, total)
		}
	}
}

// fold writes an event down and folds what is read back.
func fold(t *testing.T, s State, e Change) State {
	t.Helper()
	entry := e.Entry()
	s, err := Fold(s, record.Record{Type: entry.Type, Source: entry.Source, Time: entry.Time, Data: entry.Data})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFoldingAgainChangesNothing(t *testing.T) {
	var s State
	var history []Change
	for _, value := range []float64{30, 20, 30, 10} {
		var events []Change
		s, events = Step([]Rule{high, low}, s, warm(value))
		history = append(history, events...)
	}
	again := s
	for _, e := range history {
		again = fold(t, again, e)
	}
	if !reflect.DeepEqual(again, s) {
		t.Errorf("got %+v, want %+v", again, s)
	}
}

func TestWithdraw(t *testing.T) {
	s, _ := Step([]Rule{high, low}, State{}, warm(30))
	if _, events := Withdraw([]Rule{low, high}, s, noon); len(events) != 0 {
		t.Errorf("withdrew %v although its rule is there", events)
	}
	s, events := Withdraw([]Rule{low}, s, noon)
	if len(events) != 1 || events[0].Raised || events[0].Serial != 1 || len(s.Open) != 0 || s.Last != 1 {
		t.Errorf("got %+v, %+v", events, s)
	}
}

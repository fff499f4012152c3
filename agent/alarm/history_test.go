package alarm

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/internal/record"
)

// history checks everything that must hold whatever happens.
type history struct {
	*rapid.T
	rules   *Rules
	state   State
	at      record.Moment
	records []record.Record
	open    map[identity]uint64
	serial  uint64
}

var (
	somePoints = []string{"a/t", "a/h", "b/t"}
	someNames  = []string{"one", "two", "three"}
)

func anyRules(t *rapid.T) []Rule {
	var rules []Rule
	for _, p := range somePoints {
		for _, n := range someNames {
			if !rapid.Bool().Draw(t, "there") {
				continue
			}
			minutes := func(label string) time.Duration {
				return time.Duration(rapid.IntRange(0, 20).Draw(t, label)) * time.Minute
			}
			r := Rule{Point: p, Name: n, Kind: rapid.SampledFrom([]Kind{KindLimit, KindRate, KindQuality, KindCondition, ""}).Draw(t, "kind"),
				Side: rapid.SampledFrom([]Side{Above, Below}).Draw(t, "side"), Limit: float64(rapid.IntRange(0, 4).Draw(t, "limit")),
				Hysteresis: float64(rapid.IntRange(0, 2).Draw(t, "hysteresis")), Level: rapid.SampledFrom(Levels).Draw(t, "level"),
				RaiseAfter: minutes("raise"), ClearAfter: minutes("clear"), Silent: minutes("silent")}
			if n == "three" && rapid.Bool().Draw(t, "drift") {
				r.Kind = KindDrift
			}
			if rapid.Bool().Draw(t, "hours") {
				r.Schedule = Schedule{{From: time.Duration(rapid.IntRange(0, 23).Draw(t, "from")) * time.Hour, To: time.Duration(rapid.IntRange(0, 24).Draw(t, "to")) * time.Hour}}
			}
			if rapid.Bool().Draw(t, "flaps") {
				r.Flapping = Flapping{2, time.Hour, minutes("quiet")}
			}
			rules = append(rules, r)
		}
	}
	return rules
}

func (h *history) anyEvent() Event {
	point := rapid.SampledFrom(somePoints).Draw(h.T, "point")
	switch rapid.IntRange(0, 9).Draw(h.T, "event") {
	case 0:
		return Quality{point, rapid.SampledFrom([]record.Quality{record.Good, record.Stale, record.Faulty, record.Unknown}).Draw(h.T, "quality"), "so"}
	case 1, 2:
		return Condition{point, rapid.SampledFrom(someNames).Draw(h.T, "name"), rapid.SampledFrom(Levels).Draw(h.T, "level"), "so", rapid.Bool().Draw(h.T, "active")}
	case 3:
		return Maintenance{record.MaintenanceData{Points: rapid.SampledFrom([][]string{nil, {"a"}, {"b/t"}, {"a/", "b/t"}}).Draw(h.T, "points"), By: "Ma",
			Until: h.at.Wall.Add(time.Duration(rapid.IntRange(1, 300).Draw(h.T, "long")) * time.Minute)}, rapid.Bool().Draw(h.T, "begin")}
	case 4:
		return Tick{}
	}
	return Reading{point, float64(rapid.IntRange(-4, 8).Draw(h.T, "value")), "°C"}
}

func (h *history) step(e Event) {
	next, entries := h.rules.Step(h.state, e, h.at)
	if _, again := h.rules.Step(h.state, e, h.at); spell(entries) != spell(again) {
		h.Fatalf("the state it was given was changed: %s, then %s", spell(entries), spell(again))
	}
	h.take(next, entries)
	if due, wanted := h.rules.Due(next, h.at); wanted && due <= h.at.Mono {
		h.Fatalf("after %T at %s a tick is due at %s", e, h.at.Mono, due)
	}
}

func spell(entries []record.Entry) string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Type+" "+e.Source+" "+string(e.Data))
	}
	return fmt.Sprint(out)
}

// take checks the records of a step: serials are new and paired, and no more than one alarm of a rule is open.
func (h *history) take(next State, entries []record.Entry) {
	h.state = next
	for _, e := range entries {
		if err := e.Check(); err != nil {
			h.Fatal(err)
		}
		h.records = append(h.records, record.Record{Type: e.Type, Source: e.Source, Time: record.Stamp(e.Time), Clock: h.at.Clock, Data: e.Data})
		var d record.AlarmData
		if json.Unmarshal(e.Data, &d); d.Serial == 0 {
			continue
		}
		id := identity{e.Source, d.Rule}
		switch {
		case e.Type == record.AlarmRaised && (h.open[id] != 0 || d.Serial != h.serial+1):
			h.Fatalf("%s while %d is open and %d was the last", e.Data, h.open[id], h.serial)
		case e.Type != record.AlarmRaised && h.open[id] != d.Serial:
			h.Fatalf("%s %s while %d is open", e.Type, e.Data, h.open[id])
		case e.Type == record.AlarmRaised:
			h.open[id], h.serial = d.Serial, d.Serial
		case e.Type == record.AlarmCleared:
			delete(h.open, id)
		}
	}
	h.check()
}

// check compares the state with what was written down, and open alarms with the rules.
func (h *history) check() {
	open := map[identity]uint64{}
	for _, a := range h.state.Open {
		id := identity{a.Point, a.Rule}
		open[id] = a.Serial
		rule, found := h.rules.find(id)
		switch {
		case h.state.Maintained(a.Point):
			h.Fatalf("%+v is open in maintenance", a)
		case found && !rule.Schedule.On(h.at):
			h.Fatalf("%+v is open although its rule is off", a)
		case !found && a.Kind != string(KindCondition):
			h.Fatalf("%+v is open without a rule", a)
		}
	}
	if !maps.Equal(open, h.open) || h.state.Last != h.serial || !slices.IsSortedFunc(h.state.Open, func(a, b Alarm) int { return int(a.Serial) - int(b.Serial) }) {
		h.Fatalf("state %+v, written down %v", h.state, h.open)
	}
	for _, m := range h.state.Maintenance {
		if h.at.Clock == record.Synced && m.Clock == record.Synced && !m.Until.After(h.at.Wall) {
			h.Fatalf("maintenance until %s goes on at %s", m.Until, h.at.Wall)
		}
	}
}

// pass lets time pass, with ticks when they are due.
func (h *history) pass(d time.Duration) {
	for end := h.at.Mono + d; h.at.Mono < end; {
		next := end
		if due, wanted := h.rules.Due(h.state, h.at); wanted {
			next = min(next, max(due, h.at.Mono))
		}
		h.at.Wall, h.at.Mono = h.at.Wall.Add(next-h.at.Mono), next
		h.step(Tick{})
	}
}

// durable is the state as it is after a restart.
func (h *history) durable() State {
	text, err := json.Marshal(h.state)
	var s State
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		h.Fatal(err)
	}
	return s
}

func (h *history) folded(times int) string {
	var s State
	for range times {
		for _, r := range h.records {
			var err error
			if s, err = Fold(s, r); err != nil {
				h.Fatal(err)
			}
		}
	}
	text, _ := json.Marshal(s)
	return string(text)
}

func TestAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{T: t, open: map[identity]uint64{},
			at: record.Moment{Wall: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), Clock: record.Synced, Mono: time.Hour}}
		begin := func() { h.take(h.rules.Begin(h.state, h.at)) }
		h.rules, _ = New(anyRules(t))
		begin()
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 19).Draw(t, "what") {
			case 0:
				h.rules, _ = New(anyRules(t))
				begin()
			case 1:
				h.state, h.at.Mono = h.durable(), time.Duration(rapid.IntRange(0, 1).Draw(t, "boot"))*h.at.Mono
				begin()
			case 2:
				h.at.Clock = rapid.SampledFrom([]record.Clock{record.Synced, record.Unsynced}).Draw(t, "clock")
				h.step(Tick{})
			case 3:
				h.pass(time.Duration(rapid.IntRange(1, 600).Draw(t, "minutes")) * time.Minute)
			case 4:
				h.at.Wall = h.at.Wall.Add(time.Duration(rapid.IntRange(-300, 300).Draw(t, "set")) * time.Minute)
				h.step(Tick{})
			default:
				h.pass(time.Duration(rapid.IntRange(1, 600).Draw(t, "seconds")) * time.Second)
				h.step(h.anyEvent())
			}
		}
		now, _ := json.Marshal(h.durable())
		if once := h.folded(1); once != string(now) {
			t.Fatalf("folded %s\nstate  %s", once, now)
		}
		if twice := h.folded(2); twice != string(now) {
			t.Fatalf("folded twice %s\nstate %s", twice, now)
		}
	})
}

package alarm

import (
	"math"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// Sample is one value of one point.
type Sample struct {
	Point   string
	Value   float64
	Unit    string
	Quality record.Quality
	Time    time.Time
}

// Change is the beginning or the end of an alarm.
type Change struct {
	Alarm
	Raised bool
	Time   time.Time
}

// Entry is the event as it is written down.
func (e Change) Entry() record.Entry {
	typ := record.AlarmCleared
	if e.Raised {
		typ = record.AlarmRaised
	}
	return record.NewEntry(typ, e.Point, e.Time, e.AlarmData)
}

// Step lets a reading decide. Only good readings do: one that is stale or from a faulty sensor neither raises nor
// clears.
func Step(rules []Rule, s State, r Sample) (State, []Change) {
	if r.Quality != record.Good || math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
		return s, nil
	}
	var events []Change
	for _, rule := range rules {
		if rule.Point != r.Point {
			continue
		}
		i := s.find(rule.Point, rule.Name)
		switch {
		case i < 0 && rule.beyond(r.Value) > 0:
			a := Alarm{rule.Point, record.AlarmData{Serial: s.Last + 1, Rule: rule.Name}}
			a.Level, a.Value, a.Limit, a.Unit = string(rule.Level), r.Value, rule.Limit, r.Unit
			s = s.with(a)
			events = append(events, Change{a, true, r.Time})
		case i >= 0 && rule.beyond(r.Value) <= -rule.Hysteresis:
			a := s.Open[i]
			a.Level, a.Value, a.Limit, a.Unit = string(rule.Level), r.Value, rule.Limit, r.Unit
			s = s.without(a.Serial)
			events = append(events, Change{a, false, r.Time})
		}
	}
	return s, events
}

// Withdraw clears the alarms whose rule there is no more: no reading ever would. Their events say again what raised
// them.
func Withdraw(rules []Rule, s State, at time.Time) (State, []Change) {
	var events []Change
	for _, a := range s.Open {
		if !slices.ContainsFunc(rules, func(r Rule) bool { return r.Point == a.Point && r.Name == a.Rule }) {
			s = s.without(a.Serial)
			events = append(events, Change{a, false, at})
		}
	}
	return s, events
}

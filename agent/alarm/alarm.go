// Package alarm decides when a measured value raises an alarm and when it clears it. It is pure: a state, the rules
// and a reading give the next state and the events in between, and the same state comes out of reading those events
// back from the journal.
//
// An alarm has a serial number that ties its two events together. Serials count from 1 per node and are never used
// again.
package alarm

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// Level is how bad an alarm is.
type Level string

const (
	Critical Level = "critical"
	Major    Level = "major"
	Minor    Level = "minor"
	Hint     Level = "hint"
)

// Levels lists all levels, the worst first.
var Levels = []Level{Critical, Major, Minor, Hint}

// Side is which side of its limit a rule guards.
type Side string

const (
	Above Side = "above"
	Below Side = "below"
)

// Rule raises an alarm while a point's value is beyond a limit. Limit and Hysteresis are in the unit in which the
// point is measured.
type Rule struct {
	// Point and Name identify the rule.
	Point string
	Name  string
	Side  Side
	// Limit is the last value that is still good.
	Limit float64
	// Hysteresis is how far the value must come back from the limit to clear the alarm; from 0.
	Hysteresis float64
	Level      Level
}

// Validate refuses a rule that could not decide.
func (r Rule) Validate() error {
	number := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	switch {
	case r.Name == "":
		return fmt.Errorf("alarm at %s: a name is missing", r.Point)
	case r.Side != Above && r.Side != Below:
		return fmt.Errorf("alarm %s at %s: side %q: expected above or below", r.Name, r.Point, r.Side)
	case !number(r.Limit):
		return fmt.Errorf("alarm %s at %s: limit %g: expected a number", r.Name, r.Point, r.Limit)
	case !number(r.Hysteresis) || r.Hysteresis < 0:
		return fmt.Errorf("alarm %s at %s: hysteresis %g: expected a number from 0", r.Name, r.Point, r.Hysteresis)
	case !slices.Contains(Levels, r.Level):
		return fmt.Errorf("alarm %s at %s: level %q: expected one of %v", r.Name, r.Point, r.Level, Levels)
	}
	return record.CheckPoint(r.Point)
}

// raises and clears are never both true of a value; between them lies the band in which nothing changes.
func (r Rule) raises(value float64) bool { return r.beyond(value) > 0 }
func (r Rule) clears(value float64) bool { return r.beyond(value) <= -r.Hysteresis }

// beyond is how far a value is on the bad side of the limit.
func (r Rule) beyond(value float64) float64 {
	if r.Side == Below {
		return r.Limit - value
	}
	return value - r.Limit
}

// Reading is one value of one point.
type Reading struct {
	Point   string
	Value   float64
	Unit    string
	Quality record.Quality
	Time    time.Time
}

// Alarm is one alarm that has been raised and not yet cleared: what its event said.
type Alarm struct {
	Point string `json:"point"`
	record.AlarmData
}

// State is the serial used last and the alarms that are open, in order of their serials. It is never changed in
// place. Its zero value is that of a new node.
type State struct {
	Last uint64  `json:"last"`
	Open []Alarm `json:"open"`
}

// Event is the beginning or the end of an alarm.
type Event struct {
	Alarm
	Raised bool
	Time   time.Time
}

// Entry is the event as it is written down.
func (e Event) Entry() record.Entry {
	typ := record.AlarmCleared
	if e.Raised {
		typ = record.AlarmRaised
	}
	return record.NewEntry(typ, e.Point, e.Time, e.AlarmData)
}

// Step lets a reading decide. Only good readings do: one that is stale or from a faulty sensor neither raises nor
// clears.
func Step(rules []Rule, s State, r Reading) (State, []Event) {
	if r.Quality != record.Good || math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
		return s, nil
	}
	var events []Event
	for _, rule := range rules {
		if rule.Point != r.Point {
			continue
		}
		i := s.find(rule.Point, rule.Name)
		switch {
		case i < 0 && rule.raises(r.Value):
			a := Alarm{rule.Point, record.AlarmData{Serial: s.Last + 1, Rule: rule.Name}}
			a.Level, a.Value, a.Limit, a.Unit = string(rule.Level), r.Value, rule.Limit, r.Unit
			s = s.with(a)
			events = append(events, Event{a, true, r.Time})
		case i >= 0 && rule.clears(r.Value):
			a := s.Open[i]
			a.Level, a.Value, a.Limit, a.Unit = string(rule.Level), r.Value, rule.Limit, r.Unit
			s = s.without(a.Serial)
			events = append(events, Event{a, false, r.Time})
		}
	}
	return s, events
}

// Withdraw clears the alarms whose rule there is no more: no reading ever would. Their events say again what raised
// them.
func Withdraw(rules []Rule, s State, at time.Time) (State, []Event) {
	var events []Event
	for _, a := range s.Open {
		if !slices.ContainsFunc(rules, func(r Rule) bool { return r.Point == a.Point && r.Name == a.Rule }) {
			s = s.without(a.Serial)
			events = append(events, Event{a, false, at})
		}
	}
	return s, events
}

// Fold takes a record of the journal into account; records of other types change nothing. Folding twice what has
// been folded already changes nothing either, as long as it is done in order.
func Fold(s State, r record.Record) (State, error) {
	if r.Type != record.AlarmRaised && r.Type != record.AlarmCleared {
		return s, nil
	}
	a := Alarm{Point: r.Source}
	if err := json.Unmarshal(r.Data, &a.AlarmData); err != nil {
		return s, fmt.Errorf("read %s with seq %d: %w", r.Type, r.Seq, err)
	}
	s = s.without(a.Serial)
	if r.Type == record.AlarmRaised {
		s = s.with(a)
	}
	s.Last = max(s.Last, a.Serial)
	return s, nil
}

func (s State) find(point, rule string) int {
	return slices.IndexFunc(s.Open, func(a Alarm) bool { return a.Point == point && a.Rule == rule })
}

func (s State) with(a Alarm) State {
	open := append(slices.Clone(s.Open), a)
	slices.SortFunc(open, func(a, b Alarm) int { return int(int64(a.Serial) - int64(b.Serial)) })
	return State{Last: max(s.Last, a.Serial), Open: open}
}

func (s State) without(serial uint64) State {
	open := slices.DeleteFunc(slices.Clone(s.Open), func(a Alarm) bool { return a.Serial == serial })
	return State{Last: s.Last, Open: open}
}

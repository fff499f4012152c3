// Package alarm decides when what is measured or noticed at a station raises an alarm, and when that alarm ends. It is
// pure: a state, an event and a moment give the next state and the records to be written, and the durable part of the
// state comes back out of those records.
//
// An alarm has a serial number that ties its records together: alarm.raised, alarm.repeated, alarm.cleared. Serials count
// from 1 per node and are never used again. There is at most one open alarm of a point and a rule's name.
//
// What lasts (delays, silence, flapping, the end of maintenance) is counted by the monotonic clock. Schedules and habits
// go by the wall clock, as far as it is believed: while it is not, every rule is on and habits rest.
package alarm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"stationkeeper/internal/record"
)

// Alarm is one alarm that has been raised and not yet cleared: what its record said.
type Alarm struct {
	Point string `json:"point"`
	record.AlarmData
}

// State is what the rules must know from one event to the next. It is never changed in place; its zero value is that of
// a new node. Its JSON, which is also what Fold restores, is the durable part. What is being timed is not: it begins anew
// with the program.
type State struct {
	// Last is the serial used last.
	Last uint64 `json:"last"`
	// Open are the open alarms in order of their serials.
	Open []Alarm `json:"open"`
	// Maintenance are the times of maintenance that go on, in order of their beginning.
	Maintenance []Inhibition `json:"maintenance,omitempty"`
	// Habits are what is usual at the points that a drift rule watches. They cannot be folded from events: whoever keeps
	// the state saves them apart now and then, as their own JSON, and puts them back before Begin.
	Habits Habits `json:"-"`

	points     map[string]point
	watches    map[identity]watch
	conditions map[identity]Condition
}

// identity is what tells rules and their alarms apart.
type identity struct{ point, name string }

// Fold takes a record of the journal into account; records of other types change nothing. Folding again what has been
// folded changes nothing either, as long as it is done in order: a serial that has been seen does not begin again.
func Fold(s State, r record.Record) (State, error) {
	switch r.Type {
	case record.AlarmRaised, record.AlarmRepeated, record.AlarmCleared:
		a := Alarm{Point: r.Source}
		if err := json.Unmarshal(r.Data, &a.AlarmData); err != nil {
			return s, fmt.Errorf("read %s with seq %d: %w", r.Type, r.Seq, err)
		}
		return s.folded(r.Type, a), nil
	case record.MaintenanceBegan, record.MaintenanceEnded:
		var d record.MaintenanceData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			return s, fmt.Errorf("read %s with seq %d: %w", r.Type, r.Seq, err)
		}
		s = s.ended(d.Points)
		if r.Type == record.MaintenanceBegan {
			s = s.begun(Inhibition{MaintenanceData: d, Since: r.Time, Clock: r.Clock})
		}
	}
	return s, nil
}

func (s State) folded(typ string, a Alarm) State {
	open := s.index(a.Serial) >= 0
	if typ == record.AlarmRaised && a.Serial <= s.Last || typ == record.AlarmRepeated && !open && a.Serial <= s.Last {
		return s
	}
	s = s.without(a.Serial)
	if typ != record.AlarmCleared {
		s = s.with(a)
	}
	s.Last = max(s.Last, a.Serial)
	return s
}

func (s State) index(serial uint64) int {
	return slices.IndexFunc(s.Open, func(a Alarm) bool { return a.Serial == serial })
}

func (s State) find(point, rule string) int {
	return slices.IndexFunc(s.Open, func(a Alarm) bool { return a.Point == point && a.Rule == rule })
}

// with adds an alarm, or replaces what is known of its serial.
func (s State) with(a Alarm) State {
	open := append(slices.Clone(s.without(a.Serial).Open), a)
	slices.SortFunc(open, func(a, b Alarm) int { return cmp.Compare(a.Serial, b.Serial) })
	s.Last, s.Open = max(s.Last, a.Serial), open
	return s
}

func (s State) without(serial uint64) State {
	s.Open = slices.DeleteFunc(slices.Clone(s.Open), func(a Alarm) bool { return a.Serial == serial })
	if len(s.Open) == 0 {
		s.Open = nil
	}
	return s
}

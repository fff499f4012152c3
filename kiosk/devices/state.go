package devices

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// Open is an alarm that has been raised and not yet cleared: what its record said.
type Open struct {
	Point string `json:"point"`
	record.AlarmData
}

// State is what has to be known from one look at the devices to the next. It is never changed in place; its zero value is
// that of a new node. Its JSON, which is also what Fold restores, is the durable part. What is being timed, and what the
// points show, is not: it begins anew with the program.
type State struct {
	// Last is the serial used last.
	Last uint64 `json:"last"`
	// Open are the open alarms in order of their serials.
	Open []Open `json:"open,omitempty"`
	// Failed are the points written down as failed, with the reason.
	Failed map[string]string `json:"failed,omitempty"`

	shown map[string]record.State
	since map[identity]time.Duration // when what is seen began to differ from what is written down
}

// identity tells alarms apart; without a rule it is the point's quality.
type identity struct{ point, rule string }

// Fold takes a record of the journal into account; records of other types change nothing. Folding again what has been
// folded changes nothing either, as long as it is done in order: a serial that has been seen does not begin again.
func Fold(s State, r record.Record) (State, error) {
	next, err := s.fold(r.Type, r.Source, r.Data)
	if err != nil {
		return s, fmt.Errorf("read %s with seq %d: %w", r.Type, r.Seq, err)
	}
	return next, nil
}

func (s State) fold(typ, source string, data json.RawMessage) (State, error) {
	switch typ {
	case record.AlarmRaised, record.AlarmCleared:
		a := Open{Point: source}
		if err := json.Unmarshal(data, &a.AlarmData); err != nil {
			return s, err
		}
		if typ == record.AlarmRaised && a.Serial > s.Last {
			s.Open = slices.SortedFunc(slices.Values(append(slices.Clone(s.Open), a)), func(a, b Open) int { return cmp.Compare(a.Serial, b.Serial) })
		}
		if typ == record.AlarmCleared {
			s.Open = slices.DeleteFunc(slices.Clone(s.Open), func(o Open) bool { return o.Serial == a.Serial })
		}
		if len(s.Open) == 0 {
			s.Open = nil
		}
		s.Last = max(s.Last, a.Serial)
	case record.PointFailed:
		var d record.PointData
		if err := json.Unmarshal(data, &d); err != nil {
			return s, err
		}
		s.Failed = maps.Clone(s.Failed)
		if s.Failed == nil {
			s.Failed = map[string]string{}
		}
		s.Failed[source] = d.Reason
	case record.PointRecovered:
		s.Failed = maps.Clone(s.Failed)
		delete(s.Failed, source)
		if len(s.Failed) == 0 {
			s.Failed = nil
		}
	}
	return s, nil
}

// Raised reports whether an alarm is open.
func (s State) Raised(point, rule string) bool {
	_, ok := s.find(identity{point, rule})
	return ok
}

func (s State) find(id identity) (Open, bool) {
	i := slices.IndexFunc(s.Open, func(o Open) bool { return o.Point == id.point && o.Rule == id.rule })
	if i < 0 {
		return Open{}, false
	}
	return s.Open[i], true
}

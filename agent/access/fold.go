package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// Fold takes a record of the journal into account; records of other types change nothing. Folding again what has been
// folded changes nothing either, as long as it is done in order. What comes of it is for Begin: it also forgets what is
// too old to count.
func Fold(s State, r record.Record) (State, error) {
	var into any
	var register record.RegisterData
	var mode record.ModeData
	var access record.AccessData
	switch r.Type {
	case record.RegisterEntered, record.RegisterLeft:
		into = &register
	case record.ModeChanged:
		into = &mode
	case record.AccessGranted, record.AccessDenied, record.PassbackForgiven:
		into = &access
	default:
		return s, nil
	}
	if err := json.Unmarshal(r.Data, into); err != nil {
		return s, fmt.Errorf("read %s with seq %d: %w", r.Type, r.Seq, err)
	}
	switch r.Type {
	case record.RegisterEntered:
		return s.foldEntered(r, register), nil
	case record.RegisterLeft:
		s.Last = max(s.Last, visitNumber(register.Visit))
		return s.without(register.Visit), nil
	case record.ModeChanged:
		return s.foldMode(r.Source, mode.Mode), nil
	case record.AccessGranted:
		return s.foldGranted(r, access), nil
	case record.PassbackForgiven:
		return s.forgiving(access.Person, true), nil
	}
	if access.Attempts > 0 {
		s = fumbled(s, r, access)
	}
	return s, nil
}

func (s State) foldEntered(r record.Record, data record.RegisterData) State {
	at := When{Since: data.Since, Clock: r.Clock}
	s.Last = max(s.Last, visitNumber(data.Visit))
	s = s.with(&Visit{ID: data.Visit, Person: data.Person, Name: data.Name, Card: data.Card, Visitor: data.Visitor,
		Purpose: data.Purpose, Area: r.Source, Door: data.Door, When: at})
	return s.noting(&Entered{data.Person, r.Source, at})
}

func (s State) foldMode(door, mode string) State {
	s.Modes = maps.Clone(s.Modes)
	if mode == ModeNormal {
		delete(s.Modes, door)
		return s
	}
	if s.Modes == nil {
		s.Modes = map[string]string{}
	}
	s.Modes[door] = mode
	return s
}

func (s State) foldGranted(r record.Record, data record.AccessData) State {
	for _, person := range []string{data.Person, data.Second} {
		if person != "" {
			s = s.admitted(person, data.Method)
		}
	}
	if slices.Contains(data.Remarks, FirstCard) {
		s = s.opened(r.Source, r.Time)
	}
	return s
}

// opened is the state with the first-card rule of a door fulfilled.
func (s State) opened(door string, at time.Time) State {
	s.First = maps.Clone(s.First)
	if s.First == nil {
		s.First = map[string]time.Time{}
	}
	s.First[door] = at
	return s
}

// fumbled is the state with the counts that a denial for a wrong attempt tells.
func fumbled(s State, r record.Record, data record.AccessData) State {
	at := When{Since: r.Time, Clock: r.Clock}
	s = s.counting(Wrong{Reader: data.Reader, Count: data.Attempts, When: at})
	if data.Person != "" {
		s = s.counting(Wrong{Person: data.Person, Reader: data.Reader, Count: data.PersonAttempts, When: at})
	}
	return s
}

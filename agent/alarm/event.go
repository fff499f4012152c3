package alarm

import (
	"math"
	"slices"

	"stationkeeper/internal/record"
)

// Event is something the rules are told: a Reading, a Quality, a Condition, a Maintenance or a Tick.
type Event interface{ tell(*turn) }

// Reading is one good value of one point. A value that is no number is passed over.
type Reading struct {
	Point string
	Value float64
	Unit  string // of Value, such as "°C"; goes into the records
}

// Quality says that a point's quality changed. One that is Good says no more than that: the next reading clears.
type Quality struct {
	Point   string
	Quality record.Quality
	Reason  string
}

// Condition is something that is, or is no longer, as it should not be, such as a door forced open. It raises and clears
// at once, and may be told again without having changed. When it is told anew with a graver level, its alarm ends and
// one of that level begins; a lesser level changes nothing. A
// level that is not one of Levels counts as major.
type Condition struct {
	Point  string
	Rule   string
	Level  Level
	Reason string
	Active bool
}

// Maintenance begins a time in which alarms of some points are not raised, or ends the one with the same points. It is
// to be validated first; one that is not valid changes nothing. Beginning what goes on already changes who, until when
// and why.
//
// Alarms that are open when it begins are ended, with Inhibited set to who maintains: an open alarm is one that somebody
// is to deal with, and during maintenance that somebody is there. After the end what is still true is raised, with a new
// serial.
type Maintenance struct {
	record.MaintenanceData
	// Begin is false for the end. The end needs no Until; By and Reason are of who ends it.
	Begin bool
}

// Tick says that time has passed: it is to be given when Due says so, and when the wall clock was set.
type Tick struct{}

func (e Reading) tell(t *turn) {
	if math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
		return
	}
	t.s.points[e.Point] = point{value: e.Value, unit: e.Unit, quality: record.Good, read: true, heard: t.at.Mono}
	for _, rule := range t.rules.of(e.Point) {
		t.measure(rule, e)
	}
}

func (e Quality) tell(t *turn) {
	p, known := t.s.points[e.Point]
	if !known {
		p.heard = t.at.Mono
	}
	if e.Quality == record.Good && !p.read {
		return
	}
	p.quality, p.reason = e.Quality, e.Reason
	t.s.points[e.Point] = p
}

func (e Condition) tell(t *turn) {
	if record.CheckPoint(e.Point) != nil || e.Rule == "" {
		return
	}
	if !slices.Contains(Levels, e.Level) {
		e.Level = Major // better seen than missed
	}
	t.s.conditions[identity{e.Point, e.Rule}] = e
}

func (Tick) tell(*turn) {}

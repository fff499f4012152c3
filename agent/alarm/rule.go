package alarm

import (
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

// graver reports whether a level is worse than another.
func (l Level) graver(than Level) bool { return slices.Index(Levels, l) < slices.Index(Levels, than) }

// Side is which side of its limit a rule guards.
type Side string

const (
	Above Side = "above" // of a rate: rising faster than Limit
	Below Side = "below" // of a rate: falling faster than Limit
)

// Kind is what a rule watches.
type Kind string

const (
	// KindLimit is a value beyond Limit; an empty Kind means it.
	KindLimit Kind = "limit"
	// KindRate is a value that changes faster than Limit, per hour, over Window.
	KindRate Kind = "rate"
	// KindQuality is a point that gives no good value.
	KindQuality Kind = "quality"
	// KindDrift is a value that leaves its own habit.
	KindDrift Kind = "drift"
	// KindCondition is something noticed outside of this package, told by Condition. It needs no rule; a rule with the
	// condition's point and name gives it delays, hours and another level.
	KindCondition Kind = "condition"
)

// Rule raises an alarm of one point. Limit and Hysteresis are in the unit in which the point is measured, those of a
// rate in that unit per hour.
type Rule struct {
	// Point and Name identify the rule.
	Point string
	Name  string
	Kind  Kind
	// Side is which side of Limit is bad; of limits and rates.
	Side Side
	// Limit is the last value that is still good. That of a rate is from 0 for both sides.
	Limit float64
	// Hysteresis is how far the value must come back from the limit to clear the alarm; from 0.
	Hysteresis float64
	// Window is over how long a rate is measured; it must hold five readings, or the rule stays silent. 0 means an hour.
	Window time.Duration
	// Silent is, of a quality rule, how long the point may give no good reading. 0 means that silence raises nothing, and
	// a quality that is told to be stale or faulty does at once.
	Silent time.Duration
	// RaiseAfter is for how long the alarm's reason must have been there without a break, ClearAfter for how long it must
	// have been gone. The latest reading holds until there is another; a reading within the hysteresis breaks both, and so
	// does a point that is not good.
	RaiseAfter time.Duration
	ClearAfter time.Duration
	Level      Level
	// Schedule is when the rule is on; empty means always. An alarm ends when its rule goes off.
	Schedule Schedule
	// Flapping is when an alarm counts as coming and going; zero means UsualFlapping.
	Flapping Flapping
}

// Flapping is how an alarm that comes and goes is made into one: the alarm that is raised for the Raises-th time Within
// stays raised until its reason has been gone for Quiet.
type Flapping struct {
	Raises int
	Within time.Duration
	Quiet  time.Duration
}

// UsualFlapping is that of rules which do not say.
var UsualFlapping = Flapping{Raises: 3, Within: time.Hour, Quiet: 30 * time.Minute}

// usualWindow is that of rates which do not say.
const usualWindow = time.Hour

// longest is the longest time a rule may count.
const longest = 31 * 24 * time.Hour

// Validate refuses a rule that could not decide.
func (r Rule) Validate() error {
	if err := record.CheckPoint(r.Point); err != nil {
		return fmt.Errorf("alarm %s: %w", r.Name, err)
	}
	var bad error
	switch {
	case r.Name == "" || len(r.Name) > 64:
		bad = fmt.Errorf("name %q: expected one of 1 to 64 bytes", r.Name)
	case !slices.Contains(Levels, r.Level):
		bad = fmt.Errorf("level %q: expected one of %v", r.Level, Levels)
	case r.Flapping.Raises < 0 || r.Flapping != (Flapping{}) && (r.Flapping.Raises < 2 || r.Flapping.Raises > 100):
		bad = fmt.Errorf("flapping after %d raises: expected 2 to 100", r.Flapping.Raises)
	default:
		bad = r.checkKind()
	}
	for _, d := range []struct {
		name string
		time.Duration
	}{{"raise after", r.RaiseAfter}, {"clear after", r.ClearAfter}, {"window", r.Window}, {"silent", r.Silent},
		{"flapping within", r.Flapping.Within}, {"flapping quiet", r.Flapping.Quiet}} {
		if bad == nil && (d.Duration < 0 || d.Duration > longest) {
			bad = fmt.Errorf("%s %s: expected 0 to %s", d.name, d.Duration, longest)
		}
	}
	if bad == nil {
		bad = r.Schedule.Validate()
	}
	if bad != nil {
		return fmt.Errorf("alarm %s at %s: %w", r.Name, r.Point, bad)
	}
	return nil
}

func (r Rule) checkKind() error {
	number := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	switch r.Kind {
	case "", KindLimit, KindRate:
		switch {
		case r.Side != Above && r.Side != Below:
			return fmt.Errorf("side %q: expected above or below", r.Side)
		case !number(r.Limit):
			return fmt.Errorf("limit %g: expected a number", r.Limit)
		case r.Kind == KindRate && r.Limit < 0:
			return fmt.Errorf("limit %g: expected a rate from 0", r.Limit)
		case !number(r.Hysteresis) || r.Hysteresis < 0:
			return fmt.Errorf("hysteresis %g: expected a number from 0", r.Hysteresis)
		}
	case KindQuality, KindDrift, KindCondition:
	default:
		return fmt.Errorf("kind %q: expected limit, rate, quality, drift or condition", r.Kind)
	}
	return nil
}

// kind is Kind with its default.
func (r Rule) kind() Kind {
	if r.Kind == "" {
		return KindLimit
	}
	return r.Kind
}

func (r Rule) window() time.Duration {
	if r.Window == 0 {
		return usualWindow
	}
	return r.Window
}

func (r Rule) flapping() Flapping {
	if r.Flapping == (Flapping{}) {
		return UsualFlapping
	}
	return r.Flapping
}

func (r Rule) identity() identity { return identity{r.Point, r.Name} }

// beyond is how far a value is on the bad side of the limit. Above 0 it raises, from -Hysteresis down it clears, and
// between them lies the band in which nothing changes.
func (r Rule) beyond(value float64) float64 {
	switch {
	case r.Side == Above:
		return value - r.Limit
	case r.Kind == KindRate:
		return -value - r.Limit
	}
	return r.Limit - value
}

package configs

import "time"

// Alarm is a rule about a measured value. Exactly one of Above, Below, Rises, Falls, Drift and Unreadable says what it
// watches for.
type Alarm struct {
	// Name and Point identify the alarm: the name is its own among those of the point.
	Name  string `yaml:"name"`
	Point string `yaml:"point"`
	// Above or Below is a limit, in °C or %RH.
	Above *float64 `yaml:"above"`
	Below *float64 `yaml:"below"`
	// Rises or Falls is the fastest change that is still good, per hour.
	Rises *float64 `yaml:"rises"`
	Falls *float64 `yaml:"falls"`
	// Drift watches for a value that leaves its own habit.
	Drift bool `yaml:"drift"`
	// Unreadable is how long the point may give no good value.
	Unreadable time.Duration `yaml:"unreadable"`
	// Hysteresis is how far the value must come back from the limit to clear the alarm; 1 if not said.
	Hysteresis *float64 `yaml:"hysteresis"`
	// RaiseAfter and ClearAfter are how long the value must be beyond the limit, and back, until it counts.
	RaiseAfter time.Duration `yaml:"raise_after"`
	ClearAfter time.Duration `yaml:"clear_after"`
	// Level is critical, major, minor or hint.
	Level string `yaml:"level"`
}

func (a *Alarm) complete() {
	if one := 1.; a.Hysteresis == nil {
		a.Hysteresis = &one
	}
}

// watches counts what the rule watches for.
func (a Alarm) watches() (n int) {
	for _, limit := range []*float64{a.Above, a.Below, a.Rises, a.Falls} {
		if limit != nil {
			n++
		}
	}
	if a.Drift {
		n++
	}
	if a.Unreadable != 0 {
		n++
	}
	return n
}

func (a Alarm) check(c *checker, path string, p *points) {
	c.require(a.Name != "", path+".name", "a name such as high")
	c.require(a.Point != "", path+".point", "the point whose value it guards")
	if _, taken := p.at[a.Point]; a.Point != "" && !taken {
		c.fail(path+".point", "%q: no source has that name", a.Point)
	} else if taken && !p.measured[a.Point] && a.Unreadable == 0 {
		c.fail(path+".point", "%q: expected a point that measures a value", a.Point)
	}
	if a.watches() != 1 {
		c.fail(path, "expected one of above, below, rises, falls (a limit), drift and unreadable")
	}
	for key, rate := range map[string]*float64{"rises": a.Rises, "falls": a.Falls} {
		if rate != nil && *rate <= 0 {
			c.fail(path+"."+key, "expected a change per hour above 0, got %g", *rate)
		}
	}
	if h := *a.Hysteresis; h < 0 {
		c.fail(path+".hysteresis", "expected a number from 0, got %g", h)
	}
	for key, d := range map[string]time.Duration{"unreadable": a.Unreadable, "raise_after": a.RaiseAfter, "clear_after": a.ClearAfter} {
		if d < 0 || d > 7*24*time.Hour {
			c.fail(path+"."+key, "expected 0s to 168h, got %s", d)
		}
	}
	c.oneOf(a.Level, path+".level", "critical", "major", "minor", "hint")
}

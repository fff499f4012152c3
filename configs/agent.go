package configs

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// Agent is the configuration of the program agent.
type Agent struct {
	Node `yaml:",inline"`
	// Doors and Climate are hardware; Simulate and Replay need none.
	Doors    []Door        `yaml:"doors"`
	Climate  []Thermometer `yaml:"climate"`
	Simulate *Room         `yaml:"simulate"`
	Replay   []Recording   `yaml:"replay"`
	Alarms   []Alarm       `yaml:"alarms"`
	// ExitAtEnd ends the program once every recording has been played and head office has all of it.
	ExitAtEnd bool `yaml:"exit_at_end"`
}

// Door is a door contact on a GPIO line.
type Door struct {
	Point string `yaml:"point"`
	// Pin is the line's name, such as GPIO17; gpioinfo lists them.
	Pin string `yaml:"pin"`
	// Contact is normally-closed (conducts while the door is closed; the default) or normally-open.
	Contact string `yaml:"contact"`
	// Pull is the line's resistor: up (the default; the contact switches to ground), down (it switches to the
	// supply), or none (a resistor to the supply is fitted outside).
	Pull string `yaml:"pull"`
	// Debounce is how long a level must be stable to count; 0 means 50ms.
	Debounce time.Duration `yaml:"debounce"`
}

// Thermometer is a temperature sensor.
type Thermometer struct {
	Point string `yaml:"point"`
	// Driver is tmp102, ds18b20 (through periph, needs root) or w1-therm (a DS18B20 read by the kernel).
	Driver string `yaml:"driver"`
	// Bus is the number or name of the I²C or 1-Wire bus; empty means the first one. w1-therm has none.
	Bus string `yaml:"bus"`
	// Address is 0x48 to 0x4b for a TMP102; as in 28-0000131825f2 for a DS18B20.
	Address string `yaml:"address"`
	// Interval is the time from one reading to the next; 0 means 10s.
	Interval time.Duration `yaml:"interval"`
}

// Room is a simulated machine room.
type Room struct {
	// Room is the first part of its points: door, temperature, humidity and badge; empty means machine-room.
	Room string `yaml:"room"`
	// Speed is how much faster than the clock the room lives; 0 means 1.
	Speed float64 `yaml:"speed"`
	// Seed decides everything that happens by chance. The same seed makes the same room.
	Seed uint64 `yaml:"seed"`
	// Start is the room's time of day at the beginning, as in 08:30; empty means the time it is.
	Start string `yaml:"start"`
	// FailureAfter is how long the air conditioning works, from the start and from each repair; 0 means for ever.
	// RepairAfter is how long it then stands still. Both in the room's time.
	FailureAfter time.Duration `yaml:"failure_after"`
	RepairAfter  time.Duration `yaml:"repair_after"`
	// Interval is the time from one reading of its sensor to the next; 0 means 10s. Not faster at any speed.
	Interval time.Duration `yaml:"interval"`
}

// Recording is a recorded temperature that is played as if it were measured now.
type Recording struct {
	Point string `yaml:"point"`
	// File is a CSV file whose first line names its columns.
	File string `yaml:"file"`
	// TimeColumn and ValueColumn name two of them; empty means "time" and "value".
	TimeColumn  string `yaml:"time_column"`
	ValueColumn string `yaml:"value_column"`
	// Unit is C (the default), F or K.
	Unit string `yaml:"unit"`
	// Zone is the IANA time zone of the times, such as Asia/Shanghai; empty means UTC.
	Zone string `yaml:"zone"`
	// Speed is how much faster than recorded: 1 as recorded, 0 as fast as possible. It has to be said.
	Speed *float64 `yaml:"speed"`
}

// Alarm is a limit of a measured value.
type Alarm struct {
	// Name and Point identify the alarm: the name is its own among those of the point.
	Name  string `yaml:"name"`
	Point string `yaml:"point"`
	// Above or Below is the limit, in °C or %RH; one of the two.
	Above *float64 `yaml:"above"`
	Below *float64 `yaml:"below"`
	// Hysteresis is how far the value must come back from the limit to clear the alarm; 1 if not said.
	Hysteresis *float64 `yaml:"hysteresis"`
	// Level is critical, major, minor or hint.
	Level string `yaml:"level"`
}

// Points are the names of the room's points.
func (r Room) Points() (door, temperature, humidity, badge string) {
	return r.Room + "/door", r.Room + "/temperature", r.Room + "/humidity", r.Room + "/badge"
}

// LoadAgent reads the agent's configuration strictly; an empty path means no file, flags alone.
func LoadAgent(path string, flags Overrides) (Agent, error) {
	a := Agent{Node: defaultNode("agent")}
	complete := func(a *Agent) {
		flags.apply(&a.Node)
		a.complete()
	}
	err := load(path, &a, complete, func(a *Agent, c *checker) { a.check(c) })
	return a, err
}

// orElse is the standard for what was not said.
func orElse[T comparable](value *T, standard T) {
	var zero T
	if *value == zero {
		*value = standard
	}
}

// complete fills in what was not said.
func (a *Agent) complete() {
	for i := range a.Doors {
		d := &a.Doors[i]
		orElse(&d.Contact, "normally-closed")
		orElse(&d.Pull, "up")
		orElse(&d.Debounce, 50*time.Millisecond)
	}
	for i := range a.Climate {
		orElse(&a.Climate[i].Interval, 10*time.Second)
	}
	if r := a.Simulate; r != nil {
		orElse(&r.Room, "machine-room")
		orElse(&r.Speed, 1)
		orElse(&r.Interval, 10*time.Second)
	}
	for i := range a.Replay {
		r := &a.Replay[i]
		orElse(&r.TimeColumn, "time")
		orElse(&r.ValueColumn, "value")
		orElse(&r.Unit, "C")
	}
	for i := range a.Alarms {
		if one := 1.; a.Alarms[i].Hysteresis == nil {
			a.Alarms[i].Hysteresis = &one
		}
	}
}

func (a *Agent) check(c *checker) {
	a.Node.check(c)
	points := &points{checker: c, at: map[string]string{}, measured: map[string]bool{}}
	for i, d := range a.Doors {
		d.check(c, fmt.Sprintf("$.doors[%d]", i), points)
	}
	for i, t := range a.Climate {
		t.check(c, fmt.Sprintf("$.climate[%d]", i), points)
	}
	if a.Simulate != nil {
		a.Simulate.check(c, "$.simulate", points)
	}
	for i, r := range a.Replay {
		r.check(c, fmt.Sprintf("$.replay[%d]", i), points)
	}
	if a.ExitAtEnd && (len(a.Replay) == 0 || len(a.Doors)+len(a.Climate) > 0 || a.Simulate != nil) {
		c.fail("$.exit_at_end", "expected replay and nothing else: doors, thermometers and rooms have no end")
	}
	names := map[[2]string]bool{}
	for i, r := range a.Alarms {
		path := fmt.Sprintf("$.alarms[%d]", i)
		r.check(c, path, points)
		if key := [2]string{r.Point, r.Name}; names[key] {
			c.fail(path+".name", "%q is there twice at %s", r.Name, r.Point)
		} else {
			names[key] = true
		}
	}
}

// points are the names that sources have taken.
type points struct {
	*checker
	at       map[string]string // where in the file
	measured map[string]bool   // has a value that an alarm can guard
}

func (p *points) take(point, path string, measured bool) {
	if point == "" {
		p.require(false, path, "a name such as machine-room/door")
		return
	}
	if err := record.CheckPoint(point); err != nil {
		p.fail(path, "%v", err)
		return
	}
	if other, taken := p.at[point]; taken {
		p.fail(path, "%q is the name of %s already", point, strings.TrimPrefix(other, "$."))
		return
	}
	p.at[point], p.measured[point] = path, measured
}

// oneOf records a problem unless value is one of those.
func (c *checker) oneOf(value, path string, those ...string) {
	if !slices.Contains(those, value) {
		c.fail(path, "%q: expected one of %s", value, strings.Join(those, ", "))
	}
}

func (d Door) check(c *checker, path string, p *points) {
	p.take(d.Point, path+".point", false)
	c.require(d.Pin != "", path+".pin", "the name of a GPIO line, such as GPIO17")
	c.oneOf(d.Contact, path+".contact", "normally-closed", "normally-open")
	c.oneOf(d.Pull, path+".pull", "up", "down", "none")
	if d.Debounce < 0 || d.Debounce > 5*time.Second {
		c.fail(path+".debounce", "expected 1ms to 5s, got %s", d.Debounce)
	}
}

func (t Thermometer) check(c *checker, path string, p *points) {
	p.take(t.Point, path+".point", true)
	c.oneOf(t.Driver, path+".driver", "tmp102", "ds18b20", "w1-therm")
	t.checkAddress(c, path+".address")
	if t.Driver == "w1-therm" && t.Bus != "" {
		c.fail(path+".bus", "w1-therm finds its sensor on any bus: expected none")
	}
	checkInterval(c, path+".interval", t.Interval)
}

var oneWire = regexp.MustCompile(`^28-[0-9a-fA-F]{12}$`)

func (t Thermometer) checkAddress(c *checker, path string) {
	switch t.Driver {
	case "tmp102":
		if n, err := strconv.ParseUint(t.Address, 0, 8); err != nil || n < 0x48 || n > 0x4b {
			c.fail(path, "%q: expected a TMP102's address, 0x48 to 0x4b", t.Address)
		}
	case "ds18b20", "w1-therm":
		if !oneWire.MatchString(t.Address) {
			c.fail(path, "%q: expected a DS18B20's address, as in 28-0000131825f2 (see /sys/bus/w1/devices)", t.Address)
		}
	}
}

func checkInterval(c *checker, path string, interval time.Duration) {
	if interval < time.Second || interval > 24*time.Hour {
		c.fail(path, "expected 1s to 24h, got %s", interval)
	}
}

func (r Room) check(c *checker, path string, p *points) {
	door, temperature, humidity, badge := r.Points()
	for point, measured := range map[string]bool{door: false, badge: false, temperature: true, humidity: true} {
		p.take(point, path+".room", measured)
	}
	checkSpeed(c, path+".speed", r.Speed, math.SmallestNonzeroFloat64)
	if _, err := time.Parse("15:04", r.Start); r.Start != "" && err != nil {
		c.fail(path+".start", "%q: expected a time of day as in \"08:30\"", r.Start)
	}
	if r.FailureAfter < 0 {
		c.fail(path+".failure_after", "expected a duration from 0s, got %s", r.FailureAfter)
	}
	if r.FailureAfter > 0 && r.RepairAfter <= 0 {
		c.fail(path+".repair_after", "expected a duration above 0s, got %s", r.RepairAfter)
	}
	checkInterval(c, path+".interval", r.Interval)
}

// checkSpeed holds what a simulation or a replay can keep up with.
func checkSpeed(c *checker, path string, speed, least float64) {
	const most = 1e6
	if !(speed >= least && speed <= most) {
		c.fail(path, "expected a number up to %g, got %g", most, speed)
	}
}

func (r Recording) check(c *checker, path string, p *points) {
	p.take(r.Point, path+".point", true)
	c.require(r.File != "", path+".file", "a CSV file")
	c.oneOf(r.Unit, path+".unit", "C", "F", "K")
	if _, err := time.LoadLocation(r.Zone); err != nil {
		c.fail(path+".zone", "%q: expected an IANA time zone such as Asia/Shanghai", r.Zone)
	}
	c.require(r.Speed != nil, path+".speed", "1 for as fast as recorded, 0 for as fast as possible")
	if r.Speed != nil {
		checkSpeed(c, path+".speed", *r.Speed, 0)
	}
}

func (a Alarm) check(c *checker, path string, p *points) {
	c.require(a.Name != "", path+".name", "a name such as high")
	c.require(a.Point != "", path+".point", "the point whose value it guards")
	if _, taken := p.at[a.Point]; a.Point != "" && !taken {
		c.fail(path+".point", "%q: no source has that name", a.Point)
	} else if taken && !p.measured[a.Point] {
		c.fail(path+".point", "%q: expected a point that measures a value", a.Point)
	}
	if (a.Above == nil) == (a.Below == nil) {
		c.fail(path, "expected a limit, either above or below")
	}
	if h := *a.Hysteresis; h < 0 {
		c.fail(path+".hysteresis", "expected a number from 0, got %g", h)
	}
	c.oneOf(a.Level, path+".level", "critical", "major", "minor", "hint")
}

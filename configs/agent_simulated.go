package configs

import (
	"math"
	"time"
)

// Room is a simulated machine room.
type Room struct {
	// Room is the first part of its points: door, bolt, exit, reader, exit-reader, temperature and humidity; empty means
	// machine-room.
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
	// Empty leaves nobody come by himself.
	Empty bool `yaml:"empty"`
	// Control is the path of a Unix socket over which badges are held, doors opened and so on; empty means none.
	Control string `yaml:"control"`
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

// Points are the names of what is measured and watched in the room beside its door: see RoomPoints.
func (r Room) Points() RoomPoints {
	return RoomPoints{
		Door: r.Room + "/door", Bolt: r.Room + "/bolt", Exit: r.Room + "/exit",
		In: r.Room + "/reader", Out: r.Room + "/exit-reader",
		Temperature: r.Room + "/temperature", Humidity: r.Room + "/humidity",
	}
}

// RoomPoints names the points of a simulated room: its door with lock bolt and exit button, the readers outside and
// inside, and its air.
type RoomPoints struct {
	Door, Bolt, Exit, In, Out, Temperature, Humidity string
}

func (r Room) check(c *checker, path string, p *points) {
	at := r.Points()
	for _, point := range []string{at.Door, at.Bolt, at.Exit, at.In, at.Out} {
		p.take(point, path+".room", false)
	}
	p.take(at.Temperature, path+".room", true)
	p.take(at.Humidity, path+".room", true)
	p.doors[at.Door] = true
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

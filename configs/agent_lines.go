package configs

import (
	"net"
	"path"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// Line is a GPIO line that is read: a dry contact between it and ground or the supply.
type Line struct {
	// Pin is the line's name, such as GPIO17; gpioinfo lists them.
	Pin string `yaml:"pin"`
	// Contact is normally-closed (conducts while nothing is the matter, the standard: a cut wire looks like an alarm) or
	// normally-open.
	Contact string `yaml:"contact"`
	// Pull is the line's resistor: up (the standard; the contact switches to ground), down (it switches to the supply), or
	// none (a resistor to the supply is fitted outside).
	Pull string `yaml:"pull"`
	// Debounce is how long a level must be stable to count; 0 means 20ms: datasheets allow reed contacts 5 ms of bounces, and
	// a door that opens is to be on disk within 50 ms.
	Debounce time.Duration `yaml:"debounce"`
}

// Output is a GPIO line that is driven.
type Output struct {
	Pin string `yaml:"pin"`
	// Active is the level that switches on: high (the standard) or low, as many relay boards want.
	Active string `yaml:"active"`
}

// Door is a door contact and, where the agent lets people in, the lock.
type Door struct {
	Point string `yaml:"point"`
	// Area is the room behind the door, which people enter; empty means the point without its last name.
	Area string `yaml:"area"`
	// Line is the door's own contact; at rest while the door is closed. A door without one has no pin.
	Line `yaml:",inline"`
	// Bolt is the contact in the lock that tells whether the bolt is thrown; at rest while it is.
	Bolt *Line `yaml:"bolt"`
	// Exit is the button inside that asks for the door to be opened; normally-open unless said otherwise.
	Exit *Line `yaml:"exit_button"`
	// Strike opens the lock.
	Strike *Strike `yaml:"strike"`
}

// Strike is the output that opens a lock.
type Strike struct {
	Output `yaml:",inline"`
	// Fail is what the lock does without power: secure (locked, the standard) or safe (open, as magnetic locks do and
	// escape routes want).
	Fail string `yaml:"fail"`
}

// Input is a dry contact that is not a door's.
type Input struct {
	Point string `yaml:"point"`
	// Kind says what it watches: leak, smoke, tamper, mains, or a word of the installer's.
	Kind string `yaml:"kind"`
	Line `yaml:",inline"`
	// Level is that of the alarm while the contact is not at rest: critical, major, minor, hint, or none for no alarm. What
	// is usual for the kind when empty: critical for leak and smoke, major for tamper and mains, none otherwise.
	Level string `yaml:"level"`
}

func (l *Line) complete(contact string) {
	orElse(&l.Contact, contact)
	orElse(&l.Pull, "up")
	orElse(&l.Debounce, 20*time.Millisecond)
}

func (d *Door) complete() {
	d.Line.complete("normally-closed")
	orElse(&d.Area, path.Dir(d.Point))
	if d.Area == "." || d.Area == "/" {
		d.Area = d.Point
	}
	if d.Bolt != nil {
		d.Bolt.complete("normally-closed")
	}
	if d.Exit != nil {
		d.Exit.complete("normally-open")
	}
	if d.Strike != nil {
		d.Strike.complete()
		orElse(&d.Strike.Fail, "secure")
	}
}

func (o *Output) complete() { orElse(&o.Active, "high") }

// levels are those of the alarms of kinds of inputs.
var levels = map[string]string{"leak": "critical", "smoke": "critical", "tamper": "major", "mains": "major"}

func (in *Input) complete() {
	in.Line.complete("normally-closed")
	orElse(&in.Level, levels[in.Kind])
	orElse(&in.Level, "none")
}

func (l Line) check(c *checker, path string, p *points) {
	c.require(l.Pin != "", path+".pin", "the name of a GPIO line, such as GPIO17")
	p.line(l.Pin, path+".pin")
	c.oneOf(l.Contact, path+".contact", "normally-closed", "normally-open")
	c.oneOf(l.Pull, path+".pull", "up", "down", "none")
	if l.Debounce < 0 || l.Debounce > 5*time.Second {
		c.fail(path+".debounce", "expected 1ms to 5s, got %s", l.Debounce)
	}
}

func (o Output) check(c *checker, path string, p *points) {
	c.require(o.Pin != "", path+".pin", "the name of a GPIO line, such as GPIO22")
	p.line(o.Pin, path+".pin")
	c.oneOf(o.Active, path+".active", "high", "low")
}

func (d Door) check(c *checker, path string, p *points) {
	p.take(d.Point, path+".point", false)
	p.doors[d.Point] = true
	if err := record.CheckPoint(d.Area); d.Point != "" && err != nil {
		c.fail(path+".area", "%v", err)
	}
	if d.Pin != "" || d.Strike == nil {
		d.Line.check(c, path, p)
	}
	if d.Bolt != nil {
		d.Bolt.check(c, path+".bolt", p)
	}
	if d.Exit != nil {
		d.Exit.check(c, path+".exit_button", p)
	}
	if d.Strike != nil {
		d.Strike.check(c, path+".strike", p)
		c.oneOf(d.Strike.Fail, path+".strike.fail", "secure", "safe")
	}
}

func (in Input) check(c *checker, path string, p *points) {
	p.take(in.Point, path+".point", false)
	if err := record.CheckName("kind", in.Kind); in.Kind != "" && err != nil {
		c.fail(path+".kind", "%v", err)
	}
	c.require(in.Kind != "", path+".kind", "what it watches, such as leak, smoke, tamper or mains")
	in.Line.check(c, path, p)
	c.oneOf(in.Level, path+".level", "critical", "major", "minor", "hint", "none")
}

// check keeps what the agent tells on this machine: it says who is inside, and asks nobody for a name.
func (h Health) check(c *checker) {
	if h.Listen == "" {
		return
	}
	host, _, err := net.SplitHostPort(h.Listen)
	if err != nil || !local(host) {
		c.fail("$.health.listen", "%q: expected an address of this machine such as 127.0.0.1:9101", h.Listen)
	}
}

func local(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

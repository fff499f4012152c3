package configs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// Agent is the configuration of the program agent.
type Agent struct {
	Node `yaml:",inline"`
	// TimeZone is the IANA time zone that schedules go by, such as Asia/Shanghai; empty means the machine's own.
	TimeZone string `yaml:"time_zone"`
	// Doors, Inputs, Readers and Climate are hardware; Simulate and Replay need none.
	Doors    []Door        `yaml:"doors"`
	Inputs   []Input       `yaml:"inputs"`
	Readers  []Reader      `yaml:"readers"`
	Climate  []Thermometer `yaml:"climate"`
	Simulate *Room         `yaml:"simulate"`
	Replay   []Recording   `yaml:"replay"`
	// Access says who may go through the doors; nil means that badges are written down and open nothing.
	Access *Access `yaml:"access"`
	Alarms []Alarm `yaml:"alarms"`
	Health Health  `yaml:"health"`
	// ExitAtEnd ends the program once every recording has been played and head office has all of it.
	ExitAtEnd bool `yaml:"exit_at_end"`
}

// Access is where the rules of the doors come from until head office sends its own.
type Access struct {
	// KeyFile holds the secret with which the numbers of cards are hashed: a line of hexadecimal digits, at least 32.
	KeyFile string `yaml:"key_file"`
	// Document is the access document, a JSON file; empty means that no card opens until head office has sent one.
	Document string `yaml:"document"`
}

// Health is where the agent tells how it is.
type Health struct {
	// Listen is host:port for /healthz and /metrics, on this machine only; empty means not at all.
	Listen string `yaml:"listen"`
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
		a.Doors[i].complete()
	}
	for i := range a.Inputs {
		a.Inputs[i].complete()
	}
	for i := range a.Readers {
		a.Readers[i].complete()
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
		a.Alarms[i].complete()
	}
}

func (a *Agent) check(c *checker) {
	a.Node.check(c)
	if _, err := time.LoadLocation(a.TimeZone); err != nil {
		c.fail("$.time_zone", "%q: expected an IANA time zone such as Asia/Shanghai", a.TimeZone)
	}
	points := &points{checker: c, at: map[string]string{}, lines: map[string]string{}, measured: map[string]bool{}, doors: map[string]bool{}}
	for i, d := range a.Doors {
		d.check(c, fmt.Sprintf("$.doors[%d]", i), points)
	}
	for i, in := range a.Inputs {
		in.check(c, fmt.Sprintf("$.inputs[%d]", i), points)
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
	for i, r := range a.Readers {
		r.check(c, fmt.Sprintf("$.readers[%d]", i), points)
	}
	if a.ExitAtEnd && (len(a.Replay) == 0 || len(a.Doors)+len(a.Inputs)+len(a.Readers)+len(a.Climate) > 0 || a.Simulate != nil) {
		c.fail("$.exit_at_end", "expected replay and nothing else: doors, readers, thermometers and rooms have no end")
	}
	if a.Access != nil {
		c.require(a.Access.KeyFile != "", "$.access.key_file", "a file with the secret that card numbers are hashed with (openssl rand -hex 32)")
	}
	a.checkAlarms(c, points)
	a.Health.check(c)
}

func (a *Agent) checkAlarms(c *checker, points *points) {
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
	lines    map[string]string // where in the file each GPIO line is used
	measured map[string]bool   // has a value that an alarm can guard
	doors    map[string]bool   // is a door
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

// line takes a GPIO line: two that share one would disturb each other.
func (p *points) line(pin, path string) {
	if other, taken := p.lines[pin]; taken && pin != "" {
		p.fail(path, "%q is used by %s already", pin, strings.TrimPrefix(other, "$."))
		return
	}
	p.lines[pin] = path
}

// oneOf records a problem unless value is one of those.
func (c *checker) oneOf(value, path string, those ...string) {
	if !slices.Contains(those, value) {
		c.fail(path, "%q: expected one of %s", value, strings.Join(those, ", "))
	}
}

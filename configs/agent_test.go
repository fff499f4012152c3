package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAgentExamplesAreValid(t *testing.T) {
	a, err := LoadAgent("agent.example.yaml", Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Doors) != 1 || a.Doors[0].Debounce != 50*time.Millisecond || len(a.Climate) != 2 || a.Climate[0].Address != "72" /* 0x48: YAML reads numbers */ ||
		a.Climate[1].Address != "28-0000131825f2" || len(a.Alarms) != 4 || *a.Alarms[0].Above != 27 || a.Alarms[0].Below != nil || *a.Alarms[3].Hysteresis != 1 {
		t.Errorf("got %+v", a)
	}
	s, err := LoadAgent("agent.simulated.yaml", Overrides{Station: "other"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Station != "other" || s.Simulate == nil || s.Simulate.Speed != 60 || s.Simulate.FailureAfter != time.Hour || s.Simulate.Start != "08:30" {
		t.Errorf("got %+v", s.Simulate)
	}
}

// The commented parts of the example are configuration too.
func TestAgentExampleUncommented(t *testing.T) {
	text, err := os.ReadFile("agent.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, sources, _ := strings.Cut(string(text), "# Sources that need no hardware; see agent.simulated.yaml for a room.\n")
	lines := strings.Split(sources, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "# ")
	}
	a, err := LoadAgent(agentFile(t, strings.Replace(strings.Join(lines, "\n"), "simulate:", "data: d\nstation: s\nsimulate:", 1)), Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if a.Simulate == nil || a.Simulate.Interval != 10*time.Second || len(a.Replay) != 1 || *a.Replay[0].Speed != 0 || a.Replay[0].Unit != "F" {
		t.Errorf("got %+v", a)
	}
}

func TestAgentStandards(t *testing.T) {
	a, err := LoadAgent(agentFile(t, `
station: s
data: d
doors: [{point: door, pin: GPIO17}]
climate: [{point: a, driver: tmp102, address: 0x48}]
simulate: {}
replay: [{point: b, file: f, speed: 0.5}]
alarms: [{name: high, point: machine-room/humidity, above: 70, level: hint}]
`), Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	d, c, r, p := a.Doors[0], a.Climate[0], a.Simulate, a.Replay[0]
	if d.Contact != "normally-closed" || d.Pull != "up" || d.Debounce != 50*time.Millisecond || c.Interval != 10*time.Second ||
		r.Room != "machine-room" || r.Speed != 1 || r.Interval != 10*time.Second ||
		p.TimeColumn != "time" || p.ValueColumn != "value" || p.Unit != "C" || *a.Alarms[0].Hysteresis != 1 {
		t.Errorf("got %+v", a)
	}
}

func TestAgentProblems(t *testing.T) {
	const head = "station: s\ndata: d\n"
	for text, want := range map[string]string{
		head + "doors:\n  - {point: a b, pin: GPIO17}\n":                                                                   `:4:13: doors[0].point: point "a b"`,
		head + "doors:\n  - {pin: GPIO17}\n":                                                                               `:4:6: doors[0].point: missing`,
		head + "doors:\n  - {point: a}\n":                                                                                  `doors[0].pin: missing`,
		head + "doors:\n  - {point: a, pin: b, contact: open}\n":                                                           `doors[0].contact: "open": expected one of normally-closed, normally-open`,
		head + "doors:\n  - {point: a, pin: b, pull: sideways}\n":                                                          `doors[0].pull`,
		head + "doors:\n  - {point: a, pin: b, debounce: 1h}\n":                                                            `doors[0].debounce`,
		head + "doors:\n  - {point: a, pin: b, debounce: 5}\n":                                                             `:4:34: doors[].debounce: expected a duration`,
		head + "doors:\n  - {point: a, pin: b}\n  - {point: a, pin: c}\n":                                                  `:5:13: doors[1].point: "a" is the name of doors[0].point already`,
		head + "climate:\n  - {point: a, driver: thermos, address: x}\n":                                                   `climate[0].driver: "thermos": expected one of tmp102, ds18b20, w1-therm`,
		head + "climate:\n  - {point: a, driver: tmp102}\n":                                                                `climate[0].address: "": expected a TMP102's address`,
		head + "climate:\n  - {point: a, driver: tmp102, address: 0x50}\n":                                                 `climate[0].address: "80": expected a TMP102`,
		head + "climate:\n  - {point: a, driver: ds18b20, address: 28-00}\n":                                               `:4:42: climate[0].address: "28-00": expected a DS18B20`,
		head + "climate:\n  - {point: a, driver: tmp102, address: 0x48, interval: 1ms}\n":                                  `climate[0].interval`,
		head + "climate:\n  - {point: a, driver: w1-therm, bus: 1, address: 28-0000131825f2}\n":                            `climate[0].bus`,
		head + "simulate: {speed: -1}\n":                                                                                   `simulate.speed`,
		head + "simulate: {start: 25:00}\n":                                                                                `simulate.start`,
		head + "simulate: {failure_after: -1s}\n":                                                                          `simulate.failure_after`,
		head + "simulate: {failure_after: 1h}\n":                                                                           `simulate.repair_after`,
		head + "simulate: {}\ndoors: [{point: machine-room/door, pin: a}]\n":                                               `simulate`,
		head + "replay: [{point: a, file: f}]\n":                                                                           `replay[0].speed: missing`,
		head + "replay: [{point: a, file: f, speed: -1}]\n":                                                                `replay[0].speed`,
		head + "replay: [{point: a, speed: 1}]\n":                                                                          `replay[0].file: missing`,
		head + "replay: [{point: a, file: f, speed: 1, unit: R}]\n":                                                        `replay[0].unit`,
		head + "replay: [{point: a, file: f, speed: 1, zone: Atlantis/Capital}]\n":                                         `replay[0].zone: "Atlantis/Capital"`,
		head + "simulate: {}\nexit_at_end: true\n":                                                                         `exit_at_end`,
		head + "simulate: {}\nalarms: [{point: machine-room/humidity, above: 1, level: minor}]\n":                          `alarms[0].name: missing`,
		head + "simulate: {}\nalarms: [{name: a, above: 1, level: minor}]\n":                                               `alarms[0].point: missing`,
		head + "simulate: {}\nalarms: [{name: a, point: b, above: 1, level: minor}]\n":                                     `alarms[0].point: "b": no source has that name`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/door, above: 1, level: minor}]\n":                     `alarms[0].point: "machine-room/door": expected a point that measures`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, level: minor}]\n":                           `alarms[0]: expected a limit`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, above: 1, below: 2, level: minor}]\n":       `alarms[0]: expected a limit`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, above: 1, hysteresis: -1, level: minor}]\n": `alarms[0].hysteresis`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, above: .inf, level: minor}]\n":              `alarms[].above: expected a number`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, above: 1, level: bad}]\n":                   `alarms[0].level`,
		head + "simulate: {}\nalarms:\n  - {name: a, point: machine-room/humidity, above: 1, level: hint}\n  - {name: a, point: machine-room/humidity, below: 1, level: hint}\n": `:6:12: alarms[1].name: "a" is there twice`,
	} {
		_, err := LoadAgent(agentFile(t, text), Overrides{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func agentFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

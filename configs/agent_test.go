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
	if len(a.Doors) != 1 || a.Doors[0].Debounce != 20*time.Millisecond || len(a.Climate) != 2 || a.Climate[0].Address != "72" /* 0x48: YAML reads numbers */ ||
		a.Climate[1].Address != "28-0000131825f2" || len(a.Alarms) != 7 || *a.Alarms[0].Above != 27 || a.Alarms[0].Below != nil || *a.Alarms[6].Hysteresis != 1 ||
		len(a.Readers) != 2 || a.Readers[1].Device == "" || a.Doors[0].Strike.Pin != "GPIO23" || len(a.Inputs) != 2 || a.Access.KeyFile == "" {
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
doors: [{point: door, pin: GPIO17, exit_button: {pin: GPIO27}, strike: {pin: GPIO22}}, {point: vault/door, strike: {pin: GPIO23}}]
inputs: [{point: wet, kind: leak, pin: GPIO5}, {point: lid, kind: lid, pin: GPIO6}]
readers: [{point: r1, driver: wedge, device: /dev/a, door: door}, {point: r2, driver: serial, device: /dev/b}, {point: r3, driver: wiegand, data0: x, data1: y, buzzer: {pin: z}}]
climate: [{point: a, driver: tmp102, address: 0x48}]
simulate: {}
replay: [{point: b, file: f, speed: 0.5}]
alarms: [{name: high, point: machine-room/humidity, above: 70, level: hint}]
`), Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if in := a.Inputs; in[0].Level != "critical" || in[1].Level != "none" || in[1].Contact != "normally-closed" {
		t.Errorf("inputs %+v", in)
	}
	if d, r := a.Doors[0], a.Readers; d.Area != "door" || d.Exit.Contact != "normally-open" || d.Strike.Fail != "secure" || d.Strike.Active != "high" ||
		a.Doors[1].Area != "vault" || r[0].Direction != "in" || r[0].Repeat != time.Second || r[1].Baud != 9600 || r[1].Frame != "lines" ||
		r[2].Format != "decimal" || r[2].Buzzer.Active != "high" {
		t.Errorf("got %+v, %+v", d, r)
	}
	d, c, r, p := a.Doors[0], a.Climate[0], a.Simulate, a.Replay[0]
	if d.Contact != "normally-closed" || d.Pull != "up" || d.Debounce != 20*time.Millisecond || c.Interval != 10*time.Second ||
		r.Room != "machine-room" || r.Speed != 1 || r.Interval != 10*time.Second ||
		p.TimeColumn != "time" || p.ValueColumn != "value" || p.Unit != "C" || *a.Alarms[0].Hysteresis != 1 {
		t.Errorf("got %+v", a)
	}
}

func TestAgentProblems(t *testing.T) {
	const head = "station: s\ndata: d\n"
	for text, want := range map[string]string{
		head + "doors:\n  - {point: a b, pin: GPIO17}\n":                                                `:4:13: doors[0].point: point "a b"`,
		head + "doors:\n  - {pin: GPIO17}\n":                                                            `:4:6: doors[0].point: missing`,
		head + "doors:\n  - {point: a}\n":                                                               `doors[0].pin: missing`,
		head + "doors:\n  - {point: a, pin: b, contact: open}\n":                                        `doors[0].contact: "open": expected one of normally-closed, normally-open`,
		head + "doors:\n  - {point: a, pin: b, pull: sideways}\n":                                       `doors[0].pull`,
		head + "doors:\n  - {point: a, pin: b, debounce: 1h}\n":                                         `doors[0].debounce`,
		head + "doors:\n  - {point: a, pin: b, debounce: 5}\n":                                          `:4:34: doors[].debounce: expected a duration`,
		head + "doors:\n  - {point: a, pin: b}\n  - {point: a, pin: c}\n":                               `:5:13: doors[1].point: "a" is the name of doors[0].point already`,
		head + "climate:\n  - {point: a, driver: thermos, address: x}\n":                                `climate[0].driver: "thermos": expected one of tmp102, tmp105, lm75, mcp9808, bme280, aht20, hdc302x, ds18b20, w1-therm, thermal-zone`,
		head + "climate:\n  - {point: a, driver: tmp102}\n":                                             `climate[0].address: "": expected a TMP102's address`,
		head + "climate:\n  - {point: a, driver: tmp102, address: 0x50}\n":                              `climate[0].address: "80": expected a TMP102`,
		head + "climate:\n  - {point: a, driver: ds18b20, address: 28-00}\n":                            `:4:42: climate[0].address: "28-00": expected a DS18B20`,
		head + "climate:\n  - {point: a, driver: tmp102, address: 0x48, interval: 1ms}\n":               `climate[0].interval`,
		head + "climate:\n  - {point: a, driver: w1-therm, bus: 1, address: 28-0000131825f2}\n":         `climate[0].bus`,
		head + "simulate: {speed: -1}\n":                                                                `simulate.speed`,
		head + "simulate: {start: 25:00}\n":                                                             `simulate.start`,
		head + "simulate: {failure_after: -1s}\n":                                                       `simulate.failure_after`,
		head + "simulate: {failure_after: 1h}\n":                                                        `simulate.repair_after`,
		head + "simulate: {}\ndoors: [{point: machine-room/door, pin: a}]\n":                            `simulate`,
		head + "replay: [{point: a, file: f}]\n":                                                        `replay[0].speed: missing`,
		head + "replay: [{point: a, file: f, speed: -1}]\n":                                             `replay[0].speed`,
		head + "replay: [{point: a, speed: 1}]\n":                                                       `replay[0].file: missing`,
		head + "replay: [{point: a, file: f, speed: 1, unit: R}]\n":                                     `replay[0].unit`,
		head + "replay: [{point: a, file: f, speed: 1, zone: Atlantis/Capital}]\n":                      `replay[0].zone: "Atlantis/Capital"`,
		head + "time_zone: Mars/Olympus\n":                                                              `time_zone: "Mars/Olympus"`,
		head + "doors: [{point: a, pin: x, strike: {pin: x}}]\n":                                        `doors[0].strike.pin: "x" is used by doors[0].pin already`,
		head + "doors: [{point: a, pin: x, strike: {pin: y, fail: often}}]\n":                           `doors[0].strike.fail: "often": expected one of secure, safe`,
		head + "doors: [{point: a, pin: x, strike: {fail: safe}}]\n":                                    `doors[0].strike.pin: missing`,
		head + "doors: [{point: a, pin: x, area: a b}]\n":                                               `doors[0].area`,
		head + "doors: [{point: a, pin: x, bolt: {}}]\n":                                                `doors[0].bolt.pin: missing`,
		head + "doors: [{point: a, pin: x, exit_button: {pin: y, contact: x}}]\n":                       `doors[0].exit_button.contact`,
		head + "inputs: [{point: a, pin: x}]\n":                                                         `inputs[0].kind: missing`,
		head + "inputs: [{point: a, pin: x, kind: leak, level: bad}]\n":                                 `inputs[0].level`,
		head + "inputs: [{point: a, pin: x, kind: a b}]\n":                                              `inputs[0].kind`,
		head + "readers: [{point: a, driver: magic}]\n":                                                 `readers[0].driver: "magic": expected one of wedge, wiegand, mfrc522, serial`,
		head + "readers: [{point: a, driver: wedge}]\n":                                                 `readers[0].device: missing`,
		head + "readers: [{point: a, driver: wedge, device: /dev/x, door: b}]\n":                        `readers[0].door: "b": no door has that name`,
		head + "readers: [{point: a, driver: wedge, device: /dev/x, direction: up}]\n":                  `readers[0].direction`,
		head + "readers: [{point: a, driver: wedge, device: /dev/x, data0: y}]\n":                       `readers[0].data0: only a reader with the driver wiegand`,
		head + "readers: [{point: a, driver: wedge, device: /dev/x, baud: 9600}]\n":                     `readers[0].baud: only a reader with the driver serial`,
		head + "readers: [{point: a, driver: serial}]\n":                                                `readers[0].device: missing`,
		head + "readers: [{point: a, driver: serial, device: /dev/x, baud: 9}]\n":                       `readers[0].baud: expected 300`,
		head + "readers: [{point: a, driver: serial, device: /dev/x, frame: round}]\n":                  `readers[0].frame`,
		head + "readers: [{point: a, driver: wiegand, data0: x}]\n":                                     `readers[0].data1: missing`,
		head + "readers: [{point: a, driver: wiegand, data0: x, data1: x}]\n":                           `readers[0].data1: "x" is used by readers[0].data0 already`,
		head + "readers: [{point: a, driver: wiegand, data0: x, data1: y, format: roman}]\n":            `readers[0].format`,
		head + "readers: [{point: a, driver: wiegand, data0: x, data1: y, device: z}]\n":                `readers[0].device`,
		head + "readers: [{point: a, driver: wedge, device: /dev/x, buzzer: {}}]\n":                     `readers[0].buzzer.pin: missing`,
		head + "readers: [{point: a, driver: wedge, device: /dev/x, green: {pin: x, active: often}}]\n": `readers[0].green.active`,
		head + "readers: [{point: a, driver: wiegand, data0: x, data1: y, bits: 27}]\n":                 `readers[0].bits: expected 26`,
		head + "readers: [{point: a, driver: wiegand, data0: x, data1: y, length: 8}]\n":                `readers[0].length`,
		head + "readers: [{point: a, driver: wedge, device: /dev/x, bits: 26}]\n":                       `readers[0].bits: only`,
		head + "readers: [{point: a, driver: wedge, device: /dev/x, length: 65}]\n":                     `readers[0].length: expected 0 to 64`,
		head + "readers: [{point: a, driver: wedge, device: /dev/x, repeat: 1h}]\n":                     `readers[0].repeat`,
		head + "climate:\n  - {point: a, driver: tmp102, address: 0x48, humidity: b}\n":                 `climate[0].humidity: tmp102 measures none`,
		head + "climate:\n  - {point: a, driver: bme280}\n":                                             `climate[0].address: "": expected a BME280's address, 0x76 to 0x77`,
		head + "climate:\n  - {point: a, driver: thermal-zone, bus: 1}\n":                               `climate[0].bus`,
		head + "climate:\n  - {point: a, driver: thermal-zone, address: 1}\n":                           `climate[0].address`,
		head + "climate:\n  - {point: a, driver: aht20, zone: x}\n":                                     `climate[0].zone`,
		head + "access: {}\n":                     `access.key_file: missing`,
		head + "health: {listen: 0.0.0.0:9101}\n": `health.listen: "0.0.0.0:9101": expected an address of this machine`,
		head + "health: {listen: here}\n":         `health.listen`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, rises: 0, level: minor}]\n":                     `alarms[0].rises`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, drift: true, above: 1, level: minor}]\n":        `alarms[0]: expected one of`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, unreadable: -1s, level: minor}]\n":              `alarms[0].unreadable`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, above: 1, raise_after: 1000h, level: minor}]\n": `alarms[0].raise_after`,
		head + "simulate: {}\nexit_at_end: true\n":                                                                                                                               `exit_at_end`,
		head + "simulate: {}\nalarms: [{point: machine-room/humidity, above: 1, level: minor}]\n":                                                                                `alarms[0].name: missing`,
		head + "simulate: {}\nalarms: [{name: a, above: 1, level: minor}]\n":                                                                                                     `alarms[0].point: missing`,
		head + "simulate: {}\nalarms: [{name: a, point: b, above: 1, level: minor}]\n":                                                                                           `alarms[0].point: "b": no source has that name`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/door, above: 1, level: minor}]\n":                                                                           `alarms[0].point: "machine-room/door": expected a point that measures`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, level: minor}]\n":                                                                                 `alarms[0]: expected one of above, below`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, above: 1, below: 2, level: minor}]\n":                                                             `alarms[0]: expected one of above, below`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, above: 1, hysteresis: -1, level: minor}]\n":                                                       `alarms[0].hysteresis`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, above: .inf, level: minor}]\n":                                                                    `alarms[].above: expected a number`,
		head + "simulate: {}\nalarms: [{name: a, point: machine-room/humidity, above: 1, level: bad}]\n":                                                                         `alarms[0].level`,
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

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/i2c"

	"stationkeeper/configs"
	gpiolines "stationkeeper/sensors/line"
	"stationkeeper/sensors/probe"
)

// emptyMachine has one GPIO chip and nothing else.
func emptyMachine(t *testing.T) probe.Machine {
	t.Helper()
	return probe.Machine{
		Root: t.TempDir(), Work: "/",
		Owner:   func(string) (probe.Owner, error) { return probe.Owner{}, errors.New("nobody's") },
		May:     func(string) error { return nil },
		MayRead: func(string) error { return nil },
		Chips: func() []gpiolines.Chip {
			return []gpiolines.Chip{{Name: "gpiochip0", Label: "board", Lines: []gpiolines.Info{{Name: "GPIO17", Number: 17}}}}
		},
		Bus:    func(int) (i2c.BusCloser, error) { return nil, errors.New("there is none") },
		Synced: func() (bool, error) { return true, nil },
		Now:    func() time.Time { return time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC) },
	}
}

func probed(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = runProbe(emptyMachine(t), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestProbe(t *testing.T) {
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "agent.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	there := file("data: d\ndoors: [{point: room/door, pin: GPIO17}]\n")
	gone := file("data: d\ndoors: [{point: room/door, pin: GPIO18}]\n")
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string // parts of what is said
	}{
		{nil, 0, "GPIO17  line 17  input  free", ""},
		{[]string{"--no-scan"}, 0, "GPIO17", ""},
		{[]string{"--config", there}, 0, "Nothing is missing", ""},
		{[]string{"--config", gone}, 1, "MISSING  GPIO18", ""},
		{[]string{"--help"}, 0, "Usage: agent probe", ""},
		{[]string{"--config", "/nowhere"}, 2, "", "/nowhere"},
		{[]string{"--config", file("doors: 7\n")}, 2, "", "doors"},
		{[]string{"GPIO17"}, 2, "", "expected flags only"},
		{[]string{"--all"}, 2, "", "-all"},
	} {
		code, stdout, stderr := probed(t, c.args...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || (stderr == "") != (c.stderr == "") {
			t.Errorf("probe %q: exit code %d, said %q and %q; want %d, %q and %q", c.args, code, stdout, stderr, c.code, c.stdout, c.stderr)
		}
	}
}

// Every name of hardware in the example is looked for.
func TestProbeLooksForEveryName(t *testing.T) {
	c, err := configs.LoadAgent("../configs/agent.example.yaml", configs.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]probe.Wanted{}
	for _, w := range wanted(c) {
		if _, twice := found[w.Place]; twice || w.Point == "" {
			t.Errorf("wanted %+v", w)
		}
		found[w.Place] = w
	}
	for place, name := range map[string]string{
		"doors[0].pin": "GPIO17", "doors[0].bolt.pin": "GPIO27", "doors[0].exit_button.pin": "GPIO22", "doors[0].strike.pin": "GPIO23",
		"inputs[0].pin": "GPIO5", "inputs[1].pin": "GPIO6", "readers[0].data0": "GPIO24", "readers[0].data1": "GPIO25",
		"readers[0].buzzer.pin": "GPIO12", "readers[0].green.pin": "GPIO16", "readers[0].red.pin": "GPIO20",
		"readers[1].device": "/dev/stationkeeper/reader", "climate[0]": "0x48", "climate[1]": "28-0000131825f2",
		"access.key_file": "/etc/stationkeeper/card.key", "access.document": "/etc/stationkeeper/access.json",
	} {
		if found[place].Name != name {
			t.Errorf("%s: looked for %+v, want %q", place, found[place], name)
		}
		delete(found, place)
	}
	for _, more := range found {
		t.Errorf("looked for %+v as well", more)
	}
}

// What the example does not have: readers on SPI and serial ports, chips with a standard address, zones and recordings.
func TestProbeLooksForRareNames(t *testing.T) {
	got := wanted(configs.Agent{
		Readers: []configs.Reader{{Driver: "mfrc522", Device: "SPI0.0", Reset: "GPIO26"}, {Driver: "serial", Device: "/dev/ttyUSB0"}},
		Climate: []configs.Thermometer{{Driver: "aht20"}, {Driver: "thermal-zone", Zone: "cpu-thermal"}},
		Replay:  []configs.Recording{{File: "office.csv"}},
	})
	want := []probe.Wanted{
		{Place: "readers[0].device", Kind: probe.WantSPI, Name: "SPI0.0"}, {Place: "readers[0].reset", Kind: probe.WantLine, Name: "GPIO26"},
		{Place: "readers[1].device", Kind: probe.WantPort, Name: "/dev/ttyUSB0"},
		{Place: "climate[0]", Kind: probe.WantSensor, Name: "0x38", Driver: "aht20"},
		{Place: "climate[1]", Kind: probe.WantSensor, Name: "cpu-thermal", Driver: "thermal-zone"},
		{Place: "replay[0].file", Kind: probe.WantFile, Name: "office.csv"},
	}
	if len(got) != len(want) {
		t.Fatalf("looked for %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("looked for %+v, want %+v", got[i], want[i])
		}
	}
}

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"periph.io/x/conn/v3/driver"
	"periph.io/x/conn/v3/driver/driverreg"

	"stationkeeper/agent/access"
	"stationkeeper/agent/alarm"
	"stationkeeper/configs"
)

func TestExamplesMakeAgents(t *testing.T) {
	for file, want := range map[string][]string{
		"agent.example.yaml": {"machine-room/door", "machine-room/door/bolt", "machine-room/door/exit", "machine-room/leak", "machine-room/cabinet",
			"machine-room/temperature", "rack/temperature", "machine-room/reader", "machine-room/exit-reader"},
		"agent.simulated.yaml": {"machine-room/door", "machine-room/bolt", "machine-room/exit", "machine-room/reader", "machine-room/exit-reader",
			"machine-room/temperature", "machine-room/humidity"},
	} {
		c, err := configs.LoadAgent(filepath.Join("..", "configs", file), configs.Overrides{})
		if err != nil {
			t.Fatal(err)
		}
		if c.Access != nil {
			c.Access.KeyFile = filepath.Join(t.TempDir(), "card.key")
			c.Access.Document = filepath.Join("..", "configs", "access.example.json")
			if err := os.WriteFile(c.Access.KeyFile, []byte(strings.Repeat("5a", 32)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		o, err := options(c, quiet())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := access.Parse(o.Site, o.Key, o.Access); err != nil {
			t.Errorf("%s: its own access rules: %v", file, err)
		}
		if len(o.Locks) != 1 || len(o.Tellers) == 0 {
			t.Errorf("%s: locks %v, tellers %v", file, o.Locks, o.Tellers)
		}
		if err := o.Validate(); err != nil {
			t.Error(err)
		}
		if !slices.Equal(o.names(), want) {
			t.Errorf("%s: points %q, want %q", file, o.names(), want)
		}
		if len(o.Rules) < 4 || o.Rules[0].Side != alarm.Above || o.Rules[0].Limit != 27 || o.Rules[2].Side != alarm.Below {
			t.Errorf("%s: rules %+v", file, o.Rules)
		}
	}
}

func TestEveryDriverCanBeConfigured(t *testing.T) {
	half := 0.5
	c := configs.Agent{Node: configs.Node{Broker: configs.Broker{URL: "mqtt://127.0.0.1"}}, Climate: []configs.Thermometer{
		{Point: "a", Driver: "tmp102", Address: "0x48"},
		{Point: "b", Driver: "ds18b20", Address: "28-0000131825f2"},
		{Point: "c", Driver: "w1-therm", Address: "28-0000131825f2"},
	}, Replay: []configs.Recording{{Point: "d", File: "f", Unit: "F", Zone: "Asia/Shanghai", Speed: &half}}}
	if o, err := options(c, quiet()); err != nil || len(o.Sources) != 4 {
		t.Errorf("%d sources, %v", len(o.Sources), err)
	}
	for _, spoil := range []func(*configs.Agent){
		func(c *configs.Agent) { c.Broker.URL = "http://127.0.0.1" },
		func(c *configs.Agent) { c.Broker.URL = "mqtt://example.org" },
		func(c *configs.Agent) { c.Broker.PasswordFile = "/nowhere" },
		func(c *configs.Agent) { c.Climate[0].Address = "x" },
		func(c *configs.Agent) { c.Climate[0].Driver = "thermos" },
		func(c *configs.Agent) { c.Climate[1].Address = "x" },
		func(c *configs.Agent) { c.Replay[0].Zone = "Atlantis/Capital" },
		func(c *configs.Agent) { c.Simulate = &configs.Room{Room: "r", Start: "noon"} },
		func(c *configs.Agent) { c.Simulate = &configs.Room{Room: "r", Speed: -1} },
	} {
		bad := c
		bad.Climate, bad.Replay = slices.Clone(c.Climate), slices.Clone(c.Replay)
		spoil(&bad)
		if _, err := options(bad, quiet()); err == nil {
			t.Errorf("accepted %+v", bad)
		}
	}
}

func TestFlags(t *testing.T) {
	var out, errOut bytes.Buffer
	if err := command().Start([]string{"--version"}, &out, &errOut); err != nil || out.String() != "dev\n" {
		t.Errorf("--version printed %q, %v", &out, err)
	}
	for _, args := range [][]string{{"--no-such-flag"}, {"stray"}, {"--log-level", "loud"}, {"--config", "/nowhere.yaml"}, {}} {
		if err := command().Start(args, &out, &errOut); err == nil {
			t.Errorf("%q: accepted", args)
		}
	}
	if err := command().Start([]string{"--config", filepath.Join("..", "configs", "agent.simulated.yaml"), "--station", "a/b"}, &out, &errOut); err == nil ||
		!strings.Contains(err.Error(), "station") {
		t.Errorf("a bad station: %v", err)
	}
}

// bus is a driver that finds nothing until it is plugged in.
type bus struct {
	name    string
	plugged bool
	tried   int
}

func (b *bus) String() string          { return b.name }
func (b *bus) Prerequisites() []string { return nil }
func (b *bus) After() []string         { return nil }
func (b *bus) Init() (bool, error) {
	if b.tried++; b.plugged {
		return true, nil
	}
	return false, errors.New("no chips found")
}

func TestHardwareThatAppearsLaterIsFound(t *testing.T) {
	spi, other := &bus{name: "sysfs-spi"}, &bus{name: "other"}
	hw := newHardware(quiet())
	opened, missing := 0, errors.New("missing")
	open := finding(hw, func() (int, error) {
		if opened++; spi.plugged && spi.tried > 1 {
			return 7, nil
		}
		return 0, missing
	})
	if _, err := open(); !errors.Is(err, errLooking) {
		t.Errorf("before hardware was looked for: %v", err)
	}
	hw.missing = notLoaded(&driverreg.State{
		Loaded:  []driver.Impl{&bus{name: "sysfs-i2c"}},
		Skipped: []driverreg.DriverFailure{{D: spi}, {D: other}},
	})
	close(hw.found)
	for range 3 { // long not looked for: at once; then not again for a while
		if _, err := open(); !errors.Is(err, missing) {
			t.Errorf("got %v", err)
		}
	}
	if spi.tried != 1 || other.tried != 0 {
		t.Errorf("tried %d and %d times, want 1 and 0", spi.tried, other.tried)
	}
	spi.plugged = true
	hw.looked = hw.looked.Add(-2 * lookAgain)
	if got, err := open(); err != nil || got != 7 {
		t.Errorf("after plugging in: %d, %v", got, err)
	}
	if len(hw.missing) != 0 {
		t.Errorf("still missing: %v", hw.missing)
	}
}

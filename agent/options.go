package main

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2creg"
	"periph.io/x/conn/v3/onewire"
	"periph.io/x/conn/v3/onewire/onewirereg"

	"stationkeeper/agent/alarm"
	"stationkeeper/configs"
	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/node"
	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/contact"
	"stationkeeper/sensors/replay"
	"stationkeeper/sensors/room"
)

const (
	// doorDebounce is for the simulated door; real ones are configured.
	doorDebounce = 50 * time.Millisecond
	// doorRetry is the pause before a line that failed is tried again.
	doorRetry = 5 * time.Second
)

// options maps the configuration into what the agent is made of. Hardware is not touched yet.
func options(c configs.Agent, log *slog.Logger) (Options, error) {
	system, err := clock.System()
	if err != nil {
		return Options{}, err
	}
	broker, err := endpoint.Remote(c.Broker).Resolve(log)
	if err != nil {
		return Options{}, err
	}
	sources, err := sources(c, log)
	if err != nil {
		return Options{}, err
	}
	return Options{
		Options: node.Options{
			Program: "agent", Version: version, Station: c.Station, Node: c.Node.Node, Data: c.Data, Broker: broker,
			MaxBytes: c.Journal.MaxBytes(), MaxRecords: c.Journal.MaxRecords, MaxAge: c.Journal.MaxAge,
			Retain: c.Journal.Retain, TelemetryDelay: c.Journal.TelemetryDelay,
			DrainRate: c.Uplink.DrainRate(),
			Clock:     system, Log: log,
		},
		Sources: sources, Rules: rules(c.Alarms), ExitAtEnd: c.ExitAtEnd,
	}, nil
}

func rules(alarms []configs.Alarm) []alarm.Rule {
	var rules []alarm.Rule
	for _, a := range alarms {
		r := alarm.Rule{Point: a.Point, Name: a.Name, Hysteresis: *a.Hysteresis, Level: alarm.Level(a.Level)}
		switch {
		case a.Above != nil:
			r.Side, r.Limit = alarm.Above, *a.Above
		case a.Below != nil:
			r.Side, r.Limit = alarm.Below, *a.Below
		default:
			continue
		}
		rules = append(rules, r)
	}
	return rules
}

// sources makes what the configuration names. Hardware is looked for only when some is configured.
func sources(c configs.Agent, log *slog.Logger) ([]Source, error) {
	var all []Source
	hw := newHardware(log)
	for _, d := range c.Doors {
		all = append(all, doorSource(d.Point, contact.Options{
			Open: contact.ByName(d.Pin),
			Rest: contact.Rest(d.Contact), Pull: pulls[d.Pull], Debounce: d.Debounce, Retry: doorRetry,
		}))
	}
	for _, t := range c.Climate {
		open, err := thermometer(t)
		if err != nil {
			return nil, fmt.Errorf("thermometer of %s: %w", t.Point, err)
		}
		all = append(all, hw.on(climateSource(t.Point, "", climate.Options{Open: finding(hw, open), Interval: t.Interval})))
	}
	if c.Simulate != nil {
		room, err := simulated(*c.Simulate, log)
		if err != nil {
			return nil, err
		}
		all = append(all, room...)
	}
	for _, r := range c.Replay {
		o, err := recording(r)
		if err != nil {
			return nil, fmt.Errorf("recording of %s: %w", r.Point, err)
		}
		all = append(all, recordingSource(r.Point, o))
	}
	return all, nil
}

var pulls = map[string]gpio.Pull{"up": gpio.PullUp, "down": gpio.PullDown, "none": gpio.Float}

func thermometer(t configs.Thermometer) (func() (climate.Sensor, error), error) {
	if t.Driver == "tmp102" {
		address, err := strconv.ParseUint(t.Address, 0, 8)
		if err != nil {
			return nil, fmt.Errorf("address: %w", err)
		}
		return climate.TMP102(func() (i2c.BusCloser, error) { return i2creg.Open(t.Bus) }, uint16(address)), nil
	}
	address, err := climate.ParseAddress(t.Address)
	if err != nil {
		return nil, err
	}
	switch t.Driver {
	case "ds18b20":
		return climate.DS18B20(func() (onewire.BusCloser, error) { return onewirereg.Open(t.Bus) }, address), nil
	case "w1-therm":
		return climate.W1Therm(climate.W1Devices, address), nil
	}
	return nil, fmt.Errorf("driver %q: expected tmp102, ds18b20 or w1-therm", t.Driver)
}

func simulated(r configs.Room, log *slog.Logger) ([]Source, error) {
	start := time.Now()
	if r.Start != "" {
		at, err := time.Parse("15:04", r.Start)
		if err != nil {
			return nil, fmt.Errorf("simulated room: start: %w", err)
		}
		y, m, d := start.Date()
		start = time.Date(y, m, d, at.Hour(), at.Minute(), 0, 0, start.Location())
	}
	at := r.Points()
	return roomSources(at.Door, at.Temperature, at.Humidity, at.In, room.Options{
		Random: rand.New(rand.NewPCG(r.Seed, 0)), Start: start, Speed: r.Speed,
		FailureAfter: r.FailureAfter, RepairAfter: r.RepairAfter, Log: log,
	}, climate.Options{Interval: r.Interval})
}

func recording(r configs.Recording) (replay.Options, error) {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return replay.Options{}, err
	}
	return replay.Options{
		Format: replay.Format{File: r.File, TimeColumn: r.TimeColumn, ValueColumn: r.ValueColumn, Unit: replay.Unit(r.Unit), Zone: zone},
		Speed:  *r.Speed,
	}, nil
}

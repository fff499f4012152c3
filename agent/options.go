package main

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"stationkeeper/agent/access"
	"stationkeeper/agent/alarm"
	"stationkeeper/configs"
	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/node"
	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/replay"
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
	key, document, err := accessFiles(c)
	if err != nil {
		return Options{}, err
	}
	wiring, err := wire(c, key, log)
	if err != nil {
		return Options{}, err
	}
	if document == nil && key != nil {
		document = []byte("{}") // until head office has sent cards, none opens
		if c.Access == nil {
			document = demoAccess(wiring.Site)
		}
	}
	zone := time.Local
	if c.TimeZone != "" {
		if zone, err = time.LoadLocation(c.TimeZone); err != nil {
			return Options{}, fmt.Errorf("time zone: %w", err)
		}
	}
	return Options{
		Options: node.Options{
			Program: "agent", Version: version, Station: c.Station, Node: c.Node.Node, Data: c.Data, Broker: broker,
			MaxBytes: c.Journal.MaxBytes(), MaxRecords: c.Journal.MaxRecords, MaxAge: c.Journal.MaxAge,
			Retain: c.Journal.Retain, TelemetryDelay: c.Journal.TelemetryDelay,
			DrainRate: c.Uplink.DrainRate(),
			Clock:     system, Log: log,
		},
		Wiring: *wiring, Access: document, Rules: rules(c.Alarms), Zone: zone, Health: c.Health.Listen, ExitAtEnd: c.ExitAtEnd,
	}, nil
}

// accessFiles reads the key and the station's own access document. A simulated room without access rules gets those of
// the demonstration.
func accessFiles(c configs.Agent) (key access.Key, document []byte, err error) {
	switch {
	case c.Access == nil && c.Simulate != nil:
		return demoKey, nil, nil
	case c.Access == nil:
		return nil, nil, nil
	}
	text, err := os.ReadFile(c.Access.KeyFile)
	if err == nil {
		key, err = access.ParseKey(string(text))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("access.key_file %s: %w", c.Access.KeyFile, err)
	}
	if c.Access.Document != "" {
		if document, err = os.ReadFile(c.Access.Document); err != nil {
			return nil, nil, fmt.Errorf("access.document: %w", err)
		}
	}
	return key, document, nil
}

// wire gathers what the configuration names. Hardware is looked for only when some is configured.
func wire(c configs.Agent, key access.Key, log *slog.Logger) (*Wiring, error) {
	w, hw := newWiring(key), newHardware(log)
	for _, d := range c.Doors {
		w.door(d)
	}
	for _, in := range c.Inputs {
		w.input(in)
	}
	for _, t := range c.Climate {
		if err := w.thermometer(t, hw); err != nil {
			return nil, err
		}
	}
	if c.Simulate != nil {
		if err := w.room(*c.Simulate, log); err != nil {
			return nil, err
		}
	}
	for _, r := range c.Readers {
		if err := w.reader(r, hw); err != nil {
			return nil, err
		}
	}
	for _, r := range c.Replay {
		o, err := recording(r)
		if err != nil {
			return nil, fmt.Errorf("recording of %s: %w", r.Point, err)
		}
		w.Measured = append(w.Measured, measuring{point: r.Point, Measure: climate.Measure{Quantity: climate.Temperature}})
		w.add(recordingSource(r.Point, o))
	}
	return w, nil
}

// rules maps configured alarms.
func rules(alarms []configs.Alarm) []alarm.Rule {
	rules := make([]alarm.Rule, len(alarms))
	for i, a := range alarms {
		r := alarm.Rule{Point: a.Point, Name: a.Name, Kind: alarm.KindLimit, Hysteresis: *a.Hysteresis, Level: alarm.Level(a.Level),
			RaiseAfter: a.RaiseAfter, ClearAfter: a.ClearAfter}
		switch {
		case a.Above != nil:
			r.Side, r.Limit = alarm.Above, *a.Above
		case a.Below != nil:
			r.Side, r.Limit = alarm.Below, *a.Below
		case a.Rises != nil:
			r.Kind, r.Side, r.Limit = alarm.KindRate, alarm.Above, *a.Rises
		case a.Falls != nil:
			r.Kind, r.Side, r.Limit = alarm.KindRate, alarm.Below, *a.Falls
		case a.Drift:
			r.Kind = alarm.KindDrift
		default:
			r.Kind, r.Silent = alarm.KindQuality, a.Unreadable
		}
		rules[i] = r
	}
	return rules
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

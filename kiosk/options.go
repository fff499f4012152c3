package main

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"stationkeeper/configs"
	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/node"
	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/replay"
)

// options maps the configuration into what the kiosk is made of.
func options(c configs.Kiosk, stdout io.Writer, log *slog.Logger) (Options, error) {
	system, err := clock.System()
	if err != nil {
		return Options{}, err
	}
	broker, err := endpoint.Remote(c.Broker).Resolve(log)
	if err != nil {
		return Options{}, err
	}
	p := c.CounterPage
	o := Options{
		Options: node.Options{
			Program: "kiosk", Version: version, Station: c.Station, Node: c.Node.Node, Data: c.Data, Broker: broker,
			MaxBytes: c.Journal.MaxBytes(), MaxRecords: c.Journal.MaxRecords, MaxAge: c.Journal.MaxAge,
			Retain: c.Journal.Retain, TelemetryDelay: c.Journal.TelemetryDelay,
			DrainRate: c.Uplink.DrainRate(),
			Clock:     system, Log: log,
		},
		Page:   Page{Addr: p.Listen, TLS: endpoint.TLSFiles{CA: p.CA, Cert: p.Cert, Key: p.Key}, Insecure: p.Insecure},
		Stdout: stdout,
	}
	if c.Replay.File != "" {
		return o, o.record(c.Replay)
	}
	return o, o.configure(c)
}

// configure takes services and counters from the configuration.
func (o *Options) configure(c configs.Kiosk) error {
	zone := time.Local
	if c.TimeZone != "" {
		var err error
		if zone, err = time.LoadLocation(c.TimeZone); err != nil {
			return fmt.Errorf("time zone: %w", err)
		}
	}
	o.Rules.Calendar = queue.Calendar{Zone: zone, Start: c.DayStart}
	o.Services, o.Counters = map[string]counter.Name{}, map[string]counter.Name{}
	for _, s := range c.Services {
		o.Rules.Services = append(o.Rules.Services, queue.Service{ID: s.ID, Prefix: s.Prefix})
		o.Services[s.ID] = counter.Name{Zh: s.NameZh, En: s.NameEn}
	}
	for _, one := range c.Counters {
		o.Rules.Counters = append(o.Rules.Counters, queue.Counter{ID: one.ID, Services: one.Services})
		o.Counters[one.ID] = counter.Name{Zh: one.NameZh, En: one.NameEn}
	}
	return nil
}

// record takes services, counters and calendar from a recorded day that is to be played.
func (o *Options) record(r configs.Replay) error {
	zone, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		return fmt.Errorf("time zone of the recording: %w", err)
	}
	date, err := time.ParseInLocation(time.DateOnly, r.Date, zone)
	if err != nil {
		return fmt.Errorf("date of the replay: %w", err)
	}
	calls, err := replay.Load(r.File, date)
	if err != nil {
		return err
	}
	plan, err := replay.NewPlan(calls)
	if err != nil {
		return err
	}
	o.Replay = &Replay{Plan: plan, Calls: len(calls), ExitAtEnd: r.ExitAtEnd}
	o.Rules = plan.Rules
	o.Services, o.Counters = named(plan.ServiceNames()), named(plan.CounterNames())
	return nil
}

func named(names map[string]replay.Name) map[string]counter.Name {
	found := map[string]counter.Name{}
	for id, name := range names {
		found[id] = counter.Name(name)
	}
	return found
}

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"stationkeeper/configs"
	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
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
	b, p := c.Broker, c.CounterPage
	broker, err := endpoint.DialBroker(b.URL, endpoint.TLSFiles{CA: b.CA, Cert: b.Cert, Key: b.Key}, b.Insecure, log)
	if err != nil {
		return Options{}, err
	}
	password, err := firstLine(b.PasswordFile)
	if err != nil {
		return Options{}, fmt.Errorf("read the broker's password: %w", err)
	}
	o := Options{
		Station: c.Station, Node: c.Node.Node, Version: version, Data: c.Data,
		Broker: broker, Username: b.Username, Password: password,
		MaxBytes: int64(c.Journal.MaxMegabytes) * 1e6, Retain: c.Journal.Retain, TelemetryDelay: c.Journal.TelemetryDelay,
		Page:   Page{Addr: p.Listen, TLS: endpoint.TLSFiles{CA: p.CA, Cert: p.Cert, Key: p.Key}, Insecure: p.Insecure},
		Stdout: stdout, Clock: system, Log: log,
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

// firstLine is a file's first line; empty without a file.
func firstLine(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close() // only read from
	line, err := bufio.NewReader(file).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/clock"
	"stationkeeper/internal/datadir"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/lifecycle"
	"stationkeeper/internal/record"
	"stationkeeper/internal/uplink"
)

// Options say what an agent watches and whom it reports to.
type Options struct {
	// Station, Node and Version say who reports.
	Station, Node, Version string
	// Data is the folder of the journal.
	Data string
	// Broker is how head office is reached; Username and Password log in there.
	Broker             endpoint.Broker
	Username, Password string
	// MaxBytes, Retain and TelemetryDelay are those of journal.Options.
	MaxBytes               int64
	Retain, TelemetryDelay time.Duration
	// Sources observe points; Rules guard what they measure.
	Sources []Source
	Rules   []alarm.Rule
	// ExitAtEnd ends Run once every source has ended and head office has everything.
	ExitAtEnd bool
	Clock     clock.Clock
	Log       *slog.Logger
}

// Validate refuses what would fail, or panic, later.
func (o Options) Validate() error {
	errs := []error{record.CheckName("station", o.Station), record.CheckName("node", o.Node)}
	if o.Data == "" || o.Clock == nil || o.Log == nil || o.Broker.URL == "" {
		errs = append(errs, errors.New("data folder, broker, clock and log are needed"))
	}
	taken := map[string]bool{}
	for _, s := range o.Sources {
		for _, point := range s.Points {
			errs = append(errs, record.CheckPoint(point))
			if taken[point] {
				errs = append(errs, fmt.Errorf("point %q has two sources", point))
			}
			taken[point] = true
		}
	}
	for _, r := range o.Rules {
		errs = append(errs, r.Validate())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("agent options: %w", err)
	}
	return nil
}

// points are the names of what all sources observe.
func (o Options) points() []string {
	var names []string
	for _, s := range o.Sources {
		names = append(names, s.Points...)
	}
	return names
}

// Run is the agent: until ctx ends, or with ExitAtEnd until there is nothing left to do, it writes down what its
// sources observe and reports it. It returns after everything it started has ended.
func Run(ctx context.Context, o Options) (err error) {
	if err := o.Validate(); err != nil {
		return err
	}
	var cleanup lifecycle.Cleanup
	defer func() { err = errors.Join(err, cleanup.Close()) }()
	claim, err := datadir.Claim(o.Data)
	if err != nil {
		return err
	}
	cleanup.Add("data folder", claim.Close)
	book, err := journal.Open(o.Data, journal.Options{
		Clock: o.Clock, MaxBytes: o.MaxBytes, Retain: o.Retain, TelemetryDelay: o.TelemetryDelay, Log: o.Log,
	})
	if err != nil {
		return err
	}
	cleanup.Add("journal", book.Close)
	up, err := uplink.New(uplink.Options{
		Station: o.Station, Node: o.Node, Broker: o.Broker, Username: o.Username, Password: o.Password, Journal: book, Log: o.Log,
	})
	if err != nil {
		return err
	}
	m, err := remember(o.Data, book, o.Log)
	if err != nil {
		return err
	}
	m.keepOnly(o.points())
	p := &points{
		ledger: newLedger(book, o.Log), publisher: up, rules: o.Rules, memory: m, dir: o.Data,
		states: map[string]record.State{}, log: o.Log,
	}
	if len(o.Sources) == 0 {
		o.Log.Warn("nothing to watch: the configuration has neither doors nor climate, simulate or replay")
	}
	return o.report(ctx, p, book, up)
}

// report runs the sources, and the uplink for as long as they have something to say.
func (o Options) report(ctx context.Context, p *points, book *journal.Journal, up *uplink.Uplink) error {
	// The uplink outlives ctx by what is left to write down, and what head office has yet to acknowledge.
	online, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	var parts errgroup.Group
	parts.Go(func() error { return up.Run(online) })

	p.begin(o)
	in := newInbox()
	parts.Go(func() error { return observe(ctx, o.Sources, in, o.ExitAtEnd) })
	in.serve(p)
	p.end(o)
	var err error
	if o.ExitAtEnd && ctx.Err() == nil {
		err = acknowledged(ctx, book, p.ledger.last)
	}
	hangUp()
	return errors.Join(err, parts.Wait())
}

// begin says that the agent is here, and what it knows so far.
func (p *points) begin(o Options) {
	p.log.Info("agent ready", "station", o.Station, "node", o.Node, "version", o.Version, "data", o.Data, "points", len(o.points()))
	p.ledger.write(record.Events, o.nodeEntry(record.NodeStarted))
	p.withdraw()
	p.expect(o.points())
}

// end writes down that the agent stops. Readings that wait for a commit are committed with it.
func (p *points) end(o Options) {
	p.ledger.write(record.Events, o.nodeEntry(record.NodeStopped))
	p.ledger.close()
	p.log.Info("agent stopped")
}

func (o Options) nodeEntry(typ string) record.Entry {
	return record.NewEntry(typ, "node", time.Now(), record.NodeData{Program: "agent", Version: o.Version})
}

// acknowledged returns when head office has everything up to the given seqs, or ctx ends.
func acknowledged(ctx context.Context, book *journal.Journal, through map[record.Stream]uint64) error {
	for {
		changed := book.Changed()
		missing := false
		for stream, seq := range through {
			missing = missing || book.Position(stream).Through < seq
		}
		if !missing {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for head office to acknowledge everything: %w", ctx.Err())
		}
	}
}

package main

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/node"
	"stationkeeper/internal/record"
)

// Options say what an agent watches and whom it reports to.
type Options struct {
	// Node is the agent as a reporting program: its data folder and its way to head office.
	node.Options
	// Sources observe points; Rules guard what they measure.
	Sources []Source
	Rules   []alarm.Rule
	// ExitAtEnd ends Run once every source has ended and head office has everything.
	ExitAtEnd bool
}

// Validate refuses what would fail, or panic, later.
func (o Options) Validate() error {
	errs := []error{o.Options.Validate()}
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
	n, err := node.Open(o.Options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	m, err := remember(o.Data, n.Journal, o.Log)
	if err != nil {
		return err
	}
	m.keepOnly(o.points())
	p := &points{
		ledger: newLedger(n.Journal, o.Log), publisher: n.Uplink, rules: o.Rules, memory: m, dir: o.Data,
		states: map[string]record.State{}, log: o.Log,
	}
	if len(o.Sources) == 0 {
		o.Log.Warn("nothing to watch: the configuration has neither doors nor climate, simulate or replay")
	}
	return n.Report(ctx, func(ctx context.Context) error { return o.watch(ctx, n, p) })
}

// watch handles what the sources observe until they have ended.
func (o Options) watch(ctx context.Context, n *node.Node, p *points) error {
	p.begin(o, n.Started())
	in := newInbox()
	var parts errgroup.Group
	parts.Go(func() error { return observe(ctx, o.Sources, in, o.ExitAtEnd) })
	in.serve(p)
	p.end(n.Stopped())
	err := parts.Wait()
	if o.ExitAtEnd && ctx.Err() == nil {
		err = errors.Join(err, n.Settle(ctx)) // also when a recording could not be understood: what came before was
	}
	return err
}

// begin says that the agent is here, and what it knows so far.
func (p *points) begin(o Options, started record.Entry) {
	p.log.Info("agent ready", "station", o.Station, "node", o.Node, "version", o.Version, "data", o.Data, "points", len(o.points()))
	p.ledger.write(record.Events, started)
	p.withdraw()
	p.expect(o.points())
}

// end writes down that the agent stops. Readings that wait for a commit are committed with it.
func (p *points) end(stopped record.Entry) {
	p.ledger.write(record.Events, stopped)
	p.ledger.close()
	p.log.Info("agent stopped")
}

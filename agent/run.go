package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/clock"
	"stationkeeper/internal/desired"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/node"
	"stationkeeper/internal/record"
	"stationkeeper/sensors/climate"
)

// Options say what an agent watches, by which rules, and whom it reports to.
type Options struct {
	// Node is the agent as a reporting program: its data folder and its way to head office.
	node.Options
	Wiring
	// Access and Rules are the station's own rules, until head office sends others.
	Access []byte
	Rules  []alarm.Rule
	// Zone is the time zone of schedules; nil means the machine's.
	Zone *time.Location
	// Health is where the agent tells how it is; empty means not at all.
	Health string
	// ExitAtEnd ends Run once every source has ended and head office has everything.
	ExitAtEnd bool
}

// Validate refuses what would fail, or panic, later.
func (o Options) Validate() error {
	errs := []error{o.Options.Validate()}
	taken := map[string]bool{}
	for _, point := range o.names() {
		errs = append(errs, record.CheckPoint(point))
		if taken[point] {
			errs = append(errs, fmt.Errorf("point %q has two sources", point))
		}
		taken[point] = true
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("agent options: %w", err)
	}
	return nil
}

// Run is the agent: until ctx ends, or with ExitAtEnd until there is nothing left to do, it writes down what its
// sources observe, decides, and reports it. It returns after everything it started has ended.
func Run(ctx context.Context, o Options) (err error) {
	if err := o.Validate(); err != nil {
		return err
	}
	in := newInbox()
	docs := &documents{
		Documents: desired.In(o.Data), site: o.Site, key: o.Key, points: o.points(), ownAccess: o.Access, ownRules: o.Rules, log: o.Log,
	}
	o.Desired = func(d record.Desired) { docs.desired(in, d) }
	o.Command = func(c record.Command) { in.order(func(k *keeper) { k.order(c) }) }
	n, err := node.Open(o.Options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	k, err := o.keeper(n, docs)
	if err != nil {
		return err
	}
	if len(o.Sources) == 0 {
		o.Log.Warn("nothing to watch: the configuration has neither doors nor climate, simulate or replay")
	}
	return n.Report(ctx, func(ctx context.Context) error { return o.watch(ctx, n, k, in) })
}

// keeper makes the keeper as it was when the agent last ended.
func (o Options) keeper(n *node.Node, docs *documents) (*agent, error) {
	set, bad, err := docs.open()
	if err != nil {
		return nil, err
	}
	m, err := remember(o.Data, n.Journal, o.Log)
	if err != nil {
		return nil, err
	}
	m.keepOnly(append(o.names(), o.driven()...))
	m.Alarms.Habits = readHabits(o.Data, o.Log)
	board := newBoard(n.Uplink)
	s := newScribe(n.Journal, board, o.Data, o.Log)
	h := newHealth(o, n, board)
	s.written = h.durable
	return &agent{scribe: s, health: h, keeper: &keeper{
		moment: moments(o.Clock, n.Journal, o.Zone), scribe: s, policy: set.policy, rules: set.rules,
		doors: o.areas(), locks: o.Locks, open: map[string]bool{}, tells: o.Tellers,
		memory: m, states: map[string]record.State{}, fresh: o.freshness(),
		desired: set.desired, misfit: bad, opened: h.struck,
	}}, nil
}

// agent is the keeper with what stands around it.
type agent struct {
	*keeper
	scribe *scribe
	health *health
}

// driven are the points of outputs.
func (o Options) driven() []string {
	var names []string
	for door := range o.Locks {
		names = append(names, lockOf(door))
	}
	for reader := range o.Tellers {
		names = append(names, reader+"/signal")
	}
	return names
}

func (o Options) areas() map[string]string {
	areas := map[string]string{}
	for _, d := range o.Site.Doors {
		areas[d.Point] = d.Area
	}
	return areas
}

func (o Options) freshness() map[string]freshness {
	fresh := map[string]freshness{}
	for _, m := range o.Measured {
		if m.every > 0 {
			fresh[m.point] = freshness{within: climate.StaleAfter * m.every}
		}
	}
	return fresh
}

// moments reads the clocks, in the station's time zone.
func moments(read clock.Clock, j *journal.Journal, zone *time.Location) func() record.Moment {
	if zone == nil {
		zone = time.Local
	}
	return func() record.Moment {
		r := read()
		return record.Moment{Wall: r.Wall.In(zone), Clock: j.Judge(r), Mono: r.Mono}
	}
}

// watch handles what the sources observe until they have ended.
func (o Options) watch(ctx context.Context, n *node.Node, a *agent, in inbox) error {
	go a.scribe.run()
	var parts errgroup.Group
	parts.Go(func() error { return a.health.serve(ctx) })
	a.handle(func(k *keeper) { k.begin(o.names(), n.Started()) })
	o.Log.Info("agent ready", "station", o.Station, "node", o.Node, "version", o.Version, "data", o.Data, "points", len(o.names()),
		"health", o.Health)
	a.health.ready()
	parts.Go(func() error { return observe(ctx, o.Sources, in, o.ExitAtEnd) })
	in.serve(a.keeper, a.scribe.room, a.scribe.busy, a.health.beat)
	a.handle(func(k *keeper) { k.finish(n.Stopped()) })
	a.scribe.close()
	o.Log.Info("agent stopped")
	a.health.end()
	err := parts.Wait()
	if o.ExitAtEnd && ctx.Err() == nil {
		err = errors.Join(err, n.Settle(ctx)) // also when a recording could not be understood: what came before was
	}
	return err
}

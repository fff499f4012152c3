// Package node is what every reporting program of a station stands on: a data folder that is its own, the journal in
// it, and the uplink that reports the journal to head office for as long as the program has something to say.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/datadir"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/lifecycle"
	"stationkeeper/internal/record"
	"stationkeeper/internal/uplink"
)

// Options say who a program is, where it writes and whom it reports to.
type Options struct {
	// Program is "agent" or "kiosk", of the given Version.
	Program, Version string
	// Station and Node are the first two levels of its topics.
	Station, Node string
	// Data is the folder of the journal.
	Data string
	// Broker is how head office is reached.
	Broker endpoint.Broker
	// MaxBytes, MaxRecords, MaxAge, Retain and TelemetryDelay are those of journal.Options.
	MaxBytes, MaxRecords           int64
	MaxAge, Retain, TelemetryDelay time.Duration
	// DrainRate is that of uplink.Options.
	DrainRate int
	// Desired and Command are those of uplink.Options: what head office asks of the program, unless nil.
	Desired func(record.Desired)
	Command func(record.Command)
	Clock   clock.Clock
	Log     *slog.Logger
}

// Validate refuses what would fail later and is not checked by what fails then.
func (o Options) Validate() error {
	errs := []error{record.CheckName("station", o.Station), record.CheckName("node", o.Node)}
	if o.Program == "" || o.Data == "" || o.Clock == nil || o.Log == nil || o.Broker.URL == "" {
		errs = append(errs, errors.New("program, data folder, broker, clock and log are needed"))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("node options: %w", err)
	}
	return nil
}

// Node is an open data folder. Close it when everything that uses it has ended.
type Node struct {
	Journal *journal.Journal
	Uplink  *uplink.Uplink

	options Options
	cleanup lifecycle.Cleanup
}

// Open claims the data folder, opens the journal in it and prepares the uplink. A second instance on the same folder
// is refused with datadir.ErrClaimed.
func Open(o Options) (*Node, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	n := &Node{options: o}
	if err := n.open(o); err != nil {
		return nil, errors.Join(err, n.cleanup.Close())
	}
	return n, nil
}

func (n *Node) open(o Options) error {
	claim, err := datadir.Claim(o.Data)
	if err != nil {
		return err
	}
	n.cleanup.Add("data folder", claim.Close)
	n.Journal, err = journal.Open(o.Data, journal.Options{
		Clock: o.Clock, MaxBytes: o.MaxBytes, MaxRecords: o.MaxRecords, MaxAge: o.MaxAge, Retain: o.Retain, TelemetryDelay: o.TelemetryDelay, Log: o.Log,
	})
	if err != nil {
		return err
	}
	n.cleanup.Add("journal", n.Journal.Close)
	n.Uplink, err = uplink.New(uplink.Options{
		Station: o.Station, Node: o.Node, Broker: o.Broker, Journal: n.Journal, Log: o.Log, DrainRate: o.DrainRate,
		Desired: o.Desired, Command: o.Command,
	})
	return err
}

// Close closes the journal and gives the folder free.
func (n *Node) Close() error { return n.cleanup.Close() }

// Started and Stopped are the entries with which the program begins and ends what it writes down.
func (n *Node) Started() record.Entry { return n.entry(record.NodeStarted) }
func (n *Node) Stopped() record.Entry { return n.entry(record.NodeStopped) }

func (n *Node) entry(typ string) record.Entry {
	return record.NewEntry(typ, "node", time.Time{}, record.NodeData{Program: n.options.Program, Version: n.options.Version})
}

// Report does the program's work while the uplink reports and the clock is watched. Both outlive ctx until work returns:
// what is written down while stopping is still sent if that is quick.
func (n *Node) Report(ctx context.Context, work func(ctx context.Context) error) error {
	online, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- n.Uplink.Run(online) }()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watchClock(online, n.options.Clock, n.Journal, n.options.Log)
	}()
	err := work(ctx)
	hangUp()
	<-watched
	return errors.Join(err, <-ended)
}

// Settle returns when head office has acknowledged everything that is on disk, or ctx ends.
func (n *Node) Settle(ctx context.Context) error {
	for {
		changed := n.Journal.Changed()
		missing := false
		for _, stream := range record.Streams {
			at := n.Journal.Position(stream)
			missing = missing || at.Through < at.Last
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

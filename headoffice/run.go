package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/headoffice/actors"
	"stationkeeper/headoffice/broker"
	"stationkeeper/headoffice/ingest"
	"stationkeeper/headoffice/store"
	"stationkeeper/headoffice/watch"
	"stationkeeper/internal/datadir"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/lifecycle"
)

// Options say where head office keeps what it knows, and where it is reached.
type Options struct {
	Version string
	// Data is the folder of the database.
	Data string
	// HTTP serves the pages and the API. MQTT is the broker within, unless Broker is set.
	HTTP, MQTT Listener
	// Broker is an outside broker.
	Broker endpoint.Broker
	// Zone is the time zone of the pages; nil means the machine's own.
	Zone *time.Location
	// Actors may give commands and change what stations go by; nobody may when it is nil.
	Actors *actors.Actors
	// Rebuild has lists of events, alarms and charts made anew from the stored records, while head office works.
	Rebuild bool
	Log     *slog.Logger
}

// Listener is an address to listen at: plain, or with TLS when it has a certificate.
type Listener struct {
	Addr     string
	TLS      endpoint.TLSFiles
	Insecure bool
}

// Validate refuses what would fail, or panic, later.
func (o Options) Validate() error {
	switch {
	case o.Log == nil:
		return errors.New("head office options: no log given")
	case o.Data == "":
		return errors.New("head office options: no data folder given")
	case o.HTTP.Addr == "":
		return errors.New("head office options: no HTTP address given")
	case o.MQTT.Addr == "" && o.Broker.URL == "":
		return errors.New("head office options: neither an MQTT address nor a broker given")
	}
	return nil
}

// httpGrace is how long requests under way may take when head office stops. Live pages are told at once.
const httpGrace = 2 * time.Second

// Run is head office, until ctx ends. It returns after everything it started has ended.
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
	records, err := store.Open(ctx, o.Data, o.Log)
	if err != nil {
		return err
	}
	cleanup.Add("database", records.Close)
	if o.Rebuild {
		if err := records.Rebuild(ctx); err != nil {
			return err
		}
		o.Log.Info("lists of events, alarms and charts are made anew", "records", records.Unindexed())
	}
	web, err := endpoint.Listen(ctx, "HTTP", o.HTTP.Addr, o.HTTP.TLS, o.HTTP.Insecure, o.Log)
	if err != nil {
		return err
	}
	cleanup.Add("HTTP listener", closed(web))
	meeting, err := openBroker(ctx, o, &cleanup)
	if err != nil {
		return err
	}
	in, err := ingest.New(ingest.Options{
		Store: records, Dial: meeting.dial, Broker: o.Broker, Log: o.Log,
	})
	if err != nil {
		return err
	}
	shown := watch.Options{Store: records, Stats: counted(in), Log: o.Log, Version: o.Version, Zone: o.Zone}
	if o.Actors != nil {
		shown.Actors = o.Actors
	}
	handler, err := watch.New(shown)
	if err != nil {
		return fmt.Errorf("prepare pages: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return in.Run(ctx) })
	group.Go(func() error { return endpoint.Serve(ctx, web, handler, httpGrace) })
	group.Go(func() error {
		if err := meeting.open(ctx, in.Ready()); err != nil || ctx.Err() != nil {
			return err
		}
		o.Log.Info("head office ready", "http", web.Addr().String(), meeting.where.Key, meeting.where.Value.String(),
			"data", o.Data, "version", o.Version)
		return nil
	})
	return group.Wait()
}

// exchange is the broker that stations and head office meet at.
type exchange struct {
	// dial connects to the broker within; nil means an outside one.
	dial func() (net.Conn, error)
	// open lets the stations in once head office listens. With an outside broker that is not for us to do, nor to wait
	// for: the pages show what is known without it.
	open func(ctx context.Context, listening <-chan struct{}) error
	// where says how the stations reach it, for the log.
	where slog.Attr
}

func openBroker(ctx context.Context, o Options, cleanup *lifecycle.Cleanup) (exchange, error) {
	if o.Broker.URL != "" {
		open := func(context.Context, <-chan struct{}) error { return nil }
		return exchange{open: open, where: slog.String("broker", o.Broker.String())}, nil
	}
	listener, err := endpoint.Listen(ctx, "MQTT", o.MQTT.Addr, o.MQTT.TLS, o.MQTT.Insecure, o.Log)
	if err != nil {
		return exchange{}, err
	}
	cleanup.Add("MQTT listener", closed(listener))
	within, err := broker.Start(o.Log)
	if err != nil {
		return exchange{}, err
	}
	cleanup.Add("MQTT broker", within.Close)
	open := func(ctx context.Context, listening <-chan struct{}) error {
		select {
		case <-listening:
			return within.Serve(listener)
		case <-ctx.Done():
			return nil
		}
	}
	return exchange{within.Dial, open, slog.String("mqtt", listener.Addr().String())}, nil
}

// counted shows the pages what ingest has counted.
func counted(in *ingest.Ingest) func() watch.IngestStats {
	return func() watch.IngestStats {
		s := in.Stats()
		return watch.IngestStats{
			Connected: s.Connected, Stored: s.Records, Duplicates: s.Duplicates, Refused: s.Refused, Dropped: s.Dropped,
			Unindexed: s.Unindexed, Failing: s.Failing,
		}
	}
}

// closed closes a listener that its server may have closed already.
func closed(l net.Listener) func() error {
	return func() error {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/node"
	"stationkeeper/internal/record"
)

// Who reports here.
const stationName, nodeName = "bench", "node"

// maxJournal is room for every backlog here, in bytes.
const maxJournal = 8 << 30

// nodeTask is a reporting program of a station, reduced to what they all stand on. It takes these orders:
//
//	report    connect, and answer "settled" when head office has acknowledged what was there before
//	event ID  write down that a door opened at ID, and answer "event" when that is on disk
type nodeTask struct {
	Data, Broker string
	// Retain and TelemetryDelay are those of node.Options.
	Retain, TelemetryDelay time.Duration
	// Profile is the file for a CPU profile of the time from "report" to "settled"; empty for none.
	Profile string
}

// opened is answered as "opened" once the journal is open.
type opened struct {
	Last uint64 // of events
}

// settled is how long it took, from before the connection was made, until everything was acknowledged.
type settled struct {
	Took time.Duration
}

// written is an event on disk: Began is when it was handed to the journal.
type written struct {
	Seq   uint64
	Began time.Time
	Took  time.Duration
}

func (t *nodeTask) play(ctx context.Context, orders *bufio.Scanner, answer func(string, any) error) (err error) {
	n, err := t.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if err := answer("opened", opened{n.Journal.Position(record.Events).Last}); err != nil {
		return err
	}
	reported := make(chan error, 1)
	reporting, hangUp := context.WithCancel(ctx)
	running := false
	defer func() {
		hangUp()
		if running {
			err = errors.Join(err, <-reported)
		}
	}()
	for orders.Scan() {
		switch verb, id, _ := strings.Cut(orders.Text(), " "); verb {
		case "report":
			running = true
			go func() { reported <- t.report(reporting, n, answer) }()
		case "event":
			if err := writeEvent(ctx, n.Journal, id, answer); err != nil {
				return err
			}
		default:
			return fmt.Errorf("order %q: expected report or event", verb)
		}
	}
	return orders.Err()
}

func (t *nodeTask) open() (*node.Node, error) {
	system, err := clock.System()
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	broker, err := endpoint.Remote{URL: t.Broker}.Resolve(log)
	if err != nil {
		return nil, err
	}
	return node.Open(node.Options{
		Program: "agent", Version: "bench", Station: stationName, Node: nodeName, Data: t.Data, Broker: broker,
		MaxBytes: maxJournal, Retain: t.Retain, TelemetryDelay: t.TelemetryDelay, Clock: system, Log: log,
	})
}

func (t *nodeTask) report(ctx context.Context, n *node.Node, answer func(string, any) error) error {
	return n.Report(ctx, func(ctx context.Context) error {
		stop, err := profile(t.Profile)
		if err != nil {
			return err
		}
		began := time.Now()
		err = settle(ctx, n.Journal)
		took := time.Since(began)
		if err := errors.Join(err, stop()); err != nil {
			return err
		}
		if err := answer("settled", settled{took}); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
}

// settle waits until head office has what is in the journal now.
func settle(ctx context.Context, j *journal.Journal) error {
	for _, stream := range record.Streams {
		last := j.Position(stream).Last
		for {
			changed := j.Changed()
			if j.Position(stream).Through >= last {
				break
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return fmt.Errorf("wait for the acknowledgement of %s through %d: %w", stream, last, ctx.Err())
			}
		}
	}
	return nil
}

func writeEvent(ctx context.Context, j *journal.Journal, id string, answer func(string, any) error) error {
	began := time.Now()
	records, err := j.Append(ctx, record.Events, record.NewEntry(record.DoorOpened, "machine-room/"+id, began, record.DoorData{}))
	if err != nil {
		return err
	}
	return answer("event", written{Seq: records[0].Seq, Began: began, Took: time.Since(began)})
}

// profile writes a CPU profile to a file until stop is called.
func profile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("create a profile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error { pprof.StopCPUProfile(); return file.Close() }, nil
}

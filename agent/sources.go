package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"stationkeeper/internal/record"
	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/contact"
	"stationkeeper/sensors/replay"
	"stationkeeper/sensors/room"
)

// observation is what a sensor saw, to be carried out by the owner of the points.
type observation func(*points)

// inbox is the way from sensors to the points. People are served before readings: a door never queues behind a
// recording that is played at full speed.
type inbox struct {
	people   chan observation
	readings chan observation
}

func newInbox() inbox {
	return inbox{people: make(chan observation, 256), readings: make(chan observation, 64)}
}

// serve carries out observations until the sources have ended and everything they saw is dealt with.
func (in inbox) serve(p *points) {
	for in.people != nil || in.readings != nil {
		select {
		case o, ok := <-in.people:
			in.people = take(p, in.people, o, ok)
			continue
		default:
		}
		select {
		case o, ok := <-in.people:
			in.people = take(p, in.people, o, ok)
		case o, ok := <-in.readings:
			in.readings = take(p, in.readings, o, ok)
		case <-p.ledger.due():
			p.late()
		}
	}
}

// take carries out an observation; it returns the channel it came from, nil when that is closed.
func take(p *points, from chan observation, o observation, ok bool) chan observation {
	if !ok {
		return nil
	}
	o(p)
	return from
}

// Source is something that observes points.
type Source struct {
	// Points are the names of what it observes, to be shown before it has said anything.
	Points []string
	// run observes until ctx ends, or the source does. An error is one that nobody else is told about.
	run func(ctx context.Context, in inbox) error
}

// observe runs all sources. It closes the inbox when all have ended and, unless exit is wanted then, ctx has too.
func observe(ctx context.Context, sources []Source, in inbox, exit bool) error {
	defer close(in.people)
	defer close(in.readings)
	errs := make([]error, len(sources))
	var all sync.WaitGroup
	for i, s := range sources {
		all.Go(func() { errs[i] = s.run(ctx, in) })
	}
	all.Wait()
	if !exit {
		<-ctx.Done()
		return nil
	}
	return errors.Join(errs...)
}

// doorSource watches a door contact.
func doorSource(point string, o contact.Options) Source {
	return Source{Points: []string{point}, run: func(ctx context.Context, in inbox) error {
		contact.Watch(ctx, o, func(s contact.Sighting) {
			in.people <- func(p *points) { p.door(point, s) }
		})
		return nil
	}}
}

// climateSource polls a sensor of temperature and, when that point has a name, humidity.
func climateSource(warmth, damp string, o climate.Options) Source {
	names := []string{warmth}
	if damp != "" {
		names = append(names, damp)
	}
	return Source{Points: names, run: func(ctx context.Context, in inbox) error {
		climate.Poll(ctx, o, func(r climate.Reading) {
			in.readings <- func(p *points) {
				if r.Fault != nil {
					for _, name := range names {
						p.failed(name, r.Fault.Error(), r.At)
					}
					return
				}
				p.measured(warmth, temperature, celsius(r.Env.Temperature), r.At)
				if damp != "" {
					p.measured(damp, humidity, relative(r.Env.Humidity), r.At)
				}
			}
		})
		return nil
	}}
}

// cardReader is a badge reader: Read waits for the next card, and fails only when ctx ends.
type cardReader interface {
	Read(ctx context.Context) (badge.Presentation, error)
}

func badgeSource(point string, reader cardReader) Source {
	return Source{run: func(ctx context.Context, in inbox) error {
		for {
			b, err := reader.Read(ctx)
			if err != nil {
				return nil
			}
			in.people <- func(p *points) { p.presented(point, b) }
		}
	}}
}

// roomSources are a simulated room and what observes it: the code that observes real ones.
func roomSources(doorPoint, warmth, damp, reader string, o room.Options, climateOptions climate.Options) ([]Source, error) {
	r, err := room.New(o)
	if err != nil {
		return nil, err
	}
	climateOptions.Open = func() (climate.Sensor, error) {
		return climate.Sensor{SenseEnv: r.Sensor(), Name: r.Sensor().String(), Close: func() error { return nil }}, nil
	}
	return []Source{
		{run: func(ctx context.Context, _ inbox) error {
			r.Run(ctx)
			return nil
		}},
		doorSource(doorPoint, contact.Options{
			Open: r.Contact().Open,
			Rest: contact.Closed, Pull: gpio.PullUp, Debounce: doorDebounce, Retry: doorRetry,
		}),
		climateSource(warmth, damp, climateOptions),
		badgeSource(reader, r),
	}, nil
}

// recordingSource plays a recording. Where it cannot be understood, everything before is played, the point fails with
// the file, the line and what was expected, and the source returns that as its error.
func recordingSource(point string, o replay.Options) Source {
	return Source{Points: []string{point}, run: func(ctx context.Context, in inbox) error {
		count, err := replay.Play(ctx, o, func(r replay.Reading) {
			in.readings <- func(p *points) { p.measured(point, temperature, celsius(r.Temperature), r.Time) }
		})
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			in.readings <- func(p *points) { p.failed(point, err.Error(), time.Now()) }
			return fmt.Errorf("recording of %s stopped after %d readings: %w", point, count, err)
		}
		end := record.ReplayEndedData{File: filepath.Base(o.File), Readings: count}
		in.readings <- func(p *points) { p.ended(point, end) }
		return nil
	}}
}

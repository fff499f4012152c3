package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/contact"
	"stationkeeper/sensors/replay"
)

// observation is what a sensor saw, to be dealt with by the keeper.
type observation func(*keeper)

// inbox is the way from sensors, and from head office, to the keeper. People are served before readings, and readings
// before recordings, which can wait.
type inbox struct {
	people   chan observation
	readings chan observation
	recorded chan observation
	orders   chan observation // of head office; never closed
	done     chan struct{}    // closed when nobody takes orders any more
}

func newInbox() inbox {
	return inbox{people: make(chan observation, 256), readings: make(chan observation, 64),
		recorded: make(chan observation, 64), orders: make(chan observation, 16), done: make(chan struct{})}
}

// order hands over what head office asks for. After the end it is not heard any more, and head office asks again.
func (in inbox) order(o observation) {
	select {
	case in.orders <- o:
	case <-in.done:
	}
}

// Source is something that observes points.
type Source struct {
	// Points are the names of what it observes, to be shown before it has said anything.
	Points []string
	// drives says that it drives outputs rather than observe.
	drives bool
	// run observes until ctx ends, or the source does. An error is one that nobody else is told about.
	run func(ctx context.Context, in inbox) error
}

// observe runs all sources. It closes the inbox when all have ended and, unless exit is wanted then, ctx has too.
func observe(ctx context.Context, sources []Source, in inbox, exit bool) error {
	defer close(in.people)
	defer close(in.readings)
	defer close(in.recorded)
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

// doorSource watches a door's contact.
func doorSource(point string, o contact.Options) Source {
	return Source{Points: []string{point}, run: func(ctx context.Context, in inbox) error {
		contact.Watch(ctx, o, func(s contact.Sighting) {
			in.people <- func(k *keeper) { k.door(point, s) }
		})
		return nil
	}}
}

// inputSource watches any other contact.
func inputSource(what input, o contact.Options) Source {
	return Source{Points: []string{what.point}, run: func(ctx context.Context, in inbox) error {
		contact.Watch(ctx, o, func(s contact.Sighting) {
			in.people <- func(k *keeper) { k.input(what, s) }
		})
		return nil
	}}
}

// readerSource watches a badge reader.
func readerSource(what reader, watch func(ctx context.Context, report func(badge.Sighting))) Source {
	return Source{Points: []string{what.point}, run: func(ctx context.Context, in inbox) error {
		watch(ctx, func(s badge.Sighting) {
			in.people <- func(k *keeper) { k.presented(what, s) }
		})
		return nil
	}}
}

// outputSource drives an output and watches whether that works. Of a lock's point the value is the lock's.
func outputSource(point string, drive func(ctx context.Context, report func(fault error))) Source {
	return Source{drives: true, run: func(ctx context.Context, in inbox) error {
		drive(ctx, func(fault error) {
			at := time.Now()
			in.people <- func(k *keeper) { k.driven(point, fault, at) }
		})
		return nil
	}}
}

// measured is one thing that a sensor of the air measures, and the point that it is.
type measured struct {
	point    string
	quantity climate.Quantity
}

// climateSource polls a sensor of the air.
func climateSource(of []measured, o climate.Options) Source {
	var names []string
	for _, m := range of {
		names = append(names, m.point)
	}
	return Source{Points: names, run: func(ctx context.Context, in inbox) error {
		climate.Poll(ctx, o, func(r climate.Reading) {
			in.readings <- func(k *keeper) {
				for _, m := range of {
					if r.Fault != nil {
						k.failed(m.point, r.Fault.Error(), r.At)
						continue
					}
					k.measured(m.point, m.quantity, m.quantity.Of(r.Env), r.At)
				}
			}
		})
		return nil
	}}
}

// recordingSource plays a recording. Where it cannot be understood, everything before is played, the point fails with
// the file, the line and what was expected, and the source returns that as its error.
func recordingSource(point string, o replay.Options) Source {
	return Source{Points: []string{point}, run: func(ctx context.Context, in inbox) error {
		var first time.Time
		count, err := replay.Play(ctx, o, func(r replay.Reading) {
			if first.IsZero() {
				first = r.Time
			}
			in.recorded <- func(k *keeper) { k.replayed(point, celsius(r.Temperature), r.Time, r.Time.Sub(first)) }
		})
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			in.recorded <- func(k *keeper) { k.failed(point, err.Error(), time.Now()) }
			return fmt.Errorf("recording of %s stopped after %d readings: %w", point, count, err)
		}
		end := record.ReplayEndedData{File: filepath.Base(o.File), Readings: count}
		in.recorded <- func(k *keeper) { k.ended(point, end) }
		return nil
	}}
}

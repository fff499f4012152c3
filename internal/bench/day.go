package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// dayOptions say how a station lives. It is meant to run where time is simulated.
type dayOptions struct {
	// Data is the folder of the journal.
	Data string
	// Days is for how long the station lives, Gone for how long it has lived before, in days.
	Days, Gone float64
	// Acknowledged is whether head office is there.
	Acknowledged bool
}

// What a station-day holds.
const (
	sensors       = 10
	sensorPeriod  = 10 * time.Second
	eventsPerDay  = 500
	dayLength     = 24 * time.Hour
	dayRetain     = 7 * dayLength
	dayDelay      = 30 * time.Second
	dayMaxBytes   = 512e6                  // as configured when nothing else is
	roundTrip     = 100 * time.Millisecond // from a commit to head office's acknowledgement
	sensorSpacing = sensorPeriod / sensors
)

// dayResult is what a station wrote in its time.
type dayResult struct {
	Records int
	// Process is bytes of page cache made dirty.
	Process int64
}

// live lets a station live: ten sensors in turn, one every second, events at random, and head office's acknowledgements
// a moment after each commit.
func live(ctx context.Context, o dayOptions) (r dayResult, err error) {
	began := time.Now()
	gone := time.Duration(o.Gone * float64(dayLength))
	now := func() clock.Reading {
		since := gone + time.Since(began)
		return clock.Reading{Wall: opening.Add(since), Boot: boot, Mono: since}
	}
	before, err := readUsage(self)
	if err != nil {
		return r, err
	}
	j, err := journal.Open(o.Data, journal.Options{Clock: now, MaxBytes: dayMaxBytes, Retain: dayRetain, TelemetryDelay: dayDelay,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return r, err
	}
	ctx, cancel := context.WithCancel(ctx)
	answered := make(chan error, 1)
	go func() { answered <- acknowledgeAll(ctx, j, o.Acknowledged) }()
	r.Records, err = write(ctx, j, time.Duration(o.Days*float64(dayLength)), uint64(o.Gone*1000))
	cancel()
	err = errors.Join(err, <-answered, j.Close())
	after, err2 := readUsage(self)
	r.Process = after.since(before).Written
	return r, errors.Join(err, err2)
}

// write is the station's side of live.
func write(ctx context.Context, j *journal.Journal, length time.Duration, seed uint64) (records int, err error) {
	random := rand.New(rand.NewPCG(seed, 3))
	happen := make([]time.Duration, int(float64(eventsPerDay)*float64(length)/float64(dayLength)))
	for i := range happen {
		happen[i] = time.Duration(random.Int64N(int64(length)))
	}
	slices.Sort(happen)
	h := openHall(seed)
	values := [sensors]float64{}
	for at := time.Duration(0); at < length; at += sensorSpacing {
		for len(happen) > 0 && happen[0] <= at {
			happen = happen[1:]
			e := h.next()
			e.Time = time.Time{} // now
			if _, err := j.Append(ctx, record.Events, e); err != nil {
				return records, err
			}
			records++
		}
		sensor := int(at/sensorSpacing) % sensors
		values[sensor] += random.NormFloat64() / 10
		e := record.NewEntry(record.TemperatureMeasured, fmt.Sprintf("machine-room/temperature-%d", sensor), time.Time{},
			record.MeasurementData{Value: float64(int(210000+1e4*values[sensor])) / 1e4, Unit: "°C"})
		if _, err := j.Append(ctx, record.Telemetry, e); err != nil {
			return records, err
		}
		records++
		time.Sleep(sensorSpacing)
	}
	return records, nil
}

// acknowledgeAll is head office's side of live, until ctx ends.
func acknowledgeAll(ctx context.Context, j *journal.Journal, present bool) error {
	for {
		changed := j.Changed()
		for _, stream := range record.Streams {
			at := j.Position(stream)
			if !present || at.Last == at.Through {
				continue
			}
			time.Sleep(roundTrip)
			if err := j.Acknowledge(record.Ack{Epoch: j.Epoch(), Stream: stream, Through: at.Last}); err != nil {
				return err
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

package node

import (
	"context"
	"log/slog"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/record"
)

const (
	// clockEvery is how often the wall clock is looked at.
	clockEvery = 2 * time.Second
	// clockStep is by how much the wall clock must have been moved to be worth a record. Time synchronisation moves a
	// running clock by less.
	clockStep = 2 * time.Second
)

// journalOfClock is what the journal does for a watched clock.
type journalOfClock interface {
	Judge(clock.Reading) record.Clock
	Append(ctx context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error)
}

// watchClock writes down whenever the wall clock is set, or begins or ceases to be believed, until ctx ends. What could
// not be written is tried again at the next look.
func watchClock(ctx context.Context, read clock.Clock, j journalOfClock, log *slog.Logger) {
	first := read()
	seen := watched{at: first, belief: j.Judge(first)}
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now := read()
		belief := j.Judge(now)
		change, changed := seen.change(now, belief)
		if !changed {
			continue
		}
		log.Warn("the wall clock changed", "step", change.Step, "from", change.From, "to", change.To, "clock", change.Clock)
		_, err := j.Append(ctx, record.Events, record.NewEntry(record.ClockChanged, "clock", time.Time{}, change))
		switch {
		case err == nil:
			seen = watched{at: now, belief: belief}
		case ctx.Err() == nil:
			log.Error("the change of the wall clock could not be written down, trying again", "error", err)
		}
	}
}

// watched is a clock as it was last written down.
type watched struct {
	at     clock.Reading
	belief record.Clock
}

// change says what has become of the clock. Steps too small to be told add up until they are not.
func (w watched) change(now clock.Reading, belief record.Clock) (record.ClockChangedData, bool) {
	change := record.ClockChangedData{From: record.Stamp(now.Wall), To: record.Stamp(now.Wall), Clock: belief}
	if now.Boot == w.at.Boot {
		expected := w.at.Wall.Add(now.Mono - w.at.Mono)
		if step := now.Wall.Sub(expected); step.Abs() > clockStep {
			change.From, change.Step = record.Stamp(expected), step.Round(time.Millisecond).Seconds()
		}
	}
	return change, change.Step != 0 || belief != w.belief
}

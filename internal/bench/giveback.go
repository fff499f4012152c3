package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// Bounds of what a journal that was drained may still hold, in bytes, and when.
const (
	smallFile   = 16e6
	smallWithin = time.Minute
)

// giveback is a journal whose backlog has just been acknowledged.
type giveback struct {
	volume  *volume
	dir     string
	journal *journal.Journal
	hall    *hall
	// longest is the longest that one event took meanwhile.
	longest time.Duration
}

// event appends one event, as the station goes on living.
func (g *giveback) event(ctx context.Context) error {
	began := time.Now()
	_, err := g.journal.Append(ctx, record.Events, g.hall.next())
	g.longest = max(g.longest, time.Since(began))
	return err
}

// acknowledge lets head office's acknowledgements of everything come in, with an event now and then.
func (g *giveback) acknowledge(ctx context.Context) error {
	const step = 10_000
	for {
		at := g.journal.Position(record.Events)
		if at.Through == at.Last {
			return nil
		}
		ack := record.Ack{Epoch: g.journal.Epoch(), Stream: record.Events, Through: min(at.Through+step, at.Last)}
		if err := g.journal.Acknowledge(ack); err != nil {
			return err
		}
		if ack.Through == at.Last {
			return nil
		}
		if err := g.event(ctx); err != nil {
			return err
		}
	}
}

// shrink lets the station live on, with an event every now and then, until the file is small or time is up.
func (g *giveback) shrink(ctx context.Context) (size int64, took time.Duration, err error) {
	const every = 200 * time.Millisecond
	began := time.Now()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := g.event(ctx); err != nil {
			return 0, 0, err
		}
		if size, err = fileSize(g.dir); err != nil || size <= smallFile || time.Since(began) > smallWithin {
			return size, time.Since(began), err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
	}
}

// commits returns what n commits of one event each made the device write, on average. The device is counted before the
// first and after the last: counting makes the file system write down its own pending notes, such as when the file was
// last changed, which it otherwise does every few seconds and not with every commit.
func (g *giveback) commits(ctx context.Context, n int) (mean float64, err error) {
	before, err := g.volume.count()
	if err != nil {
		return 0, err
	}
	for range n {
		if err := g.event(ctx); err != nil {
			return 0, err
		}
	}
	after, err := g.volume.count()
	if err != nil {
		return 0, err
	}
	return float64(after.since(before).Written) / float64(n), nil
}

// measureGiveback makes the rows on a journal after a large backlog has gone.
func (b *bench) measureGiveback(ctx context.Context) (rows []row, foot []string, err error) {
	dir, err := b.nodeVolume.folder()
	if err != nil {
		return nil, nil, err
	}
	g := &giveback{volume: b.nodeVolume, dir: within(dir, "journal"), hall: openHall(2)}
	if err := b.million.copyTo(ctx, g.dir); err != nil {
		return nil, nil, err
	}
	full, err := fileSize(g.dir)
	if err != nil {
		return nil, nil, err
	}
	if g.journal, err = openJournal(g.dir, 0, later); err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, g.journal.Close()) }()
	if err := g.acknowledge(ctx); err != nil {
		return nil, nil, err
	}
	size, took, err := g.shrink(ctx)
	if err != nil {
		return nil, nil, err
	}
	written, err := g.commits(ctx, b.scale.Commits)
	if err != nil {
		return nil, nil, err
	}
	return []row{
		{What: "one commit of one event, mean", Got: figure{Value: written, Unit: bytesEach},
			Target: atMost(20e3, bytesEach), Note: fmt.Sprintf("of %d commits", b.scale.Commits)},
		{What: "the file a minute later at most", Got: figure{Value: float64(size), Unit: bytesEach}, Target: atMost(smallFile, bytesEach),
			Note: fmt.Sprintf("%s s after the last acknowledgement; was %s", spell(took.Seconds()), figure{Value: float64(full), Unit: bytesEach})},
		{What: "longest wait of an event meanwhile", Got: millis(g.longest)},
	}, nil, nil
}

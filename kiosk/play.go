package main

import (
	"context"
	"fmt"
	"time"

	"stationkeeper/kiosk/replay"
)

// Replay is a recorded day to be played: as it was recorded, or live at a pace of its own.
type Replay struct {
	// One of Plan and Live is given.
	Plan *replay.Plan
	Live *replay.Live
	// Calls is how many calls were recorded that day.
	Calls int
	// ExitAtEnd ends Run once the day has been played and head office has everything.
	ExitAtEnd bool
}

// day is what Plan and Live have in common; nil when there is neither.
func (r *Replay) day() interface {
	Begin() time.Time
	Accepts(lastDay string) error
} {
	switch {
	case r.Live != nil:
		return r.Live
	case r.Plan != nil:
		return r.Plan
	}
	return nil
}

// play plays the recorded day, if there is one, and stops the kiosk after it when that is wanted.
func (k *kiosk) play(ctx context.Context, stop func()) error {
	if k.Replay == nil {
		return nil
	}
	playDay := k.playPlan
	if k.Replay.Live != nil {
		playDay = k.playLive
	}
	if err := playDay(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // interrupted; the next start goes on from here
		}
		return fmt.Errorf("replay: %w", err)
	}
	if k.Replay.ExitAtEnd {
		stop()
		return nil
	}
	k.clock.Release()
	if err := k.hall.EndDay(ctx); err != nil && ctx.Err() == nil {
		k.Log.Error("the recorded day could not be ended, the hall will try again", "error", err)
	}
	return nil
}

// playPlan plays the day as it was recorded, and what comes out has to be that.
func (k *kiosk) playPlan(ctx context.Context) error {
	plan, began := k.Replay.Plan, time.Now()
	got, err := plan.Run(ctx, k.hall, k.clock)
	if err != nil {
		return err
	}
	if err := plan.Report(k.Stdout, k.Replay.Calls, got, time.Since(began)); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return plan.Check(got)
}

// playLive lets the queue decide.
func (k *kiosk) playLive(ctx context.Context) error {
	began := time.Now()
	got, quotes, err := k.Replay.Live.Run(ctx, k.hall, k.clock)
	if err != nil {
		return err
	}
	if err := k.Replay.Live.Report(k.Stdout, got, quotes, time.Since(began)); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

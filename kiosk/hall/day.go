package hall

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/queue"
)

const (
	// look is how long the hall relies on a timer for the end of the day: a clock that is set moves the end, not the timer.
	look = time.Minute
	// After a change, waiting times are worked out anew once it has been quiet for settle, so that a burst costs no more
	// than one change; without one, every refresh, since waiting times change by themselves.
	settle  = 250 * time.Millisecond
	refresh = 10 * time.Second
)

// Run does what time brings, until ctx ends: it ends each day of work when it is over, also the one that was over before
// the start, gives up appointments that were missed, keeps waiting times true, and saves what it has learnt.
func (h *Hall) Run(ctx context.Context) error {
	parts, running := errgroup.WithContext(ctx)
	parts.Go(func() error { return h.keepDays(running) })
	parts.Go(func() error { return h.keepQuotes(running) })
	parts.Go(func() error { return h.keepTrying(running) })
	err := parts.Wait()
	return errors.Join(err, h.Remember())
}

// keepDays ends days and gives up appointments.
func (h *Hall) keepDays(ctx context.Context) error {
	for saved := time.Now(); ; {
		if err := h.EndDay(ctx); err != nil && ctx.Err() == nil {
			h.options.Log.Error("the day could not be ended, trying again", "in", look, "error", err)
		}
		if _, err := h.Appoint(ctx, appointments.Tick{}); err != nil && ctx.Err() == nil {
			h.options.Log.Error("missed appointments could not be written down, trying again", "in", look, "error", err)
		}
		if _, err := h.Case(ctx, cases.Tick{}); err != nil && ctx.Err() == nil {
			h.options.Log.Error("overdue cases could not be written down, trying again", "in", look, "error", err)
		}
		if time.Since(saved) >= saveEvery {
			if saved = time.Now(); ctx.Err() == nil {
				if err := h.Remember(); err != nil {
					h.options.Log.Error("trying again", "in", saveEvery, "error", err)
				}
			}
		}
		now := h.Now()
		if !pause(ctx, min(look, max(0, h.options.Rules.Calendar.End(now).Sub(now))+time.Millisecond), nil) {
			return nil
		}
	}
}

// keepQuotes works out waiting times anew after changes, and now and then without any.
func (h *Hall) keepQuotes(ctx context.Context) error {
	for {
		if !pause(ctx, refresh, h.stirred) || !pause(ctx, settle, nil) {
			return nil
		}
		if err := h.estimate(ctx); err != nil && ctx.Err() == nil {
			h.options.Log.Error("waiting times could not be told, trying again", "in", refresh, "error", err)
		}
	}
}

// pause waits for a time or a token of early, and reports whether to go on.
func pause(ctx context.Context, d time.Duration, early <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-early:
	}
	return true
}

// EndDay closes what is open from before today, and shows the new day where nothing was. Run does it in time; it is for
// a clock that has jumped.
func (h *Hall) EndDay(ctx context.Context) error {
	if err := h.begin(ctx); err != nil {
		return err
	}
	defer h.end()
	now := h.Now()
	decision, err := h.queue.Decide(queue.EndDay{}, now)
	if err != nil {
		return err
	}
	h.secrets.keep(func(id string) bool { _, ok := h.queue.Ticket(id); return ok })
	if len(decision.Entries) > 0 {
		h.options.Log.Info("the day of work is over, tickets still open are closed", "tickets", len(decision.Entries))
		return h.write(ctx, decision.Entries)
	}
	if h.Snapshot().Queue.Day != h.queue.Snapshot(now).Day {
		h.show()
	}
	return nil
}

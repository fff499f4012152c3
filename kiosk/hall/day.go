package hall

import (
	"context"
	"time"

	"stationkeeper/kiosk/queue"
)

// look is how long the hall relies on a timer for the end of the day: a clock that is set moves the end, not the
// timer.
const look = time.Minute

// Run ends each day of work when it is over, also the one that was over before the start, until ctx ends.
func (h *Hall) Run(ctx context.Context) error {
	for {
		if err := h.EndDay(ctx); err != nil && ctx.Err() == nil {
			h.options.Log.Error("the day could not be ended, trying again", "in", look, "error", err)
		}
		now := h.options.Now()
		timer := time.NewTimer(min(look, max(0, h.options.Rules.Calendar.End(now).Sub(now))+time.Millisecond))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// EndDay closes what is open from before today, and shows the new day where nothing was. Run does it in time; it is for
// a clock that has jumped.
func (h *Hall) EndDay(ctx context.Context) error {
	if err := h.begin(ctx); err != nil {
		return err
	}
	defer h.end()
	now := h.options.Now()
	decision, err := h.queue.Decide(queue.EndDay{}, now)
	if err != nil {
		return err
	}
	if len(decision.Entries) > 0 {
		h.options.Log.Info("the day of work is over, tickets still open are closed", "tickets", len(decision.Entries))
		return h.write(ctx, decision.Entries)
	}
	if h.Snapshot().Queue.Day != h.queue.Snapshot(now).Day {
		h.show()
	}
	return nil
}

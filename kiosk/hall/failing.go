package hall

import (
	"context"
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// again is how often a journal that takes nothing is tried.
const again = 5 * time.Second

// sourceJournal is the point that failed and recovered when the journal took nothing for a while.
const sourceJournal = "journal"

// fail makes known that the journal takes nothing.
func (h *Hall) fail() {
	if !h.failing.IsZero() {
		return
	}
	h.failing = h.Now()
	h.options.Log.Error("the journal takes nothing: nobody gets a ticket until it does", "trying_every", again)
	h.show()
}

// keepTrying tries a journal that takes nothing by writing down, when it does, for how long it did not.
func (h *Hall) keepTrying(ctx context.Context) error {
	for pause(ctx, again, nil) {
		if !h.Snapshot().Failing {
			continue
		}
		if err := h.recover(ctx); err != nil && ctx.Err() == nil {
			h.options.Log.Warn("the journal still takes nothing", "error", err)
		}
	}
	return nil
}

func (h *Hall) recover(ctx context.Context) error {
	if err := h.begin(ctx); err != nil {
		return err
	}
	defer h.end()
	since := h.failing
	entry := record.NewEntry(record.PointRecovered, sourceJournal, h.Now(), record.PointData{Quality: record.Good,
		Reason: fmt.Sprintf("nothing could be written down since %s", since.In(h.options.Rules.Calendar.Zone).Format(time.DateTime))})
	if err := h.write(ctx, []record.Entry{entry}); err != nil {
		return err
	}
	h.failing = time.Time{}
	h.show()
	h.options.Log.Info("the journal takes records again", "since", since)
	return nil
}

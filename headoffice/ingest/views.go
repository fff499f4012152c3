package ingest

import (
	"context"
	"time"

	"stationkeeper/internal/record"
)

// views is how the writer keeps the store's views going beside what it stores.
type views struct {
	// credit is how many records of a backlog may be indexed although messages wait.
	credit int
	// failed is set while indexing fails; it is not tried again before retry.
	failed bool
	retry  time.Time
}

// Share of the views while messages wait: one record is indexed for so many stored. So a backlog is drained at nearly
// full speed, and the views make progress however long it takes.
const (
	storedForOne = 16
	leastShare   = 16 // for each group, however small
	retryViews   = 2 * time.Second
)

// next waits for work. While there is none it brings the views up to date.
func (i *Ingest) next(ctx context.Context) (work, bool) {
	for ctx.Err() == nil {
		if w, ok := i.inbox.group(); ok {
			return w, true
		}
		pause := time.Duration(0)
		if i.o.Now().Before(i.views.retry) {
			pause = retryViews
		} else if i.index(ctx, i.o.Store.Index) > 0 {
			continue
		} else if i.views.failed {
			pause = retryViews
		}
		i.await(ctx, pause)
	}
	return work{}, false
}

// await returns when something is in the inbox, ctx ends or, unless it is zero, the pause is over.
func (i *Ingest) await(ctx context.Context, pause time.Duration) {
	var over <-chan time.Time
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-i.inbox.wake:
	case <-ctx.Done():
	case <-over:
	}
}

// share gives the views their part after a group was stored: events that have just happened are shown at once,
// the rest as far as the group has earned it.
func (i *Ingest) share(ctx context.Context, group []arrival) {
	stored, events := 0, false
	for _, a := range group {
		stored += len(a.Batch.Records)
		events = events || a.Batch.Stream == record.Events
	}
	if events {
		i.index(ctx, i.o.Store.IndexLive)
	}
	i.views.credit += max(stored/storedForOne, leastShare)
	if i.inbox.waiting() == 0 {
		i.views.credit = 0 // there is time for all of it
	}
	for i.views.credit > 0 && i.inbox.waiting() > 0 {
		n := i.index(ctx, i.o.Store.Index)
		if n == 0 {
			i.views.credit = 0
		}
		i.views.credit -= n
	}
}

// index takes one step with the views, unless they failed a moment ago. A failure is logged when it begins.
func (i *Ingest) index(ctx context.Context, step func(context.Context) (int, error)) int {
	if i.o.Now().Before(i.views.retry) {
		return 0
	}
	n, err := step(ctx)
	if err != nil && ctx.Err() == nil {
		if !i.views.failed {
			i.o.Log.Error("what is stored cannot be shown in charts and lists of events for now", "error", err)
		}
		i.views.failed, i.views.retry = true, i.o.Now().Add(retryViews)
		return 0
	}
	i.views.failed, i.views.retry = false, time.Time{}
	return n
}

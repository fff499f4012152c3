package ingest

import (
	"context"
	"errors"
	"time"

	"stationkeeper/headoffice/store"
)

// write is the pipeline's only writer. It runs until ctx ends.
func (i *Ingest) write(ctx context.Context) {
	for {
		w, ok := i.next(ctx)
		if !ok {
			return
		}
		if !w.nobody.IsZero() {
			i.persist(ctx, "that no node is connected", func() error { return i.o.Store.SetAllOffline(ctx, w.nobody) })
		}
		i.writeRetained(ctx, w.retained)
		i.writeBatches(ctx, w.others)
		if i.inbox.waiting() == 0 {
			i.emptied()
		}
	}
}

// emptied notes that nothing waits any more. If batches were dropped meanwhile, they are asked for at once.
func (i *Ingest) emptied() {
	i.mu.Lock()
	dropped := i.full
	i.full = false
	i.mu.Unlock()
	if dropped {
		i.gaps.hurry(i.o.Now())
	}
}

func (i *Ingest) writeRetained(ctx context.Context, messages []message) {
	var group []store.Heard
	for _, m := range messages {
		h, ok, refused := m.heard()
		switch {
		case refused != nil:
			i.refuse(ctx, m, *refused)
		case ok:
			group = append(group, h)
		}
	}
	if len(group) > 0 {
		i.persist(ctx, "states and presence", func() error { return i.o.Store.Hear(ctx, group) })
	}
}

// arrival is a batch that could be decoded.
type arrival struct {
	message
	store.Delivery
}

func (i *Ingest) writeBatches(ctx context.Context, messages []message) {
	var group []arrival
	for _, m := range messages {
		d, refused := m.delivery()
		if refused != nil {
			i.refuse(ctx, m, *refused)
			continue
		}
		group = append(group, arrival{m, d})
	}
	if len(group) == 0 {
		return
	}
	var left []arrival
	stored := i.persist(ctx, "batches", func() (err error) {
		left, err = i.putAll(ctx, group)
		return err
	})
	if !stored {
		i.mu.Lock()
		i.stats.Dropped += uint64(len(group))
		i.full = true
		i.mu.Unlock()
		return
	}
	for _, a := range left {
		i.refuse(ctx, a.message, refusal{RefusedUnstored, errUnstored})
	}
	i.share(ctx, group)
}

var errUnstored = errors.New("the database refuses this batch and takes others; see the log")

// putAll stores a group in one transaction or, when that fails although the database works, one by one, so that no
// batch stands in the way of others. It returns those that failed, and failed again after another was stored; and an
// error when none was.
func (i *Ingest) putAll(ctx context.Context, group []arrival) (left []arrival, err error) {
	if err = i.put(ctx, group); err == nil || len(group) == 1 || errors.Is(err, store.ErrUnavailable) {
		return nil, err
	}
	left, err = i.putEach(ctx, group)
	if len(left) == len(group) {
		return nil, err
	}
	left, _ = i.putEach(ctx, left)
	return left, nil
}

// putEach stores each of a group on its own. It returns those that failed, and the last error.
func (i *Ingest) putEach(ctx context.Context, group []arrival) (left []arrival, err error) {
	for n := range group {
		if failed := i.put(ctx, group[n:n+1]); failed != nil {
			i.o.Log.Debug("a batch was not stored", "topic", group[n].name, "error", failed)
			left, err = append(left, group[n]), failed
		}
	}
	return left, err
}

// put stores a group and acknowledges it after the commit.
func (i *Ingest) put(ctx context.Context, group []arrival) error {
	deliveries := make([]store.Delivery, len(group))
	for n, a := range group {
		deliveries[n] = a.Delivery
	}
	receipts, err := i.o.Store.Put(ctx, deliveries, i.o.Now())
	if err != nil {
		return err
	}
	for n, receipt := range receipts {
		i.account(ctx, group[n], receipt)
		if receipt.Ack.Epoch == "" {
			continue
		}
		// A node with another history than head office has under this epoch learns it from the acknowledgement's mark.
		ack := store.NodeAck{NodeKey: group[n].From, Ack: receipt.Ack, Highest: receipt.Highest}
		i.outbox.put(ack)
		if receipt.Refused == nil {
			i.note(ack)
		}
	}
	return nil
}

// account counts a delivery that was stored, or says why it was not.
func (i *Ingest) account(ctx context.Context, a arrival, receipt store.Receipt) {
	if receipt.Refused != nil {
		i.refuse(ctx, a.message, refusal{RefusedConflict, receipt.Refused})
		return
	}
	if receipt.Previous != "" {
		i.o.Log.Info("a node began a new epoch", "station", a.From.Station, "node", a.From.Node,
			"stream", a.Batch.Stream, "epoch", a.Batch.Epoch, "previous", receipt.Previous)
	}
	i.count(func(s *Stats) {
		s.Batches++
		s.Bytes += uint64(len(a.payload))
		s.Records += uint64(receipt.New)
		s.Duplicates += uint64(receipt.Duplicates)
	})
}

// attempts is how often a group is tried while the database fails, over about half a minute. Then it is given up, so
// that no message, whatever it is, can stop those behind it; nothing of it was acknowledged.
const attempts = 10

// persist does something with the database until it succeeds, is given up, or ctx ends, and reports success. An
// outage is logged when it begins and when it is over.
func (i *Ingest) persist(ctx context.Context, what string, do func() error) bool {
	for n := range attempts {
		err := do()
		if err == nil {
			if i.failing(false) {
				i.o.Log.Info("the database works again")
			}
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		if !i.failing(true) {
			i.o.Log.Error("the database fails: nothing is acknowledged until it works again", "storing", what, "error", err)
		}
		if !sleep(ctx, min(100*time.Millisecond<<n, 5*time.Second)) {
			return false
		}
	}
	return false
}

// failing notes whether the database fails, and returns whether it did before.
func (i *Ingest) failing(now bool) (before bool) {
	i.count(func(s *Stats) { before, s.Failing = s.Failing, now })
	return before
}

// sleep waits, and reports whether it was not ended by ctx.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

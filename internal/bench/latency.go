package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// watcher looks at head office for the events of the node, as they become visible in its API.
type watcher struct {
	office *office
	after  uint64 // all up to this seq have been seen, or are not looked for

	mu   sync.Mutex
	seen map[uint64]time.Time
}

// look asks once.
func (w *watcher) look(ctx context.Context) error {
	records, err := w.office.events(ctx, stationName, nodeName, w.after)
	now := time.Now()
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen == nil {
		w.seen = map[uint64]time.Time{}
	}
	for _, r := range records {
		if _, known := w.seen[r.Seq]; !known {
			w.seen[r.Seq] = now
		}
	}
	for w.seen[w.after+1] != (time.Time{}) {
		w.after++
	}
	return nil
}

// has reports whether a seq has become visible, and when.
func (w *watcher) has(seq uint64) (time.Time, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at, ok := w.seen[seq]
	return at, ok
}

// until looks again and again until a seq is visible.
func (w *watcher) until(ctx context.Context, seq uint64) error {
	return w.office.poll(ctx, fmt.Sprintf("shows event %d", seq), func() (bool, error) {
		if err := w.look(ctx); err != nil {
			return false, err
		}
		_, ok := w.has(seq)
		return ok, nil
	})
}

// happen lets the node write an event down.
func happen(ctx context.Context, node *process, id int) (e written, err error) {
	if err := node.tell(fmt.Sprintf("event door-%d", id)); err != nil {
		return e, err
	}
	err = node.answer(ctx, "event", &e)
	return e, err
}

// oneByOne lets n events happen, each after the one before is visible, and returns how long each took to be.
func (w *watcher) oneByOne(ctx context.Context, node *process, n int) ([]time.Duration, error) {
	var took []time.Duration
	for i := range n {
		e, err := happen(ctx, node, i)
		if err != nil {
			return nil, err
		}
		if err := w.until(ctx, e.Seq); err != nil {
			return nil, err
		}
		at, _ := w.has(e.Seq)
		took = append(took, at.Sub(e.Began))
	}
	return took, nil
}

// duringDrain lets an event happen every now and then while the node drains, at most n, and returns how long each took to
// be visible, and how long the drain took. The first happens when records have arrived: what is older than the connection is
// backlog.
func (w *watcher) duringDrain(ctx context.Context, s *site, n int) (took []time.Duration, whole time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var looking sync.WaitGroup
	defer looking.Wait()
	defer cancel()
	var events []written
	drained := make(chan error, 1)
	looking.Go(func() {
		var err error
		whole, err = s.drain(ctx)
		drained <- err
	})
	if err := w.office.poll(ctx, "stores what arrives", func() (bool, error) {
		stored, err := w.office.metric(ctx, "headoffice_ingest_records_total")
		return stored > 0, err
	}); err != nil {
		return nil, 0, err
	}
	failed := make(chan error, 1)
	looking.Go(func() {
		failed <- w.office.poll(ctx, "shows all events", func() (bool, error) { return false, w.look(ctx) })
	})
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for ended := false; !ended; {
		if len(events) < n {
			e, err := happen(ctx, s.node, len(events))
			if err != nil {
				return nil, 0, err
			}
			events = append(events, e)
		}
		select {
		case <-tick.C:
		case err := <-failed:
			return nil, 0, err
		case err := <-drained:
			if err != nil {
				return nil, 0, err
			}
			ended = true
		}
	}
	if err := w.all(ctx, events, failed); err != nil {
		return nil, whole, err
	}
	for _, e := range events {
		at, _ := w.has(e.Seq)
		took = append(took, at.Sub(e.Began))
	}
	return took, whole, nil
}

// all waits until every event has been seen by who looks.
func (w *watcher) all(ctx context.Context, events []written, failed <-chan error) error {
	tick := time.NewTicker(glimpse)
	defer tick.Stop()
	for _, e := range events {
		for {
			if _, ok := w.has(e.Seq); ok {
				break
			}
			select {
			case <-tick.C:
			case err := <-failed:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// measureLatency makes the rows on how soon an event is visible at head office, and what idle programs hold in memory.
func (b *bench) measureLatency(ctx context.Context) (rows []row, foot []string, err error) {
	room, err := b.room("latency")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	b.say("latency, idle")
	idle, err := b.idleLatency(ctx, within(room, "idle"))
	if err != nil {
		return nil, nil, err
	}
	b.say("latency, draining")
	busy, whole, err := b.busyLatency(ctx, within(room, "busy"))
	if err != nil {
		return nil, nil, err
	}
	for _, share := range []struct {
		name   string
		of     float64
		target *target
	}{{"p50", 0.5, atMostRatio(2)}, {"p95", 0.95, atMostRatio(2)}} {
		beside := millis(quantile(idle, share.of))
		beside.Of = "idle"
		rows = append(rows, row{What: fmt.Sprintf("event to API while draining %s, %s", spell(float64(b.million.records)), share.name),
			Got: millis(quantile(busy, share.of)), Beside: &beside, Target: share.target,
			Note: fmt.Sprintf("%d events in %s s of draining, %d idle", len(busy), spell(whole.Seconds()), len(idle))})
	}
	return rows, nil, nil
}

func (b *bench) idleLatency(ctx context.Context, room string) (took []time.Duration, err error) {
	if err := os.MkdirAll(within(room, "node"), 0o700); err != nil {
		return nil, err
	}
	s, err := b.openSite(ctx, b.latencySite(room))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if _, err := s.drain(ctx); err != nil {
		return nil, err
	}
	w := &watcher{office: s.office}
	if took, err = w.oneByOne(ctx, s.node, b.scale.Events); err != nil {
		return nil, err
	}
	for _, p := range []*process{s.node, s.office.process} {
		held, err := resident(p.pid())
		if err != nil {
			return nil, err
		}
		b.idleMemory = append(b.idleMemory, row{What: p.name + " when idle", Got: figure{Value: float64(held), Unit: bytesEach}})
	}
	return took, nil
}

func (b *bench) busyLatency(ctx context.Context, room string) (took []time.Duration, whole time.Duration, err error) {
	if err := os.MkdirAll(room, 0o700); err != nil {
		return nil, 0, err
	}
	if err := b.million.copyTo(ctx, within(room, "node")); err != nil {
		return nil, 0, err
	}
	s, err := b.openSite(ctx, b.latencySite(room))
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	w := &watcher{office: s.office, after: s.waits}
	return w.duringDrain(ctx, s, b.scale.LiveEvents)
}

func (b *bench) latencySite(room string) siteOptions {
	return siteOptions{Room: room, Node: within(room, "node"), Office: within(room, "headoffice"),
		Task: nodeTask{Retain: forever, TelemetryDelay: 30 * time.Second}}
}

// measureMemory makes the rows on memory that the drain and the latency have seen.
func (b *bench) measureMemory(context.Context) (rows []row, foot []string, err error) {
	return append(b.idleMemory, b.drainMemory...), nil, nil
}

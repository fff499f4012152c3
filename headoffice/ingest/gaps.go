package ingest

import (
	"context"
	"errors"
	"sync"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// longestAsk is the longest time between two requests for the same records.
const longestAsk = time.Minute

// gaps is what is missing below what has arrived: of each stream of each node the epoch that delivers now. A gap is
// asked for when nothing has filled it for a while.
type gaps struct {
	first time.Duration
	mu    sync.Mutex
	wake  chan struct{}
	all   map[streamKey]*gap
}

type streamKey struct {
	store.NodeKey
	stream record.Stream
}

type gap struct {
	epoch   string
	through uint64
	// next is when to ask, wait how long that was after the last progress or request.
	next time.Time
	wait time.Duration
	// asked is whether it was asked for since something began to be missing.
	asked bool
}

func newGaps(first time.Duration) *gaps {
	return &gaps{first: first, wake: make(chan struct{}, 1), all: map[streamKey]*gap{}}
}

// note takes in how far a stream is complete, and up to what it is known. It reports whether a gap that was asked for
// is closed by it.
func (g *gaps) note(key streamKey, epoch string, through, highest uint64, now time.Time) (closed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	known, ok := g.all[key]
	if through >= highest {
		delete(g.all, key)
		return ok && known.asked
	}
	if ok && known.epoch == epoch && known.through >= through {
		return false // no progress
	}
	asked := ok && known.epoch == epoch && known.asked
	g.all[key] = &gap{epoch: epoch, through: through, next: now.Add(g.first), wait: g.first, asked: asked}
	g.signal()
	return false
}

// hurry has every gap asked for now.
func (g *gaps) hurry(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range g.all {
		one.next = now
	}
	g.signal()
}

func (g *gaps) signal() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// request is a gap that is to be asked for.
type request struct {
	streamKey
	epoch string
	again bool // it was asked for before
}

// due returns what is to be asked for now, and when the next will be; zero when there is nothing missing.
func (g *gaps) due(now time.Time) (requests []request, next time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, one := range g.all {
		if !one.next.After(now) {
			requests = append(requests, request{key, one.epoch, one.asked})
			if one.asked {
				one.wait = min(2*one.wait, longestAsk)
			}
			one.asked, one.next = true, now.Add(one.wait)
		}
		if next.IsZero() || one.next.Before(next) {
			next = one.next
		}
	}
	return requests, next
}

// note takes in how far a stream is complete.
func (i *Ingest) note(ack store.NodeAck) {
	key := streamKey{ack.NodeKey, ack.Stream}
	if i.gaps.note(key, ack.Epoch, ack.Through, ack.Highest, i.o.Now()) {
		i.o.Log.Info("the records that had not arrived are there", "station", ack.Station, "node", ack.Node,
			"stream", ack.Stream, "through", ack.Through)
	}
}

// ask asks nodes for what has not arrived, until ctx ends.
func (i *Ingest) ask(ctx context.Context) {
	for {
		requests, next := i.gaps.due(i.o.Now())
		for _, r := range requests {
			i.askFor(ctx, r)
		}
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = time.After(max(next.Sub(i.o.Now()), 0))
		}
		select {
		case <-ctx.Done():
			return
		case <-i.gaps.wake:
		case <-timer:
		}
	}
}

// askFor publishes the acknowledgement of an epoch with the ranges that are missing.
func (i *Ingest) askFor(ctx context.Context, r request) {
	ack, err := i.o.Store.Ack(ctx, r.NodeKey, r.epoch, r.stream)
	if errors.Is(err, store.ErrNotFound) { // the database was replaced
		i.gaps.note(r.streamKey, r.epoch, 0, 0, i.o.Now())
		return
	}
	if err != nil || len(ack.Again) == 0 {
		return // closed meanwhile, or tried again later
	}
	missing := uint64(0)
	for _, g := range ack.Again {
		missing += g.Last - g.First + 1
	}
	i.outbox.put(ack)
	i.count(func(s *Stats) { s.Asked++ })
	if !r.again {
		i.o.Log.Info("records have not arrived: their node is asked for them", "station", r.Station, "node", r.Node,
			"stream", r.stream, "epoch", r.epoch, "first", ack.Again[0].First, "missing", missing)
	}
}

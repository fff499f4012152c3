package ingest

import (
	"context"
	"sync"
	"time"

	"stationkeeper/internal/record"
)

// Bounds of the inbox, and of what the writer takes from it at once. Ten batches in flight from each of 400 nodes
// have room.
const (
	maxWaiting      = 4096
	maxWaitingBytes = 64 << 20
	maxGroup        = 256
	maxGroupBytes   = 4 << 20
)

// message is one MQTT message as it arrived.
type message struct {
	name     string // the topic as it was spelled
	topic    record.Topic
	payload  []byte
	received time.Time
}

// work is what the writer does in one turn, in this order.
type work struct {
	// nobody is set when head office has lost its broker: no node is known to be connected, since that time.
	nobody time.Time
	// retained holds the latest message of each topic of state and presence, in order of arrival.
	retained []message
	// others are batches, and messages of topics that are none.
	others []message
}

// inbox is where messages wait for the writer.
type inbox struct {
	mu       sync.Mutex
	wake     chan struct{} // has room for one, so that a wake-up is never lost
	nobody   time.Time
	retained map[string]message
	order    []string // the topics of retained, in order of arrival
	others   []message
	bytes    int
}

func newInbox() *inbox {
	return &inbox{wake: make(chan struct{}, 1), retained: map[string]message{}}
}

// put takes a message in. It reports false when there is no room for it.
func (b *inbox) put(m message) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch m.topic.Kind {
	case record.KindState, record.KindOnline:
		if _, waits := b.retained[m.name]; !waits {
			b.order = append(b.order, m.name)
		}
		b.retained[m.name] = m
	default:
		if len(b.others) >= maxWaiting || b.bytes+len(m.payload) > maxWaitingBytes {
			return false
		}
		b.others = append(b.others, m)
		b.bytes += len(m.payload)
	}
	b.signal()
	return true
}

// putNobody notes that the broker is gone. Presence that still waits was true before.
func (b *inbox) putNobody(since time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nobody = since
	kept := b.order[:0]
	for _, name := range b.order {
		if b.retained[name].topic.Kind == record.KindOnline {
			delete(b.retained, name)
			continue
		}
		kept = append(kept, name)
	}
	b.order = kept
	b.signal()
}

func (b *inbox) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// take waits for messages and removes as many as make a good group. It returns false when ctx ends.
func (b *inbox) take(ctx context.Context) (work, bool) {
	for {
		if ctx.Err() != nil {
			return work{}, false
		}
		if w, ok := b.group(); ok {
			return w, true
		}
		select {
		case <-b.wake:
		case <-ctx.Done():
		}
	}
}

func (b *inbox) group() (w work, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w.nobody, b.nobody = b.nobody, time.Time{}
	for len(b.order) > 0 && len(w.retained) < maxGroup {
		name := b.order[0]
		w.retained = append(w.retained, b.retained[name])
		delete(b.retained, name)
		b.order = b.order[1:]
	}
	size := 0
	for len(b.others) > 0 && len(w.others) < maxGroup && (size == 0 || size+len(b.others[0].payload) <= maxGroupBytes) {
		m := b.others[0]
		size += len(m.payload)
		w.others = append(w.others, m)
		b.others[0] = message{} // its payload is not to be kept by the array below
		b.others = b.others[1:]
	}
	b.bytes -= size
	return w, !w.nobody.IsZero() || len(w.retained)+len(w.others) > 0
}

// waiting is how many messages wait.
func (b *inbox) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.others) + len(b.order)
}

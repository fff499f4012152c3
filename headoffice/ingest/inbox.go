package ingest

import (
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
	maxGroupBytes   = 48 << 10 // a thousand records or two: what happens now does not wait long for them
	// smallBytes is the largest payload of a small message. What happens one by one is small, a backlog is not.
	smallBytes = 2 << 10
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
	// retained holds the latest message of each topic of state, presence, configuration and results, in order of arrival.
	retained []message
	// others are batches, and messages of topics that are none: the small ones first, and alone in every other turn.
	others []message
}

// inbox is where messages wait for the writer.
type inbox struct {
	mu       sync.Mutex
	wake     chan struct{} // has room for one, so that a wake-up is never lost
	nobody   time.Time
	retained map[string]message
	order    []string // the topics of retained, in order of arrival
	// small and large hold the others, in order of arrival. A node's batches may so overtake one another; the store
	// takes them in any order.
	small, large []message
	overtaken    bool // the turn before went to small ones alone while large ones waited
	bytes        int
}

func newInbox() *inbox {
	return &inbox{wake: make(chan struct{}, 1), retained: map[string]message{}}
}

// put takes a message in. It reports false when there is no room for it.
func (b *inbox) put(m message) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch m.topic.Kind {
	case record.KindState, record.KindOnline, record.KindReported, record.KindResult:
		if _, waits := b.retained[m.name]; !waits {
			b.order = append(b.order, m.name)
		}
		b.retained[m.name] = m
	default:
		if len(b.small)+len(b.large) >= maxWaiting || b.bytes+len(m.payload) > maxWaitingBytes {
			return false
		}
		lane := &b.large
		if len(m.payload) <= smallBytes {
			lane = &b.small
		}
		*lane = append(*lane, m)
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

// group removes as many messages as make a good group. It reports false when none wait.
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
	w.others = b.takeFrom(&b.small)
	if b.overtaken || len(w.others) == 0 {
		w.others = append(w.others, b.takeFrom(&b.large)...)
		b.overtaken = false
	} else {
		b.overtaken = len(b.large) > 0
	}
	return w, !w.nobody.IsZero() || len(w.retained)+len(w.others) > 0
}

// takeFrom takes as many messages of a lane as make a good group, and one at least.
func (b *inbox) takeFrom(lane *[]message) (taken []message) {
	size := 0
	for len(*lane) > 0 && len(taken) < maxGroup && (size == 0 || size+len((*lane)[0].payload) <= maxGroupBytes) {
		m := (*lane)[0]
		size += len(m.payload)
		taken = append(taken, m)
		(*lane)[0] = message{} // its payload is not to be kept by the array below
		*lane = (*lane)[1:]
	}
	b.bytes -= size
	return taken
}

// waiting is how many messages wait.
func (b *inbox) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.small) + len(b.large) + len(b.order)
}

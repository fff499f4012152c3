package ingest

import (
	"container/list"
	"context"
	"sync"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// outbox is where acknowledgements wait to be published: of each stream of each epoch the highest.
type outbox struct {
	mu    sync.Mutex
	wake  chan struct{}
	acks  map[ackKey]*list.Element
	order *list.List // of store.NodeAck, the latest last: that is the one to stay retained
}

type ackKey struct {
	store.NodeKey
	epoch  string
	stream record.Stream
}

func newOutbox() *outbox {
	return &outbox{wake: make(chan struct{}, 1), acks: map[ackKey]*list.Element{}, order: list.New()}
}

// put adds an acknowledgement, or replaces the one that waits, unless that knows of more: what was read from the store
// may be older.
func (b *outbox) put(ack store.NodeAck) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := ackKey{ack.NodeKey, ack.Epoch, ack.Stream}
	if e, waits := b.acks[key]; waits {
		if ack.Through >= e.Value.(store.NodeAck).Through {
			e.Value = ack
		}
		b.order.MoveToBack(e)
	} else {
		b.acks[key] = b.order.PushBack(ack)
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// clear forgets what waits: without a broker, and before all is republished from the store.
func (b *outbox) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.acks)
	b.order.Init()
}

// take waits for acknowledgements and removes at most limit of them. It returns none when ctx ends.
func (b *outbox) take(ctx context.Context, limit int) []store.NodeAck {
	for {
		if some := b.some(limit); len(some) > 0 {
			return some
		}
		select {
		case <-b.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

func (b *outbox) some(limit int) (some []store.NodeAck) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(some) < limit && b.order.Len() > 0 {
		ack := b.order.Remove(b.order.Front()).(store.NodeAck)
		delete(b.acks, ackKey{ack.NodeKey, ack.Epoch, ack.Stream})
		some = append(some, ack)
	}
	return some
}

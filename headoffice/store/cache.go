package store

import (
	"container/list"
	"sync"

	"stationkeeper/internal/record"
)

// cacheBytes bounds what the cache holds, estimated: a decoded record takes about ten times its share of the
// compressed batch.
const (
	cacheBytes  = 32 << 20
	decodedSize = 10
)

// cache keeps decoded batches by their id, those used last. Batches never change and an id that was committed is not
// used again (one that was rolled back is: then the cache is emptied), so that
// nothing in it can be wrong. The zero value is ready to use.
type cache struct {
	mu    sync.Mutex
	byID  map[int64]*list.Element
	order *list.List // of cached, the one used last in front
	size  int
}

type cached struct {
	id      int64
	records []record.Record
	size    int
}

func (c *cache) get(id int64) ([]record.Record, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byID[id]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached).records, true
}

// put keeps records that came as a payload of that many bytes.
func (c *cache) put(id int64, records []record.Record, payload int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID, c.order = map[int64]*list.Element{}, list.New()
	}
	if _, known := c.byID[id]; known {
		return
	}
	one := &cached{id, records, payload*decodedSize + 512}
	c.byID[id] = c.order.PushFront(one)
	c.size += one.size
	for c.size > cacheBytes {
		oldest := c.order.Remove(c.order.Back()).(*cached)
		delete(c.byID, oldest.id)
		c.size -= oldest.size
	}
}

// forget empties the cache: another database may use the same ids.
func (c *cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byID, c.order, c.size = nil, nil, 0
}

package speech

import "container/list"

// cache keeps the sounds used last, up to a number of bytes.
type cache struct {
	limit, size int
	order       *list.List // of *kept, the one used last in front
	byKey       map[string]*list.Element
}

type kept struct {
	key   string
	sound Sound
}

func newCache(limit int) *cache {
	return &cache{limit: limit, order: list.New(), byKey: map[string]*list.Element{}}
}

func (k *kept) bytes() int { return 2*len(k.sound.Samples) + len(k.key) }

func (c *cache) get(key string) (Sound, bool) {
	e, ok := c.byKey[key]
	if !ok {
		return Sound{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*kept).sound, true
}

// put keeps a sound, and lets go those not used for longest until it fits. One that is larger than all is not kept.
func (c *cache) put(key string, s Sound) {
	c.drop(key)
	k := &kept{key, s}
	if k.bytes() > c.limit {
		return
	}
	c.byKey[key] = c.order.PushFront(k)
	c.size += k.bytes()
	for c.size > c.limit {
		c.drop(c.order.Back().Value.(*kept).key)
	}
}

func (c *cache) drop(key string) {
	if e, ok := c.byKey[key]; ok {
		c.size -= e.Value.(*kept).bytes()
		c.order.Remove(e)
		delete(c.byKey, key)
	}
}

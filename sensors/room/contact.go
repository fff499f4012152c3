package room

import (
	"errors"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"stationkeeper/sensors/contact"
	"stationkeeper/sensors/line"
)

// Contact is a contact to ground. Once opened it behaves like a line of the kernel's.
type Contact struct {
	mu       sync.Mutex
	conducts bool
	held     *held // nil while nobody watches
}

// Open is for contact.Options: it requests the line, which can be held once at a time.
func (c *Contact) Open(pull gpio.Pull) (contact.Line, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held != nil {
		return nil, errors.New("simulated contact: in use already")
	}
	c.held = &held{contact: c, pull: pull, edges: make(chan line.Edge, queued)}
	return c.held, nil
}

// queued is how many edges are kept for whoever watches; more are lost.
const queued = 256

// set makes the contact conduct or not, and queues the edge. False when it was so already.
func (c *Contact) set(conducts bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := c.conducts != conducts
	c.conducts = conducts
	if changed && c.held != nil && c.held.pull != gpio.PullDown {
		c.held.queue(line.Edge{Level: gpio.Level(!conducts), At: time.Now()})
	}
	return changed
}

// held is a contact's line while somebody holds it. The contact's lock guards it.
type held struct {
	contact *Contact
	pull    gpio.Pull
	edges   chan line.Edge
	lost    uint32
}

func (h *held) queue(e line.Edge) {
	e.Lost = h.lost
	select {
	case h.edges <- e:
		h.lost = 0
	default:
		h.lost++
	}
}

// Level implements contact.Line. An open contact leaves the line to its resistor.
func (h *held) Level() (gpio.Level, error) {
	h.contact.mu.Lock()
	defer h.contact.mu.Unlock()
	return gpio.Level(!h.contact.conducts && h.pull != gpio.PullDown), nil
}

// Edges implements contact.Line.
func (h *held) Edges() <-chan line.Edge { return h.edges }

// Close implements contact.Line.
func (h *held) Close() error {
	h.contact.mu.Lock()
	defer h.contact.mu.Unlock()
	h.contact.held = nil
	return nil
}

var _ contact.Line = (*held)(nil)

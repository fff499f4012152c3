package room

import (
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Contact is the door's contact: normally closed, to ground. It behaves like a line of the kernel's.
type Contact struct {
	mu       sync.Mutex
	conducts bool
	pull     gpio.Pull
	edge     gpio.Edge
	edges    chan struct{} // the kernel queues 16 edges of a line and drops the rest
	halt     chan struct{} // wakes who waits now, not who waits later
}

const queued = 16

func newContact() *Contact {
	return &Contact{conducts: true, edges: make(chan struct{}, queued), halt: make(chan struct{})}
}

// set makes the contact conduct or not, and queues the edge.
func (c *Contact) set(conducts bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.level()
	c.conducts = conducts
	after := c.level()
	wanted := c.edge == gpio.BothEdges || c.edge == gpio.RisingEdge && after == gpio.High || c.edge == gpio.FallingEdge && after == gpio.Low
	if before == after || !wanted {
		return
	}
	select {
	case c.edges <- struct{}{}:
	default:
	}
}

// level needs c.mu. An open contact leaves the line to its resistor.
func (c *Contact) level() gpio.Level {
	if c.conducts || c.pull == gpio.PullDown {
		return gpio.Low
	}
	return gpio.High
}

// In implements gpio.PinIn.
func (c *Contact) In(pull gpio.Pull, edge gpio.Edge) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pull, c.edge = pull, edge
	return nil
}

// Read implements gpio.PinIn.
func (c *Contact) Read() gpio.Level {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.level()
}

// WaitForEdge implements gpio.PinIn as periph's Linux driver does: 0 waits for ever, a negative timeout not at all.
func (c *Contact) WaitForEdge(timeout time.Duration) bool {
	c.mu.Lock()
	halt := c.halt
	c.mu.Unlock()
	var over <-chan time.Time
	if timeout != 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-c.edges:
		return true
	case <-over:
	case <-halt:
	}
	return false
}

// Halt implements conn.Resource.
func (c *Contact) Halt() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.halt)
	c.halt = make(chan struct{})
	return nil
}

// Pull implements gpio.PinIn.
func (c *Contact) Pull() gpio.Pull {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pull
}

// DefaultPull implements gpio.PinIn.
func (c *Contact) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// String implements conn.Resource.
func (c *Contact) String() string { return "simulated door contact" }

// Name implements pin.Pin.
func (c *Contact) Name() string { return "SIMULATED-DOOR" }

// Number implements pin.Pin.
func (c *Contact) Number() int { return -1 }

// Function implements pin.Pin.
func (c *Contact) Function() string { return string(gpio.IN) }

var _ gpio.PinIn = (*Contact)(nil)

package room

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Change is something in the room that changed: what is "strike" (open, locked), "door" (open, closed), "bolt"
// (thrown, drawn), "signal in" or "signal out" (a tone).
type Change struct {
	What, To string
	// At is when, by the kernel's monotonic clock, which all programs of a machine share.
	At time.Duration
}

// String is the change as a line of the control socket.
func (c Change) String() string { return fmt.Sprintf("%d %s %s", c.At.Nanoseconds(), c.What, c.To) }

// mono reads the kernel's monotonic clock.
func mono() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		panic(fmt.Sprintf("the monotonic clock cannot be read: %v", err)) // there is no Linux without it
	}
	return time.Duration(t.Nano())
}

// changes hands every change to all who follow them. The zero value is ready for use.
type changes struct {
	mu        sync.Mutex
	followers map[chan Change]bool
}

// tell hands on a change. A follower who is far behind is dropped: his channel is closed.
func (c *changes) tell(what, to string) {
	change := Change{What: what, To: to, At: mono()}
	c.mu.Lock()
	defer c.mu.Unlock()
	for f := range c.followers {
		select {
		case f <- change:
		default:
			delete(c.followers, f)
			close(f)
		}
	}
}

// follow begins to follow changes; leave ends it.
func (c *changes) follow() (following <-chan Change, leave func()) {
	f := make(chan Change, 256)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.followers == nil {
		c.followers = map[chan Change]bool{}
	}
	c.followers[f] = true
	return f, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.followers, f)
	}
}

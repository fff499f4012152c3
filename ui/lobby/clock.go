package lobby

import "time"

// clock runs something later, on the screen's goroutine, unless it is stopped before.
type clock struct {
	after  func(d time.Duration, f func()) (stop func())
	do     func(func())
	starts uint64 // so that one that was stopped too late is recognised
	cancel func()
}

func (c *clock) running() bool { return c.cancel != nil }

func (c *clock) start(d time.Duration, f func()) {
	c.stop()
	c.starts++
	this := c.starts
	c.cancel = c.after(d, func() {
		c.do(func() {
			if this != c.starts || c.cancel == nil {
				return
			}
			c.cancel = nil
			f()
		})
	})
}

func (c *clock) stop() {
	if c.cancel != nil {
		c.cancel()
		c.cancel = nil
	}
}

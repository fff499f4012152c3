package replay

import (
	"math"
	"sync"
	"time"
)

// Clock is a wall clock that shows the time of the recording while that is played, and the station's before
// and after. It is safe for concurrent use.
type Clock struct {
	live func() time.Time

	mu sync.Mutex
	// recorded is the time of the recording when it was last set, at since by the machine's clock; from then on speed
	// recorded seconds pass in each of its seconds, or none.
	recorded, since time.Time
	speed           float64
}

// NewClock returns a clock that shows the time of day begin until it is set.
func NewClock(begin time.Time, live func() time.Time) *Clock {
	return &Clock{live: live, recorded: begin}
}

// Now is the time of the recording, or after Release, that of the station.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.recorded.IsZero():
		return c.live()
	case c.speed == 0:
		return c.recorded
	}
	return c.recorded.Add(time.Duration(float64(time.Since(c.since)) * c.speed))
}

// Release returns the clock to the station's time.
func (c *Clock) Release() { c.set(time.Time{}) }

// set makes the clock stand.
func (c *Clock) set(t time.Time) { c.run(t, 0) }

// run makes the clock go from a time on.
func (c *Clock) run(from time.Time, speed float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recorded, c.since, c.speed = from, time.Now(), speed
}

// until is how long it takes, by the machine's clock, until a running clock shows t; rounding makes it no shorter.
func (c *Clock) until(t time.Time) time.Duration {
	now := c.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Duration(math.Ceil(float64(t.Sub(now))/c.speed)) + time.Nanosecond
}

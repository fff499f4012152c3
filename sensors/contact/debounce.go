package contact

import (
	"time"

	"periph.io/x/conn/v3/gpio"
)

// settling is what is known of a contact's level between two looks at it. The zero value knows nothing.
type settling struct {
	level gpio.Level // the level that counts, when known
	known bool
	// seen is the latest level and since when no other has been seen.
	seen  gpio.Level
	since time.Time
}

// step takes a look at the contact into account. counts is true when a level has now been stable for hold and is
// another than the one that counted before, or the first.
func (s settling) step(level gpio.Level, at time.Time, hold time.Duration) (next settling, counts bool) {
	if s.since.IsZero() || level != s.seen {
		s.seen, s.since = level, at
	}
	if s.known && s.seen == s.level || at.Sub(s.since) < hold {
		return s, false
	}
	s.level, s.known = s.seen, true
	return s, true
}

// pending is how long the level seen has still to stay before it counts; 0 when it counts already.
func (s settling) pending(at time.Time, hold time.Duration) time.Duration {
	if s.known && s.seen == s.level {
		return 0
	}
	return max(0, hold-at.Sub(s.since))
}

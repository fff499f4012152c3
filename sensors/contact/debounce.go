package contact

import (
	"time"

	"periph.io/x/conn/v3/gpio"
)

// settling is what is known of a contact's level. The zero value knows nothing.
type settling struct {
	level gpio.Level // the level that counts, when known
	known bool
	// seen is the latest level and since when no other has been seen.
	seen  gpio.Level
	since time.Time
	// looked is when the level was last read, rather than told by an edge.
	looked time.Time
}

// settle counts the level seen if it has been stable for hold by then. counts is true when it is another than the one
// that counted before, or the first.
func (s settling) settle(at time.Time, hold time.Duration) (next settling, counts bool) {
	if s.since.IsZero() || s.known && s.seen == s.level || at.Sub(s.since) < hold {
		return s, false
	}
	s.level, s.known = s.seen, true
	return s, true
}

// look takes a level into account that was read, unless an edge is known that is newer.
func (s settling) look(level gpio.Level, at time.Time) settling {
	if s.since.After(at) {
		return s
	}
	if s.since.IsZero() || level != s.seen {
		s.seen, s.since = level, at
	}
	s.looked = at
	return s
}

// edge takes an edge into account: the level was not stable then, even if it is the same as before, since two edges
// close together may be told as one.
func (s settling) edge(level gpio.Level, at time.Time) settling {
	if at.Before(s.looked) {
		// It happened before the level was last read, and was fetched after: what was read is newer.
		if level == s.seen && at.Before(s.since) {
			s.since = at
		}
		return s
	}
	s.seen, s.since = level, at
	return s
}

// pending is how long the level seen has still to stay before it counts; none when it counts already.
func (s settling) pending(at time.Time, hold time.Duration) (left time.Duration, some bool) {
	if s.since.IsZero() || s.known && s.seen == s.level {
		return 0, false
	}
	return max(0, hold-at.Sub(s.since)), true
}

package forecast

import (
	"time"

	"stationkeeper/kiosk/queue"
)

// A counter without a customer calls the next one when its clerk has put the papers away, or has gone and comes back
// later: nobody tells which. The longer it has let people wait, the less it can be counted on.

// spell is how a time without a customer began, or what it has turned into.
type spell int

const (
	turning spell = iota // somebody waited when the last customer went
	standby              // nobody did
	away                 // it has let people wait for long
	spells
)

// ignoring is how many seconds a counter lets people wait whom it could call until it counts as away.
const ignoring = 20.0

// idle is a counter without a customer.
type idle struct {
	begin   time.Time
	spell   spell
	ignored float64 // seconds for which somebody waited whom it could call
	exposed bool    // somebody does now
	present bool    // in the snapshot being looked at
}

// idleSince is when a counter without a customer became idle.
func idleSince(c *queue.CounterView) time.Time {
	if c.Since.After(c.Last) {
		return c.Since
	}
	return c.Last
}

// pass counts dt seconds from a time on.
func (i *idle) pass(calls *[spells]hazards, from time.Time, dt float64) {
	if !i.exposed {
		return
	}
	if i.spell != away {
		part := min(dt, ignoring-i.ignored)
		calls[i.spell].expose(i.ignored, i.ignored+part)
		i.ignored += part
		dt -= part
		from = from.Add(seconds(part))
		if i.ignored >= ignoring-1e-6 {
			i.spell = away
		}
	}
	if dt > 0 && i.spell == away {
		x := max(0, from.Sub(i.begin).Seconds())
		calls[away].expose(x, x+dt)
	}
}

const callMemory = 3000 // calls

// called counts that it has called.
func (i *idle) called(calls *[spells]hazards, at time.Time) {
	after := i.ignored
	if i.spell == away {
		after = max(0, at.Sub(i.begin).Seconds())
	}
	calls[i.spell].happened(after, callMemory)
}

// readiness is how soon idle counters call, cumulated for drawing.
type readiness [spells]*cumulated

func (l *learned) readiness() *readiness {
	return &readiness{
		turning: l.Calls[turning].cumulated(8, 1),
		standby: l.Calls[standby].cumulated(8, 1),
		away:    l.Calls[away].cumulated(60, 1),
	}
}

// wait is an idle counter's time until it calls, ready to be drawn.
type wait struct {
	soon    *cumulated // while it is not away; nil when it is
	ignored float64    // seconds for which it has let people wait
	passed  float64    // sum of the rates until now
	until   float64    // seconds until it counts as away
	limit   float64    // sum of the rates until then
	away    *cumulated
	gone    float64 // sum of the rates of those away when it begins to count as away
}

// wait is that of a counter that has been idle for since and has ignored people for ignored, both in seconds.
func (r *readiness) wait(s spell, ignored, since float64) wait {
	w := wait{ignored: ignored, away: r[away]}
	if s != away {
		w.soon, w.until = r[s], max(0, ignoring-ignored)
		w.passed = w.soon.upTo(ignored)
		w.limit = w.soon.upTo(ignored+w.until) - w.passed
	}
	w.gone = w.away.upTo(since + w.until)
	return w
}

// next is when it calls, for a draw from the exponential distribution of mean 1; idle is for how many seconds it has been.
func (w *wait) next(idle, draw float64) float64 {
	if w.soon != nil && draw < w.limit {
		return w.soon.rest(w.ignored, w.passed, draw)
	}
	return w.until + w.away.rest(idle+w.until, w.gone, draw-w.limit)
}

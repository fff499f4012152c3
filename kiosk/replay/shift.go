package replay

import (
	"cmp"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
)

// shift is when a counter works, in order. Between two spans its clerk is on a break.
type shift struct {
	counter string
	spans   []span
}

// span is from an instant to another, that not included.
type span struct {
	from, to time.Time
}

// A server who does nothing for away is on a break; so is one who serves nobody while, for ignored in all, somebody waits.
const away, ignored = 20 * time.Minute, time.Minute

// employ lists the servers who work while customers come; a service whose server is not known is nobody's.
func (l *Live) employ(calls []Call) []shift {
	served := map[string][]span{}
	var waits []span
	for _, c := range calls {
		v, ok := c.Visit()
		if ok && v.Waited.After(v.Came) {
			waits = append(waits, span{v.Came, v.Waited})
		}
		if ok && v.Served && c.Server != NoServer && v.Ended.After(v.Waited) {
			served[c.Server] = append(served[c.Server], span{v.Waited, v.Ended})
		}
	}
	waits = join(waits, func(gap span) bool { return gap.to.After(gap.from) })
	var shifts []shift
	for server, spans := range served {
		spans = join(spans, func(gap span) bool {
			return gap.to.Sub(gap.from) >= away || overlap(gap, waits) >= ignored
		})
		spans = slices.DeleteFunc(spans, func(s span) bool {
			return !s.to.After(l.from()) || !l.to().IsZero() && !s.from.Before(l.to())
		})
		if len(spans) > 0 {
			shifts = append(shifts, shift{server, spans})
		}
	}
	slices.SortFunc(shifts, func(a, b shift) int { return cmp.Compare(a.counter, b.counter) })
	return shifts
}

// join makes one span of those that overlap, and of those between which the gap is no break.
func join(spans []span, isBreak func(gap span) bool) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	var joined []span
	for _, s := range spans {
		last := len(joined) - 1
		if last < 0 || s.from.After(joined[last].to) && isBreak(span{joined[last].to, s.from}) {
			joined = append(joined, s)
		} else {
			joined[last].to = later(joined[last].to, s.to)
		}
	}
	return joined
}

// overlap is for how long a span overlaps others, which are in order and do not overlap each other.
func overlap(s span, others []span) (sum time.Duration) {
	for _, o := range others {
		from, to := later(s.from, o.from), s.to
		if o.to.Before(to) {
			to = o.to
		}
		sum += max(0, to.Sub(from))
	}
	return sum
}

// state is what a counter is to be at a time, and until when; the zero time is for ever.
func (s shift) state(now time.Time) (state queue.CounterState, until time.Time) {
	state = queue.CounterClosed
	for _, one := range s.spans {
		switch {
		case now.Before(one.from):
			return state, one.from
		case now.Before(one.to):
			return queue.CounterOpen, one.to
		}
		state = queue.CounterPaused
	}
	return queue.CounterClosed, time.Time{}
}

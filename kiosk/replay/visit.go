package replay

import "time"

// Visit is what a call would be in a lobby: a ticket taken, and either a call to a counter and a service there, or a
// customer who gave up.
type Visit struct {
	// Came is when the ticket is taken; Waited is when the wait ends, with the call or with the leaving.
	Came, Waited time.Time
	// Served is false for a customer who gave up.
	Served bool
	// Ended is when the service ends, Waited at the earliest; zero for a customer who gave up.
	Ended time.Time
	// Odd is what had to be put right.
	Odd []Oddity
}

// Visit lays out a call; ok is false when it is none that a lobby would have seen.
func (c Call) Visit() (v Visit, ok bool) {
	if c.Outcome == Phantom {
		return Visit{Odd: []Oddity{PhantomIgnored}}, false
	}
	queued := !c.QueueStart.IsZero()
	v = Visit{Came: c.Exit, Waited: c.Exit, Served: c.Outcome == Agent}
	if queued {
		v.Came, v.Waited = c.QueueStart, later(c.QueueStart, c.QueueExit)
	}
	v.note(ExitBeforeEntry, c.Exit.Before(c.Entry))
	v.note(WaitDiffers, v.Waited.Sub(v.Came) != c.Waited)
	if !v.Served {
		v.note(LeftBeforeQueue, !queued)
		v.note(LeftWithService, !c.ServiceStart.IsZero())
		return v, true
	}
	v.end(c)
	return v, true
}

// end finds when the service ends.
func (v *Visit) end(c Call) {
	switch {
	case v.note(ServiceUnknown, c.ServiceStart.IsZero()), v.note(ServiceBeforeCall, c.ServiceExit.Before(v.Waited)):
		v.Ended = v.Waited
	default:
		v.Ended = c.ServiceExit
		v.note(ServiceOverlapsWait, v.Waited.Sub(c.ServiceStart) > 2*time.Second)
		v.note(OverMidnight, c.ServiceExit.Sub(c.Day) >= 24*time.Hour && c.ServiceStart.Sub(c.Day) < 24*time.Hour)
	}
}

func (v *Visit) note(o Oddity, when bool) bool {
	if when {
		v.Odd = append(v.Odd, o)
	}
	return when
}

func later(a, b time.Time) time.Time {
	if b.Before(a) {
		return a
	}
	return b
}

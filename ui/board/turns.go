package board

import (
	"slices"
	"time"
)

// Pace is how much of a call is said.
type Pace string

const (
	Full   Pace = "full"   // chime, sentence in each language
	Brisk  Pace = "brisk"  // chime, sentence in the first language
	Quick  Pace = "quick"  // one stroke, number and counter, first language
	Stroke Pace = "stroke" // one stroke of the chime
)

// tempo is how long a call takes.
type tempo struct {
	upTo           int // how many wait, with the one that begins
	pace           Pace
	least, between time.Duration // on the screen, and until the next
}

var tempi = []tempo{
	{2, Full, 6 * time.Second, 300 * time.Millisecond},
	{6, Brisk, 4 * time.Second, 300 * time.Millisecond},
	{30, Quick, 2 * time.Second, 300 * time.Millisecond},
	{0, Stroke, 600 * time.Millisecond, 50 * time.Millisecond},
}

// tempoOf is that of a call that begins when so many wait, with itself.
func tempoOf(waiting int) tempo {
	for _, t := range tempi {
		if waiting <= t.upTo {
			return t
		}
	}
	return tempi[len(tempi)-1]
}

// stale is the age from which on a call is only listed.
const stale = 5 * time.Minute

// turn is a call that is being announced: it ends when it has been both seen and heard.
type turn struct {
	Call
	tempo
	seen, heard bool
}

// turns is the order of announcements.
type turns struct {
	known    bool   // whether received means something
	received uint64 // serial of the last call that came
	waiting  []Call
	now      *turn
	pausing  bool // the next one begins after a pause
}

func newTurns(announced uint64) turns { return turns{known: announced > 0, received: announced} }

// effect is what is to be done after something happened.
type effect struct {
	// begin is a turn that begins; end ends what is said of the one before.
	begin *turn
	end   bool
	// pause is after which time to call next; 0: not at all.
	pause time.Duration
	// done is the serial of the last call that is done with; 0: none is.
	done uint64
}

// come takes the calls of a snapshot, newest first, at the station's time.
func (t *turns) come(calls []Call, at time.Time) effect {
	newest := uint64(0)
	if len(calls) > 0 {
		newest = calls[0].Serial
	}
	if !t.known {
		// Nothing is remembered: it begins with what comes after.
		t.known, t.received = true, newest
		return effect{done: newest}
	}
	if newest > 0 && newest < t.received {
		t.received = 0 // those are the serials of another journal, made when the kiosk's disk was replaced
	}
	e := t.withdraw(calls)
	for _, c := range slices.Backward(calls) {
		if c.Serial <= t.received {
			continue
		}
		t.received = c.Serial
		if c.Withdrawn || at.Sub(c.At) > stale {
			if t.now == nil && len(t.waiting) == 0 && !t.pausing {
				e.done = c.Serial
			}
			continue
		}
		t.waiting = append(t.waiting, c)
	}
	if e.pause == 0 && !t.pausing && t.now == nil && len(t.waiting) > 0 {
		e.begin = t.begin()
	}
	return e
}

// withdraw takes off what was taken back, also the one being announced.
func (t *turns) withdraw(calls []Call) effect {
	gone := func(serial uint64) bool {
		return slices.ContainsFunc(calls, func(c Call) bool { return c.Serial == serial && c.Withdrawn })
	}
	t.waiting = slices.DeleteFunc(t.waiting, func(c Call) bool { return gone(c.Serial) })
	if t.now == nil || !gone(t.now.Serial) {
		return effect{}
	}
	return t.leave()
}

func (t *turns) leave() effect {
	e := effect{end: true, pause: t.now.between, done: t.now.Serial}
	t.now, t.pausing = nil, true
	return e
}

func (t *turns) begin() *turn {
	call := t.waiting[0]
	t.now = &turn{Call: call, tempo: tempoOf(len(t.waiting))}
	t.waiting = t.waiting[1:]
	return t.now
}

// next is called when a pause is over.
func (t *turns) next() effect {
	t.pausing = false
	if t.now != nil || len(t.waiting) == 0 {
		return effect{}
	}
	return effect{begin: t.begin()}
}

// passed notes that a call was shown long enough, or heard to the end.
func (t *turns) passed(serial uint64, seen, heard bool) effect {
	if t.now == nil || t.now.Serial != serial {
		return effect{}
	}
	t.now.seen, t.now.heard = t.now.seen || seen, t.now.heard || heard
	if t.now.seen && t.now.heard {
		return t.leave()
	}
	return effect{}
}

package access

import (
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// grace is how long after a strike has closed an opening still counts as one that was granted: a hand that pulls at the
// last moment, and a contact that is debounced.
const grace = time.Second

// turn is one step in the making: a state of its own to write to, and what comes of it.
type turn struct {
	*Policy
	s  State
	at record.Moment
	fx Effects
}

func (p *Policy) turn(s State, at record.Moment) *turn {
	if !p.knows(s) {
		s = p.resume(s, at)
	}
	return &turn{Policy: p, s: s.clone(), at: at}
}

// knows reports whether a state is of this run of the program, and of this site.
func (p *Policy) knows(s State) bool {
	return len(s.doors) == len(p.doors) && len(s.readers) == len(p.site.Readers)
}

// resume is a state as it is when the program starts: nothing is known of doors, and what was before is reckoned by the
// wall clock.
func (p *Policy) resume(s State, at record.Moment) State {
	s.doors = make([]doorNow, len(p.doors))
	s.readers = make([]readerNow, len(p.site.Readers))
	s.Inside, s.Entered, s.Wrong = slices.Clone(s.Inside), slices.Clone(s.Entered), slices.Clone(s.Wrong)
	for i, v := range s.Inside {
		visit := *v
		visit.When = v.resumed(at)
		s.Inside[i] = &visit
	}
	for i, e := range s.Entered {
		s.Entered[i] = &Entered{e.Person, e.Area, e.resumed(at)}
	}
	for i := range s.Wrong {
		s.Wrong[i].When = s.Wrong[i].resumed(at)
	}
	return s
}

// Begin is called when the program starts, with a state from JSON or Fold, and when a policy comes into force, with the
// state that Step returned last. At a start, what was being timed is void, and nothing is known of the doors until their
// contacts are read; who is inside, modes and wrong attempts stay. With a new policy the doors stay as they are, but what
// readers were waiting for is void. It says of every strike how it is to be.
func (p *Policy) Begin(s State, at record.Moment) (State, Effects) {
	t := p.turn(s, at)
	for i := range t.s.readers {
		if t.s.readers[i].asked != nil {
			t.s.readers[i].asked = nil
			t.signal(i, Quiet)
		}
	}
	t.withdrawModes()
	t.s.look = never
	t.lapse()
	t.settle()
	t.fx.Strikes = nil
	for i, d := range p.doors {
		if d.Strike {
			t.fx.Strikes = append(t.fx.Strikes, Strike{d.Point, t.s.doors[i].strike})
		}
	}
	return t.s, t.fx
}

// Step lets one event happen. Time passes first: what is over at that moment is over before the event.
func (p *Policy) Step(s State, e Event, at record.Moment) (State, Effects) {
	t := p.turn(s, at)
	t.lapse()
	switch e := e.(type) {
	case CardShown:
		if i := p.site.reader(e.Reader); i >= 0 {
			t.cardShown(i, e)
		}
	case KeyPressed:
		if i := p.site.reader(e.Reader); i >= 0 {
			t.keyPressed(i, e.Key)
		}
	case DoorMoved:
		if i := p.site.door(e.Door); i >= 0 && p.doors[i].Contact {
			t.doorMoved(i, e.Open, e.Initial)
		}
	case DoorUnreadable:
		if i := p.site.door(e.Door); i >= 0 {
			t.doorUnreadable(i)
		}
	case BoltMoved:
		if i := p.site.door(e.Door); i >= 0 && p.doors[i].Bolt {
			t.s.doors[i].thrown = knownAs(e.Thrown)
		}
	case ExitRequested:
		if i := p.site.door(e.Door); i >= 0 && p.doors[i].Exit {
			t.exitRequested(i)
		}
	}
	t.settle()
	return t.s, t.fx
}

// lapse ends what is over by now.
func (t *turn) lapse() {
	for i := range t.s.doors {
		t.lapsePasses(i)
	}
	for i := range t.s.readers {
		if d := t.s.readers[i].asked; d != nil && t.at.Mono >= d.until {
			t.unanswered(i, d)
		}
	}
	t.lapseVisits()
	t.lapseWrong()
}

// settle says what is different after all that happened: strikes, modes, conditions.
func (t *turn) settle() {
	for i := range t.s.doors {
		t.settleMode(i)
		t.settleStrike(i)
		t.settleConditions(i)
	}
	for i := range t.s.readers {
		t.settleAttempts(i)
	}
}

func (t *turn) write(typ, source string, data any) {
	t.fx.Entries = append(t.fx.Entries, record.NewEntry(typ, source, t.at.Wall, data))
}

func (t *turn) signal(reader int, tone Tone) {
	t.fx.Signals = append(t.fx.Signals, Signal{t.site.Readers[reader].Point, tone})
}

func (t *turn) condition(point, rule, reason string, active bool) {
	t.fx.Conditions = append(t.fx.Conditions, Condition{Point: point, Rule: rule, Level: levels[rule], Reason: reason, Active: active})
}

// Due is the Mono at which the next Tick is wanted, and false when none is. It is to be asked again after every Begin,
// Step and Order. It is later than at if that is the moment of the last of them; otherwise it may have passed, and the Tick
// is wanted now.
func (p *Policy) Due(s State, at record.Moment) (time.Duration, bool) {
	if !p.knows(s) { // before Begin
		return never, false
	}
	t := &turn{Policy: p, s: s, at: at} // of which nothing is written to
	next := never
	for i := range t.s.doors {
		for _, due := range t.dueDoor(i) {
			next = sooner(next, due)
		}
	}
	for _, r := range t.s.readers {
		if r.asked != nil {
			next = sooner(next, r.asked.until)
		}
	}
	byWall := slices.ContainsFunc(p.doors, func(d *door) bool { return d.unlock != nil })
	if len(t.s.Inside) > 0 {
		next = sooner(next, t.s.look)
	}
	for _, w := range t.s.Wrong {
		next = sooner(next, at.Mono+t.counts(w)-w.lasted(at))
	}
	if byWall { // hours begin at full minutes, and the wall clock may be set at any time
		next = sooner(next, at.Mono+time.Minute-time.Duration(at.Wall.Second())*time.Second-time.Duration(at.Wall.Nanosecond()))
	}
	return next, next != never
}

// never is no time at all.
const never time.Duration = -1

func sooner(a, b time.Duration) time.Duration {
	if a == never {
		return b
	}
	return min(a, b)
}

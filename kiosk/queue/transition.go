package queue

import (
	"slices"
	"time"
)

// The transitions of a ticket. They are shared by Decide, which tells what will be, and Apply, which does it. Each makes
// another image of the ticket.

func (t Ticket) called(counter, clerk, rule string, at time.Time) Ticket {
	t.revision++
	t.Status, t.Counter, t.Clerk, t.Rule, t.Called, t.Announced, t.Recalls = Called, counter, clerk, rule, at, at, 0
	t.HoldReason, t.Remind = "", time.Time{}
	return t
}

func (t Ticket) recalled(at time.Time) Ticket {
	t.Recalls++
	t.Announced = at
	return t
}

func (t Ticket) served(outcome, note string, at time.Time) Ticket {
	t.revision++
	t.Status, t.Ended, t.Outcome, t.Note = Served, at, outcome, note
	return t
}

func (t Ticket) left(reason string, at time.Time) Ticket {
	t.revision++
	t.Status, t.Ended, t.Reason = Left, at, reason
	t.HoldReason, t.Remind = "", time.Time{}
	return t
}

// returned is the ticket waiting again for the same service.
func (t Ticket) returned(turn time.Time) Ticket {
	t.revision++
	t.Turn = turn
	return t.uncalled()
}

func (t Ticket) held(reason string, remind, at time.Time) Ticket {
	t.revision++
	t.Stages = append(slices.Clip(t.Stages), t.stage(OutcomeHeld, reason, at))
	t.Status, t.HoldReason, t.Remind = Held, reason, remind
	return t
}

// wentOn is the ticket waiting for another service, the present one behind it.
func (t Ticket) wentOn(to Leg, rest []Leg, outcome, note string, turn, at time.Time) Ticket {
	t.revision++
	t.Stages = append(slices.Clip(t.Stages), t.stage(outcome, note, at))
	t.Service, t.For, t.Rest, t.Entered, t.Turn = to.Service, to.Counter, rest, at, turn
	return t.uncalled()
}

func (t Ticket) classed(class string) Ticket {
	t.revision++
	t.Class = class
	return t
}

func (t Ticket) quoted(q Quote) Ticket {
	t.Quote = q
	return t
}

func (t Ticket) uncalled() Ticket {
	t.Status, t.Counter, t.Clerk, t.Rule, t.Recalls = Waiting, "", "", "", 0
	t.Called, t.Announced = time.Time{}, time.Time{}
	return t
}

func (t *Ticket) stage(outcome, note string, at time.Time) Stage {
	return Stage{Service: t.Service, Counter: t.Counter, Clerk: t.Clerk, Entered: t.Entered, Called: t.Called, Ended: at, Outcome: outcome, Note: note}
}

// next is the leg that a ticket goes on to when its service is finished, and those after it; nil when there is none. Legs
// for services that are gone are left out.
func (s *State) next(t *Ticket) (*Leg, []Leg) {
	for i, leg := range t.Rest {
		if _, known := s.code.services[leg.Service]; known {
			return &t.Rest[i], t.Rest[i+1:]
		}
	}
	return nil, nil
}

// gap is the least distance of turns that the engine leaves: room for others to be put between.
const gap = time.Microsecond

// freshTurn is the turn of one who comes at this time: after all others.
func (s *State) freshTurn(at time.Time) time.Time {
	if at.After(s.turn) {
		return at
	}
	return s.turn.Add(gap)
}

// turnAt is the turn behind the nth who waits for the service of a ticket; 0 is in front, -1 at the end.
func (s *State) turnAt(t *Ticket, place int, at time.Time) time.Time {
	all := s.waiting.inTurn()
	ofService := slices.DeleteFunc(slices.Clone(all), func(w *Ticket) bool { return w.Service != t.Service })
	switch {
	case place < 0 || place > 0 && place >= len(ofService):
		return s.freshTurn(at)
	case place == 0 && (len(ofService) == 0 || t.Turn.Before(ofService[0].Turn)):
		return vacant(all, t.Turn)
	case place == 0:
		return vacant(all, ofService[0].Turn.Add(-gap))
	}
	return behind(all, ofService[place-1])
}

// behind is the turn in the middle between a ticket and the one after it. Where that is too narrow, it is behind the next.
func behind(all []*Ticket, t *Ticket) time.Time {
	i, _ := slices.BinarySearchFunc(all, t, byTurn)
	for ; i+1 < len(all); i++ {
		if room := all[i+1].Turn.Sub(all[i].Turn); room > 1 {
			return all[i].Turn.Add(min(room/2, gap))
		}
	}
	return all[len(all)-1].Turn.Add(gap)
}

// vacant is the turn itself or, when somebody has it, the last one before it that nobody has.
func vacant(all []*Ticket, turn time.Time) time.Time {
	for slices.ContainsFunc(all, func(w *Ticket) bool { return w.Turn.Equal(turn) }) {
		turn = turn.Add(-1)
	}
	return turn
}

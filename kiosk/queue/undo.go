package queue

import (
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// deed is the last action of a counter, with what it takes to undo it: the images of its tickets before and after, and
// what it counted.
type deed struct {
	action  verb
	at      time.Time
	request string
	steps   []step
	// folded is how many records had been folded before the last of its own.
	folded int
}

// step is what an action did to one ticket.
type step struct {
	before, after *Ticket // before is nil of a ticket that the action made
	told          []Quote // that a call had scored
	charged       charged // to the account of a rule
	last          time.Time
}

// then is the deed that follows: a finish and a call that are one decision are one deed.
func (d *deed) then(action verb, at time.Time, request string, folded int, done step) *deed {
	next := &deed{action: action, at: at, request: request, steps: []step{done}, folded: folded}
	if d != nil && d.action == verbFinish && d.request == "" && d.folded+1 == folded && d.at.Equal(at) {
		next.steps = []step{d.steps[0], done}
	}
	return next
}

// about is the ticket that the action was about.
func (d *deed) about() *Ticket { return d.steps[len(d.steps)-1].after }

// did carries out what a counter does with its ticket.
func (s *State) did(desk *desk, action verb, request string, before, after *Ticket, at time.Time) {
	s.move(before, after)
	desk.deed = &deed{action: action, at: at, request: request, folded: s.folded, steps: []step{{before: before, after: after, last: desk.last}}}
}

// untouched reports whether the tickets of a deed are still as it left them. A call may have called the very ticket that
// was finished with it: then the call counts.
func (s *State) untouched(d *deed) bool {
	for i, step := range d.steps {
		if i+1 < len(d.steps) && step.after.ID == d.about().ID {
			continue
		}
		t, ok := s.tickets[step.after.ID]
		if !ok || t.revision != step.after.revision || t.Status != step.after.Status {
			return false
		}
	}
	return true
}

// undoable is the action of a counter that can be taken back at this time.
func (s *State) undoable(d *desk, now time.Time) (*deed, error) {
	switch {
	case d.deed == nil:
		return nil, ErrNothingToUndo
	case now.Sub(d.deed.at) > s.rules.Undo:
		return nil, fmt.Errorf("%w: it was done at %s", ErrTooLate, d.deed.at.In(s.rules.Calendar.Zone).Format("15:04:05"))
	case !s.untouched(d.deed):
		return nil, fmt.Errorf("%w: something has happened to %s since", ErrTooLate, d.deed.about().Number)
	}
	return d.deed, nil
}

func (c Undo) decide(s *State, now instant) (Decision, error) {
	d, known := s.desks[c.Counter]
	if !known || d.gone {
		return Decision{}, unknown(ErrUnknownCounter, c.Counter)
	}
	deed, err := s.undoable(d, now.time)
	if err != nil {
		return Decision{}, err
	}
	t := deed.about()
	entry := record.NewEntry(record.TicketUndone, source, now.time, record.TicketUndoneData{
		Counter: d.id, Clerk: d.clerk, Action: string(deed.action), Ticket: t.ID, Number: t.Number, Undone: deed.request, Request: c.Request})
	return one(*s.undone(d, deed), entry), nil
}

// undone is the ticket that is told of when a deed is undone, as it is then.
func (s *State) undone(d *desk, deed *deed) *Ticket {
	for _, step := range deed.steps {
		if step.after.ID == deed.about().ID && step.before != nil {
			return step.before
		}
	}
	return d.ticket // a split is only undone while nothing else was done here
}

func (s *State) applyUndone(d record.TicketUndoneData, at time.Time) error {
	desk := s.desks[d.Counter]
	if desk == nil || desk.deed == nil || string(desk.deed.action) != d.Action || desk.deed.about().ID != d.Ticket || !s.untouched(desk.deed) {
		return fmt.Errorf("%w: undo of %s of ticket %q at counter %q", ErrDisorder, d.Action, d.Ticket, d.Counter)
	}
	deed := desk.deed
	if s.follow(at) != s.day {
		return fmt.Errorf("%w: undo at counter %q of what was done another day", ErrDisorder, d.Counter)
	}
	undone := s.undone(desk, deed)
	desk.deed = nil
	for i := len(deed.steps) - 1; i >= 0; i-- {
		s.takeBack(desk, deed, deed.steps[i])
	}
	s.remember(d.Request, verbUndo, d.Counter, undone)
	return nil
}

// takeBack makes one step of a deed undone.
func (s *State) takeBack(desk *desk, deed *deed, done step) {
	now := s.tickets[done.after.ID]
	delete(s.told, now.ID)
	s.move(now, done.before)
	switch action := deed.action; {
	case done.before == nil:
		s.countIssued(done.after, -1)
	case done.after.Status == Called:
		s.withdraw(now.ID)
		s.score.add(done.told, done.after.Called, -1)
		if len(done.told) > 0 {
			s.told[now.ID] = done.told
		}
		if done.charged.account != nil {
			done.charged.account.refund(done.charged)
		}
	case done.after.Status == Left:
		s.countLeft(done.after, -1)
	case action == verbFinish || action == verbTransfer || action == verbCall: // a call that had finished another one
		s.countStage(desk, done.before, deed.at, -1)
		desk.last = done.last
		if done.after.Status == Served {
			s.countServed(done.after, -1)
		}
	}
}

// withdraw marks the last call of a ticket, and its repetitions, as taken back.
func (s *State) withdraw(ticket string) {
	for i := len(s.announced) - 1; i >= 0; i-- {
		if a := &s.announced[i]; a.Ticket == ticket {
			a.Withdrawn = true
			if !a.Again {
				return
			}
		}
	}
}

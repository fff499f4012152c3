package lobby

import (
	"context"
	"errors"
	"time"

	"stationkeeper/ui/lang"
)

// wish is something that is asked of the desk, for a customer. Asked again after it failed, it is the same wish, with the
// same request: should it have been fulfilled behind our back, it is not fulfilled twice.
type wish struct {
	// service is that of a ticket: its tile stays pressed.
	service string
	// ask is called off the screen's goroutine, and returns what happens then.
	ask func(ctx context.Context, l *Lobby) event
	// impatient is what the customer is told when no answer has come.
	impatient *problem
}

// problem is what could not be done, and what to do instead.
type problem struct {
	say func(c *lang.Catalogue) (title, text string)
	// again is asked once more by a button, or called; without either there is no button.
	again *wish
	call  func()
}

// ask puts a wish to the desk.
func (s state) ask(w *wish) (state, effect) {
	s.wish, s.asked, s.left, s.speaking = w, true, patience, false
	return s, func(l *Lobby) { l.ask(w) }
}

// expects tells whether somebody still stands before the screen who wants this answer. An answer that comes after the
// screen has given up is welcome as long as it still says so.
func (s state) expects(w *wish) bool {
	return s.wish == w && (s.asked || s.screen == trouble && s.problem == w.impatient)
}

func (s state) fails(p *problem, at time.Time) state {
	s.asked, s.problem = false, p
	return s.enter(trouble, troubleStays, at)
}

// afterTrouble goes back to where the wish was made.
func (s state) afterTrouble(at time.Time) state {
	if s.open != none {
		return s.enter(flowing, flowStays, at)
	}
	return s.goHome(at)
}

// retry is the tap on "try again".
type retry struct{}

func (retry) next(s state, at time.Time) (state, effect) {
	if !s.takesTaps(trouble, at) {
		return s, nil
	}
	switch p := s.problem; {
	case p.again != nil:
		return s.enter(waiting, 0, at).ask(p.again)
	case p.call != nil:
		return s.afterTrouble(at), func(*Lobby) { p.call() }
	}
	return s.touched(), nil
}

// takeTicket is the wish for a ticket of a service.
func takeTicket(service, request string) *wish {
	w := &wish{service: service}
	w.impatient = &problem{again: w, say: func(c *lang.Catalogue) (string, string) { return c.NoTicket, c.NoTicketDo }}
	w.ask = func(ctx context.Context, l *Lobby) event {
		taken, err := l.options.Desk.TakeTicket(ctx, service, request)
		if p := refusal(err); p != nil {
			l.options.Log.Info("no ticket is given", "service", service, "reason", err)
			return refused{w, p}
		}
		if err != nil {
			l.options.Log.Error("a ticket could not be taken", "service", service, "request", request, "err", err)
			return refused{w, w.impatient}
		}
		return ticketTaken{w, taken}
	}
	return w
}

// refusal is what a customer is told when the desk gives no ticket for good; nil when it gave one, or may yet.
func refusal(err error) *problem {
	say := func(words func(c *lang.Catalogue) (string, string)) *problem { return &problem{say: words} }
	switch {
	case errors.Is(err, ErrClosed):
		return say(func(c *lang.Catalogue) (string, string) { return c.IsClosed, c.IsClosedDo })
	case errors.Is(err, ErrFull):
		return say(func(c *lang.Catalogue) (string, string) { return c.IsFull, c.IsFullDo })
	case errors.Is(err, ErrTooLate):
		return say(func(c *lang.Catalogue) (string, string) { return c.IsLate, c.IsLateDo })
	}
	return nil
}

// ticketTaken and refused are answers to a wish.
type (
	ticketTaken struct {
		wish   *wish
		ticket Ticket
	}
	refused struct {
		wish *wish
		why  *problem
	}
)

func (e ticketTaken) next(s state, at time.Time) (state, effect) {
	if !s.expects(e.wish) {
		return s, nil
	}
	return s.showTicket(e.ticket, at)
}

func (e refused) next(s state, at time.Time) (state, effect) {
	if !s.asked || s.wish != e.wish {
		return s, nil
	}
	return s.fails(e.why, at), nil
}

// showTicket shows a ticket, and looks after its paper.
func (s state) showTicket(t Ticket, at time.Time) (state, effect) {
	s.asked, s.ticket, s.open, s.reprints, s.paper = false, t, none, 0, noPaper
	s = s.enter(ticket, ticketStays, at)
	if !t.Paper {
		return s, nil
	}
	s.paper = printing
	language := s.language
	return s, func(l *Lobby) {
		l.awaitPaper(t.ID, func(ctx context.Context) (bool, error) { return l.options.Desk.Print(ctx, t.ID, language) })
	}
}

// paperKnown is what became of a ticket's paper.
type paperKnown struct {
	ticket string
	paper  paper
}

func (e paperKnown) next(s state, _ time.Time) (state, effect) {
	if s.screen != ticket || s.ticket.ID != e.ticket || s.paper != printing {
		return s, nil
	}
	s.paper = e.paper
	s.left = max(s.left, ticketStays) // there is news to be read
	return s, nil
}

// reprint is the tap on "print again".
type reprint struct{ request string }

func (e reprint) next(s state, at time.Time) (state, effect) {
	if !s.takesTaps(ticket, at) || !s.canReprint() {
		return s, nil
	}
	if s.paper == printed {
		s.reprints++
	}
	s.paper, s.since = printing, at // the buttons move: the finger's second tap would meet another
	id, language := s.ticket.ID, s.language
	return s.touched(), func(l *Lobby) {
		l.awaitPaper(id, func(ctx context.Context) (bool, error) { return l.options.Desk.Reprint(ctx, id, language, e.request) })
	}
}

// canReprint tells whether one more paper may be asked for: as often as none came out, and a few times after that.
func (s state) canReprint() bool {
	return s.paper == unprinted || s.paper == noPaper || s.paper == printed && s.reprints < reprints
}

package lobby

import (
	"context"
	"time"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/scanner"
)

// kind is one of the flows.
type kind int

const (
	none kind = iota // no flow is open
	checkIn
	survey
	complaint
	information
	backroom
	kinds // how many there are
)

// flowNames are what pictures of the screen, and the log, call the flows.
var flowNames = [kinds]string{checkIn: "check-in", survey: "survey", complaint: "complaint", information: "information", backroom: "backroom"}

// made are the flows that are offered, each in a shell of its own.
func (f Flows) made(l *Lobby) (all [kinds]flow.Flow) {
	for k, make := range [kinds]func(flow.Shell) flow.Flow{checkIn: f.CheckIn, survey: f.Survey, complaint: f.Complaint,
		information: f.Information, backroom: f.Backroom} {
		if make != nil {
			all[k] = make(&shell{l, kind(k)})
		}
	}
	return all
}

// shell is what one flow stands in. What a flow wants that is not open is not done: its customer has gone.
type shell struct {
	lobby *Lobby
	kind  kind
}

var _ flow.Shell = (*shell)(nil)

func (h *shell) open() bool { return h.lobby.state.open == h.kind }

// Changed belongs to flow.Shell, as do the others.
func (h *shell) Changed() {
	if h.open() {
		h.lobby.step(touch{})
		h.lobby.draw()
	}
}

func (h *shell) Ask(ask func(ctx context.Context) (then func())) {
	if !h.open() {
		return
	}
	w := &wish{}
	w.impatient = &problem{again: w, say: func(c *lang.Catalogue) (string, string) { return c.Shell.NotDone, c.Shell.NotDoneDo }}
	w.ask = func(ctx context.Context, _ *Lobby) event { return flowAnswered{w, h.kind, ask(ctx)} }
	h.lobby.step(flowAsks{w, h.kind})
}

func (h *shell) Leave() {
	if h.open() {
		h.lobby.step(flowLeaves{})
	}
}

func (h *shell) ShowTicket(t flow.Ticket) {
	if h.open() {
		h.lobby.step(flowTicket{t})
	}
}

func (h *shell) Failed(title, text string, again func()) {
	if h.open() {
		h.lobby.step(flowFails{&problem{call: again, say: func(*lang.Catalogue) (string, string) { return title, text }}})
	}
}

func (h *shell) Busy() bool { return h.lobby.state.asked }

func (h *shell) NewRequest() string { return h.lobby.options.NewRequest() }

func (h *shell) Scene() flow.Scene { return h.lobby.scene() }

// openFlow is a tap that opens a flow.
type openFlow struct{ kind kind }

func (e openFlow) next(s state, at time.Time) (state, effect) {
	if !s.takesTaps(home, at) {
		return s, nil
	}
	return s.enterFlow(e.kind, at)
}

func (s state) enterFlow(k kind, at time.Time) (state, effect) {
	s.open, s.asked = k, false
	return s.enter(flowing, flowStays, at), func(l *Lobby) { l.flows[k].Open() }
}

// turned is a flow that shows another step: it takes no taps for a moment, as a new screen does.
type turned struct{}

func (turned) next(s state, at time.Time) (state, effect) {
	s.since, s.speaking = at, false
	return s, nil
}

// What flows want of the shell.
type (
	flowAsks struct {
		wish *wish
		kind kind
	}
	flowAnswered struct {
		wish *wish
		kind kind
		then func()
	}
	flowLeaves struct{}
	flowTicket struct{ ticket Ticket }
	flowFails  struct{ problem *problem }
)

func (e flowAsks) next(s state, _ time.Time) (state, effect) {
	if s.asked || s.open != e.kind {
		return s, nil
	}
	return s.ask(e.wish)
}

func (e flowAnswered) next(s state, at time.Time) (state, effect) {
	if !s.expects(e.wish) || s.open != e.kind {
		return s, nil
	}
	s.asked = false
	return s.enter(flowing, flowStays, at), func(*Lobby) {
		if e.then != nil {
			e.then()
		}
	}
}

func (flowLeaves) next(s state, at time.Time) (state, effect) { return s.rest(at), nil }

func (e flowTicket) next(s state, at time.Time) (state, effect) { return s.showTicket(e.ticket, at) }

func (e flowFails) next(s state, at time.Time) (state, effect) { return s.fails(e.problem, at), nil }

// scanned is what a scanner read while no flow was open: it opens one to see whether it is for it.
type scanned struct{ kind kind }

func (e scanned) next(s state, at time.Time) (state, effect) {
	if s.screen == dark || s.screen == ticket { // another customer
		s = s.rest(at)
	}
	return s.enterFlow(e.kind, at)
}

// Scan takes what a scanner read off a customer's paper or telephone. It is for the flow that is open, else an
// appointment's code is for check-in, and a ticket for the survey.
func (l *Lobby) Scan(text string) {
	if l.state.asked || l.ctx.Err() != nil {
		return
	}
	if open := l.state.open; open != none {
		if l.state.screen == trouble {
			l.step(flowBack{})
		}
		l.flows[open].Scan(text)
		l.step(touch{})
		l.draw()
		return
	}
	kind := none
	switch paper, _ := scanner.Read(text); {
	case paper.Appointment != "":
		kind = checkIn
	case paper.Ticket != "":
		kind = survey
	}
	if l.flows[kind] != nil {
		l.step(scanned{kind})
		if l.flows[kind].Scan(text) {
			l.draw()
			return
		}
	}
	l.step(unknownScan{})
}

// flowBack shows the flow again after trouble with it.
type flowBack struct{}

func (flowBack) next(s state, at time.Time) (state, effect) {
	return s.enter(flowing, flowStays, at), nil
}

// unknownScan is a scan that is of no use.
type unknownScan struct{}

func (unknownScan) next(s state, at time.Time) (state, effect) {
	if s.screen == dark {
		s = s.rest(at)
	}
	s.open = none
	return s.fails(&problem{say: func(c *lang.Catalogue) (string, string) { return c.Shell.UnknownCode, c.Shell.UnknownCodeDo }}, at), nil
}

// stepBack leads a flow back by one step, and home from its first.
func (l *Lobby) stepBack() {
	if f := l.flows[l.state.open]; f != nil && f.Back() {
		l.draw()
		return
	}
	l.step(backHome{})
}

// backHome leaves a flow: the customer is the same.
type backHome struct{}

func (backHome) next(s state, at time.Time) (state, effect) { return s.goHome(at), nil }

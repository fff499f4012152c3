package lobby

import (
	"time"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/theme"
)

// screen is one of the pictures that the customer may see.
type screen int

const (
	home    screen = iota // services to choose from
	confirm               // the wait is long: whether to join the queue
	waiting               // the desk takes its time
	ticket                // a ticket was taken
	flowing               // a flow has the screen
	trouble               // what was asked for could not be done
	dark                  // outside opening hours, until somebody touches it
	screens               // how many there are
)

// How long things last, in seconds of the screen's clock, since somebody touched the screen.
const (
	patience     = 10 // waiting for the desk before the customer is sent to a counter
	ticketStays  = 40
	confirmStays = 60
	flowStays    = 60
	troubleStays = 45
	homeStays    = 40 // another language or look, a group, or another page, on the home screen
	lightStays   = 60 // the home screen outside opening hours
	// warning is how many seconds before the screen goes on by itself that is announced: 20 s to say that one is still
	// there (WCAG 2.1, 2.2.1, which EN 301 549 takes over as 11.2.2.1).
	warning = 20
)

// settle is how long a new screen takes no taps: the second tap of an impatient finger was meant for the old one.
const settle = 500 * time.Millisecond

// paper is what became of a ticket's paper.
type paper int

const (
	noPaper  paper = iota // none was tried
	printing              // it is not known yet
	printed               // it came out
	unprinted
)

// reprints is how often a customer may have one more, after one came out: it may have fallen down.
const reprints = 1

// customer is what somebody has chosen for themselves. The next one finds nothing of it.
type customer struct {
	language lang.Language
	look     theme.Look
	// low is the layout for a wheelchair.
	low bool
	// group is the one that is open, "" for none; page is that of what can be chosen there, from 0. After the services
	// have changed, there may be no such group, and no such page.
	group string
	page  int
}

// nobody is how everybody finds the screen.
var nobody = customer{language: lang.Default}

// state is everything that decides what is on the screen, but for the snapshot and what the flows know. Two states are
// the same when they are equal.
type state struct {
	screen screen
	customer
	// open is the flow that is open, also while an answer to it is waited for, or trouble with it is on the screen.
	open kind
	// service is what the customer is asked about on the confirm screen.
	service string
	// wish is the last one; asked tells that it has not been answered.
	wish  *wish
	asked bool
	// ticket is the one taken; paper is what became of its paper, and reprints how often it was printed once more.
	ticket   Ticket
	paper    paper
	reprints int
	// problem is what the trouble screen says.
	problem *problem
	// speech counts what was read aloud; speaking tells that the last is being read, mute that there was no voice.
	speech         uint64
	speaking, mute bool
	// left is how many seconds remain until the screen goes on by itself; 0 means that it stays.
	left int
	// since is when this screen came up.
	since time.Time
	// dim tells that it is outside opening hours.
	dim bool
	// knocks are the last taps on the hidden spot.
	knocks knocks
}

// event is something that happens to the screen. next is the state after it, at a time, and what is to be done then; nil
// for nothing.
type event interface {
	next(s state, at time.Time) (after state, do effect)
}

// effect is done on the screen's goroutine once the state has changed. It may let further events happen.
type effect func(*Lobby)

// start is the home screen as every customer finds it.
func start(at time.Time) state { return state{customer: nobody, since: at} }

// rest is the screen after its customer has gone.
func (s state) rest(at time.Time) state {
	after := start(at)
	after.dim, after.knocks, after.speech = s.dim, s.knocks, s.speech
	after.left = after.homeStays()
	return after
}

func (s state) enter(to screen, stays int, at time.Time) state {
	s.screen, s.left, s.since = to, stays, at
	return s
}

// goHome is the home screen of the same customer.
func (s state) goHome(at time.Time) state {
	s.open, s.asked = none, false
	return s.enter(home, s.homeStays(), at)
}

// takesTaps tells whether a tap at this time is meant for this screen.
func (s state) takesTaps(on screen, at time.Time) bool {
	return s.screen == on && !s.asked && at.Sub(s.since) >= settle
}

// stays is how long a screen lasts that somebody has touched.
var stays = map[screen]int{confirm: confirmStays, ticket: ticketStays, flowing: flowStays, trouble: troubleStays}

func (s state) homeStays() int {
	switch {
	case s.dim:
		return lightStays
	case s.customer == nobody:
		return 0
	}
	return homeStays
}

// touched begins the time-out anew: somebody is there.
func (s state) touched() state {
	switch {
	case s.asked || s.screen == dark:
	case s.screen == home:
		s.left = s.homeStays()
	default:
		s.left = stays[s.screen]
	}
	return s
}

// warns tells whether the end of the screen is announced.
func (s state) warns() bool { return !s.asked && !s.speaking && s.left > 0 && s.left <= warning }

// second passes. While the screen is read aloud it does not count: somebody listens.
type second struct{}

func (second) next(s state, at time.Time) (state, effect) {
	if s.left == 0 || s.speaking && !s.asked {
		return s, nil
	}
	s.left--
	switch {
	case s.left > 0 && s.asked && s.screen != waiting:
		// Most answers come at once, and then a screen in between would only flicker.
		s.screen, s.since = waiting, at
	case s.left == 0 && s.asked:
		return s.fails(s.wish.impatient, at), nil
	case s.left == 0 && s.dim && s.screen == home && s.customer == nobody:
		return s.enter(dark, 0, at), nil
	case s.left == 0:
		return s.rest(at), nil
	}
	return s, nil
}

// seen is a snapshot: dim tells whether it is outside opening hours.
type seen struct{ dim bool }

// next darkens a screen that nobody has touched, and lights it when the doors open.
func (e seen) next(s state, at time.Time) (state, effect) {
	if e.dim == s.dim {
		return s, nil
	}
	s.dim = e.dim
	switch {
	case s.dim && s.screen == home && s.left == 0:
		s = s.enter(dark, 0, at)
	case !s.dim && s.screen == dark:
		s = s.rest(at)
	}
	return s, nil
}

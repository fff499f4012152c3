package lobby

import (
	"time"

	"stationkeeper/ui/lang"
)

// screen is one of the pictures that the customer may see.
type screen int

const (
	home    screen = iota // services to choose from
	waiting               // the desk takes its time
	ticket                // a ticket was taken
	rating                // five faces
	thanks                // a rating was taken down
	trouble               // what was asked for could not be done
)

// How long things last, in seconds of the screen's clock.
const (
	patience      = 10 // waiting for the desk before the customer is sent to a counter
	ticketStays   = 15
	ratingStays   = 30
	thanksStays   = 6
	troubleStays  = 20
	languageStays = 30 // another language, a group, or another page, on the home screen that nobody touches
)

// settle is how long a new screen takes no taps: the second tap of an impatient finger was meant for the old one.
const settle = 500 * time.Millisecond

// wish is what a customer asks of the desk: a ticket for a service, or, where that is "", a rating.
type wish struct {
	service string
	score   int
	request string
}

// state is everything that decides what is on the screen, but for the snapshot.
type state struct {
	screen   screen
	language lang.Language
	// group is the one that the customer has opened, "" for none; page is that of what can be chosen there, from 0. After
	// the services have changed, there may be no such group, and no such page.
	group string
	page  int
	// wish is the last one; asked tells that the desk has not answered it.
	wish  wish
	asked bool
	// ticket is the one taken; why is why there is none: Open when trying again may help.
	ticket Ticket
	why    Availability
	// left is how many seconds remain until the screen goes on by itself; 0 means that it stays.
	left int
	// since is when this screen came up.
	since time.Time
}

// event is something that happens to the screen. next is the state after it, at a time; ask tells that the wish of
// that state is to be put to the desk.
type event interface {
	next(s state, at time.Time) (after state, ask bool)
}

// start is the home screen as every customer finds it.
func start(at time.Time) state { return state{language: lang.Default, since: at} }

func (s state) enter(to screen, stays int, at time.Time) state {
	s.screen, s.left, s.since = to, stays, at
	return s
}

// takesTaps tells whether a tap at this time is meant for this screen.
func (s state) takesTaps(on screen, at time.Time) bool {
	return s.screen == on && !s.asked && at.Sub(s.since) >= settle
}

func (s state) ask(w wish) (state, bool) {
	s.wish, s.asked, s.left = w, true, patience
	return s, true
}

// chooseService, rate and retry are taps that ask something of the desk.
type (
	chooseService struct{ service, request string }
	rate          struct {
		score   int
		request string
	}
	retry struct{}
)

func (e chooseService) next(s state, at time.Time) (state, bool) {
	if !s.takesTaps(home, at) {
		return s, false
	}
	return s.ask(wish{service: e.service, request: e.request})
}

func (e rate) next(s state, at time.Time) (state, bool) {
	if !s.takesTaps(rating, at) {
		return s, false
	}
	return s.ask(wish{score: e.score, request: e.request})
}

// next of retry asks for the same wish: should it have been fulfilled behind our back, it is not fulfilled twice.
func (retry) next(s state, at time.Time) (state, bool) {
	if !s.takesTaps(trouble, at) || s.why != Open {
		return s, false
	}
	return s.enter(waiting, 0, at).ask(s.wish)
}

// openRating, openGroup, leave, turnPage and speak are taps that do not.
type (
	openRating struct{}
	openGroup  struct{ id string }
	leave      struct{}
	turnPage   struct{ to int }
	speak      struct{ language lang.Language }
)

func (openRating) next(s state, at time.Time) (state, bool) {
	if !s.takesTaps(home, at) {
		return s, false
	}
	return s.enter(rating, ratingStays, at), false
}

func (e openGroup) next(s state, at time.Time) (state, bool) {
	if !s.takesTaps(home, at) {
		return s, false
	}
	s.group, s.page = e.id, 0
	return s.enter(home, s.homeStays(), at), false
}

// next of leave goes back by one: a customer who changed their mind is the same one still.
func (leave) next(s state, at time.Time) (state, bool) {
	switch {
	case !s.takesTaps(s.screen, at) || s.screen == home && s.group == "":
		return s, false
	case s.screen == home:
		s.group, s.page = "", 0
		return s.enter(home, s.homeStays(), at), false
	case s.screen == rating:
		return s.enter(home, s.homeStays(), at), false
	}
	return start(at), false
}

func (e turnPage) next(s state, _ time.Time) (state, bool) {
	if s.screen != home || s.asked {
		return s, false
	}
	s.page = max(0, e.to)
	s.left = s.homeStays()
	return s, false
}

// next of speak changes the language at any time, also in the middle of something.
func (e speak) next(s state, _ time.Time) (state, bool) {
	s.language = e.language
	switch {
	case s.asked:
	case s.screen == home:
		s.left = s.homeStays()
	default:
		s.left = max(s.left, stays[s.screen])
	}
	return s, false
}

// stays is how long a screen lasts that somebody has touched.
var stays = map[screen]int{ticket: ticketStays, rating: ratingStays, thanks: thanksStays, trouble: troubleStays}

func (s state) homeStays() int {
	if s.language == lang.Default && s.page == 0 && s.group == "" {
		return 0
	}
	return languageStays
}

// second passes.
type second struct{}

func (second) next(s state, at time.Time) (state, bool) {
	if s.left == 0 {
		return s, false
	}
	s.left--
	switch {
	case s.left > 0 && s.asked && s.screen != waiting:
		// Most answers come at once, and then a screen in between would only flicker.
		s.screen, s.since = waiting, at
	case s.left == 0 && s.asked:
		s.asked, s.why = false, Open
		return s.enter(trouble, troubleStays, at), false
	case s.left == 0:
		return start(at), false
	}
	return s, false
}

// ticketTaken, ratingTaken and refused are answers of the desk to the wish with that request.
type (
	ticketTaken struct {
		request string
		ticket  Ticket
	}
	ratingTaken struct{ request string }
	refused     struct {
		request string
		why     Availability
	}
)

// expects tells whether somebody still stands before the screen who wants this answer. An answer that comes after the
// screen has given up is welcome as long as it still says so.
func (s state) expects(request string) bool {
	return s.wish.request == request && (s.asked || s.screen == trouble)
}

func (e ticketTaken) next(s state, at time.Time) (state, bool) {
	if !s.expects(e.request) {
		return s, false
	}
	s.asked, s.ticket = false, e.ticket
	return s.enter(ticket, ticketStays, at), false
}

func (e ratingTaken) next(s state, at time.Time) (state, bool) {
	if !s.expects(e.request) {
		return s, false
	}
	s.asked = false
	return s.enter(thanks, thanksStays, at), false
}

func (e refused) next(s state, at time.Time) (state, bool) {
	if !s.asked || s.wish.request != e.request {
		return s, false
	}
	s.asked, s.why = false, e.why
	return s.enter(trouble, troubleStays, at), false
}

package lobby

import (
	"time"

	"stationkeeper/ui/lang"
)

// taps is what the widgets of the view call when they are tapped.
type taps struct {
	step       func(event)
	newRequest func() string
}

func (t taps) does(e event) func() { return func() { t.step(e) } }

// touch is a tap on nothing in particular. In the dark it makes light.
type touch struct{}

func (touch) next(s state, at time.Time) (state, effect) {
	if s.takesTaps(dark, at) {
		return s.rest(at), nil
	}
	return s.touched(), nil
}

// Taps that lead on: openGroup and turnPage among the services, chooseService, whose wait may be long, leave by one step,
// and goHome from anywhere.
type (
	openGroup     struct{ id string }
	turnPage      struct{ to int }
	chooseService struct {
		service, request string
		long             bool
	}
	join   struct{ request string }
	leave  struct{}
	goHome struct{}
)

func (e openGroup) next(s state, at time.Time) (state, effect) {
	if !s.takesTaps(home, at) {
		return s, nil
	}
	s.group, s.page = e.id, 0
	return s.enter(home, s.homeStays(), at), nil
}

func (e turnPage) next(s state, _ time.Time) (state, effect) {
	if s.screen != home || s.asked {
		return s, nil
	}
	s.page = max(0, e.to)
	return s.touched(), nil
}

func (e chooseService) next(s state, at time.Time) (state, effect) {
	if !s.takesTaps(home, at) {
		return s, nil
	}
	if e.long {
		s.service = e.service
		return s.enter(confirm, confirmStays, at), nil
	}
	return s.ask(takeTicket(e.service, e.request))
}

func (e join) next(s state, at time.Time) (state, effect) {
	if !s.takesTaps(confirm, at) {
		return s, nil
	}
	return s.ask(takeTicket(s.service, e.request))
}

// next of leave goes back by one: a customer who changed their mind is the same one still. From what is done, it goes to
// the next customer.
func (leave) next(s state, at time.Time) (state, effect) {
	if !s.takesTaps(s.screen, at) {
		return s, nil
	}
	switch s.screen {
	case home:
		if s.group != "" {
			s.group, s.page = "", 0
			return s.enter(home, s.homeStays(), at), nil
		}
		return s.touched(), nil
	case flowing:
		return s.touched(), (*Lobby).stepBack
	case trouble:
		return s.afterTrouble(at), nil
	case confirm:
		return s.goHome(at), nil
	case ticket:
		return s.rest(at), nil
	}
	return s, nil
}

// next of goHome keeps the customer's language and look: they may want something else.
func (goHome) next(s state, at time.Time) (state, effect) {
	if !s.takesTaps(s.screen, at) || s.screen == dark {
		return s, nil
	}
	s.group, s.page = "", 0
	return s.goHome(at), nil
}

// Taps that change how the screen speaks and looks. They do at any time, also in the middle of something.
type (
	speak  struct{ language lang.Language }
	adjust struct{ how adjustment }
)

// adjustment is one of the buttons for everyone.
type adjustment int

const (
	largeText adjustment = iota
	highContrast
	lowLayout
)

func (e speak) next(s state, _ time.Time) (state, effect) {
	s.language = e.language
	return s.touched(), nil
}

func (e adjust) next(s state, _ time.Time) (state, effect) {
	switch e.how {
	case largeText:
		s.look.Large = !s.look.Large
	case highContrast:
		s.look.Contrast = !s.look.Contrast
	case lowLayout:
		s.low = !s.low
	}
	return s.touched(), nil
}

// knocks are taps on the hidden spot: how many, and when the first of them was.
type knocks struct {
	count int
	first time.Time
}

// Five taps within three seconds open the backroom: more than a child's hand does by chance.
const (
	knocksNeeded = 5
	knocksWithin = 3 * time.Second
)

// knock is a tap on the hidden spot.
type knock struct{ offered bool }

func (e knock) next(s state, at time.Time) (state, effect) {
	after, do := touch{}.next(s, at)
	if after.knocks.count == 0 || at.Sub(after.knocks.first) > knocksWithin {
		after.knocks = knocks{first: at}
	}
	after.knocks.count++
	if after.knocks.count < knocksNeeded || after.asked || !e.offered || after.open == backroom {
		return after, do
	}
	after.knocks = knocks{}
	return after.enterFlow(backroom, at)
}

package checkin

import (
	"errors"
	"time"
)

// step is where a customer is.
type step int

const (
	ways   step = iota // how to prove it
	phone              // typing digits
	code               // typing a code
	choose             // which of several
	answer             // why there is no ticket
)

const (
	// digitsAsked is how many digits of the telephone number are asked for; shortest and longest are those of codes.
	digitsAsked       = 4
	shortest, longest = 3, 16
	// attempts is how often a customer may look for an appointment in vain: whoever has one knows a digit more after a
	// slip or two, and whoever guesses at four digits gets nowhere.
	attempts = 5
)

// problem is why there is no ticket.
type problem int

const (
	none problem = iota
	unknown
	spent // unknown, once too often
	early
	late
	used
	cancelled
	closed
	isTicket // a ticket was scanned
	foreign  // something else was
)

// state is all that is known of a customer.
type state struct {
	step  step
	typed string
	// proof is what was last asked with, and request names that wish: the same proof is asked with the same one, since an
	// answer may have got lost.
	proof   Proof
	request string
	choice  []Booking
	problem problem
	from    time.Time // of early
	vain    int       // attempts in vain
}

// way begins to type.
func (s state) way(to step) state {
	s.step, s.typed = to, ""
	return s
}

// most is how many characters the step takes.
func (s state) most() int {
	if s.step == phone {
		return digitsAsked
	}
	return longest
}

// enough tells whether what is typed can be looked for.
func (s state) enough() bool {
	return s.step == phone && len(s.typed) == digitsAsked || s.step == code && len(s.typed) >= shortest
}

func (s state) key(char rune) state {
	if len(s.typed) < s.most() {
		s.typed += string(char)
	}
	return s
}

func (s state) erased() state {
	if n := len(s.typed); n > 0 {
		s.typed = s.typed[:n-1]
	}
	return s
}

// entered is what is asked with when Done is tapped.
func (s state) entered() Proof {
	if s.step == phone {
		return Proof{Phone: s.typed}
	}
	return Proof{Code: s.typed}
}

// asking is about to ask the desk.
func (s state) asking(p Proof, newRequest func() string) state {
	if p != s.proof || s.request == "" {
		s.proof, s.request = p, newRequest()
	}
	return s
}

// refused says why there is no ticket. Whoever knows no more than four digits is not told what became of an appointment
// that is over: only that there is none to check in for.
func (s state) refused(err error) (next state, told bool) {
	var tooEarly *EarlyError
	byPhone := s.proof.Phone != ""
	switch {
	case errors.As(err, &tooEarly):
		s.problem, s.from = early, tooEarly.From
	case errors.Is(err, ErrUnknown), byPhone && (errors.Is(err, ErrUsed) || errors.Is(err, ErrCancelled)):
		s.problem = unknown
		if s.vain++; s.vain >= attempts {
			s.problem = spent
		}
	case errors.Is(err, ErrLate):
		s.problem = late
	case errors.Is(err, ErrUsed):
		s.problem = used
	case errors.Is(err, ErrCancelled):
		s.problem = cancelled
	case errors.Is(err, ErrClosed):
		s.problem = closed
	default:
		return s, false
	}
	s.step, s.typed = answer, ""
	return s, true
}

// stopped shows a problem that needed no desk.
func (s state) stopped(p problem) state {
	s.step, s.problem, s.typed = answer, p, ""
	return s
}

// several lets the customer choose.
func (s state) several(among []Booking) state {
	s.step, s.choice, s.typed = choose, among, ""
	return s
}

// back is one step back; false at the first.
func (s state) back() (state, bool) {
	if s.step == ways {
		return s, false
	}
	return s.anew()
}

// anew is another attempt; false when there have been enough.
func (s state) anew() (state, bool) {
	if s.vain >= attempts {
		return s, false
	}
	s.step, s.typed, s.choice, s.problem = ways, "", nil, none
	return s, true
}

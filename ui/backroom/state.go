package backroom

import (
	"errors"
	"time"
)

// step is where a clerk is.
type step int

const (
	number  step = iota // typing the staff number
	pin                 // typing the PIN
	refused             // not let in
	home                // how things are, and what can be done
	tickets             // which one to print once more
	lines               // the log
	sure                // asked once more
	done                // how it went
)

const (
	// longestNumber and the lengths of PINs are those of the station's staff.
	longestNumber           = 32
	shortestPIN, longestPIN = 4, 12
)

// secret is a text behind a pointer: whatever prints a value that it is in, at any depth, prints no more than an address.
type secret struct{ text *string }

func hide(text string) secret { return secret{&text} }

// reveal is the text.
func (s secret) reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// outcome is how something went.
type outcome int

const (
	fine outcome = iota
	denied
	failed
)

// state is all that is known of a clerk, and of the machine.
type state struct {
	step   step
	number string
	pin    secret
	until  time.Time // of too many attempts; else zero
	clerk  Clerk
	status Status
	known  bool // status is known
	act    Act  // asked for, or done
	of     Ticket
	went   outcome
}

// in tells whether a clerk was let in.
func (s state) in() bool { return s.clerk.Number != "" }

// key types a character where something is typed.
func (s state) key(char rune) state {
	switch {
	case s.step == number && len(s.number) < longestNumber:
		s.number += string(char)
	case s.step == pin && len(s.pin.reveal()) < longestPIN:
		s.pin = hide(s.pin.reveal() + string(char))
	}
	return s
}

func (s state) erased() state {
	switch {
	case s.step == number && s.number != "":
		s.number = s.number[:len(s.number)-1]
	case s.step == pin && s.pin.reveal() != "":
		s.pin = hide(s.pin.reveal()[:len(s.pin.reveal())-1])
	}
	return s
}

// enough tells whether what was typed can be looked at.
func (s state) enough() bool {
	return s.step == number && s.number != "" || s.step == pin && len(s.pin.reveal()) >= shortestPIN
}

// entered is the PIN that is to be looked at, and forgets it.
func (s state) entered() (next state, pin string) {
	pin, s.pin = s.pin.reveal(), secret{}
	return s, pin
}

// let in, or not; err that is neither of the refusals is not told.
func (s state) answered(c Clerk, err error) (next state, told bool) {
	var tooMany *TooManyError
	switch {
	case errors.As(err, &tooMany):
		return state{step: refused, until: tooMany.Until}, true
	case errors.Is(err, ErrDenied):
		return state{step: refused}, true
	case err != nil:
		return s, false
	}
	return state{step: home, clerk: c}, true
}

// told is how things are; without it the last is no longer believed.
func (s state) told(status Status, err error) state {
	s.status, s.known = status, err == nil
	return s
}

// wants is that somebody wants something; what is not easily undone is asked once more first.
func (s state) wants(a Act, of Ticket) (next state, at bool) {
	s.act, s.of = a, of
	switch a.Kind {
	case Paper, Restart, ShutDown, Leave:
		s.step = sure
		return s, false
	}
	return s, true
}

// acted is how it went.
func (s state) acted(err error) state {
	s.step = done
	switch {
	case err == nil:
		s.went = fine
	case errors.Is(err, ErrDenied):
		s.went = denied
	default:
		s.went = failed
	}
	return s
}

// back is one step back; false at the first, and at home, from where one leaves.
func (s state) back() (state, bool) {
	switch s.step {
	case number, home:
		return s, false
	case pin, refused:
		return state{}, true
	}
	s.step = home
	return s, true
}

package queue

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"stationkeeper/internal/record"
)

// Taking a ticket: who is let in, and with which number.

func (c Take) decide(s *State, now instant) (Decision, error) {
	service, err := s.rules.service(c.Service)
	if err != nil {
		return Decision{}, err
	}
	if err := c.check(s); err != nil {
		return Decision{}, err
	}
	if c.Appointment == nil {
		if err := s.admit(service, c, now); err != nil {
			return Decision{}, err
		}
	}
	t := Ticket{Class: c.Class, Person: c.Person, Visit: c.Visit}
	if len(c.Rest) > 0 {
		t.Rest = slices.Clone(c.Rest)
	}
	if c.Appointment != nil {
		t.Appointment, t.Booked = c.Appointment.ID, record.Stamp(c.Appointment.At)
	}
	if c.Quote != nil {
		t.First = c.Quote.exact(now.time)
		t.Quote = t.First
	}
	if t, err = s.issue(t, service, c.Nonce, now); err != nil {
		return Decision{}, err
	}
	return one(t, t.issuedEntry(c.Request, "")), nil
}

// maxRest is how many further services a visit may have.
const maxRest = 20

// check refuses arguments that are not of their form.
func (c Take) check(s *State) error {
	switch {
	case len(c.Person) > 64 || len(c.Visit) > 128:
		return fmt.Errorf("%w: person or visit: too long", ErrMalformed)
	case c.Appointment != nil && (c.Appointment.ID == "" || len(c.Appointment.ID) > 128 || c.Appointment.At.IsZero()):
		return fmt.Errorf("%w: an appointment needs an id and a time", ErrMalformed)
	case len(c.Rest) > maxRest:
		return fmt.Errorf("%w: %d further services, at most %d are allowed", ErrMalformed, len(c.Rest), maxRest)
	}
	for _, leg := range c.Rest {
		if _, err := s.rules.service(leg.Service); err != nil {
			return err
		}
		if leg.Counter != "" {
			if err := s.meant(leg.Counter, leg.Service); err != nil {
				return err
			}
		}
	}
	return s.class(c.Class)
}

// meant refuses a counter that a ticket is to wait for and that could not call it.
func (s *State) meant(counter, service string) error {
	d, known := s.desks[counter]
	switch {
	case !known || d.gone:
		return unknown(ErrUnknownCounter, counter)
	case !d.mayServe[s.code.service(service)]:
		return about(ErrNotServed, service)
	}
	return nil
}

// admit refuses a ticket outside the hours and beyond the caps of a service.
func (s *State) admit(service Service, c Take, now instant) error {
	zone := s.rules.Calendar.Zone
	if until, open := service.Hours.Open(now.time, zone); !open {
		return about(ErrClosed, service.ID)
	} else if service.CutOff && !until.IsZero() && c.Quote != nil && c.Quote.Known && now.time.Add(c.Quote.Expected).After(until) {
		return fmt.Errorf("%w: %s closes at %s", ErrCutOff, service.ID, until.In(zone).Format("15:04"))
	}
	if now.day != s.day {
		return nil // nobody has taken one yet
	}
	today, known := s.services[service.ID]
	if !known {
		return nil
	}
	if s.full(service, today, now.time) {
		return about(ErrFull, service.ID)
	}
	if most := service.Cap.Person; most > 0 && c.Person != "" && today.persons[c.Person] >= most {
		return about(ErrPersonLimit, service.ID)
	}
	return nil
}

// full reports whether a cap of the day or of the time is reached.
func (s *State) full(service Service, today *serviceDay, at time.Time) bool {
	if most := service.Cap.Day; most > 0 && today.Issued >= most {
		return true
	}
	for i, w := range service.Cap.Windows {
		if w.holds(at.In(s.rules.Calendar.Zone)) && today.windows[i] >= w.Max {
			return true
		}
	}
	return false
}

const day = 24 * time.Hour

// holds reports whether the wall clock of a local time is within the window.
func (w CapWindow) holds(local time.Time) bool {
	hour, minute, second := local.Clock()
	at := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	return w.From <= at && at < w.To
}

// issue completes a ticket with its number and its place.
func (s *State) issue(t Ticket, service Service, nonce string, now instant) (Ticket, error) {
	if !isNonce(nonce) {
		return Ticket{}, fmt.Errorf("%w: nonce %.20q: expected 1 to 16 small letters and digits", ErrMalformed, nonce)
	}
	t.Number = s.number(service, now)
	t.ID = now.day + "-" + t.Number + "-" + nonce
	if _, taken := s.tickets[t.ID]; taken {
		return Ticket{}, fmt.Errorf("%w: nonce %s was used for ticket %s before", ErrMalformed, nonce, t.ID)
	}
	t.Service, t.Day, t.Status = service.ID, now.day, Waiting
	t.Issued, t.Entered, t.Turn = now.time, now.time, s.freshTurnOn(now)
	t.Ahead = s.aheadOf(&t, now.time)
	return t, nil
}

// freshTurnOn is freshTurn, also for the first of a day.
func (s *State) freshTurnOn(now instant) time.Time {
	if now.day != s.day {
		return now.time
	}
	return s.freshTurn(now.time)
}

// number is the next number of a service that nobody has who is still here, or, when all are in use, simply the next.
func (s *State) number(service Service, now instant) string {
	first, last := service.numbers()
	n := 0
	if now.day == s.day {
		n = s.last[service.ID]
	}
	after := func(n int) int {
		if n < first || n >= last {
			return first
		}
		return n + 1
	}
	n = after(n)
	for candidate, tries := n, last-first+1; tries > 0; candidate, tries = after(candidate), tries-1 {
		if s.shown[format(service.Prefix, candidate)] == 0 {
			return format(service.Prefix, candidate)
		}
	}
	return format(service.Prefix, n)
}

// format spells a number with at least three digits.
func format(prefix string, n int) string {
	digits := strconv.Itoa(n)
	return prefix + "000"[:max(0, 3-len(digits))] + digits
}

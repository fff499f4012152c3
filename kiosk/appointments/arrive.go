package appointments

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

var digitsPattern = regexp.MustCompile(`^[0-9]{3,4}$`)

// Check says for which appointment a customer may take a ticket now, or why for none; then too the appointment is the
// one that the error is about, when there is one. Of a command that has been carried out before, it is the appointment
// with its ticket: its Status is Arrived, and there is nothing more to do.
func (s *State) Check(c Arrive, now time.Time) (Appointment, error) {
	d, repeated, err := s.repetition(c)
	if repeated || err != nil {
		return d.Appointment, err
	}
	return s.find(c, record.Stamp(now))
}

// Matches are the appointments that ErrAmbiguous is about: of those that c may mean, the ones that the customer may
// arrive for now, in order of the agreed time.
func (s *State) Matches(c Arrive, now time.Time) ([]Appointment, error) {
	meant, err := s.meant(c, record.Stamp(now))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(meant, func(a Appointment) bool { return s.may(a, record.Stamp(now)) != nil }), nil
}

func (c Arrive) decide(s *State, now instant) (Decision, error) {
	a, err := s.find(c, now)
	if err != nil {
		return Decision{Appointment: a}, err
	}
	if c.Ticket == "" {
		return Decision{}, fmt.Errorf("%w: the ticket is missing", ErrMalformed)
	}
	a.Status, a.Ticket, a.Arrival = Arrived, c.Ticket, now
	return Decision{Entries: []record.Entry{entry(record.AppointmentArrived, a, c.Request, now)}, Appointment: a}, nil
}

// find is the one appointment that is meant and may be arrived for now.
func (s *State) find(c Arrive, now instant) (Appointment, error) {
	meant, err := s.meant(c, now)
	if err != nil {
		return Appointment{}, err
	}
	var found []Appointment
	for _, a := range meant {
		if s.may(a, now) == nil {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		a := nearest(meant, now)
		return a, s.may(a, now)
	case 1:
		return found[0], nil
	}
	return Appointment{}, fmt.Errorf("%w: %d", ErrAmbiguous, len(found))
}

// meant are the appointments that c may mean, at least one, in order of the agreed time. Telephone digits are those of
// customers of today: too many people share them to tell anybody of another day.
func (s *State) meant(c Arrive, now instant) ([]Appointment, error) {
	matches, err := c.matcher()
	if err != nil {
		return nil, err
	}
	today := s.date(now)
	var meant []Appointment
	for _, a := range s.sorted() {
		if matches(a) && (c.Service == "" || a.Service == c.Service) && (c.Phone == "" || s.date(a.At) == today) {
			meant = append(meant, a)
		}
	}
	if len(meant) == 0 {
		return nil, ErrUnknown
	}
	return meant, nil
}

// matcher is how an appointment is recognised.
func (c Arrive) matcher() (func(Appointment) bool, error) {
	switch {
	case c.Appointment != "" && c.Code == "" && c.Phone == "":
		return func(a Appointment) bool { return a.ID == c.Appointment }, nil
	case c.Appointment == "" && c.Code != "" && c.Phone == "":
		return func(a Appointment) bool { return a.Code != "" && strings.EqualFold(a.Code, c.Code) }, nil
	case c.Appointment == "" && c.Code == "" && c.Phone != "":
		if !digitsPattern.MatchString(c.Phone) {
			return nil, fmt.Errorf("%w: expected the last three or four digits of the telephone number", ErrMalformed)
		}
		return func(a Appointment) bool { return len(a.Phone) >= len(c.Phone) && strings.HasSuffix(a.Phone, c.Phone) }, nil
	}
	return nil, fmt.Errorf("%w: expected one of the appointment's id, its code, and the last digits of the telephone number", ErrMalformed)
}

// may is nil when the customer may arrive for the appointment now.
func (s *State) may(a Appointment, now instant) error {
	if err := a.standing(); err != nil {
		return err
	}
	return s.window(a, now)
}

// window is nil when now is within the time to arrive. Both ends are.
func (s *State) window(a Appointment, now time.Time) error {
	if from := a.At.Add(-s.rules.Early); now.Before(from) {
		return fmt.Errorf("%w: it is for %s, from %s on", ErrTooEarly, s.spell(a.At), s.spell(from))
	}
	if to := a.At.Add(s.rules.Late); now.After(to) {
		return fmt.Errorf("%w: it was for %s, until %s", ErrTooLate, s.spell(a.At), s.spell(to))
	}
	return nil
}

// nearest is the appointment to tell a customer of who may arrive for none: of those still to be kept, else of all, the
// one whose time is closest.
func nearest(meant []Appointment, now instant) Appointment {
	return slices.MinFunc(meant, func(a, b Appointment) int {
		if kept := a.Status == Booked; kept != (b.Status == Booked) {
			if kept {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.At.Sub(now).Abs(), b.At.Sub(now).Abs())
	})
}

func (s *State) withCode(code string) []Appointment {
	return slices.DeleteFunc(s.sorted(), func(a Appointment) bool { return !strings.EqualFold(a.Code, code) })
}

// sorted is all appointments in order of the agreed time.
func (s *State) sorted() []Appointment {
	all := make([]Appointment, 0, len(s.all))
	for _, a := range s.all {
		all = append(all, a)
	}
	slices.SortFunc(all, byTime)
	return all
}

package appointments

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"stationkeeper/internal/record"
)

var (
	requestPattern = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,64}$`)
	noncePattern   = regexp.MustCompile(`^[a-z0-9]{4,16}$`)
)

// maxName and maxReason bound texts from outside, in characters.
const maxName, maxReason = 64, 200

// aheadDefault is how far ahead appointments are made by hand when the rules do not say.
const aheadDefault = 90 * 24 * time.Hour

// instant is the time of a decision in the form that records have.
type instant = time.Time

// Decide says which records the command causes at this time, or why it is refused. It changes nothing: the state
// changes when the records, once written, are applied.
func (s *State) Decide(c Command, now time.Time) (Decision, error) {
	d, repeated, err := s.repetition(c)
	if repeated || err != nil {
		return d, err
	}
	return c.decide(s, record.Stamp(now))
}

// repetition is the answer to a command that has been carried out before.
func (s *State) repetition(c Command) (d Decision, repeated bool, err error) {
	request, what := c.known()
	if request == "" {
		return Decision{}, false, nil
	}
	if !requestPattern.MatchString(request) {
		return Decision{}, false, fmt.Errorf("%w: request %.70q: expected 1 to 64 letters, digits and _.:/-", ErrMalformed, request)
	}
	a, ok := s.requests[request]
	switch {
	case !ok:
		return Decision{}, false, nil
	case a.verb != what:
		return Decision{}, false, fmt.Errorf("%w: %s %s", ErrRequestReused, a.verb, a.appointment)
	}
	return Decision{Appointment: s.all[a.appointment], Repeated: true}, true, nil
}

func (c Book) decide(s *State, now instant) (Decision, error) {
	if err := c.check(s, now); err != nil {
		return Decision{}, err
	}
	a := Appointment{
		ID:      s.date(c.At) + "-" + c.Nonce,
		Service: c.Service,
		At:      record.Stamp(c.At),
		Name:    Mask(c.Name),
		Code:    strings.ToUpper(c.Nonce),
		Phone:   lastDigits(c.Phone),
		Origin:  c.By,
		Status:  Booked,
		noted:   now,
	}
	if _, taken := s.all[a.ID]; taken || len(s.withCode(a.Code)) > 0 {
		return Decision{}, fmt.Errorf("%w: nonce %s was used before", ErrMalformed, c.Nonce)
	}
	return Decision{Entries: []record.Entry{entry(record.AppointmentBooked, a, c.Request, now)}, Appointment: a}, nil
}

func (c Book) check(s *State, now instant) error {
	service, err := s.rules.service(c.Service)
	if err != nil {
		return err
	}
	switch {
	case !noncePattern.MatchString(c.Nonce):
		return fmt.Errorf("%w: nonce %.20q: expected 4 to 16 small letters and digits", ErrMalformed, c.Nonce)
	case c.By == "" || len(c.By) > 64:
		return fmt.Errorf("%w: the staff number of who makes the appointment is missing, or too long", ErrMalformed)
	case utf8.RuneCountInString(c.Name) > maxName || !utf8.ValidString(c.Name):
		return fmt.Errorf("%w: name: expected at most %d characters", ErrMalformed, maxName)
	case len(c.Phone) > maxName:
		return fmt.Errorf("%w: telephone number: expected at most %d characters", ErrMalformed, maxName)
	case c.At.Before(now):
		return fmt.Errorf("%w: %s", ErrPast, s.spell(c.At))
	case c.At.Sub(now) > s.rules.ahead():
		return fmt.Errorf("%w: %s is more than %.0f days away", ErrTooFar, s.spell(c.At), s.rules.ahead().Hours()/24)
	}
	if _, open := service.Hours.Open(c.At, s.rules.Zone); !open {
		return fmt.Errorf("%w: %s", ErrClosed, s.spell(c.At))
	}
	return nil
}

func (c Cancel) decide(s *State, now instant) (Decision, error) {
	if utf8.RuneCountInString(c.Reason) > maxReason || !utf8.ValidString(c.Reason) || c.Reason == withdrawn {
		return Decision{}, fmt.Errorf("%w: reason: expected at most %d characters, and not %q, which is head office's", ErrMalformed, maxReason, withdrawn)
	}
	a, ok := s.all[c.Appointment]
	if !ok {
		return Decision{}, fmt.Errorf("%w: %.70q", ErrUnknown, c.Appointment)
	}
	if err := a.standing(); err != nil {
		return Decision{Appointment: a}, err
	}
	return s.cancel(a, c.Reason, c.Request, now), nil
}

func (s *State) cancel(a Appointment, reason, request string, now instant) Decision {
	a.Status, a.Reason = Cancelled, reason
	return Decision{Entries: []record.Entry{entry(record.AppointmentCancelled, a, request, now)}, Appointment: a}
}

// standing is nil for an appointment that is still to be kept, else what has become of it.
func (a Appointment) standing() error {
	switch a.Status {
	case Booked:
		return nil
	case Arrived:
		return fmt.Errorf("%w: ticket %s", ErrArrived, a.Ticket)
	case Missed:
		return fmt.Errorf("%w: it was missed", ErrTooLate)
	}
	return ErrCancelled
}

func (c Tick) decide(s *State, now instant) (Decision, error) {
	var d Decision
	for _, a := range s.sorted() {
		if a.Status != Booked {
			continue
		}
		if !now.Before(s.givenUp(a)) {
			a.Status = Missed
			d.Entries = append(d.Entries, entry(record.AppointmentMissed, a, "", now))
		} else if due := s.renewal(a); !due.IsZero() && !now.Before(due) {
			d.Entries = append(d.Entries, entry(record.AppointmentBooked, a, "", now))
		}
	}
	return d, nil
}

// givenUp is the first instant at which an appointment is missed.
func (s *State) givenUp(a Appointment) time.Time {
	return a.At.Add(s.rules.Missed).Add(time.Millisecond) // who arrives at the last instant is there
}

// renewEvery is after how long an appointment made by hand is written down again. It is shorter than any sensible time
// for which a journal keeps what head office has acknowledged (a week, unless it is told otherwise).
const renewEvery = 72 * time.Hour

// renewal is when an appointment is to be written down again; zero for never. Those of head office are in its list.
func (s *State) renewal(a Appointment) time.Time {
	if a.Origin == HeadOffice {
		return time.Time{}
	}
	return a.noted.Add(renewEvery)
}

// entry is the record of what has become of an appointment.
func entry(typ string, a Appointment, request string, now instant) record.Entry {
	d := record.AppointmentData{Appointment: a.ID, Service: a.Service, At: a.At, Name: a.Name, Origin: a.Origin, Request: request}
	switch typ {
	case record.AppointmentBooked:
		d.Code, d.Phone = a.Code, a.Phone
	case record.AppointmentCancelled:
		d.Reason = a.Reason
	case record.AppointmentArrived:
		d.Ticket, d.Late = a.Ticket, a.Late().Seconds()
	}
	return record.NewEntry(typ, source, now, d)
}

// source is the part of the kiosk that the records are of.
const source = "appointments"

func (r Rules) service(id string) (Service, error) {
	for _, s := range r.Services {
		if s.ID == id {
			return s, nil
		}
	}
	return Service{}, fmt.Errorf("%w: %.70q", ErrUnknownService, id)
}

func (r Rules) ahead() time.Duration {
	if r.Ahead == 0 {
		return aheadDefault
	}
	return r.Ahead
}

// spell is a time as the station's people write it.
func (s *State) spell(t time.Time) string { return t.In(s.rules.Zone).Format("2006-01-02 15:04") }

package appointments

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// State is all appointments known, and what has become of them. It has one owner; it is not safe for concurrent use.
type State struct {
	rules    Rules
	all      map[string]Appointment // by id
	requests map[string]answer
	// cleared is the day on which what is over was last forgotten.
	cleared string
	// days are those listed since the last change, by date.
	days map[string]Day
}

// answer is what a request caused.
type answer struct {
	verb        verb
	appointment string
	at          time.Time
}

// remembered is for how long after its time an appointment, and after its command a request, is kept.
const remembered = 48 * time.Hour

// maxListed bounds how many days are kept ready, whichever are asked for.
const maxListed = 8

// New returns a state without appointments. The rules have to be valid.
func New(r Rules) *State {
	return &State{rules: r, all: map[string]Appointment{}, requests: map[string]answer{}, days: map[string]Day{}}
}

// Validate says what is wrong with the rules, all of it.
func (r Rules) Validate() error {
	var wrong []error
	if r.Zone == nil {
		wrong = append(wrong, errors.New("appointments: the time zone is missing"))
	}
	if r.Early < 0 || r.Late < 0 || r.Missed < r.Late || r.Ahead < 0 {
		wrong = append(wrong, fmt.Errorf("appointments: early %s, late %s, ahead %s: expected nothing negative, and missed, %s, not before late",
			r.Early, r.Late, r.Ahead, r.Missed))
	}
	for _, s := range r.Services {
		if err := s.Hours.Validate(); err != nil {
			wrong = append(wrong, fmt.Errorf("appointments: hours of %s: %w", s.ID, err))
		}
	}
	return errors.Join(wrong...)
}

// Apply folds one record into the state. Records of other types are passed over.
func (s *State) Apply(r record.Record) error {
	switch r.Type {
	case record.AppointmentBooked, record.AppointmentCancelled, record.AppointmentArrived, record.AppointmentMissed:
	default:
		return nil
	}
	var d record.AppointmentData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
	}
	if d.Appointment == "" {
		return fmt.Errorf("apply record %d, %s: the appointment's id is missing", r.Seq, r.Type)
	}
	at := record.Stamp(r.Time)
	if r.Clock != record.Unsynced {
		s.clear(at)
	}
	clear(s.days)
	s.all[d.Appointment] = s.changed(r.Type, d, at)
	if d.Request != "" {
		s.requests[d.Request] = answer{verb: verbs[r.Type], appointment: d.Appointment, at: at}
	}
	return nil
}

// verbs are the commands that cause records with a request.
var verbs = map[string]verb{
	record.AppointmentBooked: verbBook, record.AppointmentCancelled: verbCancel, record.AppointmentArrived: verbArrive,
}

// changed is an appointment after a record. Each record says what the appointment is; one whose booking is no longer in
// the journal is known by what came later.
func (s *State) changed(typ string, d record.AppointmentData, at time.Time) Appointment {
	if typ == record.AppointmentBooked {
		return Appointment{ID: d.Appointment, Service: d.Service, At: record.Stamp(d.At), Name: d.Name, Code: d.Code, Phone: d.Phone,
			Origin: d.Origin, Status: Booked, noted: at}
	}
	a, ok := s.all[d.Appointment]
	if !ok {
		a = Appointment{ID: d.Appointment, Service: d.Service, At: record.Stamp(d.At), Name: d.Name, Origin: d.Origin}
	}
	switch typ {
	case record.AppointmentCancelled:
		a.Status, a.Reason = Cancelled, d.Reason
	case record.AppointmentArrived:
		a.Status, a.Ticket, a.Arrival = Arrived, d.Ticket, at
	case record.AppointmentMissed:
		a.Status = Missed
	}
	return a
}

// clear forgets, once a day, what is long over.
func (s *State) clear(at time.Time) {
	day := s.date(at)
	if day == s.cleared {
		return
	}
	s.cleared = day
	for id, a := range s.all {
		if at.Sub(a.At) > remembered {
			delete(s.all, id)
		}
	}
	for request, a := range s.requests {
		if at.Sub(a.at) > remembered {
			delete(s.requests, request)
		}
	}
}

func (s *State) date(t time.Time) string { return t.In(s.rules.Zone).Format(time.DateOnly) }

// Appointment returns the one with this id, as it is now.
func (s *State) Appointment(id string) (Appointment, bool) {
	a, ok := s.all[id]
	return a, ok
}

// Day is the list of the local date of now.
func (s *State) Day(now time.Time) Day { return s.On(s.date(now)) }

// On is the list of a local date, as 2026-11-23.
func (s *State) On(date string) Day {
	if day, ok := s.days[date]; ok {
		return day
	}
	day := Day{Date: date}
	for _, a := range s.all {
		if s.date(a.At) == date {
			day.Appointments = append(day.Appointments, a)
		}
	}
	slices.SortFunc(day.Appointments, byTime)
	if len(s.days) >= maxListed {
		clear(s.days)
	}
	s.days[date] = day
	return day
}

func byTime(a, b Appointment) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID))
}

// Due are the customers who may arrive now and have not, in order of the agreed time.
func (s *State) Due(now time.Time) []Appointment {
	var due []Appointment
	for _, a := range s.all {
		if a.Status == Booked && s.window(a, now) == nil {
			due = append(due, a)
		}
	}
	slices.SortFunc(due, byTime)
	return due
}

// Wake is the first instant at which Tick causes something; zero when there is none.
func (s *State) Wake() time.Time {
	var wake time.Time
	for _, a := range s.all {
		if a.Status != Booked {
			continue
		}
		at := s.givenUp(a)
		if renewal := s.renewal(a); !renewal.IsZero() && renewal.Before(at) {
			at = renewal
		}
		if wake.IsZero() || at.Before(wake) {
			wake = at
		}
	}
	return wake
}

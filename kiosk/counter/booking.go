package counter

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/web"
)

// listed answers with today's appointments.
func (s *server) listed(w http.ResponseWriter, _ *http.Request, _ actor) {
	day := s.Hall.Snapshot().Appointments
	web.Answer(w, http.StatusOK, appointmentsView{Day: day.Date, Appointments: viewAppointments(day.Appointments)})
}

func (s *server) book(w http.ResponseWriter, r *http.Request, who actor) {
	var body struct {
		Service string    `json:"service"`
		At      time.Time `json:"at"`
		Name    string    `json:"name"`
		Phone   string    `json:"phone"`
		Request string    `json:"request"`
	}
	if read(w, r, &body) {
		s.appoint(w, r, http.StatusCreated, appointments.Book{Request: body.Request, Service: body.Service, At: body.At,
			Name: body.Name, Phone: body.Phone, By: who.Number})
	}
}

func (s *server) cancel(w http.ResponseWriter, r *http.Request, _ actor) {
	var body struct {
		Reason  string `json:"reason"`
		Request string `json:"request"`
	}
	if read(w, r, &body) {
		s.appoint(w, r, http.StatusOK, appointments.Cancel{Request: body.Request, Appointment: r.PathValue("appointment"), Reason: body.Reason})
	}
}

func (s *server) appoint(w http.ResponseWriter, r *http.Request, status int, c appointments.Command) {
	made, err := s.Hall.Appoint(r.Context(), c)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	web.Answer(w, status, viewAppointment(made))
}

// arrive gives a customer who has come for an appointment a ticket. When what was said means more than one appointment,
// the refusal lists them.
func (s *server) arrive(w http.ResponseWriter, r *http.Request, _ actor) {
	var body struct {
		Class   string `json:"class"`
		Request string `json:"request"`
	}
	if !read(w, r, &body) {
		return
	}
	c := s.meant(r.PathValue("appointment"))
	c.Request = body.Request
	ticket, err := s.Hall.Arrive(r.Context(), c, body.Class)
	switch {
	case errors.Is(err, appointments.ErrAmbiguous):
		s.ambiguous(w, r, c, err)
	case err != nil:
		s.fail(w, r, err)
	default:
		s.tell(w, http.StatusCreated, ticket)
	}
}

// meant is what somebody at the desk has typed: the id of an appointment of today, the last digits of a telephone number,
// or a code.
func (s *server) meant(typed string) appointments.Arrive {
	typed = strings.TrimSpace(typed)
	today := s.Hall.Snapshot().Appointments.Appointments
	switch {
	case slices.ContainsFunc(today, func(a appointments.Appointment) bool { return a.ID == typed }):
		return appointments.Arrive{Appointment: typed}
	case len(typed) >= 3 && len(typed) <= 4 && strings.Trim(typed, "0123456789") == "":
		return appointments.Arrive{Phone: typed}
	}
	return appointments.Arrive{Code: typed}
}

func (s *server) ambiguous(w http.ResponseWriter, r *http.Request, c appointments.Arrive, err error) {
	found, failed := s.Hall.Matches(r.Context(), c)
	if failed != nil {
		s.fail(w, r, failed)
		return
	}
	type matches struct {
		Code    string            `json:"code"`
		Message string            `json:"message"`
		Matches []appointmentView `json:"matches"`
	}
	web.Answer(w, http.StatusConflict, map[string]matches{"error": {"ambiguous", err.Error(), viewAppointments(found)}})
}

func viewAppointments(all []appointments.Appointment) []appointmentView {
	views := make([]appointmentView, len(all)) // a list also when there is none
	for i, a := range all {
		views[i] = viewAppointment(a)
	}
	return views
}

func viewAppointment(a appointments.Appointment) appointmentView {
	return appointmentView{ID: a.ID, Service: a.Service, At: a.At, Name: a.Name, Code: a.Code, Phone: a.Phone, Status: string(a.Status),
		Ticket: a.Ticket, Arrival: known(a.Arrival), Origin: a.Origin, Reason: a.Reason}
}

// countAppointments counts by what has become of them.
func countAppointments(all []appointments.Appointment) (n appointmentCounts) {
	for _, a := range all {
		switch a.Status {
		case appointments.Booked:
			n.Booked++
		case appointments.Arrived:
			n.Arrived++
		case appointments.Missed:
			n.Missed++
		case appointments.Cancelled:
			n.Cancelled++
		}
	}
	return n
}

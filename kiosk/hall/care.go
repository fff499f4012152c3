package hall

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/information"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
)

var (
	// ErrNotVisited is wrapped when a visit is rated that has not taken place.
	ErrNotVisited = errors.New("the ticket has not been served")
	// ErrUnknownSecret is wrapped when nobody has a ticket with this address.
	ErrUnknownSecret = errors.New("no ticket has this address")
)

// EarlyError is wrapped when a customer comes too early for an appointment: From is when the time to arrive begins.
type EarlyError struct {
	From time.Time
	Err  error
}

func (e *EarlyError) Error() string { return e.Err.Error() }

// Unwrap is the reason as package appointments gives it.
func (e *EarlyError) Unwrap() error { return e.Err }

// Rate takes one rating, and opens a case when it is a bad one; the case has no id when there is none. A ticket, when
// given, has to be one that was served, once: what is known of its visit is added to the answer. A tap at a terminal that
// is another of the same hand's is taken and not counted. Errors are those of package survey, queue.ErrUnknownTicket,
// ErrNotVisited, or as for Do.
func (h *Hall) Rate(ctx context.Context, a survey.Answer) (cases.Case, error) {
	if err := h.begin(ctx); err != nil {
		return cases.Case{}, err
	}
	defer h.end()
	now := h.Now()
	if a.Ticket != "" {
		t, ok := h.queue.Ticket(a.Ticket)
		if !ok {
			return cases.Case{}, fmt.Errorf("%w %q", queue.ErrUnknownTicket, a.Ticket)
		}
		if !visited(t) {
			return cases.Case{}, fmt.Errorf("%w: %s", ErrNotVisited, t.Number)
		}
		a.Service, a.Counter, a.Clerk = served(t)
	}
	counted, ok := h.survey.Damp(a, now)
	if !ok {
		return cases.Case{}, nil
	}
	entries, err := h.survey.Decide(counted, now)
	if err != nil {
		return cases.Case{}, err
	}
	opened, err := h.learnt.Cases.Decide(cases.FromRating{Request: a.Request, Nonce: nonce(), Score: counted.Score, Ticket: a.Ticket, Service: a.Service,
		Answers: counted.Answers}, now)
	if err != nil {
		return cases.Case{}, err
	}
	if len(entries) == 0 { // the request was carried out before
		return opened.Case, nil
	}
	return opened.Case, h.write(ctx, append(entries, opened.Entries...))
}

// visited tells whether somebody was served with the ticket, for the last time or on the way to a further service.
func visited(t queue.Ticket) bool {
	if t.Status == queue.Served {
		return true
	}
	for _, s := range t.Stages {
		if s.Outcome != queue.OutcomeTransferred && s.Outcome != queue.OutcomeHeld {
			return true
		}
	}
	return t.Status == queue.Called // at the counter, whose screen may ask
}

// served is what the last service of a visit was, where, and by whom.
func served(t queue.Ticket) (service, counter, clerk string) {
	if t.Counter != "" {
		return t.Service, t.Counter, t.Clerk
	}
	if n := len(t.Stages); n > 0 {
		last := t.Stages[n-1]
		return last.Service, last.Counter, last.Clerk
	}
	return t.Service, "", ""
}

// Visit is the latest visit of today with this number, and whether it was rated.
func (h *Hall) Visit(ctx context.Context, number string) (ticket queue.Ticket, rated bool, err error) {
	if err := h.begin(ctx); err != nil {
		return queue.Ticket{}, false, err
	}
	defer h.end()
	t, ok := h.queue.Numbered(number, h.Now())
	return h.visit(t, ok, number)
}

// VisitOf is the visit of the ticket whose page has this address, and whether it was rated.
func (h *Hall) VisitOf(ctx context.Context, secret string) (ticket queue.Ticket, rated bool, err error) {
	id, ok := h.secrets.find(secret)
	if !ok {
		return queue.Ticket{}, false, ErrUnknownSecret
	}
	if err := h.begin(ctx); err != nil {
		return queue.Ticket{}, false, err
	}
	defer h.end()
	t, ok := h.queue.Ticket(id)
	return h.visit(t, ok, id)
}

func (h *Hall) visit(t queue.Ticket, ok bool, asked string) (queue.Ticket, bool, error) {
	switch {
	case !ok:
		return queue.Ticket{}, false, fmt.Errorf("%w %q", queue.ErrUnknownTicket, asked)
	case !visited(t):
		return t, false, fmt.Errorf("%w: %s", ErrNotVisited, t.Number)
	}
	return t, h.survey.Rated(t.ID), nil
}

// Recent are the latest tickets of today, the latest first, at most n.
func (h *Hall) Recent(ctx context.Context, n int) ([]queue.Ticket, error) {
	if err := h.begin(ctx); err != nil {
		return nil, err
	}
	defer h.end()
	return h.queue.Recent(n, h.Now()), nil
}

// File takes what a customer complains about, suggests or praises, and returns its case, which has no id when there is
// none. Errors are those of package cases, or as for Do.
func (h *Hall) File(ctx context.Context, c cases.File) (cases.Case, error) {
	if c.Nonce == "" {
		c.Nonce = nonce()
	}
	return h.Case(ctx, c)
}

// Case carries out what is done about cases. Errors are those of package cases, or as for Do.
func (h *Hall) Case(ctx context.Context, c cases.Command) (cases.Case, error) {
	if err := h.begin(ctx); err != nil {
		return cases.Case{}, err
	}
	defer h.end()
	decision, err := h.learnt.Cases.Decide(c, h.Now())
	if err != nil {
		return cases.Case{}, err
	}
	return decision.Case, h.write(ctx, decision.Entries)
}

// Booked is the appointment that somebody arrives for, or why for none, as Arrive would say. It changes nothing.
func (h *Hall) Booked(ctx context.Context, a appointments.Arrive) (appointments.Appointment, error) {
	if err := h.begin(ctx); err != nil {
		return appointments.Appointment{}, err
	}
	defer h.end()
	return h.check(a, h.Now())
}

// check is Check of the appointments, which says of who is early from when on.
func (h *Hall) check(a appointments.Arrive, now time.Time) (appointments.Appointment, error) {
	booked, err := h.appointments.Check(a, now)
	if errors.Is(err, appointments.ErrTooEarly) && !booked.At.IsZero() {
		err = &EarlyError{From: booked.At.Add(-h.options.Appointments.Early), Err: err}
	}
	return booked, err
}

// SetInformation replaces what the station tells everybody, and what customers are asked about their visit; nil is what
// is asked where nothing else is.
func (h *Hall) SetInformation(ctx context.Context, i information.Information, q *survey.Questionnaire) error {
	if err := h.begin(ctx); err != nil {
		return err
	}
	defer h.end()
	h.information = i
	h.survey.Ask(q)
	h.show()
	return nil
}

// Questionnaire is what is asked, or was lately, with this id and version; an empty id is what is asked now.
func (h *Hall) Questionnaire(ctx context.Context, id string, version int) (*survey.Questionnaire, bool) {
	if id == "" {
		return h.Snapshot().Questionnaire, true
	}
	if err := h.begin(ctx); err != nil {
		return nil, false
	}
	defer h.end()
	return h.survey.Version(id, version)
}

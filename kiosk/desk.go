package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/printer"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
	"stationkeeper/ui/checkin"
	"stationkeeper/ui/complaint"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/lobby"
	"stationkeeper/ui/scanner"
	uisurvey "stationkeeper/ui/survey"
)

// desk answers the touchscreen from the hall and the printer.
type desk struct {
	Screen
	// channel is where the screen is: record.ChannelLobby or record.ChannelTerminal.
	channel string
}

// TakeTicket asks the printer before a number is spent, so that the screen never promises paper that does not come.
func (d desk) TakeTicket(ctx context.Context, service, request string) (lobby.Ticket, error) {
	ready := d.Paper.Ready(ctx)
	t, err := d.Hall.Do(ctx, queue.Take{Service: service, Request: request})
	switch {
	case errors.Is(err, queue.ErrClosed):
		return lobby.Ticket{}, fmt.Errorf("%w: %w", lobby.ErrClosed, err)
	case errors.Is(err, queue.ErrFull):
		return lobby.Ticket{}, fmt.Errorf("%w: %w", lobby.ErrFull, err)
	case errors.Is(err, queue.ErrCutOff):
		return lobby.Ticket{}, fmt.Errorf("%w: %w", lobby.ErrTooLate, err)
	case err != nil:
		return lobby.Ticket{}, err
	}
	return d.ticket(ctx, t, ready), nil
}

func (d desk) ticket(ctx context.Context, t queue.Ticket, ready printer.Status) lobby.Ticket {
	return lobby.Ticket{ID: t.ID, Number: t.Number, Service: t.Service, Ahead: t.Ahead, Wait: wait(t.First), Page: d.page(t.ID),
		Paper: d.Paper.Promise(ctx, t, ready)}
}

// page is where a customer's telephone finds a ticket; empty where telephones reach nothing.
func (d desk) page(ticket string) string {
	if d.Address == "" {
		return ""
	}
	return d.Address + "/t/" + d.Hall.Secret(ticket)
}

// Print and Reprint put tickets on paper.
func (d desk) Print(ctx context.Context, ticket string, l lang.Language) (bool, error) {
	return d.Paper.Print(ctx, ticket, printer.Language(l))
}

func (d desk) Reprint(ctx context.Context, ticket string, l lang.Language, request string) (bool, error) {
	return d.Paper.Reprint(ctx, ticket, printer.Language(l), request)
}

// CheckIn gives the customer of an appointment a ticket.
func (d desk) CheckIn(ctx context.Context, p checkin.Proof, request string) (checkin.Arrival, error) {
	asked := appointments.Arrive{Request: request, Code: p.Code, Phone: p.Phone}
	if p.ID != "" {
		asked.Service = "" // what was chosen has to be among those that code or digits stand for
		matches, err := d.Hall.Matches(ctx, asked)
		if err != nil {
			return checkin.Arrival{}, arrival(err, d.Zone)
		}
		if !contains(matches, p.ID) {
			return checkin.Arrival{}, checkin.ErrUnknown
		}
		asked = appointments.Arrive{Request: request, Appointment: p.ID}
	}
	ready := d.Paper.Ready(ctx)
	t, err := d.Hall.Arrive(ctx, asked, "")
	if errors.Is(err, appointments.ErrAmbiguous) {
		return d.choose(ctx, asked)
	}
	if err != nil {
		return checkin.Arrival{}, arrival(err, d.Zone)
	}
	ticket := d.ticket(ctx, t, ready)
	return checkin.Arrival{Ticket: &ticket}, nil
}

func contains(all []appointments.Appointment, id string) bool {
	for _, a := range all {
		if a.ID == id {
			return true
		}
	}
	return false
}

func (d desk) choose(ctx context.Context, asked appointments.Arrive) (checkin.Arrival, error) {
	matches, err := d.Hall.Matches(ctx, asked)
	if err != nil {
		return checkin.Arrival{}, arrival(err, d.Zone)
	}
	var found checkin.Arrival
	for _, a := range matches {
		found.Choose = append(found.Choose, checkin.Booking{ID: a.ID, At: a.At.In(d.Zone), Service: names(d.Services[a.Service]), Name: a.Name})
	}
	return found, nil
}

// arrival is why nobody is checked in, as the screen tells it.
func arrival(err error, zone *time.Location) error {
	var early *hall.EarlyError
	for reason, told := range map[error]error{
		appointments.ErrUnknown: checkin.ErrUnknown, appointments.ErrMalformed: checkin.ErrUnknown, appointments.ErrTooLate: checkin.ErrLate,
		appointments.ErrArrived: checkin.ErrUsed, appointments.ErrCancelled: checkin.ErrCancelled,
		queue.ErrClosed: checkin.ErrClosed, queue.ErrFull: checkin.ErrClosed, queue.ErrCutOff: checkin.ErrClosed,
	} {
		if errors.Is(err, reason) {
			return fmt.Errorf("%w: %w", told, err)
		}
	}
	if errors.As(err, &early) {
		return &checkin.EarlyError{From: early.From.In(zone)}
	}
	return err
}

// Visit finds the visit that a customer wants to rate.
func (d desk) Visit(ctx context.Context, p uisurvey.Proof) (uisurvey.Visit, error) {
	var t queue.Ticket
	var rated bool
	var err error
	if p.Scan != "" {
		read, ok := scanner.Read(p.Scan)
		if !ok || read.Ticket == "" {
			return uisurvey.Visit{}, uisurvey.ErrNoVisit
		}
		t, rated, err = d.Hall.VisitOf(ctx, read.Ticket)
	} else {
		t, rated, err = d.Hall.Visit(ctx, p.Number)
	}
	switch {
	case errors.Is(err, queue.ErrUnknownTicket), errors.Is(err, hall.ErrUnknownSecret):
		return uisurvey.Visit{}, fmt.Errorf("%w: %w", uisurvey.ErrNoVisit, err)
	case errors.Is(err, hall.ErrNotVisited):
		return uisurvey.Visit{}, fmt.Errorf("%w: %w", uisurvey.ErrNotServed, err)
	case err != nil:
		return uisurvey.Visit{}, err
	case rated:
		return uisurvey.Visit{}, uisurvey.ErrRated
	}
	return uisurvey.Visit{Ticket: t.ID, Number: t.Number, Service: names(d.Services[t.Service]), Counter: names(d.Counters[t.Counter])}, nil
}

// Rate takes a rating, and says the number of the case that it opened.
func (d desk) Rate(ctx context.Context, r uisurvey.Rating) (string, error) {
	opened, err := d.Hall.Rate(ctx, survey.Answer{Request: r.Request, Score: r.Score, Ticket: r.Visit, Questionnaire: r.Questionnaire,
		Version: r.Version, Answers: r.Answers, Channel: d.channel, Language: string(r.Language)})
	if errors.Is(err, survey.ErrRatedBefore) {
		err = fmt.Errorf("%w: %w", uisurvey.ErrRated, err)
	}
	return opened.Number, err
}

// File takes a complaint.
func (d desk) File(ctx context.Context, c complaint.Complaint) (complaint.Receipt, error) {
	opened, err := d.Hall.File(ctx, cases.File{Request: c.Request, Kind: c.Kind, Topic: c.Topic, Details: c.Details, Phone: c.Phone,
		Channel: record.ChannelLobby, Language: string(c.Language)})
	if err != nil {
		return complaint.Receipt{}, err
	}
	receipt := complaint.Receipt{Number: opened.Number}
	if !opened.Deadline.IsZero() {
		receipt.Deadline = opened.Deadline.In(d.Zone)
	}
	return receipt, nil
}

// Page is where a customer can write at leisure.
func (d desk) Page(context.Context) string {
	if d.Address == "" || d.ComplaintPage == nil {
		return ""
	}
	return d.Address + d.ComplaintPage()
}

// wait is a quote as people are told it.
func wait(q queue.Quote) flow.Wait {
	if !q.Known {
		return flow.Wait{}
	}
	low, high := q.Minutes()
	return flow.Wait{Low: low, High: max(1, high)}
}

// month is any time in a month that is spelled 2006-01.
func month(text string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation("2006-01", text, zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

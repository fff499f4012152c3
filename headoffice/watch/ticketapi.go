package watch

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

type ticketBody struct {
	Ticket  string    `json:"ticket" doc:"Id, unique within the node; the number on paper may repeat."`
	Number  string    `json:"number"`
	Service string    `json:"service" doc:"Id of the service that it was taken for."`
	Class   string    `json:"class" doc:"Id of the customer's class; empty for the ordinary one."`
	Node    string    `json:"node"`
	Issued  time.Time `json:"issued" doc:"When it was taken, as far as head office can tell."`
}

type ticketsBody struct {
	Tickets []ticketBody `json:"tickets" nullable:"false"`
	Older   *time.Time   `json:"older" doc:"Ask again with this as to for older tickets; null when all there are have been looked at."`
}

type lifeBody struct {
	Ticket  string       `json:"ticket"`
	Records []recordBody `json:"records" nullable:"false" doc:"Everything about the ticket, oldest first: also the appointment that it is for, what its holder was told meanwhile, and, for those who may act, the rating: it stands beside the clerk."`
}

type ticketsInput struct {
	Station string    `path:"station" doc:"Id of the station."`
	Number  string    `query:"number" doc:"Number on the ticket, such as A012."`
	ID      string    `query:"id" doc:"Id of the ticket."`
	From    time.Time `query:"from" doc:"Tickets taken from this time on (RFC 3339)."`
	To      time.Time `query:"to" doc:"Tickets taken up to this time (RFC 3339)."`
	Limit   int       `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type ticketInput struct {
	Actor
	Station string    `path:"station" doc:"Id of the station."`
	Ticket  string    `path:"ticket" doc:"Id of the ticket."`
	At      time.Time `query:"at" doc:"A time near which the ticket was there (RFC 3339): it is found faster, and however old it is."`
}

func (w *watch) handleTickets(api huma.API) {
	huma.Register(api, operation("list-tickets", "/stations/{station}/tickets",
		"Tickets of a number or an id, newest first", 404), w.listTickets)
	huma.Register(api, operation("get-ticket", "/stations/{station}/tickets/{ticket}",
		"The whole life of one ticket", 404, 401, 403), w.getTicket)
}

func (w *watch) listTickets(ctx context.Context, in *ticketsInput) (*answer[ticketsBody], error) {
	if in.Number == "" && in.ID == "" {
		return nil, huma.Error422UnprocessableEntity("number and id are missing: expected at least one of them")
	}
	if err := w.knows(ctx, in.Station); err != nil {
		return nil, err
	}
	found, older, err := w.findTickets(ctx, search{Station: in.Station, number: in.Number, id: in.ID, from: in.From, to: in.To}, in.Limit)
	if err != nil {
		return nil, w.failed("find tickets of "+in.Station, err)
	}
	body := ticketsBody{Tickets: make([]ticketBody, len(found)), Older: spellTime(older)}
	for i, r := range found {
		d := decode[record.TicketIssuedData](r)
		body.Tickets[i] = ticketBody{Ticket: d.Ticket, Number: d.Number, Service: d.Service, Class: d.Class, Node: r.Node, Issued: r.Placed.UTC()}
	}
	return &answer[ticketsBody]{body}, nil
}

func (w *watch) getTicket(ctx context.Context, in *ticketInput) (*answer[lifeBody], error) {
	if err := w.knows(ctx, in.Station); err != nil {
		return nil, err
	}
	mayAct, err := w.mayAct(ctx, in.Actor)
	if err != nil {
		return nil, err
	}
	found, err := w.ticketLife(ctx, in.Station, in.Ticket, in.At)
	var none noTicket
	if errors.As(err, &none) {
		return nil, huma.Error404NotFound(none.Error())
	}
	if err != nil {
		return nil, w.failed("read ticket "+in.Ticket+" of "+in.Station, err)
	}
	if !mayAct {
		found = found.forEverybody()
	}
	body := lifeBody{Ticket: in.Ticket, Records: make([]recordBody, len(found.records))}
	for i, r := range found.records {
		body.Records[i] = spellRecord(r, mayAct)
	}
	return &answer[lifeBody]{body}, nil
}

// knows returns what the API says of a station that is not known.
func (w *watch) knows(ctx context.Context, station string) error {
	_, _, err := w.Store.Station(ctx, station)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return huma.Error404NotFound("there is no station \"" + station + "\"")
	case err != nil:
		return w.failed("read station "+station, err)
	}
	return nil
}

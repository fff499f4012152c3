package watch

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// Where a ticket's records are looked for: a ticket lives for a day of work at most, and is rated soon after.
const (
	lifeSpan   = 36 * time.Hour
	lifeBefore = 36 * time.Hour // an event of it is known: how long before that it may have been taken
)

// life is what is known of one ticket, oldest first.
type life struct {
	records []store.Record
	// quotes are what of records tells many customers at once: the quote that was this ticket's.
	quotes map[int]record.Quote
}

// forEverybody is the life without the rating, which beside the clerk would say who said what of whom.
func (l life) forEverybody() life {
	v := life{quotes: map[int]record.Quote{}}
	for i, r := range l.records {
		if r.Type == record.SurveyAnswered {
			continue
		}
		if q, ok := l.quotes[i]; ok {
			v.quotes[len(v.records)] = q
		}
		v.records = append(v.records, r)
	}
	return v
}

// noTicket is the error where there is no record of a ticket.
type noTicket struct{ station, ticket string }

func (e noTicket) Error() string { return fmt.Sprintf("%s has no ticket %q", e.station, e.ticket) }

func (e noTicket) Unwrap() error { return store.ErrNotFound }

// ticketLife gathers everything about a ticket. at is a time near which it was there; without one it is looked for from
// the newest on.
func (w *watch) ticketLife(ctx context.Context, station, ticket string, at time.Time) (life, error) {
	begin, err := w.ticketBegan(ctx, station, ticket, at)
	if err != nil {
		return life{}, err
	}
	lobby, err := w.Store.Happened(ctx, store.Selection{Station: station, Types: slices.Concat(visitTypes, printTypes, appointmentTypes),
		From: begin, To: begin.Add(lifeSpan), Oldest: true, Limit: mostOfADay})
	if err != nil {
		return life{}, err
	}
	lobby = slices.DeleteFunc(lobby, func(r store.Record) bool { return !isAbout(r, ticket) })
	if len(lobby) == 0 {
		return life{}, noTicket{station, ticket}
	}
	booked, err := w.booking(ctx, station, lobby)
	if err != nil {
		return life{}, err
	}
	quotes, err := w.Store.Happened(ctx, store.Selection{Station: station, Types: []string{record.QueueQuoted},
		From: begin, To: lobby[len(lobby)-1].Placed, Oldest: true, Limit: mostOfADay})
	if err != nil {
		return life{}, err
	}
	return assemble(ticket, slices.Concat(booked, lobby), quotes), nil
}

// assemble puts the records about a ticket in order of time.
func assemble(ticket string, records, quotes []store.Record) life {
	for _, r := range quotes {
		if _, ok := quoteOf(r, ticket); ok {
			records = append(records, r)
		}
	}
	slices.SortStableFunc(records, func(a, b store.Record) int { return a.Placed.Compare(b.Placed) })
	v := life{records: records, quotes: map[int]record.Quote{}}
	for i, r := range records {
		if q, ok := quoteOf(r, ticket); ok {
			v.quotes[i] = q
		}
	}
	return v
}

func quoteOf(r store.Record, ticket string) (record.Quote, bool) {
	if r.Type != record.QueueQuoted || !strings.Contains(string(r.Data), ticket) {
		return record.Quote{}, false
	}
	for _, q := range decode[record.QueueQuotedData](r).Quotes {
		if q.Ticket == ticket {
			return q.Quote, true
		}
	}
	return record.Quote{}, false
}

// isAbout tells whether a record is of the ticket, or of one that was split from it.
func isAbout(r store.Record, ticket string) bool {
	d := decode[lobbyData](r)
	return d.Ticket == ticket || r.Type == record.TicketIssued && d.Visit == ticket
}

// ticketBegan returns when the ticket was taken; where that is not known, the time at which it was there.
func (w *watch) ticketBegan(ctx context.Context, station, ticket string, at time.Time) (time.Time, error) {
	q := search{Station: station, id: ticket}
	if !at.IsZero() {
		q.from, q.to = at.Add(-lifeBefore), at.Add(lifeSpan)
	}
	found, _, err := w.findTickets(ctx, q, 1)
	if err != nil {
		return time.Time{}, err
	}
	switch {
	case len(found) > 0:
		return found[0].Placed, nil
	case !at.IsZero():
		return at.Add(-lifeBefore), nil
	}
	return time.Time{}, noTicket{station, ticket}
}

// booking finds what was written of the appointment that the ticket is for, before it was taken.
func (w *watch) booking(ctx context.Context, station string, lobby []store.Record) ([]store.Record, error) {
	var appointment string
	for _, r := range lobby {
		if r.Type == record.TicketIssued {
			appointment = decode[record.TicketIssuedData](r).Appointment
			break
		}
	}
	if appointment == "" {
		return nil, nil
	}
	begin := lobby[0].Placed
	records, err := w.Store.Happened(ctx, store.Selection{Station: station, Types: appointmentTypes,
		From: begin.Add(-bookedBefore), To: begin, Oldest: true, Limit: mostAppointments})
	return slices.DeleteFunc(records, func(r store.Record) bool {
		d := decode[record.AppointmentData](r)
		return d.Appointment != appointment || slices.ContainsFunc(lobby, func(l store.Record) bool { return l.Epoch == r.Epoch && l.Seq == r.Seq })
	}), err
}

// search is for tickets by their number or id, newest first. from and to bound when they were taken.
type search struct {
	Station    string
	number, id string
	from, to   time.Time
}

func (s search) finds(r store.Record) bool {
	d := decode[record.TicketIssuedData](r)
	return d.Ticket != "" && (s.id != "" && d.Ticket == s.id || s.number != "" && strings.EqualFold(d.Number, s.number))
}

// How many tickets a search looks at, at most, and at once.
const (
	mostSearched   = 20_000
	searchedAtOnce = 1000
)

// findTickets returns the records of at most limit tickets being issued. older is from where to go on; zero when all
// there are have been looked at.
func (w *watch) findTickets(ctx context.Context, s search, limit int) (found []store.Record, older time.Time, err error) {
	q := store.Selection{Station: s.Station, Types: []string{record.TicketIssued}, From: s.from, To: s.to, Limit: searchedAtOnce}
	for range mostSearched / searchedAtOnce {
		records, err := w.Store.Happened(ctx, q)
		if err != nil {
			return nil, time.Time{}, err
		}
		for _, r := range records {
			if !s.finds(r) {
				continue
			}
			if len(found) == limit {
				return found, r.Placed, nil
			}
			found = append(found, r)
		}
		if len(records) < searchedAtOnce {
			return found, time.Time{}, nil
		}
		last := records[len(records)-1].Placed
		q.Skip = seenAt(records, q)
		q.To = last
	}
	return found, q.To, nil
}

// lifeView is the page of one ticket.
type lifeView struct {
	Number, Ticket, Station string
	// Facts are what there is to know at a glance.
	Facts  []factView
	Events []eventView
}

type factView struct{ Name, Value string }

func (w *watch) showTicket(rw http.ResponseWriter, r *http.Request) {
	l, station, ticket := languageOf(r), r.PathValue("station"), r.PathValue("ticket")
	if _, _, err := w.Store.Station(r.Context(), station); err != nil {
		w.showFailure(rw, r, err)
		return
	}
	found, err := w.ticketLife(r.Context(), station, ticket, millis(r.URL.Query().Get("at")))
	if err != nil {
		w.showFailure(rw, r, err)
		return
	}
	w.show(rw, r, http.StatusOK, "ticket", frame{Language: l, Station: station, View: w.eye(l).life(station, ticket, found.forEverybody())})
}

// life puts a ticket's records into words.
func (e eye) life(station, ticket string, l life) lifeView {
	v := lifeView{Number: ticket, Ticket: ticket, Station: station}
	for i, r := range l.records {
		event := e.event(r)
		if decode[lobbyData](r).Ticket == ticket || r.Type == record.QueueQuoted {
			event.Number, event.Link = "", ""
		}
		if q, ok := l.quotes[i]; ok {
			event.Told.Detail = join(e.t("detail.ahead", q.Ahead), e.quote(q))
		}
		v.Events = append(v.Events, event)
		if d := decode[lobbyData](r); d.Ticket == ticket && d.Number != "" {
			v.Number = d.Number
		}
	}
	v.Facts = e.lifeFacts(ticket, l)
	return v
}

// lifeFacts sums a life up: what was told, what came, and who served.
func (e eye) lifeFacts(ticket string, l life) []factView {
	var facts []factView
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, factView{e.t(key), value})
		}
	}
	first := true
	for _, r := range l.records {
		if decode[lobbyData](r).Ticket != ticket {
			continue
		}
		switch r.Type {
		case record.TicketIssued:
			d := decode[record.TicketIssuedData](r)
			add("life.service", join(e.service(d.Service), e.with("detail.class", e.class(d.Class))))
			add("life.taken", e.moment(r.Placed).Text)
			if d.Quote != nil {
				add("life.told", join(e.t("detail.ahead", d.Quote.Ahead), e.quote(*d.Quote)))
			}
		case record.TicketCalled:
			if d := decode[record.TicketCalledData](r); first {
				first = false
				add("life.waited", e.duration(d.Wait))
			}
		case record.TicketServed:
			d := decode[record.TicketServedData](r)
			add("life.served", join(e.duration(d.Serving), e.counter(d.Counter), e.with("detail.clerk", d.Clerk), e.known("served.", d.Outcome)))
		case record.TicketTransferred:
			d := decode[record.TicketTransferredData](r)
			add("life.served", join(e.duration(d.Serving), e.counter(d.Counter), e.with("detail.clerk", d.Clerk), e.service(d.From)))
		case record.TicketLeft:
			d := decode[record.TicketLeftData](r)
			add("life.left", join(e.known("left.", d.Reason), e.t("detail.waited", e.duration(d.Wait))))
		}
	}
	return facts
}

// ticketsView is what a search for tickets has found.
type ticketsView struct {
	Station, Query string
	Found          []foundView
	// Older leads on with the search; empty when everything has been looked at.
	Older string
}

type foundView struct {
	Number, Service, Link string
	At                    moment
}

// shownTickets is how many tickets a search shows at once.
const shownTickets = 50

func (w *watch) showTickets(rw http.ResponseWriter, r *http.Request) {
	l, station, query := languageOf(r), r.PathValue("station"), strings.TrimSpace(r.URL.Query().Get("q"))
	e := w.eye(l)
	if _, _, err := w.Store.Station(r.Context(), station); err != nil {
		w.showFailure(rw, r, err)
		return
	}
	v := ticketsView{Station: station, Query: query}
	if query != "" {
		found, older, err := w.findTickets(r.Context(), search{Station: station, number: query, id: query, to: millis(r.URL.Query().Get("to"))}, shownTickets)
		if err != nil {
			w.showFailure(rw, r, err)
			return
		}
		for _, one := range found {
			d := decode[record.TicketIssuedData](one)
			v.Found = append(v.Found, foundView{d.Number, e.service(d.Service), ticketPath(station, d.Ticket, one.Placed), e.moment(one.Placed)})
		}
		if !older.IsZero() {
			v.Older = "/stations/" + url.PathEscape(station) + "/tickets?" + url.Values{"q": {query},
				"to": {strconv.FormatInt(older.UnixMilli(), 10)}}.Encode()
		}
	}
	w.show(rw, r, http.StatusOK, "tickets", frame{Language: l, Station: station, View: v})
}

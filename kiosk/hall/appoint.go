package hall

import (
	"context"

	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/queue"
)

// Appoint carries out what becomes of an appointment, but for the arrival, which is Arrive. Book without a nonce gets a
// random one. Errors are those of package appointments, or as for Do.
func (h *Hall) Appoint(ctx context.Context, c appointments.Command) (appointments.Appointment, error) {
	if book, ok := c.(appointments.Book); ok && book.Nonce == "" {
		book.Nonce = nonce()
		c = book
	}
	if err := h.begin(ctx); err != nil {
		return appointments.Appointment{}, err
	}
	defer h.end()
	decision, err := h.appointments.Decide(c, h.Now())
	if err != nil {
		return decision.Appointment, err
	}
	return decision.Appointment, h.write(ctx, decision.Entries)
}

// Arrive gives the customer who has come for an appointment a ticket, of the given class. The arrival and the ticket are
// written down together. Errors are those of packages appointments and queue, EarlyError, or as for Do.
func (h *Hall) Arrive(ctx context.Context, a appointments.Arrive, class string) (queue.Ticket, error) {
	if err := h.begin(ctx); err != nil {
		return queue.Ticket{}, err
	}
	defer h.end()
	now := h.Now()
	booked, err := h.check(a, now)
	if err != nil {
		return queue.Ticket{}, err
	}
	if booked.Status == appointments.Arrived {
		ticket, _ := h.queue.Ticket(booked.Ticket) // the request was carried out before; of an old one the ticket is gone
		return ticket, nil
	}
	take := queue.Take{Service: booked.Service, Class: class, Appointment: &queue.Booking{ID: booked.ID, At: booked.At}}
	taken, err := h.queue.Decide(h.complete(take, now), now)
	if err != nil {
		return queue.Ticket{}, err
	}
	a.Ticket = taken.Ticket.ID
	arrived, err := h.appointments.Decide(a, now)
	if err != nil {
		return queue.Ticket{}, err
	}
	return taken.Ticket, h.write(ctx, append(taken.Entries, arrived.Entries...))
}

// Matches are the appointments among which an ambiguous arrival has to choose.
func (h *Hall) Matches(ctx context.Context, a appointments.Arrive) ([]appointments.Appointment, error) {
	if err := h.begin(ctx); err != nil {
		return nil, err
	}
	defer h.end()
	return h.appointments.Matches(a, h.Now())
}

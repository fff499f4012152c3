package printer

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// Unfinished folds the records of tickets into those whose paper was never heard of again: issued by a program that
// printed, and then neither ticket.printed nor ticket.unprinted, because the program or the machine stopped in between.
// The zero value has seen no record. It is not safe for use by several goroutines.
type Unfinished struct {
	waiting map[string]record.PrintData
	order   []string
}

// Apply folds one record in, in order of seq. Records of other types change nothing.
func (u *Unfinished) Apply(r record.Record) error {
	switch r.Type {
	case record.TicketIssued:
		var d record.TicketIssuedData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			return fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
		}
		u.issued(d)
	case record.TicketPrinted, record.TicketUnprinted:
		var d record.PrintData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			return fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
		}
		u.heard(d.Ticket)
	case record.TicketServed, record.TicketLeft:
		var d struct {
			Ticket string `json:"ticket"`
		}
		if err := json.Unmarshal(r.Data, &d); err != nil {
			return fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
		}
		u.heard(d.Ticket)
	}
	return nil
}

// issued takes note of a ticket that a customer took; one that a counter split off another has no paper.
func (u *Unfinished) issued(d record.TicketIssuedData) {
	if d.Visit != "" {
		return
	}
	if u.waiting == nil {
		u.waiting = map[string]record.PrintData{}
	}
	u.waiting[d.Ticket] = record.PrintData{Ticket: d.Ticket, Number: d.Number, Copy: 1, Reason: Restart}
	u.order = append(u.order, d.Ticket)
}

func (u *Unfinished) heard(ticket string) {
	if _, ok := u.waiting[ticket]; !ok {
		return
	}
	delete(u.waiting, ticket)
	u.order = slices.DeleteFunc(u.order, func(t string) bool { return t == ticket })
}

// Entries returns a ticket.unprinted with the reason "restart" for every ticket that is still in the queue and whose
// paper nobody knows of, in the order in which they were issued. A station that has a printer appends them when it
// starts, before it prints anything; appended and applied, they leave none.
func (u *Unfinished) Entries(at time.Time) []record.Entry {
	entries := make([]record.Entry, 0, len(u.order))
	for _, ticket := range u.order {
		entries = append(entries, record.NewEntry(record.TicketUnprinted, Source, at, u.waiting[ticket]))
	}
	return entries
}

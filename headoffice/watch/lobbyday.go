package watch

import (
	"encoding/json"
	"slices"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// lobbyDay is what became of the tickets of one day and how its counters stand, as the records of that day tell. It is
// not the kiosk's own state: it is built from what the kiosk wrote down, without its rules.
type lobbyDay struct {
	tickets  map[string]*dayTicket
	counters map[string]*dayCounter
	// issued are the ids in the order in which the tickets were taken.
	issued []string
	// calls are the calls of the day, oldest first, without those that were taken back.
	calls []dayCall
	// served and left count by service.
	served, left map[string]int
}

type dayTicket struct {
	number, service string
	issued          time.Time
	// quote is what was told at issue; nil when nothing was.
	quote *record.Quote
	// waited is how long it was until the first call, in seconds, if there was one.
	waited float64
	called bool
	// waiting tells whether it is in a queue.
	waiting bool
}

type dayCall struct {
	ticket, number, service, counter string
	wait                             float64
	at                               time.Time
}

type dayCounter struct {
	// state is "open", "paused" or "closed", since when, by whom and why.
	state, clerk, reason string
	since                time.Time
	// ticket is the one called to it, "" for none, at.
	ticket string
	at     time.Time
	served int
}

// dayTypes are the types that a day is made of.
var dayTypes = []string{record.TicketIssued, record.TicketCalled, record.TicketServed, record.TicketLeft, record.TicketReturned,
	record.TicketHeld, record.TicketTransferred, record.TicketUndone, record.CounterOpened, record.CounterPaused,
	record.CounterResumed, record.CounterClosed}

// lobbyData has the members that the data of these types have in common, by the names that they share.
type lobbyData struct {
	Ticket  string        `json:"ticket"`
	Number  string        `json:"number"`
	Service string        `json:"service"`
	From    string        `json:"from"`
	Counter string        `json:"counter"`
	Clerk   string        `json:"clerk"`
	Reason  string        `json:"reason"`
	Action  string        `json:"action"`
	Visit   string        `json:"visit"`
	Request string        `json:"request"`
	Undone  string        `json:"undone"`
	Wait    float64       `json:"wait"`
	Quote   *record.Quote `json:"quote"`
	Next    *record.Leg   `json:"next"`
}

type lobbyRecord struct {
	typ  string
	at   time.Time
	data lobbyData
}

// foldDay builds a day from its records, oldest first. What cannot be read is passed over.
func foldDay(records []store.Record) *lobbyDay {
	d := &lobbyDay{tickets: map[string]*dayTicket{}, counters: map[string]*dayCounter{}, served: map[string]int{}, left: map[string]int{}}
	var events []lobbyRecord
	for _, r := range records {
		e := lobbyRecord{typ: r.Type, at: r.Placed}
		if json.Unmarshal(r.Data, &e.data) == nil {
			events = append(events, e)
		}
	}
	for _, e := range withoutUndone(events) {
		d.apply(e)
	}
	return d
}

// undoneTypes are the types that an action writes about its ticket.
var undoneTypes = map[string]string{"call": record.TicketCalled, "finish": record.TicketServed, "no-show": record.TicketLeft,
	"return": record.TicketReturned, "hold": record.TicketHeld, "transfer": record.TicketTransferred, "split": record.TicketIssued}

// withoutUndone leaves out what was taken back: all records of the action's request, or, where it had none, the last
// one that the action wrote about the ticket; and with a call the end of the service before that it brought about.
func withoutUndone(events []lobbyRecord) []lobbyRecord {
	gone := make([]bool, len(events))
	for i, e := range events {
		if e.typ != record.TicketUndone {
			continue
		}
		gone[i] = true
		for j := i - 1; j >= 0; j-- {
			if gone[j] || !e.takesBack(events[j]) {
				continue
			}
			gone[j] = true
			if j > 0 && events[j].endsTheOneBefore(events[j-1]) {
				gone[j-1] = true
			}
			if e.data.Undone == "" {
				break
			}
		}
	}
	var kept []lobbyRecord
	for i, e := range events {
		if !gone[i] {
			kept = append(kept, e)
		}
	}
	return kept
}

func (e lobbyRecord) takesBack(earlier lobbyRecord) bool {
	if e.data.Undone != "" {
		return earlier.data.Request == e.data.Undone && earlier.data.Ticket != ""
	}
	about := earlier.data.Ticket
	if e.data.Action == "split" {
		about = earlier.data.Visit
	}
	return earlier.typ == undoneTypes[e.data.Action] && about == e.data.Ticket
}

// endsTheOneBefore tells whether a call finished the counter's customer before: one action, taken back as one.
func (e lobbyRecord) endsTheOneBefore(before lobbyRecord) bool {
	return e.typ == record.TicketCalled && before.typ == record.TicketServed && before.data.Request == "" &&
		before.data.Counter == e.data.Counter && before.at.Equal(e.at)
}

func (d *lobbyDay) apply(e lobbyRecord) {
	switch e.typ {
	case record.CounterOpened, record.CounterPaused, record.CounterResumed, record.CounterClosed:
		d.work(e)
		return
	case record.TicketIssued:
		d.tickets[e.data.Ticket] = &dayTicket{number: e.data.Number, service: e.data.Service, issued: e.at, quote: e.data.Quote, waiting: true}
		d.issued = append(d.issued, e.data.Ticket)
		return
	}
	t := d.tickets[e.data.Ticket]
	if t == nil { // taken the day before
		t = &dayTicket{number: e.data.Number, service: e.data.Service}
		d.tickets[e.data.Ticket] = t
	}
	if e.typ == record.TicketCalled {
		d.call(e, t)
		return
	}
	d.release(e.data)
	t.waiting, t.service = false, e.data.Service
	switch e.typ {
	case record.TicketServed:
		d.serve(e.data.Service, e.data.Counter)
		if e.data.Next != nil {
			t.waiting, t.service = true, e.data.Next.Service
		}
	case record.TicketTransferred:
		d.serve(e.data.From, e.data.Counter)
		t.waiting = true
	case record.TicketReturned:
		t.waiting = true
	case record.TicketLeft:
		d.left[e.data.Service]++
	}
}

func (d *lobbyDay) call(e lobbyRecord, t *dayTicket) {
	t.waiting = false
	if !t.called {
		t.called, t.waited = true, e.data.Wait
	}
	d.calls = append(d.calls, dayCall{ticket: e.data.Ticket, number: e.data.Number, service: e.data.Service, counter: e.data.Counter,
		wait: e.data.Wait, at: e.at})
	c := d.counter(e.data.Counter)
	if c.state != "open" { // a call opens a counter that nobody opened
		c.state, c.since, c.reason = "open", e.at, ""
	}
	if e.data.Clerk != "" {
		c.clerk = e.data.Clerk
	}
	c.ticket, c.at = e.data.Ticket, e.at
}

// release frees the counter that had the ticket.
func (d *lobbyDay) release(data lobbyData) {
	for _, c := range d.counters {
		if c.ticket == data.Ticket {
			c.ticket, c.at = "", time.Time{}
		}
	}
}

func (d *lobbyDay) serve(service, counter string) {
	d.served[service]++
	d.counter(counter).served++
}

func (d *lobbyDay) counter(id string) *dayCounter {
	c := d.counters[id]
	if c == nil {
		c = &dayCounter{state: "closed"}
		d.counters[id] = c
	}
	return c
}

func (d *lobbyDay) work(e lobbyRecord) {
	c := d.counter(e.data.Counter)
	switch e.typ {
	case record.CounterPaused:
		c.state = "paused"
	case record.CounterClosed:
		c.state = "closed"
	default:
		c.state = "open"
	}
	c.since, c.reason = e.at, e.data.Reason
	if e.data.Clerk != "" || e.typ == record.CounterOpened || e.typ == record.CounterClosed {
		c.clerk = e.data.Clerk
	}
}

// waiting counts who waits for a service.
func (d *lobbyDay) waiting(service string) int {
	n := 0
	for _, t := range d.tickets {
		if t.waiting && t.service == service {
			n++
		}
	}
	return n
}

// waits are those of a service's calls, in seconds, the shortest first.
func (d *lobbyDay) waits(service string) []float64 {
	var waits []float64
	for _, c := range d.calls {
		if c.service == service {
			waits = append(waits, c.wait)
		}
	}
	slices.Sort(waits)
	return waits
}

// services are the ids of those that anything happened at, in order.
func (d *lobbyDay) services() []string {
	seen := map[string]bool{}
	for _, t := range d.tickets {
		seen[t.service] = true
	}
	for _, c := range d.calls {
		seen[c.service] = true
	}
	for service := range d.served {
		seen[service] = true
	}
	var ids []string
	for id := range seen {
		if id != "" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// quantile is the value that the share of the sorted values does not exceed (nearest rank); 0 of none.
func quantile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(share*float64(len(sorted)) + 0.999999)
	return sorted[min(max(rank, 1), len(sorted))-1]
}

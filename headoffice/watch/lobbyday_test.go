package watch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// lobbyScript writes records a minute apart.
type lobbyScript struct {
	records []store.Record
}

func (s *lobbyScript) add(typ string, data any) {
	at := noon.Add(time.Duration(len(s.records)) * time.Minute)
	e := record.NewEntry(typ, "queue", at, data)
	s.records = append(s.records, store.Record{Placed: at, Record: record.Record{Type: e.Type, Source: e.Source, Time: at, Data: e.Data}})
}

func (s *lobbyScript) issue(ticket string) {
	s.add(record.TicketIssued, record.TicketIssuedData{Ticket: ticket, Number: strings.ToUpper(ticket), Service: "pay"})
}

func (s *lobbyScript) call(ticket, counter, request string) {
	s.add(record.TicketCalled, record.TicketCalledData{Ticket: ticket, Number: strings.ToUpper(ticket), Service: "pay", Counter: counter,
		Clerk: "1007", Wait: 60, Request: request})
}

func (s *lobbyScript) serve(ticket, counter, request string) {
	s.add(record.TicketServed, record.TicketServedData{Ticket: ticket, Number: strings.ToUpper(ticket), Service: "pay", Counter: counter, Request: request})
}

// spelled says where the tickets are: those waiting, and each counter with its customer and how many it served.
func (d *lobbyDay) spelled() string {
	var waiting, counters []string
	for id, t := range d.tickets {
		if t.waiting {
			waiting = append(waiting, id+"@"+t.service)
		}
	}
	for id, c := range d.counters {
		counters = append(counters, fmt.Sprintf("%s:%s %s %d", id, c.state, c.ticket, c.served))
	}
	slices.Sort(waiting)
	slices.Sort(counters)
	return strings.Join(append(waiting, counters...), ", ")
}

func TestFoldDay(t *testing.T) {
	for _, c := range []struct {
		name string
		play func(s *lobbyScript)
		want string
	}{
		{"two come, one is called", func(s *lobbyScript) {
			s.issue("a")
			s.issue("b")
			s.call("a", "1", "")
		}, "b@pay, 1:open a 0"},
		{"served, and the next leg waits", func(s *lobbyScript) {
			s.issue("a")
			s.call("a", "1", "")
			s.add(record.TicketServed, record.TicketServedData{Ticket: "a", Service: "pay", Counter: "1", Next: &record.Leg{Service: "repair"}})
		}, "a@repair, 1:open  1"},
		{"transferred", func(s *lobbyScript) {
			s.issue("a")
			s.call("a", "1", "")
			s.add(record.TicketTransferred, record.TicketTransferredData{Ticket: "a", From: "pay", Service: "new", Counter: "1"})
		}, "a@new, 1:open  1"},
		{"returned, held, left", func(s *lobbyScript) {
			for _, one := range []string{"a", "b", "c"} {
				s.issue(one)
				s.call(one, one, "")
			}
			s.add(record.TicketReturned, record.TicketReturnedData{Ticket: "a", Service: "pay", Counter: "a", Place: 2})
			s.add(record.TicketHeld, record.TicketHeldData{Ticket: "b", Service: "pay", Counter: "b"})
			s.add(record.TicketLeft, record.TicketLeftData{Ticket: "c", Service: "pay", Counter: "c", Reason: "no-show"})
		}, "a@pay, a:open  0, b:open  0, c:open  0"},
		{"counters", func(s *lobbyScript) {
			for _, one := range []string{"1", "2", "3", "4"} {
				s.add(record.CounterOpened, record.CounterData{Counter: one, Clerk: "1007"})
			}
			s.add(record.CounterPaused, record.CounterData{Counter: "2", Reason: "break"})
			s.add(record.CounterPaused, record.CounterData{Counter: "3", Reason: "break"})
			s.add(record.CounterResumed, record.CounterData{Counter: "3"})
			s.add(record.CounterClosed, record.CounterData{Counter: "4", Reason: "shift-over"})
		}, "1:open  0, 2:paused  0, 3:open  0, 4:closed  0"},
		{"a call that was taken back by its request", func(s *lobbyScript) {
			s.issue("a")
			s.issue("b")
			s.call("a", "1", "r1")
			s.serve("a", "1", "r2")
			s.call("b", "1", "r2")
			s.add(record.TicketUndone, record.TicketUndoneData{Counter: "1", Action: "call", Ticket: "b", Undone: "r2", Request: "r3"})
		}, "b@pay, 1:open a 0"},
		{"an end that was taken back without one", func(s *lobbyScript) {
			s.issue("a")
			s.call("a", "1", "")
			s.serve("a", "1", "")
			s.add(record.TicketUndone, record.TicketUndoneData{Counter: "1", Action: "finish", Ticket: "a"})
		}, "1:open a 0"},
		{"a call that had finished the one before", func(s *lobbyScript) {
			s.issue("a")
			s.issue("b")
			s.call("a", "1", "r1")
			s.serve("a", "1", "")
			s.call("b", "1", "r2")
			s.records[4].Placed = s.records[3].Placed
			s.add(record.TicketUndone, record.TicketUndoneData{Counter: "1", Action: "call", Ticket: "b", Undone: "r2", Request: "r3"})
		}, "b@pay, 1:open a 0"},
		{"a call after the one before was finished", func(s *lobbyScript) {
			s.issue("a")
			s.issue("b")
			s.call("a", "1", "r1")
			s.serve("a", "1", "")
			s.call("b", "1", "")
			s.add(record.TicketUndone, record.TicketUndoneData{Counter: "1", Action: "call", Ticket: "b"})
		}, "b@pay, 1:open  1"},
		{"the same action twice, one of them taken back", func(s *lobbyScript) {
			s.issue("a")
			s.call("a", "1", "")
			s.add(record.TicketReturned, record.TicketReturnedData{Ticket: "a", Service: "pay", Counter: "1"})
			s.call("a", "2", "")
			s.add(record.TicketUndone, record.TicketUndoneData{Counter: "2", Action: "call", Ticket: "a"})
		}, "a@pay, 1:open  0"},
		{"a split that was taken back", func(s *lobbyScript) {
			s.issue("a")
			s.add(record.TicketIssued, record.TicketIssuedData{Ticket: "b", Service: "new", Visit: "a"})
			s.add(record.TicketUndone, record.TicketUndoneData{Counter: "1", Action: "split", Ticket: "a"})
		}, "a@pay"},
		{"taken the day before", func(s *lobbyScript) { s.serve("a", "1", "") }, "1:closed  1"},
		{"data that is none", func(s *lobbyScript) {
			s.add(record.TicketIssued, map[string]any{"ticket": 7})
			s.issue("a")
		}, "a@pay"},
	} {
		var s lobbyScript
		c.play(&s)
		if got := foldDay(s.records).spelled(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		values []float64
		share  float64
		want   float64
	}{
		{nil, 0.5, 0}, {[]float64{7}, 0.9, 7}, {[]float64{1, 2, 3, 4}, 0.5, 2}, {[]float64{1, 2, 3, 4, 5}, 0.5, 3},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.9, 9}, {[]float64{1, 2}, 1, 2},
	} {
		if got := quantile(c.values, c.share); got != c.want {
			t.Errorf("%v of %v: %v, want %v", c.share, c.values, got, c.want)
		}
	}
}

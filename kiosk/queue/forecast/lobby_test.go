package forecast_test

import (
	"fmt"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/queue/forecast"
)

// failer is a testing.TB or a rapid.T.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// lobby is a queue in the engine itself, and a model that learns from its records.
type lobby struct {
	t     failer
	state *queue.State
	model *forecast.Model
	rules queue.Rules
	seq   uint64
	now   time.Time
	// heard, when set, is told every record with the queue as it is after it.
	heard func(queue.Snapshot, record.Record)
}

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newLobby(t failer, rules queue.Rules) *lobby {
	t.Helper()
	if rules.Calendar.Zone == nil {
		rules.Calendar.Zone = time.UTC
	}
	if err := rules.Validate(); err != nil {
		t.Fatal(err)
	}
	return &lobby{t: t, state: queue.New(rules), model: forecast.New(forecast.Options{Rules: rules}), rules: rules, now: monday}
}

// try carries a command out now.
func (l *lobby) try(c queue.Command) (queue.Ticket, error) {
	d, err := l.state.Decide(c, l.now)
	if err != nil {
		return queue.Ticket{}, err
	}
	for _, e := range d.Entries {
		l.seq++
		r := record.Record{Seq: l.seq, Type: e.Type, Source: e.Source, Time: e.Time, Clock: record.Synced, Data: e.Data}
		if err := l.state.Apply(r); err != nil {
			l.t.Fatalf("apply %s: %v", r.Type, err)
		}
		after := l.state.Snapshot(l.now)
		l.model.Learn(after, r)
		if l.heard != nil {
			l.heard(after, r)
		}
	}
	return d.Ticket, nil
}

func (l *lobby) do(c queue.Command) queue.Ticket {
	l.t.Helper()
	t, err := l.try(c)
	if err != nil {
		l.t.Fatalf("%T at %s: %v", c, l.now, err)
	}
	return t
}

// pass lets time go by.
func (l *lobby) pass(d time.Duration) { l.now = l.now.Add(d) }

// take takes a ticket for an ordinary customer.
func (l *lobby) take(service string) queue.Ticket {
	l.t.Helper()
	return l.do(queue.Take{Service: service, Nonce: fmt.Sprintf("n%d", l.seq)})
}

func (l *lobby) snapshot() queue.Snapshot { return l.state.Snapshot(l.now) }

func (l *lobby) quote(service string) queue.Quote {
	return l.model.NewCustomer(l.snapshot(), service, "")
}

// practise serves n customers of a service at a counter, each for a time, one after the other with ten seconds between.
func (l *lobby) practise(counter, service string, n int, each time.Duration) {
	l.t.Helper()
	for range n {
		l.take(service)
		l.pass(10 * time.Second)
		l.do(queue.Call{Counter: counter})
		l.pass(each)
		l.do(queue.Finish{Counter: counter})
	}
}

package queue_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

var shanghai = time.FixedZone("CST", 8*3600)

func branch() queue.Rules {
	return queue.Rules{
		Services: []queue.Service{{ID: "new", Prefix: "A"}, {ID: "pay", Prefix: "B"}, {ID: "repair", Prefix: "C"}},
		Counters: []queue.Counter{{ID: "1"}, {ID: "2", Services: []string{"new", "pay"}}, {ID: "3", Services: []string{"repair"}}},
		Calendar: queue.Calendar{Zone: shanghai, Start: 3 * time.Hour},
	}
}

// desk carries commands out: what is decided is written down and applied, as the hall does it.
type desk struct {
	t       rapid.TB
	rules   queue.Rules
	state   *queue.State
	records []record.Record
	now     time.Time
	nonces  int
}

func open(t *testing.T) *desk { return openWith(t, branch()) }

func openWith(t *testing.T, rules queue.Rules) *desk {
	t.Helper()
	if err := rules.Validate(); err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, rules: rules, state: queue.New(rules), now: time.Date(2026, 11, 23, 9, 0, 0, 0, shanghai)}
}

func (d *desk) do(c queue.Command) (queue.Decision, error) {
	d.t.Helper()
	decision, err := d.state.Decide(c, d.now)
	if err != nil {
		return decision, err
	}
	for _, e := range decision.Entries {
		r := record.Record{Seq: uint64(len(d.records) + 1), Type: e.Type, Source: e.Source, Time: record.Stamp(e.Time),
			Clock: record.Synced, Boot: "b", Data: e.Data}
		if err := r.Validate(); err != nil {
			d.t.Fatalf("record: %v", err)
		}
		if err := d.state.Apply(r); err != nil {
			d.t.Fatalf("apply what was decided: %v", err)
		}
		d.records = append(d.records, r)
	}
	return decision, nil
}

func (d *desk) must(c queue.Command) queue.Ticket {
	d.t.Helper()
	decision, err := d.do(c)
	if err != nil {
		d.t.Fatalf("%T: %v", c, err)
	}
	return decision.Ticket
}

func (d *desk) refused(c queue.Command, want error) {
	d.t.Helper()
	before := len(d.records)
	if _, err := d.do(c); !errors.Is(err, want) {
		d.t.Fatalf("%#v: got %v, want %v", c, err, want)
	}
	if len(d.records) != before {
		d.t.Fatalf("%#v: refused, but left a record", c)
	}
}

func (d *desk) take(service string) queue.Ticket {
	d.t.Helper()
	d.nonces++
	return d.must(queue.Take{Service: service, Nonce: fmt.Sprintf("n%d", d.nonces)})
}

func (d *desk) pass(t time.Duration) { d.now = d.now.Add(t) }

func (d *desk) types() []string {
	var types []string
	for _, r := range d.records {
		types = append(types, r.Type)
	}
	return types
}

func TestNumbersCountPerServiceAndTellHowManyAreAhead(t *testing.T) {
	d := open(t)
	for _, want := range []struct {
		service, number string
		ahead           int
	}{
		{"new", "A001", 0}, {"new", "A002", 1},
		{"pay", "B001", 2},    // counters 1 and 2 choose among both services
		{"repair", "C001", 1}, // when counters 1 and 2 have called one each, counter 3 calls it
		{"new", "A003", 3},    // counter 3 does not call it
	} {
		got := d.take(want.service)
		if got.Number != want.number || got.Ahead != want.ahead {
			t.Errorf("ticket for %s: %s with %d ahead, want %s with %d", want.service, got.Number, got.Ahead, want.number, want.ahead)
		}
	}
}

func TestAheadLeavesOutCustomersOfOtherCounters(t *testing.T) {
	d := open(t)
	rules := branch()
	rules.Counters = rules.Counters[1:] // 2 serves new and pay, 3 repair: nobody chooses between them
	d.state = queue.New(rules)
	d.take("new")
	d.take("pay")
	if got := d.take("repair").Ahead; got != 0 {
		t.Errorf("repair has %d ahead, want 0: its counter serves nobody else", got)
	}
}

func TestCallTakesTheLongestWaitingOfTheCountersServices(t *testing.T) {
	d := open(t)
	first, repair, second := d.take("new"), d.take("repair"), d.take("pay")
	d.pass(90 * time.Second)
	if got := d.must(queue.Call{Counter: "3"}); got.ID != repair.ID || got.Wait() != 90*time.Second {
		t.Errorf("counter 3 got %s after %s, want %s after 90s", got.Number, got.Wait(), repair.Number)
	}
	if got := d.must(queue.Call{Counter: "2"}); got.ID != first.ID {
		t.Errorf("counter 2 got %s, want %s", got.Number, first.Number)
	}
	if got := d.must(queue.Call{Counter: "1"}); got.ID != second.ID {
		t.Errorf("counter 1 got %s, want %s", got.Number, second.Number)
	}
}

func TestVisitFromTicketToEnd(t *testing.T) {
	d := open(t)
	ticket := d.take("pay")
	d.pass(2 * time.Minute)
	d.must(queue.Call{Counter: "1"})
	d.pass(20 * time.Second)
	if got := d.must(queue.Recall{Counter: "1", Ticket: ticket.ID}); got.Recalls != 1 || !got.Announced.Equal(d.now) {
		t.Errorf("recalled ticket: %+v", got)
	}
	d.pass(40 * time.Second)
	done := d.must(queue.Finish{Counter: "1"})
	if done.Status != queue.Served || done.Wait() != 2*time.Minute || done.Serving() != time.Minute {
		t.Errorf("served ticket: status %s, wait %s, serving %s", done.Status, done.Wait(), done.Serving())
	}
	view := d.state.Snapshot(d.now)
	if want := (queue.Tally{Issued: 1, Served: 1, Waited: 2 * time.Minute, Worked: time.Minute}); view.Today != want {
		t.Errorf("tally %+v, want %+v", view.Today, want)
	}
	if len(view.LastCalls(5)) != 1 || view.Announced[0].Ticket != ticket.ID || view.Serving() != 0 {
		t.Errorf("snapshot %+v", view)
	}
}

func TestRefusals(t *testing.T) {
	d := open(t)
	d.refused(queue.Take{Service: "loan", Nonce: "x"}, queue.ErrUnknownService)
	d.refused(queue.Take{Service: "new"}, queue.ErrMalformed)
	d.refused(queue.Take{Service: "new", Nonce: "x", Request: "a b"}, queue.ErrMalformed)
	d.refused(queue.Call{Counter: "9"}, queue.ErrUnknownCounter)
	d.refused(queue.Call{Counter: "1"}, queue.ErrNobodyWaiting)
	d.refused(queue.Finish{Counter: "1"}, queue.ErrCounterIdle)
	d.refused(queue.Finish{Counter: "9"}, queue.ErrUnknownCounter)
	d.refused(queue.Leave{Ticket: "gone"}, queue.ErrUnknownTicket)
	d.refused(queue.Call{Counter: "1", Ticket: "gone"}, queue.ErrUnknownTicket)
	repair := d.take("repair")
	d.refused(queue.Call{Counter: "2"}, queue.ErrNobodyWaiting)
	d.refused(queue.Call{Counter: "2", Ticket: repair.ID}, queue.ErrNotServed)
	d.must(queue.Call{Counter: "1"})
	d.refused(queue.Call{Counter: "1"}, queue.ErrCounterBusy)
	d.refused(queue.Call{Counter: "3", Ticket: repair.ID}, queue.ErrNotWaiting)
	d.refused(queue.Leave{Ticket: repair.ID}, queue.ErrNotWaiting)
	d.refused(queue.NoShow{Counter: "1", Ticket: "another"}, queue.ErrOtherTicket)
	d.refused(queue.Recall{Counter: "1", Ticket: "another"}, queue.ErrOtherTicket)
}

func TestRepeatedRequestsAreAnsweredAsTheFirstTime(t *testing.T) {
	d := open(t)
	d.take("new")
	commands := []queue.Command{
		queue.Take{Request: "r1", Service: "new", Nonce: "a"},
		queue.Call{Request: "r2", Counter: "1"},
		queue.Recall{Request: "r3", Counter: "1"},
		queue.Finish{Request: "r4", Counter: "1"},
		queue.Call{Request: "r5", Counter: "1"},
		queue.NoShow{Request: "r6", Counter: "1"},
	}
	var first []queue.Ticket
	for _, c := range commands {
		first = append(first, d.must(c))
		d.pass(time.Second)
	}
	left := d.take("pay")
	commands = append(commands, queue.Leave{Request: "r7", Ticket: left.ID})
	first = append(first, d.must(commands[6]))

	count := len(d.records)
	for _, state := range []*queue.State{d.state, refold(t, d)} {
		d.state = state
		for i, c := range commands {
			again, err := d.do(c)
			if err != nil || !again.Repeated || !reflect.DeepEqual(again.Ticket, first[i]) {
				t.Errorf("%T again: %+v, %v; the first time: %+v", c, again, err, first[i])
			}
		}
	}
	if len(d.records) != count {
		t.Errorf("repetitions left %d records", len(d.records)-count)
	}
	d.refused(queue.Call{Request: "r1", Counter: "1"}, queue.ErrRequestReused)
	d.refused(queue.Take{Request: "r1", Service: "pay", Nonce: "b"}, queue.ErrRequestReused)
}

func TestRefusedRequestIsNotRemembered(t *testing.T) {
	d := open(t)
	d.refused(queue.Call{Request: "r", Counter: "1"}, queue.ErrNobodyWaiting)
	want := d.take("new")
	if got := d.must(queue.Call{Request: "r", Counter: "1"}); got.ID != want.ID {
		t.Errorf("called %s, want %s", got.Number, want.Number)
	}
}

func TestFinishAndCallNextIsOneDecision(t *testing.T) {
	d := open(t)
	first, second := d.take("new"), d.take("new")
	d.must(queue.Call{Counter: "1"})
	d.pass(time.Minute)
	if got := d.must(queue.Call{Counter: "1", Finish: first.ID, Request: "next"}); got.ID != second.ID {
		t.Errorf("called %s, want %s", got.Number, second.Number)
	}
	if got, _ := d.state.Ticket(first.ID); got.Status != queue.Served {
		t.Errorf("%s is %s, want served", got.Number, got.Status)
	}
	// With nobody to call, the customer stays: the clerk asked for both.
	d.refused(queue.Call{Counter: "1", Finish: second.ID}, queue.ErrNobodyWaiting)
	// Nor does a customer go whom the clerk has not seen.
	d.take("new")
	d.refused(queue.Call{Counter: "1", Finish: first.ID}, queue.ErrOtherTicket)
	if got, _ := d.state.Ticket(second.ID); got.Status != queue.Called {
		t.Errorf("%s is %s, want called", got.Number, got.Status)
	}
}

func TestDayEndClosesWhatIsOpenAndNumbersBeginAnew(t *testing.T) {
	d := open(t)
	served, waiting := d.take("new"), d.take("new")
	d.must(queue.Call{Counter: "1"})
	d.now = time.Date(2026, 11, 24, 2, 59, 59, 0, shanghai)
	if got := d.must(queue.EndDay{}); got.ID != "" || len(d.records) != 3 {
		t.Fatalf("the day ended before its end: %v", d.types())
	}
	if got := d.take("new"); got.Number != "A003" {
		t.Errorf("number before the day's end: %s, want A003", got.Number)
	}
	d.pass(time.Second)
	if got := d.take("new"); got.Number != "A001" || got.Ahead != 0 || got.ID == served.ID {
		t.Errorf("first ticket of the new day: %+v", got)
	}
	for _, id := range []string{served.ID, waiting.ID} {
		if got, ok := d.state.Ticket(id); !ok || got.Status != queue.Left || got.Reason != queue.ReasonDayEnd {
			t.Errorf("ticket of the day before: %+v", got)
		}
	}
	if got := d.state.Snapshot(d.now); got.Day != "2026-11-24" || got.Today != (queue.Tally{Issued: 1}) || len(got.Waiting) != 1 {
		t.Errorf("snapshot of the new day: %+v", got)
	}
}

func TestEndDayClosesWithoutACustomer(t *testing.T) {
	d := open(t)
	d.take("new")
	d.pass(24 * time.Hour)
	if got := d.state.Snapshot(d.now).Today; got != (queue.Tally{}) {
		t.Errorf("yesterday's tally is shown as today's: %+v", got)
	}
	d.must(queue.EndDay{})
	if got := d.types(); len(got) != 2 || got[1] != record.TicketLeft {
		t.Errorf("records %v, want the ticket left", got)
	}
	d.must(queue.EndDay{})
	if len(d.records) != 2 {
		t.Errorf("a day ended twice: %v", d.types())
	}
}

func TestOldTicketsAndRequestsAreForgotten(t *testing.T) {
	d := open(t)
	old := d.must(queue.Take{Request: "r", Service: "new", Nonce: "a"})
	for range 2 {
		d.pass(24 * time.Hour)
		d.take("new")
	}
	d.pass(24 * time.Hour)
	d.take("new")
	if _, ok := d.state.Ticket(old.ID); ok {
		t.Error("a ticket of three days ago is still held")
	}
	if got := d.must(queue.Take{Request: "r", Service: "new", Nonce: "b"}); got.ID == old.ID {
		t.Error("a request of three days ago is still held")
	}
}

func TestClockSteps(t *testing.T) {
	d := open(t)
	d.now = time.Date(2026, 11, 24, 3, 0, 0, 0, shanghai)
	first := d.take("new")
	d.pass(-time.Second) // over the day's beginning: the day goes on
	if got := d.take("new"); got.Number != "A002" || got.Ahead != 1 {
		t.Errorf("after a small step back: %s with %d ahead, want A002 with 1", got.Number, got.Ahead)
	}
	if got := d.must(queue.Call{Counter: "1"}); got.ID != first.ID || got.Wait() != 0 {
		t.Errorf("wait over a step back: %s, want 0s", got.Wait())
	}
	d.pass(-48 * time.Hour) // the clock had been wrong: its day is followed
	if got := d.take("new"); got.Number != "A001" || got.Day != "2026-11-21" {
		t.Errorf("after a large step back: %s of %s, want A001 of 2026-11-21", got.Number, got.Day)
	}
}

func TestNumbersRepeatAfterTheLast(t *testing.T) {
	d := open(t)
	first := d.take("pay")
	d.take("pay")
	d.must(queue.Leave{Ticket: first.ID})
	for range 997 {
		d.must(queue.Leave{Ticket: d.take("pay").ID})
	}
	again := d.take("pay")
	if again.Number != "B001" || again.ID == first.ID {
		t.Errorf("ticket 1000 is %s, %s, want B001 with an id of its own", again.Number, again.ID)
	}
	if next := d.take("pay").Number; next != "B003" { // whoever has B002 is still here
		t.Errorf("ticket 1001 is %s, want B003", next)
	}
}

func TestTheLatestTicketOfANumberIsMeant(t *testing.T) {
	d := open(t)
	if _, ok := d.state.Numbered("B001", d.now); ok {
		t.Error("a number that was never given is found")
	}
	first := d.take("pay")
	d.must(queue.Leave{Ticket: first.ID})
	d.pass(time.Minute)
	second := d.take("pay")
	d.pass(time.Minute)
	for want, number := range map[string]string{first.ID: first.Number, second.ID: second.Number} {
		if got, ok := d.state.Numbered(number, d.now); !ok || got.ID != want {
			t.Errorf("%s is %+v, %v, want %s", number, got, ok, want)
		}
	}
	if got := d.state.Recent(5, d.now); len(got) != 2 || got[0].ID != second.ID || len(d.state.Recent(1, d.now)) != 1 {
		t.Errorf("the latest are %+v", got)
	}
	d.pass(24 * time.Hour) // yesterday's open ticket is still somebody's, the other one is not
	if got, ok := d.state.Numbered(second.Number, d.now); !ok || got.ID != second.ID {
		t.Errorf("a ticket that is still open is %+v, %v", got, ok)
	}
	if _, ok := d.state.Numbered(first.Number, d.now); ok || len(d.state.Recent(5, d.now)) != 0 {
		t.Error("yesterday's tickets are of today")
	}
	again := d.take("pay")
	if got, ok := d.state.Numbered(again.Number, d.now); !ok || got.ID != again.ID {
		t.Errorf("of two with one number %+v is found, want the latest, %s", got, again.ID)
	}
}

func TestTicketOfAServiceAndCounterThatAreGone(t *testing.T) {
	d := open(t)
	d.take("repair")
	d.must(queue.Call{Counter: "3"})
	waiting := d.take("repair")
	d.rules.Services, d.rules.Counters = d.rules.Services[:2], d.rules.Counters[1:2]
	d.state = refold(t, d)
	if got := d.must(queue.Finish{Counter: "3"}); got.Status != queue.Served {
		t.Errorf("finished at a counter that is gone: %s", got.Status)
	}
	d.must(queue.Leave{Ticket: waiting.ID})
}

func TestApplyPassesOverWhatDoesNotFollow(t *testing.T) {
	d := open(t)
	ticket := d.take("new")
	before := d.state.Snapshot(d.now)
	at := d.now
	for _, e := range []record.Entry{
		record.NewEntry(record.TicketIssued, "queue", at, record.TicketIssuedData{Ticket: ticket.ID}),
		record.NewEntry(record.TicketIssued, "queue", at, record.TicketIssuedData{}),
		record.NewEntry(record.TicketCalled, "queue", at, record.TicketCalledData{Ticket: "trimmed", Counter: "1"}),
		record.NewEntry(record.TicketCalled, "queue", at, record.TicketCalledData{Ticket: ticket.ID}),
		record.NewEntry(record.TicketRecalled, "queue", at, record.TicketRecalledData{Ticket: ticket.ID, Counter: "1"}),
		record.NewEntry(record.TicketServed, "queue", at, record.TicketServedData{Ticket: ticket.ID, Counter: "1"}),
		record.NewEntry(record.TicketLeft, "queue", at, record.TicketLeftData{Ticket: "trimmed"}),
	} {
		if err := d.state.Apply(record.Record{Seq: 2, Type: e.Type, Time: e.Time, Data: e.Data}); !errors.Is(err, queue.ErrDisorder) {
			t.Errorf("%s %s: %v, want ErrDisorder", e.Type, e.Data, err)
		}
	}
	if err := d.state.Apply(record.Record{Seq: 2, Type: record.TicketLeft, Time: at, Data: []byte(`{"ticket":7}`)}); err == nil {
		t.Error("data of a wrong type was accepted")
	}
	if err := d.state.Apply(record.Record{Seq: 2, Type: record.DoorOpened, Time: at, Data: []byte(`{}`)}); err != nil {
		t.Errorf("a door is no business of the queue: %v", err)
	}
	if after := d.state.Snapshot(d.now); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("state changed: %+v", after)
	}
}

func TestValidateRules(t *testing.T) {
	zone := queue.Calendar{Zone: time.UTC}
	service := []queue.Service{{ID: "a", Prefix: "A"}}
	for name, rules := range map[string]queue.Rules{
		"no service":        {Calendar: zone},
		"no zone":           {Services: service},
		"service id":        {Calendar: zone, Services: []queue.Service{{ID: "a b", Prefix: "A"}}},
		"service twice":     {Calendar: zone, Services: []queue.Service{{ID: "a", Prefix: "A"}, {ID: "a", Prefix: "B"}}},
		"prefix":            {Calendar: zone, Services: []queue.Service{{ID: "a", Prefix: "1"}}},
		"prefix twice":      {Calendar: zone, Services: []queue.Service{{ID: "a", Prefix: "A"}, {ID: "b", Prefix: "A"}}},
		"counter id":        {Calendar: zone, Services: service, Counters: []queue.Counter{{ID: ""}}},
		"counter twice":     {Calendar: zone, Services: service, Counters: []queue.Counter{{ID: "1"}, {ID: "1"}}},
		"counter's service": {Calendar: zone, Services: service, Counters: []queue.Counter{{ID: "1", Services: []string{"b"}}}},
	} {
		if err := rules.Validate(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// refold builds the state anew from the records alone.
func refold(t rapid.TB, d *desk) *queue.State {
	t.Helper()
	state := queue.New(d.rules)
	for _, r := range d.records {
		if err := state.Apply(r); err != nil {
			t.Fatalf("fold: %v", err)
		}
	}
	return state
}

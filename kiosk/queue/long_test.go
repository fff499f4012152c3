package queue_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/hours"
	"stationkeeper/kiosk/queue"
)

// What outlasts an action: requests, days, older journals.

// TestEveryRequestIsAnsweredOnce: each command with a request id, sent twice, also after a restart and after the day.
func TestEveryRequestIsAnsweredOnce(t *testing.T) {
	d := open(t)
	var sent []queue.Command
	var answers []queue.Ticket
	say := func(c queue.Command) queue.Ticket {
		t.Helper()
		sent, answers = append(sent, c), append(answers, d.must(c))
		d.pass(time.Second)
		return answers[len(answers)-1]
	}
	a := say(queue.Take{Request: "take", Service: "new", Nonce: "a"})
	say(queue.OpenCounter{Request: "open", Counter: "1"})
	say(queue.Call{Request: "call", Counter: "1"})
	say(queue.Recall{Request: "recall", Counter: "1"})
	say(queue.Split{Request: "split", Counter: "1", Service: "pay", Nonce: "b"})
	say(queue.Undo{Request: "undo", Counter: "1"})
	say(queue.Hold{Request: "hold", Counter: "1"})
	say(queue.Reclass{Request: "class", Ticket: a.ID})
	say(queue.Call{Request: "call-again", Counter: "1", Ticket: a.ID})
	say(queue.Return{Request: "return", Counter: "1"})
	say(queue.Call{Request: "third", Counter: "1"})
	say(queue.Transfer{Request: "transfer", Counter: "1", Service: "pay"})
	say(queue.Call{Request: "fourth", Counter: "1"})
	say(queue.Finish{Request: "finish", Counter: "1"})
	say(queue.PauseCounter{Request: "pause", Counter: "1"})
	say(queue.ResumeCounter{Request: "resume", Counter: "1"})
	say(queue.Leave{Request: "leave", Ticket: d.take("new").ID})
	d.take("new")
	say(queue.Call{Request: "fifth", Counter: "1"})
	say(queue.NoShow{Request: "no-show", Counter: "1"})
	say(queue.CloseCounter{Request: "close", Counter: "1"})

	n := len(d.records)
	for _, when := range []string{"at once", "after a restart", "the next day"} {
		switch when {
		case "after a restart":
			d.state = refold(t, d)
		case "the next day":
			d.pass(24 * time.Hour)
			d.take("pay")
			n = len(d.records)
		}
		for i, c := range sent {
			again, err := d.do(c)
			if err != nil || !again.Repeated || !reflect.DeepEqual(again.Ticket, answers[i]) || len(d.records) != n {
				t.Errorf("%s, %#v: %v, repeated %v\n%+v\nwant\n%+v", when, c, err, again.Repeated, again.Ticket, answers[i])
			}
			if request := reflect.ValueOf(c).FieldByName("Request").String(); request != "take" {
				d.refused(queue.Take{Request: request, Service: "new", Nonce: "z"}, queue.ErrRequestReused)
			}
		}
	}
}

func TestDayEndClosesEverything(t *testing.T) {
	d := open(t)
	for range 4 {
		d.take("new")
	}
	d.must(queue.OpenCounter{Counter: "1", Clerk: "7"})
	d.must(queue.OpenCounter{Counter: "2", Clerk: "8"})
	d.must(queue.Call{Counter: "1"})
	d.must(queue.Hold{Counter: "1", Reason: "form"})
	d.must(queue.Call{Counter: "1"})
	d.must(queue.Call{Counter: "2"})
	d.must(queue.Finish{Counter: "2"})
	d.must(queue.PauseCounter{Counter: "2", Reason: "break"})
	d.now = time.Date(2026, 11, 24, 3, 0, 0, 0, shanghai)
	n := len(d.records)
	d.must(queue.EndDay{})
	var closed []string
	for _, r := range d.records[n:] {
		var data struct{ Ticket, Counter, Reason, Clerk string }
		mustDecode(t, r.Data, &data)
		if data.Reason != queue.ReasonDayEnd {
			t.Errorf("%s for %q", r.Type, data.Reason)
		}
		closed = append(closed, strings.TrimSpace(r.Type+" "+data.Clerk))
	}
	if want := []string{"ticket.left", "ticket.left", "ticket.left", "counter.closed 7", "counter.closed 8"}; !slices.Equal(closed, want) {
		t.Errorf("closed: %v, want %v", closed, want)
	}
	for _, c := range d.state.Snapshot(d.now).Counters {
		if c.State != queue.CounterClosed || c.Clerk != "" || c.Ticket != nil || !c.Since.IsZero() {
			t.Errorf("counter %+v", c)
		}
	}
	d.refused(queue.Undo{Counter: "1"}, queue.ErrNothingToUndo)
	if !reflect.DeepEqual(refold(t, d), d.state) {
		t.Error("the fold of the records is not the state")
	}
}

// TestDaysOnWhichClocksChange: in Berlin, 2026-03-29 has 23 hours and 2026-10-25 has 25. Hours are those of the clock on
// the wall, waits are true, and numbers begin anew once a day.
func TestDaysOnWhichClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("no time zone database on this machine: %v", err)
	}
	for date, length := range map[string]time.Duration{"2026-03-29": 23 * time.Hour, "2026-10-25": 25 * time.Hour} {
		rules := branch()
		rules.Calendar = queue.Calendar{Zone: berlin}
		week := &hours.Hours{}
		for day := range week.Week {
			week.Week[day] = []hours.Span{{From: 0, To: 4 * time.Hour}}
		}
		rules.Services[0].Hours = week
		rules.Services[0].Cap.Windows = []queue.CapWindow{{From: 3 * time.Hour, To: 4 * time.Hour, Max: 1}}
		d := openWith(t, rules)
		midnight, err := time.ParseInLocation(time.DateOnly, date, berlin)
		if err != nil {
			t.Fatal(err)
		}
		d.now = midnight.Add(time.Hour + 30*time.Minute) // before the clocks change
		first := d.take("new")
		d.now = midnight.Add(length - 21*time.Hour + 30*time.Minute) // 03:30 on the wall, after it
		if local := d.now.In(berlin).Format("15:04"); local != "03:30" {
			t.Fatalf("%s: the test is wrong: %s", date, local)
		}
		if got := d.take("new"); got.Number != "A002" || got.Day != date {
			t.Errorf("%s: after the change %s of %s", date, got.Number, got.Day)
		}
		d.refused(queue.Take{Service: "new", Nonce: "z"}, queue.ErrFull)
		if got, want := d.must(queue.Call{Counter: "1"}), d.now.Sub(first.Issued); got.ID != first.ID || got.Wait() != want {
			t.Errorf("%s: called %s after %s, want %s after %s", date, got.Number, got.Wait(), first.Number, want)
		}
		d.now = midnight.Add(length - 20*time.Hour) // 04:00
		d.refused(queue.Take{Service: "new", Nonce: "y"}, queue.ErrClosed)
		d.now = midnight.Add(length - time.Millisecond)
		d.must(queue.EndDay{})
		if got := len(d.state.Snapshot(d.now).Waiting); got != 1 {
			t.Errorf("%s: the day ended before midnight", date)
		}
		d.now = midnight.Add(length)
		if got := d.take("new"); got.Number != "A001" || got.Day == date {
			t.Errorf("%s: at the next midnight %s of %s", date, got.Number, got.Day)
		}
	}
}

// TestJournalOfAnOlderVersion: records without classes, rules, turns and counters that open fold as they did.
func TestJournalOfAnOlderVersion(t *testing.T) {
	d := open(t)
	at := d.now
	for i, line := range []struct {
		typ, data string
		after     time.Duration
	}{
		{record.TicketIssued, `{"ticket":"2026-11-23-A001-k3f9","number":"A001","service":"new","ahead":0,"request":"r1"}`, 0},
		{record.TicketIssued, `{"ticket":"2026-11-23-A002-b","number":"A002","service":"new","ahead":1}`, time.Second},
		{record.TicketIssued, `{"ticket":"2026-11-23-B001-c","number":"B001","service":"pay","ahead":2}`, 2 * time.Second},
		{record.TicketIssued, `{"ticket":"2026-11-23-B1000-d","number":"B1000","service":"pay","ahead":3}`, 3 * time.Second},
		{record.TicketCalled, `{"ticket":"2026-11-23-A001-k3f9","number":"A001","service":"new","counter":"1","wait":60,"request":"r2"}`, time.Minute},
		{record.TicketRecalled, `{"ticket":"2026-11-23-A001-k3f9","number":"A001","service":"new","counter":"1"}`, 70 * time.Second},
		{record.TicketServed, `{"ticket":"2026-11-23-A001-k3f9","number":"A001","service":"new","counter":"1","wait":60,"serving":30}`, 90 * time.Second},
		{record.TicketCalled, `{"ticket":"2026-11-23-A002-b","number":"A002","service":"new","counter":"1","wait":89}`, 90 * time.Second},
		{record.TicketLeft, `{"ticket":"2026-11-23-B001-c","number":"B001","service":"pay","wait":98,"reason":"gave-up"}`, 100 * time.Second},
	} {
		r := record.Record{Seq: uint64(i + 1), Type: line.typ, Source: "queue", Time: record.Stamp(at.Add(line.after)), Clock: record.Synced, Boot: "b", Data: []byte(line.data)}
		if err := d.state.Apply(r); err != nil {
			t.Fatal(err)
		}
		d.records = append(d.records, r)
	}
	d.now = at.Add(2 * time.Minute)
	v := d.state.Snapshot(d.now)
	if want := (queue.Tally{Issued: 4, Served: 1, Left: 1, Waited: time.Minute, Worked: 30 * time.Second}); v.Today != want {
		t.Errorf("tally %+v, want %+v", v.Today, want)
	}
	if got := v.Counters[0]; got.State != queue.CounterOpen || got.Ticket == nil || got.Ticket.Number != "A002" || got.Today.Served != 1 {
		t.Errorf("counter 1: %+v", got)
	}
	if len(v.Waiting) != 1 || v.Waiting[0].Number != "B1000" || len(v.Announced) != 3 {
		t.Errorf("waiting %+v, announced %+v", v.Waiting, v.Announced)
	}
	if again, err := d.do(queue.Take{Request: "r1", Service: "new", Nonce: "z"}); err != nil || !again.Repeated || again.Ticket.Number != "A001" {
		t.Errorf("the request of an older version: %+v, %v", again, err)
	}
	if got := d.take("new").Number; got != "A003" {
		t.Errorf("next number %s", got)
	}
	if got := d.take("pay").Number; got != "B001" {
		t.Errorf("after B1000 comes %s, want B001", got)
	}
	d.must(queue.Finish{Counter: "1"})
	d.must(queue.Call{Counter: "1"})
	d.pass(24 * time.Hour)
	// The day's end as it was written before counters opened and closed: tickets alone.
	for _, w := range d.state.Snapshot(d.now).Waiting {
		d.left(w.ID)
	}
	d.left("2026-11-23-B1000-d")
	if got := d.counter("1"); got.State != queue.CounterClosed {
		t.Errorf("after the end of the day: %+v", got)
	}
}

// left applies the record of a ticket left at the day's end.
func (d *desk) left(id string) {
	d.t.Helper()
	e := record.NewEntry(record.TicketLeft, "queue", d.now, map[string]any{"ticket": id, "reason": "day-end"})
	if err := d.state.Apply(record.Record{Seq: uint64(len(d.records) + 1), Type: e.Type, Time: e.Time, Data: e.Data}); err != nil {
		d.t.Error(err)
	}
}

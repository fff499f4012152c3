package queue_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/hours"
	"stationkeeper/kiosk/queue"
)

// table is one of the tables of the package's documentation.
type table struct {
	columns []string
	rows    map[string][]string
}

// documented reads the tables of doc.go by the headings above them.
func documented(t *testing.T) map[string]table {
	t.Helper()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	cells := regexp.MustCompile(`\s{2,}`)
	tables, heading := map[string]table{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if h, ok := strings.CutPrefix(line, "// # "); ok {
			heading = h
			continue
		}
		row, ok := strings.CutPrefix(line, "//\t")
		if !ok {
			continue
		}
		found := cells.Split(row, -1)
		one, begun := tables[heading]
		switch {
		case !begun:
			tables[heading] = table{columns: found[1:], rows: map[string][]string{}}
		case len(found) != len(one.columns)+1:
			t.Fatalf("%s: %q: %d cells under %d columns", heading, row, len(found)-1, len(one.columns))
		default:
			one.rows[found[0]] = found[1:]
		}
	}
	return tables
}

// words of the tables for refusals.
var refusalWords = map[string]error{
	"!busy": queue.ErrCounterBusy, "!paused": queue.ErrCounterPaused, "!counter": queue.ErrUnknownCounter, "!other": queue.ErrOtherTicket,
	"!idle": queue.ErrCounterIdle, "!nothing": queue.ErrNothingToUndo, "!closed": queue.ErrCounterClosed, "!unpaused": queue.ErrNotPaused,
	"!elsewhere": queue.ErrOtherCounter, "!waiting": queue.ErrNotWaiting, "!ticket": queue.ErrUnknownTicket, "!nobody": queue.ErrNobodyWaiting,
	"!late": queue.ErrTooLate, "!hours": queue.ErrClosed, "!cut-off": queue.ErrCutOff, "!full": queue.ErrFull, "!person": queue.ErrPersonLimit,
}

// each tries every cell of a table.
func each(t *testing.T, heading string, rows []string, cell func(t *testing.T, row, column, want string)) {
	t.Helper()
	one := documented(t)[heading]
	if len(one.rows) != len(rows) {
		t.Errorf("%q has %d rows, and %d are tried", heading, len(one.rows), len(rows))
	}
	for _, row := range rows {
		wants, ok := one.rows[row]
		if !ok {
			t.Errorf("%q has no row %q", heading, row)
		}
		for i, want := range wants {
			if want != "-" {
				t.Run(row+"/"+one.columns[i], func(t *testing.T) { cell(t, row, one.columns[i], want) })
			}
		}
	}
}

// becomes carries a command out and checks that it is refused for the reason wanted, or that the outcome is.
func (d *desk) becomes(c queue.Command, want string, outcome func() string) {
	d.t.Helper()
	if refusal, ok := refusalWords[want]; ok {
		d.refused(c, refusal)
		return
	}
	before := len(d.records)
	d.must(c)
	if got := outcome(); got != want {
		d.t.Errorf("%#v: %s, want %s", c, got, want)
	}
	if wrote := len(d.records) > before; wrote == (want == "nothing") {
		d.t.Errorf("%#v: %s, and %d records", c, want, len(d.records)-before)
	}
}

func (d *desk) status(id string) string {
	t, known := d.state.Ticket(id)
	if !known {
		return "unknown"
	}
	return string(t.Status)
}

func (d *desk) counter(id string) queue.CounterView {
	for _, c := range d.state.Snapshot(d.now).Counters {
		if c.ID == id {
			return c
		}
	}
	return queue.CounterView{}
}

func TestTableOfCounters(t *testing.T) {
	each(t, "What a counter may do", []string{"Call", "Call, finish", "Call, other", "Call, chosen", "Recall", "Finish", "NoShow", "Return", "Hold",
		"Transfer", "Split", "Undo", "OpenCounter", "PauseCounter", "ResumeCounter", "CloseCounter"}, func(t *testing.T, row, column, want string) {
		d := open(t)
		c := "1"
		if column == "unknown" {
			c = "9"
		}
		here := ""
		if strings.Contains(column, "busy") {
			here = d.take("new").ID
			d.must(queue.Call{Counter: c})
		} else if column == "idle" || column == "paused" {
			d.must(queue.OpenCounter{Counter: c})
		}
		if strings.Contains(column, "paused") {
			d.must(queue.PauseCounter{Counter: c, Reason: "break"})
		}
		waits := d.take("new").ID
		ticket := func(id string) func() string { return func() string { return d.status(id) } }
		counter := func() string { return string(d.counter(c).State) }
		command := map[string]queue.Command{
			"Call": queue.Call{Counter: c}, "Call, finish": queue.Call{Counter: c, Finish: here}, "Call, other": queue.Call{Counter: c, Finish: waits},
			"Call, chosen": queue.Call{Counter: c, Ticket: waits}, "Recall": queue.Recall{Counter: c}, "Finish": queue.Finish{Counter: c},
			"NoShow": queue.NoShow{Counter: c}, "Return": queue.Return{Counter: c}, "Hold": queue.Hold{Counter: c},
			"Transfer": queue.Transfer{Counter: c, Service: "pay"}, "Split": queue.Split{Counter: c, Service: "pay", Nonce: "second"},
			"Undo": queue.Undo{Counter: c}, "OpenCounter": queue.OpenCounter{Counter: c, Clerk: "7"},
			"PauseCounter": queue.PauseCounter{Counter: c}, "ResumeCounter": queue.ResumeCounter{Counter: c}, "CloseCounter": queue.CloseCounter{Counter: c},
		}[row]
		outcome := ticket(here)
		switch {
		case strings.HasSuffix(row, "Counter"):
			outcome = counter
		case strings.HasPrefix(row, "Call"):
			outcome = ticket(waits)
		case row == "Split":
			outcome = func() string { return d.status("2026-11-23-B001-second") }
		}
		d.becomes(command, want, outcome)
	})
}

func TestTableOfTickets(t *testing.T) {
	each(t, "What may be done with a ticket", []string{"Call, chosen", "Call", "Leave", "Reclass", "Tell", "EndDay"}, func(t *testing.T, row, column, want string) {
		d := open(t)
		d.must(queue.OpenCounter{Counter: "1"})
		d.must(queue.OpenCounter{Counter: "2"})
		id := d.take("new").ID
		switch column {
		case "for another":
			d.must(queue.Call{Counter: "1"})
			d.must(queue.Transfer{Counter: "1", To: "2"})
		case "at a counter":
			d.must(queue.Call{Counter: "2"})
		case "held", "served", "left":
			d.must(queue.Call{Counter: "2"})
			d.must(map[string]queue.Command{"held": queue.Hold{Counter: "2"}, "served": queue.Finish{Counter: "2"}, "left": queue.NoShow{Counter: "2"}}[column])
		case "unknown":
			d.must(queue.Leave{Ticket: id})
			id = "nobody"
		}
		d.must(queue.CloseCounter{Counter: "1"}) // so that the end of the day finds no open counter to close
		if column != "at a counter" && column != "for another" {
			d.must(queue.CloseCounter{Counter: "2"})
		}
		told := func() string {
			if got, _ := d.state.Ticket(id); got.Quote.Ahead == 3 && got.First.Ahead == 0 {
				return "told"
			}
			return "nothing"
		}
		closed := func() string {
			if got, _ := d.state.Ticket(id); got.Reason == queue.ReasonDayEnd {
				return "left"
			}
			return "nothing"
		}
		outcome := func() string { return d.status(id) }
		switch row {
		case "Tell":
			outcome = told
		case "EndDay":
			d.pass(24 * time.Hour)
			outcome = closed
		}
		d.becomes(map[string]queue.Command{"Call, chosen": queue.Call{Counter: "1", Ticket: id}, "Call": queue.Call{Counter: "1"},
			"Leave": queue.Leave{Ticket: id}, "Reclass": queue.Reclass{Ticket: id}, "EndDay": queue.EndDay{},
			"Tell": queue.Tell{Quotes: map[string]queue.Quote{id: {Ahead: 3}}}}[row], want, outcome)
	})
}

func TestTableOfUndo(t *testing.T) {
	each(t, "What may be taken back", []string{"call", "finish, call", "finish", "no-show", "return", "hold", "transfer", "split"}, func(t *testing.T, row, column, want string) {
		d := open(t)
		first := d.take("new")
		d.must(queue.Call{Counter: "1"})
		d.pass(time.Minute)
		about := first.ID
		switch row {
		case "call":
			d.must(queue.Return{Counter: "1"})
			d.must(queue.Call{Counter: "1"})
		case "finish, call":
			about = d.take("new").ID
			d.must(queue.Call{Counter: "1", Finish: first.ID})
		case "split":
			second := d.must(queue.Split{Counter: "1", Service: "pay", Nonce: "second"}).ID
			if column == "ticket changed" {
				about = second
			}
		default:
			d.must(map[string]queue.Command{"finish": queue.Finish{Counter: "1"}, "no-show": queue.NoShow{Counter: "1"},
				"return": queue.Return{Counter: "1"}, "hold": queue.Hold{Counter: "1"}, "transfer": queue.Transfer{Counter: "1", Service: "pay"}}[row])
		}
		switch column {
		case "within 10 s":
			d.pass(10 * time.Second)
		case "after 10 s":
			d.pass(10*time.Second + time.Millisecond)
		case "ticket changed":
			d.change(about)
		}
		d.becomes(queue.Undo{Counter: "1"}, want, func() string { return d.status(about) })
		if row == "finish, call" && column == "within 10 s" {
			if got := d.counter("1").Ticket; got == nil || got.ID != first.ID {
				t.Errorf("the customer that was finished is not back: %+v", got)
			}
		}
	})
}

// change makes something happen to a ticket that is not an action of counter 1.
func (d *desk) change(id string) {
	d.t.Helper()
	switch d.status(id) {
	case "called": // nothing but the counter can change it; what it did last is then something else
		d.must(queue.Return{Counter: "1"})
		d.must(queue.Call{Counter: "2", Ticket: id})
		d.must(queue.NoShow{Counter: "2"})
	default:
		d.must(queue.Leave{Ticket: id})
	}
}

func TestTableOfAdmission(t *testing.T) {
	each(t, "Who may take a ticket", []string{"Take", "Take, appointment"}, func(t *testing.T, row, column, want string) {
		rules := branch()
		new := &rules.Services[0]
		new.Hours = &hours.Hours{}
		for day := range new.Hours.Week {
			new.Hours.Week[day] = []hours.Span{{From: 8 * time.Hour, To: 12 * time.Hour}, {From: 13 * time.Hour, To: 17 * time.Hour}}
		}
		new.CutOff = true
		take := queue.Take{Service: "new", Nonce: "x", Person: "p", Quote: &queue.Quote{Known: true, Expected: 30 * time.Minute}}
		now := time.Date(2026, 11, 23, 9, 0, 0, 0, shanghai)
		switch column {
		case "closed":
			now = now.Add(3*time.Hour + 30*time.Minute) // between the two spans
		case "past cut-off":
			now = now.Add(2*time.Hour + 30*time.Minute + time.Second)
		case "full":
			new.Cap.Day = 1
		case "window full":
			new.Cap.Windows = []queue.CapWindow{{From: 9 * time.Hour, To: 10 * time.Hour, Max: 1}}
		case "person's limit":
			new.Cap.Person = 1
		}
		d := openWith(t, rules)
		d.now = now
		if column != "closed" && column != "past cut-off" {
			d.must(queue.Take{Service: "new", Nonce: "first", Person: "p"})
		}
		if row == "Take, appointment" {
			take.Appointment = &queue.Booking{ID: "a", At: d.now}
		}
		d.becomes(take, want, func() string { return d.status("2026-11-23-" + d.last() + "-x") })
	})
}

// last is the number of the ticket that was issued last.
func (d *desk) last() string {
	var data struct{ Number string }
	mustDecode(d.t, d.records[len(d.records)-1].Data, &data)
	return data.Number
}

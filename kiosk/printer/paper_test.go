package printer

import (
	"encoding/json"
	"io"
	"math"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// written makes records of entries, an hour apart, from moment on.
func written(entries ...record.Entry) []record.Record {
	var records []record.Record
	for i, e := range entries {
		records = append(records, record.Record{Seq: uint64(i + 1), Type: e.Type, Source: e.Source, Time: e.Time, Data: e.Data})
	}
	return records
}

func paper(t testing.TB, entries ...record.Entry) *Paper {
	t.Helper()
	p := &Paper{Roll: 50000, Reserve: 4000, Day: func(t time.Time) string { return t.Format(time.DateOnly) }}
	for _, r := range written(entries...) {
		if err := p.Apply(r); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// tickets are n tickets of 100 mm on a day.
func tickets(n, day int) []record.Entry {
	var entries []record.Entry
	for range n {
		entries = append(entries, Entry(job("A001"), 100, nil, moment.AddDate(0, 0, day)))
	}
	return entries
}

func TestForecast(t *testing.T) {
	ready := Status{Ready: true}
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
	p := paper(t)
	if f := p.Forecast(ready); f.Left != 50000 || f.Days != -1 || f.PerDay != 0 {
		t.Errorf("a new station: %+v", f)
	}
	p = paper(t, append(tickets(30, 0), tickets(10, 1)...)...)
	if f := p.Forecast(ready); f.Left != 46000 || f.Printed != 4000 || !near(f.PerDay, 2000) || !near(f.Days, 23) {
		t.Errorf("two days: %+v", f)
	}
	replaced := append(tickets(30, 0), p.Replace(80000, "1001", moment))
	p = paper(t, append(replaced, tickets(1, 1)...)...)
	if f := p.Forecast(ready); f.Left != 79900 || f.Printed != 100 {
		t.Errorf("a new roll: %+v", f)
	}
	var d record.PaperData
	if err := json.Unmarshal(replaced[30].Data, &d); err != nil || d != (record.PaperData{Length: 80000, By: "1001", Printed: 4000}) {
		t.Errorf("record %+v, %v", d, err)
	}
}

// What the sensors say is held against what was counted.
func TestForecastIsCorrectedBySensors(t *testing.T) {
	little, much := paper(t, tickets(480, 0)...), paper(t, tickets(10, 0)...)
	for name, c := range map[string]struct {
		paper  *Paper
		status Status
		left   int
	}{
		"counted to be little, and the sensor says more": {little, Status{Ready: true}, 4000},
		"little, and the sensor agrees":                  {little, Status{Ready: true, NearEnd: true}, 2000},
		"counted to be much, and the sensor says less":   {much, Status{Ready: true, NearEnd: true}, 4000},
		"none":      {much, Status{PaperOut: true}, 0},
		"no answer": {little, Status{Reason: NoAnswer}, 2000},
	} {
		if f := c.paper.Forecast(c.status); f.Left != c.left {
			t.Errorf("%s: %d mm, want %d", name, f.Left, c.left)
		}
	}
}

// A roll that is printed to its end shows how much the sensor leaves, and the next forecast knows.
func TestForecastLearnsFromTheSensor(t *testing.T) {
	alarm := func(rule string) record.Entry {
		return record.NewEntry(record.AlarmRaised, "printer", moment, record.AlarmData{Rule: rule, Kind: "condition"})
	}
	elsewhere := record.NewEntry(record.AlarmRaised, "disk", moment, record.AlarmData{Rule: "near-end"})
	entries := append(tickets(400, 0), elsewhere, alarm("near-end"))
	p := paper(t, append(entries, tickets(10, 0)...)...)
	if f := p.Forecast(Status{Ready: true, NearEnd: true}); f.Left != 3000 {
		t.Errorf("ten tickets after the near end: %d mm, want 3000", f.Left)
	}
	entries = append(append(entries, tickets(25, 0)...), alarm("paper-out"), p.Replace(50000, "", moment))
	entries = append(append(entries, tickets(460, 1)...), alarm("near-end"))
	p = paper(t, append(entries, tickets(5, 1)...)...)
	if f := p.Forecast(Status{Ready: true, NearEnd: true}); f.Left != 2000 {
		t.Errorf("five tickets after the near end of the next roll: %d mm, want 2000", f.Left)
	}
	kept, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	again := paper(t)
	if err := json.Unmarshal(kept, again); err != nil {
		t.Fatal(err)
	}
	if a, b := again.Forecast(Status{}), p.Forecast(Status{}); a != b {
		t.Errorf("kept: %+v, want %+v", a, b)
	}
	if err := json.Unmarshal([]byte(`{"printed":-1}`), again); err == nil {
		t.Error("a negative length: no error")
	}
}

// The mean is of the last days, and what is kept does not grow.
func TestForecastForgets(t *testing.T) {
	var entries []record.Entry
	for day := range 100 {
		n := 1
		if day >= 100-remembered {
			n = 5
		}
		entries = append(entries, tickets(n, day)...)
	}
	p := paper(t, entries...)
	if f := p.Forecast(Status{Ready: true}); math.Abs(f.PerDay-500) > 1e-9 || len(p.days) != remembered {
		t.Errorf("%+v, %d days", f, len(p.days))
	}
}

func TestUnfinished(t *testing.T) {
	issued := func(ticket, visit string) record.Entry {
		return record.NewEntry(record.TicketIssued, "queue", moment,
			record.TicketIssuedData{Ticket: ticket, Number: "N" + ticket, Service: "s", Visit: visit})
	}
	left := record.NewEntry(record.TicketLeft, "queue", moment, record.TicketLeftData{Ticket: "4", Number: "N4", Service: "s"})
	entries := []record.Entry{
		issued("1", ""), Entry(Job{ID: "1"}, 90, nil, moment),
		issued("2", ""),
		issued("3", ""), Entry(Job{ID: "3"}, 0, &Error{Reason: PaperOut}, moment),
		issued("4", ""), left,
		issued("5", "2"), // split off by a counter: it has no paper
		issued("6", ""),
	}
	var u Unfinished
	for _, r := range written(entries...) {
		if err := u.Apply(r); err != nil {
			t.Fatal(err)
		}
	}
	found := u.Entries(moment)
	var numbers []string
	for _, r := range written(found...) {
		var d record.PrintData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			t.Fatal(err)
		}
		if r.Type != record.TicketUnprinted || d.Reason != Restart || d.Copy != 1 {
			t.Errorf("%s %+v", r.Type, d)
		}
		numbers = append(numbers, d.Number)
		if err := u.Apply(r); err != nil {
			t.Fatal(err)
		}
	}
	if len(numbers) != 2 || numbers[0] != "N2" || numbers[1] != "N6" {
		t.Errorf("unfinished: %q", numbers)
	}
	if again := u.Entries(moment); len(again) != 0 {
		t.Errorf("found again: %v", again)
	}
	if err := u.Apply(record.Record{Type: record.TicketIssued, Data: []byte("1")}); err == nil {
		t.Error("a damaged record: no error")
	}
}

func TestEntry(t *testing.T) {
	j := job("A012")
	j.Request, j.Copy = "r1", 2
	for _, c := range []struct {
		err  error
		typ  string
		want record.PrintData
	}{
		{nil, record.TicketPrinted, record.PrintData{Ticket: "t-A012", Number: "A012", Copy: 2, Length: 92, Request: "r1"}},
		{&Error{Reason: CoverOpen}, record.TicketUnprinted, record.PrintData{Ticket: "t-A012", Number: "A012", Copy: 2, Length: 92, Reason: CoverOpen, Request: "r1"}},
		{io.ErrUnexpectedEOF, record.TicketUnprinted, record.PrintData{Ticket: "t-A012", Number: "A012", Copy: 2, Length: 92, Reason: Failed, Request: "r1"}},
	} {
		e := Entry(j, 92, c.err, moment)
		var got record.PrintData
		if err := json.Unmarshal(e.Data, &got); err != nil {
			t.Fatal(err)
		}
		if e.Type != c.typ || got != c.want || e.Source != "printer" || e.Check() != nil {
			t.Errorf("%v: %s %+v, %v", c.err, e.Type, got, e.Check())
		}
	}
}

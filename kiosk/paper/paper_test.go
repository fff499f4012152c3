package paper

import (
	"errors"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/printer"
)

func TestWhatIsKnownOfThePaperOutlivesTheJournal(t *testing.T) {
	day := func(time.Time) string { return "2026-11-24" }
	p := New(Options{Roll: 50_000, Day: day})
	printed := record.NewEntry(record.TicketPrinted, printer.Source, time.Time{}, record.PrintData{Ticket: "t", Number: "A001", Copy: 1, Length: 90})
	r := record.Record{Seq: 1, Type: printed.Type, Data: printed.Data}
	if err := p.Apply(r, false); err != nil {
		t.Fatal(err)
	}
	kept, err := p.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	next := New(Options{Roll: 50_000, Day: day})
	if err := errors.Join(next.UnmarshalJSON(kept), next.Apply(r, true)); err != nil {
		t.Fatal(err)
	}
	if got := next.roll.Forecast(printer.Status{}); got.Printed != 90 || got.Left != 49_910 {
		t.Errorf("after a restart %+v", got)
	}
	if next.copies["t"] != 1 {
		t.Error("a paper of before the restart would be promised again")
	}
}

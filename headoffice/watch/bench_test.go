package watch

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// crowded fills a station with a busy lobby's last two months: what customers answered about 300 visits a day, the ends of
// those visits, and thousands of records of cases, beside a day's own records.
func (o *office) crowded(station string, now time.Time) {
	o.t.Helper()
	var entries []record.Entry
	for minutes := 60 * 24 * 60; minutes > 0; minutes -= 4 {
		at := now.Add(-time.Duration(minutes) * time.Minute)
		ticket := fmt.Sprint("c", minutes)
		entries = append(entries,
			record.NewEntry(record.TicketServed, "queue", at, record.TicketServedData{Ticket: ticket, Number: "A001", Service: "payment", Counter: "1", Clerk: "1001", Serving: 200}),
			record.NewEntry(record.SurveyAnswered, "survey", at, record.SurveyAnsweredData{Score: 1 + minutes/4%5, Ticket: ticket, Service: "payment", Counter: "1",
				Clerk: "1001", Questionnaire: "visit", Version: 1, Channel: record.ChannelLobby, Language: "zh", Answers: []record.SurveyAnswer{
					{Question: "efficiency", Score: 4}, {Question: "attitude", Score: 5}, {Question: "reasons", Options: []string{"wait", "other"}}}}))
		if minutes%80 == 0 {
			id := fmt.Sprint("case", minutes)
			entries = append(entries,
				record.NewEntry(record.CaseOpened, "cases", at, record.CaseData{Case: id, Number: id, Cause: "rating", Score: 1, Owner: "supervisor"}),
				record.NewEntry(record.CaseNoted, "cases", at, record.CaseData{Case: id, Number: id, Note: secretNote}))
			if minutes%1600 != 0 {
				entries = append(entries, record.NewEntry(record.CaseClosed, "cases", at, record.CaseData{Case: id, Number: id, Outcome: "settled"}))
			}
		}
	}
	o.happened(station, "kiosk", record.Events, entries...)
}

// BenchmarkStationPage draws the page of a busy station: again and again as it is, and after one more answer each time.
func BenchmarkStationPage(b *testing.B) {
	o := mustOffice(b)
	o.crowded("hangzhou-01", noon.Add(-8*time.Hour))
	o.lobby("hangzhou-01", noon)
	draw := func(b *testing.B, w *watch) {
		b.Helper()
		view, err := w.drawStation(context.Background(), w.eye(english), "hangzhou-01")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := w.stationSections(english, view); err != nil {
			b.Fatal(err)
		}
	}
	open := func(b *testing.B) *watch {
		b.Helper()
		assets, err := loadAssets("1.2.3")
		if err != nil {
			b.Fatal(err)
		}
		pages, err := loadPages(assets)
		if err != nil {
			b.Fatal(err)
		}
		return &watch{Options: Options{Store: o.store, Stats: func() IngestStats { return o.stats }, Zone: shanghai, Now: func() time.Time { return noon }}, pages: pages}
	}
	b.Run("first", func(b *testing.B) {
		w := open(b)
		for b.Loop() {
			w.tallies, w.caseload = tallies{}, caseload{}
			draw(b, w)
		}
	})
	b.Run("again", func(b *testing.B) {
		w := open(b)
		before := heap()
		draw(b, w)
		kept := float64(heap()-before) / 1024
		for b.Loop() {
			draw(b, w)
		}
		b.ReportMetric(kept, "kB-kept")
		runtime.KeepAlive(w)
	})
	b.Run("news", func(b *testing.B) {
		w := open(b)
		draw(b, w)
		for b.Loop() {
			b.StopTimer()
			o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(record.SurveyAnswered, "survey", noon, record.SurveyAnsweredData{Score: 5}))
			b.StartTimer()
			draw(b, w)
		}
	})
}

// heap is how much of it is in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

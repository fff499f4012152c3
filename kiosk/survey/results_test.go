package survey_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/survey"
)

var shanghai = time.FixedZone("CST", 8*3600)

func learn(t *testing.T, h *survey.History, at time.Time, typ string, data any) {
	t.Helper()
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Learn(record.Record{Seq: 1, Type: typ, Time: at, Data: text}); err != nil {
		t.Fatal(err)
	}
}

func TestResultsOfLocalMonths(t *testing.T) {
	h := survey.NewHistory(shanghai)
	november := time.Date(2026, 10, 31, 16, 0, 0, 0, time.UTC) // when November begins in Shanghai
	learn(t, h, november.Add(-time.Millisecond), record.SurveyAnswered, record.SurveyAnsweredData{Score: 1})
	learn(t, h, november, record.SurveyAnswered, record.SurveyAnsweredData{Score: 2, Ticket: "a", Suppressed: 3, Answers: []record.SurveyAnswer{
		level("overall", 2), chose("reasons", "wait", "papers"), level("attitude", 4)}})
	learn(t, h, november, record.SurveyAnswered, record.SurveyAnsweredData{Score: 5, Ticket: "b", Answers: []record.SurveyAnswer{level("overall", 5), level("attitude", 5)}})
	learn(t, h, november, record.SurveyAnswered, record.SurveyAnsweredData{Score: 4})
	for range 5 {
		learn(t, h, november, record.TicketServed, record.TicketServedData{Ticket: "a"})
	}
	learn(t, h, november, record.TicketServed, record.TicketServedData{Ticket: "a", Next: &record.Leg{Service: "pay"}}) // the visit goes on
	learn(t, h, november, record.TicketUndone, record.TicketUndoneData{Action: "finish"})
	learn(t, h, november, record.TicketUndone, record.TicketUndoneData{Action: "call"})
	got := h.Last(time.Date(2026, 12, 1, 0, 0, 0, 0, shanghai))
	want := survey.Results{Month: "2026-11", N: 3, Levels: [6]int{0, 0, 1, 0, 1, 1}, Visits: 2, Served: 4, Suppressed: 3,
		ByAspect: map[string][6]int{"attitude": {0, 0, 0, 0, 1, 1}}, Chosen: map[string]map[string]int{"reasons": {"wait": 1, "papers": 1}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("November:\n%+v, want\n%+v", got, want)
	}
	mean, _ := got.Mean()
	share, _ := got.Share()
	rate, _ := got.Rate()
	if math.Abs(mean-11.0/3) > 1e-9 || math.Abs(share-2.0/3) > 1e-9 || rate != 0.5 {
		t.Errorf("mean %g, share %g, rate %g", mean, share, rate)
	}
	if october := h.Last(november); october.N != 1 || october.Month != "2026-10" {
		t.Errorf("October: %+v", october)
	}
	empty := h.Of(time.Date(2027, 1, 31, 12, 0, 0, 0, shanghai))
	_, hasMean := empty.Mean()
	_, hasShare := empty.Share()
	_, hasRate := empty.Rate()
	if empty.Month != "2027-01" || hasMean || hasShare || hasRate {
		t.Errorf("January: %+v", empty)
	}
}

func TestHistoryOutlivesTheJournal(t *testing.T) {
	h := survey.NewHistory(shanghai)
	at := time.Date(2025, 1, 15, 12, 0, 0, 0, shanghai)
	for month := range 30 {
		learn(t, h, at.AddDate(0, month, 0), record.SurveyAnswered, record.SurveyAnsweredData{Score: 1 + month%5,
			Answers: []record.SurveyAnswer{level("overall", 1+month%5), chose("reasons", "wait")}})
	}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	again := survey.NewHistory(shanghai)
	if err := json.Unmarshal(text, again); err != nil {
		t.Fatal(err)
	}
	for month := range 30 {
		now := at.AddDate(0, month, 0)
		if got, want := again.Of(now), h.Of(now); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", want.Month, got, want)
		}
		if n := h.Of(now).N; n != map[bool]int{true: 1, false: 0}[month >= 5] {
			t.Errorf("month %d of 30: %d ratings; two years and this month are kept", month, n)
		}
	}
	// What was kept goes on to be learnt from, and is not shared with what is shown.
	shown := again.Of(at.AddDate(0, 29, 0))
	learn(t, again, at.AddDate(0, 29, 0), record.SurveyAnswered, record.SurveyAnsweredData{Score: 5, Answers: []record.SurveyAnswer{level("overall", 5), chose("reasons", "wait")}})
	if shown.N != 1 || shown.Chosen["reasons"]["wait"] != 1 || again.Of(at.AddDate(0, 29, 0)).Chosen["reasons"]["wait"] != 2 {
		t.Errorf("shown before: %+v", shown)
	}
	for _, kept := range []string{`{"format":2}`, `{"format":1,"months":[null]}`, `{"format":1,"months":[{"month":"May"}]}`, `[]`} {
		if err := json.Unmarshal([]byte(kept), again); err == nil || again.Of(at.AddDate(0, 29, 0)).N != 2 {
			t.Errorf("%s: %v", kept, err)
		}
	}
}

func TestFewAnswersAreNotShown(t *testing.T) {
	r := survey.Results{Month: "2026-11", N: 4, Levels: [6]int{0, 1, 0, 0, 0, 3}, Visits: 4, Served: 9,
		ByAspect: map[string][6]int{"attitude": {0, 0, 0, 0, 0, 4}, "efficiency": {0, 0, 0, 2, 2, 1}}, Chosen: map[string]map[string]int{"reasons": {"wait": 1}}}
	if got := r.Public(); !reflect.DeepEqual(got, survey.Results{Month: "2026-11"}) {
		t.Errorf("of four: %+v", got)
	}
	r.N, r.Levels[4] = 5, 1
	want := survey.Results{Month: "2026-11", N: 5, Levels: r.Levels, Visits: 4, Served: 9, ByAspect: map[string][6]int{"efficiency": {0, 0, 0, 2, 2, 1}}}
	if got := r.Public(); !reflect.DeepEqual(got, want) {
		t.Errorf("of five: %+v, want %+v", got, want)
	}
}

package survey_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/survey"
)

// byDate follows the UTC date.
func byDate(_ string, at time.Time) string { return at.UTC().Format(time.DateOnly) }

type box struct {
	t       *testing.T
	state   *survey.State
	records []record.Record
	now     time.Time
}

func open(t *testing.T) *box {
	return &box{t: t, state: survey.New(byDate), now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
}

func (b *box) rate(a survey.Answer) error {
	b.t.Helper()
	entries, err := b.state.Decide(a, b.now)
	if err != nil {
		return err
	}
	for _, e := range entries {
		r := record.Record{Seq: uint64(len(b.records) + 1), Type: e.Type, Source: e.Source, Time: e.Time, Clock: record.Synced, Data: e.Data}
		if err := errors.Join(r.Validate(), b.state.Apply(r)); err != nil {
			b.t.Fatal(err)
		}
		b.records = append(b.records, r)
	}
	return nil
}

func TestTallyOfTheDay(t *testing.T) {
	b := open(t)
	if _, ok := b.state.Today(b.now).Mean(); ok {
		t.Error("a mean of no rating")
	}
	for _, score := range []int{5, 5, 4, 1} {
		if err := b.rate(survey.Answer{Score: score}); err != nil {
			t.Fatal(err)
		}
	}
	tally := b.state.Today(b.now)
	if mean, ok := tally.Mean(); !ok || math.Abs(mean-3.75) > 1e-9 || tally.Count() != 4 || tally.Levels[5] != 2 {
		t.Errorf("tally %+v, mean %g", tally, mean)
	}
	b.now = b.now.Add(24 * time.Hour)
	if got := b.state.Today(b.now).Count(); got != 0 {
		t.Errorf("%d ratings on a new day", got)
	}
	if err := b.rate(survey.Answer{Score: 3}); err != nil {
		t.Fatal(err)
	}
	if got := b.state.Today(b.now).Count(); got != 1 {
		t.Errorf("%d ratings after the first of a new day", got)
	}
}

func TestRefusals(t *testing.T) {
	b := open(t)
	if err := b.rate(survey.Answer{Request: "r", Score: 2, Ticket: "a"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		answer survey.Answer
		want   error
	}{
		{survey.Answer{Score: 0}, survey.ErrScore},
		{survey.Answer{Score: 6}, survey.ErrScore},
		{survey.Answer{Score: 5, Ticket: "a"}, survey.ErrRatedBefore},
		{survey.Answer{Request: "r", Score: 3, Ticket: "a"}, survey.ErrRequestReused},
		{survey.Answer{Request: "no blanks", Score: 3}, survey.ErrMalformed},
	} {
		if err := b.rate(c.answer); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.answer, err, c.want)
		}
	}
	if err := b.rate(survey.Answer{Request: "r", Score: 2, Ticket: "a"}); err != nil {
		t.Errorf("the same request again: %v", err)
	}
	if len(b.records) != 1 {
		t.Errorf("%d records, want 1", len(b.records))
	}
}

func TestStateIsTheFoldOfItsRecords(t *testing.T) {
	b := open(t)
	for i := range 60 {
		a := survey.Answer{Score: i % 7, Ticket: fmt.Sprint("t", i%11)}
		if i%3 == 0 {
			a.Request, a.Ticket = fmt.Sprint("r", i%9), ""
		}
		before := len(b.records)
		if err := b.rate(a); err != nil && len(b.records) != before {
			t.Fatalf("%+v: %v, but left a record", a, err)
		}
		b.now = b.now.Add(97 * time.Minute)
		folded := survey.New(byDate)
		for _, r := range b.records {
			if err := folded.Apply(r); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(folded.Today(b.now), b.state.Today(b.now)) {
			t.Fatalf("fold %+v, state %+v", folded.Today(b.now), b.state.Today(b.now))
		}
		// What was answered before the restart is refused or known after it.
		want, wantErr := b.state.Decide(a, b.now)
		got, gotErr := folded.Decide(a, b.now)
		if !reflect.DeepEqual(got, want) || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
			t.Fatalf("%+v after a restart: %v, %v; before: %v, %v", a, got, gotErr, want, wantErr)
		}
	}
}

func TestOldTicketsAreForgotten(t *testing.T) {
	b := open(t)
	for range 3 {
		if err := b.rate(survey.Answer{Score: 5, Ticket: "a", Request: "r" + b.now.Format("02")}); err != nil && !errors.Is(err, survey.ErrRatedBefore) {
			t.Fatal(err)
		}
		if err := b.rate(survey.Answer{Score: 5}); err != nil {
			t.Fatal(err)
		}
		b.now = b.now.Add(24 * time.Hour)
	}
	if err := b.rate(survey.Answer{Score: 5, Ticket: "a"}); err != nil {
		t.Errorf("a ticket rated three days ago is still held: %v", err)
	}
}

func FuzzApply(f *testing.F) {
	f.Add([]byte(`{"score":5}`))
	f.Add([]byte(`{"score":6,"ticket":"a"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := open(t)
		err := b.state.Apply(record.Record{Seq: 1, Type: record.SurveyAnswered, Time: b.now, Data: data})
		want := 1
		if err != nil {
			want = 0
		}
		if got := b.state.Today(b.now).Count(); got != want {
			t.Fatalf("%q: %v, and %d ratings", data, err, got)
		}
	})
}

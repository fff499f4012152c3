package survey_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/survey"
)

func (b *box) last() record.SurveyAnsweredData {
	b.t.Helper()
	var d record.SurveyAnsweredData
	if err := json.Unmarshal(b.records[len(b.records)-1].Data, &d); err != nil {
		b.t.Fatal(err)
	}
	return d
}

func TestAnswersAreWrittenDownInOrder(t *testing.T) {
	b := open(t)
	b.state.Ask(parse(t))
	a := survey.Answer{Request: "r", Score: 1, Ticket: "t", Service: "pay", Counter: "2", Clerk: "1007", Questionnaire: "visit", Version: 3,
		Answers: []record.SurveyAnswer{level("place", 4), chose("reason", "wait")}, Channel: record.ChannelLobby, Language: "zh"}
	if err := b.rate(a); err != nil {
		t.Fatal(err)
	}
	want := record.SurveyAnsweredData{Score: 1, Ticket: "t", Request: "r", Service: "pay", Counter: "2", Clerk: "1007", Questionnaire: "visit", Version: 3,
		Answers: []record.SurveyAnswer{level("overall", 1), chose("reason", "wait"), level("place", 4)}, Channel: record.ChannelLobby, Language: "zh"}
	if got := b.last(); !reflect.DeepEqual(got, want) {
		t.Errorf("written down %+v, want %+v", got, want)
	}
	// The same again, in the order in which it was written down, is the same.
	a.Answers = want.Answers
	if err := b.rate(a); err != nil || len(b.records) != 1 {
		t.Errorf("the same again: %v, %d records", err, len(b.records))
	}
	a.Answers = want.Answers[:2]
	if err := b.rate(a); !errors.Is(err, survey.ErrRequestReused) {
		t.Errorf("another answer with the same request: %v", err)
	}
	if !b.state.Rated("t") || b.state.Rated("other") {
		t.Error("who is rated")
	}
}

func TestAnswersGoWithTheVersionAsked(t *testing.T) {
	b := open(t)
	b.state.Ask(parse(t))
	next := parse(t)
	next.Version, next.Questions = 4, next.Questions[:1]
	b.state.Ask(next)
	old := survey.Answer{Score: 5, Questionnaire: "visit", Version: 3, Answers: []record.SurveyAnswer{level("place", 5)}}
	if err := b.rate(old); err != nil {
		t.Errorf("the version before: %v", err)
	}
	for what, c := range map[string]struct {
		answer survey.Answer
		want   error
	}{
		"a question of the version before": {survey.Answer{Score: 5, Questionnaire: "visit", Version: 4, Answers: old.Answers}, survey.ErrAnswer},
		"a version never asked":            {survey.Answer{Score: 5, Questionnaire: "visit", Version: 2}, survey.ErrQuestionnaire},
		"another questionnaire":            {survey.Answer{Score: 5, Questionnaire: "hall", Version: 3}, survey.ErrQuestionnaire},
		"answers to nothing":               {survey.Answer{Score: 5, Answers: old.Answers}, survey.ErrQuestionnaire},
		"a score that was not given":       {survey.Answer{Score: 5, Questionnaire: "visit", Version: 4, Answers: []record.SurveyAnswer{level("overall", 4)}}, survey.ErrAnswer},
		"no score":                         {survey.Answer{Questionnaire: "visit", Version: 4, Answers: []record.SurveyAnswer{level("overall", 4)}}, survey.ErrScore},
		"channel":                          {survey.Answer{Score: 5, Channel: "letter"}, survey.ErrMalformed},
		"language":                         {survey.Answer{Score: 5, Language: "English"}, survey.ErrMalformed},
	} {
		if err := b.rate(c.answer); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	// It is known for as long as some customer may still have it before them, not for ever.
	for version := 5; version < 20; version++ {
		later := parse(t)
		later.Version = version
		b.state.Ask(later)
	}
	if _, known := b.state.Version("visit", 3); known {
		t.Error("a version of long ago is still accepted")
	}
	if b.state.Ask(nil); b.state.Questionnaire().ID != survey.Default().ID || b.state.Questionnaire().Version != 1 {
		t.Error("without a document, the usual questions are asked")
	}
}

func TestRecordsOfBeforeAreFolded(t *testing.T) {
	b := open(t)
	for _, data := range []string{`{"score":4}`, `{"score":5,"ticket":"a","request":"r1"}`} {
		if err := b.state.Apply(record.Record{Seq: 1, Type: record.SurveyAnswered, Time: b.now, Data: []byte(data)}); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.state.Today(b.now); got.Count() != 2 || !b.state.Rated("a") {
		t.Errorf("tally %+v", got)
	}
	if err := b.rate(survey.Answer{Request: "r1", Score: 5, Ticket: "a"}); err != nil || len(b.records) != 0 {
		t.Errorf("the same again: %v", err)
	}
}

// tap taps a terminal at a time after the beginning, and reports whether it counted, and what the record says.
func (b *box) tap(after time.Duration, score int, request string) (counted bool, suppressed int) {
	b.t.Helper()
	now := b.now.Add(after)
	a, counted := b.state.Damp(survey.Answer{Request: request, Score: score, Channel: record.ChannelTerminal}, now)
	if !counted {
		return false, 0
	}
	saved := b.now
	b.now = now
	defer func() { b.now = saved }()
	if err := b.rate(a); err != nil {
		b.t.Fatal(err)
	}
	return true, b.last().Suppressed
}

func TestABurstOfTapsCountsOnce(t *testing.T) {
	b := open(t)
	for _, c := range []struct {
		after      time.Duration
		score      int
		counted    bool
		suppressed int
	}{
		{0, 5, true, 0},
		{300 * time.Millisecond, 5, false, 0},
		{5300 * time.Millisecond, 5, false, 0},  // Pause after the tap before, though not after the one that counted
		{10400 * time.Millisecond, 5, true, 2},  // more than Pause
		{11 * time.Second, 1, false, 0},         // within Blink, another level
		{12100 * time.Millisecond, 2, true, 1},  // after Blink
		{17100 * time.Millisecond, 2, false, 0}, // exactly Pause
	} {
		if counted, suppressed := b.tap(c.after, c.score, ""); counted != c.counted || suppressed != c.suppressed {
			t.Errorf("at %s, %d: counted %v with %d suppressed, want %v with %d", c.after, c.score, counted, suppressed, c.counted, c.suppressed)
		}
	}
}

func TestACrowdIsNotSilenced(t *testing.T) {
	b := open(t)
	counted := 0
	for i := range 50 { // everybody who leaves taps the same face, one every four seconds
		if ok, _ := b.tap(time.Duration(i)*4*time.Second, 5, ""); ok {
			counted++
		}
	}
	if counted != 4 {
		t.Errorf("%d counted in 200 s, want one for each Burst", counted)
	}
}

func TestATapThatIsSentAgainIsOne(t *testing.T) {
	b := open(t)
	first, counted := b.state.Damp(survey.Answer{Request: "t1", Score: 5, Channel: record.ChannelTerminal}, b.now)
	again, still := b.state.Damp(survey.Answer{Request: "t1", Score: 5, Channel: record.ChannelTerminal}, b.now.Add(time.Second))
	if !counted || !still || first.Suppressed != 0 || again.Suppressed != 0 {
		t.Errorf("counted %v, then %v", counted, still)
	}
	for _, a := range []survey.Answer{{Score: 5, Channel: record.ChannelLobby}, {Score: 5, Channel: record.ChannelTerminal, Ticket: "t"}} {
		if _, counted := b.state.Damp(a, b.now.Add(time.Second)); !counted {
			t.Errorf("%+v is damped", a)
		}
	}
}

// TestEveryTapIsCountedOrSaid taps at random: each tap is either a rating, or among those that a later one says.
func TestEveryTapIsCountedOrSaid(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := open(t)
		var at time.Duration
		ratings, said, taps := 0, 0, rapid.IntRange(1, 60).Draw(r, "taps")
		for range taps {
			at += time.Duration(rapid.IntRange(0, 20000).Draw(r, "ms")) * time.Millisecond
			if ok, suppressed := b.tap(at, rapid.IntRange(1, 5).Draw(r, "score"), ""); ok {
				ratings, said = ratings+1, said+suppressed
			}
		}
		if ok, suppressed := b.tap(at+time.Hour, 3, ""); !ok || ratings+said+suppressed != taps {
			r.Fatalf("%d ratings, %d said before and %d at the end, of %d taps", ratings, said, suppressed, taps)
		}
	})
}

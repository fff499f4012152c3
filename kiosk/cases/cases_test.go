package cases_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/bilingual"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/hours"
)

func TestComplaintAndItsCase(t *testing.T) {
	rules := usual()
	rules.Topics = cases.Usual()
	rules.Topics[0].Owner = "1007"
	d := open(t, rules)
	file := cases.File{Request: "r1", Nonce: "abcd", Kind: cases.Complaint, Topic: "wait", Details: []string{"long"}, Text: " 等了一个小时\n ", Phone: "13800001234",
		Ticket: "t1", Service: "pay", Channel: record.ChannelLobby, Language: "zh"}
	c := d.must(file)
	want := cases.Case{ID: "20261124-001-abcd", Number: "20261124-001", Cause: "complaint", From: "p20261124-1-abcd", Ticket: "t1", Service: "pay", Topic: "wait",
		Details: []string{"long"}, Text: "等了一个小时", Phone: "13800001234", Language: "zh", Owner: "1007", Opened: record.Stamp(d.now),
		Deadline: time.Date(2026, 11, 30, 0, 0, 0, 0, shanghai).UTC()}
	c.Opened, c.Deadline = c.Opened.UTC(), c.Deadline.UTC()
	want.Opened = want.Opened.UTC()
	if !reflect.DeepEqual(c, want) {
		t.Errorf("case\n%+v, want\n%+v", c, want)
	}
	if types := typesOf(d); !reflect.DeepEqual(types, []string{"complaint.filed", "case.opened"}) {
		t.Errorf("records %q", types)
	}
	again := d.must(file)
	if again.Number != c.Number || len(d.records) != 2 {
		t.Errorf("asked again: %+v and %d records", again, len(d.records))
	}
	file.Text = "something else"
	d.refused(file, cases.ErrRequestReused)
	if next := d.must(cases.File{Kind: cases.Complaint, Topic: "other"}); next.Number != "20261124-002" || next.Owner != "supervisor" {
		t.Errorf("the next: %+v", next)
	}
}

func typesOf(d *desk) []string {
	var types []string
	for _, r := range d.records {
		types = append(types, r.Type)
	}
	return types
}

func TestRatingAndItsCase(t *testing.T) {
	d := open(t, usual())
	rating := cases.FromRating{Request: "r1", Nonce: "x1", Score: 2, Ticket: "t1", Service: "pay"}
	c := d.must(rating)
	if c.Cause != cases.Rating || c.From != "t1" || c.Score != 2 || !c.Deadline.Equal(d.now.Add(time.Hour)) {
		t.Errorf("case %+v", c)
	}
	rating.Nonce = "x2" // the hall makes a new one for each attempt
	if again := d.must(rating); again.ID != c.ID || len(d.records) != 1 {
		t.Errorf("asked again: %+v", again)
	}
	if c := d.must(cases.FromRating{Request: "r2", Score: 1}); c.From != "r2" || c.Number != "20261124-002" {
		t.Errorf("without a ticket: %+v", c)
	}
}

// TestReasonsAreThoseOfTheRating writes both records together, as the hall does.
func TestReasonsAreThoseOfTheRating(t *testing.T) {
	d := open(t, usual())
	answers := []record.SurveyAnswer{{Question: "overall", Score: 1}, {Question: "reasons", Options: []string{"wait", "papers"}}}
	write := func(ticket string, answers []record.SurveyAnswer) {
		e := record.NewEntry(record.SurveyAnswered, "survey", d.now, record.SurveyAnsweredData{Score: 1, Ticket: ticket, Answers: answers})
		r := record.Record{Seq: uint64(len(d.records) + 1), Type: e.Type, Source: e.Source, Time: e.Time, Data: e.Data}
		if err := d.state.Apply(r); err != nil {
			t.Fatal(err)
		}
		d.records = append(d.records, r)
	}
	write("t1", answers)
	d.checkFold()
	decided := d.must(cases.FromRating{Score: 1, Ticket: "t1", Answers: answers})
	kept, _ := d.state.Case(decided.ID)
	want := []string{"reasons/wait", "reasons/papers"}
	if !reflect.DeepEqual(decided.Reasons, want) || !reflect.DeepEqual(kept.Reasons, want) {
		t.Errorf("reasons %q, kept %q", decided.Reasons, kept.Reasons)
	}
	if other := d.must(cases.FromRating{Score: 1, Ticket: "t2"}); other.Reasons != nil {
		t.Errorf("another's reasons: %q", other.Reasons)
	}
	write("t3", answers)
	d.must(cases.File{Kind: cases.Complaint, Topic: "other", Ticket: "t3"}) // by the same customer, not the rating
	for _, c := range d.state.View(d.now).Open {
		if c.ID != decided.ID && c.Reasons != nil {
			t.Errorf("%s has the reasons of another: %q", c.Number, c.Reasons)
		}
	}
	d.checkFold()
}

func TestDeadlines(t *testing.T) {
	at := func(text string) time.Time {
		parsed, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, c := range []struct {
		name, now string
		due       cases.Due
		always    bool
		want      string
	}{
		{"the day itself does not count", "2026-11-24 09:30", cases.Due{Days: 1}, false, "2026-11-25 17:00"},
		{"nor when it is early in the morning", "2026-11-24 00:00", cases.Due{Days: 1}, false, "2026-11-25 17:00"},
		{"over a weekend", "2026-11-27 16:00", cases.Due{Days: 1}, false, "2026-11-30 17:00"},
		{"begun on a Sunday", "2026-11-29 10:00", cases.Due{Days: 2}, false, "2026-12-01 17:00"},
		{"over holidays, to a Saturday that is worked", "2026-09-30 10:00", cases.Due{Days: 3}, false, "2026-10-10 16:00"},
		{"five days", "2026-11-24 18:00", cases.Due{Days: 5}, false, "2026-12-01 17:00"},
		{"days of the calendar", "2026-11-27 16:00", cases.Due{Days: 2}, true, "2026-11-30 00:00"},
		{"time within a morning", "2026-11-24 09:30", cases.Due{Time: 2 * time.Hour}, false, "2026-11-24 11:30"},
		{"to the break's beginning", "2026-11-24 09:30", cases.Due{Time: 150 * time.Minute}, false, "2026-11-24 12:00"},
		{"over the break", "2026-11-24 11:00", cases.Due{Time: 2 * time.Hour}, false, "2026-11-24 14:00"},
		{"over a weekend", "2026-11-27 16:00", cases.Due{Time: 2 * time.Hour}, false, "2026-11-30 10:00"},
		{"48 hours of seven a day", "2026-11-24 09:00", cases.Due{Time: 48 * time.Hour}, false, "2026-12-02 16:00"},
		{"by the clock", "2026-11-27 16:00", cases.Due{Time: 48 * time.Hour}, true, "2026-11-29 16:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := usual()
			rules.Due = map[string]cases.Due{cases.Complaint: c.due}
			if !c.always {
				rules.Hours = week()
			}
			d := open(t, rules)
			d.now = at(c.now)
			opened := d.must(cases.File{Kind: cases.Complaint, Topic: "other"})
			if !opened.Deadline.Equal(at(c.want)) {
				t.Fatalf("deadline %s, want %s", opened.Deadline.In(shanghai), c.want)
			}
			d.now = opened.Deadline.Add(-time.Millisecond)
			if d.must(cases.Tick{}); d.state.View(d.now).Overdue != 0 {
				t.Error("overdue before its deadline")
			}
			if wake, ok := d.state.Wake(); !ok || !wake.Equal(opened.Deadline) {
				t.Errorf("wakes at %s, %v", wake, ok)
			}
			d.now = opened.Deadline
			if d.must(cases.Tick{}); d.state.View(d.now).Overdue != 1 {
				t.Error("not overdue at its deadline")
			}
			if _, ok := d.state.Wake(); ok {
				t.Error("wakes for nothing")
			}
		})
	}
}

// TestStationThatNeverOpens counts the days of the calendar: a deadline that never comes would be none.
func TestStationThatNeverOpens(t *testing.T) {
	rules := usual()
	rules.Hours = &hours.Hours{}
	rules.Due = map[string]cases.Due{cases.Complaint: {Days: 2}, cases.Rating: {Time: time.Hour}}
	d := open(t, rules)
	if c := d.must(cases.File{Kind: cases.Complaint, Topic: "other"}); !c.Deadline.Equal(time.Date(2026, 11, 27, 0, 0, 0, 0, shanghai)) {
		t.Errorf("days: %s", c.Deadline)
	}
	if c := d.must(cases.FromRating{Score: 1}); !c.Deadline.Equal(d.now.Add(time.Hour)) {
		t.Errorf("time: %s", c.Deadline)
	}
}

// TestDaysAreLocal files one complaint at the same instant in two time zones, and over a change of the clocks.
func TestDaysAreLocal(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	instant := time.Date(2026, 10, 23, 23, 30, 0, 0, time.UTC) // Saturday in Berlin, whose clocks change on Sunday
	for zone, want := range map[*time.Location][2]string{shanghai: {"20261024-001", "2026-10-27T00:00:00+08:00"}, berlin: {"20261024-001", "2026-10-27T00:00:00+01:00"},
		time.UTC: {"20261023-001", "2026-10-26T00:00:00Z"}} {
		rules := usual()
		rules.Zone, rules.Due = zone, map[string]cases.Due{cases.Complaint: {Days: 2}}
		d := open(t, rules)
		d.now = instant
		if c := d.must(cases.File{Kind: cases.Complaint, Topic: "other"}); c.Number != want[0] || c.Deadline.In(zone).Format(time.RFC3339) != want[1] {
			t.Errorf("%s: %s, due %s; want %s", zone, c.Number, c.Deadline.In(zone).Format(time.RFC3339), want)
		}
	}
}

func TestNumbersBeginAnewWithTheDay(t *testing.T) {
	d := open(t, usual())
	number := func() string { t.Helper(); return d.must(cases.FromRating{Score: 1}).Number }
	d.now = time.Date(2026, 11, 24, 23, 59, 59, 0, shanghai)
	first, second := number(), number()
	d.now = d.now.Add(time.Second)
	third := number()
	d.now = d.now.Add(-time.Minute) // a clock that is put back over midnight does not lead back
	fourth := number()
	if got := []string{first, second, third, fourth}; !reflect.DeepEqual(got, []string{"20261124-001", "20261124-002", "20261125-001", "20261125-002"}) {
		t.Errorf("numbers %q", got)
	}
	d.checkFold()
}

func TestWhatCannotBeFiled(t *testing.T) {
	d := open(t, usual())
	good := cases.File{Kind: cases.Complaint, Topic: "wait", Details: []string{"long"}}
	for name, c := range map[string]struct {
		change func(*cases.File)
		want   error
	}{
		"kind":             {func(f *cases.File) { f.Kind = "gossip" }, cases.ErrMalformed},
		"no topic":         {func(f *cases.File) { f.Topic, f.Details = "", nil }, cases.ErrMalformed},
		"topic":            {func(f *cases.File) { f.Topic = "weather" }, cases.ErrTopic},
		"detail":           {func(f *cases.File) { f.Details = []string{"rude"} }, cases.ErrTopic},
		"detail twice":     {func(f *cases.File) { f.Details = []string{"long", "long"} }, cases.ErrMalformed},
		"phone":            {func(f *cases.File) { f.Phone = "call me" }, cases.ErrMalformed},
		"long phone":       {func(f *cases.File) { f.Phone = strings.Repeat("1", 16) }, cases.ErrMalformed},
		"long text":        {func(f *cases.File) { f.Text = strings.Repeat("长", cases.MaxText+1) }, cases.ErrMalformed},
		"text":             {func(f *cases.File) { f.Text = "a\x00b" }, cases.ErrMalformed},
		"not UTF-8":        {func(f *cases.File) { f.Text = "a\xffb" }, cases.ErrMalformed},
		"request":          {func(f *cases.File) { f.Request = "no blanks" }, cases.ErrMalformed},
		"nonce":            {func(f *cases.File) { f.Nonce = "UP" }, cases.ErrMalformed},
		"channel":          {func(f *cases.File) { f.Channel = "letter" }, cases.ErrMalformed},
		"language":         {func(f *cases.File) { f.Language = "zh-CN" }, cases.ErrMalformed},
		"empty suggestion": {func(f *cases.File) { f.Kind, f.Topic, f.Details = cases.Suggestion, "", nil }, cases.ErrMalformed},
		"loose details":    {func(f *cases.File) { f.Kind, f.Topic, f.Text = cases.Praise, "", "thanks" }, cases.ErrTopic},
	} {
		t.Run(name, func(t *testing.T) {
			bad := good
			c.change(&bad)
			d.refused(bad, c.want)
		})
	}
	good.Text = strings.Repeat("长", cases.MaxText)
	d.must(good)
	d.must(cases.File{Kind: cases.Praise, Text: "谢谢"})
}

func TestClosedCasesAreForgottenAfterAWhile(t *testing.T) {
	d := open(t, usual())
	closed, stays := d.must(cases.FromRating{Score: 1}), d.must(cases.FromRating{Score: 2})
	d.must(cases.Close{Case: closed.ID, Outcome: cases.Settled, By: "3001"})
	d.now = d.now.Add(29 * 24 * time.Hour)
	d.must(cases.FromRating{Score: 1})
	if ended := d.state.View(d.now).Ended; len(ended) != 1 {
		t.Errorf("ended %+v", ended)
	}
	d.now = d.now.Add(2 * 24 * time.Hour)
	d.must(cases.FromRating{Score: 1})
	if _, known := d.state.Case(closed.ID); known {
		t.Error("a case closed a month ago is remembered")
	}
	if _, known := d.state.Case(stays.ID); !known {
		t.Error("a case that is open is forgotten")
	}
	d.checkFold()
}

func TestViewsDoNotChange(t *testing.T) {
	d := open(t, usual())
	c := d.must(cases.FromRating{Score: 1})
	d.must(cases.Note{Case: c.ID, Text: "one"})
	before := d.state.View(d.now)
	shown, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	d.must(cases.Note{Case: c.ID, Text: "two"})
	d.must(cases.Close{Case: c.ID, Outcome: cases.Settled})
	if after, err := json.Marshal(before); err != nil || string(after) != string(shown) {
		t.Errorf("a view has changed:\n%s\n%s", shown, after)
	}
}

func TestRulesThatCannotBe(t *testing.T) {
	long := bilingual.Text{Zh: strings.Repeat("长", 15), En: "long"}
	rules := cases.Rules{Threshold: 5, Due: map[string]cases.Due{"gossip": {Days: 1}, cases.Rating: {}, cases.Complaint: {Days: 1, Time: time.Hour}},
		Topics: []cases.Topic{{ID: "Wait", Text: long}, {ID: "a", Text: bilingual.Text{Zh: "甲", En: "A"}}, {ID: "a", Text: bilingual.Text{Zh: "乙"}}}}
	err := rules.Validate()
	for _, path := range []string{"zone:", "owner:", "threshold:", "due.gossip:", "due.rating:", "due.complaint:", "topics[0].id:", "topics[0].text.zh:", "topics[2].id:", "topics[2].text.en:"} {
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("nothing is said of %s in\n%v", path, err)
		}
	}
	if err := (cases.Rules{Zone: shanghai, Owner: "supervisor", Topics: cases.Usual()}).Validate(); err != nil {
		t.Errorf("the usual topics: %v", err)
	}
}

func TestRecordsThatDoNotFollow(t *testing.T) {
	d := open(t, usual())
	c := d.must(cases.FromRating{Score: 1})
	before := text(t, d.state)
	opened := d.records[0]
	for what, r := range map[string]record.Record{
		"opened twice": opened,
		"unknown":      {Type: record.CaseClosed, Time: opened.Time, Data: []byte(`{"case":"none","number":"1"}`)},
		"no id":        {Type: record.CaseOpened, Time: opened.Time, Data: []byte(`{"number":"1"}`)},
		"no JSON":      {Type: record.CaseNoted, Time: opened.Time, Data: []byte(`{`)},
		"complaint":    {Type: record.ComplaintFiled, Time: opened.Time, Data: []byte(`{"kind":"praise"}`)},
	} {
		if err := d.state.Apply(r); err == nil || text(t, d.state) != before {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := d.state.Apply(record.Record{Type: record.TicketIssued, Data: []byte(`{`)}); err != nil {
		t.Errorf("a record of another kind: %v", err)
	}
	d.must(cases.Close{Case: c.ID, Outcome: cases.Settled})
}

func TestKeptByAnotherVersion(t *testing.T) {
	d := open(t, usual())
	d.must(cases.FromRating{Score: 1})
	before := text(t, d.state)
	for _, kept := range []string{`{"format":2}`, `{"format":1,"cases":[{"id":""}]}`, `[]`} {
		if err := json.Unmarshal([]byte(kept), d.state); err == nil || text(t, d.state) != before {
			t.Errorf("%s: %v", kept, err)
		}
	}
}

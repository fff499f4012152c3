package cases_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/hours"
)

var shanghai = time.FixedZone("CST", 8*3600)

// tb is what a desk needs of *testing.T and *rapid.T.
type tb interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// desk is a state with the records that it came from.
type desk struct {
	t       tb
	rules   cases.Rules
	state   *cases.State
	records []record.Record
	now     time.Time
}

func usual() cases.Rules {
	return cases.Rules{Zone: shanghai, Owner: "supervisor", Threshold: 2, Due: map[string]cases.Due{cases.Rating: {Time: time.Hour}, cases.Complaint: {Days: 5}}}
}

// open begins on a Tuesday at nine.
func open(t tb, rules cases.Rules) *desk {
	t.Helper()
	if err := rules.Validate(); err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, rules: rules, state: cases.New(rules), now: time.Date(2026, 11, 24, 9, 0, 0, 0, shanghai)}
}

// do carries a command out.
func (d *desk) do(c cases.Command) (cases.Decision, error) {
	d.t.Helper()
	decision, err := d.state.Decide(c, d.now)
	if err != nil {
		return decision, err
	}
	for _, e := range decision.Entries {
		r := record.Record{Seq: uint64(len(d.records) + 1), Type: e.Type, Source: e.Source, Time: e.Time, Clock: record.Synced, Data: e.Data}
		if err := errors.Join(r.Validate(), d.state.Apply(r)); err != nil {
			d.t.Fatalf("%#v: %v", c, err)
		}
		d.records = append(d.records, r)
	}
	return decision, nil
}

func (d *desk) must(c cases.Command) cases.Case {
	d.t.Helper()
	decision, err := d.do(c)
	if err != nil {
		d.t.Fatalf("%#v: %v", c, err)
	}
	return decision.Case
}

func (d *desk) refused(c cases.Command, why error) {
	d.t.Helper()
	before := len(d.records)
	if _, err := d.do(c); !errors.Is(err, why) || len(d.records) != before {
		d.t.Errorf("%#v: %v and %d records, want %v", c, err, len(d.records)-before, why)
	}
}

// refold is the state of another kiosk that reads the same journal.
func (d *desk) refold() *cases.State {
	d.t.Helper()
	s := cases.New(d.rules)
	for _, r := range d.records {
		if err := s.Apply(r); err != nil {
			d.t.Fatal(err)
		}
	}
	return s
}

// text is everything that a state remembers.
func text(t tb, s *cases.State) string {
	t.Helper()
	kept, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(kept)
}

// checkFold checks that the state is the fold of its records, and that it survives being kept.
func (d *desk) checkFold() {
	d.t.Helper()
	want := text(d.t, d.state)
	if got := text(d.t, d.refold()); got != want {
		d.t.Fatalf("the fold of the records is not the state:\n%s\n%s", got, want)
	}
	kept := cases.New(d.rules)
	if err := json.Unmarshal([]byte(want), kept); err != nil {
		d.t.Fatal(err)
	}
	if got := text(d.t, kept); got != want {
		d.t.Fatalf("kept, it is another:\n%s\n%s", got, want)
	}
	if got, want := kept.View(d.now), d.state.View(d.now); !reflect.DeepEqual(got, want) {
		d.t.Fatalf("kept, it shows something else:\n%+v\n%+v", got, want)
	}
}

// week is open on weekdays from nine to five, with a break, and closed on the first days of October.
func week() *hours.Hours {
	h := &hours.Hours{Days: map[string][]hours.Span{}}
	for day := time.Monday; day <= time.Friday; day++ {
		h.Week[day] = []hours.Span{{From: 9 * time.Hour, To: 12 * time.Hour}, {From: 13 * time.Hour, To: 17 * time.Hour}}
	}
	for _, holiday := range []string{"2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"} {
		h.Days[holiday] = nil
	}
	h.Days["2026-10-10"] = []hours.Span{{From: 9 * time.Hour, To: 16 * time.Hour}} // a Saturday that is worked for them
	return h
}

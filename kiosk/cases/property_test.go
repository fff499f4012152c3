package cases_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/kiosk/cases"
)

// TestAnyHistory does anything in any order, at a clock that also steps back, and checks after each command what always
// holds.
func TestAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := usual()
		rules.Due[cases.Suggestion] = cases.Due{Days: 1}
		if rapid.Bool().Draw(t, "hours") {
			rules.Hours = week()
		}
		d := open(t, rules)
		ids := []string{"none"}
		closed := map[string]bool{}
		for i := range rapid.IntRange(1, 40).Draw(t, "commands") {
			d.now = d.now.Add(time.Duration(rapid.IntRange(-120, 3000).Draw(t, "minutes")) * time.Minute)
			c := command(t, rapid.SampledFrom(ids).Draw(t, "case"), fmt.Sprint("n", i), d.now)
			before, records := text(t, d.state), len(d.records)
			decision, err := d.do(c)
			if err != nil && (text(t, d.state) != before || len(d.records) != records) {
				t.Fatalf("%#v: %v, but something changed", c, err)
			}
			if err == nil && len(decision.Entries) > 0 && decision.Case.ID != "" {
				ids = append(ids, decision.Case.ID)
				got, known := d.state.Case(decision.Case.ID)
				if a, b := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", decision.Case); !known || a != b {
					t.Fatalf("%#v: told\n%s, but it is\n%s", c, b, a)
				}
			}
			repeat(t, d, c, decision, err)
			invariants(t, d, closed)
			d.checkFold()
		}
	})
}

func command(t *rapid.T, id, nonce string, now time.Time) cases.Command {
	request := rapid.SampledFrom([]string{"", "", "r1", "r2", "r3"}).Draw(t, "request")
	by := rapid.SampledFrom([]string{"", "3001"}).Draw(t, "by")
	note := rapid.SampledFrom([]string{"", "words"}).Draw(t, "note")
	switch rapid.IntRange(0, 6).Draw(t, "command") {
	case 0:
		return cases.File{Request: request, Nonce: nonce, Kind: rapid.SampledFrom([]string{cases.Complaint, cases.Suggestion, cases.Praise, "gossip"}).Draw(t, "kind"),
			Topic: rapid.SampledFrom([]string{"wait", "other", "weather", ""}).Draw(t, "topic"), Text: note}
	case 1:
		return cases.FromRating{Request: request, Nonce: nonce, Score: rapid.IntRange(1, 5).Draw(t, "score"), Ticket: rapid.SampledFrom([]string{"", "t1"}).Draw(t, "ticket")}
	case 2:
		a := cases.Assign{Request: request, Case: id, Owner: rapid.SampledFrom([]string{"", "1001"}).Draw(t, "owner"), By: by, Note: note}
		if rapid.Bool().Draw(t, "deadline") {
			a.Deadline = now.Add(time.Duration(rapid.IntRange(-60, 6000).Draw(t, "within")) * time.Minute)
		}
		return a
	case 3:
		return cases.Note{Request: request, Case: id, By: by, Text: note}
	case 4:
		return cases.Close{Request: request, Case: id, By: by, Outcome: rapid.SampledFrom(append([]string{"forgotten"}, cases.Outcomes...)).Draw(t, "outcome"), Note: note}
	}
	return cases.Tick{}
}

// repeat asks for the same once more, as a page does that had no answer.
func repeat(t *rapid.T, d *desk, c cases.Command, first cases.Decision, err error) {
	_, ticks := c.(cases.Tick)
	if err != nil || !ticks && !named(c) {
		return
	}
	before := text(t, d.state)
	again, err := d.do(c)
	if err != nil || len(again.Entries) > 0 || text(t, d.state) != before {
		t.Fatalf("%#v again: %v, %d records", c, err, len(again.Entries))
	}
	if !ticks && again.Case.ID != first.Case.ID {
		t.Fatalf("%#v again: case %q, at first %q", c, again.Case.ID, first.Case.ID)
	}
}

// named tells whether a command has a request.
func named(c cases.Command) bool {
	switch c := c.(type) {
	case cases.File:
		return c.Request != ""
	case cases.FromRating:
		return c.Request != ""
	case cases.Assign:
		return c.Request != ""
	case cases.Note:
		return c.Request != ""
	case cases.Close:
		return c.Request != ""
	}
	return false
}

func invariants(t *rapid.T, d *desk, closed map[string]bool) {
	v := d.state.View(d.now)
	numbers := map[string]bool{}
	late := 0
	for i, c := range append(v.Open[:len(v.Open):len(v.Open)], v.Ended...) {
		if numbers[c.Number] {
			t.Fatalf("two cases have the number %s", c.Number)
		}
		numbers[c.Number] = true
		if i < len(v.Open) && closed[c.ID] {
			t.Fatalf("%s was closed, and is open", c.Number)
		}
		if i < len(v.Open) && c.Late(d.now) {
			late++
		}
		if i > 0 && i < len(v.Open) && c.Deadline.Before(v.Open[i-1].Deadline) {
			t.Fatalf("%s is due before the one in front of it", c.Number)
		}
		if c.Owner == "" || c.Deadline.IsZero() {
			t.Fatalf("%s has the owner %q, and is due at %s", c.Number, c.Owner, c.Deadline)
		}
		closed[c.ID] = c.Status() == cases.Closed
	}
	if late != v.Overdue {
		t.Fatalf("%d are said to be overdue, %d are", v.Overdue, late)
	}
}

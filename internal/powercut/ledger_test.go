package main

import (
	"slices"
	"strings"
	"testing"

	"stationkeeper/internal/powercut/report"
	"stationkeeper/internal/record"
)

// tell hands statements to a ledger.
func tell(l *ledger, lines ...report.Line) *ledger {
	for _, line := range lines {
		l.take(line)
	}
	return l
}

func line(verb report.Verb, first, last uint64, text string) report.Line {
	return report.Line{Verb: verb, Series: "events", First: first, Last: last, Text: text}
}

// life one writes three records, of which two are reported durable.
var lifeOne = []report.Line{
	{Verb: report.Opened, Text: "epoch-1"},
	line(report.Whole, 0, 0, ""),
	line(report.Checked, 0, 0, ""),
	line(report.Wrote, 1, 1, "a"),
	line(report.Wrote, 2, 2, "b"),
	line(report.Kept, 1, 2, ""),
	line(report.Wrote, 3, 3, "c"),
	line(report.Acked, 0, 1, ""),
}

func TestLedgerAccepts(t *testing.T) {
	for name, found := range map[string][]report.Line{
		"what was reported":     {line(report.Held, 1, 1, "a"), line(report.Held, 2, 2, "b"), line(report.Whole, 0, 2, "")},
		"also what was not":     {line(report.Held, 1, 1, "a"), line(report.Held, 2, 2, "b"), line(report.Held, 3, 3, "c"), line(report.Whole, 0, 3, "")},
		"expired after its ack": {line(report.Gone, 1, 1, record.ReasonExpired), line(report.Held, 2, 2, "b"), line(report.Whole, 0, 2, "")},
	} {
		l := tell(newLedger(false), lifeOne...)
		l.begin()
		tell(l, report.Line{Verb: report.Opened, Text: "epoch-1"})
		tell(l, append(found, line(report.Checked, 0, 0, ""))...)
		if len(l.problems) > 0 {
			t.Errorf("%s: %q", name, l.problems)
		}
		if l.tally.Missing > 0 || l.tally.Reported != 2 || l.tally.Found+l.tally.Buried != 2 {
			t.Errorf("%s: %+v", name, l.tally)
		}
	}
}

func TestLedgerFinds(t *testing.T) {
	held := func(seqs string) []report.Line {
		var lines []report.Line
		for i, mark := range seqs {
			lines = append(lines, line(report.Held, uint64(i+1), uint64(i+1), string(mark)))
		}
		return append(lines, line(report.Whole, 0, uint64(len(seqs)), ""))
	}
	for name, test := range map[string]struct {
		found []report.Line
		want  string
	}{
		"everything lost":     {held(""), "2 records missing although reported durable, from 1 to 2"},
		"the last lost":       {held("a"), "1 records missing although reported durable, from 2 to 2"},
		"other content":       {held("ax"), "1 records found with other content than was written, from 2 to 2"},
		"content of nobody":   {held("abx"), "1 records found with other content than was written, from 3 to 3"},
		"a gap":               {[]report.Line{line(report.Held, 2, 2, "b"), line(report.Whole, 0, 2, "")}, "events 1: neither a record nor a tombstone"},
		"found twice":         {append([]report.Line{line(report.Held, 1, 1, "a")}, held("ab")...), "events 1: found twice"},
		"damaged":             {[]report.Line{line(report.Gone, 1, 2, record.ReasonDamaged), line(report.Whole, 0, 2, "")}, `under a tombstone that says "damaged"`},
		"full with much room": {[]report.Line{line(report.Gone, 1, 2, record.ReasonFull), line(report.Whole, 0, 2, "")}, `under a tombstone that says "full"`},
		"expired unasked":     {[]report.Line{line(report.Gone, 1, 2, record.ReasonExpired), line(report.Whole, 0, 2, "")}, `1 to 2: under a tombstone that says "expired"`},
		"a new epoch":         {append([]report.Line{{Verb: report.Opened, Text: "epoch-2"}}, held("ab")...), "a new epoch: epoch-2 after epoch-1"},
		"something else":      {append([]report.Line{{Verb: report.Wrong, Text: "page 7 is nobody's"}}, held("ab")...), "page 7 is nobody's"},
	} {
		l := tell(newLedger(false), lifeOne...)
		l.begin()
		tell(l, append(slices.Clone(test.found), line(report.Checked, 0, 0, ""))...)
		if !strings.Contains(strings.Join(l.problems, "\n"), test.want) {
			t.Errorf("%s: %q, expected %q", name, l.problems, test.want)
		}
	}
}

func TestLedgerRemembersWhatItFound(t *testing.T) {
	l := tell(newLedger(false), lifeOne...)
	l.begin()
	tell(l, line(report.Held, 1, 1, "a"), line(report.Held, 2, 2, "b"), line(report.Held, 3, 3, "c"),
		line(report.Whole, 0, 3, ""), line(report.Checked, 0, 0, ""))
	if l.tally.Unreported != 1 || len(l.problems) > 0 {
		t.Fatalf("%+v %q", l.tally, l.problems)
	}
	l.begin()
	tell(l, line(report.Held, 1, 1, "a"), line(report.Held, 2, 2, "b"), line(report.Whole, 0, 2, ""), line(report.Checked, 0, 0, ""))
	if want := "events: 1 records missing although found after an earlier power cut, from 3 to 3"; !slices.Equal(l.problems, []string{want}) {
		t.Errorf("%q", l.problems)
	}
}

func TestLedgerForgetsACheckThatWasCut(t *testing.T) {
	l := tell(newLedger(false), lifeOne...)
	l.begin()
	tell(l, line(report.Held, 1, 1, "a")) // and the power fails
	l.begin()
	tell(l, line(report.Held, 1, 1, "a"), line(report.Held, 2, 2, "b"), line(report.Whole, 0, 2, ""), line(report.Checked, 0, 0, ""))
	if len(l.problems) > 0 || !l.checked {
		t.Errorf("%q", l.problems)
	}
}

func TestLedgerExpectsAnEpochThatWasAskedFor(t *testing.T) {
	l := tell(newLedger(false), lifeOne...)
	tell(l, report.Line{Verb: report.Renewing})
	l.begin()
	tell(l, report.Line{Verb: report.Opened, Text: "epoch-2"})
	if len(l.problems) > 0 {
		t.Fatalf("%q", l.problems)
	}
	if tell(l, report.Line{Verb: report.Opened, Text: "epoch-3"}); len(l.problems) != 1 {
		t.Errorf("a second one was accepted: %q", l.problems)
	}
}

func TestLedgerHoldsHeadOfficeToWhatItAcknowledged(t *testing.T) {
	l := tell(newLedger(true), line(report.Checked, 0, 0, ""), line(report.Wrote, 1, 1, "a"), line(report.Kept, 1, 1, ""), line(report.Through, 0, 9, ""))
	l.begin()
	tell(l, line(report.Held, 1, 1, "a"), line(report.Whole, 0, 1, ""), line(report.Checked, 0, 0, ""))
	if want := "events is whole through 1: it was reported to be through 9"; !slices.Equal(l.problems, []string{want}) {
		t.Errorf("%q", l.problems)
	}
}

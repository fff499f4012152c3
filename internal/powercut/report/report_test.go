package report

import "testing"

func TestLinesAreReadAsTheyWereSaid(t *testing.T) {
	for _, l := range []Line{
		{Verb: Hello},
		{Verb: Held, Series: "events", First: 7, Last: 7, Text: "00ff"},
		{Verb: Gone, Series: "kiosk/telemetry", First: 1, Last: 1 << 62, Text: "full"},
		{Verb: Wrong, Text: "open /disk/x: no such file - or so"},
	} {
		got, err := Parse(l.String())
		if err != nil || got != l {
			t.Errorf("%q: %+v, %v", l, got, err)
		}
	}
}

func TestALineIsOneLine(t *testing.T) {
	l := Line{Verb: Wrong, Text: "first\nsecond"}
	if got := l.String(); got != "wrong - 0 0 first; second" {
		t.Errorf("%q", got)
	}
}

func TestPartsOfLinesAreRefused(t *testing.T) {
	for _, text := range []string{"", "kept", "kept events 1", "kept events 1 2", "kept events one 2 -", "kept events 1 -2 -"} {
		if l, err := Parse(text); err == nil {
			t.Errorf("%q: %+v", text, l)
		}
	}
}

package counter

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// told are the errors written down, as "message×times".
func told(t *testing.T, entries []record.Entry) string {
	t.Helper()
	text := ""
	for _, e := range entries {
		var d record.PageFailedData
		if err := json.Unmarshal(e.Data, &d); err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("%s×%d ", d.Message, d.Times)
	}
	return text
}

func TestAnErrorThatComesAgainIsCounted(t *testing.T) {
	f, now := newFaults(), time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	e := fault{Page: "desk", Message: "boom", Where: "desk.js:1:2", Browser: "b"}
	elsewhere := e
	elsewhere.Where = "desk.js:9:9"
	for _, step := range []struct {
		pass  time.Duration
		error fault
		times int
		want  string
	}{
		{0, e, 1, "boom×1 "},
		{time.Second, e, 1, ""},
		{time.Second, e, 5, ""},
		{time.Second, elsewhere, 2, "boom×2 "},
		{faultEvery - 3*time.Second - 1, e, 1, ""},
		{1, e, 1, "boom×8 "},
		{time.Second, e, 1, ""},
	} {
		now = now.Add(step.pass)
		if got := told(t, f.report(step.error, step.times, now)); got != step.want {
			t.Errorf("%s: written %q, want %q", now, got, step.want)
		}
	}
	if got := told(t, f.due(now.Add(faultEvery-2*time.Second))); got != "" {
		t.Errorf("too early: %q", got)
	}
	if got := told(t, f.due(now.Add(faultEvery))); got != "boom×1 " {
		t.Errorf("what came again: %q", got)
	}
	if f.due(now.Add(3 * faultEvery)); len(f.known) != 0 {
		t.Errorf("remembered for ever: %d", len(f.known))
	}
}

func TestErrorsOfAllKindsAreBounded(t *testing.T) {
	f, now := newFaults(), time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	written := 0
	for n := range 10000 {
		now = now.Add(time.Millisecond)
		written += len(f.report(fault{Page: "desk", Message: fmt.Sprint("made up ", n)}, 1, now))
	}
	if written != faultsKept+1 || len(f.known) != faultsKept+1 {
		t.Errorf("%d records of %d errors", written, len(f.known))
	}
	if got := told(t, f.due(now.Add(faultEvery))); got != fmt.Sprintf("further errors in pages×%d ", 10000-faultsKept-1) {
		t.Errorf("the rest: %s", got)
	}
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/sensors/contact"
)

func note(n int) record.Entry {
	return record.NewEntry("door.opened", "door", noon, map[string]int{"n": n})
}

func TestWhatTheJournalRefusesWaitsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := &trail{seq: map[record.Stream]uint64{}, refuses: errors.New("disk full")}
		l := newLedger(tr, quiet())
		if l.write(record.Events, note(1)) || l.write(record.Telemetry, note(2)) || l.write(record.Events, note(3), note(4)) {
			t.Error("said to be written")
		}
		start := time.Now()
		for _, pause := range []time.Duration{1, 3, 7, 15, 31, 61, 91} { // seconds since the start: 1, 2, 4, 8, 16, 30, 30 between
			<-l.due()
			if l.again() || time.Since(start) != pause*time.Second {
				t.Errorf("tried again after %v, want %v", time.Since(start), pause*time.Second)
			}
		}
		tr.refuses = nil
		if l.write(record.Events, note(5)) {
			t.Error("overtook what waits")
		}
		<-l.due()
		if !l.again() || l.last[record.Events] != 4 || l.last[record.Telemetry] != 1 {
			t.Errorf("not all written: %v", l.last)
		}
		if !l.write(record.Events, note(6)) {
			t.Error("still waits")
		}
		l.close()
		expectWords(t, tr.take(), `events: door.opened {"n":1}`, `telemetry: door.opened {"n":2}`, `events: door.opened {"n":3}`,
			`events: door.opened {"n":4}`, `events: door.opened {"n":5}`, `events: door.opened {"n":6}`)
	})
}

func TestTooMuchForMemoryLosesReadingsFirstAndSaysSo(t *testing.T) {
	var log bytes.Buffer
	tr := &trail{seq: map[record.Stream]uint64{}, refuses: errors.New("disk full")}
	l := newLedger(tr, slog.New(slog.NewTextHandler(&log, nil)))
	l.write(record.Events, note(0))
	l.write(record.Telemetry, note(1), note(2))
	for n := range ledgerMost {
		l.write(record.Events, note(n+3))
	}
	if len(l.waiting) != ledgerMost || l.lost[record.Telemetry] != 2 || l.lost[record.Events] != 1 {
		t.Fatalf("%d wait, lost %v, want %d, 2 readings and 1 event", len(l.waiting), l.lost, ledgerMost)
	}
	if first := string(l.waiting[0].Data); first != `{"n":3}` {
		t.Errorf("oldest that waits is %s", first)
	}
	tr.refuses = nil
	l.close()
	if len(tr.take()) != ledgerMost {
		t.Error("not all that waited was written")
	}
	for _, said := range []string{"records are being lost", "stream=telemetry", "stream=events", fmt.Sprintf("written_late=%d", ledgerMost), "lost_events=1", "lost_readings=2"} {
		if !strings.Contains(log.String(), said) {
			t.Errorf("the log does not say %q:\n%s", said, &log)
		}
	}
}

func TestWhatIsLostAtTheEndIsCounted(t *testing.T) {
	var log bytes.Buffer
	tr := &trail{seq: map[record.Stream]uint64{}, refuses: errors.New("disk full")}
	l := newLedger(tr, slog.New(slog.NewTextHandler(&log, nil)))
	l.write(record.Events, note(1), note(2))
	l.close()
	if !strings.Contains(log.String(), "records lost") || !strings.Contains(log.String(), "records=2") {
		t.Errorf("the log does not say so:\n%s", &log)
	}
}

// The door goes on while the journal refuses, and nothing of it is lost.
func TestDoorsAreShownWhileTheJournalRefuses(t *testing.T) {
	p, tr := newPoints(t)
	tr.refuses = errors.New("disk full")
	p.door("door", contact.Sighting{Active: true, At: noon})
	p.failed("office/temperature", "no answer", noon)
	expectWords(t, tr.take(), "state: open good", "state: <nil> faulty no answer")
	tr.refuses = nil
	p.late()
	expectWords(t, tr.take(), `events: door.opened {}`, `events: point.failed {"quality":"faulty","reason":"no answer"}`)
	if m := readMemory(p.dir+"/"+memoryName, quiet()); m.Seq != 2 || m.Faults["office/temperature"] != "no answer" {
		t.Errorf("remembered %+v", m)
	}
}

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
)

func line(n int) record.Entry {
	return record.NewEntry("door.opened", "door", noon, map[string]int{"n": n})
}

func happened(n ...int) (of note) {
	for _, n := range n {
		of.events = append(of.events, line(n))
	}
	return of
}

func TestWhatTheJournalRefusesWaitsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrail()
		tr.refuses = errors.New("disk full")
		s := newScribe(tr, tr, t.TempDir(), quiet())
		go s.run()
		s.put(happened(1))
		s.put(note{readings: []record.Entry{line(2)}, states: []shown{{"door", record.State{Value: "open", Quality: record.Good}}}})
		s.put(happened(3, 4))
		synctest.Wait()
		expectWords(t, tr.take(), "state: open good") // what is now is shown all the same
		time.Sleep(30 * time.Second)                  // tried again after 1, 2, 4 and 8 s, next after 16 more
		tr.mu.Lock()
		tr.refuses = nil
		tr.mu.Unlock()
		s.put(happened(5))
		synctest.Wait()
		expectWords(t, tr.take())
		time.Sleep(retryLast)
		s.put(happened(6))
		synctest.Wait()
		expectWords(t, tr.take(), `telemetry: door.opened {"n":2}`,
			`events: door.opened {"n":1}, door.opened {"n":3}, door.opened {"n":4}, door.opened {"n":5}`, `events: door.opened {"n":6}`)
		s.close()
	})
}

func TestTooMuchForMemoryLosesReadingsFirstAndSaysSo(t *testing.T) {
	var log bytes.Buffer
	tr := newTrail()
	tr.refuses = errors.New("disk full")
	s := newScribe(tr, tr, t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
	s.write([]note{happened(0), {readings: []record.Entry{line(1), line(2)}}})
	for n := range mostWaiting {
		s.write([]note{happened(n + 3)})
	}
	if len(s.waiting) != mostWaiting || s.lost[record.Telemetry] != 2 || s.lost[record.Events] != 1 {
		t.Fatalf("%d wait, lost %v, want %d, 2 readings and 1 event", len(s.waiting), s.lost, mostWaiting)
	}
	if first := string(s.waiting[0].Data); first != `{"n":3}` {
		t.Errorf("oldest that waits is %s", first)
	}
	tr.refuses = nil
	s.finish()
	if n := tr.seq[record.Events]; n != mostWaiting {
		t.Errorf("%d written", n)
	}
	for _, said := range []string{"records are being lost", "stream=telemetry", "stream=events", fmt.Sprintf("written_late=%d", mostWaiting), "lost_events=1", "lost_readings=2"} {
		if !strings.Contains(log.String(), said) {
			t.Errorf("the log does not say %q:\n%s", said, &log)
		}
	}
}

func TestWhatIsLostAtTheEndIsCounted(t *testing.T) {
	var log bytes.Buffer
	tr := newTrail()
	tr.refuses = errors.New("disk full")
	s := newScribe(tr, tr, t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
	s.write([]note{happened(1, 2)})
	s.finish()
	if !strings.Contains(log.String(), "records lost") || !strings.Contains(log.String(), "records=2") {
		t.Errorf("the log does not say so:\n%s", &log)
	}
}

// A record that no journal could take must not stop those behind it.
func TestABadRecordIsDroppedAlone(t *testing.T) {
	tr := newTrail()
	s := newScribe(tr, tr, t.TempDir(), quiet())
	bad := line(1)
	bad.Source = "a b"
	s.write([]note{{events: []record.Entry{bad, line(2)}}})
	expectWords(t, tr.take(), `events: door.opened {"n":2}`)
}

// The memory is never ahead of the journal: it is saved with what is on disk, some time after, and at the end.
func TestTheMemoryFollowsTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrail()
		tr.refuses = errors.New("disk full")
		s := newScribe(tr, tr, t.TempDir(), quiet())
		go s.run()
		of := func(reason string, n int) note {
			return note{events: []record.Entry{line(n)}, memory: &memory{Faults: map[string]string{"a": reason}}}
		}
		saved := func() memory { return readMemory(s.dir+"/"+memoryName, quiet()) }
		s.put(of("first", 1))
		time.Sleep(saveAfter + time.Second)
		if m := saved(); m.Seq != 0 {
			t.Errorf("saved before its event was written: %+v", m)
		}
		tr.mu.Lock()
		tr.refuses = nil
		tr.mu.Unlock()
		time.Sleep(retryLast + saveAfter)
		if m := saved(); m.Seq != 1 || m.Faults["a"] != "first" {
			t.Errorf("saved %+v", m)
		}
		s.put(of("second", 2))
		s.close()
		if m := saved(); m.Seq != 2 || m.Faults["a"] != "second" {
			t.Errorf("saved at the end %+v", m)
		}
	})
}

// While the disk hangs, what people did is kept before what was measured.
func TestAHangingDiskLosesReadingsFirst(t *testing.T) {
	var log bytes.Buffer
	tr := newTrail()
	s := newScribe(tr, tr, t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
	s.put(note{readings: []record.Entry{line(0)}})
	for n := range mostWaiting + 10 {
		s.put(happened(n))
	}
	notes, _ := s.take()
	if len(notes) != mostWaiting+10 || len(notes[0].events) != 1 || !strings.Contains(log.String(), "lost_readings=1") {
		t.Errorf("%d notes, the first %+v; the log: %s", len(notes), notes[0], &log)
	}
}

package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
)

// past is a journal to be remembered.
type past struct {
	epoch   string
	records []record.Record
}

func (p past) Epoch() string { return p.epoch }

func (p past) Read(stream record.Stream, after uint64, limit int) ([]record.Record, []record.Lost, error) {
	var found []record.Record
	for _, r := range p.records {
		if stream == record.Events && r.Seq > after && len(found) < limit {
			found = append(found, r)
		}
	}
	return found, nil, nil
}

// with returns the journal after one more event.
func (p past) with(typ, source string, data any) past {
	e := record.NewEntry(typ, source, noon, data)
	p.records = append(p.records[:len(p.records):len(p.records)], record.Record{Seq: uint64(len(p.records)) + 1, Type: typ, Source: source, Data: e.Data})
	return p
}

// forgetting returns the journal without its first records.
func (p past) forgetting(n int) past {
	p.records = p.records[n:]
	return p
}

func mustRemember(t *testing.T, dir string, p past) memory {
	t.Helper()
	m, err := remember(dir, p, quiet())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMemoryIsFoldedFromTheJournal(t *testing.T) {
	p := past{epoch: "e1"}
	for range 1500 { // more than a page
		p = p.with(record.DoorOpened, "door", record.DoorData{})
	}
	p = p.with(record.AlarmRaised, "a", record.AlarmData{Serial: 6, Rule: "high"}).
		with(record.AlarmCleared, "a", record.AlarmData{Serial: 6, Rule: "high"}).
		with(record.AlarmRaised, "a", record.AlarmData{Serial: 7, Rule: "high"}).
		with(record.PointFailed, "a", record.PointData{Reason: "x"}).
		with(record.PointFailed, "b", record.PointData{Reason: "y"}).
		with(record.PointFailed, "c", record.PointData{Reason: "z"}).
		with(record.PointRecovered, "a", record.PointData{})
	m := mustRemember(t, t.TempDir(), p)
	m.keepOnly([]string{"a", "b"})
	want := memory{Epoch: "e1", Seq: 1507, Faults: map[string]string{"b": "y"}, Commands: map[string]time.Time{}, Alarms: alarm.State{
		Last: 7, Open: []alarm.Alarm{{Point: "a", AlarmData: record.AlarmData{Serial: 7, Rule: "high"}}}}}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %+v\nwant %+v", m, want)
	}
}

// What the journal has forgotten, the file still knows; what came after the file, the journal does.
func TestMemoryOutlivesWhatTheJournalForgets(t *testing.T) {
	dir := t.TempDir()
	p := past{epoch: "e1"}.with(record.AlarmRaised, "a", record.AlarmData{Serial: 1, Rule: "high"})
	if err := mustRemember(t, dir, p).save(dir); err != nil {
		t.Fatal(err)
	}
	p = p.with(record.AlarmRaised, "b", record.AlarmData{Serial: 2, Rule: "high"}).forgetting(1)
	if m := mustRemember(t, dir, p); m.Alarms.Last != 2 || len(m.Alarms.Open) != 2 || m.Seq != 2 {
		t.Errorf("got %+v", m)
	}
	// A new journal starts at seq 1 again, but serials go on.
	p = past{epoch: "e2"}.with(record.AlarmCleared, "a", record.AlarmData{Serial: 1, Rule: "high"})
	if m := mustRemember(t, dir, p); m.Epoch != "e2" || m.Seq != 1 || m.Alarms.Last != 1 || len(m.Alarms.Open) != 0 {
		t.Errorf("got %+v", m)
	}
}

func TestMemoryDoesWithoutItsFile(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "{", `{"alarms":7}`, `{"faults":null}`} {
		if err := os.WriteFile(filepath.Join(dir, memoryName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p := past{epoch: "e1"}.with(record.PointFailed, "a", record.PointData{Reason: "x"})
		if m := mustRemember(t, dir, p); m.Faults["a"] != "x" {
			t.Errorf("%q: got %+v", text, m)
		}
	}
	if err := (memory{}).save(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("saved where there is no folder")
	}
}

func TestRubbishInTheJournalIsPassedOver(t *testing.T) {
	p := past{epoch: "e1"}.with(record.AlarmRaised, "a", map[string]string{"serial": "x"}).
		with(record.PointFailed, "a", []int{1}).
		with(record.AlarmRaised, "a", record.AlarmData{Serial: 3, Rule: "high"})
	if m := mustRemember(t, t.TempDir(), p); m.Alarms.Last != 3 || m.Seq != 3 {
		t.Errorf("got %+v", m)
	}
}

func TestHabitsAreKeptAndRubbishIsLearntAgain(t *testing.T) {
	dir := t.TempDir()
	if h := readHabits(dir, quiet()); h != nil {
		t.Errorf("habits of nothing: %v", h)
	}
	if err := saveHabits(dir, alarm.Habits{"a": &alarm.Habit{}, "b": nil}); err != nil {
		t.Fatal(err)
	}
	if h := readHabits(dir, quiet()); len(h) != 1 || h["a"] == nil {
		t.Errorf("kept %v", h)
	}
	if err := os.WriteFile(filepath.Join(dir, habitsName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if h := readHabits(dir, quiet()); h != nil {
		t.Errorf("habits of rubbish: %v", h)
	}
	if err := saveHabits(filepath.Join(dir, "nowhere"), nil); err == nil {
		t.Error("kept where there is no folder")
	}
}

func TestCommandsAndDocumentsAreRemembered(t *testing.T) {
	p := past{epoch: "e1"}.with(record.CommandExecuted, "door", record.CommandData{ID: "c1", Expires: noon}).
		with(record.CommandRefused, "command", record.CommandData{ID: "c2", Expires: noon}).
		with(record.ConfigApplied, "config", record.ConfigData{Version: 3}).
		with(record.ConfigRefused, "config", record.ConfigData{Version: 4, Reason: "bad"})
	m := mustRemember(t, t.TempDir(), p)
	if len(m.Commands) != 2 || !m.Commands["c2"].Equal(noon) || m.Config != 3 || m.Refused == nil || m.Refused.Version != 4 || m.Refused.Reason != "bad" {
		t.Errorf("got %+v", m)
	}
	if m := mustRemember(t, t.TempDir(), p.with(record.ConfigApplied, "config", record.ConfigData{Version: 5})); m.Refused != nil || m.Config != 5 {
		t.Errorf("got %+v", m)
	}
	for _, typ := range []string{record.CommandExecuted, record.ConfigApplied, record.ConfigRefused} {
		if err := m.fold(record.Record{Seq: 9, Type: typ, Data: []byte(`{"id":7,"version":"x"}`)}); err == nil {
			t.Errorf("%s: rubbish was taken", typ)
		}
	}
}

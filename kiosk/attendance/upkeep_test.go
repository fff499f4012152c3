package attendance

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/devices"
)

// keptJournal is a journal in a folder, with a clock that is believed.
func keptJournal(t *testing.T, dir string) *journal.Journal {
	t.Helper()
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(dir, journal.Options{Clock: system, MaxBytes: 16 << 20, MaxRecords: 1_000_000, MaxAge: 24 * time.Hour, Retain: 24 * time.Hour, TelemetryDelay: time.Second, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func keptUpkeep(t *testing.T, dir string, j Journal) *upkeep {
	t.Helper()
	u, err := openUpkeep(dir, j, quiet())
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func typesIn(t *testing.T, j *journal.Journal) string {
	t.Helper()
	records, _, err := j.Read(record.Events, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, r := range records {
		types = append(types, r.Type)
	}
	return strings.Join(types, " ")
}

func moment(second int) record.Moment {
	d := time.Duration(second) * time.Second
	return record.Moment{Wall: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC).Add(d), Clock: record.Synced, Mono: time.Hour + d}
}

func noPaper() []devices.Observed {
	return []devices.Observed{devices.OfPrinter(false, true, false, false, false, "")}
}

func TestAnAlarmOutlivesTheProgramAndTheJournal(t *testing.T) {
	dir := t.TempDir()
	j := keptJournal(t, dir)
	u := keptUpkeep(t, dir, j)
	shown := map[string]record.State{}
	show := func(point string, s record.State) { shown[point] = s }
	look := func(u *upkeep, second int, seen []devices.Observed) {
		t.Helper()
		if err := u.look(t.Context(), seen, moment(second), show); err != nil {
			t.Fatal(err)
		}
	}
	look(u, 0, noPaper())
	look(u, 5, noPaper())
	const raised = "point.failed alarm.raised"
	if got := typesIn(t, j); got != raised || shown[devices.Printer].Value != devices.PaperOut {
		t.Fatalf("written %q, shown %+v", got, shown)
	}

	// The program dies: the journal knows.
	u = keptUpkeep(t, dir, j)
	if !u.memory.Devices.Raised(devices.Printer, devices.PaperOut) {
		t.Fatal("the alarm is forgotten")
	}
	look(u, 100, noPaper())
	look(u, 200, noPaper())
	if got := typesIn(t, j); got != raised {
		t.Errorf("written again: %q", got)
	}
	if err := u.save(); err != nil {
		t.Fatal(err)
	}

	// The journal is lost: the file knows.
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	other := keptJournal(t, t.TempDir())
	u = keptUpkeep(t, dir, other)
	ready := []devices.Observed{devices.OfPrinter(true, false, false, false, false, "")}
	look(u, 300, ready)
	look(u, 305, ready)
	if got := typesIn(t, other); got != "point.recovered alarm.cleared" {
		t.Errorf("in the new journal: %q", got)
	}
	look(u, 400, noPaper())
	look(u, 405, noPaper())
	if open := u.memory.Devices.Open; len(open) != 1 || open[0].Serial != 2 {
		t.Errorf("the serial is used again: %+v", open)
	}
}

func TestAFileThatCannotBeReadIsNoReasonNotToStart(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, upkeepName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	u := keptUpkeep(t, dir, keptJournal(t, dir))
	if u.memory.Devices.Last != 0 {
		t.Errorf("%+v", u.memory)
	}
}

// refusing is a journal that takes nothing while told so.
type refusing struct {
	*journal.Journal
	full bool
}

var errFull = errors.New("no space left on device")

func (r *refusing) Append(ctx context.Context, s record.Stream, entries ...record.Entry) ([]record.Record, error) {
	if r.full {
		return nil, errFull
	}
	return r.Journal.Append(ctx, s, entries...)
}

func TestWhatTheJournalDoesNotTakeIsWrittenLater(t *testing.T) {
	dir := t.TempDir()
	j := &refusing{Journal: keptJournal(t, dir), full: true}
	u := keptUpkeep(t, dir, j)
	shown := 0
	show := func(string, record.State) { shown++ }
	if err := u.look(t.Context(), noPaper(), moment(0), show); err != nil {
		t.Fatal(err)
	}
	for _, second := range []int{5, 7, 9} {
		if err := u.look(t.Context(), noPaper(), moment(second), show); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
	}
	if shown != 1 {
		t.Errorf("shown %d times, though nothing changed", shown)
	}
	j.full = false
	if err := u.look(t.Context(), noPaper(), moment(11), show); err != nil {
		t.Fatal(err)
	}
	if got := typesIn(t, j.Journal); got != "point.failed alarm.raised" {
		t.Errorf("written %q", got)
	}
}

func TestTheLatestCommandsAreRemembered(t *testing.T) {
	dir := t.TempDir()
	j := keptJournal(t, dir)
	u := keptUpkeep(t, dir, j)
	entry := func(n int) record.Entry {
		return record.NewEntry(record.CommandExecuted, "command", time.Time{}, record.CommandData{ID: commandID(n), Expires: moment(n).Wall})
	}
	for n := range mostCommands + 10 {
		if err := u.note(t.Context(), entry(n)); err != nil {
			t.Fatal(err)
		}
	}
	again := keptUpkeep(t, dir, j)
	for _, known := range []*upkeep{u, again} {
		if known.knows(commandID(9)) || !known.knows(commandID(10)) || !known.knows(commandID(mostCommands+9)) || len(known.memory.Commands) != mostCommands {
			t.Errorf("%d are remembered, and not the latest", len(known.memory.Commands))
		}
	}
}

func commandID(n int) string {
	text, _ := json.Marshal(n)
	return "c" + string(text)
}

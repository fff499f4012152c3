package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"stationkeeper/internal/record"
)

// mustEarlier makes a database as the first version of the schema had it, with one row for each record: epoch A has
// 1 to 1500 and 1601 to 1700 with a tombstone from 1551 to 1600, epoch B of another stream has 1 to 20 and its first
// half was lost.
func mustEarlier(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", source(filepath.Join(dir, FileName), 1000, "journal_mode(WAL)"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	exec := func(text string, args ...any) {
		t.Helper()
		if _, err := db.Exec(text, args...); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	stored := started.Add(time.Hour).UnixMilli()
	exec(`INSERT INTO stations VALUES (1, 'demo')`)
	exec(`INSERT INTO nodes (id, station, name, online, last_record) VALUES (1, 1, 'agent', 1, ?)`, stored)
	exec(`INSERT INTO epochs VALUES (1, 1, 'events', ?, 1, 1500, 1700, 1600, 50, 7)`, epochA)
	exec(`INSERT INTO epochs VALUES (2, 1, 'telemetry', ?, 1, 20, 20, 10, 10, 0)`, epochB)
	exec(`INSERT INTO live VALUES (1, 'events', 1), (1, 'telemetry', 2)`)
	exec(`INSERT INTO lost VALUES (1, 1551, 1600, 'full', ?), (2, 1, 10, 'thinned', ?)`, stored, stored)
	add := func(epoch int64, r record.Record) {
		exec(`INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, epoch, r.Seq, r.Type, r.Source, r.Time.UnixMilli(),
			string(r.Clock), r.Boot, r.Mono, []byte(r.Data), stored+int64(r.Seq/700))
	}
	for _, r := range append(earlierEvents(1, 1500), earlierEvents(1601, 1700)...) {
		add(1, r)
		exec(`INSERT INTO happened (station, type, epoch, seq) VALUES (1, ?, 1, ?)`, r.Type, r.Seq)
	}
	exec(`INSERT INTO alarms VALUES (1, 'machine-room/temperature', 'high', 1, 1, 1650)`)
	exec(`INSERT INTO sources VALUES (1, 1, 'machine-room/temperature')`)
	for seq := uint64(11); seq <= 20; seq++ {
		r := temperature(seq, 20)
		add(2, r)
		exec(`INSERT INTO measurements VALUES (1, ?, 2, ?, 20)`, r.Time.UnixMilli(), seq)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func earlierEvents(first, last uint64) []record.Record {
	records := doors(first, last)
	for i := range records {
		if records[i].Seq == 1650 {
			records[i] = alarm(1650, record.AlarmRaised, "high", 1)
		}
		if records[i].Seq == 7 {
			records[i].Data = json.RawMessage(`{"text":"a \u003cb\u003e & <c>"}`)
		}
	}
	return records
}

// TestEarlierDatabaseGoesOnWorking opens a database of the first schema: nothing is lost, and everything goes on.
func TestEarlierDatabaseGoesOnWorking(t *testing.T) {
	dir := t.TempDir()
	mustEarlier(t, dir)
	s := mustOpen(t, dir)
	checkEarlier(t, s)
	// What it has is known, with another content refused, and its gap filled.
	again := mustPut(t, s, events(epochA, earlierEvents(1, 900)...), events(epochA, earlierEvents(901, 1501)...))
	if again[0].Refused != nil || again[0].Duplicates != 900 || again[1].Duplicates != 600 || again[1].New != 1 {
		t.Errorf("delivered again: %+v", again)
	}
	r := mustPut(t, s, events(epochA, doors(1502, 1550)...))[0]
	if r.Ack.Through != 1700 || r.Ack.Mark != door(1700).Mark() {
		t.Errorf("the gap is filled: %+v, want through 1700 with its mark", r)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir) // packed once
	if p := mustProgress(t, s); p[0].Stored != 1650 || p[0].Missing != 0 || p[0].Duplicates != 7+1500 {
		t.Errorf("reopened: %+v", p[0])
	}
}

func checkEarlier(t *testing.T, s *Store) {
	t.Helper()
	want := []Progress{
		{NodeKey: agent, Epoch: epochA, Stream: record.Events, Through: 1500, Highest: 1700, Stored: 1600, Lost: 50, Duplicates: 7, Missing: 50},
		{NodeKey: agent, Epoch: epochB, Stream: record.Telemetry, Through: 20, Highest: 20, Stored: 10, Lost: 10},
	}
	if got := mustProgress(t, s); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("progress\n%+v, want\n%+v", got, want)
	}
	acks, err := s.Acks(t.Context())
	if err != nil || len(acks) != 2 || acks[0].Mark != door(1500).Mark() || acks[1].Mark != temperature(20, 20).Mark() ||
		fmt.Sprint(acks[0].Again) != "[{1501 1550}]" || acks[1].Again != nil {
		t.Errorf("acks %+v, %v", acks, err)
	}
	var all []Record
	for after := ""; ; {
		page := mustPage(t, s, Query{After: after})
		if len(page.Records) == 0 {
			break
		}
		all, after = append(all, page.Records...), page.Next
	}
	stored := append(earlierEvents(1, 1500), earlierEvents(1601, 1700)...)
	if len(all) != len(stored) {
		t.Fatalf("%d events, want %d", len(all), len(stored))
	}
	for i, r := range all {
		received := started.Add(time.Hour + time.Duration(r.Seq/700)*time.Millisecond)
		if r.Mark() != stored[i].Mark() || !r.Received.Equal(received) || r.How != Exact {
			t.Fatalf("event %d is %+v, want %+v received %s", i, r, stored[i], received)
		}
	}
	alarms := func() string {
		open, err := s.OpenAlarms(t.Context(), "demo")
		if err != nil {
			t.Fatal(err)
		}
		return spellAlarms(open)
	}
	if got := alarms(); got != "a1650" {
		t.Errorf("open alarms before the views are filled: %q, want a1650", got)
	}
	mustSettle(t, s)
	if got := alarms(); got != "a1650" {
		t.Errorf("open alarms: %q, want a1650", got)
	}
	latest, err := s.Latest(t.Context(), "demo", nil, 5000)
	if err != nil || len(latest) != 1600 || latest[0].Seq != 1700 {
		t.Errorf("%d events are listed, %v, want 1600", len(latest), err)
	}
	samples, err := s.History(t.Context(), agent, "machine-room/temperature", started, started.Add(time.Hour), 100)
	if err != nil || len(samples) != 10 {
		t.Errorf("%d samples, %v, want 10", len(samples), err)
	}
	station, _, err := s.Station(t.Context(), "demo")
	if err != nil || !station.Nodes[0].LastRecord.Equal(started.Add(time.Hour)) {
		t.Errorf("station %+v, %v", station, err)
	}
}

// TestPackingGoesOnWhereItWasStopped stops in the middle of packing, as a kill does.
func TestPackingGoesOnWhereItWasStopped(t *testing.T) {
	dir := t.TempDir()
	mustEarlier(t, dir)
	h, err := openHandles(t.Context(), filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{log: slog.New(slog.DiscardHandler)}
	s.handles.Store(h)
	for range 2 {
		if n, err := s.packSome(t.Context()); err != nil || n == 0 {
			t.Fatalf("packed %d, %v", n, err)
		}
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	checkEarlier(t, mustOpen(t, dir))
}

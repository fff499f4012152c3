package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

var (
	agent   = NodeKey{"demo", "agent"}
	started = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
)

const (
	epochA = "aaaaaaaa-0000-4000-8000-000000000001"
	epochB = "bbbbbbbb-0000-4000-8000-000000000002"
	epochC = "cccccccc-0000-4000-8000-000000000003"
)

func mustOpen(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// door is an event, whose content depends on its seq alone.
func door(seq uint64) record.Record {
	typ := record.DoorOpened
	if seq%2 == 0 {
		typ = record.DoorClosed
	}
	return record.Record{
		Seq: seq, Type: typ, Source: "machine-room/door", Time: started.Add(time.Duration(seq) * time.Second),
		Clock: record.Synced, Boot: "boot-1", Mono: int64(seq) * 1e9, Data: json.RawMessage(`{}`),
	}
}

func temperature(seq uint64, value float64) record.Record {
	r := door(seq)
	r.Type, r.Source = record.TemperatureMeasured, "machine-room/temperature"
	r.Data, _ = json.Marshal(record.MeasurementData{Value: value, Unit: "°C"})
	return r
}

func doors(first, last uint64) []record.Record {
	var all []record.Record
	for seq := first; seq <= last; seq++ {
		all = append(all, door(seq))
	}
	return all
}

func events(epoch string, records ...record.Record) Delivery {
	return Delivery{From: agent, Batch: record.Batch{Epoch: epoch, Stream: record.Events, Records: records}}
}

func lost(epoch string, ranges ...record.Lost) Delivery {
	return Delivery{From: agent, Batch: record.Batch{Epoch: epoch, Stream: record.Events, Lost: ranges}}
}

func mustPut(t testing.TB, s *Store, deliveries ...Delivery) []Receipt {
	t.Helper()
	receipts, err := s.Put(t.Context(), deliveries, started.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return receipts
}

func mustProgress(t testing.TB, s *Store) []Progress {
	t.Helper()
	all, err := s.Progress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// mustSettle brings the views up to date.
func mustSettle(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := s.Unindexed(); n != 0 {
		t.Fatalf("%d records are not indexed after Settle", n)
	}
}

func TestPutTwiceChangesNothing(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	first := mustPut(t, s, events(epochA, doors(1, 3)...))[0]
	if first.Refused != nil || first.New != 3 || first.Duplicates != 0 || first.Ack.Through != 3 {
		t.Fatalf("first delivery: %+v", first)
	}
	again := doors(1, 4)
	again[0].Data = json.RawMessage(" { } ")                      // the same JSON, spelled otherwise
	again[1].Time = again[1].Time.Add(300 * time.Microsecond)     // below what is stored
	again[2].Time = again[2].Time.In(time.FixedZone("CST", 8*60)) // the same instant
	second := mustPut(t, s, events(epochA, again...))[0]
	if second.Refused != nil || second.New != 1 || second.Duplicates != 3 || second.Ack.Through != 4 {
		t.Fatalf("second delivery: %+v", second)
	}
	want := Progress{NodeKey: agent, Epoch: epochA, Stream: record.Events, Through: 4, Highest: 4, Stored: 4, Duplicates: 3}
	if got := mustProgress(t, s); len(got) != 1 || got[0] != want {
		t.Errorf("progress %+v, want %+v", got, want)
	}
}

func TestConflictRefusesTheWholeDeliveryAndNoOther(t *testing.T) {
	for name, change := range map[string]func(*record.Record){
		"type":   func(r *record.Record) { r.Type = "door.forced" },
		"source": func(r *record.Record) { r.Source = "lobby/door" },
		"time":   func(r *record.Record) { r.Time = r.Time.Add(time.Millisecond) },
		"clock":  func(r *record.Record) { r.Clock = record.Unsynced },
		"boot":   func(r *record.Record) { r.Boot = "boot-2" },
		"mono":   func(r *record.Record) { r.Mono++ },
		"data":   func(r *record.Record) { r.Data = json.RawMessage(`{"initial":true}`) },
	} {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, t.TempDir())
			mustPut(t, s, events(epochA, doors(1, 3)...))
			other := doors(2, 5)
			change(&other[1])
			receipts := mustPut(t, s, events(epochA, other...), events(epochB, doors(1, 2)...))
			refused := receipts[0].Refused
			if !errors.Is(refused, ErrConflict) || !strings.Contains(refused.Error(), "seq 3") || !strings.Contains(refused.Error(), name) {
				t.Errorf("refused with %v, want ErrConflict naming seq 3 and %s", refused, name)
			}
			if receipts[1].Refused != nil || receipts[1].Ack.Through != 2 {
				t.Errorf("the delivery beside it: %+v", receipts[1])
			}
			got := mustProgress(t, s)
			if got[0].Stored != 3 || got[0].Duplicates != 0 || got[0].Highest != 3 {
				t.Errorf("something of the refused delivery is stored: %+v", got[0])
			}
		})
	}
}

func TestBatchesOutOfOrder(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for i, step := range []struct {
		first, last, through uint64
	}{{11, 20, 0}, {5, 7, 0}, {1, 4, 7}, {8, 10, 20}, {21, 21, 21}} {
		if r := mustPut(t, s, events(epochA, doors(step.first, step.last)...))[0]; r.Ack.Through != step.through {
			t.Errorf("step %d: through %d, want %d", i, r.Ack.Through, step.through)
		}
	}
}

func TestTombstonesAdvanceThrough(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for i, step := range []struct {
		d       Delivery
		through uint64
	}{
		{events(epochA, doors(1, 2)...), 2},
		{events(epochA, doors(10, 12)...), 2},
		{lost(epochA, record.Lost{First: 5, Last: 9, Reason: record.ReasonFull}), 2},
		{lost(epochA, record.Lost{First: 2, Last: 6, Reason: record.ReasonFull}), 12},   // overlaps both sides
		{lost(epochA, record.Lost{First: 1, Last: 30, Reason: record.ReasonFull}), 30},  // covers all of it
		{lost(epochA, record.Lost{First: 20, Last: 25, Reason: record.ReasonFull}), 30}, // said already
		{events(epochA, doors(8, 8)...), 30},                                            // thought lost, came after all
	} {
		if r := mustPut(t, s, step.d)[0]; r.Refused != nil || r.Ack.Through != step.through {
			t.Errorf("step %d: %+v, want through %d", i, r, step.through)
		}
	}
	want := Progress{NodeKey: agent, Epoch: epochA, Stream: record.Events, Through: 30, Highest: 30, Stored: 6, Lost: 24}
	if got := mustProgress(t, s); got[0] != want {
		t.Errorf("progress %+v, want %+v", got[0], want)
	}
}

// A delivery whose records lie far apart is stored in parts, and known again.
func TestDeliveryOfRecordsFarApart(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustPut(t, s, events(epochA, doors(500, 510)...), events(epochA, doors(900_000, 900_010)...))
	far := events(epochA, door(1), door(2), door(499), door(505), door(511), door(900_011), door(2_000_000))
	payload, err := record.EncodeBatch(far.Batch)
	if err != nil {
		t.Fatal(err)
	}
	far.Payload = payload
	if r := mustPut(t, s, far)[0]; r.New != 6 || r.Duplicates != 1 || r.Ack.Through != 2 || r.Highest != 2_000_000 {
		t.Errorf("first: %+v", r)
	}
	if r := mustPut(t, s, far)[0]; r.New != 0 || r.Duplicates != 7 {
		t.Errorf("again: %+v", r)
	}
	other := events(epochA, door(1), door(3), door(2_000_000))
	other.Batch.Records[2].Mono++
	if r := mustPut(t, s, other)[0]; !errors.Is(r.Refused, ErrConflict) || r.New != 0 {
		t.Errorf("with another content: %+v", r)
	}
	if got := spell(mustPage(t, s, Query{Limit: 5}).Records); got != "a1 a2 a499 a500 a501" {
		t.Errorf("read %q", got)
	}
	if p := mustProgress(t, s)[0]; p.Stored != 28 || p.Duplicates != 8 {
		t.Errorf("progress %+v", p)
	}
}

// naive is what Put promises, in the simplest way: every seq that is known, by what.
type naive map[uint64]string

func (n naive) progress() (p Progress) {
	for seq, what := range n {
		p.Highest = max(p.Highest, seq)
		if what == "record" {
			p.Stored++
		} else {
			p.Lost++
		}
	}
	for n[p.Through+1] != "" {
		p.Through++
	}
	p.Missing = p.Highest - p.Stored - p.Lost
	return p
}

func TestRandomDeliveriesAgreeWithNaiveModel(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	for round := range 30 {
		s := mustOpen(t, t.TempDir())
		model := naive{}
		var duplicates uint64
		for range 40 {
			first := random.Uint64N(60) + 1
			last := first + random.Uint64N(8)
			d := lost(epochA, record.Lost{First: first, Last: last, Reason: record.ReasonThinned})
			if random.IntN(3) > 0 {
				var some []record.Record
				for seq := first; seq <= last; seq++ {
					if random.IntN(4) > 0 || len(some) == 0 {
						some = append(some, door(seq))
					}
				}
				d = events(epochA, some...)
			}
			for _, r := range d.Batch.Records {
				if model[r.Seq] == "record" {
					duplicates++
				}
				model[r.Seq] = "record"
			}
			for _, l := range d.Batch.Lost {
				for seq := l.First; seq <= l.Last; seq++ {
					if model[seq] == "" {
						model[seq] = "lost"
					}
				}
			}
			receipt := mustPut(t, s, d)[0]
			want := model.progress()
			want.NodeKey, want.Epoch, want.Stream, want.Duplicates = agent, epochA, record.Events, duplicates
			if got := mustProgress(t, s)[0]; got != want || receipt.Ack.Through != want.Through {
				t.Fatalf("seed %d round %d after %+v:\ngot  %+v, ack %d\nwant %+v", seed, round, d.Batch, got, receipt.Ack.Through, want)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReopenKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	odd := door(1)
	odd.Boot = "nul \x00 in it, and ü"
	odd.Data = json.RawMessage(`{"a": "\u0000<&>", "n": 12345678901234567890, "deep": [1, {"x": null}]}`)
	mustPut(t, s, events(epochA, odd))
	put := mustPage(t, s, Query{Limit: 10}).Records[0]
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir)
	if r := mustPut(t, s, events(epochA, odd))[0]; r.Refused != nil || r.Duplicates != 1 {
		t.Errorf("after reopening: %+v, want a duplicate", r)
	}
	page, err := s.Records(t.Context(), Query{Station: "demo", Node: "agent", Limit: 10})
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("records %+v, %v", page, err)
	}
	got := page.Records[0]
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", put) || got.Mark() != odd.Mark() {
		t.Errorf("read back %+v\nput %+v", got, put)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	if _, err := s.handles.Load().writer.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "999") {
		t.Errorf("opened a database of schema 999: %v", err)
	}
}

func TestCommitsAreFlushed(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for _, pragma := range []struct{ name, want string }{{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}} {
		var got string
		if err := s.handles.Load().writer.QueryRow("PRAGMA " + pragma.name).Scan(&got); err != nil || got != pragma.want {
			t.Errorf("%s is %q (%v), want %q", pragma.name, got, err, pragma.want)
		}
	}
}

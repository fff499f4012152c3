package journal

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/record"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// steady is a clock that advances a millisecond with every reading.
func steady(from time.Time) clock.Clock {
	var mu sync.Mutex
	n := time.Duration(0)
	return func() clock.Reading {
		mu.Lock()
		defer mu.Unlock()
		n += time.Millisecond
		return clock.Reading{Wall: from.Add(n), Boot: "b1", Mono: n}
	}
}

func options() Options {
	return Options{
		Clock: steady(noon), MaxBytes: 64 << 20, Retain: time.Hour, TelemetryDelay: time.Hour,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

func mustOpen(t *testing.T, dir string, o Options) *Journal {
	t.Helper()
	j, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, j) })
	return j
}

// mustClose closes the journal and checks the file's own consistency.
func mustClose(t *testing.T, j *Journal) {
	t.Helper()
	if j.closed {
		return
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := inspectStructure(j.file.path); err != nil {
		t.Error(err)
	}
	db, err := bbolt.Open(j.file.path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("consistency: %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func entry(n int) record.Entry {
	return record.NewEntry("door.opened", "machine-room/door", time.Time{}, map[string]int{"n": n})
}

func mustAppend(t *testing.T, j *Journal, s record.Stream, entries ...record.Entry) []record.Record {
	t.Helper()
	records, err := j.Append(context.Background(), s, entries...)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func mustRead(t *testing.T, j *Journal, s record.Stream, after uint64, limit int) ([]record.Record, []record.Lost) {
	t.Helper()
	records, lost, err := j.Read(s, after, limit)
	if err != nil {
		t.Fatal(err)
	}
	return records, lost
}

func seqs(records []record.Record) string {
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "%d ", r.Seq)
	}
	return strings.TrimSpace(b.String())
}

func TestAppendedRecordsAreReadBackAfterReopening(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, options())
	epoch := j.Epoch()
	want := mustAppend(t, j, record.Events, entry(1), entry(2))
	want = append(want, mustAppend(t, j, record.Events, entry(3))...)
	mustAppend(t, j, record.Telemetry, entry(4))
	mustClose(t, j)

	j = mustOpen(t, dir, options())
	if j.Epoch() != epoch {
		t.Errorf("epoch %s after reopening, want %s", j.Epoch(), epoch)
	}
	got, lost := mustRead(t, j, record.Events, 0, 100)
	if len(lost) != 0 || len(got) != 3 {
		t.Fatalf("read %d records and %d tombstones, want 3 and 0", len(got), len(lost))
	}
	for i := range want {
		if !got[i].Equal(want[i]) || got[i].Seq != uint64(i+1) {
			t.Errorf("record %d: %+v, want %+v", i, got[i], want[i])
		}
	}
	if got, _ := mustRead(t, j, record.Telemetry, 0, 100); seqs(got) != "1" {
		t.Errorf("telemetry %s, want 1: what waited is written when closing", seqs(got))
	}
	if r := mustAppend(t, j, record.Events, entry(5)); r[0].Seq != 4 {
		t.Errorf("seq %d after reopening, want 4", r[0].Seq)
	}
}

func TestReadInPages(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	for i := range 5 {
		mustAppend(t, j, record.Events, entry(i), entry(i), entry(i))
	}
	for _, c := range []struct {
		after uint64
		limit int
		want  string
	}{{0, 4, "1 2 3 4"}, {4, 4, "5 6 7 8"}, {3, 1, "4"}, {13, 10, "14 15"}, {15, 10, ""}, {99, 1, ""}} {
		if got, _ := mustRead(t, j, record.Events, c.after, c.limit); seqs(got) != c.want {
			t.Errorf("after %d limit %d: %q, want %q", c.after, c.limit, seqs(got), c.want)
		}
	}
}

// What is sent to head office must outlast a power cut, or the seq would be given again to another record.
func TestReadTellsNothingBeforeItIsDurable(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	appended := make(chan struct{})
	go func() {
		defer close(appended)
		for n := range 300 {
			if _, err := j.Append(context.Background(), record.Events, entry(n)); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	after := uint64(0)
	for more := true; more; {
		select {
		case <-appended:
			more = false
		default:
		}
		records, _ := mustRead(t, j, record.Events, after, 100)
		if len(records) == 0 {
			continue
		}
		after = records[len(records)-1].Seq
		if last := j.Position(record.Events).Last; after > last {
			t.Errorf("read event %d while %d was the last on disk", after, last)
			break
		}
	}
	<-appended
	if after != 300 {
		t.Errorf("read up to %d, expected 300", after)
	}
}

func TestTelemetryRidesAlongWithAnEvent(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	mustAppend(t, j, record.Telemetry, entry(1))
	if got := j.Position(record.Telemetry).Last; got != 0 {
		t.Fatalf("telemetry %d on disk before its time", got)
	}
	changed := j.Changed()
	mustAppend(t, j, record.Events, entry(2))
	<-changed
	if got := j.Position(record.Telemetry).Last; got != 1 {
		t.Errorf("telemetry through %d on disk after an event, want 1", got)
	}
}

func TestTelemetryIsWrittenAfterItsDelay(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o := options()
		o.TelemetryDelay = 30 * time.Second
		j, err := Open(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		mustAppend(t, j, record.Telemetry, entry(1))
		time.Sleep(30*time.Second - time.Nanosecond)
		synctest.Wait()
		if got := j.Position(record.Telemetry).Last; got != 0 {
			t.Errorf("telemetry %d on disk just before the delay has passed", got)
		}
		changed := j.Changed()
		<-changed
		if got := j.Position(record.Telemetry).Last; got != 1 {
			t.Errorf("telemetry through %d on disk after the delay, want 1", got)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestConcurrentAppendsShareCommitsAndKeepOrder(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	const writers, each = 16, 50
	hold, err := j.file.db.Begin(true) // so that all writers are there before the first commit can be
	if err != nil {
		t.Fatal(err)
	}
	var wg, started sync.WaitGroup
	started.Add(writers)
	for range writers {
		wg.Go(func() {
			last := uint64(0)
			started.Done()
			for i := range each {
				r, err := j.Append(context.Background(), record.Events, entry(i))
				if err != nil || r[0].Seq <= last {
					t.Errorf("append: seq %v after %d, error %v", r, last, err)
					return
				}
				last = r[0].Seq
			}
		})
	}
	started.Wait()
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	got, lost := mustRead(t, j, record.Events, 0, writers*each+1)
	if len(got) != writers*each || len(lost) != 0 {
		t.Fatalf("read %d records and %d tombstones, want %d and 0", len(got), len(lost), writers*each)
	}
	var s state
	if err := j.file.view(func(tx *bbolt.Tx) (err error) { s, err = readState(tx); return err }); err != nil {
		t.Fatal(err)
	}
	if commits := s.Serial % lives; commits >= writers*each {
		t.Errorf("%d commits for %d appends, want fewer", commits, writers*each)
	}
}

func TestAcknowledge(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, options())
	mustAppend(t, j, record.Events, entry(1), entry(2))
	ack := func(epoch string, through uint64) error {
		return j.Acknowledge(record.Ack{Epoch: epoch, Stream: record.Events, Through: through})
	}
	if err := ack("6f0e3d5c-0000-4000-8000-000000000000", 1); !errors.Is(err, ErrForeignAck) {
		t.Errorf("ack of another epoch: %v, want ErrForeignAck", err)
	}
	if err := ack(j.Epoch(), 3); !errors.Is(err, ErrForeignAck) {
		t.Errorf("ack beyond the last record: %v, want ErrForeignAck", err)
	}
	changed := j.Changed()
	if err := errors.Join(ack(j.Epoch(), 2), ack(j.Epoch(), 1)); err != nil {
		t.Fatal(err)
	}
	<-changed
	if got := j.Position(record.Events); got != (Position{Last: 2, Through: 2}) {
		t.Errorf("position %+v, want last 2 through 2", got)
	}
	mustClose(t, j)
	j = mustOpen(t, dir, options())
	if got := j.Position(record.Events).Through; got != 2 {
		t.Errorf("through %d after reopening, want 2", got)
	}
}

// following is a clock that goes with the time of the bubble it is read in.
func following() clock.Clock {
	began := time.Now()
	return func() clock.Reading {
		return clock.Reading{Wall: noon.Add(time.Since(began)), Boot: "b1", Mono: time.Since(began)}
	}
}

func TestAcknowledgedRecordsAreTrimmedAfterRetention(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o := options()
		o.Clock = following()
		j := mustOpen(t, dir, o)
		rng := rand.New(rand.NewPCG(1, 2)) // bulky records stand alone, where small ones are packed together
		mustAppend(t, j, record.Events, bulky(rng))
		mustAppend(t, j, record.Events, bulky(rng))
		if err := j.Acknowledge(record.Ack{Epoch: j.Epoch(), Stream: record.Events, Through: 1}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(o.Retain - time.Minute)
		mustAppend(t, j, record.Events, entry(3))
		if got, _ := mustRead(t, j, record.Events, 0, 9); seqs(got) != "1 2 3" {
			t.Fatalf("records %s before the retention has passed, want 1 2 3", seqs(got))
		}
		time.Sleep(trimAfter + trimEvery)
		mustAppend(t, j, record.Events, entry(4))
		got, lost := mustRead(t, j, record.Events, 0, 9)
		want := record.Lost{First: 1, Last: 1, Reason: record.ReasonExpired}
		if seqs(got) != "2 3 4" || len(lost) != 1 || lost[0] != want {
			t.Errorf("records %s, tombstones %v; want 2 3 4 and %v", seqs(got), lost, want)
		}
		checkComplete(t, j, record.Events, 4)
		if got, lost := mustRead(t, j, record.Events, 1, 9); seqs(got) != "2 3 4" || len(lost) != 0 {
			t.Errorf("after 1: records %s, tombstones %v; want 2 3 4 and none", seqs(got), lost)
		}
		mustClose(t, j)
	})
}

// bulky is an entry whose data does not compress.
func bulky(rng *rand.Rand) record.Entry {
	noise := make([]byte, 24<<10)
	for i := range noise {
		noise[i] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-"[rng.IntN(64)]
	}
	return record.NewEntry("door.opened", "machine-room/door", time.Time{}, map[string]string{"noise": string(noise)})
}

func TestFullJournalDropsTelemetryFirstAndLeavesTombstones(t *testing.T) {
	o := options()
	o.MaxBytes = 1 << 20
	j := mustOpen(t, t.TempDir(), o)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		mustAppend(t, j, record.Telemetry, bulky(rng))
		mustAppend(t, j, record.Events, bulky(rng))
	}
	events, lostEvents := mustRead(t, j, record.Events, 0, 1000)
	if len(events) != 30 || len(lostEvents) != 0 {
		t.Errorf("%d events and tombstones %v, want all 30 while telemetry can go", len(events), lostEvents)
	}
	checkComplete(t, j, record.Telemetry, 30)
	for range 60 {
		mustAppend(t, j, record.Events, bulky(rng))
	}
	_, lostEvents = mustRead(t, j, record.Events, 0, 1000)
	if len(lostEvents) != 1 || lostEvents[0].Reason != record.ReasonFull {
		t.Errorf("tombstones of events %v, want one, joined, because it was full", lostEvents)
	}
	checkComplete(t, j, record.Events, 90)
}

// checkComplete checks that every seq up to last is either a record or buried under a tombstone, never both.
func checkComplete(t *testing.T, j *Journal, s record.Stream, last uint64) {
	t.Helper()
	records, lost := mustRead(t, j, s, 0, 1<<20)
	seen := map[uint64]int{}
	for _, r := range records {
		seen[r.Seq]++
	}
	for _, l := range lost {
		for q := l.First; q <= l.Last; q++ {
			seen[q]++
		}
	}
	for q := uint64(1); q <= last; q++ {
		if seen[q] != 1 {
			t.Fatalf("%s seq %d accounted for %d times, want once (lost %v)", s, q, seen[q], lost)
		}
	}
	if uint64(len(seen)) != last {
		t.Fatalf("%s: %d seqs accounted for, want %d", s, len(seen), last)
	}
}

func TestRefusedEntryAppendsNothing(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	bad := []record.Entry{
		{Type: "Door", Source: "x", Data: json.RawMessage(`{}`)},
		{Type: "door.opened", Source: "a b", Data: json.RawMessage(`{}`)},
		{Type: "door.opened", Source: "x", Data: json.RawMessage(`[]`)},
		{Type: "door.opened", Source: "x"},
		{Type: "door.opened", Source: "x", Data: json.RawMessage(`{"a":"` + strings.Repeat("x", record.MaxData) + `"}`)},
	}
	for _, e := range bad {
		if _, err := j.Append(context.Background(), record.Events, entry(1), e); err == nil {
			t.Errorf("entry %.60v was accepted", e)
		}
	}
	if r := mustAppend(t, j, record.Events, entry(1)); r[0].Seq != 1 {
		t.Errorf("seq %d after refusals, want 1", r[0].Seq)
	}
	if _, err := j.Append(context.Background(), "other", entry(1)); err == nil {
		t.Error("an unknown stream was accepted")
	}
}

func TestClosedJournalRefuses(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	mustClose(t, j)
	if _, err := j.Append(context.Background(), record.Events, entry(1)); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v, want ErrClosed", err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestClockInThePastIsUnsynced(t *testing.T) {
	dir := t.TempDir()
	o := options()
	j := mustOpen(t, dir, o)
	if r := mustAppend(t, j, record.Events, entry(1)); r[0].Clock != record.Synced {
		t.Errorf("clock %s at noon, want synced", r[0].Clock)
	}
	mustClose(t, j)
	o.Clock = steady(noon.Add(-time.Hour))
	j = mustOpen(t, dir, o)
	if r := mustAppend(t, j, record.Events, entry(2)); r[0].Clock != record.Unsynced {
		t.Errorf("clock %s an hour behind the last record, want unsynced", r[0].Clock)
	}
	mustClose(t, j)
	o.Clock = steady(time.Unix(0, 0))
	j = mustOpen(t, dir, o)
	if r := mustAppend(t, j, record.Events, entry(3)); r[0].Clock != record.Unsynced || r[0].Seq != 3 {
		t.Errorf("clock %s seq %d in 1970, want unsynced 3", r[0].Clock, r[0].Seq)
	}
}

func TestDamagedFileIsSetAsideAndReported(t *testing.T) {
	for name, c := range map[string]struct {
		harm      func([]byte) []byte
		recovered uint64
	}{
		"empty":     {func([]byte) []byte { return nil }, 0},
		"text":      {func([]byte) []byte { return bytes.Repeat([]byte("not a journal\n"), 2000) }, 0},
		"truncated": {func(b []byte) []byte { return b[:5000] }, 0},
		"meta":      {func(b []byte) []byte { copy(b, make([]byte, 8192)); return b }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			j := mustOpen(t, dir, options())
			epoch := j.Epoch()
			mustAppend(t, j, record.Events, entry(1))
			mustClose(t, j)
			path := filepath.Join(dir, FileName)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.harm(content), 0o600); err != nil {
				t.Fatal(err)
			}
			j = mustOpen(t, dir, options())
			got, _ := mustRead(t, j, record.Events, 0, 9)
			if len(got) != 1+int(c.recovered) || got[c.recovered].Type != record.JournalReplaced || j.Epoch() == epoch {
				t.Fatalf("records %v in epoch %s (before: %s), want one %s in a new epoch", got, j.Epoch(), epoch, record.JournalReplaced)
			}
			var data record.JournalReplacedData
			if err := json.Unmarshal(got[c.recovered].Data, &data); err != nil {
				t.Fatal(err)
			}
			if data.Recovered != c.recovered || c.recovered > 0 && data.Previous != epoch {
				t.Errorf("told %+v, want %d recovered of epoch %s", data, c.recovered, epoch)
			}
			if _, err := os.Stat(filepath.Join(dir, data.SetAside)); err != nil {
				t.Errorf("set aside as %q: %v", data.SetAside, err)
			}
		})
	}
}

func TestDamagedGroupIsATombstone(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, options())
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		mustAppend(t, j, record.Events, bulky(rng), bulky(rng))
	}
	err := j.file.update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(groupName(record.Events, 3))
		packed := bytes.Clone(b.Get(keyGroup))
		packed[len(packed)-1] ^= 1
		return b.Put(keyGroup, packed)
	})
	if err != nil {
		t.Fatal(err)
	}
	got, lost := mustRead(t, j, record.Events, 0, 10)
	want := record.Lost{First: 3, Last: 4, Reason: record.ReasonDamaged}
	if seqs(got) != "1 2 5 6" || len(lost) != 1 || lost[0] != want {
		t.Errorf("records %s, tombstones %v; want 1 2 5 6 and %v", seqs(got), lost, want)
	}
}

// TestDroppedGroupsAreCountedRightWhateverTheirHeadersSay spoils what the headers of two groups say of their last seq and
// then fills the journal, so that they are dropped.
func TestDroppedGroupsAreCountedRightWhateverTheirHeadersSay(t *testing.T) {
	o := options()
	o.MaxBytes = 1 << 20
	j := mustOpen(t, t.TempDir(), o)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 3 {
		mustAppend(t, j, record.Events, bulky(rng), bulky(rng))
	}
	err := j.file.update(func(tx *bbolt.Tx) error {
		for first, claimed := range map[uint64]uint64{1: 1 << 40, 3: 0} {
			b := tx.Bucket(groupName(record.Events, first))
			packed := bytes.Clone(b.Get(keyGroup))
			copy(packed[28:], number(claimed))
			if err := b.Put(keyGroup, packed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 80 {
		mustAppend(t, j, record.Events, bulky(rng))
	}
	if _, lost := mustRead(t, j, record.Events, 0, 1000); len(lost) == 0 || lost[0].First != 1 || lost[0].Last < 6 {
		t.Errorf("tombstones %v, want the first six among them", lost)
	}
	checkComplete(t, j, record.Events, 86)
}

// TestTelemetryGivenUpInMemoryHasATombstone makes commits fail, by a file that is gone, until memory is full.
func TestTelemetryGivenUpInMemoryHasATombstone(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	mustAppend(t, j, record.Events, entry(0))
	mustClose(t, j)
	if err := os.Remove(j.file.path); err != nil {
		t.Fatal(err)
	}
	w := &writer{j: j, state: newState(j.Epoch()), next: map[record.Stream]uint64{record.Events: 2, record.Telemetry: 1}, room: newReserve(j.file.path)}
	reply := make(chan appended, 1)
	entries := make([]record.Entry, groupRecords)
	for i := range entries {
		entries[i] = entry(i)
	}
	for range maxWaiting/groupRecords + 3 {
		w.serve(request{record.Telemetry, entries, reply})
		if a := <-reply; a.err != nil {
			t.Fatal(a.err)
		}
	}
	want := tombstone{record.Telemetry, record.Lost{First: 1, Last: 3 * groupRecords, Reason: record.ReasonFull}}
	if len(w.dropped) != 1 || w.dropped[0] != want || len(w.waiting) != maxWaiting || w.waiting[0].Seq != 3*groupRecords+1 {
		t.Errorf("gave up %v and holds %d from %d, want %v and %d", w.dropped, len(w.waiting), w.waiting[0].Seq, want, maxWaiting)
	}
}

func TestCreationInterruptedIsRepeated(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName+".new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	j := mustOpen(t, dir, options())
	if r := mustAppend(t, j, record.Events, entry(1)); r[0].Seq != 1 {
		t.Errorf("seq %d, want 1", r[0].Seq)
	}
}

func TestSecondProcessOnTheFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	mustOpen(t, dir, options())
	if _, err := Open(dir, options()); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("second open: %v, want a clear refusal", err)
	}
}

// TestRandomHistory compares the journal with a plain model through appends, acknowledgements and reopenings.
func TestRandomHistory(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			dir := t.TempDir()
			j := mustOpen(t, dir, options())
			model := map[record.Stream][]record.Record{}
			for range 120 {
				s := record.Streams[rng.IntN(2)]
				switch rng.IntN(10) {
				case 0:
					mustClose(t, j)
					j = mustOpen(t, dir, options())
				case 1:
					if p := j.Position(s); p.Last > 0 {
						through := 1 + rng.Uint64N(p.Last)
						if err := j.Acknowledge(record.Ack{Epoch: j.Epoch(), Stream: s, Through: through}); err != nil {
							t.Fatal(err)
						}
					}
				default:
					entries := make([]record.Entry, 1+rng.IntN(4))
					for i := range entries {
						entries[i] = entry(rng.IntN(1000))
					}
					model[s] = append(model[s], mustAppend(t, j, s, entries...)...)
				}
				last := int(j.Position(s).Last)
				after, limit := rng.IntN(last+1), 1+rng.IntN(20)
				got, lost := mustRead(t, j, s, uint64(after), limit)
				want := model[s][after:min(last, after+limit)]
				if len(lost) != 0 || seqs(got) != seqs(want) {
					t.Fatalf("%s after %d limit %d: %s, lost %v; want %s", s, after, limit, seqs(got), lost, seqs(want))
				}
				for i := range want {
					if !got[i].Equal(want[i]) {
						t.Fatalf("%s: %+v, want %+v", s, got[i], want[i])
					}
				}
			}
		})
	}
}

func FuzzUnpack(f *testing.F) {
	one := record.Record{Seq: 1, Type: "door.opened", Source: "door", Time: noon, Clock: record.Synced, Data: json.RawMessage(`{}`)}
	h := header{stream: record.Events, first: 1, last: 1, records: 1, committed: noon, serial: 1}
	f.Add(h.pack(record.AppendRecord(nil, one)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > headerSize { // else hardly anything would get past the checksum
			binary.BigEndian.PutUint32(b[8:], uint32(len(b)-headerSize))
			binary.BigEndian.PutUint32(b[4:], crc32.Checksum(b[8:], castagnoli))
		}
		got, err := unpack(b, 1)
		if err == nil && (got.content[0].Seq != 1 || got.content[len(got.content)-1].Seq != got.last) {
			t.Errorf("unpacked %d records, %d to %d, without an error", len(got.content), got.first, got.last)
		}
	})
}

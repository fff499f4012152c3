package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// written counts the bytes of pages that a journal's commits write.
func written(j *Journal) int64 {
	stats := j.file.db.Stats().TxStats
	return stats.GetPageAlloc()
}

// TestSmallCommitsWriteTwoPages counts the pages that commits of one event write: bbolt's own and that of the top
// level nearly always, and a few more when recent events are packed together.
func TestSmallCommitsWriteTwoPages(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	const commits = 400
	two := 0
	before := written(j)
	for n := range commits {
		at := written(j)
		mustAppend(t, j, record.Events, entry(n))
		if written(j)-at+pageSize <= 2*pageSize { // what a transaction allocates, and the meta page
			two++
		}
	}
	mean := float64(written(j)-before)/commits + pageSize
	t.Logf("%d of %d commits wrote two pages, %.0f bytes on average", two, commits, mean)
	if two < commits*3/4 || mean > 11<<10 {
		t.Errorf("%d of %d commits wrote two pages, %.0f bytes on average; want three quarters, and at most 11 KiB", two, commits, mean)
	}
}

// TestEverySizeOfGroupIsReadBack appends groups of all sizes in a random order, so that recent ones are packed, moved
// and read from everywhere.
func TestEverySizeOfGroupIsReadBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	dir := t.TempDir()
	j := mustOpen(t, dir, options())
	model := map[record.Stream][]record.Record{}
	for range 150 {
		s := record.Streams[rng.IntN(2)]
		entries := make([]record.Entry, 1+rng.IntN(1+rng.IntN(1500)))
		for i := range entries {
			entries[i] = entry(rng.IntN(1 << 30))
		}
		model[s] = append(model[s], mustAppend(t, j, s, entries...)...)
	}
	mustClose(t, j)
	j = mustOpen(t, dir, options())
	for _, s := range record.Streams {
		checkComplete(t, j, s, uint64(len(model[s])))
		for after := uint64(0); after < uint64(len(model[s])); {
			span, err := j.Text(s, after, 0, 4+rng.IntN(997), 1000+rng.IntN(200_000))
			if err != nil || span.End == after || len(span.Lost) > 0 {
				t.Fatalf("after %d: text up to %d, lost %v, error %v", after, span.End, span.Lost, err)
			}
			var records []record.Record
			if err := json.Unmarshal([]byte("["+string(span.Text)+"]"), &records); err != nil {
				t.Fatal(err)
			}
			want := model[s][after:span.End]
			if len(records) != len(want) || span.Records != len(want) {
				t.Fatalf("after %d: %d records, told %d, want %d", after, len(records), span.Records, len(want))
			}
			for i := range want {
				if !records[i].Equal(want[i]) {
					t.Fatalf("%+v, want %+v", records[i], want[i])
				}
			}
			after = span.End
		}
	}
}

func TestTextStopsWhereItIsTold(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	for n := range 10 {
		mustAppend(t, j, record.Events, entry(n), entry(n))
	}
	for _, c := range []struct {
		after, upTo uint64
		limit, size int
		end         uint64
	}{{0, 0, 100, 1 << 20, 20}, {0, 7, 100, 1 << 20, 7}, {3, 0, 4, 1 << 20, 7}, {5, 0, 100, 1, 6}, {20, 0, 100, 100, 20}, {7, 7, 9, 9, 7}} {
		span, err := j.Text(record.Events, c.after, c.upTo, c.limit, c.size)
		if err != nil || span.End != c.end || span.Records != int(c.end-c.after) {
			t.Errorf("after %d up to %d: %d records up to %d, error %v; want up to %d", c.after, c.upTo, span.Records, span.End, err, c.end)
		}
	}
}

// TestOverlappingTombstonesAreToldOnce has tombstones as thinning and then dropping the same group leave them. However
// few may be told at once, and from wherever, the reader gets on, and no seq is told twice.
func TestOverlappingTombstonesAreToldOnce(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	for range 40 {
		mustAppend(t, j, record.Telemetry, entry(1))
	}
	mustAppend(t, j, record.Events, entry(1))
	err := j.file.update(func(tx *bbolt.Tx) error {
		on := shelf{tx, record.Telemetry}
		for _, p := range on.recents() {
			if err := on.remove(p); err != nil {
				return err
			}
		}
		for _, l := range []record.Lost{{First: 2, Last: 9}, {First: 4, Last: 30}, {First: 6, Last: 12}, {First: 14, Last: 20}, {First: 31, Last: 40}} {
			l.Reason = record.ReasonThinned
			if err := putLost(tx, tombstone{record.Telemetry, l}); err != nil {
				return err
			}
		}
		return putLost(tx, tombstone{record.Telemetry, record.Lost{First: 1, Last: 40, Reason: record.ReasonFull}})
	})
	if err != nil {
		t.Fatal(err)
	}
	checkComplete(t, j, record.Telemetry, 40)
	for from := range uint64(40) {
		for after := from; after < 40; {
			span, err := j.Text(record.Telemetry, after, 0, 4, 1<<20)
			if err != nil || span.End <= after || len(span.Lost) > 4 || span.Records > 0 {
				t.Fatalf("after %d: %d records, lost %v up to %d, error %v", after, span.Records, span.Lost, span.End, err)
			}
			next := after + 1
			for _, l := range span.Lost {
				if l.First != next {
					t.Fatalf("after %d: lost %v, want each seq once", after, span.Lost)
				}
				next = l.Last + 1
			}
			after = span.End
		}
	}
}

// reading is an entry as a sensor makes it.
func reading(sensor, n int) record.Entry {
	return record.NewEntry(record.TemperatureMeasured, fmt.Sprintf("machine-room/t%d", sensor), time.Time{},
		record.MeasurementData{Value: 20 + float64(n)/1e6, Unit: "°C"})
}

// TestFullJournalThinsTelemetryBeforeItDropsAny lets ten sensors write more than there is room for: readings of early
// hours remain, but fewer.
func TestFullJournalThinsTelemetryBeforeItDropsAny(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o := options()
		o.Clock, o.MaxBytes, o.TelemetryDelay = following(), 1<<20, 30*time.Second
		j := mustOpen(t, dir, o)
		rng := rand.New(rand.NewPCG(7, 8))
		n := 0
		for ; n < 9000; n++ { // a day and an hour
			for sensor := range 10 {
				mustAppend(t, j, record.Telemetry, reading(sensor, rng.IntN(1<<40)))
				time.Sleep(time.Duration(rng.IntN(2000)) * time.Millisecond)
			}
		}
		mustAppend(t, j, record.Events, entry(1))
		checkComplete(t, j, record.Telemetry, uint64(10*n))
		records, lost := mustRead(t, j, record.Telemetry, 0, 1<<20)
		thinned, full := uint64(0), uint64(0)
		for _, l := range lost {
			if l.Reason == record.ReasonThinned {
				thinned += l.Last - l.First + 1
			} else {
				full += l.Last - l.First + 1
			}
		}
		t.Logf("%d records kept, %d thinned, %d dropped", len(records), thinned, full)
		if thinned == 0 || full != 0 {
			t.Errorf("%d thinned and %d dropped, want some and none", thinned, full)
		}
		perSource := map[string]time.Time{}
		for _, r := range records {
			if last, ok := perSource[r.Source]; ok && r.Time.Sub(last) > 2*thinWindow {
				t.Fatalf("%s: nothing from %s to %s", r.Source, last, r.Time)
			}
			perSource[r.Source] = r.Time
		}
		mustClose(t, j)
	})
}

// TestCapOnRecordsAndAge keeps to the other two caps.
func TestCapOnRecordsAndAge(t *testing.T) {
	o := options()
	o.MaxRecords = 1000
	j := mustOpen(t, t.TempDir(), o)
	for n := range 30 {
		entries := make([]record.Entry, 100)
		for i := range entries {
			entries[i] = entry(n)
		}
		mustAppend(t, j, record.Events, entries...)
	}
	if got, _ := mustRead(t, j, record.Events, 0, 1<<20); len(got) > 1000 || len(got) < 100 {
		t.Errorf("%d records kept, want some and not more than 1000", len(got))
	}
	checkComplete(t, j, record.Events, 3000)

	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o := options()
		o.Clock, o.MaxAge = following(), time.Hour
		j := mustOpen(t, dir, o)
		mustAppend(t, j, record.Telemetry, entry(1))
		mustAppend(t, j, record.Events, entry(1))
		time.Sleep(trimAfter + trimEvery)
		if _, lost := mustRead(t, j, record.Telemetry, 0, 9); len(lost) != 1 || lost[0].Reason != record.ReasonAged {
			t.Errorf("tombstones %v after six hours, want one for its age", lost)
		}
		if got, _ := mustRead(t, j, record.Events, 0, 9); len(got) != 1 {
			t.Errorf("%d events, want the one: age is no reason to drop it", len(got))
		}
		mustClose(t, j)
	})
}

// TestFileGivesItsSpaceBack drains a backlog and goes on appending while the file is made smaller.
func TestFileGivesItsSpaceBack(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o := options()
		o.Clock, o.Retain = following(), time.Minute
		j := mustOpen(t, dir, o)
		rng := rand.New(rand.NewPCG(5, 6))
		for range 1200 {
			mustAppend(t, j, record.Events, bulky(rng))
		}
		kept := mustAppend(t, j, record.Events, entry(1))[0].Seq
		size := func() int64 {
			info, err := os.Stat(filepath.Join(dir, FileName))
			if err != nil {
				t.Fatal(err)
			}
			return info.Size()
		}
		before := size()
		if err := j.Acknowledge(record.Ack{Epoch: j.Epoch(), Stream: record.Events, Through: kept - 1}); err != nil {
			t.Fatal(err)
		}
		n := 0
		for ; n < 600; n++ { // of these two minutes the file is being moved for some
			mustAppend(t, j, record.Events, entry(n))
			mustAppend(t, j, record.Telemetry, entry(n))
			time.Sleep(200 * time.Millisecond)
		}
		if after := size(); before < 16<<20 || after > 2<<20 {
			t.Errorf("the file had %d bytes and has %d, want less than 2 MiB after more than 16", before, after)
		}
		if _, err := os.Stat(temporaryName(j.file.path)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("temporary file: %v, want it gone", err)
		}
		epoch := j.Epoch()
		mustClose(t, j)
		j = mustOpen(t, dir, o)
		if j.Epoch() != epoch || j.Position(record.Events).Through != kept-1 {
			t.Errorf("epoch %s through %d, want %s through %d", j.Epoch(), j.Position(record.Events).Through, epoch, kept-1)
		}
		got, lost := mustRead(t, j, record.Events, kept-1, 1<<20)
		if len(got) != n+1 || len(lost) != 0 {
			t.Errorf("%d events and %v after the move, want %d and none", len(got), lost, n+1)
		}
		checkComplete(t, j, record.Telemetry, uint64(n))
		mustClose(t, j)
	})
}

// TestWhatWaitsIsNotCounted trims, and makes a new epoch, while telemetry waits in memory: it is not on disk before it
// is, and what is there afterwards has no hole where it was.
func TestWhatWaitsIsNotCounted(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o := options()
		o.Clock, o.TelemetryDelay = following(), 48*time.Hour
		j := mustOpen(t, dir, o)
		mustAppend(t, j, record.Events, entry(1))
		if err := j.Acknowledge(record.Ack{Epoch: j.Epoch(), Stream: record.Events, Through: 1}); err != nil {
			t.Fatal(err)
		}
		mustAppend(t, j, record.Telemetry, entry(1), entry(2))
		time.Sleep(trimAfter + trimEvery)
		if got := j.Position(record.Telemetry).Last; got != 0 {
			t.Errorf("telemetry through %d after trimming, want none on disk", got)
		}
		if _, lost := mustRead(t, j, record.Events, 0, 9); len(lost) != 1 {
			t.Fatalf("tombstones of events %v, want the event trimmed", lost)
		}
		if span, err := j.Text(record.Telemetry, 0, 0, 100, 1000); err != nil || span.Records+len(span.Lost) > 0 {
			t.Errorf("telemetry is told as %d records and %v, error %v; want nothing yet", span.Records, span.Lost, err)
		}
		if err := j.Renew("for a test"); err != nil {
			t.Fatal(err)
		}
		checkComplete(t, j, record.Telemetry, 2)
		if got, lost := mustRead(t, j, record.Telemetry, 0, 9); seqs(got) != "1 2" || len(lost) != 0 {
			t.Errorf("telemetry %s, tombstones %v; want 1 2 and none", seqs(got), lost)
		}
		mustClose(t, j)
	})
}

func TestRenewedJournalGoesOnInANewEpoch(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, options())
	mustAppend(t, j, record.Events, entry(1), entry(2), entry(3))
	old := j.Epoch()
	if err := j.Acknowledge(record.Ack{Epoch: old, Stream: record.Events, Through: 2}); err != nil {
		t.Fatal(err)
	}
	if err := j.Renew("head office knows more"); err != nil {
		t.Fatal(err)
	}
	if err := j.Acknowledge(record.Ack{Epoch: old, Stream: record.Events, Through: 3}); !errors.Is(err, ErrForeignAck) {
		t.Errorf("acknowledgement of the old epoch: %v, want ErrForeignAck", err)
	}
	for range 2 {
		if got := j.Position(record.Events); got != (Position{Last: 4, Base: 2}) || j.Epoch() == old {
			t.Errorf("position %+v, want last 4 on base 2 in another epoch", got)
		}
		span, err := j.Text(record.Events, 0, 0, 100, 1<<20)
		if err != nil || span.Records != 2 || len(span.Lost) != 1 || span.Lost[0] != (record.Lost{First: 1, Last: 2, Reason: record.ReasonEarlier}) {
			t.Errorf("text of %d records, lost %v, error %v; want the two after the base", span.Records, span.Lost, err)
		}
		if got, _ := mustRead(t, j, record.Events, 0, 9); seqs(got) != "1 2 3 4" || got[3].Type != record.JournalReplaced {
			t.Errorf("records %s, want all of them and the renewal", seqs(got))
		}
		mustClose(t, j)
		j = mustOpen(t, dir, options())
	}
}

func TestConfirm(t *testing.T) {
	j := mustOpen(t, t.TempDir(), options())
	records := mustAppend(t, j, record.Events, entry(1), entry(2), entry(3))
	ack := func(through uint64, mark string) record.Ack {
		return record.Ack{Epoch: j.Epoch(), Stream: record.Events, Through: through, Mark: mark}
	}
	for name, c := range map[string]struct {
		ack  record.Ack
		want error
	}{
		"agrees":  {ack(2, records[1].Mark()), nil},
		"no mark": {ack(2, ""), nil},
		"other":   {ack(2, records[0].Mark()), ErrOtherHistory},
		"beyond":  {ack(4, ""), ErrOtherHistory},
		"foreign": {record.Ack{Epoch: "6f0e3d5c-0000-4000-8000-000000000000", Stream: record.Events}, ErrForeignAck},
	} {
		if err := j.Confirm(c.ack); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestAnyBitMayFlip damages a journal at random places, all over the file. The program always starts, tells what is
// missing, and never hands out a record that was not written.
func TestAnyBitMayFlip(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	source := t.TempDir()
	j := mustOpen(t, source, options())
	model := map[record.Stream][]record.Record{}
	for n := range 150 {
		entries := make([]record.Entry, 1+rng.IntN(40))
		for i := range entries {
			entries[i] = entry(n)
		}
		s := record.Streams[rng.IntN(2)]
		model[s] = append(model[s], mustAppend(t, j, s, entries...)...)
	}
	mustClose(t, j)
	sound, err := os.ReadFile(filepath.Join(source, FileName))
	if err != nil {
		t.Fatal(err)
	}
	used := highWater(t, filepath.Join(source, FileName))
	replaced, tombstones := 0, 0
	dir := t.TempDir()
	for n := range 300 {
		spoilt := append([]byte(nil), sound...)
		bit := rng.IntN(8 * used)
		if n < 64 {
			bit = n * 997 % (8 * 4 * pageSize) // the first pages hold what everything hangs on
		}
		spoilt[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(filepath.Join(dir, FileName), spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		j := mustOpen(t, dir, options())
		for s, want := range model {
			got, lost := mustRead(t, j, s, 0, 1<<20)
			tombstones += len(lost)
			for _, r := range got {
				if r.Type == record.JournalReplaced && s == record.Events {
					replaced++
				} else if int(r.Seq) > len(want) || !r.Equal(want[r.Seq-1]) {
					t.Fatalf("bit %d: %s %d is %+v", bit, s, r.Seq, r)
				}
			}
			checkComplete(t, j, s, j.Position(s).Last)
		}
		mustAppend(t, j, record.Events, entry(1))
		mustClose(t, j)
	}
	t.Logf("300 flips: %d replaced files, %d tombstones", replaced, tombstones)
	if replaced == 0 || tombstones == 0 {
		t.Errorf("%d replaced files and %d tombstones, want some of both", replaced, tombstones)
	}
}

func highWater(t *testing.T, path string) (bytes int) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bbolt.Tx) error { bytes = int(tx.Size()); return nil }); err != nil {
		t.Fatal(err)
	}
	return bytes
}

// TestReadersMayMeetDamage harms the open file under the journal, where a commit has been.
func TestReadersMayMeetDamage(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, options())
	for n := range 200 {
		mustAppend(t, j, record.Events, entry(n), entry(n), entry(n))
	}
	path := filepath.Join(dir, FileName)
	used := 0
	if err := j.file.view(func(tx *bbolt.Tx) error { used = int(tx.Size()); return nil }); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(make([]byte, used-2*pageSize), 2*pageSize); err != nil {
		t.Fatal(err)
	}
	epoch := j.Epoch()
	for changed := j.Changed(); j.Epoch() == epoch; changed = j.Changed() {
		if _, _, err := j.Read(record.Events, 0, 1000); err == nil {
			t.Fatal("damage was not noticed")
		}
		<-changed
	}
	mustAppend(t, j, record.Events, entry(1))
	checkComplete(t, j, record.Events, j.Position(record.Events).Last)
}

package journal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"stationkeeper/internal/record"
)

// exported is one line of an export.
type exported struct {
	Epoch  string        `json:"epoch"`
	Stream record.Stream `json:"stream"`
	record.Record
	Lost *record.Lost `json:"lost"`
}

func mustExport(t *testing.T, path string, o ExportOptions) (records map[record.Stream][]record.Record, lost map[record.Stream][]record.Lost, epochs []string) {
	t.Helper()
	var b bytes.Buffer
	if err := Export(path, &b, o); err != nil {
		t.Fatal(err)
	}
	records, lost = map[record.Stream][]record.Record{}, map[record.Stream][]record.Lost{}
	for lines := bufio.NewScanner(&b); lines.Scan(); {
		var e exported
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("line %s: %v", lines.Text(), err)
		}
		if e.Lost != nil {
			lost[e.Stream] = append(lost[e.Stream], *e.Lost)
		} else {
			records[e.Stream] = append(records[e.Stream], e.Record)
		}
		if !slices.Contains(epochs, e.Epoch) {
			epochs = append(epochs, e.Epoch)
		}
	}
	return records, lost, epochs
}

func sameRecords(a, b []record.Record) bool { return slices.EqualFunc(a, b, record.Record.Equal) }

// eventful fills a journal until telemetry has been thinned, and acknowledges some.
func eventful(t *testing.T, dir string) *Journal {
	t.Helper()
	o := options()
	o.MaxBytes = 1 << 20
	j := mustOpen(t, dir, o)
	rng := rand.New(rand.NewPCG(31, 32))
	for n := range 45 {
		entries := make([]record.Entry, 200)
		for i := range entries {
			entries[i] = reading(i%4, rng.IntN(1<<40))
		}
		mustAppend(t, j, record.Telemetry, entries...)
		mustAppend(t, j, record.Events, entry(n), bulky(rng), bulky(rng))
	}
	mustAppend(t, j, record.Telemetry, reading(1, 1), reading(2, 2), reading(1, 3))
	if err := j.Acknowledge(record.Ack{Epoch: j.Epoch(), Stream: record.Events, Through: 41}); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, j, record.Events, entry(1))
	return j
}

// TestExportIsWhatReadGives compares the lines with the journal, beside the open journal and after it.
func TestExportIsWhatReadGives(t *testing.T) {
	dir := t.TempDir()
	j := eventful(t, dir)
	epoch := j.Epoch()
	type part struct {
		records []record.Record
		lost    []record.Lost
	}
	want := map[record.Stream]map[uint64]part{}
	for _, s := range record.Streams {
		want[s] = map[uint64]part{}
		for _, after := range []uint64{0, 50, j.Position(s).Last - 3, j.Position(s).Last - 1, 1 << 40} {
			var p part
			p.records, p.lost = mustRead(t, j, s, after, 1<<20)
			want[s][after] = p
		}
	}
	compare := func() {
		t.Helper()
		for _, s := range record.Streams {
			for after, w := range want[s] {
				records, lost, epochs := mustExport(t, dir, ExportOptions{Streams: []record.Stream{s}, After: after})
				if !sameRecords(records[s], w.records) || !slices.Equal(lost[s], w.lost) {
					t.Errorf("%s after %d: %d records and %v, want %d and %v", s, after, len(records[s]), lost[s], len(w.records), w.lost)
				}
				if len(epochs) > 1 || len(epochs) == 1 && epochs[0] != epoch {
					t.Errorf("epochs %v, want %s", epochs, epoch)
				}
			}
		}
	}
	if lost := want[record.Telemetry][0].lost; len(lost) == 0 {
		t.Fatal("no tombstones, want some")
	}
	compare()
	mustClose(t, j)
	compare()
	records, _, _ := mustExport(t, filepath.Join(dir, FileName), ExportOptions{})
	for _, s := range record.Streams {
		if !sameRecords(records[s], want[s][0].records) {
			t.Errorf("%s: %d records in an export of both streams, want %d", s, len(records[s]), len(want[s][0].records))
		}
	}
}

// TestInspectTellsWhatTheJournalSays compares a summary with the journal.
func TestInspectTellsWhatTheJournalSays(t *testing.T) {
	dir := t.TempDir()
	j := eventful(t, dir)
	for _, inUse := range []bool{true, false} {
		s, err := Inspect(dir)
		if err != nil {
			t.Fatal(err)
		}
		if s.Epoch != j.Epoch() || s.InUse != inUse || s.Damaged != "" || s.Committed.Before(noon) {
			t.Errorf("summary %+v, want epoch %s in use %v", s, j.Epoch(), inUse)
		}
		for i, stream := range record.Streams {
			got, at := s.Streams[i], j.Position(stream)
			if got.Stream != stream || got.Last != at.Last || got.Through != at.Through || got.Base != at.Base {
				t.Errorf("%+v, want %+v", got, at)
			}
			if inUse {
				records, lost := mustRead(t, j, stream, 0, 1<<20)
				waiting, _ := mustRead(t, j, stream, at.known(), 1<<20)
				if got.Records != uint64(len(records)) || got.Waiting != uint64(len(waiting)) || len(got.Lost) == 0 && len(lost) > 0 || got.Oldest.IsZero() == (len(records) > 0) {
					t.Errorf("%+v, want %d records of which %d wait, and %v", got, len(records), len(waiting), lost)
				}
			}
		}
		if info, _ := os.Stat(j.file.path); s.Size != info.Size() || s.Free < 0 || s.Free > s.Size-4*pageSize {
			t.Errorf("size %d and free %d of a file with %d bytes", s.Size, s.Free, info.Size())
		}
		if len(s.Beside) != 1 || s.Beside[0].Name != FileName+".reserve" {
			t.Errorf("beside it %v, want the reserve", s.Beside)
		}
		if inUse {
			mustClose(t, j)
		}
	}
}

// mustVerify checks that nothing is wrong with a journal.
func mustVerify(t *testing.T, path string) {
	t.Helper()
	problems, err := Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("verify %s: %s", path, p)
	}
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(t *testing.T, j *Journal, tx *bbolt.Tx) error
		want []string
	}{
		"nothing": {func(*testing.T, *Journal, *bbolt.Tx) error { return nil }, nil},
		"checksum": {func(t *testing.T, j *Journal, tx *bbolt.Tx) error {
			b := tx.Bucket(groupName(record.Events, 3))
			packed := bytes.Clone(b.Get(keyGroup))
			packed[len(packed)-1] ^= 1
			return b.Put(keyGroup, packed)
		}, []string{"events: group from 3: group does not match its checksum", "events: 3 to 4 are missing without a tombstone"}},
		"gap": {func(t *testing.T, j *Journal, tx *bbolt.Tx) error {
			return tx.DeleteBucket(groupName(record.Events, 3))
		}, []string{"events: 3 to 4 are missing without a tombstone", "state: it counts 6 records"}},
		"order": {func(t *testing.T, j *Journal, tx *bbolt.Tx) error {
			return (shelf{tx, record.Events}).put(place{first: 4, recent: true, packed: testGroup(4, 5)})
		}, []string{"events: group from 4: the one before it goes to 4", "state: it counts 6 records"}},
		"future": {func(t *testing.T, j *Journal, tx *bbolt.Tx) error {
			return (shelf{tx, record.Events}).put(place{first: 7, recent: true, packed: testGroup(7, 9)})
		}, []string{"events: group from 7: it goes to 9, the last record should be 6", "state: it counts 6 records"}},
		"tombstone": {func(t *testing.T, j *Journal, tx *bbolt.Tx) error {
			return putLost(tx, tombstone{record.Events, record.Lost{First: 7, Last: 9, Reason: record.ReasonFull}})
		}, []string{"events: a tombstone of 7 to 9, the last record is 6"}},
		"foreign": {func(t *testing.T, j *Journal, tx *bbolt.Tx) error {
			return tx.Bucket(bucketLost).Put([]byte("note"), []byte("x"))
		}, []string{`tombstone "note" makes no sense`}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			j := mustOpen(t, dir, options())
			rng := rand.New(rand.NewPCG(1, 2))
			for range 3 {
				mustAppend(t, j, record.Events, bulky(rng), bulky(rng))
			}
			if err := j.file.update(func(tx *bbolt.Tx) error {
				state, err := unpackState(tx.Bucket(bucketMeta).Get(keyState))
				if err != nil {
					return err
				}
				if err := c.harm(t, j, tx); err != nil {
					return err
				}
				return putState(tx, state)
			}); err != nil {
				t.Fatal(err)
			}
			got, err := Verify(dir)
			if err != nil || len(got) != len(c.want) {
				t.Fatalf("found %q, error %v; want %q", got, err, c.want)
			}
			for i, want := range c.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("found %q, want %q", got[i], want)
				}
			}
		})
	}
}

// The packers make their channels when they are used first. That must not be within the bubble of one test.
func init() {
	if _, err := unpack(testGroup(1, 1), 1); err != nil {
		panic(err)
	}
}

// testGroup is a packed group of events.
func testGroup(first, last uint64) []byte {
	var records []record.Record
	for seq := first; seq <= last; seq++ {
		e := entry(int(seq))
		records = append(records, record.Record{Seq: seq, Type: e.Type, Source: e.Source, Time: noon, Clock: record.Synced, Data: e.Data})
	}
	h := header{stream: record.Events, first: first, last: last, records: len(records), committed: noon, serial: 1}
	return h.pack(record.AppendRecords(nil, records))
}

// TestDamagedFileIsInspectedAndExported looks at a file whose first pages are gone.
func TestDamagedFileIsInspectedAndExported(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, options())
	epoch := j.Epoch()
	rng := rand.New(rand.NewPCG(1, 2))
	var want []record.Record
	for range 30 {
		want = append(want, mustAppend(t, j, record.Events, bulky(rng), entry(1))...)
	}
	mustClose(t, j)
	content, err := os.ReadFile(j.file.path)
	if err != nil {
		t.Fatal(err)
	}
	aside := filepath.Join(t.TempDir(), FileName+".damaged-20261123T120000.000Z")
	if err := os.WriteFile(aside, append(make([]byte, 2*pageSize), content[2*pageSize:]...), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Inspect(aside)
	if err != nil || !strings.Contains(s.Damaged, "page 0") || s.Epoch != epoch || s.Streams[0].Records != 60 || s.Streams[0].Last != 60 {
		t.Errorf("summary %+v, error %v", s, err)
	}
	problems, err := Verify(aside)
	if err != nil || len(problems) != 1 || !strings.HasPrefix(problems[0], "structure: damaged: page 0") {
		t.Errorf("problems %q, error %v, want the structure's", problems, err)
	}
	got, _, _ := mustExport(t, aside, ExportOptions{})
	if !sameRecords(got[record.Events], want) {
		t.Errorf("%d records, want all %d", len(got[record.Events]), len(want))
	}
}

// TestInspectionWritesNothing looks at files of all kinds and compares them before and after.
func TestInspectionWritesNothing(t *testing.T) {
	dir := t.TempDir()
	mustClose(t, eventful(t, dir))
	path := filepath.Join(dir, FileName)
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"sound": sound, "empty": {}, "short": sound[:5000], "cut": sound[:len(sound)/2], "text": []byte("not a journal")} {
		if err := os.WriteFile(path, content, 0o400); err != nil {
			t.Fatal(err)
		}
		if _, err := Inspect(dir); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if problems, err := Verify(dir); err != nil || (len(problems) == 0) != (name == "sound") {
			t.Errorf("%s: found %q, %v", name, problems, err)
		}
		mustExport(t, dir, ExportOptions{})
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, content) {
			t.Errorf("%s: the file has changed (%v)", name, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%v in the folder, want the journal and its reserve", entries)
	}
	if _, err := Inspect(t.TempDir()); err == nil || !strings.Contains(err.Error(), "there is no journal in") {
		t.Errorf("inspect an empty folder: %v", err)
	}
}

// TestInspectionBesideAWriter looks again and again at a journal that is written to, trimmed and read meanwhile.
func TestInspectionBesideAWriter(t *testing.T) {
	dir := t.TempDir()
	o := options()
	o.MaxBytes = 1 << 20
	j := mustOpen(t, dir, o)
	rng := rand.New(rand.NewPCG(41, 42))
	mustAppend(t, j, record.Events, bulky(rng))
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	written := make(chan []record.Record)
	go func() {
		var all []record.Record
		pace := time.NewTicker(5 * time.Millisecond) // fifty times a busy station's
		defer pace.Stop()
		for ctx.Err() == nil {
			<-pace.C
			records, err := j.Append(ctx, record.Events, entry(rng.IntN(1<<30)), bulky(rng))
			if err != nil {
				break
			}
			all = append(all, records...)
		}
		written <- all
	}()
	var seen [][]record.Record
	for range 12 {
		before := j.Position(record.Events).Last
		s, err := Inspect(dir)
		if err != nil || s.Damaged != "" || s.Streams[0].Last < before || s.Streams[0].Unreadable > 0 || !s.InUse {
			t.Fatalf("summary %+v, error %v, want at least %d events", s, err, before)
		}
		problems, err := Verify(dir)
		if err != nil || len(problems) > 0 {
			t.Fatalf("verify beside a writer: %q, %v", problems, err)
		}
		records, lost, _ := mustExport(t, dir, ExportOptions{})
		next := uint64(1)
		for _, r := range records[record.Events] {
			for len(lost[record.Events]) > 0 && lost[record.Events][0].First == next {
				next, lost[record.Events] = lost[record.Events][0].Last+1, lost[record.Events][1:]
			}
			if r.Seq != next {
				t.Fatalf("exported %d where %d is expected", r.Seq, next)
			}
			next++
		}
		if next <= before {
			t.Fatalf("exported through %d, want at least %d", next-1, before)
		}
		seen = append(seen, records[record.Events])
	}
	stop()
	all := <-written
	for _, records := range seen {
		for _, r := range records {
			if i := int(r.Seq) - 2; i >= 0 && i < len(all) && !r.Equal(all[i]) {
				t.Fatalf("exported %+v, written was %+v", r, all[i])
			}
		}
	}
	t.Logf("%d records written meanwhile", len(all))
}

// TestOneFileHasOneOwner opens a journal that is open through other names of its file, which is refused; looking at it is
// not.
func TestOneFileHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, options())
	mustAppend(t, j, record.Events, entry(1))
	for name, link := range map[string]func(string, string) error{"hard link": os.Link, "symbolic link": os.Symlink} {
		other := t.TempDir()
		if err := link(j.file.path, filepath.Join(other, FileName)); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(other, options()); err == nil || !strings.Contains(err.Error(), "in use by another process") {
			t.Errorf("through a %s: %v, want a clear refusal", name, err)
		}
		mustVerify(t, other)
		if s, err := Inspect(other); err != nil || !s.InUse || s.Streams[0].Last != 1 {
			t.Errorf("inspect through a %s: %+v, %v", name, s, err)
		}
		if entries, err := os.ReadDir(other); err != nil || len(entries) != 1 {
			t.Errorf("%v beside the %s, want nothing (%v)", entries, name, err)
		}
	}
	if r := mustAppend(t, j, record.Events, entry(2)); r[0].Seq != 2 {
		t.Errorf("appended %d, want 2", r[0].Seq)
	}
}

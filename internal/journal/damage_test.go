package journal

import (
	"bytes"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// faults makes the tests of faults thorough: see make faults.
var faults = flag.Bool("faults", false, "test every fault at every place, which takes long")

// specimen is a closed journal's file, at two moments, and what was written to it.
type specimen struct {
	earlier, sound []byte // the earlier one is some commits older
	used           int    // bytes of the sound one that pages take
	top            int    // the page of it that holds its state
	epoch          string
	model          map[record.Stream][]record.Record
}

// newSpecimen writes a journal in which groups of all sizes are recent and settled.
func newSpecimen(t testing.TB, seed uint64, commits int) specimen {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	j, err := Open(dir, options())
	if err != nil {
		t.Fatal(err)
	}
	s := specimen{epoch: j.Epoch(), model: map[record.Stream][]record.Record{}}
	rng := rand.New(rand.NewPCG(seed, 61))
	for n := range commits {
		if n == commits-12 {
			s.earlier, err = os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
		}
		stream := record.Streams[rng.IntN(2)]
		entries := make([]record.Entry, 1+rng.IntN(1+rng.IntN(60)))
		for i := range entries {
			if entries[i] = entry(rng.IntN(1 << 30)); rng.IntN(100) == 0 {
				entries[i] = bulky(rng)
			}
		}
		records, err := j.Append(t.Context(), stream, entries...)
		if err != nil {
			t.Fatal(err)
		}
		s.model[stream] = append(s.model[stream], records...)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if s.sound, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	c, err := readContents(path)
	if err != nil || c.damaged != nil {
		t.Fatal(err, c.damaged)
	}
	s.used, s.top = len(s.sound), int(c.offset(c.stateOf)/pageSize)
	for s.used > 0 && s.sound[s.used-1] == 0 {
		s.used--
	}
	s.used = (s.used + pageSize - 1) / pageSize * pageSize
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	return s
}

// outcome counts what opening spoilt files has led to.
type outcome struct{ opened, replaced, tombstones int }

// open opens a spoilt file in dir and checks that nothing comes out of it that was not written, that every seq up to the
// last is accounted for, and that the journal can be written to. What is missing is missing from under a tombstone, or
// the epoch is a new one.
func (s specimen) open(t testing.TB, dir, what string, content []byte, sum *outcome) {
	t.Helper()
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, look := range map[string]func() error{
		"inspect": func() error { _, err := Inspect(path); return err },
		"verify":  func() error { _, err := Verify(path); return err },
		"export":  func() error { return Export(path, new(bytes.Buffer), ExportOptions{}) },
	} {
		if err := look(); err != nil {
			t.Fatalf("%s: %s: %v", what, name, err)
		}
	}
	o := options()
	o.Log = slog.New(slog.DiscardHandler)
	begin := time.Now()
	j, err := Open(dir, o)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	defer func() {
		if err := j.Close(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}()
	sum.opened++
	if j.Epoch() != s.epoch {
		sum.replaced++
	}
	for _, stream := range record.Streams {
		last, want := j.Position(stream).Last, s.model[stream]
		if j.Epoch() == s.epoch && last != uint64(len(want)) {
			t.Fatalf("%s: %s ends with %d of %d, and nothing is told", what, stream, last, len(want))
		}
		records, lost, err := j.Read(stream, 0, 1<<20)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		sum.tombstones += len(lost)
		count := uint64(len(records))
		for _, r := range records {
			if r.Type == record.JournalReplaced && j.Epoch() != s.epoch {
				continue
			}
			if r.Seq > uint64(len(want)) || !r.Equal(want[r.Seq-1]) {
				t.Fatalf("%s: %s %d is %+v", what, stream, r.Seq, r)
			}
		}
		for _, l := range lost {
			count += l.Last - l.First + 1
		}
		if count != last {
			t.Fatalf("%s: %s: %d of %d accounted for", what, stream, count, last)
		}
	}
	if _, err := j.Append(t.Context(), record.Events, entry(1)); err != nil {
		t.Fatalf("%s: append: %v", what, err)
	}
	if took := time.Since(begin); took > 5*time.Minute {
		t.Fatalf("%s: took %s", what, took)
	}
}

// TestAnyPagesMayBeDamaged spoils pages of a file in the ways in which disks do. -faults does it everywhere.
func TestAnyPagesMayBeDamaged(t *testing.T) {
	s := newSpecimen(t, 1, 150)
	pages := s.used / pageSize
	rng := rand.New(rand.NewPCG(62, 63))
	page := func(b []byte, n int) []byte { return b[n*pageSize:][:pageSize] }
	random := func(b []byte) {
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(b []byte, n int) []byte
	}{
		{"zeros", func(b []byte, n int) []byte { clear(page(b, n)); return b }},
		{"noise", func(b []byte, n int) []byte { random(page(b, n)); return b }},
		{"some bytes", func(b []byte, n int) []byte { random(page(b, n)[rng.IntN(pageSize-64):][:1+rng.IntN(64)]); return b }},
		{"cut", func(b []byte, n int) []byte { return b[:n*pageSize] }},
		{"cut within", func(b []byte, n int) []byte { return b[:n*pageSize+rng.IntN(pageSize)] }},
		{"swapped", func(b []byte, n int) []byte {
			one, other := page(b, n), page(b, rng.IntN(pages))
			was := slices.Clone(one)
			copy(one, other)
			copy(other, was)
			return b
		}},
		{"misplaced", func(b []byte, n int) []byte { copy(page(b, n), page(b, rng.IntN(pages))); return b }},
		{"lost write", func(b []byte, n int) []byte {
			if n < 2 {
				return b // a meta page that is not written is a commit that was never finished
			}
			clear(page(b, n))
			if (n+1)*pageSize <= len(s.earlier) {
				copy(page(b, n), page(s.earlier, n))
			}
			return b
		}},
		{"garbage behind", func(b []byte, n int) []byte {
			tail := make([]byte, 1+rng.IntN(20_000))
			random(tail)
			return append(b, tail...)
		}},
		{"ends twice", func(b []byte, n int) []byte { return append(b, page(b, n)...) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			var sum outcome
			step := max(1, pages/5)
			if *faults {
				step = 1
			}
			for n := -1; n < pages; n += step {
				at := n
				if n < 0 {
					at = s.top // the one that everything hangs on
				} else if n > 4 {
					at = min(n+rng.IntN(step), pages-1)
				}
				s.open(t, dir, fmt.Sprintf("%s at page %d", c.name, at), c.spoil(slices.Clone(s.sound), at), &sum)
			}
			t.Logf("%d files of %d pages, %d replaced, %d tombstones", sum.opened, pages, sum.replaced, sum.tombstones)
		})
	}
}

// TestSalvageBelievesOnlyWhatWasFinished leaves in a damaged file a group of a commit that was never finished, and an
// earlier version of one that is there.
func TestSalvageBelievesOnlyWhatWasFinished(t *testing.T) {
	s := newSpecimen(t, 4, 30)
	content := append(make([]byte, 2*pageSize), s.sound[2*pageSize:]...)
	events := s.model[record.Events]
	next := events[len(events)-1].Seq + 1
	for _, h := range []header{
		{first: next, last: next, serial: 1 << 40},
		{first: 1, last: 1, serial: 1},
	} {
		r := events[0]
		r.Seq, r.Data = h.first, []byte(`{"never":"reported"}`)
		h.stream, h.records, h.committed = record.Events, 1, noon
		page := make([]byte, pageSize)
		copy(page, h.pack(record.AppendRecord(nil, r)))
		content = append(content, page...)
	}
	var sum outcome
	s.open(t, t.TempDir(), "remains of other commits", content, &sum)
	if sum.replaced != 1 {
		t.Error("the file was not replaced")
	}
}

// FuzzOpen gives the journal any bytes as its file. It always opens, and hands out nothing that was not written.
func FuzzOpen(f *testing.F) {
	s := newSpecimen(f, 2, 12)
	f.Add(0, []byte{1}, len(s.sound))
	f.Add(pageSize+40, []byte("SKg2"), len(s.sound))
	f.Add(3*pageSize+8, []byte{1, 0, 255, 255}, len(s.sound))
	f.Add(0, []byte{}, 100)
	f.Fuzz(func(t *testing.T, at int, patch []byte, size int) {
		content := make([]byte, max(0, min(size, len(s.sound)+4*pageSize)))
		copy(content, s.sound)
		if at >= 0 && at < len(content) {
			copy(content[at:], patch)
		}
		var sum outcome
		s.open(t, t.TempDir(), "patched", content, &sum)
	})
}

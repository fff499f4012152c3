package journal

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// work is something that a program does to the folder of its journal, and that may end after any of its steps.
type work struct {
	name string
	// prepare puts into the folder what is there before, and returns the records in it and their epoch.
	prepare func(t *testing.T, dir string) (records map[record.Stream][]record.Record, epoch string)
	// replaces is true when the file is damaged, so that another epoch begins.
	replaces bool
	// moves is true when the journal is moved into a new file at the end.
	moves bool
}

// openStill opens a journal the writer of which does only what it is told.
func openStill(dir string, o Options) (*Journal, *writer, error) {
	f, replaced, err := openFile(filepath.Join(dir, FileName), o)
	if err != nil {
		return nil, nil, err
	}
	j := &Journal{options: o, file: f, position: map[record.Stream]Position{}, changed: make(chan struct{}), decoded: map[record.Stream]group{}}
	w, err := newWriter(j)
	if err == nil && replaced != nil {
		err = w.tellReplaced(*replaced)
	}
	return j, w, err
}

// do opens the journal, appends, and moves it if that is the work. It returns what was reported as written and whether
// all was done.
func (w work) do(dir string, rng *rand.Rand) (reported []record.Record, done bool) {
	o := options()
	o.MaxBytes = 1 << 20
	j, still, err := openStill(dir, o)
	if j != nil {
		defer func() { _ = j.file.close() }() // nothing can be written by then
	}
	if err != nil {
		return nil, false
	}
	for n := range 4 {
		if n == 2 && w.moves {
			if err := still.moveAll(); err != nil {
				return reported, false
			}
		}
		reply := make(chan appended, 1)
		still.serve(request{record.Events, []record.Entry{entry(rng.IntN(1 << 30))}, reply})
		a := <-reply
		if a.err != nil {
			return reported, false
		}
		reported = append(reported, a.records...)
	}
	return reported, true
}

// TestEndAtEveryStep lets a program that creates, converts, replaces or moves its journal end at every single operation
// on the disk, by being killed and by the power being cut. What is then on the disk is a journal that opens, has what was
// there and what was reported, and is under the same epoch unless the file was damaged.
func TestEndAtEveryStep(t *testing.T) {
	small := newSpecimen(t, 3, 14)
	put := func(t *testing.T, dir string, content []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, FileName), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range []work{
		{name: "create", prepare: func(*testing.T, string) (map[record.Stream][]record.Record, string) { return nil, "" }},
		{name: "convert", prepare: func(t *testing.T, dir string) (map[record.Stream][]record.Record, string) {
			return writeOlder(t, filepath.Join(dir, FileName), unharmed), olderEpoch
		}},
		{name: "replace", replaces: true, prepare: func(t *testing.T, dir string) (map[record.Stream][]record.Record, string) {
			put(t, dir, append(make([]byte, 2*pageSize), small.sound[2*pageSize:]...))
			return small.model, small.epoch
		}},
		{name: "move", moves: true, prepare: func(t *testing.T, dir string) (map[record.Stream][]record.Record, string) {
			put(t, dir, small.sound)
			return small.model, small.epoch
		}},
	} {
		for _, end := range []string{"kill", "cut"} {
			t.Run(w.name+" "+end, func(t *testing.T) {
				steps := 1
				for step, more := 1, true; more; steps++ {
					more = w.endAt(t, end, step)
					step++
					if !*faults {
						step += 1 + step/4 // not every one
					}
				}
				t.Logf("ended at %d steps", steps-1)
			})
		}
	}
}

// endAt does the work on a disk that ends at a step, and looks at what is there then. It reports whether the step was
// reached.
func (w work) endAt(t *testing.T, end string, step int) (reached bool) {
	t.Helper()
	t.Run(fmt.Sprint(step), func(t *testing.T) {
		d := mountFaulty(t)
		before, epoch := w.prepare(t, d.store)
		d.fail(t, fault{end, unix.EIO, step})
		reported, done := w.do(d.dir, rand.New(rand.NewPCG(uint64(step), 81)))
		reached = !done
		d.end(t)
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(d.store)); err != nil {
			t.Fatal(err)
		}
		j := mustOpen(t, dir, options())
		defer mustClose(t, j)
		if epoch != "" && !w.replaces && j.Epoch() != epoch {
			t.Errorf("epoch %s, want %s", j.Epoch(), epoch)
		}
		replaced := replacements(t, j)
		if len(replaced) > 0 && !w.replaces {
			t.Errorf("replaced: %+v", replaced)
		}
		for _, s := range record.Streams {
			there := map[uint64]record.Record{}
			records, _ := mustRead(t, j, s, 0, 1<<20)
			for _, r := range records {
				there[r.Seq] = r
			}
			want := before[s]
			if s == record.Events {
				want = append(want[:len(want):len(want)], reported...)
			}
			for _, r := range want {
				if !there[r.Seq].Equal(r) {
					t.Fatalf("%s %d is %+v, want %+v", s, r.Seq, there[r.Seq], r)
				}
			}
		}
		mustAppend(t, j, record.Events, entry(1))
		mustVerify(t, dir)
	})
	return reached
}

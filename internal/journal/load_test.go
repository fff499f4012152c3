package journal

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"testing"

	"stationkeeper/internal/record"
)

// load appends records and remembers what was said of each.
type load struct {
	rng     *rand.Rand
	kept    map[record.Stream]map[uint64]record.Record // reported as written, or accepted
	refused map[string]bool                            // the data of events that were not
	last    error                                      // of the last append that failed
}

func newLoad(seed uint64) *load {
	return &load{
		rng: rand.New(rand.NewPCG(seed, 71)), refused: map[string]bool{},
		kept: map[record.Stream]map[uint64]record.Record{record.Events: {}, record.Telemetry: {}},
	}
}

// append appends one record and reports whether it was taken.
func (l *load) append(t testing.TB, j *Journal, s record.Stream, e record.Entry) bool {
	t.Helper()
	records, err := j.Append(context.Background(), s, e)
	if err != nil {
		l.last = err
		l.refused[string(e.Data)] = true
		return false
	}
	for _, r := range records {
		if before, again := l.kept[s][r.Seq]; again {
			t.Fatalf("%s %d was given twice: %s and %s", s, r.Seq, before.Data, r.Data)
		}
		l.kept[s][r.Seq] = r
	}
	return true
}

// some appends an event and two readings, and reports whether the event was taken.
func (l *load) some(t testing.TB, j *Journal) bool {
	t.Helper()
	for sensor := range 2 {
		l.append(t, j, record.Telemetry, reading(sensor, l.rng.IntN(1<<40)))
	}
	return l.append(t, j, record.Events, bulky(l.rng))
}

// check checks that all that was reported is there or under a tombstone, unchanged, and that nothing else is but what the
// journal writes itself; and, after a restart, what was refused without being undone. It returns the number of events
// and of readings that have a tombstone.
func (l *load) check(t testing.TB, j *Journal, restarted bool) (lost [len(record.Streams)]int) {
	t.Helper()
	for i, s := range record.Streams {
		at := j.Position(s)
		if restarted && s == record.Telemetry { // what only waited in memory is gone, and its numbers are given again
			maps.DeleteFunc(l.kept[s], func(seq uint64, _ record.Record) bool { return seq > at.Last })
		}
		records, gone, err := j.Read(s, 0, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		there := map[uint64]bool{}
		for _, r := range records {
			want, known := l.kept[s][r.Seq]
			there[r.Seq] = true
			switch {
			case known && !r.Equal(want):
				t.Fatalf("%s %d is %s %s, reported was %s", s, r.Seq, r.Type, r.Data, want.Data)
			case known, r.Type == record.JournalReplaced, restarted && l.refused[string(r.Data)]:
			default:
				t.Fatalf("%s %d is %s %s, which was never reported (last error: %v)", s, r.Seq, r.Type, r.Data, l.last)
			}
		}
		for _, g := range gone {
			for seq := g.First; seq <= g.Last; seq++ {
				if there[seq] {
					t.Fatalf("%s %d is there and under a tombstone", s, seq)
				}
				there[seq] = true
				lost[i]++
			}
		}
		for seq := range l.kept[s] {
			if !there[seq] && (seq <= at.Last || s == record.Events) {
				t.Fatalf("%s %d was reported, and is neither there nor under a tombstone; the last is %d", s, seq, at.Last)
			}
		}
		if uint64(len(there)) != at.Last {
			t.Fatalf("%s: %d of %d accounted for", s, len(there), at.Last)
		}
	}
	return lost
}

// replacements returns what the journal has told of files that were replaced.
func replacements(t testing.TB, j *Journal) (all []record.JournalReplacedData) {
	t.Helper()
	records, _, err := j.Read(record.Events, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if r.Type == record.JournalReplaced {
			var d record.JournalReplacedData
			if err := json.Unmarshal(r.Data, &d); err != nil {
				t.Fatal(err)
			}
			all = append(all, d)
		}
	}
	return all
}

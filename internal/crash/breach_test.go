package crash

import (
	"maps"
	"testing"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
)

// The epochs of the node "n" in the tests below.
const (
	epochA = "6f0e6a52-0000-4000-8000-000000000001"
	epochB = "6f0e6a52-0000-4000-8000-000000000002"
)

func note(seq uint64, text string) record.Record {
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	return record.Record{Seq: seq, Type: "note.written", Source: "desk", Time: at, Clock: record.Synced, Data: []byte(`{"text":"` + text + `"}`)}
}

// TestBreachesAreFound breaks every promise in the way a program could, and expects to be told of it and of nothing else.
func TestBreachesAreFound(t *testing.T) {
	s := sequence{"n", epochA, record.Events}
	stored := func(seq uint64, text string) programs.Stored {
		return programs.Stored{Node: "n", Epoch: epochA, Stream: record.Events, Record: note(seq, text)}
	}
	// tell is what a good node says of three records, which good head office has.
	tell := func(a *account) {
		a.noteDurable(s, 1, digest(note(1, "a")), digest(note(2, "b")), digest(note(3, "c")))
	}
	good := []programs.Stored{stored(1, "a"), stored(2, "b"), stored(3, "c")}
	renewedAt3 := append(good[:2:2], good[2])
	renewedAt3[2].Epoch, renewedAt3[2].Seq = epochB, 1
	for name, c := range map[string]struct {
		more   func(*account)
		stored []programs.Stored
		last   uint64
		want   map[fault]int
	}{
		"nothing":                        {stored: good, last: 3},
		"a record is missing":            {stored: []programs.Stored{good[0], good[2]}, last: 3, want: map[fault]int{missing: 1}},
		"the last is missing everywhere": {stored: good[:2], last: 2, want: map[fault]int{missing: 1}},
		"the last is not at head office": {stored: good[:2], last: 3, want: map[fault]int{uncovered: 1}},
		"a record is stored twice":       {stored: []programs.Stored{good[0], good[1], good[1], good[2]}, last: 3, want: map[fault]int{doubled: 1}},
		"two records change places":      {stored: []programs.Stored{good[0], good[2], good[1]}, last: 3, want: map[fault]int{missing: 1, doubled: 1}},
		"a record is changed":            {stored: []programs.Stored{good[0], stored(2, "x"), good[2]}, last: 3, want: map[fault]int{changed: 1}},
		"a new epoch":                    {stored: renewedAt3, last: 3, want: map[fault]int{renewed: 2, uncovered: 2}},
		"the wire says otherwise": {stored: good, last: 3, want: map[fault]int{changed: 1}, more: func(a *account) {
			a.noteBatch("n", record.Batch{Epoch: epochA, Stream: record.Events, Records: []record.Record{note(3, "x")}})
		}},
		"a tombstone": {stored: good, last: 3, want: map[fault]int{buried: 1}, more: func(a *account) {
			a.noteBatch("n", record.Batch{Epoch: epochA, Stream: record.Events, Lost: []record.Lost{{First: 2, Last: 2, Reason: record.ReasonFull}}})
		}},
		"the journal ends early": {stored: good, last: 3, want: map[fault]int{missing: 1}, more: func(a *account) { a.reopened(s, 2) }},
		"the journal is another": {stored: good, last: 3, want: map[fault]int{renewed: 1}, more: func(a *account) {
			a.reopened(sequence{"n", epochB, record.Events}, 3)
		}},
		"an acknowledgement that holds": {stored: good, last: 3, more: func(a *account) {
			a.noteAck("n", record.Ack{Epoch: epochA, Stream: record.Events, Through: 2})
			a.kept([]programs.Progress{{Node: "n", Epoch: epochA, Stream: record.Events, Through: 2}})
		}},
		"an acknowledgement too many": {stored: good, last: 3, want: map[fault]int{unkept: 1}, more: func(a *account) {
			a.noteAck("n", record.Ack{Epoch: epochA, Stream: record.Events, Through: 3})
			a.kept([]programs.Progress{{Node: "n", Epoch: epochA, Stream: record.Events, Through: 2}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount()
			tell(a)
			if c.more != nil {
				c.more(a)
			}
			audit := audit{account: a, node: "n", stream: record.Events}
			for _, r := range c.stored {
				audit.take(r)
			}
			audit.end(epochA, c.last)
			if !maps.Equal(a.breaches, c.want) {
				t.Errorf("found %v, want %v: %q", a.breaches, c.want, a.examples)
			}
		})
	}
}

// TestLoggedAndNotStored compares what an agent logged as written down with what is stored.
func TestLoggedAndNotStored(t *testing.T) {
	for name, c := range map[string]struct {
		told, stored []string
		lives        int
		want         map[fault]int
	}{
		"all":                       {told: []string{record.DoorOpened, record.DoorClosed}, stored: []string{record.DoorOpened, record.DoorClosed}},
		"one killed before its log": {told: []string{record.DoorClosed}, stored: []string{record.DoorOpened, record.DoorClosed}, lives: 1},
		"one too many":              {told: []string{record.DoorClosed}, stored: []string{record.DoorOpened, record.DoorClosed}, want: map[fault]int{doubled: 1}},
		"one missing":               {told: []string{record.DoorOpened, record.DoorClosed}, stored: []string{record.DoorOpened}, want: map[fault]int{missing: 1}},
		"others are not looked at":  {told: []string{record.DoorOpened}, stored: []string{record.NodeStarted, record.DoorOpened}},
	} {
		t.Run(name, func(t *testing.T) {
			a, l := newAccount(), logged{told: c.told}
			for _, typ := range c.stored {
				l.take(typ)
			}
			l.end(a, c.lives)
			if !maps.Equal(a.breaches, c.want) {
				t.Errorf("found %v, want %v", a.breaches, c.want)
			}
		})
	}
}

// TestTornLinesOfAWriterAreNotBelieved cuts a line off at every place, as a kill does.
func TestTornLinesOfAWriterAreNotBelieved(t *testing.T) {
	whole := "durable " + epochA + " events 7 1f 20 ."
	if got, ok := parseTold(whole); !ok || got.first != 7 || len(got.digests) != 2 || got.digests[1] != 0x20 {
		t.Errorf("%q is read as %+v, %t", whole, got, ok)
	}
	for n := range len(whole) {
		if got, ok := parseTold(whole[:n]); ok {
			t.Errorf("%q is read as %+v", whole[:n], got)
		}
	}
}

package endtoend

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"stationkeeper/internal/journal"
	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
)

// held reads everything that the journal of an ended node holds.
func held(t *testing.T, dir string) (epoch string, records map[record.Stream][]record.Record) {
	t.Helper()
	j := openJournal(t, dir)
	records = map[record.Stream][]record.Record{}
	for _, s := range record.Streams {
		all, _, err := j.Read(s, 0, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		records[s] = all
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return j.Epoch(), records
}

// replaced is the record that says why a node began a new epoch, from head office.
func (o *office) replaced(t *testing.T, node string) (programs.Stored, record.JournalReplacedData) {
	t.Helper()
	var found []programs.Stored
	o.until(t, "why the epoch is new", func() bool {
		found = slices.DeleteFunc(o.records(t, node, record.Events), func(r programs.Stored) bool { return r.Type != record.JournalReplaced })
		return len(found) > 0
	})
	if len(found) != 1 {
		t.Fatalf("head office has %d records %s, want one: %+v", len(found), record.JournalReplaced, found)
	}
	var data record.JournalReplacedData
	if err := json.Unmarshal(found[0].Data, &data); err != nil {
		t.Fatal(err)
	}
	if data.Reason == "" {
		t.Errorf("the reason is missing: %s", found[0].Data)
	}
	return found[0], data
}

// TestDamagedJournal damages the journal of an agent that head office has heard nothing of for a while. The agent starts
// all the same and doors are seen. What can still be read of the file reaches head office; of the rest it is told.
func TestDamagedJournal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		damage func(content []byte) []byte
		// renewed is whether the file can no longer be used as it is: head office then learns of a new epoch, and why.
		renewed bool
		// whole is whether every record can be read all the same.
		whole bool
	}{
		"both meta pages": {renewed: true, whole: true, damage: func(b []byte) []byte {
			clear(b[:2*4096])
			return b
		}},
		"all but 64 KiB": {renewed: true, damage: func(b []byte) []byte { return b[:64<<10] }},
		"bits anywhere": {damage: func(b []byte) []byte {
			rng := rand.New(rand.NewPCG(3, 0))
			for range 20 {
				b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
			}
			return b
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOffice(t, "")
			o.kill()
			data := t.TempDir()
			agent := startAgent(t, o, data)
			agent.says("msg=replay.ended")
			agent.stop()
			epoch, before := held(t, data)
			file := filepath.Join(data, journal.FileName)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, c.damage(content), 0o600); err != nil {
				t.Fatal(err)
			}
			o.start(t)
			agent = startAgent(t, o, data)
			agent.says("msg=door.closed")
			agent.says("msg=replay.ended")
			agent.stop()
			o.drain(t, "agent", openJournal(t, data))
			if n := o.count(t, "agent", record.DoorClosed); n == 0 {
				t.Error("head office has no event of the door")
			}
			gone := o.gone(t, "agent", before)
			if lost := o.lost(t, "agent"); gone != lost || c.whole && gone > 0 {
				t.Errorf("head office misses %d records of the old file, and was told of %d", gone, lost)
			}
			t.Logf("%d events and %d readings before, %d gone", len(before[record.Events]), len(before[record.Telemetry]), gone)
			if c.renewed {
				first, why := o.replaced(t, "agent")
				if first.Epoch == epoch || why.Missing != gone {
					t.Errorf("epoch %s, before it %s, and %d records gone: %s", first.Epoch, epoch, gone, first.Data)
				}
				t.Logf("%s", first.Data)
			}
			o.stop()
		})
	}
}

// gone counts those of the records that head office does not have under any epoch.
func (o *office) gone(t *testing.T, node string, records map[record.Stream][]record.Record) (n uint64) {
	t.Helper()
	for stream, all := range records {
		there := map[uint64]record.Record{}
		for _, r := range o.records(t, node, stream) {
			there[r.Seq] = r.Record
		}
		n += gone(t, stream, all, there)
	}
	return n
}

// gone counts the records that are not there. The last ones may have left no trace in what can be read: their numbers
// are then others', and nobody can say that they were ever given.
func gone(t *testing.T, stream record.Stream, records []record.Record, there map[uint64]record.Record) (n uint64) {
	t.Helper()
	others := 0
	for _, want := range records {
		got, ok := there[want.Seq]
		switch same := got.Equal(asShown(want)); {
		case ok && !same:
			others++
		case ok && others > 0:
			t.Fatalf("%s: %d of the old file is there, and something before it is not", stream, want.Seq)
		case !ok:
			n++
		}
	}
	if others > 0 {
		t.Logf("%s: the last %d of %d left no trace", stream, others, len(records))
	}
	return n
}

// lost is how many records a node has reported as gone.
func (o *office) lost(t *testing.T, node string) (n uint64) {
	t.Helper()
	progress, err := programs.API(o.http).Progress(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range progress {
		if p.Node == node {
			n += p.Lost
		}
	}
	return n
}

// TestRestoredJournal gives a kiosk an older copy of its journal, as a restored disk image does: numbers that head
// office knows are given again to other records. Both histories reach head office, the second in an epoch of its own.
func TestRestoredJournal(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]bool{
		"head office is there": false, // and knows more than the journal when the kiosk comes back
		"head office is away":  true,  // until the journal has passed what it knows, and only the content differs
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOffice(t, "")
			data := t.TempDir()
			var kiosk *lobby
			take := func(n int) {
				kiosk = startKiosk(t, o, data)
				for range n {
					kiosk.mustTake(t)
				}
			}
			arrive := func(n int) {
				o.until(t, "the tickets", func() bool { return o.count(t, "kiosk", record.TicketIssued) == n })
				kiosk.stop()
			}
			take(10)
			arrive(10)
			file := filepath.Join(data, journal.FileName)
			older, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			take(10)
			arrive(20)
			if err := os.WriteFile(file, older, 0o600); err != nil {
				t.Fatal(err)
			}
			if away {
				o.kill()
			}
			take(25)
			if away {
				o.start(t)
			}
			arrive(45)
			first, why := o.replaced(t, "kiosk")
			if why.Previous == "" || why.Previous == first.Epoch {
				t.Errorf("epoch %s says %+v, want the one before it", first.Epoch, why)
			}
			t.Logf("%s", first.Data)
			o.stop()
		})
	}
}

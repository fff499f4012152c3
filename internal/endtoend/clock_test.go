package endtoend

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/node"
	"stationkeeper/internal/record"
)

// turned is this machine's clock as a station without a battery shows it: off by as much as a test says, and kept by
// nobody.
type turned struct {
	system clock.Clock
	off    atomic.Int64 // nanoseconds
}

func (c *turned) read() clock.Reading {
	r := c.system()
	r.Wall, r.Discipline = r.Wall.Add(time.Duration(c.off.Load())), clock.Undisciplined
	return r
}

// TestClockThatIsWrong runs a node whose wall clock starts in 1970, is set, set back and set right again, while it writes
// down what happens and reports it. Head office has every record once and in order, and knows which times it may believe.
func TestClockThatIsWrong(t *testing.T) {
	o := startOffice(t, "")
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	c := &turned{system: system}
	r := system()
	c.off.Store(int64(time.Unix(0, 0).Add(r.Mono).Sub(r.Wall)))
	n, seqs, happened := openTurned(t, o, c), map[string][]uint64{}, map[uint64][2]time.Time{}
	err = n.Report(t.Context(), func(ctx context.Context) error {
		door := func(when string) {
			t.Helper()
			before := system().Wall
			records, err := n.Journal.Append(ctx, record.Events, record.NewEntry(record.DoorOpened, "door", time.Time{}, record.DoorData{}))
			if err != nil {
				t.Fatal(err)
			}
			seqs[when] = append(seqs[when], records[0].Seq)
			happened[records[0].Seq] = [2]time.Time{before, system().Wall}
		}
		// set turns the clock and waits until head office has heard of it.
		set := func(off time.Duration) {
			t.Helper()
			before := o.count(t, "agent", record.ClockChanged)
			c.off.Store(int64(off))
			o.until(t, "hear that the clock was set", func() bool { return o.count(t, "agent", record.ClockChanged) > before })
		}
		door("1970")
		door("1970")
		set(0)
		door("set")
		set(-3 * time.Hour)
		door("set back")
		set(0)
		door("set right")
		return n.Settle(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	held := o.records(t, "agent", record.Events)
	for i, r := range held {
		if r.Seq != uint64(i)+1 {
			t.Fatalf("head office has record %d in place of %d", r.Seq, i+1)
		}
	}
	if len(held) != 8 { // five doors and three changes
		t.Fatalf("head office has %d records, want 8", len(held))
	}
	for when, want := range map[string]record.Clock{
		"1970": record.Unsynced, "set": record.Synced, "set back": record.Unsynced, "set right": record.Synced,
	} {
		for _, seq := range seqs[when] {
			if got := held[seq-1].Clock; got != want {
				t.Errorf("clock %s: head office has %s, want %s", when, got, want)
			}
		}
	}
	o.placed(t, happened)
}

// placed requires that head office comes to know when records of the agent really happened: between the two times.
func (o *office) placed(t *testing.T, happened map[uint64][2]time.Time) {
	t.Helper()
	const unsure = 100 * time.Millisecond // wall time is compared with time since boot, each rounded to milliseconds
	wrong := ""
	defer func() {
		if t.Failed() {
			t.Log(wrong)
		}
	}()
	o.until(t, "know when everything happened", func() bool {
		var page struct {
			Records []struct {
				Seq    uint64    `json:"seq"`
				Placed time.Time `json:"placed"`
				How    string    `json:"how"`
			} `json:"records"`
		}
		o.get(t, "/api/v1/records?station=demo&node=agent", &page)
		wrong = ""
		for _, r := range page.Records {
			between, asked := happened[r.Seq]
			if r.How != "exact" && r.How != "boot" || asked && (r.Placed.Before(between[0].Add(-unsure)) || r.Placed.After(between[1].Add(unsure))) {
				wrong += fmt.Sprintf("record %d happened between %s and %s, and stands at %s (%s)\n", r.Seq, between[0], between[1], r.Placed, r.How)
			}
		}
		return wrong == ""
	})
}

// openTurned opens a node that goes by the clock.
func openTurned(t *testing.T, o *office, c *turned) *node.Node {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	broker, err := endpoint.Remote{URL: o.url()}.Resolve(log)
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.Open(node.Options{
		Program: "agent", Version: "test", Station: "demo", Node: "agent", Data: t.TempDir(), Broker: broker,
		MaxBytes: 1 << 30, Retain: 24 * time.Hour, TelemetryDelay: time.Second, Clock: c.read, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

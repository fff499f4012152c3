package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

func telemetryBatch(first, last uint64) Delivery {
	b := record.Batch{Epoch: epochB, Stream: record.Telemetry}
	for seq := first; seq <= last; seq++ {
		b.Records = append(b.Records, temperature(seq, float64(seq)))
	}
	return Delivery{From: agent, Batch: b}
}

// TestLiveEventIsShownBeforeABacklog has a long backlog waiting when something happens.
func TestLiveEventIsShownBeforeABacklog(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	now := started.Add(24 * time.Hour)
	put := func(d Delivery) {
		if _, err := s.Put(t.Context(), []Delivery{d}, now); err != nil {
			t.Fatal(err)
		}
	}
	for first := uint64(1); first < 5000; first += 1000 {
		put(events(epochA, doors(first, first+999)...))
		put(telemetryBatch(first, first+999))
	}
	live := door(9000)
	live.Time = now.Add(-time.Second)
	put(events(epochA, live))
	put(telemetryBatch(5001, 5001))
	if n, err := s.IndexLive(t.Context()); n != 1 || err != nil {
		t.Fatalf("indexed %d, %v, want the one that is live", n, err)
	}
	latest, err := s.Latest(t.Context(), "demo", nil, 10)
	if err != nil || spell(latest) != "a9000" || s.Unindexed() != 10_001 {
		t.Errorf("shown %q, %v, %d are left", spell(latest), err, s.Unindexed())
	}
	// The backlog's events go before its telemetry, in steps that are bounded.
	steps := 0
	for {
		n, err := s.Index(t.Context())
		if err != nil || n > stepRows+record.MaxBatchRecords {
			t.Fatalf("a step of %d, %v", n, err)
		}
		if n == 0 {
			break
		}
		steps++
		if steps == 5 {
			latest, err := s.Latest(t.Context(), "demo", nil, 10_000)
			if err != nil || len(latest) != 5001 {
				t.Errorf("after %d steps %d events are shown, %v, want all 5001", steps, len(latest), err)
			}
		}
	}
	if s.Unindexed() != 0 || steps < 10 {
		t.Errorf("%d left after %d steps", s.Unindexed(), steps)
	}
}

// TestRecordsAreReadBeforeTheyAreIndexed pages through what the views know nothing of.
func TestRecordsAreReadBeforeTheyAreIndexed(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	unsynced := door(3)
	unsynced.Clock = record.Unsynced
	mustPut(t, s, events(epochA, door(1), door(2), unsynced))
	got := mustPage(t, s, Query{}).Records
	if spell(got) != "a1 a2 a3" || got[1].How != Exact || got[2].How != Between || !got[2].Placed.Equal(got[2].Received) {
		t.Errorf("%+v", got)
	}
	mustSettle(t, s)
	if got := mustPage(t, s, Query{}).Records; got[2].How != ByBoot || !got[2].Placed.Equal(door(3).Time) {
		t.Errorf("indexed: %+v", got[2])
	}
}

// TestIndexingGoesOnAfterARestart stops before and in the middle of it.
func TestIndexingGoesOnAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	for first := uint64(1); first < 3000; first += 1000 {
		mustPut(t, s, telemetryBatch(first, first+999))
	}
	for want := 3000; want > 0; want -= 1000 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = mustOpen(t, dir)
		if got := s.Unindexed(); got != uint64(want) {
			t.Fatalf("%d are not indexed after a restart, want %d", got, want)
		}
		if _, err := s.Index(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	samples, err := s.History(t.Context(), agent, "machine-room/temperature", started, started.Add(time.Hour), 5000)
	if err != nil || len(samples) != 3000 || samples[2999].Value != 3000 {
		t.Errorf("%d samples, %v", len(samples), err)
	}
}

// TestRebuildMakesTheSameViews compares everything the views hold, alarms and charts among it.
func TestRebuildMakesTheSameViews(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustPut(t, s, events(epochA, alarm(1, record.AlarmRaised, "high", 1), door(2), alarm(3, record.AlarmRaised, "low", 2)), telemetryBatch(1, 700))
	mustPut(t, s, events(epochA, alarm(5, record.AlarmCleared, "low", 2)), events(epochC, door(1)))
	mustSettle(t, s)
	mustPut(t, s, events(epochA, door(4))) // into a hole
	mustSettle(t, s)
	views := func() (text string) {
		for _, table := range []string{"happened ORDER BY station, placed, epoch, seq", "measurements ORDER BY source, time, epoch, seq",
			"alarms ORDER BY node, source, rule", "placements", "anchors"} {
			var all string
			if err := s.reader().QueryRow(`SELECT json_group_array(concat_ws(' ', ` + columnsOf(table) + `)) FROM (SELECT * FROM ` + table + `)`).Scan(&all); err != nil {
				t.Fatalf("%s: %v", table, err)
			}
			text += table + " " + all + "\n"
		}
		return text
	}
	before := views()
	if err := s.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.Unindexed() != 706 {
		t.Errorf("%d to be indexed, want all 706", s.Unindexed())
	}
	mustSettle(t, s)
	if after := views(); after != before {
		t.Errorf("rebuilt:\n%.2000s\nwant\n%.2000s", after, before)
	}
}

func columnsOf(table string) string {
	name, _, _ := strings.Cut(table, " ")
	return map[string]string{"happened": "station, placed, epoch, seq, type", "measurements": "source, time, epoch, seq, value",
		"alarms": "node, source, rule, open, epoch, seq", "placements": "epoch, seq, boot, mono, placed, how",
		"anchors": "boot, first_mono, first_time, last_mono, last_time"}[name]
}

// TestLiveFirstCostsTheSameWhateverIsStored delivers what happens now before a backlog, and counts what the store keeps
// about it: one range, whatever lies in it.
func TestLiveFirstCostsTheSameWhateverIsStored(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	islands := func() (n int) {
		if err := s.reader().QueryRow(`SELECT count(*) FROM islands`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for n := range uint64(50) {
		r := mustPut(t, s, telemetryBatch(10_001+n*10, 10_010+n*10))[0] // now
		if r.Ack.Through != n*100 || r.Highest != 10_010+n*10 || islands() != 1 {
			t.Fatalf("live batch %d: %+v, %d islands", n, r, islands())
		}
		r = mustPut(t, s, telemetryBatch(1+n*100, 100+n*100))[0] // backlog
		if want := temperature(100+n*100, float64(100+n*100)).Mark(); r.Ack.Through != 100+n*100 || r.Ack.Mark != want {
			t.Fatalf("backlog batch %d: %+v, want mark %s", n, r, want)
		}
	}
	r := mustPut(t, s, telemetryBatch(5001, 5900), telemetryBatch(5901, 6900), telemetryBatch(6901, 7900), telemetryBatch(7901, 8900),
		telemetryBatch(8901, 9900), telemetryBatch(9901, 10_000))[0]
	if want := temperature(10_500, 10_500).Mark(); r.Ack.Through != 10_500 || r.Ack.Mark != want || islands() != 0 {
		t.Errorf("the gap is filled: %+v, want through 10500 and mark %s, %d islands", r, want, islands())
	}
}

// TestEarlierTombstoneIsNoLoss is what a node sends when it has begun a new epoch in the middle.
func TestEarlierTombstoneIsNoLoss(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for i, step := range []struct {
		d    Delivery
		want string // through, stored, lost, earlier, missing, with a mark or not
	}{
		{lost(epochA, record.Lost{First: 1, Last: 100, Reason: record.ReasonEarlier}), "100 0 0 100 0 false"},
		{events(epochA, doors(101, 103)...), "103 3 0 100 0 true"},
		{lost(epochA, record.Lost{First: 1, Last: 100, Reason: record.ReasonEarlier}, record.Lost{First: 104, Last: 105, Reason: record.ReasonFull}), "105 3 2 100 0 false"},
		{events(epochA, door(50), door(105)), "105 5 1 99 0 true"}, // came after all
	} {
		r := mustPut(t, s, step.d)[0]
		p := mustProgress(t, s)[0]
		if got := fmt.Sprint(r.Ack.Through, p.Stored, p.Lost, p.Earlier, p.Missing, r.Ack.Mark != ""); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
	}
}

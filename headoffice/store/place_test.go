package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// told is an event of a node at a true time, with what its clock said.
func told(seq uint64, boot string, since time.Duration, clock record.Clock, says time.Time) record.Record {
	r := door(seq)
	r.Boot, r.Mono, r.Clock, r.Time = boot, int64(since), clock, says
	return r
}

var unset = time.Date(1970, 1, 1, 0, 0, 7, 0, time.UTC) // what a board without a battery says

// spellPlaces writes where records are, relative to started, such as "1:3s/exact".
func spellPlaces(records []Record) (text string) {
	for _, r := range records {
		text += fmt.Sprintf(" %d:%s/%s", r.Seq, r.Placed.Sub(started), r.How)
	}
	return text[min(1, len(text)):]
}

func TestPlaces(t *testing.T) {
	at := func(s int) time.Time { return started.Add(time.Duration(s) * time.Second) }
	const hour = 3600
	for _, c := range []struct {
		name    string
		records []record.Record
		want    string
	}{
		{"start in 1970", []record.Record{
			told(1, "b", 2*time.Second, record.Unsynced, unset), told(2, "b", 5*time.Second, record.Unsynced, unset),
			told(3, "b", 9*time.Second, record.Synced, at(59)), told(4, "b", 10*time.Second, record.Synced, at(60)),
		}, "1:52s/boot 2:55s/boot 3:59s/exact 4:1m0s/exact"},
		{"ten years ahead and back", []record.Record{
			told(1, "b", 1*time.Second, record.Synced, at(1)), told(2, "b", 2*time.Second, record.Synced, at(2).AddDate(10, 0, 0)),
			told(3, "b", 3*time.Second, record.Synced, at(3).AddDate(10, 0, 0)), told(4, "b", 4*time.Second, record.Unsynced, at(4)),
			told(5, "b", 5*time.Second, record.Synced, at(5)),
		}, "1:1s/exact 2:2s/boot 3:3s/boot 4:4s/boot 5:5s/exact"},
		{"an hour back", []record.Record{
			told(1, "b", 1*time.Second, record.Synced, at(hour+1)), told(2, "b", 2*time.Second, record.Unsynced, at(2)),
			told(3, "b", 3*time.Second, record.Unsynced, at(3)), told(4, "b", 3600*time.Second, record.Unsynced, at(hour)),
			told(5, "b", 3700*time.Second, record.Synced, at(hour+100)),
		}, "1:1h0m1s/exact 2:1h0m2s/boot 3:1h0m3s/boot 4:1h0m0s/boot 5:1h1m40s/exact"},
		{"restarted while not set", []record.Record{
			told(1, "a", 100*time.Second, record.Synced, at(10)), told(2, "b", 1*time.Second, record.Unsynced, unset),
			told(3, "b", 6*time.Second, record.Unsynced, unset), told(4, "c", 1*time.Second, record.Unsynced, unset),
			told(5, "c", 4*time.Second, record.Synced, at(100)),
		}, "1:10s/exact 2:1m32s/between 3:1m37s/between 4:1m37s/boot 5:1m40s/exact"},
		{"restarted more often than there was time", []record.Record{
			told(1, "a", 100*time.Second, record.Synced, at(10)), told(2, "b", 1*time.Second, record.Unsynced, unset),
			told(3, "b", 60*time.Second, record.Unsynced, unset), told(4, "c", 1*time.Second, record.Synced, at(11)),
		}, "1:10s/exact 2:10s/between 3:1m9s/between 4:11s/exact"},
		{"never set", []record.Record{
			told(1, "b", 1*time.Second, record.Unsynced, unset), told(2, "b", 9*time.Second, record.Unsynced, unset),
		}, "1:1h59m52s/between 2:2h0m0s/between"},
		{"only ahead", []record.Record{
			told(1, "b", 1*time.Second, record.Synced, at(0).AddDate(10, 0, 0)), told(2, "b", 9*time.Second, record.Synced, at(8).AddDate(10, 0, 0)),
		}, "1:1h59m52s/capped 2:2h0m0s/capped"},
		{"no boot named", []record.Record{
			told(1, "", 5*time.Second, record.Synced, at(5)), told(2, "", 6*time.Second, record.Unsynced, unset),
			told(3, "", 7*time.Second, record.Synced, at(7)),
		}, "1:5s/exact 2:7s/between 3:7s/exact"},
		{"a recording says nothing of the clock", []record.Record{
			told(1, "b", 1*time.Second, record.Synced, time.Date(2013, 10, 1, 0, 0, 0, 0, time.UTC)),
			told(2, "b", 2*time.Second, record.Unsynced, unset), told(3, "b", 3*time.Second, record.Synced, at(3)),
		}, "1:-115232h0m0s/exact 2:2s/boot 3:3s/exact"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// Whole, one by one, and one by one from the last to the first: the same comes out.
			for name, deliveries := range map[string][]Delivery{
				"whole": {events(epochA, slices.Clone(c.records)...)}, "single": singles(c.records), "backwards": backwards(singles(c.records)),
			} {
				s := mustOpen(t, t.TempDir())
				for _, d := range deliveries {
					if _, err := s.Put(t.Context(), []Delivery{d}, at(2*hour)); err != nil {
						t.Fatal(err)
					}
					mustSettle(t, s)
				}
				got := mustPage(t, s, Query{}).Records
				if spellPlaces(got) != c.want {
					t.Errorf("%s: placed %s, want %s", name, spellPlaces(got), c.want)
				}
				listed, err := s.Latest(t.Context(), "demo", nil, 100)
				if err != nil || len(listed) != len(c.records) || !slices.IsSortedFunc(listed, func(a, b Record) int { return b.Placed.Compare(a.Placed) }) {
					t.Errorf("%s: listed %s, %v", name, spellPlaces(listed), err)
				}
			}
		})
	}
}

func singles(records []record.Record) (all []Delivery) {
	for _, r := range records {
		all = append(all, events(epochA, r))
	}
	return all
}

func backwards(deliveries []Delivery) []Delivery {
	slices.Reverse(deliveries)
	return deliveries
}

// TestRandomClocksLoseReorderAndRepeatNothing lets a node restart at random, its clock set at some time or never, and
// delivers what it wrote in random batches and order, indexed in between as it happens.
func TestRandomClocksLoseReorderAndRepeatNothing(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 3))
	for round := range 12 {
		history, when := randomHistory(random)
		s := mustOpen(t, t.TempDir())
		var deliveries []Delivery
		for rest := history; len(rest) > 0; {
			n := min(1+random.IntN(12), len(rest))
			deliveries = append(deliveries, events(epochA, rest[:n]...))
			rest = rest[n:]
		}
		random.Shuffle(len(deliveries), func(i, j int) {
			if random.IntN(2) == 0 {
				deliveries[i], deliveries[j] = deliveries[j], deliveries[i]
			}
		})
		received := when[len(when)-1].Add(time.Hour)
		for _, d := range deliveries {
			if _, err := s.Put(t.Context(), []Delivery{d, d}, received); err != nil {
				t.Fatal(err)
			}
			if random.IntN(3) == 0 {
				if _, err := s.Index(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		mustSettle(t, s)
		name := fmt.Sprintf("seed %d round %d", seed, round)
		checkPlaces(t, s, name, history, when)
		if err := s.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustSettle(t, s)
		checkPlaces(t, s, name+" rebuilt", history, when)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func randomHistory(random *rand.Rand) (history []record.Record, when []time.Time) {
	now := started
	for boot := range 5 {
		booted, set := now, random.IntN(3) // 0 never, 1 from some record on, 2 from the first
		n := 3 + random.IntN(20)
		from := random.IntN(n)
		for i := range n {
			now = now.Add(time.Duration(1+random.IntN(5000)) * time.Millisecond)
			says, clock := unset, record.Unsynced
			if set == 2 || (set == 1 && i >= from) {
				says, clock = now, record.Synced
			}
			if clock == record.Synced && random.IntN(10) == 0 {
				says = now.AddDate(10, 0, 0)
			}
			history = append(history, told(uint64(len(history)+1), fmt.Sprint("boot-", boot), now.Sub(booted), clock, says))
			when = append(when, now)
		}
		now = now.Add(time.Minute)
	}
	return history, when
}

func checkPlaces(t *testing.T, s *Store, name string, history []record.Record, when []time.Time) {
	t.Helper()
	records := mustPage(t, s, Query{}).Records
	if len(records) != len(history) {
		t.Fatalf("%s: %d records, want %d", name, len(records), len(history))
	}
	for i, r := range records {
		if r.Mark() != history[i].Mark() {
			t.Fatalf("%s: record %d is %+v, want %+v", name, i, r, history[i])
		}
		switch {
		case r.How == Exact || r.How == ByBoot:
			if !r.Placed.Equal(when[i]) {
				t.Errorf("%s: seq %d, %s, at %s, want %s", name, r.Seq, r.How, r.Placed, when[i])
			}
		case i > 0 && r.Placed.Before(records[i-1].Placed):
			t.Errorf("%s: seq %d, %s, at %s, before the one that precedes it, at %s", name, r.Seq, r.How, r.Placed, records[i-1].Placed)
		case i+1 < len(records) && r.Placed.After(records[i+1].Placed):
			t.Errorf("%s: seq %d, %s, at %s, after the one that follows it, at %s", name, r.Seq, r.How, r.Placed, records[i+1].Placed)
		}
	}
	listed, err := s.Latest(t.Context(), "demo", nil, 10_000)
	if err != nil || len(listed) != len(history) {
		t.Fatalf("%s: %d listed, %v, want %d", name, len(listed), err, len(history))
	}
	for i, r := range listed {
		if want := records[len(records)-1-i]; r.Seq != want.Seq || !r.Placed.Equal(want.Placed) {
			t.Fatalf("%s: listed as number %d is seq %d at %s, want seq %d at %s", name, i, r.Seq, r.Placed, want.Seq, want.Placed)
		}
	}
}

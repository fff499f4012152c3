package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"stationkeeper/internal/record"
)

func TestHappenedSelects(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustPut(t, s, events(epochA, doors(1, 6)...), Delivery{From: NodeKey{"demo", "kiosk"}, Batch: events(epochB, doors(2, 4)...).Batch},
		Delivery{From: NodeKey{"other", "agent"}, Batch: events(epochC, doors(1, 9)...).Batch})
	mustSettle(t, s)
	at := func(seq uint64) Selection { return Selection{From: door(seq).Time, To: door(seq).Time} }
	for _, c := range []struct {
		name string
		q    Selection
		want string
	}{
		{"all", Selection{}, "a6 a5 b4 a4 b3 a3 b2 a2 a1"},
		{"oldest first", Selection{Oldest: true}, "a1 a2 b2 a3 b3 a4 b4 a5 a6"},
		{"from", Selection{From: door(4).Time}, "a6 a5 b4 a4"},
		{"to", Selection{To: door(2).Time}, "b2 a2 a1"},
		{"at", at(3), "b3 a3"},
		{"of a type", Selection{Types: []string{record.DoorOpened}, From: door(2).Time}, "a5 b3 a3"},
		{"of types, oldest first", Selection{Types: []string{record.DoorOpened, record.DoorClosed}, Oldest: true, Limit: 4}, "a1 a2 b2 a3"},
		{"but for a type", Selection{Except: []string{record.DoorOpened, record.AlarmRaised}}, "a6 b4 a4 b2 a2"},
		{"a limit", Selection{To: door(3).Time, Limit: 3}, "b3 a3 b2"},
		{"skipping", Selection{To: door(3).Time, Skip: 1, Limit: 2}, "a3 b2"},
		{"skipping of types", Selection{Types: []string{record.DoorOpened, record.DoorClosed}, To: door(3).Time, Skip: 1, Limit: 2}, "a3 b2"},
		{"skipping all", Selection{Skip: 100}, ""},
	} {
		c.q.Station = "demo"
		if c.q.Limit == 0 {
			c.q.Limit = 100
		}
		got, err := s.Happened(t.Context(), c.q)
		if err != nil || spell(got) != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, spell(got), err, c.want)
		}
	}
	if got, err := s.Happened(t.Context(), Selection{Station: "nowhere", Limit: 1}); err != nil || len(got) != 0 {
		t.Errorf("of no station: %v, %v", got, err)
	}
}

// TestHappenedPageByPage reads by times and skips, as a page that goes on does, and sees every event once.
func TestHappenedPageByPage(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	records := doors(1, 30)
	for i := range records { // many of one time
		records[i].Time = records[i/7*7].Time
	}
	mustPut(t, s, events(epochA, records...))
	mustSettle(t, s)
	for limit := 1; limit <= 12; limit++ {
		var seen []uint64
		for q := (Selection{Station: "demo", Limit: limit}); ; {
			page, err := s.Happened(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				seen = append(seen, r.Seq)
				if !r.Placed.Equal(q.To) {
					q.To, q.Skip = r.Placed, 0
				}
				q.Skip++
			}
			if len(page) < limit {
				break
			}
		}
		if sorted := slices.SortedFunc(slices.Values(seen), func(a, b uint64) int { return int(b) - int(a) }); len(seen) != 30 || !slices.Equal(sorted, slices.Compact(slices.Clone(sorted))) {
			t.Errorf("limit %d: saw %s", limit, fmt.Sprint(seen))
		}
	}
}

// TestCount counts what Happened would return, and its mark changes with every event that comes.
func TestCount(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustPut(t, s, events(epochA, doors(1, 6)...), Delivery{From: NodeKey{"other", "agent"}, Batch: events(epochC, doors(1, 9)...).Batch})
	mustSettle(t, s)
	both := []string{record.DoorOpened, record.DoorClosed}
	marks := map[int64]bool{}
	for _, q := range []Selection{{Types: both}, {Types: both[:1]}, {Types: both, From: door(3).Time, To: door(5).Time}, {Types: []string{record.AlarmRaised}}} {
		q.Station, q.Limit = "demo", 100
		got, err := s.Count(t.Context(), q)
		all, errAll := s.Happened(t.Context(), q)
		if err != nil || errAll != nil || got.Count != len(all) || marks[got.Mark] {
			t.Errorf("%+v: %+v, %v; happened %d, %v", q, got, err, len(all), errAll)
		}
		marks[got.Mark] = true
	}
	q := Selection{Station: "demo", Types: both}
	before, _ := s.Count(t.Context(), q)
	for seq := uint64(7); seq < 40; seq++ {
		mustPut(t, s, events(epochA, doors(seq, seq)...))
		mustSettle(t, s)
		now, err := s.Count(t.Context(), q)
		if err != nil || now.Count != before.Count+1 || marks[now.Mark] {
			t.Errorf("after %d: %+v, %v; before %+v", seq, now, err, before)
		}
		marks[now.Mark], before = true, now
	}
	if _, err := s.Count(t.Context(), Selection{Station: "demo"}); !errors.Is(err, ErrQuery) {
		t.Errorf("of no types: %v", err)
	}
}

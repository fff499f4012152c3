package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

func mustPage(t *testing.T, s *Store, q Query) Page {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = MaxLimit
	}
	q.Station, q.Node = "demo", "agent"
	page, err := s.Records(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// spell writes records as epoch letter and seq, such as "a1 a2 b1".
func spell(records []Record) (text string) {
	for i, r := range records {
		if i > 0 {
			text += " "
		}
		text += fmt.Sprintf("%c%d", r.Epoch[0], r.Seq)
	}
	return text
}

func TestRecordsAreInOrderOfEpochsThenSeq(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustPut(t, s, events(epochB, doors(1, 2)...), events(epochA, doors(2, 3)...), events(epochB, doors(3, 3)...),
		events(epochA, doors(1, 1)...))
	for _, c := range []struct{ name, after, want string }{
		{"from the beginning", "", "b1 b2 b3 a1 a2 a3"},
		{"after a seq of the newest epoch", "1", "a2 a3"},
		{"after the last seq of it", "3", ""},
		{"from the beginning of the newest epoch", "0", "a1 a2 a3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := spell(mustPage(t, s, Query{After: c.after}).Records); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	telemetry := mustPage(t, s, Query{Stream: record.Telemetry})
	if telemetry.Records == nil || len(telemetry.Records) != 0 {
		t.Errorf("telemetry: %v, want an empty list", telemetry.Records)
	}
}

func TestPagesHoldEveryRecordOnce(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustPut(t, s, events(epochA, doors(1, 25)...), events(epochB, doors(1, 10)...))
	for limit := 1; limit <= 40; limit++ {
		var all []Record
		after := ""
		for {
			page := mustPage(t, s, Query{After: after, Limit: limit})
			if len(page.Records) > limit {
				t.Fatalf("limit %d: a page of %d", limit, len(page.Records))
			}
			if len(page.Records) == 0 {
				break
			}
			all, after = append(all, page.Records...), page.Next
		}
		whole := mustPage(t, s, Query{}).Records
		if spell(all) != spell(whole) || len(whole) != 35 {
			t.Fatalf("limit %d: %s", limit, spell(all))
		}
	}
}

func TestNextFindsWhatArrivesLater(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	next := ""
	for i, step := range []struct {
		put   Delivery
		limit int
		want  string
	}{
		{events(epochA, doors(1, 2)...), 0, "a1 a2"},
		{events(epochA, doors(6, 7)...), 0, "a6 a7"},                     // 3 to 5 are missing
		{events(epochB, door(1)), 0, "b1"},                               // a new journal
		{events(epochA, door(4)), 0, "a4"},                               // part of the gap
		{events(epochA, door(3), door(5), door(8), door(9)), 2, "a3 a5"}, // the rest of it, and an old epoch goes on
		{events(epochB, doors(2, 3)...), 0, "a8 a9 b2 b3"},
		{lost(epochA, record.Lost{First: 10, Last: 12, Reason: record.ReasonFull}), 0, ""},
		{events(epochA, door(13)), 0, "a13"},
	} {
		mustPut(t, s, step.put)
		page := mustPage(t, s, Query{After: next, Limit: step.limit})
		if got := spell(page.Records); got != step.want {
			t.Errorf("step %d after %q: got %q, want %q", i, next, got, step.want)
		}
		next = page.Next
		if again := mustPage(t, s, Query{After: next}); step.limit == 0 && (len(again.Records) > 0 || again.Next != next) {
			t.Errorf("step %d: after %q there is %q and next %q", i, next, spell(again.Records), again.Next)
		}
	}
}

func TestCursorOfNothingStaysValid(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	page := mustPage(t, s, Query{})
	mustPut(t, s, events(epochA, door(1)))
	if got := spell(mustPage(t, s, Query{After: page.Next}).Records); page.Next == "" || got != "a1" {
		t.Errorf("after %q: %q, want a1", page.Next, got)
	}
}

func TestBadQueriesAreRefused(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	kiosk := NodeKey{"demo", "kiosk"}
	mustPut(t, s, events(epochA, doors(1, 9)...), Delivery{From: kiosk, Batch: events(epochB, doors(1, 9)...).Batch})
	of := func(node string) Query { return Query{Station: "demo", Node: node, Limit: 10} }
	foreign, err := s.Records(t.Context(), of("kiosk"))
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []string{
		"x", "-1", "1.5", "99999999999999999999", "e1", "e1.", "e1.x", "e.5", "e1.5~", "e1.5~3", "e1.5~3-2", "e1.5~3-5", "e1.9~4-5~2-3",
		"e1.5_", "e7.1", foreign.Next,
	} {
		q := of("agent")
		q.After = after
		if _, err := s.Records(t.Context(), q); !errors.Is(err, ErrCursor) {
			t.Errorf("after %q: %v, want ErrCursor", after, err)
		}
	}
	both := of("")
	if page, err := s.Records(t.Context(), both); err != nil || len(page.Records) != 10 {
		t.Errorf("of all nodes: %v, %v", page, err)
	}
	both.After = "3"
	if _, err := s.Records(t.Context(), both); !errors.Is(err, ErrCursor) {
		t.Errorf("a seq of two nodes: %v, want ErrCursor", err)
	}
	for _, limit := range []int{-1, 0, MaxLimit + 1} {
		if _, err := s.Records(t.Context(), Query{Station: "demo", Node: "agent", Limit: limit}); !errors.Is(err, ErrQuery) {
			t.Errorf("limit %d: %v, want ErrQuery", limit, err)
		}
	}
	if _, err := s.Records(t.Context(), Query{Limit: 1}); !errors.Is(err, ErrQuery) {
		t.Errorf("no station: %v, want ErrQuery", err)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("e3.812_5.100~40-60~70-70")
	f.Add("e")
	f.Fuzz(func(t *testing.T, text string) {
		places, err := parseCursor(text)
		if err != nil {
			if !errors.Is(err, ErrCursor) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		var epochs []reading
		for id, p := range places {
			epochs = append(epochs, reading{id: id, place: p})
		}
		again, err := parseCursor(spellCursor(epochs))
		if err != nil {
			t.Fatalf("%q spelled %q: %v", text, spellCursor(epochs), err)
		}
		for id, p := range places {
			if got := again[id]; p.passed > 0 && (got.passed != p.passed || !slices.Equal(got.holes, p.holes)) {
				t.Fatalf("%q: place %d is %+v, then %+v", text, id, p, got)
			}
		}
	})
}

func TestAcksAreOfTheEpochDeliveredLast(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustPut(t, s, events(epochA, doors(1, 5)...), events(epochB, doors(1, 2)...))
	acks := func() string {
		all, err := s.Acks(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("acks %+v, %v", all, err)
		}
		return fmt.Sprintf("%s/%s %c%d", all[0].Station, all[0].Node, all[0].Epoch[0], all[0].Through)
	}
	if got := acks(); got != "demo/agent b2" {
		t.Errorf("acks %q, want that of the newest epoch, b2", got)
	}
	mustPut(t, s, events(epochA, doors(4, 6)...)) // the old journal is back
	if got := acks(); got != "demo/agent a6" {
		t.Errorf("acks %q, want a6", got)
	}
}

func TestHistoryKeepsPeaksAndGaps(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	const hour = 3600
	var batch []record.Record
	for seq := uint64(1); seq <= 1000; seq++ {
		r := temperature(seq, 20+math.Sin(float64(seq)/50))
		if seq == 500 {
			r = temperature(seq, 31)
		}
		if seq > 600 {
			r.Time = r.Time.Add(hour * time.Second) // nothing was measured for an hour
		}
		batch = append(batch, r)
	}
	odd := temperature(1001, 0)
	odd.Data = json.RawMessage(`{"value":"warm"}`)
	received := batch[999].Time.Add(time.Minute)
	for _, part := range [][]record.Record{append(batch[500:1000:1000], odd), batch[:500]} { // the newer part came first
		d := Delivery{From: agent, Batch: record.Batch{Epoch: epochA, Stream: record.Telemetry, Records: part}}
		if _, err := s.Put(t.Context(), []Delivery{d}, received); err != nil {
			t.Fatal(err)
		}
	}
	mustSettle(t, s)

	history := func(from, to time.Time, most int) []Sample {
		got, err := s.History(t.Context(), agent, "machine-room/temperature", from, to, most)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if all := history(started, started.Add(24*time.Hour), 1000); len(all) != 1000 || all[0] != (Sample{batch[0].Time, 20 + math.Sin(1.0/50)}) {
		t.Errorf("%d samples, first %+v", len(all), all[0])
	}
	if part := history(batch[9].Time, batch[19].Time, 1000); len(part) != 10 || !part[0].Time.Equal(batch[9].Time) {
		t.Errorf("from the 10th to before the 20th: %d samples", len(part))
	}
	thin := history(started, started.Add(2*time.Hour), 100)
	if len(thin) > 100 || len(thin) < 10 {
		t.Errorf("%d samples, want 10 to 100: most of the time nothing was measured", len(thin))
	}
	if !slices.Contains(thin, Sample{batch[499].Time, 31}) {
		t.Error("the peak is not among the samples kept")
	}
	for i, sample := range thin {
		if i > 0 && sample.Time.Before(thin[i-1].Time) {
			t.Fatalf("sample %d is earlier than the one before", i)
		}
		if sample.Time.After(batch[599].Time) && sample.Time.Before(batch[600].Time) {
			t.Errorf("a sample at %s, where nothing was measured", sample.Time)
		}
	}
	if none, err := s.History(t.Context(), agent, "nowhere", started, started.Add(time.Hour), 10); err != nil || len(none) != 0 {
		t.Errorf("an unknown source: %v, %v", none, err)
	}
}

func TestLatestEventsAreNewestFirst(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	kiosk := NodeKey{"demo", "kiosk"}
	other := NodeKey{"other", "agent"}
	mustPut(t, s, events(epochA, doors(5, 6)...), Delivery{From: kiosk, Batch: events(epochB, doors(1, 2)...).Batch},
		Delivery{From: other, Batch: events(epochC, doors(1, 9)...).Batch}, events(epochA, doors(1, 2)...))
	mustSettle(t, s)
	for _, c := range []struct {
		types []string
		limit int
		want  string
	}{
		{nil, 10, "a6 a5 b2 a2 b1 a1"}, // as they happened, not as they arrived
		{nil, 3, "a6 a5 b2"},
		{[]string{record.DoorOpened}, 10, "a5 b1 a1"},
		{[]string{record.DoorOpened, record.AlarmRaised, record.DoorClosed}, 4, "a6 a5 b2 a2"},
		{[]string{record.AlarmRaised}, 10, ""},
	} {
		got, err := s.Latest(t.Context(), "demo", c.types, c.limit)
		if err != nil || spell(got) != c.want {
			t.Errorf("types %v limit %d: %q, %v, want %q", c.types, c.limit, spell(got), err, c.want)
		}
	}
}

func alarm(seq uint64, typ, rule string, serial uint64) record.Record {
	r := door(seq)
	r.Type, r.Source = typ, "machine-room/temperature"
	r.Data, _ = json.Marshal(record.AlarmData{Serial: serial, Rule: rule, Level: "major", Value: 27, Limit: 26, Unit: "°C"})
	return r
}

func spellAlarms(alarms []Alarm) string {
	records := make([]Record, len(alarms))
	for i, a := range alarms {
		records[i] = a.Record
	}
	return spell(records)
}

func TestOpenAlarms(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for i, step := range []struct {
		put  Delivery
		want string
	}{
		{events(epochA, alarm(1, record.AlarmRaised, "high", 1)), "a1"},
		{events(epochA, alarm(2, record.AlarmRaised, "low", 2)), "a1 a2"},
		{events(epochA, alarm(3, record.AlarmCleared, "high", 1)), "a2"},
		{events(epochA, alarm(5, record.AlarmCleared, "high", 3)), "a2"},
		{events(epochA, alarm(4, record.AlarmRaised, "high", 3)), "a2"},         // late, cleared already
		{events(epochB, alarm(1, record.AlarmRaised, "low", 1)), "b1"},          // the journal was replaced meanwhile
		{events(epochB, alarm(2, record.AlarmCleared, "low", 1)), ""},           // and so nothing stays open
		{events(epochB, alarm(3, record.AlarmRaised, "high", 1)), "b3"},         // a serial used before
		{events(epochB, alarm(3, record.AlarmRaised, "high", 1)), "b3"},         // delivered again
		{events(epochC, alarm(1, record.AlarmCleared, "high", 1), door(2)), ""}, // cleared by a later journal
	} {
		mustPut(t, s, step.put)
		mustSettle(t, s)
		got, err := s.OpenAlarms(t.Context(), "demo")
		if err != nil || spellAlarms(got) != step.want {
			t.Errorf("step %d: %q, %v, want %q", i, spellAlarms(got), err, step.want)
		}
	}
}

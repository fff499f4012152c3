package store

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// entry is a record with data, seq seconds after the start.
func entry(seq uint64, typ, source string, data any) record.Record {
	r := door(seq)
	r.Type, r.Source, r.Time = typ, source, started.Add(time.Duration(seq)*time.Second)
	r.Data, _ = json.Marshal(data)
	return r
}

func entered(seq uint64, visit, person string) record.Record {
	return entry(seq, record.RegisterEntered, "machine-room", record.RegisterData{Visit: visit, Person: person, Name: "N" + person,
		Card: "****0001", Door: "machine-room/door", Since: started.Add(time.Duration(seq) * time.Second)})
}

func left(seq uint64, visit, person, how string, inside float64) record.Record {
	return entry(seq, record.RegisterLeft, "machine-room", record.RegisterData{Visit: visit, Person: person, Name: "N" + person,
		Card: "****0001", Door: "machine-room/door", Inside: inside, How: how})
}

// spellVisits spells a register as "v1 p1 10s-20s badge" and, of those who are inside, "v2 p2 12s- inside".
func spellVisits(visits []Visit) string {
	var all []string
	for _, v := range visits {
		end, how := "", v.How
		if !v.Left.IsZero() {
			end = v.Left.Sub(started).String()
		}
		if v.Open {
			how += "inside"
		}
		all = append(all, fmt.Sprintf("%s %s %s-%s %s", v.Visit, v.Person, v.Entered.Sub(started), end, how))
	}
	return strings.Join(all, ", ")
}

func mustVisits(t *testing.T, s *Store, q VisitQuery) string {
	t.Helper()
	visits, err := s.Visits(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return spellVisits(visits)
}

func TestRegister(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for i, step := range []struct {
		put  Delivery
		want string
	}{
		{events(epochA, entered(10, "v1", "p1")), "v1 p1 10s- inside"},
		{events(epochA, left(20, "v1", "p1", "badge", 10)), "v1 p1 10s-20s badge"},
		{events(epochA, left(20, "v1", "p1", "badge", 10)), "v1 p1 10s-20s badge"}, // delivered again
		// The end is there first; its entry fills the gap.
		{events(epochA, left(40, "v2", "p2", "rule", 9)), "v2 p2 31s-40s rule, v1 p1 10s-20s badge"},
		{events(epochA, entered(30, "v2", "p2")), "v2 p2 30s-40s rule, v1 p1 10s-20s badge"},
		// The end of v3 is lost; the same person has come in again since.
		{events(epochA, entered(50, "v3", "p1")), "v3 p1 50s- inside, v2 p2 30s-40s rule, v1 p1 10s-20s badge"},
		{events(epochB, entered(60, "v4", "p1")), "v4 p1 1m0s- inside, v3 p1 50s- superseded, v2 p2 30s-40s rule, v1 p1 10s-20s badge"},
		// It was only late.
		{events(epochA, left(55, "v3", "p1", "badge", 5)), "v4 p1 1m0s- inside, v3 p1 50s-55s badge, v2 p2 30s-40s rule, v1 p1 10s-20s badge"},
	} {
		mustPut(t, s, step.put)
		mustSettle(t, s)
		if got := mustVisits(t, s, VisitQuery{Station: "demo"}); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
	}
	for name, c := range map[string]struct {
		q    VisitQuery
		want string
	}{
		"inside":        {VisitQuery{Station: "demo", Inside: true}, "v4 p1 1m0s- inside"},
		"person":        {VisitQuery{Person: "p2"}, "v2 p2 30s-40s rule"},
		"area":          {VisitQuery{Area: "vault"}, ""},
		"other node":    {VisitQuery{Node: "kiosk"}, ""},
		"other station": {VisitQuery{Station: "elsewhere"}, ""},
		"overlap":       {VisitQuery{From: started.Add(35 * time.Second), To: started.Add(51 * time.Second)}, "v3 p1 50s-55s badge, v2 p2 30s-40s rule"},
		"at the edge":   {VisitQuery{From: started.Add(41 * time.Second), To: started.Add(50 * time.Second)}, ""},
		"limit":         {VisitQuery{Limit: 1}, "v4 p1 1m0s- inside"},
	} {
		if got := mustVisits(t, s, c.q); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if inside, err := s.Inside(t.Context()); err != nil || len(inside) != 1 || inside["demo"] != 1 {
		t.Errorf("inside %v, %v", inside, err)
	}
}

// Whatever cannot be read of a register is listed like any event, and stands in nobody's way.
func TestRegisterLeavesOutWhatNobodyCanRead(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustPut(t, s, events(epochA, entry(1, record.RegisterEntered, "machine-room", map[string]any{"visit": 7}),
		entry(2, record.RegisterLeft, "machine-room", map[string]any{"visit": "v1"}), entered(3, "v2", "p2")))
	mustSettle(t, s)
	if got := mustVisits(t, s, VisitQuery{}); got != "v2 p2 3s- inside" {
		t.Errorf("got %s", got)
	}
	if listed, err := s.Latest(t.Context(), "demo", nil, 10); err != nil || len(listed) != 3 {
		t.Errorf("listed %d, %v", len(listed), err)
	}
}

// A visit is where its records are placed, also when that becomes known later.
func TestRegisterIsPlacedAgain(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	in, out := entered(1, "v1", "p1"), left(2, "v1", "p1", "badge", 60)
	for _, r := range []*record.Record{&in, &out} {
		r.Clock, r.Time, r.Boot = record.Unsynced, time.Unix(0, 0).UTC(), "b"
	}
	in.Mono, out.Mono = int64(time.Second), int64(61*time.Second)
	known := door(3)
	known.Boot, known.Mono, known.Time = "b", int64(100*time.Second), started.Add(100*time.Second)
	received := started.Add(time.Hour)
	if _, err := s.Put(t.Context(), []Delivery{events(epochA, in, out)}, received); err != nil {
		t.Fatal(err)
	}
	mustSettle(t, s)
	if got := mustVisits(t, s, VisitQuery{}); got == "v1 p1 1s-1m1s badge" {
		t.Errorf("known before it can be: %s", got)
	}
	if _, err := s.Put(t.Context(), []Delivery{events(epochA, known)}, received); err != nil {
		t.Fatal(err)
	}
	mustSettle(t, s)
	if got := mustVisits(t, s, VisitQuery{}); got != "v1 p1 1s-1m1s badge" {
		t.Errorf("got %s", got)
	}
}

// In whatever order records arrive and are indexed, and however often they are delivered, the same comes of them; and the
// same again when it is made anew.
func TestViewsDoNotDependOnTheOrderOfArrival(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 4))
	want := ""
	for round := range 20 {
		s := mustOpen(t, t.TempDir())
		mustPut(t, s, events(epochA)) // so that epochs are met in the same order
		mustCommand(t, s, "c1", started, time.Hour)
		deliveries := singles(randomEvening(rand.New(rand.NewPCG(7, 7))))
		if round > 0 {
			random.Shuffle(len(deliveries), func(i, j int) { deliveries[i], deliveries[j] = deliveries[j], deliveries[i] })
		}
		for _, d := range deliveries {
			mustPut(t, s, d, d)
			if random.IntN(3) == 0 {
				if _, err := s.Index(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		mustSettle(t, s)
		if got := spellViews(t, s); want == "" {
			want = got
		} else if got != want {
			t.Fatalf("seed %d round %d: %s\nwant %s", seed, round, got, want)
		}
		if err := s.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustSettle(t, s)
		if got := spellViews(t, s); got != want {
			t.Fatalf("seed %d round %d rebuilt: %s\nwant %s", seed, round, got, want)
		}
	}
	if !strings.Contains(want, "inside") || !strings.Contains(want, "superseded") || !strings.Contains(want, "×3") || !strings.Contains(want, "mode") {
		t.Errorf("the evening is too quiet: %s", want)
	}
}

// randomEvening is what happens in a machine room: visits, some of which do not end, modes, maintenance, alarms that come
// back, documents and a command.
func randomEvening(random *rand.Rand) (records []record.Record) {
	seq := uint64(0)
	add := func(typ, source string, data any) {
		seq++
		records = append(records, entry(seq, typ, source, data))
	}
	for n := range 30 {
		visit, person := fmt.Sprintf("v%02d", n), fmt.Sprintf("p%d", random.IntN(4))
		add(record.RegisterEntered, "machine-room", record.RegisterData{Visit: visit, Person: person, Purpose: "WO"})
		if random.IntN(3) > 0 {
			add(record.RegisterLeft, "machine-room", record.RegisterData{Visit: visit, Person: person, Inside: 1, How: "badge"})
		}
		add(record.ModeChanged, "machine-room/door", record.ModeData{Mode: []string{"normal", "lockdown"}[random.IntN(2)]})
		if random.IntN(2) == 0 {
			add(record.MaintenanceBegan, "maintenance", record.MaintenanceData{Points: []string{"b", "a"}, By: visit})
		} else {
			add(record.MaintenanceEnded, "maintenance", record.MaintenanceData{Points: []string{"a", "b"}, By: visit})
		}
	}
	add(record.ConfigApplied, "config", record.ConfigData{Version: 1})
	add(record.ConfigRefused, "config", record.ConfigData{Version: 2, Reason: "no"})
	add(record.CommandRefused, "machine-room/door", record.CommandData{ID: "c1", Outcome: record.Expired, Reason: "late"})
	add(record.AlarmRaised, "machine-room/door", record.AlarmData{Rule: "held", Serial: 1})
	add(record.AlarmRepeated, "machine-room/door", record.AlarmData{Rule: "held", Serial: 1, Times: 2})
	add(record.AlarmRepeated, "machine-room/door", record.AlarmData{Rule: "held", Serial: 1, Times: 3})
	add(record.AlarmRaised, "machine-room/door", record.AlarmData{Rule: "forced", Serial: 2})
	add(record.AlarmRepeated, "machine-room/door", record.AlarmData{Rule: "forced", Serial: 2, Times: 2})
	add(record.AlarmCleared, "machine-room/door", record.AlarmData{Rule: "forced", Serial: 2})
	return records
}

func spellViews(t *testing.T, s *Store) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintln(&b, mustVisits(t, s, VisitQuery{}))
	standing, err := s.Standing(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range standing {
		fmt.Fprintln(&b, r.Seq, r.Type, string(r.Data))
	}
	alarms, err := s.OpenAlarms(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range alarms {
		fmt.Fprintf(&b, "%d %s ×%d\n", a.Seq, a.Rule, a.Times)
	}
	o, err := s.Order(t.Context(), agent, "c1")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&b, o.Outcome, o.Reason, o.Decided)
	configs, err := s.Configurations(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range configs {
		fmt.Fprintln(&b, c.Reported.Version, c.Reported.Since, *c.Reported.Refused)
	}
	return b.String()
}

// An alarm that keeps coming back is open with its number, also when what raised it never arrived.
func TestAlarmsThatComeBack(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for i, step := range []struct {
		put  record.Record
		want string
	}{
		{entry(2, record.AlarmRepeated, "p", record.AlarmData{Rule: "high", Serial: 1, Times: 2}), "2 ×2"},
		{entry(1, record.AlarmRaised, "p", record.AlarmData{Rule: "high", Serial: 1}), "1 ×2"},
		{entry(3, record.AlarmRepeated, "p", record.AlarmData{Rule: "high", Serial: 1, Times: 3}), "1 ×3"},
		{entry(4, record.AlarmCleared, "p", record.AlarmData{Rule: "high", Serial: 1, Times: 3}), ""},
		{entry(6, record.AlarmRepeated, "p", record.AlarmData{Rule: "high", Serial: 2, Times: 2}), "6 ×2"},
		{entry(5, record.AlarmRaised, "p", record.AlarmData{Rule: "high", Serial: 2}), "5 ×2"},
		{entry(7, record.AlarmRaised, "p", record.AlarmData{Rule: "high", Serial: 3}), "7 ×0"},
	} {
		mustPut(t, s, events(epochA, step.put))
		mustSettle(t, s)
		alarms, err := s.OpenAlarms(t.Context(), "demo")
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, a := range alarms {
			all = append(all, fmt.Sprintf("%d ×%d", a.Seq, a.Times))
		}
		if got := strings.Join(all, " "); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
	}
}

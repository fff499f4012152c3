package alarm

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

const room = "machine-room/temperature"

// station plays the program's loop: it gives ticks when they are due, and writes down what it is told.
type station struct {
	t     *testing.T
	rules *Rules
	state State
	start time.Time
	mono  time.Duration
	clock record.Clock
	said  []string
	all   []record.Record
}

// newStation has started at noon of a Monday.
func newStation(t *testing.T, rules ...Rule) *station {
	t.Helper()
	s := &station{t: t, start: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), clock: record.Synced}
	s.rules = mustNew(t, rules...)
	s.begin()
	return s
}

func mustNew(t *testing.T, rules ...Rule) *Rules {
	t.Helper()
	r, err := New(rules)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *station) moment() record.Moment {
	return record.Moment{Wall: s.start.Add(s.mono), Clock: s.clock, Mono: s.mono}
}

func (s *station) begin() {
	next, entries := s.rules.Begin(s.state, s.moment())
	s.take(next, entries)
}

// restart loses what is not durable; the monotonic clock begins anew when the machine does.
func (s *station) restart(machine bool) {
	s.t.Helper()
	var folded State
	text, err := json.Marshal(s.state)
	if err == nil {
		err = json.Unmarshal(text, &folded)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	folded.Habits = s.state.Habits
	s.state = folded
	if machine {
		s.start, s.mono = s.start.Add(s.mono), 0
	}
	s.begin()
}

// until lets time pass, up to so long after the start.
func (s *station) until(at time.Duration) *station {
	s.t.Helper()
	for range 1000 {
		due, wanted := s.rules.Due(s.state, s.moment())
		if !wanted || due > at {
			s.mono = max(s.mono, at)
			return s
		}
		s.mono = max(s.mono, due)
		s.step(Tick{})
		if again, wanted := s.rules.Due(s.state, s.moment()); wanted && again <= s.mono {
			s.t.Fatalf("at %s a tick is due at %s, although it was given", s.mono, again)
		}
	}
	s.t.Fatalf("ticks do not end: the next is due before %s", at)
	return s
}

// at lets an event happen.
func (s *station) at(at time.Duration, e Event) *station {
	s.t.Helper()
	s.until(at)
	s.step(e)
	return s
}

func (s *station) step(e Event) {
	next, entries := s.rules.Step(s.state, e, s.moment())
	s.take(next, entries)
}

func (s *station) take(next State, entries []record.Entry) {
	s.state = next
	for _, e := range entries {
		if err := e.Check(); err != nil {
			s.t.Fatal(err)
		}
		s.all = append(s.all, record.Record{Type: e.Type, Source: e.Source, Time: record.Stamp(e.Time), Clock: s.clock, Data: e.Data})
		s.said = append(s.said, fmt.Sprintf("%s %s", s.mono, words(e)))
	}
}

// words spells an entry for comparison.
func words(e record.Entry) string {
	verb := e.Type[strings.Index(e.Type, ".")+1:]
	if strings.HasPrefix(e.Type, "maintenance.") {
		var d record.MaintenanceData
		json.Unmarshal(e.Data, &d)
		return strings.TrimSpace(fmt.Sprintf("maintenance %s at %s by %s %s", verb, e.Source, d.By, d.Reason))
	}
	var d record.AlarmData
	json.Unmarshal(e.Data, &d)
	out := fmt.Sprintf("%s %s#%d %s", verb, d.Rule, d.Serial, d.Level)
	if d.Unit != "" {
		out += fmt.Sprintf(" %g>%g%s", d.Value, d.Limit, d.Unit)
	}
	if d.Times > 0 {
		out += fmt.Sprintf(" ×%d", d.Times)
	}
	if d.Inhibited != "" {
		out += " by " + d.Inhibited
	}
	if d.Reason != "" {
		out += ": " + d.Reason
	}
	return out
}

// expect compares what was said since it was asked last.
func (s *station) expect(want ...string) *station {
	s.t.Helper()
	if !slices.Equal(s.said, want) {
		s.t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(s.said, "\n\t"), strings.Join(want, "\n\t"))
	}
	s.said = nil
	return s
}

func degrees(v float64) Reading { return Reading{Point: room, Value: v, Unit: "°C"} }

func above(limit float64) Rule {
	return Rule{Point: room, Name: "high", Side: Above, Limit: limit, Hysteresis: 1, Level: Major}
}

const (
	sec  = time.Second
	mins = time.Minute
)

func TestLimitWithHysteresis(t *testing.T) {
	low := Rule{Point: room, Name: "low", Kind: KindLimit, Side: Below, Limit: 18, Hysteresis: 0.5, Level: Hint}
	newStation(t, above(27), low).
		at(1*sec, degrees(27)). // the limit is still good
		at(2*sec, degrees(27.1)).
		at(3*sec, degrees(26.5)). // within the band
		at(4*sec, degrees(26)).
		at(5*sec, degrees(26.9)).
		at(6*sec, degrees(18)).
		at(7*sec, degrees(17.9)).
		at(8*sec, degrees(18.4)).
		at(9*sec, degrees(28)).
		at(10*sec, Reading{Point: "elsewhere", Value: 10, Unit: "°C"}).
		expect("2s raised high#1 major 27.1>27°C", "4s cleared high#1 major 26>27°C",
			"7s raised low#2 hint 17.9>18°C", "9s raised high#3 major 28>27°C", "9s cleared low#2 hint 28>18°C")
}

func TestDelays(t *testing.T) {
	rule := above(27)
	rule.RaiseAfter, rule.ClearAfter = 2*mins, 5*mins
	newStation(t, rule).
		at(0, degrees(28)).at(1*mins, degrees(29)).until(119*sec).expect().
		until(2*mins). // the latest reading holds, although none comes then
		expect("2m0s raised high#1 major 29>27°C").
		at(3*mins, degrees(20)).at(7*mins, degrees(26.5)). // breaks the clearing
		at(8*mins, degrees(25)).until(12 * mins).expect().
		until(13 * mins).expect("13m0s cleared high#1 major 25>27°C")
	newStation(t, rule).
		at(0, degrees(28)).at(1*mins, degrees(26.5)). // breaks the raising
		at(90*sec, degrees(28)).until(3*mins).expect().
		at(200*sec, degrees(20)).until(10 * mins).expect()
}

func TestOnlyGoodPointsDecide(t *testing.T) {
	rule := above(27)
	rule.RaiseAfter = 2 * mins
	s := newStation(t, rule)
	for _, q := range []record.Quality{record.Faulty, record.Stale, record.Unknown} {
		s.at(s.mono, degrees(28)).
			at(s.mono+mins, Quality{room, q, "no answer"}).
			until(s.mono + 10*mins).expect()
	}
	s.at(s.mono, degrees(28)).at(s.mono+mins, Quality{room, record.Good, ""}).until(s.mono + mins).
		expect(s.mono.String() + " raised high#1 major 28>27°C")
	s.at(s.mono, Quality{room, record.Faulty, "no answer"}).until(s.mono + time.Hour).expect() // it stays raised
}

func TestWhatIsNoNumberDecidesNothing(t *testing.T) {
	s := newStation(t, above(27), Rule{Point: room, Name: "low", Side: Below, Limit: 10, Level: Minor})
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		s.at(s.mono+sec, degrees(v)).expect()
	}
	s.at(5*sec, degrees(28)).expect("5s raised high#1 major 28>27°C")
	for _, v := range []float64{math.NaN(), math.Inf(-1)} {
		s.at(s.mono+sec, degrees(v)).expect()
	}
}

func TestQuality(t *testing.T) {
	silent := Rule{Point: room, Name: "silent", Kind: KindQuality, Silent: 10 * mins, Level: Minor}
	newStation(t, silent).
		at(9*mins, degrees(20)).expect().
		at(12*mins, Quality{room, record.Faulty, "no answer"}).
		until(19*mins).
		expect("19m0s raised silent#1 minor: no good reading for 10m0s: no answer").
		at(20*mins, Quality{room, record.Good, ""}).expect().
		at(21*mins, degrees(20)).expect("21m0s cleared silent#1 minor")
	newStation(t, silent).until(time.Hour).expect("10m0s raised silent#1 minor: no good reading for 10m0s")
	at := Rule{Point: room, Name: "faulty", Kind: KindQuality, Level: Minor, RaiseAfter: 30 * sec}
	newStation(t, at).
		until(time.Hour).
		at(time.Hour, Quality{room, record.Unknown, "not read yet"}).until(2*time.Hour).expect().
		at(2*time.Hour, Quality{room, record.Stale, "old"}).
		at(2*time.Hour+10*sec, degrees(20)).
		at(3*time.Hour, Quality{room, record.Faulty, "gone"}).
		until(4*time.Hour).
		at(4*time.Hour, degrees(20)).
		expect("3h0m30s raised faulty#1 minor: gone", "4h0m0s cleared faulty#1 minor")
}

func TestRate(t *testing.T) {
	rises := Rule{Point: room, Name: "rises", Kind: KindRate, Side: Above, Limit: 6, Hysteresis: 2, Window: time.Hour, Level: Major}
	falls := Rule{Point: room, Name: "falls", Kind: KindRate, Side: Below, Limit: 6, Hysteresis: 2, Window: time.Hour, Level: Minor}
	s := newStation(t, rises, falls)
	feed := func(minutes int, perHour float64) {
		last := s.state.points[room].value
		for i := range minutes {
			s.at(s.mono+mins, degrees(last+perHour*float64(i+1)/60))
		}
	}
	s.at(0, degrees(20))
	feed(60, 3)
	s.at(s.mono+sec, degrees(85)) // one wild reading
	s.expect()
	s.at(s.mono+sec, degrees(s.state.points[room].value-62))
	feed(59, 3)
	s.expect()
	feed(60, 9)
	feed(60, -20)
	var verbs []string
	for _, line := range s.said {
		verbs = append(verbs, strings.Fields(line)[1]+" "+strings.Fields(line)[2])
	}
	if want := []string{"raised rises#1", "cleared rises#1", "raised falls#2"}; !slices.Equal(verbs, want) {
		t.Errorf("got %q, want %q", s.said, want)
	}
	var d record.AlarmData
	json.Unmarshal(s.all[len(s.all)-1].Data, &d)
	if d.Kind != "rate" || d.Unit != "°C/h" || d.Limit != -6 || d.Value > -6 || d.Value < -20 {
		t.Errorf("got %+v", d)
	}
	few := newStation(t, rises) // too few readings for a slope
	for i := range 4 {
		few.at(time.Duration(i+1)*10*mins, degrees(20+10*float64(i)))
	}
	few.expect()
	short := newStation(t, rises) // over less than half the window
	for i := range 20 {
		short.at(time.Duration(i+1)*mins, degrees(20+float64(i)))
	}
	short.expect()
}

func TestSlope(t *testing.T) {
	var n trend
	for i := range 1000 { // bounded, whatever the interval
		n = n.with(time.Duration(i)*sec, 10+float64(i)/3600, time.Minute)
	}
	if !n.enough || len(n.parts) != 21 || n.perHour < 0.99 || n.perHour > 1.01 {
		t.Errorf("slope %g, %v from %d parts", n.perHour, n.enough, len(n.parts))
	}
	mean := trend{}.with(0, 1, time.Hour).with(sec, 2, time.Hour).with(2*sec, 6, time.Hour).with(time.Minute, 3, time.Hour)
	if len(mean.parts) != 1 || mean.parts[0].value != 3 || mean.parts[0].count != 4 {
		t.Errorf("got %+v", mean.parts)
	}
	for want, of := range map[float64][]float64{2: {3, 1, 2}, 2.5: {4, 1, 3, 2}, 7: {7}} {
		if got := median(of); got != want {
			t.Errorf("median of %v is %g", of, got)
		}
	}
	n = n.with(2000*sec, 10, time.Minute)
	if n.enough || len(n.parts) != 1 {
		t.Errorf("a gap left %d parts", len(n.parts))
	}
}

func TestSchedule(t *testing.T) {
	rule := above(27)
	rule.Schedule = Schedule{{Days: []time.Weekday{time.Monday, time.Tuesday}, From: 14 * time.Hour, To: 16 * time.Hour}}
	s := newStation(t, rule)
	s.at(0, degrees(30)).until(2*time.Hour).
		expect("2h0m0s raised high#1 major 30>27°C").
		until(4*time.Hour).
		expect("4h0m0s cleared high#1 major 30>27°C: outside the hours of the rule").
		until(28*time.Hour+30*mins).
		expect("26h0m0s raised high#2 major 30>27°C", "28h0m0s cleared high#2 major 30>27°C: outside the hours of the rule").
		until(60 * time.Hour).expect() // Wednesday
	s.clock = record.Unsynced
	s.at(60*time.Hour, Tick{}).expect("60h0m0s raised high#3 major 30>27°C")
}

func TestHours(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here:", err)
	}
	night := Schedule{{Days: []time.Weekday{time.Saturday}, From: 22 * time.Hour, To: 6 * time.Hour}}
	full := Schedule{{From: 0, To: day}}
	for _, c := range []struct {
		schedule Schedule
		at       string
		want     bool
	}{
		{night, "2026-03-28 21:59", false}, {night, "2026-03-28 22:00", true},
		{night, "2026-03-29 05:59", true}, {night, "2026-03-29 06:00", false}, // summer time began at 02:00
		{night, "2026-03-29 22:30", false}, {full, "2026-03-29 00:00", true}, {full, "2026-10-25 23:59", true}, {nil, "2026-10-25 23:59", true},
		{Schedule{{From: 8 * time.Hour, To: 9*time.Hour + 30*mins}}, "2026-07-01 09:29", true},
		{Schedule{{From: 8 * time.Hour, To: 9*time.Hour + 30*mins}}, "2026-07-01 09:30", false},
	} {
		at, _ := time.ParseInLocation("2006-01-02 15:04", c.at, zone)
		if got := c.schedule.On(record.Moment{Wall: at, Clock: record.Synced}); got != c.want {
			t.Errorf("%v at %s: %v", c.schedule, c.at, got)
		}
	}
}

func TestScheduleIsLookedAtInTime(t *testing.T) {
	for _, c := range []struct {
		hours Hours
		at    string
		want  time.Duration
	}{
		{Hours{From: 0, To: 6 * time.Hour}, "2026-11-23 23:30", 30 * mins},
		{Hours{From: 22 * time.Hour, To: 6 * time.Hour}, "2026-11-23 05:50", 10 * mins},
		{Hours{From: 22 * time.Hour, To: 6 * time.Hour}, "2026-11-23 21:59", 1 * mins},
		{Hours{From: 8 * time.Hour, To: 24 * time.Hour}, "2026-11-23 23:45", 15 * mins},
		{Hours{From: 8 * time.Hour, To: 9 * time.Hour}, "2026-11-23 12:00", recheck},
		{Hours{From: 8*time.Hour + 30*sec, To: 9 * time.Hour}, "2026-11-23 08:00", 30 * sec},
	} {
		at, _ := time.Parse("2006-01-02 15:04", c.at)
		if got, changes := (Schedule{c.hours}).next(record.Moment{Wall: at}); got != c.want || !changes {
			t.Errorf("%v at %s: looked at after %s, want %s", c.hours, c.at, got, c.want)
		}
	}
	if _, changes := (Schedule{}).next(record.Moment{}); changes {
		t.Error("what is always on changes")
	}
}

func TestFlapping(t *testing.T) {
	rule := above(27)
	rule.Flapping = Flapping{Raises: 3, Within: time.Hour, Quiet: 10 * mins}
	s := newStation(t, rule)
	for i := range 3 {
		s.at(time.Duration(2*i)*mins, degrees(28)).at(time.Duration(2*i+1)*mins, degrees(20))
	}
	s.expect("0s raised high#1 major 28>27°C", "1m0s cleared high#1 major 20>27°C",
		"2m0s raised high#2 major 28>27°C", "3m0s cleared high#2 major 20>27°C", "4m0s raised high#3 major 28>27°C")
	for i := range 11 { // it stays raised, and is counted
		s.at(time.Duration(6+2*i)*mins, degrees(29)).at(time.Duration(7+2*i)*mins, degrees(20))
	}
	s.expect("6m0s repeated high#3 major 29>27°C ×2", "12m0s repeated high#3 major 29>27°C ×5", "22m0s repeated high#3 major 29>27°C ×10")
	s.until(36 * mins).expect().until(37 * mins).expect("37m0s cleared high#3 major 20>27°C ×12")
	s.at(100*mins, degrees(28)).at(101*mins, degrees(20)). // long after, it is an alarm like any other
								expect("1h40m0s raised high#4 major 28>27°C", "1h41m0s cleared high#4 major 20>27°C")
}

func TestFlappingSurvivesRestart(t *testing.T) {
	rule := above(27)
	rule.Flapping = Flapping{Raises: 2, Within: time.Hour, Quiet: 10 * mins}
	s := newStation(t, rule)
	for i := range 3 {
		s.at(time.Duration(2*i)*mins, degrees(28)).at(time.Duration(2*i+1)*mins, degrees(20))
	}
	s.said = nil
	s.restart(true)
	s.at(1*mins, degrees(20)).at(2*mins, degrees(28)).at(3*mins, degrees(20)).until(30 * mins).
		expect("13m0s cleared high#2 major 20>27°C ×3")
}

func TestConditions(t *testing.T) {
	door := "machine-room/door"
	forced := Condition{door, "forced", Critical, "opened without a grant", true}
	held := Condition{door, "held", Minor, "open for a minute", true}
	over := func(c Condition) Condition { c.Active = false; c.Reason = "closed"; return c }
	s := newStation(t).
		at(1*sec, forced).at(2*sec, forced).at(3*sec, held).
		expect("1s raised forced#1 critical: opened without a grant", "3s raised held#2 minor: open for a minute")
	held.Level, held.Reason = Major, "open for five minutes"
	s.at(4*sec, held).
		expect("4s cleared held#2 minor: now major", "4s raised held#3 major: open for five minutes")
	held.Level = Hint
	s.at(5*sec, held).expect()
	s.at(6*sec, over(held)).at(6*sec, over(forced)).at(7*sec, over(forced)).
		expect("6s cleared held#3 major: closed", "6s cleared forced#1 critical: closed")
	s.at(8*sec, Condition{door, "odd", "dreadful", "", true}).expect("8s raised odd#4 major")
	s.at(9*sec, Condition{"no point", "odd", Major, "", true}).at(9*sec, Condition{Point: door, Active: true}).expect()
	s.restart(false) // it stays until it is told
	s.expect().at(10*sec, Condition{door, "odd", "", "", false}).expect("10s cleared odd#4 major")

	rule := Rule{Point: door, Name: "held", Kind: KindCondition, Level: Hint, RaiseAfter: mins}
	newStation(t, rule).at(0, held).until(2 * mins).expect("1m0s raised held#1 hint: open for five minutes")
}

func maintain(by string, until time.Time, points ...string) Maintenance {
	return Maintenance{record.MaintenanceData{Points: points, By: by, Until: until, Reason: "filters"}, true}
}

func TestMaintenance(t *testing.T) {
	s := newStation(t, above(27), Rule{Point: "office/temperature", Name: "high", Side: Above, Limit: 27, Level: Minor})
	s.at(1*sec, degrees(30)).at(1*sec, Reading{"office/temperature", 30, "°C"})
	s.expect("1s raised high#1 major 30>27°C", "1s raised high#2 minor 30>27°C")
	s.at(2*sec, maintain("Ma", s.start.Add(time.Hour), "machine-room")).
		expect("2s maintenance began at machine-room by Ma filters", "2s cleared high#1 major 30>27°C by Ma: maintenance")
	if !s.state.Maintained(room) || s.state.Maintained("machine-room2") || s.state.Maintained("office/temperature") {
		t.Error("maintenance of a folder is not of what lies in it")
	}
	s.at(10*mins, degrees(31)).expect()
	s.restart(false) // and goes on
	s.at(11*mins, degrees(31)).expect()
	s.until(2*time.Hour).expect("1h0m0s maintenance ended at machine-room by Ma its time is over", "1h0m0s raised high#3 major 31>27°C")
	s.at(3*time.Hour, maintain("Ma", s.start.Add(5*time.Hour))). // everything
									at(4*time.Hour, maintain("Li", s.start.Add(9*time.Hour))). // longer, and by another
									at(7*time.Hour, Maintenance{record.MaintenanceData{By: "Wang", Reason: "done"}, false}).
									at(8*time.Hour, Maintenance{record.MaintenanceData{By: "Wang", Reason: "done"}, false})
	s.expect("3h0m0s maintenance began at maintenance by Ma filters",
		"3h0m0s cleared high#3 major 31>27°C by Ma: maintenance", "3h0m0s cleared high#2 minor 30>27°C by Ma: maintenance",
		"4h0m0s maintenance began at maintenance by Li filters",
		"7h0m0s maintenance ended at maintenance by Wang done", "7h0m0s raised high#4 major 31>27°C")
}

func TestMaintenanceByBothClocks(t *testing.T) {
	begin := func() *station {
		s := newStation(t, above(27))
		return s.at(0, degrees(30)).at(0, maintain("Ma", s.start.Add(time.Hour), room))
	}
	s := begin()
	s.clock, s.said = record.Unsynced, nil
	s.start = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	s.until(2*time.Hour).expect("1h0m0s maintenance ended at machine-room/temperature by Ma its time is over", "1h0m0s raised high#2 major 30>27°C")

	s = begin() // the wall clock is set forward
	s.said, s.start = nil, s.start.Add(50*mins)
	s.at(1*mins, Tick{}).until(time.Hour)
	if s.expect("10m0s maintenance ended at machine-room/temperature by Ma its time is over", "10m0s raised high#2 major 30>27°C"); t.Failed() {
		return
	}
	s = begin() // the machine starts again without knowing the time: it lasts no longer than it was to last
	s.said, s.clock = nil, record.Unsynced
	s.restart(true)
	s.at(mins, degrees(30)).until(3*time.Hour).
		expect("1h0m0s maintenance ended at machine-room/temperature by Ma its time is over", "1h0m0s raised high#2 major 30>27°C")

	s = newStation(t) // never known
	s.clock, s.start = record.Unsynced, time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	s.at(0, maintain("Ma", time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), room)).until(100*time.Hour).
		expect("0s maintenance began at machine-room/temperature by Ma filters", "12h0m0s maintenance ended at machine-room/temperature by Ma its time is over")
}

func TestMaintenanceThatBeginsBeforeTheTimeIsKnown(t *testing.T) {
	for name, until := range map[string]time.Time{
		"by its own clock":    time.Date(1970, 1, 1, 1, 0, 0, 0, time.UTC),
		"by the true time":    time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC),
		"after a machine was": time.Date(1970, 1, 1, 1, 0, 0, 0, time.UTC),
	} {
		s := newStation(t)
		s.clock, s.start = record.Unsynced, time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
		s.at(0, maintain("Ma", until, room))
		if name == "after a machine was" {
			s.restart(true)
		}
		s.said = nil
		s.clock, s.start = record.Synced, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
		s.at(mins, Tick{}).until(100 * time.Hour).
			expect("1h0m0s maintenance ended at machine-room/temperature by Ma its time is over")
	}
}

func TestMaintenanceIsValidated(t *testing.T) {
	s := newStation(t)
	now := s.start
	for name, m := range map[string]Maintenance{
		"nobody": maintain("", now.Add(time.Hour)), "over": maintain("Ma", now), "long": maintain("Ma", now.Add(MaxMaintenance+1)),
		"points": maintain("Ma", now.Add(time.Hour), "a b"),
	} {
		if m.Validate(s.moment()) == nil {
			t.Errorf("%s: accepted", name)
		}
		s.at(0, m).expect()
	}
	if err := maintain("Ma", now.Add(time.Hour), "machine-room/", room).Validate(s.moment()); err != nil {
		t.Error(err)
	}
}

func TestBeginWithdraws(t *testing.T) {
	low := Rule{Point: room, Name: "low", Side: Below, Limit: 40, Level: Hint}
	s := newStation(t, above(27), low).at(1*sec, degrees(30)).
		at(2*sec, Condition{"door", "forced", Critical, "", true})
	s.said = nil
	changed := above(27)
	changed.Kind = KindRate
	s.rules = mustNew(t, changed)
	s.begin()
	s.expect("2s cleared high#1 major 30>27°C: the rule was withdrawn", "2s cleared low#2 hint 30>40°C: the rule was withdrawn")
	if len(s.state.Open) != 1 || s.state.Last != 3 {
		t.Errorf("got %+v", s.state)
	}
	// Delays begin anew with the rules.
	slow := above(10)
	slow.RaiseAfter = mins
	s.rules = mustNew(t, slow)
	s.begin()
	s.until(50 * sec)
	s.rules = mustNew(t, slow)
	s.begin()
	s.until(90 * sec).expect()
	s.rules = mustNew(t)
	s.begin()
	// Rules that come into force judge what is known already.
	s.rules = mustNew(t, above(29))
	s.begin()
	s.expect("1m30s raised high#4 major 30>29°C")
	s.rules = mustNew(t, above(35))
	s.begin()
	s.expect("1m30s cleared high#4 major 30>35°C")
}

func TestFold(t *testing.T) {
	raised := func(serial uint64) record.Record {
		e := record.NewEntry(record.AlarmRaised, room, time.Time{}, record.AlarmData{Serial: serial, Rule: "high"})
		return record.Record{Type: e.Type, Source: e.Source, Data: e.Data}
	}
	cleared := raised(1)
	cleared.Type = record.AlarmCleared
	var s State
	for i, r := range []record.Record{raised(1), cleared, raised(1), raised(2), raised(2)} {
		var err error
		if s, err = Fold(s, r); err != nil {
			t.Fatal(err)
		}
		if want := []int{1, 0, 0, 1, 1}[i]; len(s.Open) != want {
			t.Errorf("after %d records %d alarms are open, want %d", i+1, len(s.Open), want)
		}
	}
	if s, err := Fold(State{}, record.Record{Type: record.DoorOpened, Data: []byte(`{"serial":7}`)}); err != nil || s.Last != 0 {
		t.Errorf("a door changed the state to %+v, %v", s, err)
	}
	for _, typ := range []string{record.AlarmRaised, record.AlarmRepeated, record.AlarmCleared, record.MaintenanceBegan, record.MaintenanceEnded} {
		if _, err := Fold(State{}, record.Record{Type: typ, Data: []byte(`{"serial":"x","points":1}`)}); err == nil {
			t.Errorf("folded rubbish of type %s", typ)
		}
	}
	told := raised(2)
	told.Type, told.Data = record.AlarmRepeated, []byte(`{"serial":2,"rule":"high","times":5}`)
	if s, err := Fold(s, told); err != nil || len(s.Open) != 1 || s.Open[0].Times != 5 {
		t.Errorf("an alarm that comes again: %+v, %v", s, err)
	}
	s, err := Fold(State{Last: 3, Open: []Alarm{{room, record.AlarmData{Serial: 3}}}}, record.Record{Type: record.AlarmRepeated, Source: room, Data: []byte(`{"serial":9}`)})
	if s = s.with(Alarm{room, record.AlarmData{Serial: 5}}); err != nil || s.Open[1].Serial != 5 || s.Last != 9 {
		t.Errorf("not in order of serials: %+v, %v", s, err)
	}
	s, _ = Fold(State{}, raised(2))
	again := raised(9)
	again.Type = record.AlarmRepeated // its beginning is lost
	if s, err := Fold(s, again); err != nil || len(s.Open) != 2 || s.Last != 9 {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestValidate(t *testing.T) {
	good := []Rule{above(27), {Point: room, Name: "drift", Kind: KindDrift, Level: Minor}, {Point: room, Name: "rate", Kind: KindRate, Side: Below, Limit: 3, Level: Minor}}
	mustNew(t, good...)
	for name, spoil := range map[string]func(*Rule){
		"name": func(r *Rule) { r.Name = "" }, "side": func(r *Rule) { r.Side = "beside" }, "kind": func(r *Rule) { r.Kind = "mood" },
		"limit": func(r *Rule) { r.Limit /= 0 * r.Hysteresis }, "hysteresis": func(r *Rule) { r.Hysteresis = -1 },
		"level": func(r *Rule) { r.Level = "dreadful" }, "point": func(r *Rule) { r.Point = "a b" },
		"rate": func(r *Rule) { r.Kind, r.Limit = KindRate, -1 }, "delay": func(r *Rule) { r.RaiseAfter = -1 },
		"long delay": func(r *Rule) { r.ClearAfter = longest + 1 }, "flapping": func(r *Rule) { r.Flapping.Raises = 1 },
		"quiet":       func(r *Rule) { r.Flapping = Flapping{3, mins, -1} },
		"schedule":    func(r *Rule) { r.Schedule = Schedule{{From: day, To: day}} },
		"begin":       func(r *Rule) { r.Schedule = Schedule{{From: -1, To: day}} },
		"end":         func(r *Rule) { r.Schedule = Schedule{{From: 0, To: -1}} },
		"late end":    func(r *Rule) { r.Schedule = Schedule{{From: 0, To: day + 1}} },
		"long name":   func(r *Rule) { r.Name = strings.Repeat("n", 65) },
		"many raises": func(r *Rule) { r.Flapping.Raises = 101 },
		"few raises":  func(r *Rule) { r.Flapping.Raises = -1 },
		"window":      func(r *Rule) { r.Window = -1 },
		"silence":     func(r *Rule) { r.Silent = -1 },
		"within":      func(r *Rule) { r.Flapping = Flapping{3, -1, mins} },
		"day":         func(r *Rule) { r.Schedule = Schedule{{Days: []time.Weekday{7}, To: day}} },
	} {
		r := above(27)
		spoil(&r)
		if _, err := New([]Rule{r}); err == nil {
			t.Errorf("a rule with a bad %s was accepted", name)
		}
	}
	if _, err := New([]Rule{above(27), above(28)}); err == nil {
		t.Error("two rules of the same name were accepted")
	}
	two := good[1]
	two.Name = "drift2"
	if _, err := New([]Rule{good[1], two}); err == nil {
		t.Error("two drift rules of a point were accepted")
	}
}

// A station of ten points with the rules of a standard.
func BenchmarkStep(b *testing.B) {
	var rules []Rule
	for i := range 10 {
		rules = append(rules, ASHRAE(Point{Name: fmt.Sprintf("room/t%d", i), Unit: "°C", Measured: true})...)
	}
	r, err := New(rules)
	if err != nil {
		b.Fatal(err)
	}
	at := record.Moment{Wall: monday, Clock: record.Synced}
	s, _ := r.Begin(State{}, at)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at.Wall, at.Mono = at.Wall.Add(sec), at.Mono+sec
		s, _ = r.Step(s, Reading{fmt.Sprintf("room/t%d", i%10), 22 + float64(i%7)/10, "°C"}, at)
		r.Due(s, at)
	}
}

package access

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

func TestForced(t *testing.T) {
	r := begin(t, people)
	r.opens("room/door")
	r.is("room/door", Forced, true)
	r.toned(Alarm)
	if c := r.fx.Conditions[0]; c.Level != "critical" {
		t.Errorf("%+v", c)
	}
	if len(r.fx.Signals) != 2 {
		t.Errorf("signals %v, want one for each reader of the door", r.fx.Signals)
	}
	r.opens("room/door")
	r.nothing()
	r.closes("room/door")
	r.is("room/door", Forced, false)
	r.toned(Quiet)
	r.wrote()
	r.opens("hatch/door") // a door that nobody is let through is watched, and no more
	r.nothing()
	r = begin(t, people, `"doors": [{"door": "room/door", "free_exit": true}]`)
	r.opens("room/door")
	r.is("room/door", Forced, false)
}

func TestADoorFoundOpenIsNotForced(t *testing.T) {
	r := begin(t, people)
	r.restart(0)
	r.step(DoorMoved{Door: "room/door", Open: true, Initial: true})
	r.is("room/door", Forced, false)
	r.wait(30*time.Second - 1)
	r.is("room/door", Held, false)
	r.wait(1)
	r.is("room/door", Held, true)
	r = begin(t, people)
	r.step(DoorMoved{Door: "room/door", Open: true, Initial: true}) // found so although it was known to be closed
	r.is("room/door", Forced, false)
}

func TestHeld(t *testing.T) {
	r := begin(t, people, `"doors": [{"door": "room/door", "held_warning": "20s", "held_alarm": "45s"}]`)
	r.card("room/in", "ann")
	r.opens("room/door")
	r.wait(20*time.Second - 1)
	r.is("room/door", Held, false)
	r.wait(1)
	r.is("room/door", Held, true)
	r.is("room/door", HeldLong, false)
	r.toned(Warning)
	if c := r.fx.Conditions[0]; c.Level != "minor" {
		t.Errorf("%+v", c)
	}
	r.wait(25*time.Second - 1)
	r.is("room/door", HeldLong, false)
	r.wait(1)
	r.is("room/door", HeldLong, true)
	r.toned(Alarm)
	if c := r.fx.Conditions[0]; c.Level != "major" || len(r.fx.Conditions) != 1 {
		t.Errorf("%+v", r.fx.Conditions)
	}
	if due, ok := r.p.Due(r.s, r.at); ok && due < r.at.Mono+time.Hour {
		t.Errorf("due in %s, and all is said", due-r.at.Mono)
	}
	r.closes("room/door")
	r.is("room/door", Held, false)
	r.is("room/door", HeldLong, false)
	r.toned(Quiet)
	r.wait(time.Hour)
	r.is("room/door", Held, false)
	r.card("room/in", "bob")
	r.opens("room/door")
	r.wait(19 * time.Second)
	r.closes("room/door")
	r.nothing()
}

func TestHeldAndUnreadable(t *testing.T) {
	r := begin(t, people)
	r.opens("side/door")
	r.wait(40 * time.Second)
	r.is("side/door", Held, true)
	r.step(DoorUnreadable{"side/door"})
	r.is("side/door", Held, false)
	r.is("side/door", Forced, true) // until it is seen closed
	r.closes("side/door")
	r.is("side/door", Forced, false)
}

func TestWhatEndedWhileTheProgramWasNotRunningIsSaid(t *testing.T) {
	r := begin(t, people)
	ends := func() (ended []string) {
		for _, c := range r.fx.Conditions {
			if c.Active {
				t.Errorf("%+v", c)
			}
			ended = append(ended, c.Rule)
		}
		return ended
	}
	r.restart(0)
	if got := ends(); len(got) != len(site.Readers) || got[0] != Attempts {
		t.Errorf("%v", got)
	}
	r.step(DoorMoved{Door: "room/door", Initial: true})
	if got := ends(); !slices.Equal(got, []string{Forced, Held, HeldLong}) {
		t.Errorf("%v", got)
	}
	r.step(BoltMoved{Door: "room/door", Thrown: true, Initial: true})
	if got := ends(); !slices.Equal(got, []string{NotLocked}) {
		t.Errorf("%v", got)
	}
	r.restart(0)
	r.step(DoorMoved{Door: "room/door", Open: true, Initial: true})
	r.step(BoltMoved{Door: "room/door", Initial: true})
	r.nothing()
	r.step(Tick{})
	r.nothing()
}

func TestNotLocked(t *testing.T) {
	r := begin(t, people)
	bolt := func(thrown bool) { t.Helper(); r.step(BoltMoved{Door: "room/door", Thrown: thrown}) }
	r.card("room/in", "ann")
	bolt(false)
	r.opens("room/door")
	r.wait(20 * time.Second) // an open door's bolt is in
	r.is("room/door", NotLocked, false)
	r.closes("room/door")
	r.wait(10*time.Second - 1)
	r.is("room/door", NotLocked, false)
	r.wait(1)
	r.is("room/door", NotLocked, true)
	if c := r.fx.Conditions[0]; c.Level != "minor" || len(r.fx.Signals) != 0 {
		t.Errorf("%+v", r.fx)
	}
	if due, ok := r.p.Due(r.s, r.at); ok && due < r.at.Mono+time.Hour {
		t.Errorf("due in %s, and all is said", due-r.at.Mono)
	}
	bolt(true)
	r.is("room/door", NotLocked, false)
	r.card("room/in", "bob")
	bolt(false)
	r.wait(15*time.Second - 1) // five of them unlocked
	r.is("room/door", NotLocked, false)
	bolt(true)
	r.wait(time.Minute)
	r.is("room/door", NotLocked, false)
	r.done(VerbRelease, "room/door", "")
	bolt(false)
	r.wait(time.Minute)
	r.is("room/door", NotLocked, false)
	r.done(VerbNormal, "room/door", "")
	r.wait(10 * time.Second)
	r.is("room/door", NotLocked, true)
	r.step(DoorUnreadable{"room/door"})
	r.is("room/door", NotLocked, true)
}

func TestRelease(t *testing.T) {
	r := begin(t, people)
	r.opens("side/door")
	r.is("side/door", Forced, true)
	r.wait(time.Minute)
	r.is("side/door", HeldLong, true)
	r.done(VerbRelease, "", `{"reason": "fire"}`)
	for _, d := range site.Doors {
		r.unlocked(d.Point, d.Strike)
	}
	r.is("side/door", Forced, false)
	r.is("side/door", Held, false)
	r.is("side/door", HeldLong, false)
	if n := len(r.fx.Entries); n != len(site.Doors) {
		t.Errorf("%d entries: %s", n, r.said())
	}
	r.wait(time.Hour)
	r.unlocked("room/door", true)
	r.opens("room/door")
	r.is("room/door", Forced, false)
	r.unlocked("room/door", true) // not by opening either
	r.wait(time.Hour)
	r.is("room/door", Held, false)
	r.restart(time.Hour)
	r.unlocked("room/door", true)
	r.unlocked("side/door", true)
	r.step(DoorMoved{Door: "room/door", Open: true, Initial: true})
	r.wait(time.Minute)
	r.done(VerbNormal, "", "")
	r.unlocked("room/door", false)
	r.wait(30*time.Second - 1)
	r.is("room/door", Held, false)
	r.wait(1)
	r.is("room/door", Held, true) // counted from when it was to be closed
	if r.s.Modes["room/door"] != "" || len(r.s.Modes) != 0 {
		t.Errorf("modes %v", r.s.Modes)
	}
	r.closes("room/door")
	r.opens("room/door")
	r.is("room/door", Forced, true)
	r.done(VerbLockdown, "room/door", "")
	r.is("room/door", Forced, true)
	r.wait(30 * time.Second)
	r.is("room/door", Held, true) // a lock-down starts nothing anew
	r.done(VerbRelease, "room/door", "")
	r.unlocked("room/door", true)
	r.done(VerbLockdown, "room/door", "")
	r.unlocked("room/door", false)
}

const daily = `"doors": [{"door": "room/door", "unlock_schedule": "office"}]`

func TestUnlockSchedule(t *testing.T) {
	r := begin(t, daily, office, people)
	r.unlocked("room/door", true) // it is ten o'clock
	r.opens("room/door")
	r.wait(time.Hour)
	r.closes("room/door")
	r.is("room/door", Forced, false)
	r.card("room/in", "ann") // the register goes on
	r.granted()
	r.opens("room/door")
	r.closes("room/door")
	r.inside("ann room")
	r.unlocked("room/door", true)
	r.wait(7*time.Hour - 1)
	r.unlocked("room/door", true)
	r.wait(1)
	r.unlocked("room/door", false)
	if source, data := entry[record.ModeData](r, record.ModeChanged); source != "room/door" || data.Mode != ModeNormal || data.By != "" {
		t.Errorf("%s %+v", source, data)
	}
	r.opens("room/door")
	r.is("room/door", Forced, true)
	r.closes("room/door")
	r.wait(14*time.Hour - 1)
	r.unlocked("room/door", false)
	r.wait(1)
	r.unlocked("room/door", true)
	if _, data := entry[record.ModeData](r, record.ModeChanged); data.Mode != ModeUnlocked || data.Reason != "schedule office" {
		t.Errorf("%+v", data)
	}
	r.restart(time.Minute)
	r.wrote() // it was already
	r.unlocked("room/door", true)
	r.restart(24 * time.Hour)
	r.wrote()
	r.restart(12 * time.Hour)
	r.wrote(record.ModeChanged)
	r.unlocked("room/door", false)
}

func TestGrantAtTheEndOfTheSchedule(t *testing.T) {
	r := begin(t, daily, office, people)
	r.wait(8*time.Hour - time.Second)
	r.card("room/in", "ann")
	r.wait(time.Second)
	r.unlocked("room/door", true) // what was granted stays granted
	r.wait(4 * time.Second)
	r.unlocked("room/door", false)
}

func TestUnlockScheduleWithoutTheTime(t *testing.T) {
	r := begin(t, daily, office, people)
	r.at.Clock = record.Unsynced
	r.wait(time.Minute)
	r.unlocked("room/door", false)
	r.at.Clock = record.Synced
	r.wait(time.Minute)
	r.unlocked("room/door", true)
}

func TestUnlockScheduleAfterFirstCard(t *testing.T) {
	rules := `"doors": [{"door": "room/door", "unlock_schedule": "office", "unlock_after_first": true}]`
	r := begin(t, rules, office, cards(someone("ann", `"first": true`), someone("bob")))
	r.unlocked("room/door", false)
	r.enters("room/in", "bob")
	r.unlocked("room/door", false)
	r.card("room/in", "ann")
	remarks(t, r.granted(), FirstCard)
	r.wrote(record.AccessGranted, record.ModeChanged)
	r.restart(time.Minute)
	r.unlocked("room/door", true)
	r.wait(24 * time.Hour)
	r.unlocked("room/door", false)
	r.at.Wall = time.Date(2026, 11, 24, 8, 0, 0, 0, monday.Location()).Add(-time.Second)
	r.card("room/in", "ann") // before the hours: not for them
	r.wait(time.Minute)
	r.unlocked("room/door", false)
	r.at.Wall = time.Date(2026, 11, 25, 8, 0, 0, 0, monday.Location())
	r.card("room/in", "ann")
	r.wait(time.Minute)
	r.unlocked("room/door", true)
}

func TestCommandsComeBeforeTheSchedule(t *testing.T) {
	r := begin(t, daily, office, people)
	r.done(VerbNormal, "room/door", "")
	r.nothing()
	r.done(VerbLockdown, "room/door", "")
	r.unlocked("room/door", false)
	r.wait(time.Hour)
	r.unlocked("room/door", false)
	r.done(VerbNormal, "room/door", "")
	r.unlocked("room/door", true)
	r.done(VerbRelease, "room/door", "")
	r.wait(12 * time.Hour)
	r.unlocked("room/door", true)
	r.done(VerbNormal, "room/door", "")
	r.unlocked("room/door", false)
}

func TestAnotherPolicy(t *testing.T) {
	r := begin(t, daily, office, people)
	r.apply(people)
	r.unlocked("room/door", false)
	r.card("room/in", "ann")
	r.apply(cards(someone("bob")))
	r.unlocked("room/door", true) // what was granted stays granted
	r.opens("room/door")
	r.is("room/door", Forced, false)
	r.inside("ann room") // although nobody knows her any more
	r.apply(people)
	r.wait(30 * time.Second)
	r.is("room/door", Held, true) // doors stay as they are
}

func TestModesOfDoorsThatAreGone(t *testing.T) {
	r := begin(t, people)
	r.s.Modes = map[string]string{"old/door": ModeReleased, "room/door": ModeReleased}
	r.restart(0)
	if source, data := entry[record.ModeData](r, record.ModeChanged); source != "old/door" || data.Mode != ModeNormal {
		t.Errorf("%s %+v", source, data)
	}
	if fmt.Sprint(r.s.Modes) != "map[room/door:released]" {
		t.Errorf("%v", r.s.Modes)
	}
	given := State{Modes: map[string]string{"old/door": ModeReleased}}
	if _, fx := r.p.Begin(given, r.at); len(given.Modes) != 1 || len(fx.Entries) != 1 {
		t.Errorf("the state was changed in place: %v", given.Modes)
	}
}

func TestScheduleHours(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	hours := func(texts ...string) (all []Hours) {
		for _, text := range texts {
			var h Hours
			if err := h.UnmarshalText([]byte(text)); err != nil {
				t.Fatal(err)
			}
			all = append(all, h)
		}
		return all
	}
	for _, test := range []struct {
		sat, sun, mon []Hours
		wall, since   string // "" when outside
	}{
		{nil, hours("01:30-04:00"), nil, "2026-03-29 01:29", ""},
		{nil, hours("01:30-04:00"), nil, "2026-03-29 01:59", "2026-03-29 01:30"},
		{nil, hours("01:30-04:00"), nil, "2026-03-29 03:00", "2026-03-29 01:30"}, // an hour was left out
		{nil, hours("01:30-04:00"), nil, "2026-03-29 03:59", "2026-03-29 01:30"},
		{nil, hours("01:30-04:00"), nil, "2026-03-29 04:00", ""},
		{hours("22:00-06:00"), nil, nil, "2026-03-28 21:59", ""},
		{hours("22:00-06:00"), nil, nil, "2026-03-28 22:00", "2026-03-28 22:00"},
		{hours("22:00-06:00"), nil, nil, "2026-03-29 00:00", "2026-03-28 22:00"},
		{hours("22:00-06:00"), nil, nil, "2026-03-29 05:59", "2026-03-28 22:00"},
		{hours("22:00-06:00"), nil, nil, "2026-03-29 06:00", ""},
		{nil, hours("22:00-06:00"), nil, "2026-03-29 05:00", ""}, // it begins in the evening
		{nil, hours("00:00-24:00"), nil, "2026-10-25 00:00", "2026-10-25 00:00"},
		{nil, hours("00:00-24:00"), nil, "2026-10-25 23:59", "2026-10-25 00:00"},
		{nil, hours("00:00-24:00"), nil, "2026-10-26 00:00", ""},
		{nil, hours("00:00-24:00"), nil, "2026-10-24 23:59", ""},
		{nil, hours("02:00-02:30", "03:00-04:00"), nil, "2026-10-25 02:15", "2026-10-25 02:00"}, // there twice
		{nil, hours("22:00-00:00"), nil, "2026-03-29 23:59", "2026-03-29 22:00"},
		{nil, hours("22:00-00:00"), nil, "2026-03-30 00:00", ""},
		{nil, nil, hours("08:00-12:00", "13:00-18:00"), "2026-03-30 13:00", "2026-03-30 13:00"},
		{nil, nil, hours("08:00-12:00", "13:00-18:00"), "2026-03-30 12:00", ""},
	} {
		s := Schedule{Week: Week{Sat: test.sat, Sun: test.sun, Mon: test.mon}}.compile()
		wall, err := time.ParseInLocation("2006-01-02 15:04", test.wall, berlin)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if since, ok := s.since(nil, wall); ok {
			got = since.Format("2006-01-02 15:04")
		}
		if got != test.since {
			t.Errorf("%+v: since %q", test, got)
		}
	}
}

func TestScheduleOfEveryDay(t *testing.T) {
	w := Week{}
	for i, day := range []*[]Hours{&w.Mon, &w.Tue, &w.Wed, &w.Thu, &w.Fri, &w.Sat, &w.Sun} {
		*day = []Hours{{TimeOfDay(i * 60), TimeOfDay(i*60 + 1)}}
	}
	s := Schedule{Week: w}.compile()
	for i := range 7 {
		for hour := range 7 {
			_, within := s.since(nil, time.Date(2026, 11, 23+i, hour, 0, 0, 0, time.UTC))
			if within != (i == hour) {
				t.Errorf("day %d, hour %d: %t", i, hour, within)
			}
		}
	}
}

func TestSchedulesAcrossHolidays(t *testing.T) {
	s := Schedule{Week: Week{Mon: []Hours{{22 * 60, 6 * 60}}, Tue: []Hours{{8 * 60, 9 * 60}}}, Holidays: []Hours{{10 * 60, 11 * 60}}}.compile()
	tuesday := calendar{Date{2026, 11, 24}: true}
	for _, test := range []struct {
		day, hour int
		holidays  calendar
		want      string
	}{
		{23, 23, nil, ""},
		{24, 5, nil, ""},
		{24, 5, tuesday, ""}, // the night belongs to the day on which it began
		{24, 8, nil, ""},
		{24, 8, tuesday, Holiday},
		{24, 10, nil, OutsideHours},
		{24, 10, tuesday, ""},
		{24, 12, tuesday, OutsideHours},
		{24, 5, calendar{Date{2026, 11, 23}: true}, Holiday},
	} {
		if got := s.judge(test.holidays, time.Date(2026, 11, test.day, test.hour, 0, 0, 0, time.UTC)); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

package access

import (
	"fmt"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

func TestBlocked(t *testing.T) {
	r := begin(t, cards(someone("ann", `"blocked": true`)))
	r.card("room/in", "ann")
	if data := r.denied(Blocked); data.Person != "ann" || data.Hash != "" || data.Attempts != 0 {
		t.Errorf("%+v", data)
	}
}

func TestValidity(t *testing.T) {
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", text, monday.Location())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	days := `"from": "2026-11-23", "to": "2026-11-25"`
	hours := `"from": "2026-11-23", "from_time": "08:00", "to": "2026-11-25", "to_time": "18:00"`
	for _, test := range []struct {
		members string
		wall    string
		clock   record.Clock
		want    string
	}{
		{days, "2026-11-22 23:59", record.Synced, NotYetValid},
		{days, "2026-11-23 00:00", record.Synced, ""},
		{days, "2026-11-25 23:59", record.Synced, ""},
		{days, "2026-11-26 00:00", record.Synced, Expired},
		{hours, "2026-11-23 07:59", record.Synced, NotYetValid},
		{hours, "2026-11-23 08:00", record.Synced, ""},
		{hours, "2026-11-24 23:00", record.Synced, ""},
		{hours, "2026-11-25 17:59", record.Synced, ""},
		{hours, "2026-11-25 18:00", record.Synced, Expired},
		{`"from": "2026-11-23"`, "2026-11-22 23:59", record.Synced, NotYetValid},
		{`"from": "2026-11-23"`, "2036-11-22 23:59", record.Synced, ""},
		{`"to": "2026-11-23"`, "1999-11-22 23:59", record.Synced, ""},
		{`"to": "2026-11-23"`, "2026-11-24 00:00", record.Synced, Expired},
		{days, "1970-01-02 00:00", record.Unsynced, "?"},
		{days, "2026-11-24 00:00", record.Unsynced, "?"},
		{`"from": "2026-11-23"`, "2026-11-24 00:00", record.Unsynced, "?"},
		{days, "2026-11-26 00:00", record.Unsynced, Expired}, // what even such a clock has passed
		{`"visitor": false`, "1970-01-02 00:00", record.Unsynced, ""},
	} {
		for _, unknown := range []string{"allow", "deny"} {
			r := beginAt(t, record.Moment{Wall: at(test.wall), Clock: test.clock}, cards(someone("ann", test.members)), fmt.Sprintf(`"clock_unknown": %q`, unknown))
			r.card("room/in", "ann")
			switch {
			case test.want == "?" && unknown == "deny":
				r.denied(ClockUnknown)
			case test.want == "?":
				remarks(t, r.granted(), ClockUnknown)
			case test.want == "":
				remarks(t, r.granted())
			default:
				r.denied(test.want)
			}
			if t.Failed() {
				t.Fatalf("%+v, %s", test, unknown)
			}
		}
	}
}

func TestPermission(t *testing.T) {
	groups := `"groups": [{"name": "night", "doors": [{"door": "room/door", "schedule": "night"}]}, {"name": "office", "doors": [{"door": "room/door", "schedule": "office"}]}]`
	holidays := `"holidays": [{"date": "2026-11-24"}]`
	r := begin(t, office, groups, holidays, cards(someone("ann", `"groups": ["night", "office"]`, `"doors": []`), someone("bob", `"doors": [{"door": "room/door", "schedule": "night"}, {"door": "room/door"}]`),
		someone("eve", `"groups": ["office"], "doors": [{"door": "side/door", "schedule": "night"}]`)))
	r.card("room/in", "ann")
	r.granted()
	r.card("side/in", "ann")
	r.denied(NotThisDoor)
	r.card("side/in", "eve")
	r.denied(OutsideHours)
	r.at.Wall = monday.Add(-12 * time.Hour) // Sunday at ten in the evening
	r.card("room/in", "ann")
	r.denied(OutsideHours)
	r.card("room/in", "bob")
	r.granted()
	r.at.Wall = monday.Add(24 * time.Hour) // Tuesday is a holiday; the night has hours on those
	r.card("room/in", "ann")
	r.granted()
	r.at.Wall = r.at.Wall.Add(time.Hour)
	for _, name := range []string{"ann", "eve"} { // whichever schedule is asked last
		r.card("room/in", name)
		r.denied(Holiday)
	}
}

func TestHoursThatCannotBeJudged(t *testing.T) {
	unsynced := record.Moment{Wall: time.Date(1970, 1, 2, 0, 0, 5, 0, monday.Location()), Clock: record.Unsynced}
	hours := cards(someone("ann", `"doors": [{"door": "room/door", "schedule": "office"}]`), someone("bob"))
	r := beginAt(t, unsynced, office, hours)
	r.card("room/in", "ann")
	remarks(t, r.granted(), ClockUnknown)
	r.card("room/in", "bob")
	remarks(t, r.granted())
	r.card("side/in", "ann")
	r.denied(NotThisDoor)
	r = beginAt(t, unsynced, office, hours, `"clock_unknown": "deny"`)
	r.card("room/in", "ann")
	r.denied(ClockUnknown)
	r.card("room/in", "bob")
	r.granted()
	r = beginAt(t, unsynced, `"doors": [{"door": "room/door", "first_card": true}]`, people)
	r.card("room/in", "ann")
	remarks(t, r.granted(), ClockUnknown)
	r = beginAt(t, unsynced, `"doors": [{"door": "room/door", "first_card": true}]`, cards(someone("ann", `"from": "2026-01-01"`)))
	r.card("room/in", "ann")
	remarks(t, r.granted(), ClockUnknown) // once is enough
}

func TestLockdown(t *testing.T) {
	r := begin(t, cards(someone("ann"), someone("bob", `"emergency": true`)))
	r.enters("room/in", "ann")
	r.card("room/in", "ann")
	r.done(VerbLockdown, "room/door", `{"reason": "drill"}`)
	source, mode := entry[record.ModeData](r, record.ModeChanged)
	if source != "room/door" || mode != (record.ModeData{Mode: ModeLockdown, By: "duty", Reason: "drill", Request: "c1"}) {
		t.Errorf("%s %+v", source, mode)
	}
	r.unlocked("room/door", false) // at once
	r.card("room/in", "ann")
	r.denied(Lockdown)
	r.card("side/in", "ann")
	r.granted() // another door
	r.card("room/in", "bob")
	r.granted()
	r.unlocked("room/door", true)
	r.opens("room/door")
	r.closes("room/door")
	r.card("room/out", "ann")
	remarks(t, r.granted(), Lockdown) // nobody is kept inside
	r.step(ExitRequested{"room/door"})
	r.wrote(record.AccessGranted)
	if result := r.order(VerbUnlock, "room/door", ""); result.Outcome != record.Refused {
		t.Errorf("%+v", result)
	}
	r.restart(time.Minute)
	r.card("room/in", "ann")
	r.denied(Lockdown)
	r.done(VerbLockdown, "room/door", "")
	r.nothing() // it is already
	r.done(VerbNormal, "room/door", "")
	r.card("room/in", "ann")
	r.granted()
}

func TestFirstCard(t *testing.T) {
	rules := `"doors": [{"door": "room/door", "first_card": true}, {"door": "inner/door", "first_card": true, "two_cards": true}]`
	r := begin(t, rules, cards(someone("ann"), someone("bob", `"first": true`)))
	r.card("room/in", "ann")
	r.denied(FirstCardMissing)
	r.card("room/out", "bob")
	r.granted() // leaving fulfils nothing
	r.card("room/in", "ann")
	r.denied(FirstCardMissing)
	r.card("room/in", "bob")
	remarks(t, r.granted(), FirstCard)
	r.card("room/in", "ann")
	remarks(t, r.granted())
	r.at.Wall = time.Date(2026, 11, 23, 23, 59, 59, 0, monday.Location())
	r.card("room/in", "ann")
	r.granted()
	r.pass(time.Second)
	r.card("room/in", "ann")
	r.denied(FirstCardMissing) // another day has begun
	r.card("inner/in", "ann")
	r.denied(FirstCardMissing)
	r.card("inner/in", "bob")
	r.wrote()
	r.at.Clock = record.Unsynced
	r.card("inner/in", "ann") // without the time it is not known which day is fulfilled
	remarks(t, r.granted(), ClockUnknown)
	r.at.Clock = record.Synced
	r.card("inner/in", "ann")
	r.denied(FirstCardMissing)
	r.card("side/in", "bob")
	remarks(t, r.granted()) // a door without the rule
}

func TestFirstCardOfTwo(t *testing.T) {
	rules := `"doors": [{"door": "room/door", "first_card": true, "two_cards": true}]`
	r := begin(t, rules, cards(someone("ann", `"first": true`), someone("bob", `"first": true`), someone("eve"), someone("dan")))
	r.card("room/in", "ann")
	r.card("room/in", "bob")
	remarks(t, r.granted(), FirstCard)
	r = begin(t, `"doors": [{"door": "room/door", "unlock_schedule": "office", "unlock_after_first": true, "two_cards": true}]`, office,
		cards(someone("ann", `"first": true`), someone("eve"), someone("dan")))
	r.card("room/in", "eve")
	r.card("room/in", "dan")
	remarks(t, r.granted())
	r.card("room/in", "ann")
	r.card("room/in", "eve")
	remarks(t, r.granted(), FirstCard) // whichever of them
}

func TestAntiPassback(t *testing.T) {
	for _, test := range []struct {
		area         string
		again, leave string // "denied", "remarked" or "granted"
	}{
		{`"max_stay": "16h"`, "granted", "granted"},
		{`"anti_passback": "soft"`, "remarked", "remarked"},
		{`"anti_passback": "hard"`, "denied", "remarked"},
	} {
		r := begin(t, people, `"areas": [{"area": "room", `+test.area+`}]`)
		judge := func(want string) {
			t.Helper()
			switch want {
			case "denied":
				r.denied(AntiPassback)
			case "remarked":
				remarks(t, r.granted(), AntiPassback)
			default:
				remarks(t, r.granted())
			}
		}
		r.enters("room/in", "ann")
		r.card("room/in", "ann")
		judge(test.again)
		r.card("side/in", "ann") // by another door of the same area
		judge(test.again)
		r.card("inner/in", "ann")
		judge("granted")
		r.card("room/out", "ann")
		judge("granted")
		r.card("room/out", "bob")
		judge(test.leave)
		r.wait(time.Minute)
		r.inside("ann room")
		r.enters("room/out", "ann")
		r.card("room/in", "ann")
		judge("granted")
	}
}

func TestTimedAntiPassback(t *testing.T) {
	r := begin(t, people, `"areas": [{"area": "room", "anti_passback": "timed", "again_after": "5m"}]`)
	r.card("room/out", "ann")
	remarks(t, r.granted()) // it is only about entering
	r.wait(time.Minute)
	r.enters("room/in", "ann")
	r.enters("room/out", "ann")
	r.card("room/in", "ann")
	r.denied(AntiPassback)
	r.enters("room/in", "bob")
	r.wait(5*time.Minute - 3*time.Second - 1)
	r.card("room/in", "ann")
	r.denied(AntiPassback)
	r.wait(1)
	r.enters("room/in", "ann")
	r.restart(3 * time.Minute)
	r.card("room/in", "ann")
	r.denied(AntiPassback)
	r.at.Clock = record.Unsynced // the time before the restart cannot be told any more
	r.pass(4 * time.Minute)
	r.card("room/in", "ann")
	r.denied(AntiPassback)
	r.pass(time.Minute)
	r.card("room/in", "ann")
	r.granted()
	r.at.Clock = record.Synced
	r.restart(24*time.Hour - 20*time.Minute)
	if len(r.s.Entered) != 2 {
		t.Errorf("entered: %d, want ann and bob", len(r.s.Entered))
	}
	r.restart(20 * time.Minute)
	if len(r.s.Entered) != 1 {
		t.Errorf("entered: %d, want ann's, of which nobody knows when it was", len(r.s.Entered))
	}
}

func TestEnteredIsForgottenAfterADay(t *testing.T) {
	for before, want := range map[time.Duration]int{24*time.Hour - 1: 1, 24 * time.Hour: 0} {
		given := State{Entered: []*Entered{{Person: "ann", Area: "room", When: When{Since: monday.Add(-before), Clock: record.Synced}}}}
		if s, _ := policy(t).Begin(given, record.Moment{Wall: monday, Clock: record.Synced}); len(s.Entered) != want {
			t.Errorf("%s later: %d are remembered", before, len(s.Entered))
		}
	}
}

func TestEnteredDoesNotGrow(t *testing.T) {
	var all []string
	for i := range 50 {
		all = append(all, someone(fmt.Sprintf("p%d", i)))
	}
	r := begin(t, cards(all...), `"areas": [{"area": "room", "anti_passback": "timed", "again_after": "10s"}]`)
	for i := range 50 {
		r.enters("side/in", fmt.Sprintf("p%d", i))
		r.pass(2 * time.Hour)
		if n := len(r.s.Entered); n > 26 {
			t.Fatalf("%d are remembered after %d", n, i)
		}
	}
}

func TestForgive(t *testing.T) {
	r := begin(t, people, `"areas": [{"area": "room", "anti_passback": "hard"}]`)
	r.enters("room/in", "ann")
	r.enters("room/in", "bob")
	r.card("room/in", "ann")
	r.denied(AntiPassback)
	if result := r.order(VerbForgive, "", `{}`); result.Outcome != record.Refused {
		t.Errorf("%+v", result)
	}
	r.done(VerbForgive, "", `{"person": "ann"}`)
	r.wrote(record.RegisterLeft, record.PassbackForgiven)
	_, left := entry[record.RegisterData](r, record.RegisterLeft)
	source, data := entry[record.AccessData](r, record.PassbackForgiven)
	if left.How != HowForgiven || left.Inside != 2 || left.Door != "" || source != "access" || data.Person != "ann" || data.By != "duty" || data.Request != "c1" {
		t.Errorf("%+v, %s %+v", left, source, data)
	}
	r.inside("bob room")
	r.done(VerbForgive, "room", `{"person": "ann"}`)
	if source, _ := entry[record.AccessData](r, record.PassbackForgiven); source != "room" {
		t.Errorf("written down at %s", source)
	}
	r.restart(time.Second)
	r.card("room/out", "ann")
	remarks(t, r.granted()) // the next badge, whichever way
	r.card("room/out", "ann")
	remarks(t, r.granted(), AntiPassback)
	r.card("room/in", "bob")
	r.denied(AntiPassback)
	r.done(VerbForgive, "", `{"person": "bob"}`)
	r.done(VerbForgive, "", `{"person": "eve"}`)
	r.done(VerbForgive, "", `{"person": "ann"}`)
	for _, name := range []string{"ann", "bob", "eve"} {
		r.card("room/in", name)
		r.granted()
	}
	if len(r.s.Forgiven) > 0 {
		t.Errorf("still forgiven: %v", r.s.Forgiven)
	}
}

func TestInterlock(t *testing.T) {
	r := begin(t, people, `"interlocks": [["room/door", "side/door", "plain/door"]]`)
	denied := func(want bool) {
		t.Helper()
		r.card("room/in", "ann")
		if want {
			r.denied(Interlock)
		} else {
			r.granted()
			r.wait(time.Minute)
		}
	}
	denied(false)
	r.card("side/in", "bob")
	denied(true) // about to be opened
	r.card("room/out", "ann")
	r.denied(Interlock) // on the way out as well
	r.step(ExitRequested{"room/door"})
	if _, data := entry[record.AccessData](r, record.AccessDenied); data.Reason != Interlock || data.Method != MethodExit || data.Direction != Out {
		t.Errorf("%+v", data)
	}
	r.unlocked("room/door", false)
	if result := r.order(VerbUnlock, "room/door", ""); result.Outcome != record.Refused {
		t.Errorf("%+v", result)
	}
	r.opens("side/door")
	r.wait(time.Minute)
	denied(true)
	r.card("inner/in", "ann") // not of the interlock
	r.granted()
	r.closes("side/door")
	denied(false)
	r.card("plain/in", "ann") // nobody sees this door: as long as it is unlocked
	r.wait(5*time.Second - 1)
	denied(true)
	r.wait(1)
	denied(false)
	r.card("side/in", "bob")
	r.wait(5500 * time.Millisecond)
	denied(true) // an opening would still count as granted
	r.wait(time.Second)
	r.opens("room/door")
	r.wait(time.Minute)
	r.card("side/in", "bob")
	r.denied(Interlock) // each excludes the others
	r.closes("room/door")
	r.done(VerbRelease, "side/door", "")
	denied(true)
	r.step(DoorMoved{Door: "hatch/door", Open: true})
	r.done(VerbNormal, "side/door", "")
	denied(false)
	r.step(DoorUnreadable{"side/door"})
	denied(false) // what cannot be read locks nobody out
}

func TestLeavingIsHardlyEverDenied(t *testing.T) {
	rules := `"doors": [{"door": "room/door", "pin": true, "purpose": "everyone", "two_cards": true, "first_card": true}]`
	r := begin(t, office, rules, `"areas": [{"area": "room", "anti_passback": "hard"}]`, cards(
		someone("ann", `"blocked": true`, `"to": "2020-01-01"`, `"doors": []`),
		someone("bob", `"doors": [{"door": "room/door", "schedule": "night"}]`)))
	r.done(VerbLockdown, "", "")
	r.card("room/out", "ann")
	remarks(t, r.granted(), Blocked, Expired, Lockdown, NotThisDoor, FirstCardMissing, AntiPassback)
	r.card("room/out", "bob")
	remarks(t, r.granted(), Lockdown, OutsideHours, FirstCardMissing, AntiPassback)
	for range 6 {
		r.card("room/out", "mallory")
		r.denied(UnknownCard) // it does not pause either
	}
	r.card("room/out", "bob")
	remarks(t, r.granted(), TooManyAttempts, Lockdown, OutsideHours, FirstCardMissing, AntiPassback)
}

func TestTheOrderOfChecks(t *testing.T) {
	// One card breaks all; with every fix the next reason appears.
	members := []struct{ reason, card, rest string }{
		{Blocked, `"blocked": true`, ""},
		{Expired, `"to": "2020-01-01"`, ""},
		{Lockdown, "", ""},
		{NotThisDoor, `"doors": []`, ""},
		{FirstCardMissing, "", `"doors": [{"door": "room/door", "first_card": true, "pin": true}]`},
		{AntiPassback, "", `"areas": [{"area": "room", "anti_passback": "hard"}]`},
		{Interlock, "", `"interlocks": [["room/door", "side/door"]]`},
		{NoPINSet, "", `"doors": [{"door": "room/door", "pin": true}]`},
	}
	for from := range members {
		var card, rest []string
		doors := false
		for _, m := range members[from:] {
			if m.card != "" {
				card = append(card, m.card)
			}
			if m.rest != "" && !(doors && m.reason == NoPINSet) {
				rest = append(rest, m.rest)
				doors = doors || m.reason == FirstCardMissing
			}
		}
		r := begin(t, people)
		r.enters("room/in", "ann")
		r.opens("side/door")
		r.apply(append(rest, cards(someone("ann", card...)))...)
		if from <= 2 {
			r.done(VerbLockdown, "room/door", "")
		}
		r.card("room/in", "ann")
		r.denied(members[from].reason)
	}
}

package access

import (
	"fmt"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

const pinned = `"doors": [{"door": "room/door", "pin": true, "answer_time": "10s"}]`

var holders = cards(someone("ann", `"pin": "@ann:1234"`), someone("bob", `"pin": "@bob:999999999999"`), someone("eve"))

func TestPIN(t *testing.T) {
	r := begin(t, pinned, holders)
	r.card("room/in", "ann")
	r.toned(AskPIN)
	r.wrote()
	r.unlocked("room/door", false)
	r.keys("room/in", "1234")
	r.unlocked("room/door", false)
	r.keys("room/in", "#")
	if data := r.granted(); data.Method != "card+pin" || data.Person != "ann" {
		t.Errorf("%+v", data)
	}
	r.unlocked("room/door", true)
	r.card("room/in", "bob")
	r.keys("room/in", "999999999999#")
	r.granted()
	r.card("room/in", "ann")
	r.card("room/in", "ann") // still held to the reader
	r.nothing()
	r.keys("room/in", "999*1234#") // began again
	r.granted()
	r.card("room/in", "ann")
	r.keys("room/in", "1234A#") // keys that are not digits say nothing
	r.granted()
	r.card("room/in", "eve")
	r.denied(NoPINSet)
	r.card("side/in", "ann") // a door without
	r.granted()
	r.card("room/out", "ann")
	r.granted()
}

func TestWrongPIN(t *testing.T) {
	r := begin(t, pinned, holders)
	for i, typed := range []string{"1235#", "123#", "12345#", "999999999999#"} {
		r.card("room/in", "ann")
		r.keys("room/in", typed)
		if data := r.denied(WrongPIN); data.Attempts != i+1 || data.PersonAttempts != i+1 || data.Method != "card+pin" || data.Person != "ann" {
			t.Errorf("%+v", data)
		}
		r.unlocked("room/door", false)
		r.keys("room/in", "1234#")
		r.nothing() // the card is to be shown again
	}
}

func TestPINNotEntered(t *testing.T) {
	r := begin(t, pinned, holders)
	r.card("room/in", "ann")
	r.keys("room/in", "#")
	r.denied(NoPINEntered)
	r.keys("room/in", "1234#")
	r.nothing()
	r.card("room/in", "ann")
	r.keys("room/in", "12**")
	r.denied(NoPINEntered)
	r.card("room/in", "ann")
	r.wait(10*time.Second - 1)
	r.keys("room/in", "123")
	r.wait(10*time.Second - 1) // from the last key
	r.wrote()
	r.wait(1)
	if data := r.denied(NoPINEntered); data.Attempts != 0 || data.Person != "ann" || data.Method != "card+pin" {
		t.Errorf("%+v", data)
	}
	r.card("room/in", "ann")
	r.card("room/in", "mallory")
	r.denied(UnknownCard) // somebody's other card in the same purse
	r.card("room/in", "bob")
	if data := r.denied(NoPINEntered); data.Person != "ann" {
		t.Errorf("%+v", data)
	}
	r.keys("room/in", "999999999999#")
	if data := r.granted(); data.Person != "bob" {
		t.Errorf("%+v", data)
	}
}

func TestPINExceptDuringASchedule(t *testing.T) {
	r := begin(t, `"doors": [{"door": "room/door", "pin": true, "pin_except": "office"}]`, office, holders)
	r.card("room/in", "eve")
	r.granted()
	r.at.Clock = record.Unsynced
	r.card("room/in", "eve")
	r.denied(NoPINSet) // when in doubt it is needed
	r.at = record.Moment{Wall: monday.Add(8 * time.Hour), Clock: record.Synced, Mono: r.at.Mono}
	r.card("room/in", "eve")
	r.denied(NoPINSet)
	r.at.Wall = monday.Add(8*time.Hour - time.Minute)
	r.card("room/in", "eve")
	r.granted()
}

func TestThingsChangeWhileAPINIsTyped(t *testing.T) {
	r := begin(t, pinned, holders)
	r.card("room/in", "ann")
	r.keys("room/in", "1234")
	r.done(VerbLockdown, "room/door", "")
	r.keys("room/in", "#")
	r.denied(Lockdown)
	r.done(VerbNormal, "room/door", "")
	r.card("room/in", "ann")
	for range 5 {
		r.card("room/in", "mallory")
	}
	r.keys("room/in", "1234#")
	r.denied(TooManyAttempts)
	r.wait(time.Hour)
	r.card("room/in", "ann")
	r.apply(pinned, holders)
	r.toned(Quiet)
	r.keys("room/in", "1234#")
	r.nothing() // what was asked under other rules is void
}

const visitor = `"visitor": true`

func TestPurpose(t *testing.T) {
	r := begin(t, cards(someone("ann", visitor), someone("bob", visitor, `"purpose": "the UPS"`), someone("eve")))
	r.card("room/in", "ann")
	r.toned(AskPurpose)
	r.keys("room/in", "2211#")
	if data := r.granted(); data.Purpose != "2211" || !data.Visitor || data.Method != "card+purpose" {
		t.Errorf("%+v", data)
	}
	r.opens("room/door")
	if _, data := entry[record.RegisterData](r, record.RegisterEntered); data.Purpose != "2211" || !data.Visitor {
		t.Errorf("%+v", data)
	}
	r.closes("room/door")
	r.card("room/out", "ann")
	r.opens("room/door")
	if _, data := entry[record.RegisterData](r, record.RegisterLeft); data.Purpose != "2211" || !data.Visitor {
		t.Errorf("%+v", data)
	}
	r.card("room/in", "bob") // known beforehand
	if data := r.granted(); data.Purpose != "the UPS" || data.Method != "card" {
		t.Errorf("%+v", data)
	}
	r.card("room/in", "eve")
	if data := r.granted(); data.Purpose != "" {
		t.Errorf("%+v", data)
	}
	r.card("side/in", "bob")
	r.granted()
	r.card("side/in", "ann") // a reader without a keypad
	r.denied(NoPurpose)
	r.card("room/in", "ann")
	r.keys("room/in", "#")
	if data := r.denied(NoPurpose); data.Method != "card+purpose" {
		t.Errorf("%+v", data)
	}
	r.card("room/in", "ann")
	r.wait(20 * time.Second)
	r.denied(NoPurpose)
	digits := "12345678901234567890123456789012"
	r.card("room/in", "ann")
	r.keys("room/in", digits+"#")
	r.granted()
	r.card("room/in", "ann")
	r.keys("room/in", digits+"34#")
	r.denied(WrongPurpose)
}

func TestWhoSaysWhatTheyComeFor(t *testing.T) {
	people := cards(someone("ann", visitor), someone("eve"))
	r := begin(t, people, `"doors": [{"door": "room/door", "purpose": "everyone"}]`)
	r.card("room/in", "eve")
	r.toned(AskPurpose)
	r.keys("room/in", "1#")
	r.granted()
	r = begin(t, people, `"doors": [{"door": "room/door", "purpose": "nobody"}]`)
	r.card("room/in", "ann")
	if data := r.granted(); data.Purpose != "" {
		t.Errorf("%+v", data)
	}
}

func TestPurposeIsAnOpenWorkOrder(t *testing.T) {
	orders := `"work_orders": [{"number": "1"}, {"number": "2", "doors": ["side/door"]}, {"number": "3", "doors": ["side/door", "room/door"]},
		{"number": "4", "from": "2026-11-23", "to": "2026-11-23"}, {"number": "5", "from": "2026-11-24"}, {"number": "6", "to": "2026-11-22"}]`
	people := cards(someone("ann", visitor))
	enter := func(r *room, number string) {
		r.card("room/in", "ann")
		r.keys("room/in", number+"#")
	}
	r := begin(t, people, orders)
	enter(r, "77")
	r.granted() // they are not checked
	for _, number := range []string{"1", "3", "4"} {
		r := begin(t, people, orders, `"check_purpose": true`)
		enter(r, number)
		r.granted()
	}
	for _, number := range []string{"2", "5", "6", "7"} {
		r := begin(t, people, orders, `"check_purpose": true`)
		enter(r, number)
		if data := r.denied(WrongPurpose); data.Attempts != 1 || data.PersonAttempts != 1 || data.Purpose != number {
			t.Errorf("%+v", data)
		}
	}
	r = begin(t, people, orders, `"check_purpose": true`)
	r.at.Clock = record.Unsynced
	enter(r, "5") // nobody knows whether it is that day
	r.granted()
	enter(r, "6") // an end that even such a clock has passed
	r.denied(WrongPurpose)
}

func TestPINAndPurpose(t *testing.T) {
	r := begin(t, pinned, cards(someone("ann", visitor, `"pin": "@ann:1"`)))
	r.card("room/in", "ann")
	r.keys("room/in", "1#")
	r.toned(AskPurpose)
	r.keys("room/in", "2211#")
	if data := r.granted(); data.Method != "card+pin+purpose" {
		t.Errorf("%+v", data)
	}
}

const paired = `"doors": [{"door": "room/door", "two_cards": true}, {"door": "inner/door", "two_cards": true, "pin": true}]`

func TestTwoCards(t *testing.T) {
	r := begin(t, paired, cards(someone("ann"), someone("anns2nd", `"person": "ann"`), someone("bob"), someone("eve", `"blocked": true`)))
	r.card("room/in", "ann")
	r.toned(AskPIN)
	r.wrote()
	r.keys("room/in", "1#*")
	r.nothing()
	r.card("room/in", "ann")
	r.denied(SamePerson)
	r.card("room/in", "anns2nd")
	if data := r.denied(SamePerson); data.Method != MethodTwoCards || data.Second != "ann" {
		t.Errorf("%+v", data)
	}
	r.card("room/in", "eve")
	if data := r.denied(Blocked); data.Person != "eve" || data.Second != "ann" {
		t.Errorf("%+v", data)
	}
	r.card("room/in", "bob")
	if data := r.granted(); data.Method != MethodTwoCards || data.Person != "ann" || data.Second != "bob" || data.Card != "••••ann" {
		t.Errorf("%+v", data)
	}
	r.opens("room/door")
	r.inside("ann room", "bob room")
	r.closes("room/door")
	r.card("room/in", "ann")
	r.wait(20*time.Second - 1)
	r.wrote()
	r.wait(1)
	if data := r.denied(SecondCardMissing); data.Person != "ann" || data.Method != MethodTwoCards {
		t.Errorf("%+v", data)
	}
	r.card("room/in", "bob")
	r.wrote() // he is the first again
	r.card("room/out", "bob")
	r.granted()
	r.card("side/in", "bob")
	r.granted()
}

func TestTwoCardsWithPINs(t *testing.T) {
	r := begin(t, paired, holders)
	r.card("inner/in", "ann")
	r.keys("inner/in", "1234#")
	r.wait(15 * time.Second)
	r.card("inner/in", "bob")
	r.toned(AskPIN)
	r.keys("inner/in", "1#")
	if data := r.denied(WrongPIN); data.Person != "bob" || data.Second != "ann" || data.Method != "two-card+pin" {
		t.Errorf("%+v", data)
	}
	r.wait(20*time.Second - 1)
	r.card("inner/in", "bob") // ann still waits for her second
	r.keys("inner/in", "999999999999#")
	if data := r.granted(); data.Method != "two-card+pin" || data.Person != "ann" || data.Second != "bob" {
		t.Errorf("%+v", data)
	}
	r.wait(time.Minute)
	r.card("inner/in", "ann")
	r.keys("inner/in", "1234#")
	r.card("inner/in", "bob")
	r.wait(20 * time.Second)
	var reasons []string
	for _, e := range r.fx.Entries {
		reasons = append(reasons, fmt.Sprint(e.Type, string(e.Data)))
	}
	if len(reasons) != 2 {
		t.Errorf("%v", reasons)
	}
	r.card("inner/in", "bob")
	r.wrote()
}

func TestRemarksOfBoth(t *testing.T) {
	r := begin(t, paired, office, `"areas": [{"area": "room", "anti_passback": "soft"}]`, cards(someone("ann", `"from": "2026-01-01"`), someone("bob")))
	r.card("room/in", "ann")
	r.card("room/in", "bob")
	r.granted()
	r.opens("room/door")
	r.closes("room/door")
	r.at.Clock = record.Unsynced
	r.card("room/in", "ann")
	r.card("room/in", "bob")
	remarks(t, r.granted(), ClockUnknown, AntiPassback)
}

func TestTooManyAttempts(t *testing.T) {
	r := begin(t, people, `"attempts": {"limit": 3, "delay": "1m", "longest_delay": "3m", "forget": "5m"}`)
	for i := range 3 {
		r.is("room/in", Attempts, false)
		r.card("room/in", "mallory")
		if data := r.denied(UnknownCard); data.Attempts != i+1 {
			t.Errorf("%+v", data)
		}
	}
	r.is("room/in", Attempts, true)
	if reason := r.fx.Conditions[0].Reason; reason != "3 wrong attempts" {
		t.Error(reason)
	}
	paused := func(d time.Duration) {
		t.Helper()
		r.wait(d - 1)
		r.card("room/in", "mallory")
		if data := r.denied(TooManyAttempts); data.Hash != "" || data.Attempts != 0 {
			t.Errorf("%+v", data)
		}
		r.card("room/in", "ann")
		if data := r.denied(TooManyAttempts); data.Person != "ann" {
			t.Errorf("%+v", data)
		}
		r.card("side/in", "ann") // another reader
		r.granted()
		r.wait(1)
	}
	for _, pause := range []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute, 3 * time.Minute} {
		paused(pause)
		r.card("room/in", "ann")
		r.granted()
		r.card("room/in", "mallory")
		r.denied(UnknownCard)
	}
	r.wait(8*time.Minute - 1)
	r.is("room/in", Attempts, true)
	r.wait(1)
	r.is("room/in", Attempts, false)
	if reason := r.fx.Conditions[0].Reason; reason != "no wrong attempts any more" {
		t.Error(reason)
	}
	if len(r.s.Wrong) != 0 {
		t.Errorf("still counted: %+v", r.s.Wrong)
	}
	r.card("room/in", "mallory")
	if data := r.denied(UnknownCard); data.Attempts != 1 {
		t.Errorf("%+v", data)
	}
	r.wait(5*time.Minute - 1)
	r.card("room/in", "mallory")
	if data := r.denied(UnknownCard); data.Attempts != 2 {
		t.Errorf("%+v", data)
	}
}

func TestTheFirstAttemptIsTooMany(t *testing.T) {
	r := begin(t, people, `"attempts": {"limit": 1}`)
	r.is("room/in", Attempts, false)
	r.card("room/in", "mallory")
	r.is("room/in", Attempts, true)
}

func TestTooManyAttemptsOfAPerson(t *testing.T) {
	twice := `"doors": [{"door": "room/door", "pin": true}, {"door": "inner/door", "pin": true}]`
	r := begin(t, twice, holders)
	wrong := func(reader, name string) record.AccessData {
		t.Helper()
		r.card(reader, name)
		r.keys(reader, "0#")
		return r.denied(WrongPIN)
	}
	for i := range 4 {
		if data := wrong([]string{"room/in", "inner/in"}[i%2], "ann"); data.PersonAttempts != i+1 || data.Attempts != i/2+1 {
			t.Errorf("%+v", data)
		}
	}
	wrong("room/in", "bob")
	r.card("inner/in", "ann")
	r.keys("inner/in", "1234#")
	r.granted() // the right one clears the count
	r.wait(time.Minute)
	if data := wrong("inner/in", "ann"); data.PersonAttempts != 1 || data.Attempts != 3 {
		t.Errorf("%+v", data)
	}
	r.wait(time.Hour)
	for i := range 5 {
		wrong([]string{"room/in", "inner/in"}[i%2], "ann")
	}
	r.is("room/in", Attempts, true) // where the last one was
	r.is("inner/in", Attempts, false)
	r.card("side/in", "ann")
	r.denied(TooManyAttempts)
	r.card("side/in", "bob") // another person
	r.granted()
	r.card("room/out", "ann")
	r.granted()
	r.is("room/in", Attempts, true) // that says nothing of the PIN
	r.wait(31 * time.Second)
	r.card("side/in", "ann")
	r.granted()
	r.is("room/in", Attempts, true)
	r.card("inner/in", "ann")
	r.keys("inner/in", "1234#")
	r.granted()
	r.is("room/in", Attempts, false)
}

func TestRestartDoesNotHelpWhoGuesses(t *testing.T) {
	r := begin(t, people)
	for range 5 {
		r.card("room/in", "mallory")
	}
	r.restart(20 * time.Second)
	r.is("room/in", Attempts, true)
	r.wait(10*time.Second - 1)
	r.card("room/in", "ann")
	r.denied(TooManyAttempts)
	r.wait(1)
	r.card("room/in", "ann")
	r.granted()
	r.card("room/in", "mallory")
	if data := r.denied(UnknownCard); data.Attempts != 6 {
		t.Errorf("%+v", data)
	}
	r.at.Clock = record.Unsynced
	r.restart(time.Hour) // for all anybody knows it was off for no time at all
	r.wait(time.Minute - 1)
	r.card("room/in", "ann")
	r.denied(TooManyAttempts)
	r.wait(1)
	r.card("room/in", "ann")
	r.granted()
	r.at.Clock = record.Synced
	r.restart(time.Hour)
	r.is("room/in", Attempts, false)
	if len(r.s.Wrong) != 0 {
		t.Errorf("still counted: %+v", r.s.Wrong)
	}
}

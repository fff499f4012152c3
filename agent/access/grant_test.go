package access

import (
	"fmt"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

func TestGrant(t *testing.T) {
	r := begin(t, people)
	r.card("room/in", "ann")
	data := r.granted()
	want := record.AccessData{Reader: "room/in", Direction: In, Method: MethodCard, Card: "••••ann", Person: "ann", Name: "Name of ann", Unlocked: 5}
	if fmt.Sprint(data) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", data, want)
	}
	r.unlocked("room/door", true)
	r.unlocked("side/door", false)
	r.inside()
	r.opens("room/door")
	r.unlocked("room/door", false) // it relocks when it opens
	r.inside("ann room")
	source, entered := entry[record.RegisterData](r, record.RegisterEntered)
	if source != "room" || entered.Door != "room/door" || entered.Card != "••••ann" || entered.Name != "Name of ann" || entered.How != "" || !entered.Since.Equal(monday) {
		t.Errorf("%s %+v", source, entered)
	}
	r.closes("room/door")
	r.nothing()
	r.wait(90*time.Minute + 1500*time.Millisecond)
	r.card("room/out", "ann")
	r.granted()
	r.opens("room/door")
	source, left := entry[record.RegisterData](r, record.RegisterLeft)
	if source != "room" || left.How != HowBadge || left.Inside != 5401.5 || left.Visit != entered.Visit || left.Door != "room/door" {
		t.Errorf("%s %+v", source, left)
	}
	r.inside()
}

func TestUnknownCard(t *testing.T) {
	r := begin(t, people)
	r.card("room/in", "mallory")
	data := r.denied(UnknownCard)
	if data.Hash != string(key.Card("mallory")) || data.Card != "••••mallory" || data.Reader != "room/in" || data.Direction != In || data.Attempts != 1 || data.Person != "" {
		t.Errorf("%+v", data)
	}
	r.unlocked("room/door", false)
	r.card("room/out", "mallory")
	r.denied(UnknownCard)
}

func TestStrikeRelocksWhenTimePasses(t *testing.T) {
	r := begin(t, people, `"doors": [{"door": "room/door", "unlock": "7s"}]`)
	r.card("room/in", "ann")
	r.pass(7*time.Second - 1)
	r.step(Tick{})
	r.unlocked("room/door", true)
	r.pass(1)
	r.step(Tick{})
	r.unlocked("room/door", false)
	r.wrote()
}

func TestUnused(t *testing.T) {
	r := begin(t, people)
	r.card("room/in", "ann")
	r.wait(6*time.Second - 1)
	r.wrote()
	r.wait(1)
	source, data := entry[record.AccessData](r, record.AccessUnused)
	if source != "room/door" || data.Person != "ann" || data.Unlocked != 0 || data.Reader != "room/in" {
		t.Errorf("%s %+v", source, data)
	}
	r.inside()
	r.opens("room/door")
	r.is("room/door", Forced, true)
	r.inside()
}

func TestOpenedAtTheLastMoment(t *testing.T) {
	r := begin(t, people)
	r.card("room/in", "ann")
	r.wait(6*time.Second - 1)
	r.opens("room/door")
	r.is("room/door", Forced, false)
	r.inside("ann room")
}

func TestSeveralGrantsBeforeTheDoorOpens(t *testing.T) {
	r := begin(t, people)
	r.card("room/in", "ann")
	r.wait(3 * time.Second)
	r.card("room/in", "bob")
	r.wait(3 * time.Second) // ann's grant is over: it is the second one that has the door open
	_, unused := entry[record.AccessData](r, record.AccessUnused)
	if unused.Person != "ann" {
		t.Errorf("unused: %+v", unused)
	}
	r.unlocked("room/door", true)
	r.card("room/in", "eve")
	r.opens("room/door")
	r.inside("bob room", "eve room")
	r.closes("room/door")
	r.wait(time.Minute)
	r.inside("bob room", "eve room")
}

func TestACardShownAgainBeforeTheDoorOpens(t *testing.T) {
	r := begin(t, people)
	r.card("room/in", "bob")
	r.card("room/in", "ann")
	r.wait(3 * time.Second)
	r.card("room/in", "ann")
	r.wait(3 * time.Second)
	r.wrote(record.AccessUnused) // bob's alone: ann's was renewed
	r.opens("room/door")
	r.wrote(record.RegisterEntered)
	r.inside("ann room")
	r.closes("room/door")
	r.card("room/in", "bob")
	r.card("room/out", "bob") // he changed his mind
	r.opens("room/door")
	r.wrote(record.RegisterEntered, record.RegisterLeft)
	r.closes("room/door")
	r.done(VerbUnlock, "room/door", "")
	r.wait(3 * time.Second)
	r.done(VerbUnlock, "room/door", "")
	r.wait(3 * time.Second)
	r.wrote(record.AccessUnused) // each command is answered for
	r.wait(time.Minute)
	r.step(ExitRequested{"room/door"})
	r.done(VerbUnlock, "room/door", "")
	r.wait(6 * time.Second)
	r.wrote(record.AccessUnused, record.AccessUnused)
}

func TestAccessibleCardGetsMoreTime(t *testing.T) {
	r := begin(t, cards(someone("ann", `"accessible": true`), someone("bob")), `"doors": [{"door": "room/door", "two_cards": true}]`)
	r.card("side/in", "ann")
	if data := r.granted(); data.Unlocked != 15 {
		t.Errorf("%+v", data)
	}
	r.wait(15*time.Second - 1)
	r.unlocked("side/door", true)
	r.wait(1)
	r.unlocked("side/door", false)
	r.card("room/in", "ann")
	r.card("room/in", "bob")
	if data := r.granted(); data.Unlocked != 15 {
		t.Errorf("with another: %+v", data)
	}
}

func TestDoorWithoutContactRegistersAtTheGrant(t *testing.T) {
	r := begin(t, people)
	r.card("plain/in", "ann")
	r.wrote(record.AccessGranted, record.RegisterEntered)
	r.inside("ann plain")
	r.unlocked("plain/door", true)
	r.wait(5 * time.Second)
	r.unlocked("plain/door", false)
	r.wait(time.Minute)
	r.wrote() // nothing is unused where nobody can tell
	r.card("plain/out", "ann")
	r.wrote(record.AccessGranted, record.RegisterLeft)
	r.inside()
	if _, due := r.p.Due(r.s, r.at); !due {
		t.Error("the strike is open, and nothing is due")
	}
	r.wait(time.Minute)
	if due, ok := r.p.Due(r.s, r.at); ok {
		t.Errorf("due at %s, and nothing is going on", due)
	}
	r.step(DoorMoved{Door: "plain/door", Open: true}) // it has none
	r.nothing()
}

func TestUnreadableContact(t *testing.T) {
	r := begin(t, people)
	r.step(DoorUnreadable{"room/door"})
	r.nothing()
	r.card("room/in", "ann")
	r.wrote(record.AccessGranted, record.RegisterEntered)
	r.unlocked("room/door", true)
	r.inside("ann room")
	r.wait(time.Minute)
	r.wrote()
	r.unlocked("room/door", false)
	r.opens("room/door") // it can be read again: who knows when it was opened
	r.is("room/door", Forced, false)
	r.closes("room/door")
	r.opens("room/door")
	r.is("room/door", Forced, true)
	r.closes("room/door")
	r.card("room/in", "bob")
	r.inside("ann room")
	r.step(DoorUnreadable{"room/door"}) // who was let through may have gone through
	r.inside("ann room", "bob room")
	r.wait(time.Minute)
	r.wrote()
}

func TestGrantAtAnOpenDoor(t *testing.T) {
	r := begin(t, people)
	r.enters("room/in", "ann")
	r.card("room/in", "bob")
	r.opens("room/door")
	r.card("room/in", "eve")
	r.wrote(record.AccessGranted, record.RegisterEntered)
	r.inside("ann room", "bob room", "eve room")
	r.closes("room/door")
	r.opens("room/door") // within eve's grant
	r.is("room/door", Forced, false)
	r.inside("ann room", "bob room", "eve room")
}

func TestDoorWithoutStrikeIsOnlyWatched(t *testing.T) {
	p, err := Parse(Site{
		Doors:   []Door{{Point: "d", Contact: true, Exit: true, Area: "a"}},
		Readers: []Reader{{Point: "r", Door: "d", Direction: In}},
	}, key, documentOf(cards(`{"hash": "@ann", "person": "ann", "doors": [{"door": "d"}]}`)))
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, p: p, at: record.Moment{Wall: monday, Clock: record.Synced}, strikes: map[string]bool{}, active: map[string]bool{}}
	r.take(p.Begin(r.s, r.at))
	if len(r.fx.Strikes) > 0 {
		t.Errorf("strikes %v", r.fx.Strikes)
	}
	r.step(DoorMoved{Door: "d", Initial: true})
	r.card("r", "ann")
	if data := r.granted(); data.Unlocked != 0 || len(r.fx.Strikes) > 0 {
		t.Errorf("%+v, %v", data, r.fx.Strikes)
	}
	r.opens("d")
	r.inside("ann a")
	r.closes("d")
	r.step(ExitRequested{"d"})
	if _, data := entry[record.AccessData](r, record.AccessGranted); data.Unlocked != 0 || len(r.fx.Strikes) > 0 {
		t.Errorf("%+v, %v", data, r.fx.Strikes)
	}
	r.step(ExitRequested{"d"})
	r.nothing()
	r.opens("d")
	r.is("d", Forced, false)
	r.closes("d")
	r.opens("d")
	r.is("d", Forced, true)
	if result := r.order(VerbUnlock, "d", ""); result.Outcome != record.Refused {
		t.Errorf("%+v", result)
	}
	r.done(VerbRelease, "d", "")
	if len(r.fx.Strikes) > 0 {
		t.Errorf("strikes %v", r.fx.Strikes)
	}
}

func TestRequestToExit(t *testing.T) {
	r := begin(t, people, `"doors": [{"door": "room/door", "exit_unlock": "8s"}]`)
	r.step(ExitRequested{"room/door"})
	_, data := entry[record.AccessData](r, record.AccessGranted)
	if data.Method != MethodExit || data.Direction != Out || data.Unlocked != 8 || data.Person != "" {
		t.Errorf("%+v", data)
	}
	r.unlocked("room/door", true)
	r.opens("room/door")
	r.is("room/door", Forced, false)
	r.unlocked("room/door", false)
	r.wrote() // nobody knows who: nothing for the register
	r.step(ExitRequested{"room/door"})
	r.nothing() // it is open
	r.closes("room/door")
	r.step(ExitRequested{"room/door"})
	r.pass(5 * time.Second)
	r.step(ExitRequested{"room/door"})
	r.nothing() // the first one is written down
	r.wait(8*time.Second - 1)
	r.unlocked("room/door", true)
	r.wait(1)
	r.unlocked("room/door", false)
	r.wait(time.Second)
	if _, data := entry[record.AccessData](r, record.AccessUnused); data.Method != MethodExit {
		t.Errorf("%+v", data)
	}
	r.step(ExitRequested{"side/door"})
	r.nothing() // it has none
	r.card("room/in", "ann")
	r.step(ExitRequested{"room/door"})
	r.wrote(record.AccessGranted)
}

func TestWhatTheSiteDoesNotHave(t *testing.T) {
	r := begin(t, people)
	for _, e := range []Event{CardShown{Reader: "x"}, KeyPressed{"x", '1'}, DoorMoved{Door: "x", Open: true}, DoorUnreadable{"x"},
		BoltMoved{Door: "x"}, BoltMoved{Door: "side/door"}, ExitRequested{"x"}, KeyPressed{"room/in", '#'}, Tick{}} {
		r.step(e)
		r.nothing()
	}
	r.wait(time.Hour)
	r.is("side/door", NotLocked, false)
}

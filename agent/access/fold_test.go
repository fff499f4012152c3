package access

import (
	"encoding/json"
	"flag"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/internal/record"
)

// A failing history is printed in full; a directory of it adds nothing.
func init() {
	_ = flag.Set("rapid.nofailfile", "true")
	_ = flag.Set("rapid.shrinktime", "5s")
}

// fold is what the journal says.
func fold(t testing.TB, s State, records []record.Record) State {
	t.Helper()
	for _, r := range records {
		var err error
		if s, err = Fold(s, r); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// durable is a state as JSON, as it is after a start at a moment: what is too old to count is forgotten. What was noted
// without the time is left out, as Fold cannot tell when it is too old.
func (h *history) durable(s State) string {
	t, at := h.t, h.at
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var bare State
	if err := json.Unmarshal(text, &bare); err != nil {
		t.Fatal(err)
	}
	at.Clock = record.Synced
	bare, _ = h.p.Begin(bare, at)
	bare.Entered = slices.DeleteFunc(bare.Entered, func(e *Entered) bool { return e.Clock != record.Synced })
	bare.Wrong = slices.DeleteFunc(bare.Wrong, func(w Wrong) bool { return w.Clock != record.Synced })
	if text, err = json.MarshalIndent(bare, "", " "); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFoldIgnoresOthersAndRefusesRubbish(t *testing.T) {
	if s, err := Fold(State{}, record.Record{Type: record.DoorOpened, Data: []byte(`{"visit": 7}`)}); err != nil || !reflect.DeepEqual(s, State{}) {
		t.Errorf("%+v, %v", s, err)
	}
	for _, typ := range []string{record.RegisterEntered, record.RegisterLeft, record.ModeChanged, record.AccessGranted, record.AccessDenied, record.PassbackForgiven} {
		if _, err := Fold(State{}, record.Record{Type: typ, Data: []byte(`{`)}); err == nil {
			t.Errorf("%s: folded rubbish", typ)
		}
	}
}

// TestFoldOfAHistory asks after every step of a history with all that lasts in it whether the journal says the same.
func TestFoldOfAHistory(t *testing.T) {
	r := begin(t, everything...)
	check := func() {
		t.Helper()
		h := &history{room: r}
		if live, folded := h.durable(r.s), h.durable(fold(t, State{}, r.records)); live != folded {
			t.Fatalf("state %s\nfolded %s", live, folded)
		}
		for from := range r.records {
			if live, again := h.durable(r.s), h.durable(fold(t, r.s, r.records[from:])); live != again {
				t.Fatalf("state %s\nfolded again from %d %s", live, from, again)
			}
		}
		r.pass(time.Second)
	}
	wrong := func(reader, name, keys string) {
		t.Helper()
		r.card(reader, name)
		r.keys(reader, keys)
		check()
	}
	wrong("inner/in", "mallory", "")
	wrong("plain/in", "bob", "1#")
	r.at.Wall = r.at.Wall.Add(9 * time.Hour) // PINs are needed now
	wrong("room/in", "ann", "2#")
	wrong("room/in", "bob", "1#")
	wrong("room/in", "bob", "1#")
	wrong("side/in", "dan", "") // what is denied otherwise does not count, and forgets nothing
	if len(r.s.Wrong) != 3 {
		t.Fatalf("%+v", r.s.Wrong)
	}
	r.at.Wall = r.at.Wall.Add(10 * time.Minute)
	r.restart(0)
	wrong("room/in", "bob", "1#")
	wrong("room/in", "ann", "1#")
	if len(r.s.First) != 1 {
		t.Fatalf("%+v", r.s.First)
	}
	wrong("room/in", "bob", "2#")
	r.wait(20 * time.Second)
	r.enters("inner/out", "bob")
	check()
	r.card("inner/in", "ann")
	r.card("inner/in", "bob")
	check()
	r.order(VerbForgive, "", `{"person": "ann"}`)
	check()
	r.order(VerbForgive, "", `{"person": "bob"}`)
	check()
	r.card("inner/in", "ann")
	r.card("inner/in", "bob")
	r.wrote(record.AccessGranted)
	check()
	r.order(VerbForgive, "", `{"person": "eve"}`)
	check()
	for _, verb := range []string{VerbRelease, VerbLockdown, VerbNormal} {
		for _, door := range []string{"room/door", "side/door"} {
			r.order(verb, door, "")
			check()
		}
	}
	if len(r.s.Modes) != 0 || len(r.s.Forgiven) != 1 {
		t.Fatalf("%+v, %v", r.s.Modes, r.s.Forgiven)
	}
}

func TestFoldOfWhatIsLeftOfAJournal(t *testing.T) {
	one := func(typ, data string) record.Record {
		return record.Record{Type: typ, Source: "room", Time: monday, Clock: record.Synced, Data: []byte(data)}
	}
	s := fold(t, State{}, []record.Record{one(record.RegisterLeft, `{"visit": "5-77", "person": "ann"}`)})
	if s.Last != 77 || len(s.Inside) != 0 {
		t.Errorf("%+v", s)
	}
	s = fold(t, s, []record.Record{one(record.RegisterEntered, `{"visit": "5-78", "person": "ann"}`), one(record.RegisterEntered, `{"visit": "5-79", "person": "ann"}`)})
	if s.Last != 79 || len(s.Inside) != 1 || s.Inside[0].ID != "5-79" {
		t.Errorf("%+v", s)
	}
	normal := fold(t, State{}, []record.Record{one(record.ModeChanged, `{"mode": "normal"}`)})
	if len(normal.Modes) != 0 {
		t.Errorf("%+v", normal)
	}
	modes := map[string]string{"other": ModeReleased, "room": ModeReleased}
	fold(t, State{Modes: modes}, []record.Record{one(record.ModeChanged, `{"mode": "lockdown"}`), one(record.ModeChanged, `{"mode": "normal"}`)})
	if modes["room"] != ModeReleased || len(modes) != 2 {
		t.Errorf("changed in place: %v", modes)
	}
}

// everything is a policy with all rules in it.
var everything = []string{
	office,
	`"holidays": [{"date": "2026-11-25"}]`,
	`"attempts": {"limit": 3, "forget": "5m"}`,
	`"areas": [{"area": "room", "anti_passback": "hard", "max_stay": "2h"}, {"area": "inner", "within": "room", "anti_passback": "timed"}, {"area": "plain", "anti_passback": "soft"}]`,
	`"doors": [{"door": "room/door", "pin": true, "pin_except": "office", "first_card": true}, {"door": "side/door", "unlock_schedule": "office", "unlock_after_first": true},
		{"door": "inner/door", "two_cards": true, "unlock": "12s"}, {"door": "plain/door", "purpose": "everyone"}]`,
	`"interlocks": [["room/door", "inner/door"]]`,
	cards(someone("ann", `"pin": "@ann:1"`, `"first": true`, `"accessible": true`), someone("bob", `"pin": "@bob:2"`), someone("anns2nd", `"person": "ann"`),
		someone("eve", visitor, `"emergency": true`), someone("dan", `"doors": [{"door": "side/door", "schedule": "office"}]`, `"blocked": true`)),
}

// TestAnyHistory lets anything happen in any order, and asks after every step for what must never be otherwise.
func TestAnyHistory(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := &history{room: begin(t, everything...), rt: rt, granted: map[string]time.Duration{}}
		h.t = fatal{t, rt}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			h.happen()
			h.look()
		}
		h.folded()
	})
}

// fatal lets the helpers of other tests fail a history.
type fatal struct {
	testing.TB
	rt *rapid.T
}

func (f fatal) Helper()                        {}
func (f fatal) Fatalf(format string, a ...any) { f.rt.Fatalf(format, a...) }
func (f fatal) Fatal(a ...any)                 { f.rt.Fatal(a...) }
func (f fatal) Errorf(format string, a ...any) { f.rt.Errorf(format, a...) }

// history is a station to which anything happens.
type history struct {
	*room
	rt      *rapid.T
	granted map[string]time.Duration // until when each door's strike may be open, by its grants
	seen    int                      // records looked at
	visits  map[string]string        // those that began and did not end, by id: person and area
}

func draw[T any](h *history, name string, all ...T) T { return rapid.SampledFrom(all).Draw(h.rt, name) }

func (h *history) happen() {
	switch draw(h, "what", "card", "card", "card", "through", "through", "keys", "door", "door", "exit", "bolt", "time", "time", "tick", "order", "clock", "restart", "policy") {
	case "card":
		h.card(draw(h, "reader", h.readers()...), draw(h, "card", "ann", "bob", "anns2nd", "eve", "dan", "mallory"))
	case "through":
		reader := draw(h, "reader", site.Readers...)
		h.card(reader.Point, draw(h, "card", "ann", "bob", "eve"))
		h.keys(reader.Point, draw(h, "keys", "", "1#", "2#"))
		h.opens(reader.Door)
		h.closes(reader.Door)
	case "keys":
		h.keys(draw(h, "reader", h.readers()...), draw(h, "keys", "1#", "2#", "3#", "1", "*", "#"))
	case "door":
		h.step(draw(h, "door", h.doors()...))
	case "exit":
		h.step(ExitRequested{draw(h, "door", "room/door", "plain/door", "side/door")})
	case "bolt":
		h.step(BoltMoved{Door: "room/door", Thrown: rapid.Bool().Draw(h.rt, "thrown")})
	case "time":
		h.wait(draw(h, "time", time.Millisecond, time.Second, 4*time.Second, 11*time.Second, time.Minute, 31*time.Minute, 5*time.Hour, 13*time.Hour))
	case "tick":
		h.pass(draw(h, "time", time.Second, 10*time.Second, time.Hour))
		h.step(Tick{})
	case "order":
		h.order(draw(h, "verb", VerbUnlock, VerbRelease, VerbLockdown, VerbNormal, VerbNormal, VerbForgive, VerbClose),
			draw(h, "point", "room/door", "side/door", "inner/door", ""), draw(h, "arguments", "", `{"seconds": 3}`, `{"person": "ann"}`))
	case "clock":
		h.at.Clock = draw(h, "clock", record.Synced, record.Synced, record.Unsynced)
		h.step(Tick{}) // what is over by a wall clock that is believed again
	case "restart":
		h.granted = map[string]time.Duration{}
		h.restart(draw(h, "off", 0, time.Minute, 3*time.Hour))
	case "policy":
		h.apply(draw(h, "policy", everything, []string{people, everything[2]})...)
	}
	h.pass(time.Millisecond) // two attempts of one millisecond cannot be told apart in the journal
}

func (h *history) readers() (points []string) {
	for _, r := range site.Readers {
		points = append(points, r.Point)
	}
	return points
}

func (h *history) doors() (events []Event) {
	for _, d := range site.Doors {
		events = append(events, DoorMoved{Door: d.Point, Open: true}, DoorMoved{Door: d.Point}, DoorMoved{Door: d.Point, Open: true, Initial: true}, DoorUnreadable{d.Point})
	}
	return events
}

// look asks for what must never be otherwise.
func (h *history) look() {
	h.register()
	h.bounds()
	h.nested()
	if due, ok := h.p.Due(h.s, h.at); ok && due < h.at.Mono-time.Millisecond {
		h.rt.Fatalf("due at %s, and it is %s", due, h.at.Mono)
	}
}

// folded asks whether the journal says what the state is.
func (h *history) folded() {
	if live, folded := h.durable(h.s), h.durable(fold(h.t, State{}, h.records)); live != folded {
		h.rt.Fatalf("state %s\nfolded %s", live, folded)
	}
	from := rapid.IntRange(0, len(h.records)).Draw(h.rt, "from")
	if live, again := h.durable(h.s), h.durable(fold(h.t, h.s, h.records[from:])); live != again {
		h.rt.Fatalf("state %s\nfolded again from %d %s", live, from, again)
	}
}

// register follows the records of the register and of grants.
func (h *history) register() {
	if h.visits == nil {
		h.visits = map[string]string{}
	}
	for _, r := range h.records[h.seen:] {
		switch r.Type {
		case record.RegisterEntered, record.RegisterLeft:
			var data record.RegisterData
			if err := json.Unmarshal(r.Data, &data); err != nil {
				h.rt.Fatal(err)
			}
			where, open := h.visits[data.Visit]
			if entered := r.Type == record.RegisterEntered; entered == open || open && where != data.Person+" "+r.Source || data.Inside < 0 {
				h.rt.Fatalf("%s %s %s: visit open: %t, %s", r.Type, r.Source, r.Data, open, where)
			}
			if open {
				delete(h.visits, data.Visit)
			} else {
				h.visits[data.Visit] = data.Person + " " + r.Source
			}
		case record.AccessGranted:
			var data record.AccessData
			if err := json.Unmarshal(r.Data, &data); err != nil {
				h.rt.Fatal(err)
			}
			h.granted[r.Source] = max(h.granted[r.Source], time.Duration(r.Mono)+time.Duration(data.Unlocked*float64(time.Second)))
		}
	}
	h.seen = len(h.records)
	if len(h.visits) != len(h.s.Inside) {
		h.rt.Fatalf("inside are %d, and %d entered and did not leave", len(h.s.Inside), len(h.visits))
	}
	for _, v := range h.s.Inside {
		if h.visits[v.ID] != v.Person+" "+v.Area {
			h.rt.Fatalf("visit %s is of %s in %s, and the records say %q", v.ID, v.Person, v.Area, h.visits[v.ID])
		}
	}
}

// bounds asks that no strike is open without a mode that says so, or a grant that has not ended.
func (h *history) bounds() {
	for _, d := range site.Doors {
		if mode := h.s.Modes[d.Point]; !h.strikes[d.Point] || mode == ModeReleased || mode == ModeUnlocked {
			continue
		}
		bound := h.granted[d.Point]
		if d.Exit { // who asks again to exit is not written down again
			bound = max(bound, h.at.Mono+5*time.Second)
		}
		if due, ok := h.p.Due(h.s, h.at); !ok || due > bound {
			h.rt.Fatalf("strike of %s is open until %s (%t), and granted until %s", d.Point, due, ok, bound)
		}
	}
}

// nested asks that nobody is inside twice: of two areas that a person is in, one lies within the other.
func (h *history) nested() {
	for i, v := range h.s.Inside {
		for _, w := range h.s.Inside[i+1:] {
			if v.Person == w.Person && (v.Area == w.Area || v.Area+w.Area != "innerroom") {
				h.rt.Fatalf("%s is inside %s and %s", v.Person, v.Area, w.Area)
			}
		}
	}
}

// TestNoStrikeStaysOpen lets time alone pass after any history: whatever is due ends every grant.
func TestNoStrikeStaysOpen(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := &history{room: begin(t, everything...), rt: rt, granted: map[string]time.Duration{}}
		h.t = fatal{t, rt}
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			h.happen()
		}
		h.order(VerbNormal, "", "")
		h.at.Clock = record.Unsynced // and with it no schedule opens anything
		h.wait(time.Minute + 15*time.Second)
		if open := fmt.Sprint(h.strikes); !reflect.DeepEqual(openStrikes(h.strikes), []string(nil)) {
			rt.Fatalf("strikes %s", open)
		}
		h.at.Clock = record.Synced
		h.at.Wall = time.Date(2026, 11, 28, 3, 0, 0, 0, monday.Location())
		h.pass(32 * 24 * time.Hour)
		h.step(Tick{})
		if len(h.s.Inside) > 0 || len(openStrikes(h.strikes)) > 0 {
			rt.Fatalf("after a month inside are still %d, and open %v", len(h.s.Inside), h.strikes)
		}
	})
}

func openStrikes(strikes map[string]bool) (open []string) {
	for door, is := range strikes {
		if is {
			open = append(open, door)
		}
	}
	return open
}

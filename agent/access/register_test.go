package access

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

func TestEnteredAgain(t *testing.T) {
	r := begin(t, people)
	r.enters("room/in", "ann")
	r.enters("side/in", "bob")
	r.card("room/in", "ann")
	r.opens("room/door")
	r.wrote(record.RegisterLeft, record.RegisterEntered)
	if _, data := entry[record.RegisterData](r, record.RegisterLeft); data.How != HowEnteredAgain || data.Door != "" || data.Inside != 2 {
		t.Errorf("%+v", data)
	}
	r.inside("ann room", "bob room")
	r.closes("room/door")
	r.card("plain/in", "ann") // elsewhere
	if source, data := entry[record.RegisterData](r, record.RegisterLeft); source != "room" || data.How != HowEnteredAgain {
		t.Errorf("%s %+v", source, data)
	}
	r.inside("ann plain", "bob room")
}

func TestLeavingWithoutHavingEntered(t *testing.T) {
	r := begin(t, people)
	r.enters("room/in", "bob")
	r.card("room/out", "ann")
	r.granted()
	r.opens("room/door")
	r.wrote()
	r.inside("bob room")
	r.closes("room/door")
	r.enters("plain/in", "ann")
	r.card("room/out", "ann") // not where she is
	r.granted()
	r.opens("room/door")
	r.inside("ann plain", "bob room")
}

func TestAreasWithinAreas(t *testing.T) {
	r := begin(t, people, `"areas": [{"area": "room", "within": "plain"}, {"area": "inner", "within": "room"}]`)
	r.enters("plain/in", "ann")
	r.enters("room/in", "ann")
	r.enters("inner/in", "ann")
	r.inside("ann inner", "ann plain", "ann room")
	r.enters("inner/out", "ann")
	r.inside("ann plain", "ann room")
	r.enters("inner/in", "ann")
	r.enters("room/in", "ann") // must have left it
	r.inside("ann plain", "ann room")
	r.enters("inner/in", "ann")
	r.card("plain/out", "ann")
	var hows []string
	for _, e := range r.fx.Entries[1:] {
		var data record.RegisterData
		if err := json.Unmarshal(e.Data, &data); err != nil {
			t.Fatal(err)
		}
		hows = append(hows, e.Source+" "+data.How+" "+data.Door)
	}
	if got := strings.Join(hows, ", "); got != "inner left-outer , plain badge plain/door, room left-outer " {
		t.Error(got)
	}
	r.inside()
	r.enters("inner/in", "ann") // nobody saw her come
	r.inside("ann inner")
	r.enters("plain/in", "ann")
	r.inside("ann plain")
}

func TestDoorOfNoArea(t *testing.T) {
	p, err := Parse(Site{Doors: []Door{{Point: "d", Strike: true}}, Readers: []Reader{{Point: "r", Door: "d", Direction: In}}}, key,
		documentOf(cards(`{"hash": "@ann", "person": "ann", "doors": [{"door": "d"}]}`)))
	if err != nil {
		t.Fatal(err)
	}
	s, fx := p.Step(State{}, CardShown{"r", key.Card("ann"), ""}, record.Moment{Wall: monday, Clock: record.Synced})
	if len(fx.Entries) != 1 || len(s.Inside) != 0 || len(fx.Strikes) != 1 {
		t.Errorf("%+v", fx)
	}
}

func TestMaxStay(t *testing.T) {
	r := begin(t, people, `"areas": [{"area": "room", "max_stay": "2h"}]`)
	r.enters("room/in", "ann") // a second goes by
	r.enters("side/in", "bob")
	r.enters("plain/in", "eve")
	r.wait(2*time.Hour - 4*time.Second)
	r.inside("ann room", "bob room", "eve plain")
	r.pass(time.Second - 1)
	r.step(Tick{})
	r.inside("ann room", "bob room", "eve plain")
	r.wait(1)
	r.inside("bob room", "eve plain")
	if source, data := entry[record.RegisterData](r, record.RegisterLeft); source != "room" || data.How != HowRule || data.Inside != 7200 || data.Door != "" {
		t.Errorf("%s %+v", source, data)
	}
	r.wait(time.Second)
	r.inside("eve plain")
	r.wait(14*time.Hour + time.Second - 1)
	r.inside("eve plain")
	r.wait(1)
	r.inside()
}

func TestVisitsSurviveARestart(t *testing.T) {
	r := begin(t, people, `"areas": [{"area": "room", "max_stay": "2h"}]`)
	r.enters("room/in", "ann")
	first := r.s.Inside[0]
	r.wait(20 * time.Minute)
	r.restart(10 * time.Minute)
	r.inside("ann room")
	if v := r.s.Inside[0]; v.ID != first.ID || !v.Since.Equal(first.Since) || v.Card != "••••ann" || v.Name != "Name of ann" || v.Door != "room/door" {
		t.Errorf("%+v, want %+v", v, first)
	}
	r.wait(90*time.Minute - 2*time.Second)
	r.inside("ann room")
	r.wait(time.Minute) // as the wall clock is looked at by the minute
	r.inside()
	if left := r.records[len(r.records)-1]; left.Type != record.RegisterLeft || !strings.Contains(string(left.Data), `"rule"`) {
		t.Errorf("%s %s", left.Type, left.Data)
	}
	r.enters("room/in", "bob")
	if v := r.s.Inside[0]; visitNumber(v.ID) != 2 || v.ID == first.ID {
		t.Errorf("%s after %s", v.ID, first.ID)
	}
	r.at.Clock = record.Unsynced
	r.restart(time.Hour)
	r.wait(2*time.Hour - 1)
	r.inside("bob room") // since the program began, as far as anybody knows
	r.wait(1)
	r.inside()
	r.at.Clock = record.Unsynced
	r.enters("room/in", "eve")
	r.restart(0)
	r.at.Wall, r.at.Clock = r.at.Wall.Add(1000*time.Hour), record.Synced
	r.wait(time.Minute)
	r.inside("eve room") // when she entered was not known: nobody can tell by the wall clock
}

func TestVisitsAndAClockThatIsLearnedLate(t *testing.T) {
	r := begin(t, people)
	r.enters("room/in", "ann")
	r.at.Clock = record.Unsynced
	r.restart(0)
	r.wait(time.Hour)
	r.at.Wall, r.at.Clock = r.at.Wall.Add(20*time.Hour), record.Synced
	r.inside("ann room")
	r.wait(time.Minute)
	r.inside()
}

func TestVisitsUnderAnotherPolicy(t *testing.T) {
	r := begin(t, people)
	r.enters("room/in", "ann")
	r.enters("room/in", "bob")
	r.wait(time.Hour - 2*time.Second - 1)
	r.apply(people, `"areas": [{"area": "room", "max_stay": "1h"}]`)
	r.inside("ann room", "bob room")
	r.wait(1)
	r.inside("bob room")
	r.pass(time.Second)
	r.apply(people, `"areas": [{"area": "room", "max_stay": "30m"}]`)
	r.inside()
}

func TestBeginLeavesWhatItIsGiven(t *testing.T) {
	p := policy(t, people)
	visit, entered := &Visit{ID: "1-1", Person: "ann", Area: "room"}, &Entered{Person: "ann", Area: "room"}
	given := State{Inside: []*Visit{visit}, Entered: []*Entered{entered}, Wrong: []Wrong{{Reader: "room/in", Count: 1}}}
	s, _ := p.Begin(given, record.Moment{Wall: monday, Clock: record.Unsynced, Mono: time.Hour})
	if visit.before || entered.before || given.Wrong[0].before || given.Inside[0] != visit || given.Entered[0] != entered {
		t.Error("it was changed in place")
	}
	if !s.Inside[0].before || !s.Entered[0].before || !s.Wrong[0].before {
		t.Errorf("%+v", s)
	}
}

func TestAStateOfAnotherSiteBeginsAnew(t *testing.T) {
	r := begin(t, people)
	r.enters("room/in", "ann")
	for _, other := range []Site{
		{Doors: site.Doors[:1], Readers: make([]Reader, len(site.Readers))},
		{Doors: site.Doors, Readers: make([]Reader, 2)},
	} {
		for i := range other.Readers {
			other.Readers[i] = Reader{Point: fmt.Sprintf("reader-%d", i), Door: "room/door", Direction: In}
		}
		p, err := Parse(other, key, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if due, ok := p.Due(r.s, r.at); ok {
			t.Errorf("due at %s before it begins", due)
		}
		s, _ := p.Step(r.s, Tick{}, r.at)
		if len(s.doors) != len(other.Doors) || len(s.readers) != len(other.Readers) || s.doors[0].open != unknown || len(s.Inside) != 1 {
			t.Errorf("%+v", s)
		}
	}
}

func TestTimePassesBeforeACommand(t *testing.T) {
	r := begin(t, people)
	r.enters("room/in", "ann")
	r.pass(17 * time.Hour)
	if result := r.order(VerbClose, "", `{"person": "ann"}`); result.Outcome != record.Refused {
		t.Errorf("%+v", result)
	}
	r.inside()
}

func TestClockSetBack(t *testing.T) {
	r := begin(t, people)
	r.enters("room/in", "ann")
	r.wait(time.Hour)
	r.at.Wall = r.at.Wall.Add(-24 * time.Hour)
	r.restart(0)
	r.card("room/out", "ann")
	r.pass(3 * time.Second)
	r.step(DoorMoved{Door: "room/door", Initial: true})
	r.card("room/out", "ann")
	r.wrote(record.AccessGranted)
	if _, data := entry[record.AccessData](r, record.AccessGranted); data.Person != "ann" {
		t.Errorf("%+v", data)
	}
	left := r.records[len(r.records)-2]
	if left.Type != record.RegisterLeft || strings.Contains(string(left.Data), `"inside":-`) {
		t.Errorf("%s %s", left.Type, left.Data)
	}
}

func TestVisitIDs(t *testing.T) {
	if id := visitID(time.Unix(-5, 0), 7); id != "0-7" || visitID(time.Unix(5, 0), 7) != "5-7" || visitNumber(id) != 7 {
		t.Error(id)
	}
	for _, id := range []string{"", "7", "a-", "a-b", "5-"} {
		if n := visitNumber(id); n != 0 {
			t.Errorf("%q: %d", id, n)
		}
	}
	if a, b := visitID(monday, 1), visitID(monday.Add(time.Second), 1); a == b {
		t.Errorf("%s after the state was lost is %s again", a, b)
	}
}

func TestCloseVisits(t *testing.T) {
	r := begin(t, people, `"areas": [{"area": "room", "within": "plain"}]`)
	r.enters("plain/in", "ann")
	r.enters("room/in", "ann")
	r.enters("room/in", "bob")
	r.done(VerbClose, "", `{"visit": "`+r.s.Inside[1].ID+`"}`)
	r.wrote(record.RegisterLeft)
	if source, data := entry[record.RegisterData](r, record.RegisterLeft); source != "room" || data.How != HowCommand || data.Person != "ann" || data.Door != "" {
		t.Errorf("%s %+v", source, data)
	}
	r.enters("room/in", "ann")
	r.done(VerbClose, "", `{"person": "ann"}`)
	r.wrote(record.RegisterLeft, record.RegisterLeft)
	r.inside("bob room")
	for _, arguments := range []string{`{"person": "ann"}`, `{"visit": "x"}`, `{}`, ``, `{"visit": "` + r.s.Inside[0].ID + `", "person": "bob"}`} {
		if result := r.order(VerbClose, "", arguments); result.Outcome != record.Refused {
			t.Errorf("%s: %+v", arguments, result)
		}
		r.wrote()
	}
	r.inside("bob room")
}

func TestUnlockByCommand(t *testing.T) {
	r := begin(t, people, `"doors": [{"door": "room/door", "unlock": "7s"}]`)
	r.done(VerbUnlock, "room/door", `{"seconds": 2.5}`)
	source, data := entry[record.AccessData](r, record.AccessGranted)
	if source != "room/door" || data.Method != MethodCommand || data.Unlocked != 2.5 || data.By != "duty" || data.Request != "c1" {
		t.Errorf("%s %+v", source, data)
	}
	r.unlocked("room/door", true)
	r.wait(2500*time.Millisecond - 1)
	r.unlocked("room/door", true)
	r.wait(1)
	r.unlocked("room/door", false)
	r.wait(time.Second)
	if _, data := entry[record.AccessData](r, record.AccessUnused); data.Request != "c1" {
		t.Errorf("%+v", data)
	}
	r.done(VerbUnlock, "room/door", "")
	r.wait(7*time.Second - 1)
	r.unlocked("room/door", true)
	r.opens("room/door")
	r.is("room/door", Forced, false)
	r.unlocked("room/door", false)
	r.done(VerbUnlock, "side/door", `{"seconds": 600}`)
	for _, test := range [][3]string{
		{VerbUnlock, "hatch/door", ""}, {VerbUnlock, "x", ""}, {VerbUnlock, "", ""}, {VerbUnlock, "room/door", `{"seconds": 600.1}`},
		{VerbUnlock, "room/door", `{"seconds": -1}`}, {VerbUnlock, "room/door", `{"seconds": "5"}`}, {VerbUnlock, "room/door", `{"minutes": 5}`},
		{VerbUnlock, "room/door", `{"person": "ann"}`}, {VerbUnlock, "room/door", `[]`}, {VerbUnlock, "room/door", `7`}, {"door.open", "room/door", ""}, {VerbRelease, "x", ""},
	} {
		if result := r.order(test[0], test[1], test[2]); result.Outcome != record.Refused {
			t.Errorf("%v: %+v", test, result)
		}
		r.nothing()
	}
}

package access

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// site is where the tests are: a room with two doors, one within it, and one whose doors nobody sees.
var site = Site{
	Doors: []Door{
		{Point: "room/door", Contact: true, Bolt: true, Strike: true, Exit: true, Area: "room"},
		{Point: "side/door", Contact: true, Strike: true, Area: "room"},
		{Point: "inner/door", Contact: true, Strike: true, Area: "inner"},
		{Point: "plain/door", Strike: true, Exit: true, Area: "plain"},
		{Point: "hatch/door", Contact: true},
	},
	Readers: []Reader{
		{Point: "room/in", Door: "room/door", Direction: In, Keypad: true},
		{Point: "room/out", Door: "room/door", Direction: Out},
		{Point: "side/in", Door: "side/door", Direction: In},
		{Point: "inner/in", Door: "inner/door", Direction: In, Keypad: true},
		{Point: "inner/out", Door: "inner/door", Direction: Out},
		{Point: "plain/in", Door: "plain/door", Direction: In, Keypad: true},
		{Point: "plain/out", Door: "plain/door", Direction: Out},
	},
}

var key = Key("thirty-two bytes of a test's key")

// everywhere is a list of doors as a card's member.
const everywhere = `"doors": [{"door": "room/door"}, {"door": "side/door"}, {"door": "inner/door"}, {"door": "plain/door"}]`

// people have cards that open every door.
var people = `"cards": [` + someone("ann") + `,` + someone("bob") + `,` + someone("eve") + `]`

func someone(name string, members ...string) string {
	all := append([]string{fmt.Sprintf(`"hash": "@%s"`, name)}, members...)
	if !strings.Contains(strings.Join(members, " "), `"person"`) {
		all = append(all, fmt.Sprintf(`"person": %q, "name": "Name of %s"`, name, name))
	}
	if !strings.Contains(strings.Join(members, " "), `"doors"`) {
		all = append(all, everywhere)
	}
	return "{" + strings.Join(all, ", ") + "}"
}

func cards(cards ...string) string { return `"cards": [` + strings.Join(cards, ",") + `]` }

// office is a schedule of weekdays, and one of nights.
const office = `"schedules": [{"name": "office", "week": {"mon": ["08:00-18:00"], "tue": ["08:00-18:00"], "wed": ["08:00-18:00"],
	"thu": ["08:00-18:00"], "fri": ["08:00-18:00"]}}, {"name": "night", "week": {"mon": ["22:00-06:00"]}, "holidays": ["10:00-11:00"]}]`

var secret = regexp.MustCompile(`@([a-z0-9]+)(:(\d+))?`)

// documentOf is members as JSON, in which @ann is the hash of a card and @ann:1234 that of its PIN.
func documentOf(members ...string) []byte {
	text := "{" + strings.Join(members, ",\n") + "}"
	return []byte(secret.ReplaceAllStringFunc(text, func(found string) string {
		parts := secret.FindStringSubmatch(found)
		card := key.Card(parts[1])
		if parts[3] != "" {
			return string(key.PIN(card, parts[3]))
		}
		return string(card)
	}))
}

func policy(t testing.TB, members ...string) *Policy {
	t.Helper()
	p, err := Parse(site, key, documentOf(members...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// room is a station in a test: what its doors do, and all that was written down.
type room struct {
	t       testing.TB
	p       *Policy
	s       State
	at      record.Moment
	fx      Effects // of the last step
	strikes map[string]bool
	active  map[string]bool // conditions, as "point rule"
	records []record.Record
}

// monday is an hour at which offices are open.
var monday = time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("UTC+8", 8*3600))

// begin is a station that has just started, all doors closed.
func begin(t testing.TB, members ...string) *room {
	t.Helper()
	return beginAt(t, record.Moment{Wall: monday, Clock: record.Synced, Mono: time.Hour}, members...)
}

func beginAt(t testing.TB, at record.Moment, members ...string) *room {
	t.Helper()
	r := &room{t: t, at: at, strikes: map[string]bool{}, active: map[string]bool{}, p: policy(t, members...)}
	r.begin()
	for _, d := range site.Doors {
		r.step(DoorMoved{Door: d.Point, Initial: true})
		r.step(BoltMoved{Door: d.Point, Thrown: true, Initial: true})
	}
	return r
}

func (r *room) begin() {
	s, fx := r.p.Begin(r.s, r.at)
	r.take(s, fx)
	for i, d := range site.Doors {
		said := 0
		for _, s := range fx.Strikes {
			if s.Door == site.Doors[i].Point {
				said++
			}
		}
		if d.Strike && said != 1 || !d.Strike && said != 0 {
			r.t.Errorf("begin says of strike %s: %v", d.Point, fx.Strikes)
		}
	}
}

// restart is the program stopped and started: what is in memory is lost.
func (r *room) restart(off time.Duration) {
	r.t.Helper()
	text, err := json.Marshal(r.s)
	if err != nil {
		r.t.Fatal(err)
	}
	var s State
	if err := json.Unmarshal(text, &s); err != nil {
		r.t.Fatal(err)
	}
	r.s, r.strikes = s, map[string]bool{}
	r.at = record.Moment{Wall: r.at.Wall.Add(off), Clock: r.at.Clock, Mono: time.Minute}
	r.begin()
}

// apply puts another document into force.
func (r *room) apply(members ...string) {
	r.t.Helper()
	r.p = policy(r.t, members...)
	r.begin()
}

func (r *room) take(s State, fx Effects) {
	r.t.Helper()
	r.s, r.fx = s, fx
	for _, strike := range fx.Strikes {
		r.strikes[strike.Door] = strike.Open
	}
	for _, c := range fx.Conditions {
		r.active[c.Point+" "+c.Rule] = c.Active
		if c.Level == "" || c.Reason == "" {
			r.t.Errorf("condition without level or reason: %+v", c)
		}
	}
	for _, e := range fx.Entries {
		if err := e.Check(); err != nil {
			r.t.Fatalf("%+v: %v", e, err)
		}
		r.records = append(r.records, record.Record{Seq: uint64(len(r.records) + 1), Type: e.Type, Source: e.Source, Data: e.Data,
			Time: record.Stamp(e.Time), Clock: r.at.Clock, Mono: int64(r.at.Mono)})
	}
}

// step lets an event happen, and checks that the state before is as it was.
func (r *room) step(e Event) {
	r.t.Helper()
	before, was := spelled(r.s), r.s
	s, fx := r.p.Step(r.s, e, r.at)
	if after := spelled(was); before != after {
		r.t.Fatalf("%+v changed the state in place from\n%s to\n%s", e, before, after)
	}
	r.take(s, fx)
}

// spelled is all of a state.
func spelled(s State) string {
	text, err := json.Marshal(s)
	return fmt.Sprintf("%s %v %+v %+v %d", text, err, s.doors, s.readers, s.look)
}

// wait lets time pass, with a tick whenever one is due.
func (r *room) wait(d time.Duration) {
	r.t.Helper()
	for end := r.at.Mono + d; ; {
		due, ok := r.p.Due(r.s, r.at)
		if ok && due <= r.at.Mono {
			r.t.Fatalf("due at %s, and it is %s", due, r.at.Mono)
		}
		if !ok || due > end {
			r.pass(end - r.at.Mono)
			return
		}
		r.pass(due - r.at.Mono)
		r.step(Tick{})
	}
}

// pass lets time pass unnoticed.
func (r *room) pass(d time.Duration) {
	r.at.Wall, r.at.Mono = r.at.Wall.Add(d), r.at.Mono+d
}

func (r *room) card(reader, name string) {
	r.t.Helper()
	r.step(CardShown{reader, key.Card(name), "••••" + name})
}

func (r *room) keys(reader, keys string) {
	r.t.Helper()
	for _, k := range keys {
		r.step(KeyPressed{reader, k})
	}
}

func (r *room) opens(door string)  { r.t.Helper(); r.step(DoorMoved{Door: door, Open: true}) }
func (r *room) closes(door string) { r.t.Helper(); r.step(DoorMoved{Door: door}) }

// enters is a card granted and a door gone through.
func (r *room) enters(reader, name string) {
	r.t.Helper()
	r.card(reader, name)
	r.granted()
	door := site.Readers[site.reader(reader)].Door
	r.opens(door)
	r.closes(door)
	r.pass(time.Second)
}

func (r *room) order(verb, point, arguments string) record.Result {
	r.t.Helper()
	c := record.Command{ID: "c1", Verb: verb, Point: point, By: "duty", Arguments: json.RawMessage(arguments)}
	s, fx, result := r.p.Order(r.s, c, r.at)
	r.take(s, fx)
	if result.ID != "c1" || !result.Time.Equal(r.at.Wall) || (result.Outcome == record.Refused) != (result.Reason != "") {
		r.t.Errorf("result %+v", result)
	}
	return result
}

func (r *room) done(verb, point, arguments string) {
	r.t.Helper()
	if result := r.order(verb, point, arguments); result.Outcome != record.Done {
		r.t.Errorf("%s %s %s: %+v", verb, point, arguments, result)
	}
}

// entry is the data of the last step's only record of a type.
func entry[T any](r *room, typ string) (source string, data T) {
	r.t.Helper()
	found := 0
	for _, e := range r.fx.Entries {
		if e.Type == typ {
			found++
			source = e.Source
			if err := json.Unmarshal(e.Data, &data); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	if found != 1 {
		r.t.Fatalf("%d of %s in %s", found, typ, r.said())
	}
	return source, data
}

func (r *room) granted() record.AccessData {
	r.t.Helper()
	_, data := entry[record.AccessData](r, record.AccessGranted)
	r.toned(Granted)
	return data
}

func (r *room) denied(reason string) record.AccessData {
	r.t.Helper()
	_, data := entry[record.AccessData](r, record.AccessDenied)
	if data.Reason != reason {
		r.t.Fatalf("denied for %q, want %q", data.Reason, reason)
	}
	r.toned(Denied)
	return data
}

// toned checks that a reader was told something.
func (r *room) toned(tone Tone) {
	r.t.Helper()
	if !slices.ContainsFunc(r.fx.Signals, func(s Signal) bool { return s.Tone == tone }) {
		r.t.Errorf("signals %v, want %q among them", r.fx.Signals, tone)
	}
}

// nothing checks that the last step had no effects.
func (r *room) nothing() {
	r.t.Helper()
	if !reflect.DeepEqual(r.fx, Effects{}) {
		r.t.Errorf("said %s %+v, want nothing", r.said(), r.fx)
	}
}

func (r *room) wrote(types ...string) {
	r.t.Helper()
	var got []string
	for _, e := range r.fx.Entries {
		got = append(got, e.Type)
	}
	if !slices.Equal(got, types) {
		r.t.Errorf("wrote %s, want %v", r.said(), types)
	}
}

func (r *room) said() string {
	var all []string
	for _, e := range r.fx.Entries {
		all = append(all, e.Type+" "+e.Source+" "+string(e.Data))
	}
	return strings.Join(all, "\n")
}

func (r *room) unlocked(door string, want bool) {
	r.t.Helper()
	if r.strikes[door] != want {
		r.t.Errorf("strike of %s open: %t, want %t", door, r.strikes[door], want)
	}
}

func (r *room) is(point, rule string, want bool) {
	r.t.Helper()
	if r.active[point+" "+rule] != want {
		r.t.Errorf("%s at %s: %t, want %t", rule, point, !want, want)
	}
}

// inside checks who is where, as "person area".
func (r *room) inside(want ...string) {
	r.t.Helper()
	var got []string
	for _, v := range r.s.Inside {
		got = append(got, v.Person+" "+v.Area)
	}
	if !slices.Equal(got, want) {
		r.t.Errorf("inside are %q, want %q", got, want)
	}
}

func remarks(t testing.TB, data record.AccessData, want ...string) {
	t.Helper()
	if !slices.Equal(data.Remarks, want) {
		t.Errorf("remarks %q, want %q", data.Remarks, want)
	}
}

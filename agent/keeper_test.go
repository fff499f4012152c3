package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"stationkeeper/agent/access"
	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/contact"
)

// trail is a journal, a publisher, a lock and a reader's lamp that keep, in order, what they were told. The journal can
// be made to refuse.
type trail struct {
	mu      sync.Mutex
	words   []string
	refuses error
	seq     map[record.Stream]uint64
}

func newTrail() *trail { return &trail{seq: map[record.Stream]uint64{}} }

func (tr *trail) Append(_ context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.refuses != nil {
		return nil, tr.refuses
	}
	var records []record.Record
	var words []string
	for _, e := range entries {
		tr.seq[stream]++
		records = append(records, record.Record{Seq: tr.seq[stream], Type: e.Type, Source: e.Source, Time: e.Time, Data: e.Data})
		words = append(words, fmt.Sprintf("%s %s", e.Type, e.Data))
	}
	tr.words = append(tr.words, string(stream)+": "+strings.Join(words, ", "))
	return records, nil
}

func (tr *trail) say(format string, a ...any) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.words = append(tr.words, strings.TrimSpace(fmt.Sprintf(format, a...)))
}

func (tr *trail) SetState(_ string, s record.State) {
	tr.say("state: %v %s %s", s.Value, s.Quality, s.Reason)
}

func (tr *trail) Answer(r record.Result) { tr.say("answer: %s %s %s", r.ID, r.Outcome, r.Reason) }

func (tr *trail) Report(r record.Reported) {
	refused := ""
	if r.Refused != nil {
		refused = fmt.Sprintf("refused %d: %s", r.Refused.Version, r.Refused.Reason)
	}
	tr.say("in force: %d %s", r.Version, refused)
}

func (tr *trail) Set(open bool) { tr.say("strike: %v", open) }

func (tr *trail) Play(tone access.Tone) { tr.say("tone: %s", tone) }

// take returns what was kept, and forgets it.
func (tr *trail) take() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	words := tr.words
	tr.words = nil
	return words
}

// at once is a scribe that writes when it is told.
type atOnce struct{ *scribe }

func (a atOnce) put(n note) { a.write([]note{n}) }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// testing clock: what tests move.
type hands struct{ record.Moment }

func (h *hands) now() record.Moment { return h.Moment }

func (h *hands) pass(d time.Duration) { h.Wall, h.Mono = h.Wall.Add(d), h.Mono+d }

// newKeeper is a keeper of a room with a door, its lock and a reader, and a thermometer in an office.
func newKeeper(t *testing.T) (*keeper, *trail, *hands) {
	t.Helper()
	tr, clock := newTrail(), &hands{record.Moment{Wall: noon, Clock: record.Synced, Mono: time.Hour}}
	rules, err := alarm.New([]alarm.Rule{high})
	if err != nil {
		t.Fatal(err)
	}
	k := &keeper{
		moment: clock.now, scribe: atOnce{newScribe(tr, tr, t.TempDir(), quiet())}, rules: rules,
		doors: map[string]string{"room/door": "room"}, locks: map[string]lock{}, open: map[string]bool{}, tells: map[string]teller{},
		memory: memory{Faults: map[string]string{}, Commands: map[string]time.Time{}},
		states: map[string]record.State{}, fresh: map[string]freshness{}, opened: func(time.Duration) {},
	}
	return k, tr, clock
}

var testSite = access.Site{
	Doors:   []access.Door{{Point: "room/door", Area: "room", Contact: true, Strike: true}},
	Readers: []access.Reader{{Point: "room/reader", Door: "room/door", Direction: access.In}},
}

// guarded gives the keeper a lock and access rules by which one card opens.
func guarded(t *testing.T, k *keeper, tr *trail) {
	t.Helper()
	document := fmt.Sprintf(`{"cards":[{"hash":%q,"person":"p1","name":"王芳","doors":[{"door":"room/door"}]}]}`, demoKey.Card("0047110815"))
	policy, err := access.Parse(testSite, demoKey, []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	k.policy, k.locks["room/door"], k.tells["room/reader"] = policy, tr, tr
	k.handle(func(k *keeper) { k.resume() })
	tr.take()
}

func TestEventsAreWrittenDownBeforeTheyAreShown(t *testing.T) {
	k, tr, _ := newKeeper(t)
	for _, do := range []observation{
		func(k *keeper) { k.door("door", contact.Sighting{Initial: true, At: noon}) },
		func(k *keeper) { k.door("door", contact.Sighting{Active: true, At: noon}) },
		func(k *keeper) { k.presented(reader{point: "badge"}, badge.Sighting{Card: "0047110815", At: noon}) },
		func(k *keeper) { k.measured("office/temperature", climate.Temperature, 22.0625, noon) },
		func(k *keeper) { k.measured("office/temperature", climate.Temperature, 27, noon) },
	} {
		k.handle(do)
	}
	expectWords(t, tr.take(),
		`events: door.closed {"initial":true}`, `state: closed good`,
		`events: door.opened {}`, `state: open good`,
		`events: badge.presented {"card":"******0815"}`, `state: ******0815 good`,
		`telemetry: temperature.measured {"value":22.0625,"unit":"°C"}`, `state: 22.0625 good`,
		`telemetry: temperature.measured {"value":27,"unit":"°C"}`,
		`events: alarm.raised {"serial":1,"rule":"high","level":"major","value":27,"limit":26,"unit":"°C"}`, `state: 27 good`)
}

func TestFaultsAreOneEventAndTheirEndAnother(t *testing.T) {
	k, tr, _ := newKeeper(t)
	k.handle(func(k *keeper) { k.measured("office/temperature", climate.Temperature, 27, noon) })
	tr.take()
	for _, reason := range []string{"no answer", "no answer", "bad checksum"} {
		k.handle(func(k *keeper) { k.failed("office/temperature", reason, noon) })
	}
	k.handle(func(k *keeper) { k.measured("office/temperature", climate.Temperature, 20, noon) })
	k.handle(func(k *keeper) { k.door("door", contact.Sighting{Fault: errors.New("no such line"), At: noon}) })
	k.handle(func(k *keeper) { k.door("door", contact.Sighting{Active: true, Initial: true, At: noon}) })
	expectWords(t, tr.take(),
		`events: point.failed {"quality":"faulty","reason":"no answer"}`,
		`state: <nil> faulty no answer`,
		`state: <nil> faulty bad checksum`,
		`telemetry: temperature.measured {"value":20,"unit":"°C"}`,
		`events: point.recovered {"quality":"good"}, alarm.cleared {"serial":1,"rule":"high","level":"major","value":20,"limit":26,"unit":"°C"}`,
		`state: 20 good`,
		`events: point.failed {"quality":"faulty","reason":"no such line"}`,
		`state: <nil> faulty no such line`,
		`events: point.recovered {"quality":"good"}, door.opened {"initial":true}`,
		`state: open good`)
}

// A point that says nothing any more is stale, with its last value; the next reading ends that.
func TestSilenceIsStale(t *testing.T) {
	k, tr, clock := newKeeper(t)
	k.fresh["office/temperature"] = freshness{within: 30 * time.Second}
	k.handle(func(k *keeper) { k.measured("office/temperature", climate.Temperature, 20, noon) })
	if due, ok := k.due(); !ok || due != clock.Mono+30*time.Second {
		t.Errorf("asked for again at %s, %v", due, ok)
	}
	tr.take()
	clock.pass(29 * time.Second)
	k.handle((*keeper).tick)
	expectWords(t, tr.take())
	clock.pass(time.Second)
	k.handle((*keeper).tick)
	k.handle((*keeper).tick)
	k.handle(func(k *keeper) { k.measured("office/temperature", climate.Temperature, 21, noon) })
	expectWords(t, tr.take(),
		`events: point.failed {"quality":"stale","reason":"nothing for 30s"}`, `state: 20 stale nothing for 30s`,
		`telemetry: temperature.measured {"value":21,"unit":"°C"}`, `events: point.recovered {"quality":"good"}`, `state: 21 good`)
}

// The strike opens before anything is written down, and closes when its time is over.
func TestABadgeOpensTheDoor(t *testing.T) {
	k, tr, clock := newKeeper(t)
	guarded(t, k, tr)
	k.handle(func(k *keeper) {
		k.presented(reader{"room/reader", demoKey}, badge.Sighting{Card: "0047110815", At: noon})
	})
	words := tr.take()
	if len(words) < 3 || words[0] != "strike: true" || words[1] != "tone: granted" || !strings.HasPrefix(words[2], "events: access.granted") {
		t.Fatalf("got\n%s", strings.Join(words, "\n"))
	}
	if k.states["room/door/lock"].Value != "unlocked" {
		t.Errorf("the lock is shown as %v", k.states["room/door/lock"])
	}
	for range 100 {
		due, wanted := k.due()
		if !wanted {
			t.Fatal("nothing ends the grant")
		}
		clock.pass(max(time.Millisecond, due-clock.Mono))
		k.handle((*keeper).tick)
		if words := tr.take(); len(words) > 0 && words[0] == "strike: false" {
			if k.states["room/door/lock"].Value != "locked" {
				t.Errorf("the lock is shown as %v", k.states["room/door/lock"])
			}
			return
		}
	}
	t.Error("the strike stays open")
}

func TestAnInputRaisesTheAlarmOfItsKind(t *testing.T) {
	k, tr, _ := newKeeper(t)
	wet := input{point: "room/leak", kind: "leak", level: alarm.Critical}
	k.handle(func(k *keeper) { k.input(wet, contact.Sighting{Initial: true, At: noon}) })
	k.handle(func(k *keeper) { k.input(wet, contact.Sighting{Active: true, At: noon}) })
	k.handle(func(k *keeper) { k.input(wet, contact.Sighting{At: noon}) })
	words := strings.Join(tr.take(), "\n")
	for _, want := range []string{`input.rested {"kind":"leak","initial":true}`, `input.activated {"kind":"leak"}, alarm.raised {"serial":1,"rule":"leak","level":"critical"`,
		`input.rested {"kind":"leak"}, alarm.cleared {"serial":1`, "state: active good"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %s in\n%s", want, words)
		}
	}
}

func order(id, verb string, expires time.Duration) record.Command {
	return record.Command{ID: id, Verb: verb, Point: "room/door", By: "duty", Issued: noon.Add(-time.Minute), Expires: noon.Add(expires)}
}

func TestCommandsAreCarriedOutOnceAndInTime(t *testing.T) {
	k, tr, clock := newKeeper(t)
	guarded(t, k, tr)
	do := func(c record.Command) { k.handle(func(k *keeper) { k.order(c) }) }
	do(order("c1", "door.unlock", time.Minute))
	words := tr.take()
	if words[0] != "strike: true" || !strings.Contains(strings.Join(words, "\n"), "answer: c1 done") {
		t.Errorf("unlock: got\n%s", strings.Join(words, "\n"))
	}
	do(order("c1", "door.unlock", time.Minute))
	expectWords(t, tr.take())
	do(order("c2", "door.unlock", 0))
	words = tr.take()
	if len(words) != 2 || !strings.Contains(words[0], `command.refused {"id":"c2","verb":"door.unlock"`) || !strings.HasPrefix(words[1], "answer: c2 expired it expired 0s before it came") {
		t.Errorf("expired: got\n%s", strings.Join(words, "\n"))
	}
	do(order("c3", "door.paint", time.Minute))
	if words = tr.take(); !strings.HasPrefix(words[len(words)-1], "answer: c3 refused") {
		t.Errorf("unknown verb: got\n%s", strings.Join(words, "\n"))
	}
	clock.Clock = record.Unsynced
	do(order("c4", "door.unlock", time.Minute))
	if words = tr.take(); !strings.HasPrefix(words[len(words)-1], "answer: c4 refused the station's clock is not believed") {
		t.Errorf("unknown time: got\n%s", strings.Join(words, "\n"))
	}
	clock.Clock = record.Synced
	clock.pass(3 * time.Hour)
	do(order("c5", "maintenance.begin", 4*time.Hour))
	if words = tr.take(); !strings.HasPrefix(words[len(words)-1], "answer: c5 refused maintenance: until") {
		t.Errorf("maintenance of no length: got\n%s", strings.Join(words, "\n"))
	}
	if len(k.memory.Commands) != 1 {
		t.Errorf("still remembered: %v", k.memory.Commands)
	}
}

func TestMaintenanceByCommand(t *testing.T) {
	k, tr, _ := newKeeper(t)
	begin := order("c1", "maintenance.begin", time.Minute)
	begin.Point, begin.Arguments = "", []byte(`{"points":["office"],"minutes":60,"reason":"new fan"}`)
	k.handle(func(k *keeper) { k.order(begin) })
	k.handle(func(k *keeper) { k.measured("office/temperature", climate.Temperature, 40, noon) })
	words := strings.Join(tr.take(), "\n")
	if !strings.Contains(words, `maintenance.began {"points":["office"],"by":"duty"`) || strings.Contains(words, "alarm.raised") {
		t.Errorf("got\n%s", words)
	}
	end := order("c2", "maintenance.end", time.Minute)
	end.Point, end.Arguments = "", []byte(`{"points":["office"]}`)
	k.handle(func(k *keeper) { k.order(end) })
	if words := strings.Join(tr.take(), "\n"); !strings.Contains(words, "maintenance.ended") || !strings.Contains(words, "alarm.raised") {
		t.Errorf("got\n%s", words)
	}
	bad := order("c3", "maintenance.begin", time.Minute)
	bad.Arguments = []byte(`{"minutes":"long"}`)
	k.handle(func(k *keeper) { k.order(bad) })
	if words := tr.take(); !strings.HasPrefix(words[len(words)-1], "answer: c3 refused arguments:") {
		t.Errorf("got\n%s", strings.Join(words, "\n"))
	}
}

// A door, and an order of head office, are dealt with before readings that came earlier.
func TestPeopleAreServedFirst(t *testing.T) {
	k, tr, _ := newKeeper(t)
	in := newInbox()
	for i := range cap(in.readings) {
		in.readings <- func(k *keeper) { k.measured("office/temperature", climate.Temperature, float64(i), noon) }
	}
	in.people <- func(k *keeper) { k.door("door", contact.Sighting{Active: true, At: noon}) }
	close(in.people)
	close(in.readings)
	close(in.recorded)
	in.serve(k, nil, func() bool { return false }, func() {})
	words := tr.take()
	if words[0] != `events: door.opened {}` {
		t.Errorf("first was %q", words[0])
	}
	if last := words[len(words)-1]; last != "state: 63 good" {
		t.Errorf("last was %q", last)
	}
	in.order(func(*keeper) { t.Error("an order was carried out after the end") }) // and does not hang
}

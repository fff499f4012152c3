package store

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

func at(minutes int) time.Time { return started.Add(time.Duration(minutes) * time.Minute) }

func mustNode(t *testing.T, s *Store, key NodeKey) Node {
	t.Helper()
	station, _, err := s.Station(t.Context(), key.Station)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range station.Nodes {
		if n.ID == key.Node {
			return n
		}
	}
	t.Fatalf("no node %s among %+v", key.Node, station.Nodes)
	return Node{}
}

func TestPresence(t *testing.T) {
	unset := time.Date(1970, 1, 1, 0, 3, 0, 0, time.UTC)
	type heard struct {
		state       string
		since       time.Time
		received    time.Time
		wantOnline  bool
		wantSince   time.Time
		explanation string
	}
	for name, steps := range map[string][]heard{
		"comes and goes": {
			{record.Online, at(0), at(0), true, at(0), "online since it connected"},
			{record.Offline, at(30), at(30), false, at(30), "stopped, and said so itself"},
			{record.Online, at(40), at(40), true, at(40), "is back"},
		},
		"will": {
			{record.Online, at(0), at(0), true, at(0), "online"},
			{record.Offline, at(0), at(30), false, at(30), "the will carries when the connection began"},
			{record.Offline, at(0), at(90), false, at(30), "kept by the broker, and heard again"},
			{record.Online, at(95), at(95), true, at(95), "is back"},
			{record.Offline, at(93), at(99), false, at(99), "its time of connecting is a little earlier"},
		},
		"kept by the broker": {
			{record.Online, at(0), at(500), true, at(0), "online long before it was heard"},
			{record.Online, at(0), at(600), true, at(0), "heard again"},
			{record.Offline, at(550), at(700), false, at(550), "stopped while head office was away"},
		},
		"clock not set": {
			{record.Online, unset, at(10), true, at(10), "1970 is not believed"},
			{record.Online, unset, at(20), true, at(10), "heard again"},
			{record.Offline, unset, at(30), false, at(30), "will"},
			{record.Online, unset.Add(time.Hour), at(40), true, at(40), "another connection"},
			{record.Offline, at(10000), at(50), false, at(50), "the future is not believed either"},
		},
		"first heard when it is gone": {
			{record.Offline, at(0), at(30), false, at(0), "all that is known"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, t.TempDir())
			for i, step := range steps {
				if err := s.SetPresence(t.Context(), agent, record.Presence{State: step.state, Since: step.since}, step.received); err != nil {
					t.Fatal(err)
				}
				if got := mustNode(t, s, agent); got.Online != step.wantOnline || !got.Since.Equal(step.wantSince) {
					t.Errorf("step %d (%s): %+v, want online %v since %s", i, step.explanation, got, step.wantOnline, step.wantSince)
				}
			}
		})
	}
}

func TestAllOfflineUntilTheySayOtherwise(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	kiosk := NodeKey{"demo", "kiosk"}
	online := record.Presence{State: record.Online, Since: at(0)}
	gone := record.Presence{State: record.Offline, Since: at(5)}
	for key, p := range map[NodeKey]record.Presence{agent: online, kiosk: gone} {
		if err := s.SetPresence(t.Context(), key, p, at(6)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetAllOffline(t.Context(), at(60)); err != nil {
		t.Fatal(err)
	}
	if got := mustNode(t, s, agent); got.Online || !got.Since.Equal(at(60)) {
		t.Errorf("agent %+v, want offline since head office's start", got)
	}
	if got := mustNode(t, s, kiosk); got.Online || !got.Since.Equal(at(5)) {
		t.Errorf("kiosk %+v, want offline since it went", got)
	}
	if err := s.SetPresence(t.Context(), agent, online, at(61)); err != nil { // the broker had kept it
		t.Fatal(err)
	}
	if got := mustNode(t, s, agent); !got.Online || !got.Since.Equal(at(0)) {
		t.Errorf("agent %+v, want online as it was", got)
	}
}

func TestPointsHoldTheLatestState(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	if _, _, err := s.Station(t.Context(), "demo"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown station: %v, want ErrNotFound", err)
	}
	set := func(point string, value any, minute int) record.State {
		state := record.State{Value: value, Unit: "°C", Time: at(minute), Quality: record.Good}
		if err := s.SetState(t.Context(), agent, point, state, at(60)); err != nil {
			t.Fatal(err)
		}
		return state
	}
	set("b/text", "open", 0)
	number := set("a/number", 21.5, 9)
	none := set("c/none", nil, 0)
	truth := set("d/truth", true, 0)
	text := set("b/text", "closed", -5) // received later, though its clock says earlier
	_, points, err := s.Station(t.Context(), "demo")
	want := []Point{{"agent", "a/number", number}, {"agent", "b/text", text}, {"agent", "c/none", none}, {"agent", "d/truth", truth}}
	if err != nil || !reflect.DeepEqual(points, want) {
		t.Errorf("points %+v, %v, want %+v", points, err, want)
	}
	if err := s.Hear(t.Context(), []Heard{{From: agent, Point: "c/none"}, {From: agent, Point: "never/heard/of"}}); err != nil {
		t.Fatal(err)
	}
	if _, points, _ = s.Station(t.Context(), "demo"); len(points) != 3 {
		t.Errorf("after clearing one: %+v", points)
	}
}

func TestStationsAreInOrderWithTheirNodes(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for _, key := range []NodeKey{{"west", "kiosk"}, {"east", "agent"}, {"west", "agent"}} {
		mustPut(t, s, Delivery{From: key, Batch: events(epochA, door(1)).Batch})
	}
	stored := started.Add(time.Hour)
	got, err := s.Stations(t.Context())
	want := []Station{
		{"east", []Node{{ID: "agent", LastRecord: stored}}},
		{"west", []Node{{ID: "agent", LastRecord: stored}, {ID: "kiosk", LastRecord: stored}}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("stations %+v, %v, want %+v", got, err, want)
	}
}

func TestAsideIsBoundedAndCountsRepeats(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	set := func(topic string, payload []byte, minute int) {
		if err := s.SetAside(t.Context(), topic, "malformed", payload, at(minute)); err != nil {
			t.Fatal(err)
		}
	}
	set("a", []byte("x"), 0)
	set("a", []byte("x"), 1)
	set("b", make([]byte, MaxAsidePayload+5), 2)
	all, err := s.Asides(t.Context(), 10)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d kept, %v, want 2", len(all), err)
	}
	if want := (Aside{at(0), at(1), 2, "a", "malformed", 1, []byte("x")}); !reflect.DeepEqual(all[1], want) {
		t.Errorf("%+v, want %+v", all[1], want)
	}
	if all[0].Size != MaxAsidePayload+5 || len(all[0].Payload) != MaxAsidePayload {
		t.Errorf("%d of %d bytes kept, want %d", len(all[0].Payload), all[0].Size, MaxAsidePayload)
	}
	const large = 16
	for i := range large {
		set("c", append(make([]byte, MaxAsidePayload-1), byte(i)), 3)
	}
	got, err := s.AsideTotals(t.Context())
	if want := (AsideTotals{Kept: large, Bytes: MaxAsideBytes, Dropped: 2}); err != nil || got != want {
		t.Errorf("totals %+v, %v, want %+v", got, err, want)
	}
}

func TestSubscribersLearnWhatChanged(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	out, cancel := s.Subscribe()
	defer cancel()
	mustPut(t, s, events(epochA, doors(1, 2)...))
	if got, want := <-out, (Change{"demo", "agent", ProgressChanged}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	mustSettle(t, s) // now the views show them
	if got, want := <-out, (Change{"demo", "agent", RecordsChanged}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	mustPut(t, s, events(epochA, doors(1, 2)...)) // changes nothing
	mustSettle(t, s)
	if err := s.SetPresence(t.Context(), agent, record.Presence{State: record.Online, Since: at(0)}, at(0)); err != nil {
		t.Fatal(err)
	}
	if got, want := <-out, (Change{"demo", "agent", PresenceChanged}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	cancel()
	if _, open := <-out; open {
		t.Error("the channel is open after cancel")
	}
	late, _ := s.Subscribe()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, open := <-late; open {
		t.Error("the channel is open after Close")
	}
}

// Whatever a subscriber is told, and however late, every change is told by it or by a change of its whole station.
func TestLaggingSubscriberIsToldWholeStations(t *testing.T) {
	var c changes
	sub := &subscriber{wake: make(chan struct{}, 1), done: make(chan struct{}), known: map[Change]struct{}{}}
	c.add(sub)
	var all []Change
	for i := range pendingLimit + 50 {
		change := Change{string(rune('a' + i%5)), string(rune('A' + i)), RecordsChanged}
		all = append(all, change)
		c.announce(change, change)
	}
	told := map[Change]bool{}
	for {
		change, ok := sub.next()
		if !ok {
			break
		}
		if told[change] {
			t.Errorf("%+v told twice", change)
		}
		told[change] = true
	}
	if len(told) != 5 {
		t.Errorf("told %d changes, want the 5 stations", len(told))
	}
	for _, change := range all {
		if !told[change] && !told[Change{Station: change.Station, Kind: StationChanged}] {
			t.Fatalf("%+v was not told", change)
		}
	}
	c.announce(all[0])
	if got, _ := sub.next(); got != all[0] {
		t.Errorf("caught up, then told %+v, want %+v", got, all[0])
	}
}

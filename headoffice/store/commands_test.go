package store

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// mustCommand gives a command to a node, which is made known.
func mustCommand(t *testing.T, s *Store, id string, issued time.Time, within time.Duration) {
	t.Helper()
	if err := s.SetPresence(t.Context(), agent, record.Presence{State: record.Online, Since: issued}, issued); err != nil {
		t.Fatal(err)
	}
	c := record.Command{ID: id, Verb: "door.unlock", Point: "machine-room/door", By: "wang", Issued: issued, Expires: issued.Add(within)}
	if _, err := s.Command(t.Context(), agent, c); err != nil {
		t.Fatal(err)
	}
}

func mustOrder(t *testing.T, s *Store, id string) Order {
	t.Helper()
	o, err := s.Order(t.Context(), agent, id)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func mustLapse(t *testing.T, s *Store, now time.Time, want time.Duration) {
	t.Helper()
	if next, err := s.Lapse(t.Context(), now); err != nil || next != want {
		t.Errorf("at %s: next in %s, %v, want %s", now.Sub(started), next, err, want)
	}
}

// A command that was never sent ends when it expires; one that was sent, when no answer can be on its way any more. What
// the node says later stands instead, and what its journal says stands in the end.
func TestCommandsLapse(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustLapse(t, s, started, 0)
	mustCommand(t, s, "c1", started, time.Minute)
	mustCommand(t, s, "c2", started, time.Minute)
	if err := s.Sent(t.Context(), mustOrder(t, s, "c2"), started.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if o := mustOrder(t, s, "c2"); o.Sent != 1 || !o.LastSent.Equal(started.Add(time.Second)) {
		t.Errorf("got %+v", o)
	}
	mustLapse(t, s, started.Add(59*time.Second), time.Second)
	mustLapse(t, s, started.Add(60*time.Second), answerWithin)
	if o := mustOrder(t, s, "c1"); o.Outcome != record.Expired || o.Reason != NeverReached || !o.Decided.Equal(started.Add(time.Minute)) {
		t.Errorf("got %+v", o)
	}
	if o := mustOrder(t, s, "c2"); o.Outcome != "" {
		t.Errorf("got %+v", o)
	}
	mustLapse(t, s, started.Add(70*time.Second), 0)
	if o := mustOrder(t, s, "c2"); o.Outcome != record.Expired || o.Reason != NoAnswer {
		t.Errorf("got %+v", o)
	}
	other := NodeKey{Station: agent.Station, Node: "other"}
	for _, from := range []NodeKey{other, agent} { // the other has nothing to say about it
		result := record.Result{ID: "c2", Outcome: record.Failed, Reason: from.Node, Time: started.Add(50 * time.Second)}
		if err := s.Hear(t.Context(), []Heard{{From: from, Received: started, Result: &result}}); err != nil {
			t.Fatal(err)
		}
		if o := mustOrder(t, s, "c2"); (o.Outcome == record.Failed) != (from == agent) {
			t.Errorf("after %s: %+v", from.Node, o)
		}
	}
	mustPut(t, s, events(epochA, entry(1, record.CommandExecuted, "machine-room/door", record.CommandData{ID: "c2", Outcome: record.Done}),
		entry(2, record.CommandExecuted, "machine-room/door", record.CommandData{ID: "strange", Outcome: record.Done})))
	mustSettle(t, s)
	if o := mustOrder(t, s, "c2"); o.Outcome != record.Done || o.Reason != "" || !o.Decided.Equal(started.Add(time.Second)) {
		t.Errorf("got %+v", o)
	}
	all, err := s.Orders(t.Context(), "demo", "", 10)
	if err != nil || len(all) != 2 || all[0].ID != "c2" {
		t.Errorf("got %+v, %v", all, err)
	}
}

func TestCommandsThatAreNotKept(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustCommand(t, s, "c1", started, time.Minute)
	whole := record.Command{ID: "c2", Verb: "door.unlock", By: "wang", Issued: started, Expires: started.Add(time.Minute)}
	if _, err := s.Command(t.Context(), NodeKey{Station: "demo", Node: "nobody"}, whole); !errors.Is(err, ErrNotFound) {
		t.Errorf("for nobody: %v", err)
	}
	whole.Verb = "unlock"
	if _, err := s.Command(t.Context(), agent, whole); !errors.Is(err, ErrQuery) {
		t.Errorf("without a noun: %v", err)
	}
	whole.ID, whole.Verb = "c1", "door.unlock"
	if _, err := s.Command(t.Context(), agent, whole); err == nil {
		t.Error("two commands share an id")
	}
	if _, err := s.Order(t.Context(), agent, "c2"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestDesired(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	documents := func(text string) map[string]json.RawMessage {
		return map[string]json.RawMessage{"access": json.RawMessage(text)}
	}
	if _, err := s.Desire(t.Context(), agent, documents(`{}`), AnyVersion, "wang", started); !errors.Is(err, ErrNotFound) {
		t.Errorf("for a node never heard of: %v", err)
	}
	mustCommand(t, s, "c1", started, time.Minute) // makes it known
	for i, step := range []struct {
		text   string
		before int64
		want   error
	}{
		{`{"a":1}`, 0, nil}, {`{"a":"<2>"}`, 1, nil}, {`{"a":3}`, 1, ErrVersion}, {`[]`, AnyVersion, ErrQuery}, {`{"a":3}`, AnyVersion, nil},
		{`{"a":"` + strings.Repeat("x", 100) + `"}`, 2, ErrVersion},
	} {
		if _, err := s.Desire(t.Context(), agent, documents(step.text), step.before, "wang", started); !errors.Is(err, step.want) {
			t.Errorf("step %d: %v, want %v", i, err, step.want)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir)
	for version, want := range map[uint64]string{0: `{"a":3}`, 1: `{"a":1}`, 2: `{"a":"<2>"}`, 3: `{"a":3}`} {
		d, err := s.Desired(t.Context(), agent, version)
		if err != nil || string(d.Documents["access"]) != want || d.By != "wang" || !d.Issued.Equal(started) {
			t.Errorf("version %d: %+v, %v", version, d, err)
		}
	}
	if _, err := s.Desired(t.Context(), agent, 4); !errors.Is(err, ErrNotFound) {
		t.Errorf("version 4: %v", err)
	}
	all, err := s.DesiredVersions(t.Context(), agent, 3, 10)
	if err != nil || len(all) != 2 || all[0].Version != 2 {
		t.Errorf("before 3: %+v, %v", all, err)
	}
	heads, err := s.DesiredHeads(t.Context())
	if err != nil || len(heads) != 1 || heads[0] != (NodeVersion{agent, 3}) {
		t.Errorf("heads %+v, %v", heads, err)
	}
}

// What a node goes by is what it says, or what its journal has told since.
func TestConfiguration(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustCommand(t, s, "c1", started, time.Minute)
	check := func(step string, version, refused uint64, waiting bool) {
		t.Helper()
		c, err := s.Configuration(t.Context(), agent)
		if err != nil {
			t.Fatal(err)
		}
		var got, gotRefused uint64
		if c.Reported != nil {
			got = c.Reported.Version
		}
		if r := c.Refused(); r != nil {
			gotRefused = r.Version
		}
		if got != version || gotRefused != refused || c.Waiting() != waiting {
			t.Errorf("%s: goes by %d, refused %d, waiting %t; want %d, %d, %t", step, got, gotRefused, c.Waiting(), version, refused, waiting)
		}
	}
	desire := func() {
		t.Helper()
		if _, err := s.Desire(t.Context(), agent, nil, AnyVersion, "wang", started); err != nil {
			t.Fatal(err)
		}
	}
	hear := func(r record.Reported, received time.Duration) {
		t.Helper()
		if err := s.Hear(t.Context(), []Heard{{From: agent, Received: started.Add(received), Reported: &r}}); err != nil {
			t.Fatal(err)
		}
	}
	tell := func(seq uint64, typ string, version uint64, received time.Duration) {
		t.Helper()
		r := entry(seq, typ, "config", record.ConfigData{Version: version, Reason: "no"})
		if _, err := s.Put(t.Context(), []Delivery{events(epochA, r)}, started.Add(received)); err != nil {
			t.Fatal(err)
		}
		mustSettle(t, s)
	}
	check("nothing wanted", 0, 0, false)
	desire()
	check("wanted", 0, 0, true)
	hear(record.Reported{Version: 1, Since: started}, time.Minute)
	check("in force", 1, 0, false)
	desire()
	check("wanted more", 1, 0, true)
	tell(1, record.ConfigRefused, 2, 2*time.Minute)
	check("refused by the journal", 1, 2, false)
	desire()
	check("wanted otherwise", 1, 0, true)
	hear(record.Reported{Version: 3, Since: started}, 3*time.Minute)
	check("in force again", 3, 0, false)
	tell(2, record.ConfigApplied, 2, 4*time.Minute)
	check("an old version, late", 3, 0, false)
	desire()
	tell(3, record.ConfigApplied, 4, 5*time.Minute)
	check("in force by the journal", 4, 0, false)
	hear(record.Reported{Since: started}, 6*time.Minute)
	check("the node has forgotten it", 0, 0, true)
	if _, err := s.Configuration(t.Context(), NodeKey{Station: "demo", Node: "nobody"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
}

// A head office that has lost its database gives new documents a version that its stations take for new.
func TestVersionsGoOnFromWhatNodesGoBy(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	mustCommand(t, s, "c1", started, time.Minute)
	for _, step := range []struct {
		reported, want uint64
	}{{7, 8}, {7, 9}, {1 << 60, 10}, {0, 11}} {
		heard := []Heard{{From: agent, Received: started, Reported: &record.Reported{Version: step.reported, Since: started}}}
		if err := s.Hear(t.Context(), heard); err != nil {
			t.Fatal(err)
		}
		d, err := s.Desire(t.Context(), agent, map[string]json.RawMessage{}, AnyVersion, "wang", started)
		if err != nil || d.Version != step.want {
			t.Errorf("a node that goes by %d: version %d, %v; want %d", step.reported, d.Version, err, step.want)
		}
	}
}

package ingest

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// below subscribes to what head office asks of a node.
func (c *client) below(key store.NodeKey) (documents chan record.Desired, commands chan record.Command) {
	c.t.Helper()
	documents, commands = make(chan record.Desired, 100), make(chan record.Command, 100)
	c.wait(c.Subscribe(record.NodeFilter(record.KindDesired, key.Station, key.Node), 1, func(_ mqtt.Client, m mqtt.Message) {
		d, err := record.DecodeDesired(m.Payload())
		if err != nil {
			c.t.Error(err)
		}
		documents <- d
	}))
	c.wait(c.Subscribe(record.NodeFilter(record.KindCommand, key.Station, key.Node), 1, func(_ mqtt.Client, m mqtt.Message) {
		order, err := record.DecodeCommand(m.Payload())
		if err != nil {
			c.t.Error(err)
		}
		if m.Retained() {
			c.t.Error("a command is retained")
		}
		commands <- order
	}))
	return documents, commands
}

// presence says that a node is there, or is not, since then.
func (c *client) presence(key store.NodeKey, state string, since time.Time) {
	c.t.Helper()
	topic := record.Topic{Station: key.Station, Node: key.Node, Kind: record.KindOnline}
	c.send(topic.String(), true, record.Presence{State: state, Since: since}.Encode())
}

func next[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case one := <-from:
		return one
	case <-time.After(hang):
		t.Fatalf("no %s", what)
	}
	panic("unreachable")
}

func mustDesire(t *testing.T, s *store.Store, key store.NodeKey, document string) uint64 {
	t.Helper()
	d, err := s.Desire(t.Context(), key, map[string]json.RawMessage{"access": json.RawMessage(document)}, store.AnyVersion, "wang", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return d.Version
}

func mustCommand(t *testing.T, s *store.Store, key store.NodeKey, id string, within time.Duration) {
	t.Helper()
	now := time.Now()
	_, err := s.Command(t.Context(), key, record.Command{ID: id, Verb: "door.unlock", Point: "machine-room/door",
		Arguments: json.RawMessage(`{"seconds":5}`), By: "wang", Issued: now, Expires: now.Add(within)})
	if err != nil {
		t.Fatal(err)
	}
}

func mustOrder(t *testing.T, s *store.Store, id string) store.Order {
	t.Helper()
	o, err := s.Order(t.Context(), agent, id)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// known makes the store know a node.
func known(t *testing.T, s *store.Store, key store.NodeKey) {
	t.Helper()
	if err := s.SetPresence(t.Context(), key, record.Presence{State: record.Offline, Since: began}, began); err != nil {
		t.Fatal(err)
	}
}

func TestDocumentsAreThereWheneverANodeComes(t *testing.T) {
	for kind, start := range brokers(t) {
		t.Run(kind, func(t *testing.T) { testDocuments(t, start) })
	}
}

func testDocuments(t *testing.T, startBroker func(*testing.T, string) running) {
	s := mustStore(t, t.TempDir())
	known(t, s, agent)
	mustDesire(t, s, agent, `{"version":"before"}`)
	b := startBroker(t, "")
	start(t, s, b, nil)
	documents, _ := join(t, b.url, nil).below(agent)
	if d := next(t, documents, "documents"); d.Version != 1 || d.By != "wang" {
		t.Errorf("got %+v", d)
	}
	mustDesire(t, s, agent, `{"version":"after"}`)
	if d := next(t, documents, "changed documents"); d.Version != 2 || string(d.Documents["access"]) != `{"version":"after"}` {
		t.Errorf("got %+v", d)
	}
	if b.dial != nil {
		return // within the process the broker ends with head office
	}
	where, err := url.Parse(b.url)
	if err != nil {
		t.Fatal(err)
	}
	b.stop()
	b = startBroker(t, where.Host) // which has forgotten everything
	documents, _ = join(t, b.url, nil).below(agent)
	if d := next(t, documents, "documents of a broker that started again"); d.Version != 2 {
		t.Errorf("got %+v", d)
	}
}

// More nodes than fit on the way to the broker at once.
func TestDocumentsOfManyNodes(t *testing.T) {
	s, b := mustStore(t, t.TempDir()), startEmbedded(t, "")
	var keys []store.NodeKey
	for n := range 3*documentWindow + 1 {
		key := store.NodeKey{Station: "demo", Node: "agent-" + string(rune('a'+n/26)) + string(rune('a'+n%26))}
		known(t, s, key)
		mustDesire(t, s, key, `{}`)
		keys = append(keys, key)
	}
	start(t, s, b, nil)
	for _, key := range keys {
		documents, _ := join(t, b.url, nil).below(key)
		if d := next(t, documents, "documents for "+key.Node); d.Version != 1 {
			t.Errorf("%s: got %+v", key.Node, d)
		}
	}
}

func TestCommandsAreSentUntilAnswered(t *testing.T) {
	for kind, startBroker := range brokers(t) {
		t.Run(kind, func(t *testing.T) {
			s, b := mustStore(t, t.TempDir()), startBroker(t, "")
			start(t, s, b, nil)
			known(t, s, agent)
			mustCommand(t, s, agent, "c1", time.Hour)
			node := join(t, b.url, nil)
			_, commands := node.below(agent)
			node.presence(agent, record.Online, time.Now())
			if c := next(t, commands, "command of a node that has come"); c.ID != "c1" || c.By != "wang" || string(c.Arguments) != `{"seconds":5}` {
				t.Errorf("got %+v", c)
			}
			until(t, "the command is known to be sent", func() bool { return mustOrder(t, s, "c1").Sent == 1 })
			node.presence(agent, record.Offline, time.Now())
			until(t, "the node is known to be gone", func() bool { return !mustOrder(t, s, "c1").Online })
			node.presence(agent, record.Online, time.Now())
			if c := next(t, commands, "command of a node that has come back"); c.ID != "c1" {
				t.Errorf("got %+v", c)
			}
			answer := record.Result{ID: "c1", Outcome: record.Refused, Reason: "no such door", Time: time.Now()}
			topic := record.Topic{Station: agent.Station, Node: agent.Node, Kind: record.KindResult, ID: "c1"}
			node.send(topic.String(), false, answer.Encode())
			until(t, "the answer is known", func() bool { return mustOrder(t, s, "c1").Outcome != "" })
			if o := mustOrder(t, s, "c1"); o.Outcome != record.Refused || o.Reason != "no such door" || !o.Decided.Equal(record.Stamp(answer.Time)) {
				t.Errorf("got %+v", o)
			}
			mustCommand(t, s, agent, "c2", time.Hour)
			if c := next(t, commands, "command of a node that is there"); c.ID != "c2" {
				t.Errorf("got %+v: what was answered is not sent again", c)
			}
		})
	}
}

func TestWhatTheJournalSaysOfACommandStands(t *testing.T) {
	s, b := mustStore(t, t.TempDir()), startEmbedded(t, "")
	start(t, s, b, nil)
	node := join(t, b.url, nil)
	node.presence(agent, record.Online, time.Now())
	until(t, "the node is known", func() bool { _, err := s.Configuration(t.Context(), agent); return err == nil })
	mustCommand(t, s, agent, "c1", time.Hour)
	data, err := json.Marshal(record.CommandData{ID: "c1", Verb: "door.unlock", By: "wang", Issued: began, Expires: began, Outcome: record.Done})
	if err != nil {
		t.Fatal(err)
	}
	r := door(1)
	r.Type, r.Data = record.CommandExecuted, data
	node.up(agent, record.Batch{Epoch: epochA, Stream: record.Events, Records: []record.Record{r}})
	until(t, "the journal is heard", func() bool { return mustOrder(t, s, "c1").Outcome == record.Done })
	topic := record.Topic{Station: agent.Station, Node: agent.Node, Kind: record.KindResult, ID: "c1"}
	node.send(topic.String(), false, record.Result{ID: "c1", Outcome: record.Failed, Time: began}.Encode())
	node.presence(agent, record.Offline, time.Now())
	until(t, "what was sent later is heard", func() bool { return !mustOrder(t, s, "c1").Online })
	if o := mustOrder(t, s, "c1"); o.Outcome != record.Done {
		t.Errorf("got %+v", o)
	}
}

// A command that could not be sent ends by itself, also without any broker.
func TestCommandsExpireWithoutABroker(t *testing.T) {
	s := mustStore(t, t.TempDir())
	known(t, s, agent)
	mustCommand(t, s, agent, "c1", 50*time.Millisecond)
	i, err := New(Options{Store: s, Dial: noBroker, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := contextOf(t)
	done := make(chan error, 1)
	go func() { done <- i.Run(ctx) }()
	until(t, "the command has expired", func() bool { return mustOrder(t, s, "c1").Outcome != "" })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if o := mustOrder(t, s, "c1"); o.Outcome != record.Expired || o.Reason != store.NeverReached || o.Sent != 0 {
		t.Errorf("got %+v", o)
	}
}

func TestWhatANodeGoesByIsHeard(t *testing.T) {
	s, b := mustStore(t, t.TempDir()), startEmbedded(t, "")
	i, _ := start(t, s, b, nil)
	node := join(t, b.url, nil)
	said := record.Reported{Version: 3, Since: began, Refused: &record.Refusal{Version: 4, Reason: "cards[0]: no hash", Time: began}}
	topic := record.Topic{Station: agent.Station, Node: agent.Node, Kind: record.KindReported}
	node.send(topic.String(), true, said.Encode())
	until(t, "it is stored", func() bool {
		c, err := s.Configuration(t.Context(), agent)
		return err == nil && c.Reported != nil && c.Reported.Version == 3 && c.Reported.Refused.Version == 4
	})
	foreign := record.Topic{Station: agent.Station, Node: agent.Node, Kind: record.KindResult, ID: "c1"}
	node.send(foreign.String(), false, record.Result{ID: "c2", Outcome: record.Done, Time: began}.Encode())
	wrong := foreign
	wrong.ID = "c3" // of messages of one topic, the latest may be the only one that is looked at
	node.send(wrong.String(), false, []byte(`{"id":"c3","outcome":"perhaps"}`))
	node.send(topic.String(), true, nil) // deleted at the broker: what is known stays
	until(t, "what is wrong is refused", func() bool {
		refused := i.Stats().Refused
		return refused[RefusedForeign] == 1 && refused[RefusedMalformed] == 1
	})
	if c, err := s.Configuration(t.Context(), agent); err != nil || c.Reported == nil {
		t.Errorf("got %+v, %v", c, err)
	}
}

// A command is sent again the later, the longer no answer comes; at once to a node that has come back.
func TestWhenACommandIsSentAgain(t *testing.T) {
	o := store.Order{Since: began}
	a := attempt{}
	for n, want := range []time.Duration{0, 5, 10, 20, 40, 60, 60} {
		if got := a.wait(o, began); got != want*time.Second {
			t.Errorf("attempt %d: %s, want %ds", n, got, want)
		}
		a = a.again(o, began)
	}
	if got := a.wait(o, began.Add(59*time.Second)); got != time.Second {
		t.Errorf("got %s, want 1s", got)
	}
	o.Since = began.Add(time.Second)
	if got := a.wait(o, began); got != 0 {
		t.Errorf("to a node that has come back: %s", got)
	}
	if a = a.again(o, began); a.times != 1 {
		t.Errorf("%d times", a.times)
	}
}

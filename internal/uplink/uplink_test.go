package uplink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"go.uber.org/goleak"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hang bounds waits that only a broken program makes long.
const hang = 3 * time.Minute

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// startBroker runs an MQTT broker without memory at addr ("127.0.0.1:0" for any port) and returns where it is. It allows
// everything unless there is a hook that decides.
func startBroker(t *testing.T, addr string, hooks ...mochi.Hook) (where string, stop func()) {
	t.Helper()
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	server := mochi.New(&mochi.Options{Logger: quiet()})
	if len(hooks) == 0 {
		hooks = append(hooks, new(auth.AllowHook))
	}
	for _, hook := range hooks {
		if err := server.AddHook(hook, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(
		server.AddListener(listeners.NewNet("t", listener)),
		server.Serve(),
	); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	stop = func() { once.Do(func() { server.Close() }) }
	t.Cleanup(stop)
	return listener.Addr().String(), stop
}

// office is a head office reduced to the contract: it keeps what arrives and acknowledges what is complete.
type office struct {
	t      *testing.T
	client mqtt.Client

	mu       sync.Mutex
	records  map[record.Stream]map[uint64]record.Record
	through  map[record.Stream]uint64
	batches  int // up/ messages received, kept or not
	messages map[string]string
	changed  chan struct{}
	deaf     bool // keeps nothing
}

func startOffice(t *testing.T, broker string) *office {
	o := &office{
		t:        t,
		records:  map[record.Stream]map[uint64]record.Record{record.Events: {}, record.Telemetry: {}},
		through:  map[record.Stream]uint64{},
		messages: map[string]string{},
		changed:  make(chan struct{}),
	}
	o.connect(broker)
	return o
}

// connect subscribes at a broker and says, as head office does, what it already has.
func (o *office) connect(broker string) {
	o.client = mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + broker).SetClientID("office").SetAutoReconnect(false))
	o.done(o.client.Connect())
	o.done(o.client.Subscribe("station/v1/#", 1, o.receive))
	client := o.client
	o.t.Cleanup(func() { client.Disconnect(0) })
}

func (o *office) done(token mqtt.Token) {
	o.t.Helper()
	if !token.WaitTimeout(hang) || token.Error() != nil {
		o.t.Fatalf("office: %v", token.Error())
	}
}

func (o *office) receive(client mqtt.Client, m mqtt.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	topic, err := record.ParseTopic(m.Topic())
	if err != nil {
		o.t.Errorf("office: %v", err)
		return
	}
	o.messages[m.Topic()] = string(m.Payload())
	defer func() { close(o.changed); o.changed = make(chan struct{}) }()
	if topic.Kind != record.KindUp {
		return
	}
	o.batches++
	if o.deaf {
		return
	}
	batch, err := record.DecodeBatch(m.Payload())
	if err != nil {
		o.t.Errorf("office: %v", err)
		return
	}
	kept := o.records[batch.Stream]
	for _, r := range batch.Records {
		if before, ok := kept[r.Seq]; ok && !before.Equal(r) {
			o.t.Errorf("office: %s %d arrived with different content", batch.Stream, r.Seq)
		}
		kept[r.Seq] = r
	}
	for {
		if _, ok := kept[o.through[batch.Stream]+1]; !ok {
			break
		}
		o.through[batch.Stream]++
	}
	topic.Kind = record.KindAck
	client.Publish(topic.String(), 1, true, record.Ack{Epoch: batch.Epoch, Stream: batch.Stream, Through: o.through[batch.Stream]}.Encode())
}

// until waits until condition, called with the office locked, holds.
func (o *office) until(what string, condition func() bool) {
	o.t.Helper()
	deadline := time.After(hang)
	for {
		o.mu.Lock()
		ok, changed := condition(), o.changed
		o.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			o.t.Fatalf("never: %s", what)
		}
	}
}

func (o *office) has(s record.Stream, through uint64) {
	o.t.Helper()
	o.until(fmt.Sprintf("%s through %d", s, through), func() bool { return o.through[s] == through })
}

type node struct {
	*Uplink
	journal *journal.Journal
	stop    func()
}

func startNode(t *testing.T, broker string) *node {
	t.Helper()
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.TempDir(), journal.Options{
		Clock: system, MaxBytes: 64 << 20, Retain: time.Hour, TelemetryDelay: 50 * time.Millisecond, Log: quiet(),
	})
	if err != nil {
		t.Fatal(err)
	}
	u, err := New(Options{
		Station: "demo", Node: "agent", Broker: endpoint.Broker{URL: "tcp://" + broker}, Journal: j, Log: quiet(),
		AckTimeout: 200 * time.Millisecond, RetryMin: 5 * time.Millisecond, RetryMax: 50 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- u.Run(ctx) }()
	var once sync.Once
	stop := func() {
		once.Do(func() {
			cancel()
			if err := errors.Join(<-ended, j.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return &node{u, j, stop}
}

func (n *node) write(t *testing.T, s record.Stream, count int) {
	t.Helper()
	entries := make([]record.Entry, count)
	for i := range entries {
		entries[i] = record.NewEntry("door.opened", "machine-room/door", time.Time{}, map[string]int{"n": i})
	}
	if _, err := n.journal.Append(context.Background(), s, entries...); err != nil {
		t.Fatal(err)
	}
}

// settle waits until the journal knows that head office has everything up to through.
func (n *node) settle(t *testing.T, s record.Stream, through uint64) {
	t.Helper()
	deadline := time.After(hang)
	for {
		changed := n.journal.Changed()
		if n.journal.Position(s).Through == through {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("never: %s acknowledged through %d, got %d", s, through, n.journal.Position(s).Through)
		}
	}
}

func TestRecordsArriveCompleteAndAreAcknowledged(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	n := startNode(t, broker)
	n.write(t, record.Telemetry, 2500)
	n.write(t, record.Events, 350)
	o.has(record.Events, 350)
	o.has(record.Telemetry, 2500)
	n.settle(t, record.Events, 350)
	n.settle(t, record.Telemetry, 2500)
}

func TestOnlineStatesAndOffline(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	n := startNode(t, broker)
	n.SetState("machine-room/door", record.State{Value: "open", Time: time.Now(), Quality: record.Good})
	n.SetState("machine-room/door", record.State{Value: "closed", Time: time.Now(), Quality: record.Good})
	n.SetState("bad point", record.State{Quality: record.Good})
	o := startOffice(t, broker)
	online, door := "station/v1/demo/agent/online", "station/v1/demo/agent/state/machine-room/door"
	o.until("online", func() bool {
		p, err := record.DecodePresence([]byte(o.messages[online]))
		return err == nil && p.State == record.Online
	})
	o.until("door closed", func() bool {
		s, err := record.DecodeState([]byte(o.messages[door]))
		return err == nil && s.Value == "closed"
	})
	n.stop()
	o.until("offline", func() bool {
		p, err := record.DecodePresence([]byte(o.messages[online]))
		return err == nil && p.State == record.Offline
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.messages) != 2 {
		t.Errorf("topics %v, want two", o.messages)
	}
}

// TestHeadOfficeWithAnOlderDatabase lets head office forget everything it has acknowledged. The next record makes it say
// so, and the node sends again what it still has.
func TestHeadOfficeWithAnOlderDatabase(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	n := startNode(t, broker)
	n.write(t, record.Events, 5000)
	n.settle(t, record.Events, 5000)
	o.mu.Lock()
	clear(o.records[record.Events])
	clear(o.through)
	o.mu.Unlock()
	n.write(t, record.Events, 1)
	o.has(record.Events, 5000+1)
}

// TestWillOfAnOldConnection publishes what a broker does when it notices late that an earlier connection is dead.
func TestWillOfAnOldConnection(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	n := startNode(t, broker)
	topic := record.Topic{Station: "demo", Node: "agent", Kind: record.KindOnline}.String()
	online := func() bool {
		p, err := record.DecodePresence([]byte(o.messages[topic]))
		return err == nil && p.State == record.Online
	}
	n.write(t, record.Events, 1)
	n.settle(t, record.Events, 1)
	o.until("online", online)
	o.mu.Lock()
	delete(o.messages, topic)
	o.mu.Unlock()
	will := record.Presence{State: record.Offline, Since: time.Now().Add(-time.Hour)}
	o.done(o.client.Publish(topic, 1, true, will.Encode()))
	o.until("online again", online)
}

func TestBrokerRestartedEmpty(t *testing.T) {
	broker, stop := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	n := startNode(t, broker)
	n.SetState("machine-room/door", record.State{Value: "closed", Time: time.Now(), Quality: record.Good})
	n.write(t, record.Events, 150)
	n.settle(t, record.Events, 150)
	stop()
	n.write(t, record.Events, 450)
	o.mu.Lock()
	o.messages = map[string]string{}
	o.mu.Unlock()
	startBroker(t, broker)
	o.connect(broker)
	o.has(record.Events, 600)
	n.settle(t, record.Events, 600)
	o.until("state said again", func() bool { return o.messages["station/v1/demo/agent/state/machine-room/door"] != "" })
}

func TestOnlyHeadOfficesOwnAcknowledgementCounts(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	o.mu.Lock()
	o.deaf = true
	o.mu.Unlock()
	n := startNode(t, broker)
	n.write(t, record.Events, 5000)
	o.until("the same batches sent again", func() bool { return n.Stats().Resent > 0 })
	if got := n.journal.Position(record.Events).Through; got != 0 {
		t.Errorf("through %d although head office kept nothing", got)
	}
	o.mu.Lock()
	o.deaf = false
	o.mu.Unlock()
	o.has(record.Events, 5000)
	n.settle(t, record.Events, 5000)
}

func TestForeignAcknowledgementsChangeNothing(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	n := startNode(t, broker)
	topic := record.Topic{Station: "demo", Node: "agent", Kind: record.KindAck, Stream: record.Events}.String()
	for _, payload := range []string{
		`{`, `{"epoch":"x","stream":"events","through":5}`,
		`{"epoch":"6f0e3d5c-0000-4000-8000-000000000000","stream":"events","through":5}`,
		string(record.Ack{Epoch: n.journal.Epoch(), Stream: record.Telemetry, Through: 5}.Encode()),
	} {
		o.done(o.client.Publish(topic, 1, false, payload))
	}
	n.write(t, record.Events, 3)
	n.settle(t, record.Events, 3)
	o.has(record.Events, 3)
}

func TestOptionsAreChecked(t *testing.T) {
	good := Options{Station: "demo", Node: "agent", Broker: endpoint.Broker{URL: "tcp://127.0.0.1:1"}, Journal: new(journal.Journal), Log: quiet()}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Options){
		"station": func(o *Options) { o.Station = "a/b" },
		"node":    func(o *Options) { o.Node = "" },
		"broker":  func(o *Options) { o.Broker.URL = "" },
		"scheme":  func(o *Options) { o.Broker.URL = "ws://127.0.0.1:1" },
		"journal": func(o *Options) { o.Journal = nil },
		"log":     func(o *Options) { o.Log = nil },
		"retry":   func(o *Options) { o.RetryMin, o.RetryMax = time.Minute, time.Second },
		"drain":   func(o *Options) { o.DrainRate = -1 },
	} {
		bad := good
		spoil(&bad)
		if _, err := New(bad); err == nil {
			t.Errorf("%s: bad options were accepted", name)
		}
	}
}

func TestBackoff(t *testing.T) {
	b := backoff{least: 500 * time.Millisecond, most: 30 * time.Second}
	for i, want := range []time.Duration{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
		if got := b.next(0); got != want*time.Millisecond {
			t.Errorf("step %d: %s, want %s", i, got, want*time.Millisecond)
		}
	}
	b.reset()
	if got := b.next(0.999); got < 250*time.Millisecond || got > 251*time.Millisecond {
		t.Errorf("after reset with the most jitter: %s, want half", got)
	}
}

// TestSilentConnectionIsGivenUp has a broker that takes everything and passes no acknowledgement on, as one does that
// waits for receipts that were lost. On a new connection head office is heard: its latest word is retained.
func TestSilentConnectionIsGivenUp(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	j := openJournal(t, t.TempDir())
	u, _ := run(t, broker, j, func(o *Options) { o.AckTimeout = 10 * time.Millisecond })
	write(t, j, record.Events, 10, "")
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(hang); u.Stats().Connections < 2; {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the first connection still stands")
		}
	}
}

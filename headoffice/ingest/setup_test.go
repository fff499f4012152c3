package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/google/uuid"

	"stationkeeper/headoffice/broker"
	"stationkeeper/headoffice/store"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/record"
)

// hang ends a test in which something that has to happen does not.
const hang = 3 * time.Minute

var (
	agent = store.NodeKey{Station: "demo", Node: "agent"}
	began = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
)

const (
	epochA = "aaaaaaaa-0000-4000-8000-000000000001"
	epochB = "bbbbbbbb-0000-4000-8000-000000000002"
)

// running is a broker of either kind.
type running struct {
	url  string // as paho takes it
	dial func() (net.Conn, error)
	stop func()
}

// brokers are the kinds there are: each starts one at an address of this machine, "" for any.
func brokers(t *testing.T) map[string]func(t *testing.T, addr string) running {
	kinds := map[string]func(*testing.T, string) running{"embedded": startEmbedded}
	if _, err := os.Stat(mosquitto); err == nil {
		kinds["mosquitto"] = startMosquitto
	} else {
		t.Logf("not tested with mosquitto: %v", err)
	}
	return kinds
}

func startEmbedded(t *testing.T, addr string) running {
	t.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	b, err := broker.Start(slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Serve(listener); err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return running{"tcp://" + listener.Addr().String(), b.Dial, stop}
}

// mosquitto is where Debian puts it.
const mosquitto = "/usr/sbin/mosquitto"

func startMosquitto(t *testing.T, addr string) running {
	t.Helper()
	if addr == "" {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr = listener.Addr().String()
		listener.Close()
	}
	host, port, _ := net.SplitHostPort(addr)
	file := filepath.Join(t.TempDir(), "mosquitto.conf")
	text := fmt.Sprintf("listener %s %s\nallow_anonymous true\npersistence false\n", port, host)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(mosquitto, "-c", file)
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	t.Cleanup(stop)
	until(t, "mosquitto listens at "+addr, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return running{"tcp://" + addr, nil, stop}
}

// until asks again and again, for what no signal is sent.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(hang)
	for tick := time.NewTicker(5 * time.Millisecond); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func mustStore(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// start runs an ingest until the test ends, or stop is called.
func start(t *testing.T, s Store, b running, log *slog.Logger) (i *Ingest, stop func()) {
	t.Helper()
	if log == nil {
		log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	return startWith(t, Options{Store: s, Dial: b.dial, Broker: endpoint.Broker{URL: b.url}, Log: log})
}

func startWith(t *testing.T, o Options) (i *Ingest, stop func()) {
	t.Helper()
	i, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- i.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	select {
	case <-i.Ready():
	case <-time.After(hang):
		t.Fatal("head office does not connect")
	}
	return i, stop
}

// client is a node, or a stranger, spoken for by the test.
type client struct {
	mqtt.Client
	t    *testing.T
	acks chan record.Ack
}

func join(t *testing.T, url string, will *mqtt.ClientOptions) *client {
	t.Helper()
	o := will
	if o == nil {
		o = mqtt.NewClientOptions()
	}
	o.AddBroker(url).SetClientID("test-" + uuid.NewString()).SetAutoReconnect(false)
	c := &client{mqtt.NewClient(o), t, make(chan record.Ack, 1000)}
	c.wait(c.Connect())
	t.Cleanup(func() { c.Disconnect(0) })
	return c
}

func (c *client) wait(token mqtt.Token) {
	c.t.Helper()
	if !token.WaitTimeout(hang) || token.Error() != nil {
		c.t.Fatalf("no answer from the broker: %v", token.Error())
	}
}

func (c *client) send(topic string, retained bool, payload []byte) {
	c.t.Helper()
	c.wait(c.Publish(topic, 1, retained, payload))
}

func upTopic(key store.NodeKey, stream record.Stream) string {
	return record.Topic{Station: key.Station, Node: key.Node, Kind: record.KindUp, Stream: stream}.String()
}

func (c *client) up(key store.NodeKey, b record.Batch) {
	c.t.Helper()
	payload, err := record.EncodeBatch(b)
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(upTopic(key, b.Stream), false, payload)
}

// listen subscribes to the acknowledgements of a node.
func (c *client) listen(key store.NodeKey) {
	c.t.Helper()
	c.wait(c.Subscribe(record.NodeFilter(record.KindAck, key.Station, key.Node), 1, func(_ mqtt.Client, m mqtt.Message) {
		ack, err := record.DecodeAck(m.Payload())
		if err != nil {
			c.t.Error(err)
		}
		c.acks <- ack
	}))
}

// acked waits for an acknowledgement of an epoch through a seq.
func (c *client) acked(epoch string, through uint64) {
	c.t.Helper()
	timeout := time.After(hang)
	for {
		select {
		case ack := <-c.acks:
			if ack.Epoch == epoch && ack.Through == through {
				return
			}
		case <-timeout:
			c.t.Fatalf("no acknowledgement of %s through %d", epoch, through)
		}
	}
}

func door(seq uint64) record.Record {
	return record.Record{
		Seq: seq, Type: record.DoorOpened, Source: "machine-room/door", Time: began.Add(time.Duration(seq) * time.Second),
		Clock: record.Synced, Boot: "boot-1", Mono: int64(seq), Data: json.RawMessage(`{}`),
	}
}

func doors(epoch string, first, last uint64) record.Batch {
	b := record.Batch{Epoch: epoch, Stream: record.Events}
	for seq := first; seq <= last; seq++ {
		b.Records = append(b.Records, door(seq))
	}
	return b
}

func mustProgress(t *testing.T, s *store.Store) []store.Progress {
	t.Helper()
	all, err := s.Progress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

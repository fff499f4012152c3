package broker

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"go.uber.org/goleak"

	"stationkeeper/internal/record"
)

// hang ends a test in which something that has to happen does not.
const hang = 3 * time.Minute

func mustStart(t *testing.T, listener net.Listener) *Broker {
	t.Helper()
	if listener == nil {
		var err error
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	b, err := Start(slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Serve(listener); err != nil {
		t.Fatal(err)
	}
	return b
}

func mustClose(t *testing.T, b *Broker) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// join connects a client by a way in.
func join(t *testing.T, dial func() (net.Conn, error), o *mqtt.ClientOptions) (mqtt.Client, error) {
	t.Helper()
	o.AddBroker("tcp://within").SetAutoReconnect(false).SetProtocolVersion(4).SetConnectTimeout(hang)
	o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return dial() })
	c := mqtt.NewClient(o)
	token := c.Connect()
	if !token.WaitTimeout(hang) {
		t.Fatal("no answer to CONNECT")
	}
	t.Cleanup(func() { c.Disconnect(0) })
	return c, token.Error()
}

func network(b *Broker) func() (net.Conn, error) {
	return func() (net.Conn, error) { return net.Dial("tcp", b.doors.Addr().String()) }
}

func mustJoin(t *testing.T, dial func() (net.Conn, error), id string) mqtt.Client {
	t.Helper()
	c, err := join(t, dial, mqtt.NewClientOptions().SetClientID(id))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func done(t *testing.T, token mqtt.Token) error {
	t.Helper()
	if !token.WaitTimeout(hang) {
		t.Fatal("the broker does not answer")
	}
	return token.Error()
}

// Head office hears large batches and writes many small acknowledgements at the same time: broker and client each
// have to write while the other does.
func TestWithinBothSidesWriteAtOnce(t *testing.T) {
	b := mustStart(t, nil)
	defer mustClose(t, b)
	const messages = 200
	office := mustJoin(t, b.Dial, "office")
	got := make(chan int, messages)
	if err := done(t, office.Subscribe("up", 1, func(_ mqtt.Client, m mqtt.Message) { got <- len(m.Payload()) })); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		station := mustJoin(t, network(b), "station")
		for range messages {
			if err := done(t, station.Publish("up", 1, false, make([]byte, record.MaxPayload))); err != nil {
				t.Error(err)
			}
		}
	})
	all.Go(func() {
		for range messages / 10 {
			var tokens []mqtt.Token
			for range 100 {
				tokens = append(tokens, office.Publish("ack", 1, true, make([]byte, 200)))
			}
			for _, token := range tokens {
				if err := done(t, token); err != nil {
					t.Error(err)
				}
			}
		}
	})
	all.Wait()
	for range messages {
		select {
		case n := <-got:
			if n != record.MaxPayload {
				t.Errorf("got %d bytes", n)
			}
		case <-time.After(hang):
			t.Fatal("a message is missing")
		}
	}
}

func TestCloseWaitsForNobody(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	b := mustStart(t, nil)
	silent, err := network(b)() // says nothing at all
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	within, err := b.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer within.Close()
	deaf := mustJoin(t, network(b), "deaf")
	hear := make(chan struct{})
	if err := done(t, deaf.Subscribe("noise", 0, func(mqtt.Client, mqtt.Message) { <-hear })); err != nil {
		t.Fatal(err)
	}
	loud := mustJoin(t, b.Dial, "loud")
	for range 100 { // more than the sockets' buffers hold
		if err := done(t, loud.Publish("noise", 1, false, make([]byte, record.MaxPayload))); err != nil {
			t.Fatal(err)
		}
	}
	closed := make(chan error)
	go func() { closed <- b.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(hang):
		t.Error("Close hangs")
	}
	close(hear)
	if _, err := b.Dial(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Dial after Close: %v, want net.ErrClosed", err)
	}
	for _, conn := range []net.Conn{silent, within} {
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && err == nil {
			t.Error("a connection is open after Close")
		}
	}
	deaf.Disconnect(0)
	loud.Disconnect(0)
}

// What only head office may say: clients from the network can neither publish it nor leave it as their will.
func TestOnlyHeadOfficeOrders(t *testing.T) {
	b := mustStart(t, nil)
	defer mustClose(t, b)
	const node = record.Root + "/demo/agent/"
	stranger := mustJoin(t, network(b), "stranger")
	for _, topic := range []string{"up/events", "state/door", "online", "config/reported", "command/c1/result"} {
		if err := done(t, stranger.Publish(node+topic, 1, false, "said")); err != nil {
			t.Errorf("a node's %s: %v", topic, err)
		}
	}
	headOffice := mustJoin(t, b.Dial, "headoffice")
	for _, topic := range []string{"ack/events", "config/desired", "command/c1"} {
		t.Run(topic, func(t *testing.T) {
			stranger := mustJoin(t, network(b), "stranger of "+topic)
			if err := done(t, stranger.Publish(node+topic, 1, true, "false")); err == nil {
				t.Error("a client from the network could publish it")
			}
			if _, err := join(t, network(b), mqtt.NewClientOptions().SetClientID("dying").SetWill(node+topic, "false", 1, true)); err == nil {
				t.Error("a client from the network could leave it as its will")
			}
			if err := done(t, headOffice.Publish(node+topic, 1, true, "true")); err != nil {
				t.Errorf("head office's own: %v", err)
			}
			if got := retained(t, b, node+topic); got != "true" {
				t.Errorf("retained is %q", got)
			}
		})
	}
}

// retained is what a new client gets at once under a topic.
func retained(t *testing.T, b *Broker, topic string) string {
	t.Helper()
	got := make(chan string, 10)
	node := mustJoin(t, network(b), "node that asks for "+topic)
	if err := done(t, node.Subscribe(topic, 1, func(_ mqtt.Client, m mqtt.Message) { got <- string(m.Payload()) })); err != nil {
		t.Fatal(err)
	}
	select {
	case text := <-got:
		return text
	case <-time.After(hang):
		t.Fatal("nothing is retained")
	}
	return ""
}

func TestTooLargeAPacketEndsTheConnection(t *testing.T) {
	b := mustStart(t, nil)
	defer mustClose(t, b)
	if err := done(t, mustJoin(t, network(b), "big").Publish("a", 1, false, make([]byte, MaxPacket))); err == nil {
		t.Error("a packet over the limit was taken")
	}
	if err := done(t, mustJoin(t, network(b), "fits").Publish("a", 1, false, make([]byte, MaxPacket-100))); err != nil {
		t.Errorf("a packet within the limit: %v", err)
	}
}

// flaky fails to accept a few times, as when a process has too many files open.
type flaky struct {
	net.Listener
	fails int
}

func (f *flaky) Accept() (net.Conn, error) {
	if f.fails > 0 {
		f.fails--
		return nil, errors.New("too many open files")
	}
	return f.Listener.Accept()
}

func TestAcceptsAgainAfterAnError(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := mustStart(t, &flaky{listener, 3})
	defer mustClose(t, b)
	mustJoin(t, network(b), "patient")
}

func TestNothingIsForgottenAfterADay(t *testing.T) {
	if got := capabilities().MaximumMessageExpiryInterval; got != 0 {
		t.Errorf("retained messages expire after %d s", got)
	}
}

func TestLogOfTheBroker(t *testing.T) {
	var out strings.Builder
	log := slog.New(&bridge{slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo}), newOnceIn(quiet)})
	log.Info("mochi mqtt starting")
	log.Warn("", "error", io.EOF)
	log.Warn("error processing packet", "error", fmt.Errorf("write: %w", syscall.EPIPE), "client", "left")
	for range 3 {
		log.With("listener", "x").Warn("error processing packet", "client", "c", "pk", strings.Repeat("payload", 1000))
	}
	log.Error("broken")
	log.Error("broken otherwise")
	if got := strings.Count(out.String(), "\n"); got != 3 || strings.Contains(out.String(), "payload") || !strings.Contains(out.String(), "listener=x client=c") {
		t.Errorf("%d lines, want 3, without packets:\n%s", got, out.String())
	}
	once := newOnceIn(time.Minute)
	now := time.Now()
	for i, c := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {59 * time.Second, false}, {time.Minute, true}, {90 * time.Second, false}} {
		if got := once.first("m", now.Add(c.after)); got != c.want {
			t.Errorf("step %d: %v, want %v", i, got, c.want)
		}
	}
}

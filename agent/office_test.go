package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"go.uber.org/goleak"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/node"
	"stationkeeper/internal/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hang bounds waits that only a broken program makes long.
const hang = 3 * time.Minute

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// office is a broker with a head office reduced to the contract: it keeps what arrives and, unless deaf, acknowledges.
type office struct {
	t      *testing.T
	server *mochi.Server
	broker endpoint.Broker

	mu      sync.Mutex
	epoch   string
	records map[record.Stream][]record.Record // without gaps, by seq
	states  map[string]record.State           // latest of every point
	deaf    bool
	changed chan struct{}
}

func openOffice(t *testing.T) *office {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{
		t: t, server: mochi.New(&mochi.Options{InlineClient: true, Logger: quiet()}),
		broker:  endpoint.Broker{URL: "tcp://" + listener.Addr().String()},
		records: map[record.Stream][]record.Record{}, states: map[string]record.State{}, changed: make(chan struct{}),
	}
	if err := errors.Join(
		o.server.AddHook(new(auth.AllowHook), nil),
		o.server.AddListener(listeners.NewNet("t", listener)),
		o.server.Serve(),
		// Not its own acknowledgements: the broker would deliver them while they are being published.
		o.server.Subscribe(record.Filter(record.KindUp), 1, o.receive),
		o.server.Subscribe(record.Filter(record.KindState), 2, o.receive),
	); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.server.Close() })
	return o
}

func (o *office) receive(_ *mochi.Client, _ packets.Subscription, m packets.Packet) {
	topic, err := record.ParseTopic(m.TopicName)
	if err != nil {
		o.t.Errorf("office: %v", err)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	defer func() { close(o.changed); o.changed = make(chan struct{}) }()
	switch topic.Kind {
	case record.KindState:
		s, err := record.DecodeState(m.Payload)
		if err != nil {
			o.t.Errorf("office: %v", err)
		}
		o.states[topic.Point] = s
	case record.KindUp:
		b, err := record.DecodeBatch(m.Payload)
		if err != nil {
			o.t.Errorf("office: %v", err)
			return
		}
		o.epoch = b.Epoch
		for _, r := range b.Records {
			if r.Seq == uint64(len(o.records[b.Stream]))+1 {
				o.records[b.Stream] = append(o.records[b.Stream], r)
			}
		}
		if !o.deaf {
			o.acknowledge(topic, b.Stream)
		}
	}
}

// acknowledge needs o.mu.
func (o *office) acknowledge(topic record.Topic, stream record.Stream) {
	topic.Kind, topic.Stream = record.KindAck, stream
	ack := record.Ack{Epoch: o.epoch, Stream: stream, Through: uint64(len(o.records[stream]))}
	if err := o.server.Publish(topic.String(), ack.Encode(), true, 1); err != nil {
		o.t.Errorf("office: %v", err)
	}
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

// events are the events that the office has, as words.
func (o *office) events() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var words []string
	for _, r := range o.records[record.Events] {
		words = append(words, fmt.Sprintf("%s %s %s", r.Type, r.Source, r.Data))
	}
	return words
}

// has reports whether the office has events that begin with these words, in this order. It needs o.mu.
func (o *office) has(wanted ...string) bool {
	for _, r := range o.records[record.Events] {
		if len(wanted) > 0 && strings.HasPrefix(r.Type+" "+r.Source, wanted[0]) {
			wanted = wanted[1:]
		}
	}
	return len(wanted) == 0
}

// station are the options of an agent that reports to a broker.
func station(t *testing.T, dir string, broker endpoint.Broker, sources ...Source) Options {
	t.Helper()
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Options: node.Options{
			Program: "agent", Version: "test", Station: "demo", Node: "agent", Data: dir, Broker: broker,
			MaxBytes: 64 << 20, Retain: time.Hour, TelemetryDelay: 50 * time.Millisecond, Clock: system, Log: quiet(),
		},
		Wiring: Wiring{Sources: sources},
	}
}

// running is an agent under way.
type running struct {
	t      *testing.T
	cancel context.CancelFunc
	ended  chan error
}

func run(t *testing.T, o Options) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{t, cancel, make(chan error, 1)}
	go func() { r.ended <- Run(ctx, o) }()
	t.Cleanup(cancel)
	return r
}

// end waits until the agent has ended by itself.
func (r *running) end() error {
	r.t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(hang):
		r.t.Fatal("the agent does not end")
	}
	return nil
}

// stop asks the agent to end.
func (r *running) stop() {
	r.t.Helper()
	r.cancel()
	if err := r.end(); err != nil && !errors.Is(err, context.Canceled) {
		r.t.Error(err)
	}
}

func expectWords(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"stationkeeper/configs"
	"stationkeeper/internal/clock"
	"stationkeeper/internal/datadir"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/replay"
	"stationkeeper/kiosk/survey"
)

// hang is how long a test waits before it gives up on a program that does nothing.
const hang = 4 * time.Minute

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// office is a broker with somebody behind it who acknowledges everything, and keeps it.
type office struct {
	url string

	broker *mqtt.Server

	mu       sync.Mutex
	records  []record.Record
	states   map[string]record.State
	reported chan record.Reported
}

func mustOffice(t *testing.T) *office {
	t.Helper()
	o := &office{states: map[string]record.State{}, reported: make(chan record.Reported, 100)}
	broker := mqtt.New(&mqtt.Options{InlineClient: true, Logger: quiet()})
	if err := broker.AddHook(new(auth.AllowHook), nil); err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.url = "mqtt://" + listener.Addr().String()
	if err := broker.AddListener(listeners.NewNet("tcp", listener)); err != nil {
		t.Fatal(err)
	}
	receive := func(_ *mqtt.Client, _ packets.Subscription, p packets.Packet) {
		if err := o.receive(broker, p); err != nil {
			t.Errorf("%s: %v", p.TopicName, err)
		}
	}
	if err := broker.Subscribe(record.Root+"/#", 1, receive); err != nil {
		t.Fatal(err)
	}
	o.broker = broker
	if err := broker.Serve(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := broker.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func (o *office) receive(broker *mqtt.Server, p packets.Packet) error {
	topic, err := record.ParseTopic(p.TopicName)
	if err != nil {
		return err
	}
	switch topic.Kind {
	case record.KindState:
		state, err := record.DecodeState(p.Payload)
		if err != nil {
			return err
		}
		o.mu.Lock()
		o.states[topic.Point] = state
		o.mu.Unlock()
	case record.KindReported:
		reported, err := record.DecodeReported(p.Payload)
		if err != nil {
			return err
		}
		o.reported <- reported
	case record.KindUp:
		batch, err := record.DecodeBatch(p.Payload)
		if err != nil {
			return err
		}
		last := o.keep(batch.Records)
		topic.Kind = record.KindAck
		ack := record.Ack{Epoch: batch.Epoch, Stream: batch.Stream, Through: last}
		return broker.Publish(topic.String(), ack.Encode(), true, 1)
	}
	return nil
}

// keep takes the records that are new and returns the last seq.
func (o *office) keep(records []record.Record) uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range records {
		if r.Seq == uint64(len(o.records)+1) {
			o.records = append(o.records, r)
		}
	}
	return uint64(len(o.records))
}

func (o *office) count(typ string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, r := range o.records {
		if r.Type == typ {
			n++
		}
	}
	return n
}

// wants sends documents to the kiosk, and returns what it reports of that version.
func (o *office) wants(t *testing.T, d record.Desired) record.Reported {
	t.Helper()
	payload, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	topic := record.Topic{Station: "test", Node: "kiosk", Kind: record.KindDesired}
	if err := o.broker.Publish(topic.String(), payload, true, 1); err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case r := <-o.reported:
			if r.Version == d.Version || r.Refused != nil && r.Refused.Version == d.Version {
				return r
			}
		case <-limited(t).Done():
			t.Fatal("the kiosk says nothing of the documents")
		}
	}
}

// options of a kiosk in a folder of its own.
func testOptions(t *testing.T, broker string) Options {
	t.Helper()
	c, err := configs.LoadKiosk("", configs.KioskOverrides{
		Overrides: configs.Overrides{Station: "test", Broker: broker, Data: filepath.Join(t.TempDir(), "kiosk")}, Counter: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	o, err := options(c, io.Discard, quiet())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// nobody is a broker address at which nobody listens.
const nobody = "mqtt://127.0.0.1:1"

// limited ends after hang.
func limited(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	t.Cleanup(cancel)
	return ctx
}

func TestClosingTheWindowEndsTheKiosk(t *testing.T) {
	o := testOptions(t, nobody)
	o.Show = func(ctx context.Context, s Screen) error {
		ticket, err := s.Hall.Do(ctx, queue.Take{Service: o.Rules.Services[0].ID, Request: "tap"})
		if err != nil || ticket.Number != "A001" || s.Services[ticket.Service].Zh == "" {
			t.Errorf("ticket %+v, %v", ticket, err)
		}
		if _, err := s.Hall.Rate(ctx, survey.Answer{Score: 5}); err != nil {
			t.Error(err)
		}
		return nil
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
	want := []string{record.NodeStarted, record.TicketIssued, record.SurveyAnswered, record.NodeStopped}
	if got := written(t, o); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("journal %v, want %v", got, want)
	}
}

// written are the types of the records of events in the journal.
func written(t *testing.T, o Options) []string {
	t.Helper()
	var types []string
	for _, r := range events(t, o) {
		types = append(types, r.Type)
	}
	return types
}

// events are those that a kiosk that has ended wrote down.
func events(t *testing.T, o Options) []record.Record {
	t.Helper()
	book, err := journal.Open(o.Data, journal.Options{Clock: o.Clock, MaxBytes: o.MaxBytes, Retain: o.Retain, TelemetryDelay: o.TelemetryDelay, Log: o.Log})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	records, _, err := book.Read(record.Events, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestEndOfTheContextEndsTheWindow(t *testing.T) {
	o := testOptions(t, nobody)
	ctx, cancel := context.WithCancel(limited(t))
	o.Show = func(ctx context.Context, _ Screen) error {
		cancel()
		<-ctx.Done()
		return nil
	}
	if err := Run(ctx, o); err != nil {
		t.Fatal(err)
	}
}

func TestFailingPartsEndTheKiosk(t *testing.T) {
	broken := errors.New("no display")
	o := testOptions(t, nobody)
	o.Show = func(context.Context, Screen) error { return broken }
	if err := Run(limited(t), o); !errors.Is(err, broken) {
		t.Errorf("window that fails: %v", err)
	}

	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	o = testOptions(t, nobody)
	o.Page.Addr = taken.Addr().String()
	if err := Run(limited(t), o); err == nil || !strings.Contains(err.Error(), "listen for the counter page") {
		t.Errorf("address in use: %v", err)
	}
	o.Page.Addr = "0.0.0.0:0"
	if err := Run(limited(t), o); !errors.Is(err, endpoint.ErrPlain) {
		t.Errorf("plain beyond this machine: %v", err)
	}
}

func TestSecondInstanceIsRefused(t *testing.T) {
	o := testOptions(t, nobody)
	claim, err := datadir.Claim(o.Data)
	if err != nil {
		t.Fatal(err)
	}
	defer claim.Close()
	if err := Run(limited(t), o); !errors.Is(err, datadir.ErrClaimed) {
		t.Errorf("second instance: %v", err)
	}
}

func TestOptionsAreValidated(t *testing.T) {
	for name, spoil := range map[string]func(*Options){
		"station": func(o *Options) { o.Station = "a/b" },
		"rules":   func(o *Options) { o.Rules.Services = nil },
		"data":    func(o *Options) { o.Data = "" },
		"clock":   func(o *Options) { o.Clock = nil },
		"log":     func(o *Options) { o.Log = nil },
		"page":    func(o *Options) { o.Page.Addr = "" },
		"replay":  func(o *Options) { o.Replay = &Replay{} },
	} {
		o := testOptions(t, nobody)
		spoil(&o)
		if err := Run(limited(t), o); err == nil || !strings.Contains(err.Error(), "kiosk options") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// recordedDay is a day of three customers: one served without a wait, one after 30 s, one who gives up after 10 s.
const recordedDay = "call_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver\n" +
	"1\t0\tPS\t990201\t9:00:00\t9:00:10\t10\t0:00:00\t0:00:00\t0\tAGENT\t9:00:09\t9:05:00\t291\tDORIT\n" +
	"2\t0\tPS\t990201\t9:04:20\t9:04:30\t10\t9:04:30\t9:05:00\t30\tAGENT\t9:05:00\t9:06:00\t60\tDORIT\n" +
	"3\t2\tNW\t990201\t9:01:00\t9:01:05\t5\t9:01:05\t9:01:15\t10\tHANG\t0:00:00\t0:00:00\t0\tNO_SERVER\n"

func replayOptions(t *testing.T, broker string, exit bool) (Options, *bytes.Buffer) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "calls.tsv")
	if err := os.WriteFile(file, []byte(recordedDay), 0o600); err != nil {
		t.Fatal(err)
	}
	o := testOptions(t, broker)
	if err := o.record(configs.Replay{File: file, Date: "1999-02-01", TimeZone: "Asia/Jerusalem", ExitAtEnd: exit}); err != nil {
		t.Fatal(err)
	}
	var report bytes.Buffer
	o.Stdout = &report
	return o, &report
}

func TestReplayEndsWhenHeadOfficeHasEverything(t *testing.T) {
	office := mustOffice(t)
	o, report := replayOptions(t, office.url, true)
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
	for typ, want := range map[string]int{record.NodeStarted: 1, record.TicketIssued: 3, record.TicketCalled: 2,
		record.TicketServed: 2, record.TicketLeft: 1, record.NodeStopped: 1} {
		if got := office.count(typ); got != want {
			t.Errorf("head office has %d of %s, want %d", got, typ, want)
		}
	}
	if !strings.Contains(report.String(), "15.00 s (recorded 15.00 s)") {
		t.Errorf("report:\n%s", report)
	}
}

func TestReplayThatWasPlayedIsNotPlayedTwice(t *testing.T) {
	office := mustOffice(t)
	o, _ := replayOptions(t, office.url, true)
	for range 2 {
		if err := Run(limited(t), o); err != nil {
			t.Fatal(err)
		}
	}
	if got := office.count(record.TicketIssued); got != 3 {
		t.Errorf("head office has %d tickets, want 3", got)
	}
}

func TestReplayNeedsAJournalOfItsOwn(t *testing.T) {
	real := testOptions(t, nobody)
	real.Show = func(ctx context.Context, s Screen) error {
		_, err := s.Hall.Do(ctx, queue.Take{Service: real.Rules.Services[0].ID})
		return err
	}
	if err := Run(limited(t), real); err != nil {
		t.Fatal(err)
	}
	o, _ := replayOptions(t, nobody, true)
	o.Data = real.Data
	if err := Run(limited(t), o); !errors.Is(err, replay.ErrOtherCustomers) {
		t.Errorf("recorded customers among real ones: %v", err)
	}
}

func TestReplayWithoutAnEndGoesOnInThePresent(t *testing.T) {
	o, _ := replayOptions(t, nobody, false)
	o.Show = func(ctx context.Context, s Screen) error {
		snapshots, stop := s.Hall.Subscribe()
		defer stop()
		for snapshot := range snapshots { // until the recording has been played
			if snapshot.At.After(clock.Earliest) {
				break
			}
		}
		ticket, err := s.Hall.Do(ctx, queue.Take{Service: "PS"})
		if err == nil && ticket.Issued.Before(clock.Earliest) {
			t.Errorf("ticket of %s after the replay", ticket.Issued)
		}
		return err
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
}

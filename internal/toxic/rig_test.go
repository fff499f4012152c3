package toxic

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stationkeeper/headoffice/broker"
	"stationkeeper/headoffice/ingest"
	"stationkeeper/headoffice/store"
	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
	"stationkeeper/internal/uplink"
)

var verbose = flag.Bool("lines", false, "show what stations and head office log")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hang bounds waits that only a broken program makes long. A station that has given up a connection for silence tries once
// a minute until it hears something new, and half of what it would hear may be lost on these lines.
const hang = 9 * time.Minute

// logTo is where the programs' logs go.
func logTo(t *testing.T, who string) *slog.Logger {
	if !*verbose {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return slog.New(slog.NewTextHandler(t.Output(), nil)).With("who", who)
}

// server is a broker that can be started again at its address, empty.
type server struct {
	addr  string                   // host:port
	dial  func() (net.Conn, error) // nil for one in a process of its own
	start func()
	stop  func()
}

// servers are the kinds of broker there are.
func servers(t *testing.T) map[string]func(*testing.T) *server {
	kinds := map[string]func(*testing.T) *server{"embedded": embedded}
	if _, found, err := programs.NewMosquitto(t.TempDir()); err != nil {
		t.Fatal(err)
	} else if found {
		kinds["mosquitto"] = mosquitto
	} else {
		t.Log("not tested with mosquitto, which make test installs")
	}
	return kinds
}

func embedded(t *testing.T) *server {
	t.Helper()
	s := &server{addr: "127.0.0.1:0"}
	var running *broker.Broker
	s.dial = func() (net.Conn, error) { return running.Dial() }
	s.start = func() {
		listener, err := net.Listen("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		s.addr = listener.Addr().String()
		if running, err = broker.Start(logTo(t, "broker")); err != nil {
			t.Fatal(err)
		}
		if err := running.Serve(listener); err != nil {
			t.Fatal(err)
		}
		s.stop = sync.OnceFunc(func() {
			if err := running.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

func mosquitto(t *testing.T) *server {
	t.Helper()
	m, _, err := programs.NewMosquitto(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &server{addr: strings.TrimPrefix(m.URL(), "mqtt://")}
	s.start = func() {
		process, err := programs.Start(m.Command(), nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), hang)
		defer cancel()
		if err := process.Await(ctx, "mosquitto running", func() bool {
			return strings.Contains(strings.Join(process.Lines(), "\n"), "running")
		}); err != nil {
			t.Fatal(err)
		}
		s.stop = sync.OnceFunc(func() {
			ctx, cancel := context.WithTimeout(context.Background(), hang)
			defer cancel()
			if _, err := process.Kill(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

// office is head office's ingest and store.
type office struct {
	store  *store.Store
	ingest *ingest.Ingest
	stop   func()
}

func startOffice(t *testing.T, s *server, dir string) *office {
	t.Helper()
	db, err := store.Open(t.Context(), dir, logTo(t, "store"))
	if err != nil {
		t.Fatal(err)
	}
	o := ingest.Options{Store: db, Log: logTo(t, "head office"), Dial: s.dial}
	if s.dial == nil {
		o.Broker = endpoint.Broker{URL: "tcp://" + s.addr}
	}
	in, err := ingest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- in.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-ended, db.Close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	select {
	case <-in.Ready():
	case <-time.After(hang):
		t.Fatal("head office never connected")
	}
	return &office{db, in, stop}
}

// station is a journal and the uplink that reports it.
type station struct {
	t       *testing.T
	journal *journal.Journal
	uplink  *uplink.Uplink
	hangUp  func()
	promise map[string]record.Record // what Append has returned, by epoch, stream and seq
	// forgotten is how many of them are not in the journal any more, since it was put back from a copy.
	forgotten int
}

// openJournal opens a journal whose clock may be any.
func openJournal(t *testing.T, dir string, read clock.Clock) *journal.Journal {
	t.Helper()
	if read == nil {
		var err error
		if read, err = clock.System(); err != nil {
			t.Fatal(err)
		}
	}
	j, err := journal.Open(dir, journal.Options{
		Clock: read, MaxBytes: 1 << 30, Retain: 100 * 24 * time.Hour, TelemetryDelay: 20 * time.Millisecond, Log: logTo(t, "journal"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// report starts an uplink to a broker at addr, until hangUp or the end of the test.
func (s *station) report(addr string, set func(*uplink.Options)) {
	s.t.Helper()
	o := uplink.Options{
		Station: "demo", Node: "agent", Broker: endpoint.Broker{URL: "tcp://" + addr}, Journal: s.journal, Log: logTo(s.t, "station"),
		AckTimeout: 500 * time.Millisecond, RetryMin: 10 * time.Millisecond, RetryMax: 200 * time.Millisecond,
	}
	if set != nil {
		set(&o)
	}
	u, err := uplink.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- u.Run(ctx) }()
	s.uplink = u
	s.hangUp = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(s.hangUp)
}

func startStation(t *testing.T, addr string, set func(*uplink.Options)) *station {
	t.Helper()
	s := &station{t: t, journal: openJournal(t, t.TempDir(), nil), promise: map[string]record.Record{}}
	s.report(addr, set)
	return s
}

func identity(epoch string, stream record.Stream, seq uint64) string {
	return fmt.Sprintf("%s/%s/%d", epoch, stream, seq)
}

// write appends count records, and remembers what was promised.
func (s *station) write(stream record.Stream, count int) {
	s.t.Helper()
	entries := make([]record.Entry, count)
	for i := range entries {
		if stream == record.Telemetry {
			entries[i] = record.NewEntry(record.TemperatureMeasured, fmt.Sprintf("machine-room/temperature-%d", rand.IntN(10)), time.Time{},
				record.MeasurementData{Value: float64(rand.IntN(7000)) / 100, Unit: "°C"})
		} else {
			entries[i] = record.NewEntry(record.DoorOpened, "machine-room/door", time.Time{}, record.DoorData{})
		}
	}
	records, err := s.journal.Append(context.Background(), stream, entries...)
	if err != nil {
		s.t.Error(err)
		return
	}
	for _, r := range records {
		s.promise[identity(s.journal.Epoch(), stream, r.Seq)] = r
	}
}

// settle waits until head office has acknowledged everything, for as long as it goes on.
func (s *station) settle() {
	s.t.Helper()
	deadline := time.NewTimer(hang)
	defer deadline.Stop()
	for {
		changed := s.journal.Changed()
		if at := s.uplink.Stats().Backlog; at[record.Events] == 0 && at[record.Telemetry] == 0 && s.durable() {
			return
		}
		select {
		case <-changed:
			deadline.Reset(hang)
		case <-deadline.C:
			s.t.Fatalf("head office never had everything: %+v", s.uplink.Stats())
		}
	}
}

// durable reports whether all that was promised is on disk.
func (s *station) durable() bool {
	at := map[record.Stream]uint64{}
	for _, stream := range record.Streams {
		at[stream] = s.journal.Position(stream).Last
	}
	return uint64(len(s.promise)-s.forgotten) <= at[record.Events]+at[record.Telemetry]
}

// holds compares what head office has with what was promised: complete, equal, once. It returns what head office has.
func (s *station) holds(o *office) (held map[string]record.Record) {
	s.t.Helper()
	held = map[string]record.Record{}
	for _, stream := range record.Streams {
		last, epoch := uint64(0), ""
		s.each(o, stream, func(r store.Record) {
			id := identity(r.Epoch, stream, r.Seq)
			if _, twice := held[id]; twice {
				s.t.Errorf("head office has %s twice", id)
			}
			held[id] = r.Record
			if r.Epoch == epoch && r.Seq != last+1 {
				s.t.Errorf("head office shows %s after %d", id, last)
			}
			last, epoch = r.Seq, r.Epoch
		})
	}
	for id, promised := range s.promise {
		got, ok := held[id]
		if !ok {
			s.t.Errorf("head office has no %s", id)
		} else if !got.Equal(promised) {
			s.t.Errorf("%s: head office has %+v, promised was %+v", id, got, promised)
		}
	}
	return held
}

// compare holds what head office has against what was promised and what the journal holds.
func (s *station) compare(o *office) {
	s.t.Helper()
	held := s.holds(o)
	for _, stream := range record.Streams {
		for after := uint64(0); ; {
			records, lost, err := s.journal.Read(stream, after, 1000)
			if err != nil || len(lost) > 0 {
				s.t.Fatalf("journal after %s %d: %v, lost %v", stream, after, err, lost)
			}
			if len(records) == 0 {
				break
			}
			for _, r := range records {
				if got, ok := held[identity(s.journal.Epoch(), stream, r.Seq)]; ok && !got.Equal(r) {
					s.t.Errorf("%s %d: head office has %+v, the journal %+v", stream, r.Seq, got, r)
				}
			}
			after = records[len(records)-1].Seq
		}
	}
	if refused := o.ingest.Stats().Refused; len(refused) > 0 {
		s.t.Errorf("head office refused %v", refused)
	}
	now, in := s.uplink.Stats(), o.ingest.Stats()
	s.t.Logf("%d records complete, equal and once; sent %d in %d batches, %d of them again, over %d connections, %.1f kB out, %.1f kB in; head office saw %d twice",
		len(held), now.Records, now.Batches, now.Resent, now.Connections, float64(now.BytesOut)/1e3, float64(now.BytesIn)/1e3, in.Duplicates)
}

// each gives head office's records of a stream.
func (s *station) each(o *office, stream record.Stream, take func(store.Record)) {
	s.t.Helper()
	query := store.Query{Station: "demo", Node: "agent", Stream: stream, Limit: store.MaxLimit}
	for {
		page, err := o.store.Records(context.Background(), query)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(page.Records) == 0 {
			return
		}
		for _, r := range page.Records {
			take(r)
		}
		query.After = page.Next
	}
}

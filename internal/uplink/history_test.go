package uplink

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// archive is head office as far as histories go: it keeps what came first under an epoch, a stream and a seq, and
// acknowledges with the mark of what it has.
type archive struct {
	t        *testing.T
	client   mqtt.Client
	retained bool
	mu       sync.Mutex
	held     map[string]map[uint64]string // mark by seq, empty for a tombstone, by epoch and stream
	earlier  map[string]uint64            // Last of the tombstone that tells of an earlier epoch
	again    []record.Range               // to be asked for with the next acknowledgement
	lose     ranges                       // events that are lost when they come first
	arrivals []record.Range               // of events, in order
	epochs   []string
}

func startArchive(t *testing.T, broker string, retained bool) *archive {
	a := &archive{t: t, retained: retained, held: map[string]map[uint64]string{}, earlier: map[string]uint64{}}
	a.client = mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + broker).SetClientID("archive").SetAutoReconnect(false))
	done := func(token mqtt.Token) {
		if !token.WaitTimeout(hang) || token.Error() != nil {
			t.Fatalf("archive: %v", token.Error())
		}
	}
	done(a.client.Connect())
	done(a.client.Subscribe("station/v1/+/+/up/+", 1, a.receive))
	t.Cleanup(func() { a.client.Disconnect(0) })
	return a
}

func (a *archive) receive(client mqtt.Client, m mqtt.Message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b, err := record.DecodeBatch(m.Payload())
	if err != nil {
		a.t.Errorf("archive: %v", err)
		return
	}
	key := b.Epoch + "/" + string(b.Stream)
	if a.held[key] == nil {
		a.held[key] = map[uint64]string{}
		if b.Stream == record.Events {
			a.epochs = append(a.epochs, b.Epoch)
		}
	}
	for _, r := range b.Records {
		if mark := a.held[key][r.Seq]; mark != "" && mark != r.Mark() {
			b.Records = nil // of a batch that contradicts what is known nothing is taken
			break
		}
	}
	for _, l := range b.Lost {
		if l.Reason == record.ReasonEarlier {
			a.earlier[key] = max(a.earlier[key], l.Last)
		}
		for q := l.First; q <= l.Last; q++ {
			a.held[key][q] = ""
		}
	}
	for _, r := range b.Records {
		if b.Stream == record.Events && a.lose.count(r.Seq, r.Seq) == 1 {
			continue
		}
		if _, ok := a.held[key][r.Seq]; !ok {
			a.held[key][r.Seq] = r.Mark()
		}
	}
	if b.Stream == record.Events && len(b.Records) > 0 {
		a.arrivals = append(a.arrivals, record.Range{First: b.Records[0].Seq, Last: b.Records[len(b.Records)-1].Seq})
	}
	ack := record.Ack{Epoch: b.Epoch, Stream: b.Stream}
	for {
		mark, ok := a.held[key][ack.Through+1]
		if !ok {
			break
		}
		ack.Through, ack.Mark = ack.Through+1, mark
	}
	for _, g := range a.again {
		if g.First > ack.Through {
			ack.Again = append(ack.Again, g)
		}
	}
	a.again, a.lose = nil, nil
	topic, _ := record.ParseTopic(m.Topic())
	topic.Kind = record.KindAck
	client.Publish(topic.String(), 1, a.retained, ack.Encode())
}

// run reports a journal until stop.
func run(t *testing.T, broker string, j *journal.Journal, set func(*Options)) (u *Uplink, stop func()) {
	t.Helper()
	o := Options{
		Station: "demo", Node: "agent", Broker: endpoint.Broker{URL: "tcp://" + broker}, Journal: j, Log: quiet(),
		AckTimeout: 200 * time.Millisecond, RetryMin: 5 * time.Millisecond, RetryMax: 50 * time.Millisecond,
	}
	if set != nil {
		set(&o)
	}
	u, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- u.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return u, stop
}

func openJournal(t *testing.T, dir string) *journal.Journal {
	t.Helper()
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(dir, journal.Options{
		Clock: system, MaxBytes: 64 << 20, Retain: time.Hour, TelemetryDelay: 10 * time.Millisecond, Log: quiet(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func write(t *testing.T, j *journal.Journal, s record.Stream, count int, what string) {
	t.Helper()
	entries := make([]record.Entry, count)
	for i := range entries {
		entries[i] = record.NewEntry("test.written", "test", time.Time{}, map[string]string{"what": fmt.Sprint(what, i)})
	}
	if _, err := j.Append(context.Background(), s, entries...); err != nil {
		t.Fatal(err)
	}
}

// written waits until the journal has count durable records of a stream.
func written(t *testing.T, j *journal.Journal, s record.Stream, last uint64) {
	t.Helper()
	wait(t, j, fmt.Sprintf("%s to %d on disk", s, last), func() bool { return j.Position(s).Last >= last })
}

// acknowledged waits until head office has everything.
func acknowledged(t *testing.T, j *journal.Journal) {
	t.Helper()
	wait(t, j, "everything acknowledged", func() bool {
		e, m := j.Position(record.Events), j.Position(record.Telemetry)
		return e.Through == e.Last && m.Through == m.Last
	})
}

func wait(t *testing.T, j *journal.Journal, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(hang)
	for {
		changed := j.Changed()
		if ok() {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("never: %s; events %+v, telemetry %+v", what, j.Position(record.Events), j.Position(record.Telemetry))
		}
	}
}

// TestRestoredImage puts back an older copy of a journal that head office knows the continuation of. Whatever the copy
// has written before it is heard from again, all of it must reach head office, under an epoch of its own.
func TestRestoredImage(t *testing.T) {
	for _, retained := range []bool{true, false} {
		for _, more := range []int{0, 5, 50, 5000} { // records that the copy writes: head office has 40 that it has not
			t.Run(fmt.Sprintf("retained %v, %d written since", retained, more), func(t *testing.T) {
				t.Parallel()
				broker, _ := startBroker(t, "127.0.0.1:0")
				a := startArchive(t, broker, retained)
				dir := t.TempDir()
				j := openJournal(t, dir)
				_, stop := run(t, broker, j, nil)
				write(t, j, record.Telemetry, 30, "shared ")
				written(t, j, record.Telemetry, 30)
				write(t, j, record.Events, 60, "shared ")
				acknowledged(t, j)
				stop()
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(dir, journal.FileName)
				image, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				j = openJournal(t, dir)
				_, stop = run(t, broker, j, nil)
				write(t, j, record.Events, 40, "forgotten ")
				acknowledged(t, j)
				old := j.Epoch()
				stop()
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}

				if err := os.WriteFile(file, image, 0o600); err != nil {
					t.Fatal(err)
				}
				j = openJournal(t, dir)
				if more > 0 {
					write(t, j, record.Events, more, "restored ")
					write(t, j, record.Telemetry, 10, "restored ")
				}
				run(t, broker, j, nil)
				if more == 0 {
					// Head office's word is the only sign, and without it there is one as soon as something is written.
					write(t, j, record.Events, 1, "restored ")
				}
				wait(t, j, "a new epoch", func() bool { return j.Epoch() != old })
				acknowledged(t, j)
				a.check(j, old)
			})
		}
	}
}

// check holds the archive against a journal in a new epoch: all that the journal has is there, either under the old
// epoch, if it is no newer than the base, or under the new one.
func (a *archive) check(j *journal.Journal, old string) {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, stream := range record.Streams {
		at := j.Position(stream)
		for after := uint64(0); after < at.Last; {
			records, _, err := j.Read(stream, after, 1000)
			if err != nil || len(records) == 0 {
				a.t.Fatalf("read %s after %d: %d records, %v", stream, after, len(records), err)
			}
			for _, r := range records {
				epoch := j.Epoch()
				if r.Seq <= at.Base {
					epoch = old
				}
				if got := a.held[epoch+"/"+string(stream)][r.Seq]; got != r.Mark() {
					a.t.Fatalf("%s %d of epoch %s is %q at head office, want %q", stream, r.Seq, epoch, got, r.Mark())
				}
			}
			after = records[len(records)-1].Seq
		}
		key := j.Epoch() + "/" + string(stream)
		if len(a.held[key]) > 0 && a.earlier[key] != at.Base {
			a.t.Errorf("head office was told that %s to %d belong to an earlier epoch, want %d", stream, a.earlier[key], at.Base)
		}
		if mark := a.held[key][at.Base]; mark != "" {
			a.t.Errorf("a record of the earlier epoch was sent again under the new one")
		}
	}
}

// TestLiveOvertakesTheBacklog lets an event happen while a throttled backlog has just begun to go.
func TestLiveOvertakesTheBacklog(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	a := startArchive(t, broker, true)
	j := openJournal(t, t.TempDir())
	write(t, j, record.Events, 3000, "backlog ")
	u, _ := run(t, broker, j, func(o *Options) { o.DrainRate, o.AckTimeout = 20_000, time.Hour })
	wait(t, j, "the backlog goes", func() bool { return j.Position(record.Events).Through > 0 })
	for range 5 {
		write(t, j, record.Events, 1, "live ")
	}
	acknowledged(t, j)
	a.mu.Lock()
	defer a.mu.Unlock()
	overtook := 0
	for i, g := range a.arrivals {
		if g.First > 3000 {
			for _, later := range a.arrivals[i:] {
				if later.First <= 3000 {
					overtook++
					break
				}
			}
		}
	}
	if overtook == 0 {
		t.Errorf("nothing overtook the backlog: %v", a.arrivals)
	}
	if now := u.Stats(); now.Resent != 0 || now.Records != 3005 {
		t.Errorf("%+v, want 3005 records sent once", now)
	}
}

// TestAskedAgain sends what head office has missed, and only that.
func TestAskedAgain(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	a := startArchive(t, broker, true)
	j := openJournal(t, t.TempDir())
	u, _ := run(t, broker, j, func(o *Options) { o.AckTimeout = time.Hour }) // it is the question that helps, not the silence
	write(t, j, record.Events, 100, "kept ")
	acknowledged(t, j)
	a.mu.Lock()
	a.lose = ranges{{First: 101, Last: 103}, {First: 107, Last: 107}}
	a.again = []record.Range{{First: 101, Last: 103}, {First: 107, Last: 107}}
	a.mu.Unlock()
	write(t, j, record.Events, 10, "lost in part ")
	acknowledged(t, j)
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := u.Stats(); now.Resent != 4 || now.Records != 114 {
		t.Errorf("sent %d, %d of them again; want 114 and 4: %v", now.Records, now.Resent, a.arrivals)
	}
}

// A journal whose file was damaged goes on in a new epoch while the program runs.
func TestEpochThatChangesUnderWay(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	a := startArchive(t, broker, true)
	j := openJournal(t, t.TempDir())
	run(t, broker, j, nil)
	write(t, j, record.Events, 60, "before ")
	acknowledged(t, j)
	old := j.Epoch()
	write(t, j, record.Telemetry, 30, "before ")
	if err := j.Renew("its file was damaged"); err != nil {
		t.Fatal(err)
	}
	write(t, j, record.Events, 10, "after ")
	acknowledged(t, j)
	a.check(j, old)
}

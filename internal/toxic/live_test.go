package toxic

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/record"
	"stationkeeper/internal/uplink"
)

var outage = flag.Duration("outage", time.Hour, "how long the outage of TestOutage is, in the station's time")

// happen appends a door event and waits until head office shows it.
func (s *station) happen(o *office) (took time.Duration) {
	s.t.Helper()
	began := time.Now()
	records, err := s.journal.Append(context.Background(), record.Events,
		record.NewEntry(record.DoorOpened, "machine-room/door", time.Time{}, record.DoorData{}))
	if err != nil {
		s.t.Fatal(err)
	}
	seq := records[0].Seq
	s.promise[identity(s.journal.Epoch(), record.Events, seq)] = records[0]
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		latest, err := o.store.Latest(context.Background(), "demo", []string{record.DoorOpened}, 1)
		if err != nil {
			s.t.Fatal(err)
		}
		if took = time.Since(began); len(latest) == 1 && latest[0].Seq >= seq {
			return took
		}
		if took > hang {
			s.t.Fatalf("head office never showed event %d: %+v", seq, s.uplink.Stats())
		}
		<-tick.C
	}
}

// latencies are those of events that happen every so often, as long as going is true, and at least one.
func (s *station) latencies(o *office, every time.Duration, going func() bool) (all []time.Duration) {
	s.t.Helper()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		all = append(all, s.happen(o))
		if !going() {
			return all
		}
		<-tick.C
	}
}

// spread spells the middle and the slow end of latencies.
func spread(all []time.Duration) (p50, p95 time.Duration, text string) {
	slices.Sort(all)
	p50, p95 = all[len(all)/2], all[len(all)*95/100]
	return p50, p95, fmt.Sprintf("p50 %.1f ms, p95 %.1f ms, most %.1f ms of %d", ms(p50), ms(p95), ms(all[len(all)-1]), len(all))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// TestLiveOverAModem drains a backlog over 8 kB/s while events happen.
func TestLiveOverAModem(t *testing.T) {
	over(t, func(t *testing.T, l *Line, o *office) {
		l.Slow(8000)
		s := startStation(t, l.Addr(), func(u *uplink.Options) { u.AckTimeout = time.Hour })
		left := 30
		_, _, idle := spread(s.latencies(o, 50*time.Millisecond, func() bool { left--; return left > 0 }))
		s.write(record.Telemetry, 8000)
		_, _, busy := spread(s.latencies(o, 200*time.Millisecond, func() bool { return s.uplink.Stats().Backlog[record.Telemetry] > 0 }))
		s.settle()
		s.compare(o)
		t.Logf("event at head office: idle %s; while a backlog drains %s", idle, busy)
		if again := s.uplink.Stats().Resent; again > 0 {
			t.Errorf("%d records were sent again over a line that loses nothing", again)
		}
	})
}

// simulated is a clock that stands until it is moved.
type simulated struct {
	mu  sync.Mutex
	now time.Time
}

func (c *simulated) read() clock.Reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	began := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	return clock.Reading{Wall: c.now, Discipline: clock.Disciplined, Boot: "simulated", Mono: c.now.Sub(began)}
}

func (c *simulated) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// live writes what a station writes in a time, one record a second: mostly readings of ten sensors, some events.
func (s *station) live(c *simulated, d time.Duration) {
	s.t.Helper()
	random := rand.New(rand.NewPCG(72, 0))
	values := [10]float64{}
	for second := range int(d / time.Second) {
		c.pass(time.Second)
		entry := record.NewEntry(record.DoorClosed, "machine-room/door", time.Time{}, record.DoorData{})
		stream := record.Events
		if k := second % 10; random.IntN(40) > 0 {
			values[k] += random.Float64() - 0.5
			stream = record.Telemetry
			entry = record.NewEntry(record.TemperatureMeasured, fmt.Sprintf("room-%d/temperature", k), time.Time{},
				record.MeasurementData{Value: float64(int(values[k]*100)) / 100, Unit: "°C"})
		}
		records, err := s.journal.Append(context.Background(), stream, entry)
		if err != nil {
			s.t.Fatal(err)
		}
		s.promise[identity(s.journal.Epoch(), stream, records[0].Seq)] = records[0]
	}
}

// TestOutage lets a station go on for as long as -outage says while there is no line, and then drains what it has
// written, while doors go on being opened. The simulated hours are those of the records.
func TestOutage(t *testing.T) {
	over(t, func(t *testing.T, l *Line, o *office) {
		c := &simulated{now: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
		s := &station{t: t, journal: openJournal(t, t.TempDir(), c.read), promise: map[string]record.Record{}}
		s.report(l.Addr(), func(u *uplink.Options) { u.AckTimeout = 10 * time.Second })
		left := 100
		idle50, idle95, idle := spread(s.latencies(o, 10*time.Millisecond, func() bool { left--; return left > 0 }))
		l.Refuse(true)
		l.Cut()
		began := time.Now()
		s.live(c, *outage)
		written := time.Since(began)
		before := s.uplink.Stats()
		began = time.Now()
		l.Refuse(false)
		drained := func() bool {
			at := s.journal.Position(record.Telemetry)
			return s.durable() && at.Through == at.Last && s.uplink.Stats().Backlog[record.Events] < 100
		}
		busy50, busy95, busy := spread(s.latencies(o, 5*time.Millisecond, func() bool { return !drained() }))
		s.settle()
		took := time.Since(began)
		s.compare(o)
		now := s.uplink.Stats()
		t.Logf("%s of outage, written in %s; %d records drained in %s, %.0f a second, %.1f bytes each on the wire",
			*outage, written.Round(time.Millisecond), now.Records-before.Records, took.Round(time.Millisecond),
			float64(now.Records-before.Records)/took.Seconds(), float64(now.BytesOut-before.BytesOut)/float64(now.Records-before.Records))
		t.Logf("door event at head office: idle %s; while it drains %s; ratio p50 %.2f, p95 %.2f", idle, busy,
			busy50.Seconds()/idle50.Seconds(), busy95.Seconds()/idle95.Seconds())
	})
}

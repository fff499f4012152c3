package watch

import (
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// shanghai is the time zone of the pages in tests: eight hours ahead, so that a day begins in the middle of one UTC.
var shanghai = time.FixedZone("CST", 8*3600)

// noon is when the tests take place unless they need the time to pass.
var noon = time.Date(2026, 11, 23, 4, 30, 0, 0, time.UTC)

const (
	agentEpoch = "6f0e0000-0000-4000-8000-000000000001"
	kioskEpoch = "6f0e0000-0000-4000-8000-000000000002"
)

// office is head office without a network below: a real store, written to the way ingest writes to it.
type office struct {
	t     testing.TB
	store *store.Store
	stats IngestStats
	seqs  map[string]uint64
}

// mustOffice opens a store in a folder of its own.
func mustOffice(t testing.TB) *office {
	t.Helper()
	s, err := store.Open(t.Context(), t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &office{t: t, store: s, stats: IngestStats{Connected: true}, seqs: map[string]uint64{}}
}

// handler is what is tested, at the given time.
func (o *office) handler(now time.Time) http.Handler {
	o.t.Helper()
	return o.handlerWith(func(options *Options) { options.Now = func() time.Time { return now } })
}

// handlerWith is a handler at noon with some options changed.
func (o *office) handlerWith(change func(*Options)) http.Handler {
	o.t.Helper()
	options := Options{Store: o.store, Stats: func() IngestStats { return o.stats }, Log: slog.New(slog.DiscardHandler),
		Version: "1.2.3", Zone: shanghai, Now: func() time.Time { return noon }}
	change(&options)
	h, err := New(options)
	if err != nil {
		o.t.Fatal(err)
	}
	return h
}

// get asks for a path and returns the answer.
func (o *office) get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(o.t.Context(), http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rw := httptest.NewRecorder()
	o.handler(noon).ServeHTTP(rw, r)
	return rw
}

// ask asks one handler for a path, and then for others.
func (o *office) ask(h http.Handler, path string) *httptest.ResponseRecorder {
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, httptest.NewRequestWithContext(o.t.Context(), http.MethodGet, path, nil))
	return rw
}

// happened stores entries of a node as its next records.
func (o *office) happened(station, node string, stream record.Stream, entries ...record.Entry) {
	o.t.Helper()
	epoch := agentEpoch
	if node == "kiosk" {
		epoch = kioskEpoch
	}
	key := station + "/" + node + "/" + string(stream)
	for len(entries) > 0 {
		n := min(len(entries), record.MaxBatchRecords)
		batch := record.Batch{Epoch: epoch, Stream: stream}
		for _, e := range entries[:n] {
			o.seqs[key]++
			batch.Records = append(batch.Records, record.Record{Seq: o.seqs[key], Type: e.Type, Source: e.Source,
				Time: record.Stamp(e.Time), Clock: record.Synced, Boot: "boot", Mono: int64(o.seqs[key]), Data: e.Data})
		}
		o.put(store.Delivery{From: store.NodeKey{Station: station, Node: node}, Batch: batch})
		entries = entries[n:]
	}
}

func (o *office) put(d store.Delivery) {
	o.t.Helper()
	if err := d.Batch.Validate(); err != nil {
		o.t.Fatal(err)
	}
	received := noon
	for _, r := range d.Batch.Records { // nothing is received before it happens
		if r.Time.After(received) {
			received = r.Time
		}
	}
	receipts, err := o.store.Put(context.Background(), []store.Delivery{d}, received)
	if err != nil {
		o.t.Fatal(err)
	}
	if receipts[0].Refused != nil {
		o.t.Fatal(receipts[0].Refused)
	}
	if err := o.store.Settle(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) state(station, node, point string, s record.State) {
	o.t.Helper()
	if s.Quality == "" {
		s.Quality = record.Good
	}
	if err := o.store.SetState(context.Background(), store.NodeKey{Station: station, Node: node}, point, s, noon); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) online(station, node string, since time.Time) {
	o.t.Helper()
	o.presence(station, node, record.Presence{State: record.Online, Since: since}, since)
}

func (o *office) offline(station, node string, since time.Time) {
	o.t.Helper()
	o.presence(station, node, record.Presence{State: record.Offline, Since: since}, since)
}

func (o *office) presence(station, node string, p record.Presence, received time.Time) {
	o.t.Helper()
	if err := o.store.SetPresence(context.Background(), store.NodeKey{Station: station, Node: node}, p, received); err != nil {
		o.t.Fatal(err)
	}
}

// decoded reads a JSON body.
func decoded[T any](t testing.TB, body []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

// day fills a station with a day that ends at now: a machine room that warms up until its alarm goes off, with an
// hour in which nothing was measured, and a lobby with its customers.
func (o *office) day(station string, now time.Time) {
	o.t.Helper()
	start := now.Add(-26 * time.Hour)
	o.online(station, "agent", now.Add(-50*time.Hour))
	o.online(station, "kiosk", now.Add(-5*time.Hour))
	o.happened(station, "agent", record.Events,
		record.NewEntry(record.NodeStarted, "node", start, record.NodeData{Program: "agent", Version: "1.2.3"}),
		record.NewEntry(record.DoorClosed, "machine-room/door", start, record.DoorData{Initial: true}))
	o.measure(station, start, now)
	o.visits(station, now.Add(-4*time.Hour), 47)
	o.happened(station, "agent", record.Events,
		record.NewEntry(record.PointFailed, "outside/temperature", now.Add(-40*time.Minute),
			record.PointData{Quality: record.Faulty, Reason: "i2c bus 1, address 0x48: no answer"}),
		record.NewEntry(record.BadgePresented, "machine-room/badge", now.Add(-9*time.Minute), record.BadgeData{Card: "****4711"}),
		record.NewEntry(record.DoorOpened, "machine-room/door", now.Add(-8*time.Minute), record.DoorData{}),
		record.NewEntry(record.AlarmRaised, "machine-room/temperature", now.Add(-3*time.Minute), record.AlarmData{
			Serial: 3, Rule: "high", Level: "major", Value: 28.4, Limit: 28, Unit: "°C"}),
		record.NewEntry("generator.started", "yard/generator", now.Add(-time.Minute),
			map[string]any{"fuel": 71, "phase": "L1"}))
	for _, p := range []struct {
		node, point string
		state       record.State
	}{
		{"agent", "machine-room/door", record.State{Value: "open", Time: now.Add(-8 * time.Minute)}},
		{"agent", "vault/door", record.State{Value: "closed", Time: now.Add(-20 * time.Hour)}},
		{"agent", "machine-room/temperature", record.State{Value: 28.6, Unit: "°C", Time: now.Add(-20 * time.Second)}},
		{"agent", "machine-room/humidity", record.State{Value: 41.27, Unit: "%RH", Time: now.Add(-20 * time.Second)}},
		{"agent", "outside/temperature", record.State{Value: nil, Unit: "°C", Time: now.Add(-40 * time.Minute),
			Quality: record.Faulty, Reason: "i2c bus 1, address 0x48: no answer"}},
		{"kiosk", "queue/waiting", record.State{Value: 6.0, Time: now.Add(-time.Minute)}},
		{"kiosk", "queue/called", record.State{Value: "A041", Time: now.Add(-2 * time.Minute)}},
		{"kiosk", "queue/serving", record.State{Value: 3.0, Time: now.Add(-2 * time.Minute)}},
		{"kiosk", "queue/issued-today", record.State{Value: 47.0, Time: now.Add(-2 * time.Minute)}},
		{"kiosk", "survey/mean-today", record.State{Value: 4.263157, Time: now.Add(-2 * time.Minute)}},
		{"kiosk", "survey/count-today", record.State{Value: 19.0, Time: now.Add(-2 * time.Minute)}},
		{"kiosk", "lobby/printer", record.State{Value: "paper low", Time: now.Add(-time.Hour), Quality: record.Stale,
			Reason: "not asked since 10 minutes"}},
	} {
		o.state(station, p.node, p.point, p.state)
	}
}

// measure stores a reading every two minutes.
func (o *office) measure(station string, from, to time.Time) {
	o.t.Helper()
	var entries []record.Entry
	for at := from; at.Before(to); at = at.Add(2 * time.Minute) {
		left := to.Sub(at)
		if left > 9*time.Hour && left < 10*time.Hour {
			continue
		}
		phase := float64(at.Unix()%86400) / 86400 * 2 * math.Pi
		value := 23 + 1.6*math.Sin(phase) + 0.15*math.Sin(37*phase)
		if left < 2*time.Hour {
			value += 6.8 * (1 - left.Hours()/2)
		}
		entries = append(entries, record.NewEntry(record.TemperatureMeasured, "machine-room/temperature", at,
			record.MeasurementData{Value: math.Round(value*16) / 16, Unit: "°C"}))
		if left > 40*time.Minute {
			entries = append(entries, record.NewEntry(record.TemperatureMeasured, "outside/temperature", at,
				record.MeasurementData{Value: math.Round((9+5*math.Sin(phase+2))*16) / 16, Unit: "°C"}))
		}
	}
	o.happened(station, "agent", record.Telemetry, entries...)
}

// visits stores customers who come every few minutes: most are served and rate their visit, some give up.
func (o *office) visits(station string, from time.Time, customers int) {
	o.t.Helper()
	var entries []record.Entry
	add := func(typ, source string, at time.Time, data any) {
		entries = append(entries, record.NewEntry(typ, source, at, data))
	}
	scores := []int{5, 5, 4, 5, 4, 3, 5, 4, 2, 5}
	for i := range customers {
		at := from.Add(time.Duration(i) * 5 * time.Minute)
		number, counter := "A0"+string(rune('0'+i/10%10))+string(rune('0'+i%10)), string(rune('1'+i%3))
		ticket := station + number
		add(record.TicketIssued, "queue", at, record.TicketIssuedData{Ticket: ticket, Number: number, Service: "personal", Ahead: i % 7})
		switch {
		case i >= customers-6: // still waiting
		case i%11 == 10:
			add(record.TicketLeft, "queue", at.Add(20*time.Minute), record.TicketLeftData{Ticket: ticket, Number: number,
				Service: "personal", Wait: 1200, Reason: "gave-up"})
		default:
			wait := float64(90 + 37*(i%9))
			add(record.TicketCalled, "queue", at.Add(time.Duration(wait)*time.Second), record.TicketCalledData{Ticket: ticket,
				Number: number, Service: "personal", Counter: counter, Wait: wait})
			add(record.TicketServed, "queue", at.Add(time.Duration(wait)*time.Second+4*time.Minute), record.TicketServedData{
				Ticket: ticket, Number: number, Service: "personal", Counter: counter, Wait: wait, Serving: 240})
			if i%2 == 0 {
				add(record.SurveyAnswered, "survey", at.Add(time.Duration(wait)*time.Second+5*time.Minute),
					record.SurveyAnsweredData{Score: scores[i/2%len(scores)], Ticket: ticket})
			}
		}
	}
	slices.SortStableFunc(entries, func(a, b record.Entry) int { return a.Time.Compare(b.Time) })
	o.happened(station, "kiosk", record.Events, entries...)
}

// calm fills a station where all is well.
func (o *office) calm(station string, now time.Time) {
	o.t.Helper()
	o.online(station, "agent", now.Add(-300*time.Hour))
	o.happened(station, "agent", record.Events,
		record.NewEntry(record.DoorClosed, "machine-room/door", now.Add(-time.Hour), record.DoorData{}))
	o.state(station, "agent", "machine-room/door", record.State{Value: "closed", Time: now.Add(-time.Hour)})
	o.state(station, "agent", "machine-room/temperature", record.State{Value: 22.4, Unit: "°C", Time: now})
}

package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/datadir"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/internal/uplink"
)

// ordersEnv makes this binary a writer that follows the orders in it.
const ordersEnv = "CRASH_WRITER"

// orders say what a writer does.
type orders struct {
	Data, Station, Node string
	// Broker is where it reports to. Without one it acknowledges its own records.
	Broker string
	// Seed decides how large its groups are.
	Seed uint64
	// Limit is how many records it may be ahead of head office.
	Limit uint64
	// Early makes a writer that breaks its promise: it tells of events before Append has returned, and of readings when
	// they are accepted rather than when they are on disk.
	Early bool
}

// writer appends as fast as head office follows, and tells what it was told is on disk.
type writer struct {
	orders
	journal *journal.Journal

	mu      sync.Mutex // of standard output, and of waiting
	waiting []record.Record
}

// write is the writer's life. It ends when the process is asked to stop, or killed.
func write(text string) error {
	var o orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	claim, err := datadir.Claim(o.Data)
	if err != nil {
		return err
	}
	defer claim.Close()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	j, err := openJournal(o.Data, log)
	if err != nil {
		return err
	}
	w := &writer{orders: o, journal: j}
	fmt.Printf("opened %s %d %d\n", j.Epoch(), j.Position(record.Events).Last, j.Position(record.Telemetry).Last)
	if o.Broker == "" {
		err = w.workAlone(ctx)
	} else {
		err = w.work(ctx, log)
	}
	if err := errors.Join(err, j.Close()); err != nil {
		return err
	}
	w.tellCommitted(true)
	fmt.Println("closed")
	return nil
}

// openJournal opens a journal that keeps nothing which head office has acknowledged: what it had not stored then would
// be gone for good.
func openJournal(dir string, log *slog.Logger) (*journal.Journal, error) {
	system, err := clock.System()
	if err != nil {
		return nil, err
	}
	return journal.Open(dir, journal.Options{
		Clock: system, MaxBytes: 1 << 30, Retain: 0, TelemetryDelay: 20 * time.Millisecond, Log: log,
	})
}

// newUplink is a node's, with little patience: brokers come back at once here.
func newUplink(station, node, broker string, j *journal.Journal, log *slog.Logger) (*uplink.Uplink, error) {
	remote, err := endpoint.Remote{URL: broker}.Resolve(log)
	if err != nil {
		return nil, err
	}
	return uplink.New(uplink.Options{Station: station, Node: node, Broker: remote, Journal: j, Log: log,
		AckTimeout: 2 * time.Second, RetryMin: 10 * time.Millisecond, RetryMax: 200 * time.Millisecond})
}

func (w *writer) work(ctx context.Context, log *slog.Logger) error {
	up, err := newUplink(w.Station, w.Node, w.Broker, w.journal, log)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return up.Run(ctx) })
	writers := uint64(3)
	if w.Early {
		writers = 1 // it has to guess its numbers
	}
	for n := range writers {
		rng := rand.New(rand.NewPCG(w.Seed, n))
		group.Go(func() error { return w.writeEvents(ctx, rng) })
	}
	rng := rand.New(rand.NewPCG(w.Seed, writers))
	group.Go(func() error { return w.writeReadings(ctx, rng) })
	return group.Wait()
}

// sizes of groups: what a quiet station commits, and what a busy one does.
var sizes = []int{1, 1, 3, 10, 30, 100, 300}

func (w *writer) writeEvents(ctx context.Context, rng *rand.Rand) error {
	for w.room(ctx) {
		entries := make([]record.Entry, sizes[rng.IntN(len(sizes))])
		for i := range entries {
			entries[i] = event(rng)
		}
		if w.Early {
			w.tell(record.Events, w.journal.Position(record.Events).Last+1, make([]uint64, len(entries)))
		}
		records, err := w.journal.Append(context.Background(), record.Events, entries...)
		if err != nil {
			return err
		}
		w.tell(record.Events, records[0].Seq, digests(records))
		w.tellCommitted(false)
	}
	return nil
}

func (w *writer) writeReadings(ctx context.Context, rng *rand.Rand) error {
	for w.room(ctx) {
		entries := make([]record.Entry, sizes[rng.IntN(len(sizes))])
		for i := range entries {
			entries[i] = reading(rng)
		}
		records, err := w.journal.Append(context.Background(), record.Telemetry, entries...)
		if err != nil {
			return err
		}
		if w.Early {
			w.tell(record.Telemetry, records[0].Seq, digests(records))
			continue
		}
		w.mu.Lock()
		w.waiting = append(w.waiting, records...)
		w.mu.Unlock()
		w.tellCommitted(false)
	}
	return nil
}

// room waits until head office has caught up to the limit. It returns false when the writer is to stop.
func (w *writer) room(ctx context.Context) bool {
	for ctx.Err() == nil {
		changed := w.journal.Changed()
		ahead := uint64(0)
		for _, s := range record.Streams {
			at := w.journal.Position(s)
			ahead += at.Last - at.Through
		}
		w.mu.Lock()
		ahead += uint64(len(w.waiting))
		w.mu.Unlock()
		if ahead < w.Limit {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return false
}

// tellCommitted tells of the readings that are on disk by now: all of them once the journal is closed.
func (w *writer) tellCommitted(all bool) {
	last := w.journal.Position(record.Telemetry).Last
	w.mu.Lock()
	n := 0
	for n < len(w.waiting) && (all || w.waiting[n].Seq <= last) {
		n++
	}
	committed := w.waiting[:n]
	w.waiting = w.waiting[n:]
	w.mu.Unlock()
	if n > 0 {
		w.tell(record.Telemetry, committed[0].Seq, digests(committed))
	}
}

func digests(records []record.Record) []uint64 {
	all := make([]uint64, len(records))
	for i, r := range records {
		all[i] = digest(r)
	}
	return all
}

// tellAtMost keeps a line shorter than what a pipe takes whole.
const tellAtMost = 100

// tell says that consecutive records are on disk. A line that a kill cut off lacks the full stop.
func (w *writer) tell(stream record.Stream, first uint64, digests []uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(digests) > 0 {
		n := min(tellAtMost, len(digests))
		line := fmt.Appendf(nil, "durable %s %s %d", w.journal.Epoch(), stream, first)
		for _, d := range digests[:n] {
			line = strconv.AppendUint(append(line, ' '), d, 16)
		}
		os.Stdout.Write(append(line, " .\n"...))
		first, digests = first+uint64(n), digests[n:]
	}
}

// told is what a line of the writer says.
type told struct {
	epoch   string
	stream  record.Stream
	first   uint64
	digests []uint64
}

// parseTold reads a line of tell. ok is false when it is another, or one that was cut off.
func parseTold(line string) (t told, ok bool) {
	words := strings.Fields(line)
	if len(words) < 6 || words[0] != "durable" || words[len(words)-1] != "." {
		return told{}, false
	}
	t = told{epoch: words[1], stream: record.Stream(words[2])}
	var err error
	if t.first, err = strconv.ParseUint(words[3], 10, 64); err != nil {
		return told{}, false
	}
	for _, word := range words[4 : len(words)-1] {
		d, err := strconv.ParseUint(word, 16, 64)
		if err != nil {
			return told{}, false
		}
		t.digests = append(t.digests, d)
	}
	return t, true
}

// event and reading are of the size and the variety of a station's.
func event(rng *rand.Rand) record.Entry {
	switch door := "hall-" + strconv.Itoa(rng.IntN(4)) + "/door"; rng.IntN(3) {
	case 0:
		return record.NewEntry(record.DoorOpened, door, time.Time{}, record.DoorData{})
	case 1:
		return record.NewEntry(record.DoorClosed, door, time.Time{}, record.DoorData{})
	default:
		card := fmt.Sprintf("************%04d", rng.IntN(10_000))
		return record.NewEntry(record.BadgePresented, "hall/badge", time.Time{}, record.BadgeData{Card: card})
	}
}

func reading(rng *rand.Rand) record.Entry {
	point := "rack-" + strconv.Itoa(rng.IntN(10)) + "/temperature"
	return record.NewEntry(record.TemperatureMeasured, point, time.Time{},
		record.MeasurementData{Value: float64(rng.IntN(600_000)) / 1e4, Unit: "°C"})
}

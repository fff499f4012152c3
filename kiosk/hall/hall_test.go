package hall_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var shanghai = time.FixedZone("CST", 8*3600)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// points keeps what the hall shows to head office.
type points struct {
	mu     sync.Mutex
	latest map[string]record.State
	told   int
}

func (p *points) SetState(point string, s record.State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.latest == nil {
		p.latest = map[string]record.State{}
	}
	p.latest[point] = s
	p.told++
}

func (p *points) value(point string) any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.latest[point].Value
}

// branch is a hall on a real journal.
type branch struct {
	*hall.Hall
	t       *testing.T
	journal *journal.Journal
	points  *points
	now     time.Time
}

// frail is a journal whose appends can be made to fail, before or after they are on disk.
type frail struct {
	*journal.Journal
	before, after error
}

func (f *frail) Append(ctx context.Context, s record.Stream, entries ...record.Entry) ([]record.Record, error) {
	if f.before != nil {
		return nil, f.before
	}
	records, err := f.Journal.Append(ctx, s, entries...)
	return records, errors.Join(err, f.after)
}

func mustJournal(t *testing.T, dir string) *journal.Journal {
	t.Helper()
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(dir, journal.Options{Clock: system, MaxBytes: 1 << 24, Retain: 7 * 24 * time.Hour, TelemetryDelay: time.Second, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

func rules() queue.Rules {
	return queue.Rules{
		Services: []queue.Service{{ID: "new", Prefix: "A"}, {ID: "pay", Prefix: "B"}},
		Counters: []queue.Counter{{ID: "1"}, {ID: "2"}, {ID: "3"}},
		Calendar: queue.Calendar{Zone: shanghai, Start: 3 * time.Hour},
	}
}

func mustOpen(t *testing.T, j *journal.Journal, writer hall.Journal) *branch {
	t.Helper()
	b := &branch{t: t, journal: j, points: &points{}, now: time.Date(2026, 11, 23, 9, 0, 0, 0, shanghai)}
	h, err := hall.Open(hall.Options{Rules: rules(), Journal: writer, Points: b.points, Now: func() time.Time { return b.now }, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	b.Hall = h
	return b
}

func (b *branch) must(c queue.Command) queue.Ticket {
	b.t.Helper()
	ticket, err := b.Do(b.t.Context(), c)
	if err != nil {
		b.t.Fatalf("%#v: %v", c, err)
	}
	return ticket
}

// reopened is the queue as another hall would find it in the same journal.
func (b *branch) reopened() hall.Snapshot {
	b.t.Helper()
	again := mustOpen(b.t, b.journal, b.journal)
	return again.Snapshot()
}

func TestHallIsRebuiltFromItsJournal(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := mustOpen(t, j, j)
	first := b.must(queue.Take{Service: "new", Request: "r1"})
	b.must(queue.Take{Service: "pay"})
	b.must(queue.Call{Counter: "1"})
	if _, err := b.Rate(t.Context(), survey.Answer{Score: 4, Ticket: first.ID}); err != nil {
		t.Fatal(err)
	}
	again := mustOpen(t, j, j)
	got, want := again.Snapshot(), b.Snapshot()
	got.Quotes, want.Quotes = nil, nil // worked out by Run, a moment after each change
	if !reflect.DeepEqual(got, want) {
		t.Errorf("rebuilt:\n%+v\nwant:\n%+v", got, want)
	}
	if got := again.must(queue.Take{Service: "new", Request: "r1"}); !reflect.DeepEqual(got, first) {
		t.Errorf("the request of before the restart gave %+v, want %+v", got, first)
	}
	if _, err := again.Rate(t.Context(), survey.Answer{Score: 4, Ticket: first.ID}); !errors.Is(err, survey.ErrRatedBefore) {
		t.Errorf("second rating after a restart: %v", err)
	}
	if got := again.must(queue.Take{Service: "new"}).Number; got != "A002" {
		t.Errorf("next number %s, want A002", got)
	}
}

func TestPoints(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := mustOpen(t, j, j)
	if s := b.points.latest[hall.PointCalled]; s.Value != nil || s.Quality != record.Unknown {
		t.Errorf("called, before the first call: %+v", s)
	}
	first := b.must(queue.Take{Service: "new"})
	b.must(queue.Take{Service: "new"})
	b.must(queue.Take{Service: "pay"})
	b.must(queue.Call{Counter: "2"})
	b.must(queue.Finish{Counter: "2"})
	b.must(queue.Call{Counter: "2"})
	for _, score := range []int{5, 2} {
		if _, err := b.Rate(t.Context(), survey.Answer{Score: score}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Rate(t.Context(), survey.Answer{Score: 5, Ticket: first.ID}); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		hall.PointWaiting: 1, hall.PointCalled: "A002", hall.PointServing: 1, hall.PointIssuedToday: 3,
		hall.PointServedToday: 1, hall.PointMeanToday: 4.0, hall.PointCountToday: 3,
	}
	for point, value := range want {
		if got := b.points.latest[point]; got.Value != value || got.Quality != record.Good || !got.Time.Equal(b.now) {
			t.Errorf("%s: %+v, want %v", point, got, value)
		}
		if err := record.CheckPoint(point); err != nil {
			t.Error(err)
		}
	}
	told := b.points.told
	b.must(queue.Recall{Counter: "2"})
	if b.points.told != told {
		t.Errorf("a recall changes no point, but %d were told", b.points.told-told)
	}
}

func TestRatingNeedsAVisit(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := mustOpen(t, j, j)
	waiting := b.must(queue.Take{Service: "new"})
	if _, err := b.Rate(t.Context(), survey.Answer{Score: 5, Ticket: waiting.ID}); !errors.Is(err, hall.ErrNotVisited) {
		t.Errorf("rating of a waiting ticket: %v", err)
	}
	if _, err := b.Rate(t.Context(), survey.Answer{Score: 5, Ticket: "none"}); !errors.Is(err, queue.ErrUnknownTicket) {
		t.Errorf("rating of an unknown ticket: %v", err)
	}
	if _, err := b.Rate(t.Context(), survey.Answer{Score: 9}); !errors.Is(err, survey.ErrScore) {
		t.Errorf("rating beyond the scale: %v", err)
	}
}

func TestFailedAppendChangesNothing(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	f := &frail{Journal: j}
	b := mustOpen(t, j, f)
	b.must(queue.Take{Service: "new"})
	before := b.Snapshot()
	changes, stop := b.Subscribe()
	defer stop()
	<-changes

	f.before = errors.New("disk full")
	if _, err := b.Do(t.Context(), queue.Take{Service: "new", Request: "r"}); !errors.Is(err, hall.ErrNotWritten) || !errors.Is(err, f.before) {
		t.Errorf("ticket without a journal: %v", err)
	}
	if _, err := b.Rate(t.Context(), survey.Answer{Score: 5}); !errors.Is(err, hall.ErrNotWritten) {
		t.Errorf("rating without a journal: %v", err)
	}
	if got := b.Snapshot(); !reflect.DeepEqual(got.Queue, before.Queue) || got.Survey != before.Survey {
		t.Errorf("state changed to %+v", got)
	}
	f.before = nil
	if got := b.must(queue.Take{Service: "new", Request: "r"}).Number; got != "A002" {
		t.Errorf("number after the failure: %s, want A002", got)
	}
	if got := b.reopened(); !reflect.DeepEqual(got.Queue, b.Snapshot().Queue) {
		t.Errorf("journal holds %+v, shown is %+v", got.Queue, b.Snapshot().Queue)
	}
}

func TestAppendWhoseOutcomeWasNotLearnedIsFoundAgain(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	f := &frail{Journal: j}
	b := mustOpen(t, j, f)
	f.after = errors.New("no answer")
	if _, err := b.Do(t.Context(), queue.Take{Service: "new", Request: "r"}); !errors.Is(err, hall.ErrNotWritten) {
		t.Fatalf("append without an answer: %v", err)
	}
	f.after = nil
	if got := b.must(queue.Take{Service: "new", Request: "r"}).Number; got != "A001" {
		t.Errorf("the same request again: %s, want A001", got)
	}
	if got := b.must(queue.Take{Service: "new"}).Number; got != "A002" {
		t.Errorf("another ticket: %s, want A002", got)
	}
	if got := b.reopened(); !reflect.DeepEqual(got.Queue, b.Snapshot().Queue) {
		t.Errorf("journal holds %+v, shown is %+v", got.Queue, b.Snapshot().Queue)
	}
}

func TestSubscribersGetTheLatest(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := mustOpen(t, j, j)
	changes, stop := b.Subscribe()
	if got := <-changes; len(got.Queue.Waiting) != 0 {
		t.Errorf("first snapshot: %+v", got)
	}
	for range 5 {
		b.must(queue.Take{Service: "new"})
	}
	if got := <-changes; len(got.Queue.Waiting) != 5 {
		t.Errorf("a slow reader sees %d waiting, want 5", len(got.Queue.Waiting))
	}
	stop()
	b.must(queue.Take{Service: "new"})
	select {
	case got := <-changes:
		t.Errorf("told after the end: %+v", got)
	default:
	}
}

func TestCancelledWhileOthersHaveTheirTurn(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	slow := &slow{Journal: j, entered: make(chan struct{}), release: make(chan struct{})}
	b := mustOpen(t, j, slow)
	done := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, err := b.Do(ctx, queue.Take{Service: "new"})
		done <- err
	}()
	<-slow.entered
	cancel()
	if _, err := b.Do(ctx, queue.Take{Service: "new"}); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for its turn: %v, want context.Canceled", err)
	}
	close(slow.release)
	if err := <-done; err != nil {
		t.Errorf("a command whose turn had come was given up: %v", err)
	}
	if got := len(b.Snapshot().Queue.Waiting); got != 1 {
		t.Errorf("%d waiting, want 1", got)
	}
}

// slow holds appends up until it is released.
type slow struct {
	*journal.Journal
	entered, release chan struct{}
}

func (s *slow) Append(ctx context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error) {
	s.entered <- struct{}{}
	<-s.release
	return s.Journal.Append(ctx, stream, entries...)
}

func TestManyAtOnceShareOneQueue(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := mustOpen(t, j, j)
	const each = 20
	var all sync.WaitGroup
	calls := make(chan queue.Ticket, 3*each)
	for counter := 1; counter <= 3; counter++ {
		all.Go(func() {
			held := ""
			for range each {
				if _, err := b.Do(t.Context(), queue.Take{Service: "new"}); err != nil {
					t.Error(err)
				}
				id := fmt.Sprint(counter)
				ticket, err := b.Do(t.Context(), queue.Call{Counter: id, Finish: held})
				if err != nil {
					t.Error(err)
				}
				held = ticket.ID
				calls <- ticket
			}
		})
	}
	all.Wait()
	close(calls)
	seen := map[string]bool{}
	for ticket := range calls {
		if seen[ticket.ID] {
			t.Errorf("%s was called twice", ticket.Number)
		}
		seen[ticket.ID] = true
	}
	if len(seen) != 3*each {
		t.Errorf("%d tickets called, want %d", len(seen), 3*each)
	}
	got, shown := b.reopened(), b.Snapshot()
	got.Quotes, shown.Quotes = nil, nil // Run renews them, and it does not run here
	if !reflect.DeepEqual(got, shown) {
		t.Errorf("journal holds %+v, shown is %+v", got, shown)
	}
}

func TestDayEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := mustJournal(t, t.TempDir())
		p := &points{}
		h, err := hall.Open(hall.Options{Rules: rules(), Journal: j, Points: p, Now: time.Now, Log: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Do(t.Context(), queue.Take{Service: "new"}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.Run(ctx) }()

		end := rules().Calendar.End(time.Now())
		time.Sleep(time.Until(end) - time.Millisecond)
		synctest.Wait()
		if got := h.Snapshot().Queue; len(got.Waiting) != 1 || got.Today.Issued != 1 {
			t.Errorf("just before the end of the day: %+v", got)
		}
		time.Sleep(2 * time.Millisecond)
		waitFor(h, func(s hall.Snapshot) bool { return len(s.Queue.Waiting) == 0 })
		if got := h.Snapshot().Queue; got.Today != (queue.Tally{}) || got.Day != rules().Calendar.Day(end) {
			t.Errorf("after the end of the day: %+v", got)
		}
		if got := p.value(hall.PointIssuedToday); got != 0 {
			t.Errorf("issued today: %v, want 0", got)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// waitFor takes snapshots until one is as wanted. The test's own time limit guards against a hang.
func waitFor(h *hall.Hall, want func(hall.Snapshot) bool) {
	changes, stop := h.Subscribe()
	defer stop()
	for s := range changes {
		if want(s) {
			return
		}
	}
}

func TestAnEmptyDayIsShownAsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := mustJournal(t, t.TempDir())
		p := &points{}
		h, err := hall.Open(hall.Options{Rules: rules(), Journal: j, Points: p, Now: time.Now, Log: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Rate(t.Context(), survey.Answer{Score: 5}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.Run(ctx) }()
		day := h.Snapshot().Queue.Day
		time.Sleep(24 * time.Hour)
		waitFor(h, func(s hall.Snapshot) bool { return s.Queue.Day != day })
		if got := p.value(hall.PointCountToday); got != 0 {
			t.Errorf("ratings today: %v, want 0", got)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	good := hall.Options{Rules: rules(), Journal: j, Points: &points{}, Now: time.Now, Log: quiet()}
	for name, spoil := range map[string]func(*hall.Options){
		"rules":   func(o *hall.Options) { o.Rules.Services = nil },
		"journal": func(o *hall.Options) { o.Journal = nil },
		"points":  func(o *hall.Options) { o.Points = nil },
		"clock":   func(o *hall.Options) { o.Now = nil },
		"log":     func(o *hall.Options) { o.Log = nil },
	} {
		o := good
		spoil(&o)
		if _, err := hall.Open(o); err == nil {
			t.Errorf("without %s: accepted", name)
		}
	}
}

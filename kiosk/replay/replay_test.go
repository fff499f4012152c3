package replay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/replay"
)

const head = "call_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver\n"

// local is an hour or two ahead of UTC, as the recording's zone is.
var local = time.FixedZone("IST", 2*3600)

// day is a small recording with one of each oddity. Its lines are in the form of the real one; column by column:
// call_id priority type date vru_entry vru_exit vru_time q_start q_exit q_time outcome ser_start ser_exit ser_time server
var day = []string{
	2:  "1 0 PS 990201 9:00:00 9:00:10 10 9:00:10 9:00:40 30 AGENT 9:00:39 9:05:00 261 DORIT",     // plain
	3:  "2 2 NW 990201 9:01:00 9:01:05 5 9:01:05 9:01:15 10 HANG 0:00:00 0:00:00 0 NO_SERVER",     // gives up
	4:  "3 0 PS 990201 9:02:00 9:02:08 8 0:00:00 0:00:00 0 AGENT 9:02:07 9:03:08 61 TOVA",         // no wait
	5:  "4 0 PS 990201 9:03:00 9:03:10 10 0:00:00 0:00:00 0 HANG 0:00:00 0:00:00 0 NO_SERVER",     // LeftBeforeQueue
	6:  "5 0 PS 990201 9:03:20 9:03:25 5 9:03:25 9:03:45 20 HANG 9:03:45 9:03:50 5 NO_SERVER",     // LeftWithService
	7:  "6 0 PS 990201 9:03:30 9:03:35 5 0:00:00 0:00:00 0 AGENT 9:03:35 9:04:35 60 NO_SERVER",    // ServerUnknown
	8:  "7 0 PS 990201 9:04:00 9:04:10 10 0:00:00 0:00:00 0 AGENT 9:04:10 9:04:30 20 DORIT",       // ServerBusy, until 9:05:00
	9:  "8 0 PS 990201 9:06:00 9:06:10 10 9:06:10 9:06:20 10 AGENT 0:00:00 0:00:00 0 TOVA",        // ServiceUnknown
	10: "9 0 PS 990201 9:07:00 9:07:10 10 9:07:10 9:07:40 30 AGENT 9:07:12 9:07:20 8 TOVA",        // ServiceBeforeCall
	11: "10 0 PS 990201 9:08:00 9:08:10 10 9:08:10 9:08:40 30 AGENT 9:08:20 9:09:40 80 TOVA",      // ServiceOverlapsWait
	12: "11 1 PS 990201 9:12:00 9:11:00 -60 9:11:00 9:12:30 90 AGENT 9:12:29 9:13:00 31 TOVA",     // ExitBeforeEntry
	13: "12 0 PS 990201 9:14:00 9:14:05 5 9:14:05 9:14:15 10 PHANTOM 9:14:15 9:14:20 5 NO_SERVER", // PhantomIgnored
	14: "13 0 PS 990201 9:15:00 9:15:05 5 9:15:05 9:15:15 12 HANG 0:00:00 0:00:00 0 NO_SERVER",    // WaitDiffers
	15: "14 0 PS 990201 23:59:30 23:59:40 10 23:59:40 0:00:10 30 AGENT 0:00:09 0:01:10 61 TOVA",   // waits over midnight
	16: "15 0 PS 990201 23:58:00 23:58:05 5 0:00:00 0:00:00 0 AGENT 23:58:05 0:00:05 120 DORIT",   // OverMidnight
	17: "16 0 PS 990202 9:00:00 9:00:10 10 0:00:00 0:00:00 0 AGENT 9:00:10 9:01:00 50 TOVA",       // of another day
}

func recording(lines []string) string {
	var b strings.Builder
	b.WriteString(head)
	for _, l := range lines {
		if l != "" {
			b.WriteString(strings.ReplaceAll(l, " ", "\t") + "\n")
		}
	}
	return b.String()
}

func mustPlan(t *testing.T, path string, date time.Time) (*replay.Plan, []replay.Call) {
	t.Helper()
	calls, err := replay.Load(path, date)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := replay.NewPlan(calls)
	if err != nil {
		t.Fatal(err)
	}
	return plan, calls
}

func smallDay(t *testing.T) (*replay.Plan, []replay.Call) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "calls.tsv")
	if err := os.WriteFile(path, []byte(recording(day)), 0o600); err != nil {
		t.Fatal(err)
	}
	return mustPlan(t, path, time.Date(1999, 2, 1, 12, 0, 0, 0, local))
}

func mustJournal(t *testing.T) *journal.Journal {
	t.Helper()
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.TempDir(), journal.Options{Clock: system, MaxBytes: 1 << 26, Retain: time.Hour, TelemetryDelay: time.Second, Log: quiet()})
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

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

type noPoints struct{}

func (noPoints) SetState(string, record.State) {}

func mustHall(t *testing.T, plan *replay.Plan, j *journal.Journal) (*hall.Hall, *replay.Clock) {
	t.Helper()
	c := replay.NewClock(plan.Begin(), time.Now)
	h, err := hall.Open(hall.Options{Rules: plan.Rules, Journal: j, Points: noPoints{}, Now: c.Now, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	return h, c
}

func TestEveryOddityIsPutRightAndCounted(t *testing.T) {
	plan, calls := smallDay(t)
	if len(calls) != 15 {
		t.Errorf("%d calls of the day, want 15", len(calls))
	}
	for _, o := range replay.Oddities {
		if plan.Odd[o] != 1 {
			t.Errorf("%s: %d, want 1", o, plan.Odd[o])
		}
	}
	h, c := mustHall(t, plan, mustJournal(t))
	got, err := plan.Run(t.Context(), h, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Check(got); err != nil {
		t.Error(err)
	}
	want := replay.Account{Issued: 14, Served: 10, Left: 4,
		WaitServed: (30 + 10 + 30 + 30 + 90 + 30) * time.Second, WaitLeft: (10 + 20 + 10) * time.Second,
		Serving: (260 + 60 + 60 + 20 + 60 + 30 + 60 + 120) * time.Second}
	if got != want {
		t.Errorf("account %+v, want %+v", got, want)
	}
	view := h.Snapshot().Queue
	if view.Today.Issued != 14 || view.Today.Served != 10 || view.Today.Left != 4 || len(view.Waiting) != 0 || view.Serving() != 0 {
		t.Errorf("the hall at the end: %+v", view)
	}
}

func TestReportSaysWhatWasPutRight(t *testing.T) {
	plan, calls := smallDay(t)
	var b strings.Builder
	if err := plan.Report(&b, len(calls), plan.Expected, time.Second); err != nil {
		t.Fatal(err)
	}
	for _, want := range append([]string{"Replay of 1999-02-01", "14 (recorded 14)", "22.00 s (recorded 22.00 s)"}, string(replay.ServerBusy)) {
		if !strings.Contains(b.String(), want) {
			t.Errorf("report lacks %q:\n%s", want, b.String())
		}
	}
}

func TestCheckTellsDifferences(t *testing.T) {
	plan, _ := smallDay(t)
	wrong := plan.Expected
	wrong.WaitServed++
	if err := plan.Check(wrong); !errors.Is(err, replay.ErrDiffers) {
		t.Errorf("a wait that differs: %v", err)
	}
}

// interrupted ends the play after some commands.
type interrupted struct {
	*hall.Hall
	left   int
	cancel context.CancelFunc
}

func (i *interrupted) Do(ctx context.Context, c queue.Command) (queue.Ticket, error) {
	ticket, err := i.Hall.Do(ctx, c)
	if i.left--; i.left == 0 {
		i.cancel()
	}
	return ticket, err
}

func TestAnInterruptedReplayIsTakenUpWhereItStopped(t *testing.T) {
	plan, _ := smallDay(t)
	j := mustJournal(t)
	h, c := mustHall(t, plan, j)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := plan.Run(ctx, &interrupted{Hall: h, left: 17, cancel: cancel}, c); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	stopped := j.Position(record.Events).Last

	h, c = mustHall(t, plan, j)
	got, err := plan.Run(t.Context(), h, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Check(got); err != nil {
		t.Error(err)
	}
	if last := j.Position(record.Events).Last; stopped != 17 || last != uint64(3*got.Served+2*got.Left) {
		t.Errorf("%d records after the interruption, %d at the end: want 17 and %d", stopped, last, 3*got.Served+2*got.Left)
	}
}

func TestARealQueueIsNotMixedWithARecordedOne(t *testing.T) {
	plan, _ := smallDay(t)
	for day, want := range map[string]error{"": nil, "1999-02-01": nil, "1999-02-02": replay.ErrOtherCustomers, "2026-11-23": replay.ErrOtherCustomers} {
		if err := plan.Accepts(day); !errors.Is(err, want) {
			t.Errorf("last record of %q: %v, want %v", day, err, want)
		}
	}
}

func TestClock(t *testing.T) {
	begin, live := time.Unix(1, 0), time.Unix(9, 0)
	c := replay.NewClock(begin, func() time.Time { return live })
	if got := c.Now(); !got.Equal(begin) {
		t.Errorf("before the replay: %s", got)
	}
	c.Release()
	if got := c.Now(); !got.Equal(live) {
		t.Errorf("after the replay: %s", got)
	}
}

func TestErrorsNameFileLineAndColumn(t *testing.T) {
	good := strings.Split(day[2], " ")
	spoil := func(column int, value string) string {
		fields := append([]string(nil), good...)
		fields[column] = value
		return head + strings.Join(good, "\t") + "\n" + strings.Join(fields, "\t") + "\n"
	}
	for _, c := range []struct{ text, want string }{
		{"", "calls.tsv: empty"},
		{"call_id\tpriority\n", `calls.tsv:1: header: column "type" is missing`},
		{head + "1\t2\n", "calls.tsv:2: 2 columns: expected 15"},
		{spoil(1, "x"), "calls.tsv:3: column priority"},
		{spoil(2, "ps"), "calls.tsv:3: column type"},
		{spoil(3, "990231"), "calls.tsv:3: column date"},
		{spoil(4, "9:00"), "calls.tsv:3: column vru_entry"},
		{spoil(5, "24:00:00"), "calls.tsv:3: column vru_exit"},
		{spoil(9, "-1"), "calls.tsv:3: column q_time"},
		{spoil(10, "AWAY"), "calls.tsv:3: column outcome"},
		{spoil(12, "9:61:00"), "calls.tsv:3: column ser_exit"},
		{spoil(14, "Dorit B"), "calls.tsv:3: column server"},
		{head + strings.Repeat("x", 1<<17), "calls.tsv:2: bufio.Scanner: token too long"},
	} {
		err := replay.Read(strings.NewReader(c.text), "calls.tsv", local, func(replay.Call) error { return nil })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.200q: %v, want %q", c.text, err, c.want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "calls.tsv")
	torn := filepath.Join(dir, "calls.tsv.gz")
	for path, text := range map[string]string{plain: recording(day), torn: "not gzip"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	date := time.Date(1999, 3, 1, 0, 0, 0, 0, local)
	for _, path := range []string{plain, torn, filepath.Join(dir, "none")} {
		if _, err := replay.Load(path, date); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestPlanRefuses(t *testing.T) {
	_, calls := smallDay(t)
	phantom := calls[len(calls)-4]
	if phantom.Outcome != replay.Phantom {
		t.Fatalf("line %d is no phantom", phantom.Line)
	}
	other := calls[0]
	other.Day = other.Day.AddDate(0, 0, 1)
	for name, calls := range map[string][]replay.Call{"nothing": nil, "two days": {calls[0], other}, "phantoms only": {phantom}} {
		if _, err := replay.NewPlan(calls); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// recordings is the folder of real recordings, which lie outside of the module.
func recordings(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("STATIONKEEPER_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	path := filepath.Join(folder, "queue", "bank-calls-1999-02-01..14.tsv.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the recorded customers are not here (set STATIONKEEPER_DATA): %v", err)
	}
	return path
}

func TestEveryRecordedDayCanBePlanned(t *testing.T) {
	path := recordings(t)
	for d := 1; d <= 14; d++ {
		plan, calls := mustPlan(t, path, time.Date(1999, 2, d, 0, 0, 0, 0, local))
		if got := plan.Expected.Issued + plan.Odd[replay.PhantomIgnored]; got != len(calls) {
			t.Errorf("day %d: %d calls, but %d issued or set aside", d, len(calls), got)
		}
		if plan.Odd[replay.WaitDiffers] != 0 {
			t.Errorf("day %d: %d waits differ from their ends", d, plan.Odd[replay.WaitDiffers])
		}
		h := memory{t: t, state: queue.New(plan.Rules), clock: replay.NewClock(plan.Begin(), time.Now)}
		got, err := plan.Run(t.Context(), &h, h.clock)
		if err != nil {
			t.Fatalf("day %d: %v", d, err)
		}
		if err := plan.Check(got); err != nil {
			t.Errorf("day %d: %v", d, err)
		}
	}
}

// memory is the queue without a journal: fourteen days of commits would only show how fast the disk is.
type memory struct {
	t     *testing.T
	state *queue.State
	clock *replay.Clock
	seq   uint64
}

func (m *memory) Do(_ context.Context, c queue.Command) (queue.Ticket, error) {
	decision, err := m.state.Decide(c, m.clock.Now())
	if err != nil {
		return queue.Ticket{}, err
	}
	for _, e := range decision.Entries {
		m.seq++
		if err := m.state.Apply(record.Record{Seq: m.seq, Type: e.Type, Source: e.Source, Time: e.Time, Data: e.Data}); err != nil {
			return queue.Ticket{}, fmt.Errorf("apply: %w", err)
		}
	}
	return decision.Ticket, nil
}

func TestRecordedDayThroughTheHall(t *testing.T) {
	plan, _ := mustPlan(t, recordings(t), time.Date(1999, 2, 6, 0, 0, 0, 0, local)) // the shortest
	h, c := mustHall(t, plan, mustJournal(t))
	got, err := plan.Run(t.Context(), h, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Check(got); err != nil {
		t.Error(err)
	}
	if view := h.Snapshot().Queue; len(view.Waiting) != 0 || view.Serving() != 0 {
		t.Errorf("somebody is still there at the end: %+v", view)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(recording(day))
	f.Add("type\n")
	f.Add(head + "\t\t\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		byDay := map[time.Time][]replay.Call{}
		err := replay.Read(strings.NewReader(text), "f", local, func(c replay.Call) error {
			byDay[c.Day] = append(byDay[c.Day], c)
			return nil
		})
		if err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Fatalf("error without the file: %v", err)
		}
		for day, calls := range byDay {
			plan, err := replay.NewPlan(calls)
			if err != nil {
				continue
			}
			h := memory{t: t, state: queue.New(plan.Rules), clock: replay.NewClock(plan.Begin(), time.Now)}
			got, err := plan.Run(context.Background(), &h, h.clock)
			if err != nil {
				t.Fatalf("%s: %v", day, err)
			}
			if got.Issued != plan.Expected.Issued || got.Served != plan.Expected.Served || got.Left != plan.Expected.Left {
				t.Fatalf("%s: got %+v, recorded %+v", day, got, plan.Expected)
			}
		}
	})
}

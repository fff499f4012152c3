package replay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/replay"
)

// Two clerks. DORIT works from 9:00:10 to 9:10:10 and, after a break, for one more customer; TOVA from 9:02 on, but for the
// minute after 9:04 in which somebody waits and is not called.
var shortDay = []string{
	2: "1 0 PS 990201 9:00:00 9:00:10 10 0:00:00 0:00:00 0 AGENT 9:00:10 9:05:10 300 DORIT",
	3: "2 0 PS 990201 9:00:20 9:00:30 10 9:00:30 9:05:10 280 AGENT 9:05:10 9:10:10 300 DORIT",
	4: "3 0 NW 990201 9:00:30 9:00:40 10 9:00:40 9:01:40 60 HANG 0:00:00 0:00:00 0 NO_SERVER",
	5: "4 2 PS 990201 9:01:00 9:01:10 10 9:01:10 9:02:00 50 AGENT 9:02:00 9:04:00 120 TOVA",
	6: "5 0 NW 990201 9:04:10 9:04:20 10 0:00:00 0:00:00 0 HANG 0:00:00 0:00:00 0 NO_SERVER",
	7: "6 0 NW 990201 9:20:00 9:20:10 10 9:20:10 9:25:10 300 HANG 0:00:00 0:00:00 0 NO_SERVER",
	8: "7 0 NW 990201 9:31:00 9:31:10 10 0:00:00 0:00:00 0 AGENT 9:31:10 9:32:10 60 DORIT",
	9: "8 0 NW 990201 9:04:50 9:05:00 10 0:00:00 0:00:00 0 AGENT 9:05:00 9:21:00 960 TOVA",
}

func mustCalls(t *testing.T, lines []string) []replay.Call {
	t.Helper()
	var calls []replay.Call
	err := replay.Read(strings.NewReader(recording(lines)), "calls", local, func(c replay.Call) error {
		calls = append(calls, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return calls
}

func mustLive(t *testing.T, calls []replay.Call, o replay.Options) *replay.Live {
	t.Helper()
	live, err := replay.NewLive(calls, o)
	if err != nil {
		t.Fatal(err)
	}
	return live
}

// bubble runs a test whose time is made up. What journals have in common, their compressor, is made outside of it: what is
// made in one bubble cannot be used in another.
func bubble(t *testing.T, run func(*testing.T)) {
	t.Helper()
	warm.Do(func() {
		if _, err := mustJournal(t).Append(t.Context(), record.Events, record.NewEntry(record.NodeStarted, "node", time.Now(), record.NodeData{})); err != nil {
			t.Fatal(err)
		}
	})
	synctest.Test(t, run)
}

var warm sync.Once

// house is a kiosk's hall on a journal in a folder.
type house struct {
	*hall.Hall
	journal *journal.Journal
	clock   *replay.Clock
}

func mustHouse(t *testing.T, live *replay.Live, dir string) *house {
	t.Helper()
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(dir, journal.Options{Clock: system, MaxBytes: 1 << 26, Retain: time.Hour, TelemetryDelay: time.Second, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	c := replay.NewClock(live.Begin(), time.Now)
	h, err := hall.Open(hall.Options{Rules: live.Rules(), Journal: j, Points: noPoints{}, Now: c.Now, Log: quiet()})
	if err != nil {
		t.Fatal(errors.Join(err, j.Close()))
	}
	if err := live.Accepts(h.Snapshot().Queue.LastDay); err != nil {
		t.Fatal(errors.Join(err, j.Close()))
	}
	return &house{h, j, c}
}

func (h *house) close(t *testing.T) {
	t.Helper()
	if err := h.journal.Close(); err != nil {
		t.Error(err)
	}
}

// story is what the journal says about the queue, one line each, with times of day.
func (h *house) story(t *testing.T) string {
	t.Helper()
	records, _, err := h.journal.Read(record.Events, 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range records {
		var d struct{ Ticket, Number, Counter, Reason, Class string }
		mustDecode(t, r.Data, &d)
		_, line, _ := strings.Cut(d.Ticket, "line")
		fmt.Fprintln(&b, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %s %s", r.Time.In(local).Format(time.TimeOnly), r.Type, line, d.Counter, d.Class, d.Reason)), " "))
	}
	return b.String()
}

// The day as shortDay's customers and clerks live through it. Of those who wait at 9:02 the one with priority has counted
// as waiting since 8:59:40. The sixth, who gave up when nobody was free, is called at once, and takes as long as somebody
// else who came for the same; TOVA stays until that is done.
const shortStory = `09:00:10 ticket.issued 2
09:00:10 counter.opened DORIT
09:00:10 ticket.called 2 DORIT
09:00:30 ticket.issued 3
09:00:40 ticket.issued 4
09:01:10 ticket.issued 5 priority
09:01:40 ticket.left 4 gave-up
09:02:00 counter.opened TOVA
09:02:00 ticket.called 5 TOVA
09:04:00 ticket.served 5 TOVA
09:04:00 counter.paused TOVA break
09:04:20 ticket.issued 6
09:04:20 ticket.left 6 gave-up
09:05:00 ticket.issued 9
09:05:00 counter.resumed TOVA
09:05:00 ticket.called 3 TOVA
09:05:10 ticket.served 2 DORIT
09:05:10 ticket.called 9 DORIT
09:10:00 ticket.served 3 TOVA
09:10:10 counter.paused DORIT break
09:20:10 ticket.issued 7
09:20:10 ticket.called 7 TOVA
09:21:10 ticket.served 9 DORIT
09:31:10 ticket.issued 8
09:31:10 counter.resumed DORIT
09:31:10 ticket.called 8 DORIT
09:32:10 ticket.served 8 DORIT
09:32:10 counter.closed DORIT shift-over
09:36:10 ticket.served 7 TOVA
09:36:10 counter.closed TOVA shift-over
`

func TestLiveDay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		live := mustLive(t, mustCalls(t, shortDay), replay.Options{Speed: 60})
		h := mustHouse(t, live, t.TempDir())
		defer h.close(t)
		began := time.Now()
		got, score, err := live.Run(t.Context(), h, h.clock)
		if err != nil {
			t.Fatal(err)
		}
		if story := h.story(t); story != shortStory {
			t.Errorf("the day went\n%swant\n%s", story, shortStory)
		}
		want := replay.Account{Issued: 8, Served: 6, Left: 2, WaitServed: (50 + 270 + 10) * time.Second, Serving: (300 + 120 + 300 + 960 + 60 + 960) * time.Second}
		if got != want {
			t.Errorf("account %+v, want %+v", got, want)
		}
		if took := time.Since(began); took < 36*time.Second || took > 37*time.Second {
			t.Errorf("36 minutes at 60 times their pace took %s", took)
		}
		var b strings.Builder
		if err := live.Report(&b, got, score, time.Since(began)); err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"1999-02-01, from 09:00, at 60 times", "8 (recorded 8)", "6 (recorded 5)", "2 (recorded 3)", "55.00 s (recorded 66.00 s)"} {
			if !strings.Contains(b.String(), part) {
				t.Errorf("the report does not say %q:\n%s", part, b.String())
			}
		}
	})
}

// From 9:01 to 9:20 only; what is served then is served to the end.
func TestLivePartOfADay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		live := mustLive(t, mustCalls(t, shortDay), replay.Options{Speed: 600, From: 9*time.Hour + time.Minute, To: 9*time.Hour + 20*time.Minute})
		h := mustHouse(t, live, t.TempDir())
		defer h.close(t)
		if want := time.Date(1999, 2, 1, 9, 1, 0, 0, local); !live.Begin().Equal(want) || !h.clock.Now().Equal(want) {
			t.Errorf("begins at %s, and the clock at %s", live.Begin(), h.clock.Now())
		}
		if _, _, err := live.Run(t.Context(), h, h.clock); err != nil {
			t.Fatal(err)
		}
		want := `09:01:00 counter.opened DORIT
09:01:10 ticket.issued 5 priority
09:01:10 ticket.called 5 DORIT
09:02:00 counter.opened TOVA
09:03:10 ticket.served 5 DORIT
09:04:00 counter.paused TOVA break
09:04:20 ticket.issued 6
09:04:20 ticket.left 6 gave-up
09:05:00 ticket.issued 9
09:05:00 counter.resumed TOVA
09:05:00 ticket.called 9 DORIT
09:20:00 counter.closed TOVA shift-over
09:21:00 ticket.served 9 DORIT
09:21:00 counter.closed DORIT shift-over
`
		if story := h.story(t); story != want {
			t.Errorf("the part of the day went\n%swant\n%s", story, want)
		}
	})
}

// killed is a lobby whose program is killed after some commands.
type killed struct {
	*house
	left int
}

var errKilled = errors.New("killed")

func (k *killed) Do(ctx context.Context, c queue.Command) (queue.Ticket, error) {
	if k.left--; k.left < 0 {
		return queue.Ticket{}, errKilled
	}
	return k.house.Do(ctx, c)
}

// The kiosk is killed after every number of commands, and started again.
func TestLiveDayGoesOnAfterARestart(t *testing.T) {
	calls := mustCalls(t, shortDay)
	for n := range strings.Count(shortStory, "\n") {
		bubble(t, func(t *testing.T) {
			dir := t.TempDir()
			live := mustLive(t, calls, replay.Options{Speed: 60})
			h := mustHouse(t, live, dir)
			if _, _, err := live.Run(t.Context(), &killed{h, n}, h.clock); !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			h.close(t)
			h = mustHouse(t, live, dir)
			defer h.close(t)
			got, _, err := live.Run(t.Context(), h, h.clock)
			if err != nil {
				t.Fatal(err)
			}
			// The commands of the instant at which it was killed may come in another order; the clock goes on from the last that
			// was seen.
			if story := h.story(t); got.Issued != 8 || got.Served+got.Left != 8 || sorted(story) != sorted(shortStory) {
				t.Errorf("killed after %d commands: %+v\n%swant\n%s", n, got, story, shortStory)
			}
		})
	}
}

func sorted(story string) string {
	lines := strings.Split(story, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestLiveDayEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		live := mustLive(t, mustCalls(t, shortDay), replay.Options{Speed: 1})
		h := mustHouse(t, live, t.TempDir())
		defer h.close(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, _, err := live.Run(ctx, h, h.clock); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// Somebody touches the screen and the counters' pages while a day is played.
func TestPeopleTakePartInALiveDay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		live := mustLive(t, mustCalls(t, shortDay), replay.Options{Speed: 60})
		h := mustHouse(t, live, t.TempDir())
		defer h.close(t)
		done := make(chan error, 1)
		go func() {
			_, _, err := live.Run(t.Context(), h, h.clock)
			done <- err
		}()
		random := rand.New(rand.NewPCG(1, 2))
		var taken []string
		for range 200 {
			time.Sleep(100 * time.Millisecond) // six recorded seconds
			counter := []string{"DORIT", "TOVA"}[random.IntN(2)]
			for _, c := range []queue.Command{
				queue.Call{Counter: counter}, queue.Finish{Counter: counter}, queue.Return{Counter: counter, Place: -1}, queue.NoShow{Counter: counter},
				queue.PauseCounter{Counter: counter}, queue.ResumeCounter{Counter: counter}, queue.CloseCounter{Counter: counter},
				queue.OpenCounter{Counter: counter, Clerk: "me"},
			} {
				if random.IntN(8) == 0 {
					_, _ = h.Do(t.Context(), c) // most are refused
				}
			}
			if len(taken) < 10 && random.IntN(5) == 0 {
				ticket, err := h.Do(t.Context(), queue.Take{Service: "PS"})
				if err != nil {
					t.Error(err)
				}
				taken = append(taken, ticket.ID)
			}
		}
		for _, counter := range []string{"DORIT", "TOVA"} {
			_, _ = h.Do(t.Context(), queue.OpenCounter{Counter: counter, Clerk: "me"})
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		s := h.Snapshot().Queue
		if s.Today.Issued != 8+len(taken) || s.Today.Served+s.Today.Left != s.Today.Issued || len(s.Waiting) > 0 || s.Serving() > 0 || len(taken) == 0 {
			t.Errorf("with %d others: %+v", len(taken), s.Today)
		}
	})
}

func TestNewLiveRefusesWhatCannotBePlayed(t *testing.T) {
	calls := mustCalls(t, shortDay)
	for name, o := range map[string]replay.Options{
		"no speed":        {},
		"backwards":       {Speed: -1},
		"to before from":  {Speed: 1, From: 10 * time.Hour, To: 9 * time.Hour},
		"nobody comes":    {Speed: 1, From: 10 * time.Hour, To: 11 * time.Hour},
		"nobody works":    {Speed: 1, To: 9*time.Hour + 10*time.Second},
		"before midnight": {Speed: 1, From: -time.Hour},
	} {
		lines := calls
		if name == "nobody works" {
			lines = mustCalls(t, []string{"4 0 NW 990201 9:00:00 9:00:05 10 0:00:00 0:00:00 0 HANG 0:00:00 0:00:00 0 NO_SERVER"})
		}
		if _, err := replay.NewLive(lines, o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := replay.NewLive(nil, replay.Options{Speed: 1}); err == nil {
		t.Error("no calls: accepted")
	}
}

// Two hours in which five hundred people call in one, and the last before midnight: everybody who comes is served or
// leaves, on one day of work, and is told about the wait meanwhile.
func TestLiveRecordedHours(t *testing.T) {
	calls, err := replay.Load(recordings(t), time.Date(1999, 2, 3, 12, 0, 0, 0, local))
	if err != nil {
		t.Fatal(err)
	}
	for _, hours := range []replay.Options{{Speed: 60, From: 12 * time.Hour, To: 14 * time.Hour}, {Speed: 60, From: 22*time.Hour + 30*time.Minute}} {
		bubble(t, func(t *testing.T) {
			live := mustLive(t, calls, hours)
			h := mustHouse(t, live, t.TempDir())
			defer h.close(t)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- h.Run(ctx) }()
			began := time.Now()
			got, score, err := live.Run(ctx, h, h.clock)
			stop()
			if err := errors.Join(err, <-ended); err != nil {
				t.Fatal(err)
			}
			if got.Issued < 50 || got.Served+got.Left != got.Issued || score.N < got.Served/2 {
				t.Errorf("%+v, and %d were told something", got, score.N)
			}
			var b strings.Builder
			if err := live.Report(&b, got, score, time.Since(began)); err != nil {
				t.Fatal(err)
			}
			t.Log(b.String())
		})
	}
}

func mustDecode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("decode %s: %v", data, err)
	}
}

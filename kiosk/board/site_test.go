package board_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/board"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/speech"
	"stationkeeper/kiosk/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

type noPoints struct{}

func (noPoints) SetState(string, record.State) {}

var shanghai = time.FixedZone("CST", 8*3600)

// site is the board over a hall on a real journal.
type site struct {
	t       testing.TB
	hall    *hall.Hall
	journal *journal.Journal
	speech  *speech.Speaker
	url     string
	// dir is the journal's folder. late is what the hall's clock is ahead of ours, in nanoseconds.
	dir  string
	late atomic.Int64
}

// offices are the counters of the site.
const offices = 6

func rules() queue.Rules {
	r := queue.Rules{
		Services: []queue.Service{{ID: "new", Prefix: "A"}, {ID: "pay", Prefix: "B"}, {ID: "repair", Prefix: "C"}, {ID: "ask", Prefix: "D"}},
		Calendar: queue.Calendar{Zone: shanghai, Start: 3 * time.Hour},
		Undo:     time.Hour,
	}
	for n := range offices {
		r.Counters = append(r.Counters, queue.Counter{ID: fmt.Sprint(n + 1)})
	}
	return r
}

func open(t testing.TB, s *speech.Speaker) *site {
	t.Helper()
	return openWith(t, s, rules())
}

func openWith(t testing.TB, s *speech.Speaker, rules queue.Rules) *site {
	t.Helper()
	site := &site{t: t, speech: s, dir: t.TempDir()}
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(site.dir, journal.Options{Clock: system, MaxBytes: 1 << 24, Retain: time.Hour, TelemetryDelay: time.Second, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	site.journal = j
	site.hall, err = hall.Open(hall.Options{Rules: rules, Journal: j, Points: noPoints{}, Key: []byte("a key for tests"), Log: quiet(),
		Notices: []hall.Notice{{ID: "weekend", Zh: "本周六照常营业，周日休息", En: "Open this Saturday, closed on Sunday"}},
		Now:     func() time.Time { return time.Now().Add(time.Duration(site.late.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	site.url = site.serve(board.Options{})
	return site
}

// serve serves the board of the site; what the options leave out is filled in.
func (s *site) serve(o board.Options) string {
	s.t.Helper()
	o.Hall, o.Zone, o.Log, o.Loopback = s.hall, shanghai, quiet(), true
	o.Title = web.Name{Zh: "城南营业厅", En: "Chengnan Branch"}
	o.Services = map[string]web.Name{"new": {Zh: "业务办理", En: "New service"}, "pay": {Zh: "缴费", En: "Payment"},
		"repair": {Zh: "故障报修", En: "Repair"}, "ask": {Zh: "咨询与投诉", En: "Questions and complaints"}}
	for i, name := range []string{"宽带新装", "移机过户", "套餐变更", "故障报修", "账单查询", "设备更换", "投诉建议", "企业专线"} {
		o.Services[fmt.Sprint("service-", i)] = web.Name{Zh: name, En: []string{"New line", "Moving", "Tariffs", "Repair", "Bills", "Devices", "Complaints", "Business"}[i]}
	}
	o.Counters = map[string]web.Name{}
	for n := range 24 {
		o.Counters[fmt.Sprint(n+1)] = web.Name{Zh: fmt.Sprintf("%d号窗口", n+1), En: fmt.Sprintf("Counter %d", n+1)}
	}
	if s.speech != nil {
		o.Speech = s.speech
	}
	handler, err := board.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := handler.Run(ctx); err != nil {
			s.t.Error(err)
		}
	})
	server := httptest.NewServer(handler)
	s.t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		cancel()
		running.Wait()
		http.DefaultClient.CloseIdleConnections()
	})
	return server.URL
}

func (s *site) do(c queue.Command) queue.Ticket {
	s.t.Helper()
	ticket, err := s.hall.Do(context.Background(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	return ticket
}

func (s *site) take(services ...string) (tickets []queue.Ticket) {
	s.t.Helper()
	for _, service := range services {
		tickets = append(tickets, s.do(queue.Take{Service: service}))
	}
	return tickets
}

// call calls the next customer, finishing the one that the counter has.
func (s *site) call(counter string) queue.Ticket {
	s.t.Helper()
	call := queue.Call{Counter: counter}
	for _, c := range s.hall.Snapshot().Queue.Counters {
		if c.ID == counter && c.Ticket != nil {
			call.Finish = c.Ticket.ID
		}
	}
	return s.do(call)
}

func (s *site) announced() []queue.Announcement { return s.hall.Snapshot().Queue.Announced }

// get asks for a page and returns its status and body.
func get(t testing.TB, url string, header ...string) (int, http.Header, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}

// event is one of a stream.
type event struct{ name, id, data string }

// listen reads a stream's events into a channel until the test ends.
func listen(t testing.TB, url string, header ...string) <-chan event {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", url, answer.Status)
	}
	events := make(chan event, 1000)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer answer.Body.Close()
		read(answer.Body, events)
	})
	t.Cleanup(func() {
		cancel()
		reading.Wait()
	})
	return events
}

func read(from io.Reader, events chan<- event) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	var e event
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			events <- e
			e = event{}
		}
	}
}

// next waits for an event of that name; others are passed over.
func next(t testing.TB, events <-chan event, name string) event {
	t.Helper()
	hang := time.After(3 * time.Minute)
	for {
		select {
		case e := <-events:
			if e.name == name {
				return e
			}
		case <-hang:
			t.Fatalf("no event %q came", name)
		}
	}
}

func decode[T any](t testing.TB, text string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// clips is a speaker of recorded tones, each 50 ms long, so that a burst does not take longer than it has to.
func clips(t testing.TB) *speech.Speaker {
	t.Helper()
	const rate = 22050
	tone := speech.Sound{Rate: rate, Samples: make([]int16, rate/20)}
	for i := range tone.Samples {
		tone.Samples[i] = int16(8000 * math.Sin(2*math.Pi*440*float64(i)/rate))
	}
	dir := t.TempDir()
	names := []string{"please", "to", "ticket", "please-go-to"}
	for r := 'A'; r <= 'Z'; r++ {
		names = append(names, string(r))
	}
	for n := range 10 {
		names = append(names, fmt.Sprint(n), fmt.Sprintf("counter-%d", n))
	}
	for _, language := range []string{"zh", "en"} {
		if err := os.Mkdir(filepath.Join(dir, language), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(dir, language, name+".wav"), speech.EncodeWAV(tone), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	s, err := speech.New(speech.Options{Clips: dir, Espeak: "/nowhere/espeak-ng", Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

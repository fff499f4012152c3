package counter_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// page is a browser that reads events as they come; with a gate, only while that is open.
type page struct {
	*httptest.ResponseRecorder
	gate chan struct{}

	mu     sync.Mutex
	views  []map[string]any
	times  []time.Time
	others []string // names of other events
}

func newPage() *page {
	gate := make(chan struct{})
	close(gate)
	return &page{ResponseRecorder: httptest.NewRecorder(), gate: gate}
}

func (p *page) Write(text []byte) (int, error) {
	<-p.gate
	p.mu.Lock()
	defer p.mu.Unlock()
	lines, name := bufio.NewScanner(bytes.NewReader(text)), ""
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = rest
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && name == "queue" {
			var view map[string]any
			if err := json.Unmarshal([]byte(data), &view); err != nil {
				return 0, err
			}
			p.views, p.times = append(p.views, view), append(p.times, time.Now())
		} else if ok {
			p.others = append(p.others, name)
		}
	}
	return len(text), nil
}

func (p *page) seen() (views []map[string]any, times []time.Time, others []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append(views, p.views...), append(times, p.times...), append(others, p.others...)
}

// open lets the page read events until stop.
func (p *page) open(t *testing.T, s *station) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/events", nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.pages.ServeHTTP(p, r)
	}()
	return func() {
		cancel()
		<-done
	}
}

// warm has the journal make what it keeps for the life of the program, such as its compressor, outside of a bubble: what is
// made inside can be used there only.
func warm(t *testing.T) {
	t.Helper()
	s := bareStation(t)
	s.take("new")
	if issued := wrote[record.TicketIssuedData](s, record.TicketIssued); len(issued) != 1 {
		t.Fatalf("written %+v", issued)
	}
}

// calmly runs a test in a bubble of its own time, over a station without a roster. The journal's disk is real.
func calmly(t *testing.T, test func(t *testing.T, s *station)) {
	warm(t)
	synctest.Test(t, func(t *testing.T) {
		s := bareStation(t)
		s.roster.Store(nil)
		test(t, s)
	})
}

func TestChangesAreShownAtMostTenTimesASecond(t *testing.T) {
	calmly(t, func(t *testing.T, s *station) {
		p := newPage()
		stop := p.open(t, s)
		defer stop()
		synctest.Wait()
		const changes = 100
		for range changes { // one every 10 ms
			s.take("new")
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		views, times, others := p.seen()
		if len(views) < 5 || len(views) > 13 {
			t.Errorf("%d changes within a second were shown in %d views", changes, len(views))
		}
		for i := 1; i < len(times); i++ {
			if apart := times[i].Sub(times[i-1]); apart < 100*time.Millisecond {
				t.Errorf("views %s apart", apart)
			}
		}
		if last := views[len(views)-1]["waiting"].([]any); len(last) != changes {
			t.Errorf("the last view shows %d of %d", len(last), changes)
		}
		if len(others) != 1 || others[0] != "session" {
			t.Errorf("besides %q", others)
		}
	})
}

func TestASilentConnectionBeats(t *testing.T) {
	calmly(t, func(t *testing.T, s *station) {
		p := newPage()
		stop := p.open(t, s)
		defer stop()
		time.Sleep(46 * time.Second)
		synctest.Wait()
		if _, _, others := p.seen(); strings.Join(others, " ") != "session beat beat beat" {
			t.Errorf("in 46 s: %q", others)
		}
	})
}

func TestAPageThatDoesNotReadHoldsUpNobody(t *testing.T) {
	calmly(t, func(t *testing.T, s *station) {
		slow, quick := newPage(), newPage()
		slow.gate = make(chan struct{})
		stopSlow, stopQuick := slow.open(t, s), quick.open(t, s)
		defer stopQuick()
		for range 50 {
			s.take("new")
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		views, _, _ := quick.seen()
		if last := views[len(views)-1]["waiting"].([]any); len(last) != 50 {
			t.Errorf("the other page shows %d of 50", len(last))
		}
		close(slow.gate) // it reads again, and sees what is
		time.Sleep(time.Second)
		synctest.Wait()
		views, _, _ = slow.seen()
		if last := views[len(views)-1]["waiting"].([]any); len(last) != 50 || len(views) > 3 {
			t.Errorf("the slow page shows %d of 50 in %d views", len(last), len(views))
		}
		stopSlow()
	})
}

// TestAShiftEndsToTheSecond lets hours pass in which nothing happens.
func TestAShiftEndsToTheSecond(t *testing.T) {
	warm(t)
	synctest.Test(t, func(t *testing.T) {
		s := bareStation(t)
		s.flows.Store(true)
		s.pass(17 * time.Second) // noon is between two looks at other things
		s.run()
		w := httptest.NewRecorder()
		s.pages.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/login", strings.NewReader(`{"staff":"1002","pin":"4711","counter":"2"}`)))
		if w.Code != http.StatusOK {
			t.Fatal(w.Body)
		}
		time.Sleep(time.Until(s.began.Add(3*time.Hour - 18*time.Second)))
		synctest.Wait()
		if c := s.counterNow("2"); c.State != queue.CounterOpen {
			t.Errorf("a second before noon: %+v", c)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if c := s.counterNow("2"); c.State != queue.CounterClosed || c.Reason != "shift-over" {
			t.Errorf("a second after noon: %+v", c)
		}
	})
}

func TestErrorsOfPagesAreWrittenDown(t *testing.T) {
	s := openStation(t)
	report := `{"page":"supervisor","message":"` + strings.Repeat("ж", 600) + `","where":"a.js:1:2","times":2}`
	for range 3 {
		s.want(http.StatusAccepted, "POST", "/api/errors", report)
	}
	got := wrote[record.PageFailedData](s, record.PageFailed)
	if len(got) != 1 || len([]rune(got[0].Message)) != 500 || got[0].Times != 2 || got[0].Where != "a.js:1:2" || got[0].Browser == "" {
		t.Errorf("written %+v", got)
	}
	for _, body := range []string{`{}`, `{"message":""}`, `{"message":"x","page":"../x"}`, `{"message":"x","times":-1}`} {
		s.refused(http.StatusBadRequest, "malformed", "POST", "/api/errors", body)
	}
}

// TestTooManyPagesAreRefused opens as many streams as are allowed, and one more.
func TestTooManyPagesAreRefused(t *testing.T) {
	calmly(t, func(t *testing.T, s *station) {
		var stops []func()
		for range 200 {
			stops = append(stops, newPage().open(t, s))
		}
		synctest.Wait()
		more := httptest.NewRecorder()
		s.pages.ServeHTTP(more, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/events", nil))
		if more.Code != http.StatusServiceUnavailable || !strings.Contains(more.Body.String(), "too-many") {
			t.Errorf("one more: %d %s", more.Code, more.Body)
		}
		for _, stop := range stops {
			stop()
		}
		if _, err := s.hall.Do(t.Context(), queue.Take{Service: "new"}); err != nil {
			t.Error(err)
		}
	})
}

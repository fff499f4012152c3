package counter_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(all{m}) }

// all are the tests, after which the browser that they share is closed.
type all struct{ *testing.M }

func (a all) Run() int {
	defer stopChromium()
	return a.M.Run()
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

type noPoints struct{}

func (noPoints) SetState(string, record.State) {}

// site is the page over a hall on a real journal, whose disk can be made to fail.
type site struct {
	t       testing.TB
	hall    *hall.Hall
	journal *journal.Journal
	broken  atomic.Bool
	url     string
}

func (s *site) Append(ctx context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error) {
	if s.broken.Load() {
		return nil, errors.New("disk full")
	}
	return s.journal.Append(ctx, stream, entries...)
}

func (s *site) Read(stream record.Stream, after uint64, limit int) ([]record.Record, []record.Lost, error) {
	return s.journal.Read(stream, after, limit)
}

func open(t testing.TB) *site {
	t.Helper()
	system, err := clock.System()
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.TempDir(), journal.Options{Clock: system, MaxBytes: 1 << 24, Retain: time.Hour, TelemetryDelay: time.Second, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &site{t: t, journal: j}
	s.hall, err = hall.Open(hall.Options{
		Rules: queue.Rules{
			Services: []queue.Service{{ID: "new", Prefix: "A"}, {ID: "pay", Prefix: "B"}, {ID: "repair", Prefix: "C"}},
			Counters: []queue.Counter{{ID: "1"}, {ID: "2", Services: []string{"pay", "repair"}}},
			Calendar: queue.Calendar{Zone: time.UTC, Start: 3 * time.Hour},
		},
		Journal: s, Points: noPoints{}, Now: time.Now, Log: quiet(),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.url = s.serve().URL
	return s
}

// serve opens the page once more over the same hall.
func (s *site) serve() *httptest.Server {
	s.t.Helper()
	handler, err := counter.New(counter.Options{
		Hall:     s.hall,
		Journal:  s,
		Services: map[string]counter.Name{"new": {Zh: "业务办理", En: "New service"}, "pay": {Zh: "缴费", En: "Payment"}},
		Counters: map[string]counter.Name{"1": {Zh: "1号窗口", En: "Counter 1"}, "2": {Zh: "2号窗口", En: "Counter 2"}},
		Loopback: true,
		Log:      quiet(),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	s.t.Cleanup(server.Close)
	s.t.Cleanup(server.CloseClientConnections) // runs first: event streams stay open
	return server
}

// ask sends one request and returns its status and JSON.
func (s *site) ask(method, path, body string, change ...func(*http.Request)) (int, map[string]any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range change {
		c(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil {
		s.t.Fatalf("%s %s: %s: %q", method, path, answer.Status, text)
	}
	return answer.StatusCode, object
}

// want sends one request, checks its status and returns its JSON.
func (s *site) want(status int, method, path, body string, change ...func(*http.Request)) map[string]any {
	s.t.Helper()
	got, object := s.ask(method, path, body, change...)
	if got != status {
		s.t.Fatalf("%s %s %s: %d %v, want %d", method, path, body, got, object, status)
	}
	return object
}

func TestVisitThroughTheAPI(t *testing.T) {
	s := open(t)
	first := s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"new","request":"t1"}`)
	if first["number"] != "A001" || first["ahead"] != 0.0 || first["id"] == "" {
		t.Errorf("first ticket %v", first)
	}
	second := s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"pay"}`)
	if second["number"] != "B001" || second["ahead"] != 1.0 {
		t.Errorf("second ticket %v", second)
	}
	if again := s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"new","request":"t1"}`); again["id"] != first["id"] {
		t.Errorf("the same request gave another ticket: %v", again)
	}
	called := s.want(http.StatusOK, "POST", "/api/counters/1/call", `{"request":"c1"}`)
	if called["id"] != first["id"] || called["counter"] != "1" || called["status"] != "called" {
		t.Errorf("called %v", called)
	}
	s.want(http.StatusOK, "POST", "/api/counters/1/recall", `{}`)
	s.want(http.StatusOK, "POST", "/api/counters/1/finish", fmt.Sprintf(`{"ticket":%q}`, first["id"]))
	next := s.want(http.StatusOK, "POST", "/api/counters/1/call", `{"request":"c2"}`)
	if next["id"] != second["id"] {
		t.Errorf("next %v", next)
	}
	s.want(http.StatusOK, "POST", "/api/counters/1/no-show", fmt.Sprintf(`{"ticket":%q}`, second["id"]))
	third := s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"repair"}`)
	s.want(http.StatusOK, "POST", fmt.Sprintf("/api/tickets/%s/leave", third["id"]), `{}`)
	s.want(http.StatusCreated, "POST", "/api/surveys", fmt.Sprintf(`{"score":4,"ticket":%q}`, first["id"]))

	view := s.want(http.StatusOK, "GET", "/api/queue", "")
	today := view["today"].(map[string]any)
	if today["issued"] != 3.0 || today["served"] != 1.0 || today["left"] != 2.0 {
		t.Errorf("today %v", today)
	}
	if survey := s.want(http.StatusOK, "GET", "/api/supervisor", "")["survey"].(map[string]any); survey["count"] != 1.0 || survey["mean"] != 4.0 {
		t.Errorf("survey %v", survey)
	}
	if announced := view["announced"].([]any); len(announced) != 3 || announced[1].(map[string]any)["again"] != true {
		t.Errorf("announced %v", announced)
	}
	services := view["services"].([]any)
	if got := services[2].(map[string]any); got["name_zh"] != "repair" {
		t.Errorf("a service without a name: %v", got)
	}
}

func TestRefusalsHaveStatusAndCode(t *testing.T) {
	s := open(t)
	for _, c := range []struct {
		path, body string
		status     int
		code       string
	}{
		{"/api/tickets", `{"service":"loan"}`, http.StatusNotFound, "unknown-service"},
		{"/api/tickets", `{"service":"new","request":"a b"}`, http.StatusBadRequest, "malformed"},
		{"/api/tickets", `{"service":"new","extra":1}`, http.StatusBadRequest, "malformed"},
		{"/api/tickets", `{"service":"new"} {}`, http.StatusBadRequest, "malformed"},
		{"/api/tickets", ``, http.StatusBadRequest, "malformed"},
		{"/api/tickets", `{"service":"` + strings.Repeat("x", 1<<15) + `"}`, http.StatusBadRequest, "malformed"},
		{"/api/tickets/none/leave", `{}`, http.StatusNotFound, "unknown-ticket"},
		{"/api/counters/9/call", `{}`, http.StatusNotFound, "unknown-counter"},
		{"/api/counters/1/call", `{}`, http.StatusConflict, "nobody-waiting"},
		{"/api/counters/1/finish", `{}`, http.StatusConflict, "counter-idle"},
		{"/api/counters/1/dance", `{}`, http.StatusNotFound, "unknown-command"},
		{"/api/surveys", `{"score":6}`, http.StatusBadRequest, "score"},
	} {
		got := s.want(c.status, "POST", c.path, c.body)
		if code := got["error"].(map[string]any)["code"]; code != c.code {
			t.Errorf("%s %.60s: %v, want %s", c.path, c.body, code, c.code)
		}
	}
}

func TestFailingDiskIsToldAndNothingHappens(t *testing.T) {
	s := open(t)
	s.broken.Store(true)
	got := s.want(http.StatusServiceUnavailable, "POST", "/api/tickets", `{"service":"new","request":"r"}`)
	if code := got["error"].(map[string]any)["code"]; code != "not-written" {
		t.Errorf("code %v", code)
	}
	s.broken.Store(false)
	if got := s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"new","request":"r"}`); got["number"] != "A001" {
		t.Errorf("after the failure: %v", got)
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	s := open(t)
	from := func(header, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(header, value) }
	}
	s.want(http.StatusForbidden, "POST", "/api/tickets", `{"service":"new"}`, from("Sec-Fetch-Site", "cross-site"))
	s.want(http.StatusForbidden, "POST", "/api/tickets", `{"service":"new"}`, from("Origin", "http://elsewhere.example"))
	s.want(http.StatusMisdirectedRequest, "GET", "/api/queue", "", func(r *http.Request) { r.Host = "rebound.example:80" })
	s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"new"}`, from("Sec-Fetch-Site", "same-origin"))
	s.want(http.StatusOK, "GET", "/api/queue", "", func(r *http.Request) { r.Host = "localhost" })
	s.want(http.StatusOK, "GET", "/api/queue", "", func(r *http.Request) { r.Host = "[::1]:80" })
}

// get fetches a page as text.
func (s *site) get(path string, change ...func(*http.Request)) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range change {
		c(r)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer, string(text)
}

// stream reads server-sent events.
type stream struct {
	lines *bufio.Scanner
}

func (s *site) listen() *stream {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 3*time.Minute) // only against a hang
	s.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { answer.Body.Close() })
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		s.t.Fatalf("content type %q", got)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return &stream{lines}
}

// next returns the data of the next event of that name.
func (e *stream) next(t *testing.T, event string) map[string]any {
	t.Helper()
	name := ""
	for e.lines.Scan() {
		line := e.lines.Bytes()
		if rest, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
			name = string(rest)
		}
		if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok && name == event {
			var object map[string]any
			if err := json.Unmarshal(data, &object); err != nil {
				t.Fatal(err)
			}
			return object
		}
	}
	t.Fatalf("stream ended: %v", e.lines.Err())
	return nil
}

func TestEventsShowEveryChange(t *testing.T) {
	s := open(t)
	events := s.listen()
	if got := events.next(t, "queue"); len(got["waiting"].([]any)) != 0 {
		t.Errorf("at first %v", got["waiting"])
	}
	s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"new"}`)
	if got := events.next(t, "queue"); len(got["waiting"].([]any)) != 1 {
		t.Errorf("after a ticket %v", got["waiting"])
	}
}

func TestOptionsAreChecked(t *testing.T) {
	s := open(t)
	for missing, o := range map[string]counter.Options{
		"hall": {Journal: s, Log: quiet()}, "journal": {Hall: s.hall, Log: quiet()}, "log": {Hall: s.hall, Journal: s},
	} {
		if _, err := counter.New(o); err == nil {
			t.Errorf("without a %s: accepted", missing)
		}
	}
}

package counter_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/staff"
)

// station is a site whose people log in, and whose clock is set by the test.
type station struct {
	*site
	now    atomic.Int64 // nanoseconds since 1970
	flows  atomic.Bool  // with the time since it began, instead of standing still
	began  time.Time
	roster atomic.Pointer[staff.Roster]
	pages  *counter.Pages
	server *httptest.Server
}

var (
	shanghai   = time.FixedZone("CST", 8*60*60)
	monday     = time.Date(2026, 11, 23, 9, 0, 0, 0, shanghai)
	cookieKey  = []byte("a key of a kiosk, 32 bytes long.")
	badgeKey   = staff.Key("a key of badges, of 16 bytes+")
	stationPIN = "4711"
)

// cheap hashes a PIN at the least cost, so that a test spends its time elsewhere.
func cheap(pin string) string {
	salt := []byte("salt of a test")
	sum := argon2.IDKey([]byte(pin), salt, 1, 8, 1, 16)
	return fmt.Sprintf("$argon2id$v=19$m=8,t=1,p=1$%s$%s", base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum))
}

// people is a roster: clerks 1001 (all counters, until 17:00), 1002 (counter 2, payments, until 12:00), 1003 (by badge),
// reception 2001 and supervisor 3001.
func people(t testing.TB, without ...string) *staff.Roster {
	t.Helper()
	pin := cheap(stationPIN)
	all := []map[string]any{
		{"number": "1001", "name": "Wang", "role": "clerk", "pin": pin, "shifts": []any{map[string]any{"from": "08:00", "to": "17:00"}}},
		{"number": "1002", "name": "Li", "role": "clerk", "pin": pin, "services": []string{"pay"}, "counters": []string{"2"},
			"shifts": []any{map[string]any{"from": "08:00", "to": "12:00"}}},
		{"number": "1003", "name": "Sun", "role": "clerk", "card": badgeKey.Card("0012345678")},
		{"number": "2001", "name": "Zhou", "role": "reception", "pin": pin},
		{"number": "3001", "name": "Zhao", "role": "supervisor", "pin": pin, "card": badgeKey.Card("0087654321")},
	}
	var listed []map[string]any
	for _, p := range all {
		if !strings.Contains(strings.Join(without, " "), p["number"].(string)) {
			listed = append(listed, p)
		}
	}
	text, err := json.Marshal(map[string]any{"staff": listed})
	if err != nil {
		t.Fatal(err)
	}
	roster, err := staff.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return roster
}

func stationRules() queue.Rules {
	return queue.Rules{
		Services: []queue.Service{{ID: "new", Prefix: "A", Target: queue.Target{Within: 10 * time.Minute, Share: 0.8}}, {ID: "pay", Prefix: "B", Cap: queue.Cap{Person: 2}}, {ID: "repair", Prefix: "C"}},
		Counters: []queue.Counter{{ID: "1"}, {ID: "2", Services: []string{"pay", "repair"}}, {ID: "3"}},
		Classes:  []queue.Class{{ID: "senior"}},
		Outcomes: []string{"done", "papers-missing"},
		Calendar: queue.Calendar{Zone: shanghai, Start: 3 * time.Hour},
	}
}

// openStation begins on Monday at nine.
func openStation(t testing.TB) *station {
	t.Helper()
	s := bareStation(t)
	s.serve()
	return s
}

// bareStation is one that nobody listens for.
func bareStation(t testing.TB) *station {
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
	s := &station{site: &site{t: t, journal: j}, began: time.Now()}
	s.now.Store(monday.UnixNano())
	s.roster.Store(people(t))
	s.site.hall, err = hall.Open(hall.Options{
		Rules: stationRules(), Cases: cases.Rules{Threshold: 2, Due: map[string]cases.Due{cases.Rating: {Time: 30 * time.Minute}}}, Journal: s.site, Points: noPoints{}, Now: s.time, Log: quiet(),
		Appointments: appointments.Rules{Early: 30 * time.Minute, Late: 15 * time.Minute, Missed: time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.make()
	return s
}

func (s *station) time() time.Time {
	now := time.Unix(0, s.now.Load())
	if s.flows.Load() {
		now = now.Add(time.Since(s.began))
	}
	return now
}

func (s *station) pass(d time.Duration) { s.now.Add(int64(d)) }

func (s *station) options() counter.Options {
	return counter.Options{Hall: s.hall, Journal: s.site, Rules: stationRules(), Roster: s.roster.Load, Key: cookieKey, Badges: badgeKey, Log: quiet()}
}

// start makes the pages anew and serves them: the kiosk has been started again.
func (s *station) start() {
	s.t.Helper()
	s.make()
	s.serve()
}

func (s *station) make() {
	s.t.Helper()
	var err error
	if s.pages, err = counter.New(s.options()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *station) serve() {
	s.t.Helper()
	s.server = httptest.NewServer(s.pages)
	s.url = s.server.URL
	s.t.Cleanup(s.server.Close)
	s.t.Cleanup(s.server.CloseClientConnections) // runs first: event streams stay open
}

// run does what nobody asks for, until the test ends.
func (s *station) run() {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	pages := s.pages
	go func() { done <- pages.Run(ctx) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	})
}

// as sends a cookie along.
func as(cookie *http.Cookie) func(*http.Request) {
	return func(r *http.Request) {
		if cookie != nil {
			r.AddCookie(cookie)
		}
	}
}

// post sends one request and returns the answer as it is.
func (s *station) post(path, body string, change ...func(*http.Request)) (*http.Response, map[string]any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
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
	var object map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&object); err != nil {
		s.t.Fatalf("%s %s: %v", path, answer.Status, err)
	}
	return answer, object
}

// logIn logs somebody in by PIN, at a counter or none.
func (s *station) logIn(number, counter string) *http.Cookie {
	s.t.Helper()
	return s.logInWith(fmt.Sprintf(`{"staff":%q,"pin":%q,"counter":%q}`, number, stationPIN, counter))
}

func (s *station) logInWith(body string) *http.Cookie {
	s.t.Helper()
	answer, object := s.post("/api/login", body)
	if answer.StatusCode != http.StatusOK || len(answer.Cookies()) != 1 {
		s.t.Fatalf("log-in %s: %s %v", body, answer.Status, object)
	}
	return answer.Cookies()[0]
}

// refused sends a request that is to be refused with that status and code.
func (s *station) refused(status int, code, method, path, body string, change ...func(*http.Request)) {
	s.t.Helper()
	got, object := s.ask(method, path, body, change...)
	if got != status || codeOf(object) != code {
		s.t.Errorf("%s %s %s: %d %v, want %d %s", method, path, body, got, object, status, code)
	}
}

func codeOf(object map[string]any) any {
	e, _ := object["error"].(map[string]any)
	return e["code"]
}

// counterNow is a counter as pages see it.
func (s *station) counterNow(id string) queue.CounterView {
	s.t.Helper()
	for _, c := range s.hall.Snapshot().Queue.Counters {
		if c.ID == id {
			return c
		}
	}
	s.t.Fatalf("there is no counter %s", id)
	return queue.CounterView{}
}

// wrote are the records of a type, oldest first, as their data.
func wrote[D any](s *station, typ string) (found []D) {
	s.t.Helper()
	for after := uint64(0); ; {
		records, _, err := s.journal.Read(record.Events, after, 1000)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(records) == 0 {
			return found
		}
		for _, r := range records {
			after = r.Seq
			if r.Type != typ {
				continue
			}
			var d D
			if err := json.Unmarshal(r.Data, &d); err != nil {
				s.t.Fatal(err)
			}
			found = append(found, d)
		}
	}
}

// watch waits until what pages are told fulfils a condition. Only a hang ends it otherwise.
func (s *station) watch(cookie *http.Cookie, condition func(view map[string]any) bool) {
	s.t.Helper()
	events := s.listenAs(cookie)
	for !condition(events.next(s.t.(*testing.T), "queue")) {
	}
}

// listenAs opens the events of a session.
func (s *station) listenAs(cookie *http.Cookie) *stream {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 3*time.Minute) // only against a hang
	s.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	as(cookie)(r)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { answer.Body.Close() })
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("events: %s", answer.Status)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return &stream{lines}
}

// seen is a counter in what pages are told.
func seen(view map[string]any, id string) map[string]any {
	for _, c := range view["counters"].([]any) {
		if c := c.(map[string]any); c["id"] == id {
			return c
		}
	}
	return nil
}

package phone_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/information"
	"stationkeeper/kiosk/phone"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
	"stationkeeper/kiosk/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

type noPoints struct{}

func (noPoints) SetState(string, record.State) {}

var shanghai = time.FixedZone("CST", 8*3600)

// brittle is a journal that can be made to fail.
type brittle struct {
	*journal.Journal
	broken atomic.Bool
}

func (b *brittle) Append(ctx context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error) {
	if b.broken.Load() {
		return nil, errors.New("no space left on device")
	}
	return b.Journal.Append(ctx, stream, entries...)
}

// site is the pages over a hall on a real journal.
type site struct {
	t       testing.TB
	hall    *hall.Hall
	journal *brittle
	tokens  *phone.Tokens
	url     string
	// late is what the hall's clock is ahead of ours, in nanoseconds.
	late atomic.Int64
}

func (s *site) now() time.Time { return time.Now().Add(time.Duration(s.late.Load())) }

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
	s := &site{t: t, journal: &brittle{Journal: j}, tokens: phone.NewTokens([]byte("a key for tests"))}
	s.hall, err = hall.Open(hall.Options{
		Rules: queue.Rules{Services: []queue.Service{{ID: "pay", Prefix: "A"}}, Counters: []queue.Counter{{ID: "1"}},
			Calendar: queue.Calendar{Zone: shanghai, Start: 3 * time.Hour}},
		Cases:   cases.Rules{Zone: shanghai, Owner: "supervisor", Threshold: 2},
		Journal: s.journal, Points: noPoints{}, Key: []byte("a key for tests"), Now: s.now, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := phone.New(phone.Options{Hall: s.hall, Tokens: s.tokens, Topics: cases.Usual(), Zone: shanghai, Loopback: true, Log: quiet(),
		Services: map[string]web.Name{"pay": {Zh: "缴费", En: "Payment"}}, Title: web.Name{Zh: "城南营业厅", En: "Chengnan Branch"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	s.url = server.URL
	return s
}

func (s *site) do(c queue.Command) queue.Ticket {
	s.t.Helper()
	ticket, err := s.hall.Do(context.Background(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	return ticket
}

// rateURL is the page of a ticket's questionnaire.
func (s *site) rateURL(t queue.Ticket) string { return s.url + "/t/" + s.hall.Secret(t.ID) + "/rate" }

// visit is a visit that is over.
func (s *site) visit() queue.Ticket {
	s.t.Helper()
	ticket := s.do(queue.Take{Service: "pay"})
	s.do(queue.Call{Counter: "1", Clerk: "1007"})
	s.do(queue.Finish{Counter: "1"})
	return ticket
}

func (s *site) ask(q *survey.Questionnaire) {
	s.t.Helper()
	if err := s.hall.SetInformation(context.Background(), information.Information{}, q); err != nil {
		s.t.Fatal(err)
	}
}

// records are those of a type.
func (s *site) records(typ string) []record.Record {
	s.t.Helper()
	all, _, err := s.journal.Read(record.Events, 0, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	var found []record.Record
	for _, r := range all {
		if r.Type == typ {
			found = append(found, r)
		}
	}
	return found
}

// answer is a page as it came.
type answer struct {
	status int
	header http.Header
	body   string
}

func (s *site) fetch(method, address string, form url.Values, header ...string) answer {
	s.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(context.Background(), method, address, body)
	if err != nil {
		s.t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	got, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, string(text)}
}

func (s *site) get(address string) answer { s.t.Helper(); return s.fetch("GET", address, nil) }

func (s *site) post(address string, form url.Values) answer {
	s.t.Helper()
	return s.fetch("POST", address, form)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// form is what a page's form holds before anything is filled in.
func (a answer) form() url.Values {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(a.body, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

// expect checks a page's status, and what it says.
func (a answer) expect(t testing.TB, status int, says ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d:\n%s", a.status, status, a.body)
	}
	for _, text := range says {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page does not say %q:\n%s", text, a.body)
		}
	}
}

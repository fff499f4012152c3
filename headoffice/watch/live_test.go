package watch

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stationkeeper/internal/record"
)

// listener reads a stream of updates the way a browser does.
type listener struct {
	t      testing.TB
	body   io.ReadCloser
	reader *bufio.Reader
}

func mustListen(t testing.TB, s *site, path string) *listener {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.origin()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%s: %s, %s", path, response.Status, response.Header.Get("Content-Type"))
	}
	t.Cleanup(func() { response.Body.Close() })
	return &listener{t: t, body: response.Body, reader: bufio.NewReader(response.Body)}
}

// next returns the next event. ok is false at the end of the stream.
func (l *listener) next() (name, data string, ok bool) {
	l.t.Helper()
	for {
		line, err := l.reader.ReadString('\n')
		if err != nil {
			return "", "", false
		}
		line = strings.TrimSuffix(line, "\n")
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			return name, data, true
		case field == "event":
			name = value
		case field == "data":
			data += value + "\n"
		default:
			l.t.Fatalf("line %q is of no event", line)
		}
	}
}

var partialPattern = regexp.MustCompile(`<hx-partial id="([^"]*)"`)

// sections waits for the next update and returns the names of the sections in it, and the update.
func (l *listener) sections() (names []string, data string) {
	l.t.Helper()
	for {
		name, data, ok := l.next()
		if !ok {
			l.t.Fatal("the stream has ended")
		}
		if name != "" {
			continue
		}
		for _, match := range partialPattern.FindAllStringSubmatch(data, -1) {
			names = append(names, match[1])
		}
		return names, data
	}
}

// until reads updates until one holds the text.
func (l *listener) until(text string) (names []string) {
	l.t.Helper()
	for {
		names, data := l.sections()
		if strings.Contains(data, text) {
			return names
		}
	}
}

func TestLiveSendsAllThenWhatChanges(t *testing.T) {
	o := mustOffice(t)
	o.day("hangzhou-01", noon)
	o.calm("ningbo-02", noon)
	s := mustSite(t, o.handler(noon))
	l := mustListen(t, s, "/live/stations/hangzhou-01?lang=en")
	if name, data, _ := l.next(); name != "build" || len(data) < 8 {
		t.Errorf("the stream begins with %q %q", name, data)
	}
	if names, _ := l.sections(); !slices.Equal(names, stationSections) {
		t.Errorf("first come %v, want %v", names, stationSections)
	}
	o.happened("ningbo-02", "agent", record.Events, record.NewEntry(record.DoorOpened, "machine-room/door", noon, record.DoorData{}))
	o.happened("hangzhou-01", "agent", record.Events, record.NewEntry(record.AlarmRaised, "vault/temperature", noon,
		record.AlarmData{Serial: 9, Rule: "high", Level: "critical", Value: 40, Limit: 35, Unit: "°C"}))
	names, data := l.sections()
	for _, id := range []string{"alarms", "events"} {
		if !slices.Contains(names, id) {
			t.Errorf("an alarm changes %v, %s is missing", names, id)
		}
	}
	for _, id := range []string{"doors", "queue", "survey", "climate"} {
		if slices.Contains(names, id) {
			t.Errorf("an alarm sends %s, which is as it was", id)
		}
	}
	if !strings.Contains(data, "Critical") || !strings.Contains(data, "no. 9") {
		t.Errorf("the alarm is not in %s", data)
	}
}

func TestLiveOverviewSendsOneCard(t *testing.T) {
	o := mustOffice(t)
	o.calm("hangzhou-01", noon)
	o.calm("ningbo-02", noon)
	s := mustSite(t, o.handler(noon))
	l := mustListen(t, s, "/live")
	if names, _ := l.sections(); !slices.Equal(names, []string{"summary", "stations"}) {
		t.Errorf("first come %v", names)
	}
	o.state("ningbo-02", "agent", "machine-room/temperature", record.State{Value: 23.9, Unit: "°C", Time: noon})
	if names := l.until("23.9"); !slices.Equal(names, []string{"card-ningbo-02"}) {
		t.Errorf("a temperature sends %v", names)
	}
	o.calm("wenzhou-03", noon)
	if names := l.until("wenzhou-03"); !slices.Contains(names, "stations") {
		t.Errorf("a new station sends %v", names)
	}
	o.offline("ningbo-02", "agent", noon)
	if names := l.until(chinese.t("overview.watch")); !slices.Contains(names, "stations") || !slices.Contains(names, "summary") {
		t.Errorf("a station in trouble sends %v", names)
	}
}

func TestLiveHeartbeat(t *testing.T) {
	o := mustOffice(t)
	s := mustSite(t, o.handlerWith(func(options *Options) { options.Heartbeat = 20 * time.Millisecond }))
	l := mustListen(t, s, "/live")
	for beats := 0; beats < 3; {
		name, _, ok := l.next()
		if !ok {
			t.Fatal("the stream has ended")
		}
		if name == "beat" {
			beats++
		}
	}
}

// TestLiveDoesNotWaitForTheSlow has one who never reads beside one who does.
func TestLiveDoesNotWaitForTheSlow(t *testing.T) {
	o := mustOffice(t)
	o.day("hangzhou-01", noon)
	s := mustSite(t, o.handler(noon))
	mustListen(t, s, "/live/stations/hangzhou-01")
	quick := mustListen(t, s, "/live/stations/hangzhou-01")
	for i := range 10 {
		number := "Z" + string(rune('A'+i))
		o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(record.TicketIssued, "queue", noon,
			record.TicketIssuedData{Ticket: number, Number: number, Service: "personal"}))
		quick.until(number)
	}
}

// TestLiveEndsWithTheServer leaves nothing behind: no stream, no board, no subscription.
func TestLiveEndsWithTheServer(t *testing.T) {
	o := mustOffice(t)
	o.calm("ningbo-02", noon)
	before := goleak.IgnoreCurrent()
	s := mustSite(t, o.handler(noon))
	listeners := []*listener{mustListen(t, s, "/live"), mustListen(t, s, "/live?lang=en"), mustListen(t, s, "/live/stations/ningbo-02")}
	for _, l := range listeners {
		l.sections()
	}
	s.end()
	for _, l := range listeners {
		for {
			if _, _, ok := l.next(); !ok {
				break
			}
		}
		l.body.Close()
	}
	// The driver of the database ends its own goroutines when it likes.
	if err := goleak.Find(before, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener")); err != nil {
		t.Error(err)
	}
}

func TestLiveEndsWithTheStore(t *testing.T) {
	o := mustOffice(t)
	o.calm("ningbo-02", noon)
	s := mustSite(t, o.handler(noon))
	l := mustListen(t, s, "/live")
	l.sections()
	if err := o.store.Close(); err != nil {
		t.Fatal(err)
	}
	for {
		if _, _, ok := l.next(); !ok {
			break
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.origin()+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("without a store: %s", response.Status)
	}
}

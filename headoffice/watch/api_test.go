package watch

import (
	"bytes"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

// small fills a store with one of everything the API spells.
func (o *office) small() {
	o.t.Helper()
	at := noon.Add(-time.Hour)
	o.online("hangzhou-01", "agent", at)
	o.happened("hangzhou-01", "agent", record.Events,
		record.NewEntry(record.NodeStarted, "node", at, record.NodeData{Program: "agent", Version: "1.2.3"}),
		record.NewEntry(record.DoorOpened, "machine-room/door", at.Add(125*time.Millisecond), record.DoorData{Initial: true}),
		record.NewEntry("generator.started", "yard/generator", at.Add(time.Second), map[string]any{"fuel": 71, "note": "<b>&"}))
	o.happened("hangzhou-01", "agent", record.Telemetry,
		record.NewEntry(record.TemperatureMeasured, "machine-room/temperature", at, record.MeasurementData{Value: 21.5, Unit: "°C"}))
	o.put(store.Delivery{From: store.NodeKey{Station: "hangzhou-01", Node: "kiosk"}, Batch: record.Batch{Epoch: kioskEpoch,
		Stream: record.Events, Records: []record.Record{{Seq: 4, Type: record.SurveyAnswered, Source: "survey", Time: at,
			Clock: record.Unsynced, Data: json.RawMessage(`{"score":5}`)}}, Lost: []record.Lost{{First: 1, Last: 2, Reason: record.ReasonFull}}}})
	o.state("hangzhou-01", "agent", "machine-room/door", record.State{Value: "open", Time: at})
	o.state("hangzhou-01", "agent", "machine-room/light", record.State{Value: true, Time: at})
	o.state("hangzhou-01", "agent", "machine-room/temperature", record.State{Value: 21.5, Unit: "°C", Time: at})
	o.state("hangzhou-01", "agent", "outside/temperature", record.State{Unit: "°C", Time: at, Quality: record.Faulty, Reason: "no answer"})
	o.offline("ningbo-02", "agent", at)
	o.asked("hangzhou-01", at)
}

// asked fills a node with what was asked of it, and a register.
func (o *office) asked(station string, at time.Time) {
	o.t.Helper()
	key := store.NodeKey{Station: station, Node: "agent"}
	for _, documents := range []map[string]json.RawMessage{
		{"access": json.RawMessage(`{"cards":[]}`)},
		{"access": json.RawMessage(`{"cards":[{"hash":"<&>"}]}`), "alarms": json.RawMessage(`{ "rules" : [] }`)},
	} {
		if _, err := o.store.Desire(o.t.Context(), key, documents, store.AnyVersion, "wang", at); err != nil {
			o.t.Fatal(err)
		}
	}
	refused := record.Refusal{Version: 2, Reason: `cards[0].hash: expected 32 hex digits`, Time: at.Add(time.Second)}
	err := o.store.Hear(o.t.Context(), []store.Heard{{From: key, Received: at.Add(2 * time.Second),
		Reported: &record.Reported{Version: 1, Since: at, Refused: &refused}}})
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.store.Command(o.t.Context(), key, record.Command{ID: "c1", Verb: "door.unlock", Point: "machine-room/door",
		Arguments: json.RawMessage(`{"seconds":5}`), By: "wang", Issued: at, Expires: at.Add(time.Minute)}); err != nil {
		o.t.Fatal(err)
	}
	entered := record.RegisterData{Visit: "v1", Person: "p7", Name: "李工", Card: "****4711", Visitor: true, Purpose: "WO-2211",
		Door: "machine-room/door", Since: at}
	left := entered
	left.Inside, left.How = 600, "badge"
	next := record.RegisterData{Visit: "v2", Person: "p8", Name: "Zhao", Card: "****0002", Door: "machine-room/door", Since: at.Add(time.Minute)}
	o.happened(station, "agent", record.Events,
		record.NewEntry(record.RegisterEntered, "machine-room", at.Add(2*time.Second), entered),
		record.NewEntry(record.RegisterEntered, "machine-room", at.Add(time.Minute), next),
		record.NewEntry(record.RegisterLeft, "machine-room", at.Add(602*time.Second), left))
}

func TestAPIBodies(t *testing.T) {
	o := mustOffice(t)
	o.small()
	for _, c := range []apiCase{
		{"stations", "/api/v1/stations", "application/json", http.StatusOK},
		{"station", "/api/v1/stations/hangzhou-01", "application/json", http.StatusOK},
		{"station-bare", "/api/v1/stations/ningbo-02", "application/json", http.StatusOK},
		{"station-unknown", "/api/v1/stations/nowhere", "application/problem+json", http.StatusNotFound},
		{"records", "/api/v1/records?station=hangzhou-01&node=agent", "application/json", http.StatusOK},
		{"records-telemetry", "/api/v1/records?station=hangzhou-01&node=agent&stream=telemetry", "application/json", http.StatusOK},
		{"records-all-nodes", "/api/v1/records?station=hangzhou-01", "application/json", http.StatusOK},
		{"records-after", "/api/v1/records?station=hangzhou-01&node=agent&after=2&limit=1", "application/json", http.StatusOK},
		{"records-none", "/api/v1/records?station=nowhere&node=agent", "application/json", http.StatusOK},
		{"records-no-station", "/api/v1/records", "application/problem+json", http.StatusUnprocessableEntity},
		{"records-bad-stream", "/api/v1/records?station=a&node=b&stream=other", "application/problem+json", http.StatusUnprocessableEntity},
		{"records-long", "/api/v1/records?station=hangzhou-01&node=agent&limit=1000000", "application/json", http.StatusOK},
		{"records-bad-limit", "/api/v1/records?station=a&node=b&limit=0", "application/problem+json", http.StatusUnprocessableEntity},
		{"records-bad-after", "/api/v1/records?station=hangzhou-01&node=agent&after=soon", "application/problem+json", http.StatusUnprocessableEntity},
		{"unknown-member", "/api/v1/records?station=a&node=b&form=csv", "application/problem+json", http.StatusUnprocessableEntity},
		{"progress", "/api/v1/progress", "application/json", http.StatusOK},
		{"progress-station", "/api/v1/progress?station=ningbo-02", "application/json", http.StatusOK},
		{"register", "/api/v1/register", "application/json", http.StatusOK},
		{"register-inside", "/api/v1/register?station=hangzhou-01&inside=true&from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z", "application/json", http.StatusOK},
		{"register-none", "/api/v1/register?person=nobody", "application/json", http.StatusOK},
		{"config", "/api/v1/stations/hangzhou-01/nodes/agent/config", "application/json", http.StatusOK},
		{"config-none", "/api/v1/stations/hangzhou-01/nodes/kiosk/config", "application/json", http.StatusOK},
		{"config-unknown", "/api/v1/stations/hangzhou-01/nodes/other/config", "application/problem+json", http.StatusNotFound},
		{"config-versions", "/api/v1/stations/hangzhou-01/nodes/agent/config/versions", "application/json", http.StatusOK},
		{"config-version", "/api/v1/stations/hangzhou-01/nodes/agent/config/versions/1", "application/json", http.StatusOK},
		{"config-version-unknown", "/api/v1/stations/hangzhou-01/nodes/agent/config/versions/3", "application/problem+json", http.StatusNotFound},
		{"commands", "/api/v1/stations/hangzhou-01/nodes/agent/commands", "application/json", http.StatusOK},
		{"command", "/api/v1/stations/hangzhou-01/nodes/agent/commands/c1", "application/json", http.StatusOK},
		{"command-unknown", "/api/v1/stations/hangzhou-01/nodes/agent/commands/c2", "application/problem+json", http.StatusNotFound},
		{"unknown-path", "/api/v1/anything", "application/problem+json", http.StatusNotFound},
	} {
		o.answers(t, c)
	}
}

type apiCase struct {
	name, path, contentType string
	status                  int
}

// answers checks what is said to a path.
func (o *office) answers(t *testing.T, c apiCase) {
	t.Helper()
	t.Run(c.name, func(t *testing.T) {
		rw := o.get(c.path)
		if rw.Code != c.status {
			t.Errorf("status %d, want %d", rw.Code, c.status)
		}
		if got := rw.Header().Get("Content-Type"); got != c.contentType {
			t.Errorf("content type %q, want %q", got, c.contentType)
		}
		if link := rw.Header().Get("Link"); link != "" {
			t.Errorf("Link header %q", link)
		}
		golden(t, c.name, rw.Body.Bytes())
	})
}

// lobbyed fills a station with the life of a ticket.
func (o *office) lobbyed(station string) {
	o.t.Helper()
	at := noon.Add(-30 * time.Minute)
	quote := record.Quote{Ahead: 2, Known: true, Low: 120, Expected: 200, High: 330}
	o.happened(station, "kiosk", record.Events,
		record.NewEntry(record.TicketIssued, "queue", at, record.TicketIssuedData{Ticket: "t1", Number: "A012", Service: "payment", Class: "senior", Ahead: 2, Quote: &quote}),
		record.NewEntry(record.QueueQuoted, "queue", at.Add(time.Minute), record.QueueQuotedData{Quotes: []record.TicketQuote{{Ticket: "t1", Quote: quote}}}),
		record.NewEntry(record.QueueQuoted, "queue", at.Add(2*time.Minute), record.QueueQuotedData{Quotes: []record.TicketQuote{{Ticket: "t10", Quote: quote}}}),
		record.NewEntry(record.TicketCalled, "queue", at.Add(3*time.Minute), record.TicketCalledData{Ticket: "t1", Number: "A012", Service: "payment", Counter: "2", Wait: 180}))
}

func TestTicketBodies(t *testing.T) {
	o := mustOffice(t)
	o.lobbyed("hangzhou-01")
	for _, c := range []apiCase{
		{"tickets", "/api/v1/stations/hangzhou-01/tickets?number=a012", "application/json", http.StatusOK},
		{"tickets-none", "/api/v1/stations/hangzhou-01/tickets?id=t9&limit=5", "application/json", http.StatusOK},
		{"tickets-nothing-asked", "/api/v1/stations/hangzhou-01/tickets", "application/problem+json", http.StatusUnprocessableEntity},
		{"tickets-unknown-station", "/api/v1/stations/nowhere/tickets?number=A012", "application/problem+json", http.StatusNotFound},
		{"ticket", "/api/v1/stations/hangzhou-01/tickets/t1", "application/json", http.StatusOK},
		{"ticket-at", "/api/v1/stations/hangzhou-01/tickets/t1?at=2026-11-23T04:00:00Z", "application/json", http.StatusOK},
		{"ticket-unknown", "/api/v1/stations/hangzhou-01/tickets/t9", "application/problem+json", http.StatusNotFound},
	} {
		o.answers(t, c)
	}
}

// golden compares a body, indented, with a file.
func golden(t *testing.T, name string, body []byte) {
	t.Helper()
	var got bytes.Buffer
	if err := json.Indent(&got, body, "", "  "); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got %s\nwant %s", got.Bytes(), want)
	}
}

// TestRecordsPageByPage reads everything in small pages, while more arrives.
func TestRecordsPageByPage(t *testing.T) {
	o := mustOffice(t)
	entry := func(i int) record.Entry {
		return record.NewEntry("thing.counted", "thing", noon, map[string]int{"i": i})
	}
	for i := range 7 {
		o.happened("hangzhou-01", "agent", record.Events, entry(i))
	}
	var seen []uint64
	for after, pages := "", 0; pages < 8; pages++ {
		rw := o.get("/api/v1/records?station=hangzhou-01&node=agent&limit=3&after=" + after)
		body := decoded[struct {
			Records []struct{ Seq uint64 }
			Next    string
		}](t, rw.Body.Bytes())
		for _, r := range body.Records {
			seen = append(seen, r.Seq)
		}
		after = body.Next
		if pages == 4 {
			o.happened("hangzhou-01", "agent", record.Events, entry(7))
		}
	}
	if want := []uint64{1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(seen, want) {
		t.Errorf("read %v, want %v", seen, want)
	}
}

// TestOpenAPI checks that the description names every path, that every reference in it leads somewhere, and that
// what the API answers is what it describes.
func TestOpenAPI(t *testing.T) {
	o := mustOffice(t)
	o.small()
	o.lobbyed("wenzhou-03")
	o.cared("huzhou-09", noon)
	rw := o.get("/api/openapi.json")
	if rw.Code != http.StatusOK || rw.Header().Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("status %d, content type %q", rw.Code, rw.Header().Get("Content-Type"))
	}
	doc := decoded[map[string]any](t, rw.Body.Bytes())
	if v, _ := doc["openapi"].(string); !strings.HasPrefix(v, "3.1.") {
		t.Errorf("openapi %q", v)
	}
	paths := doc["paths"].(map[string]any)
	for path, at := range map[string]string{
		"/api/v1/stations":                               "/api/v1/stations",
		"/api/v1/stations/{station}":                     "/api/v1/stations/hangzhou-01",
		"/api/v1/records":                                "/api/v1/records?station=hangzhou-01",
		"/api/v1/progress":                               "/api/v1/progress",
		"/api/v1/register":                               "/api/v1/register?station=hangzhou-01",
		"/api/v1/stations/{station}/nodes/{node}/config": "/api/v1/stations/hangzhou-01/nodes/agent/config",
		"/api/v1/stations/{station}/nodes/{node}/config/versions":           "/api/v1/stations/hangzhou-01/nodes/agent/config/versions",
		"/api/v1/stations/{station}/nodes/{node}/config/versions/{version}": "/api/v1/stations/hangzhou-01/nodes/agent/config/versions/1",
		"/api/v1/surveys":                                       "/api/v1/surveys",
		"/api/v1/stations/{station}/surveys":                    "/api/v1/stations/huzhou-09/surveys",
		"/api/v1/cases":                                         "/api/v1/cases?state=all",
		"/api/v1/stations/{station}/cases":                      "/api/v1/stations/huzhou-09/cases?state=all",
		"/api/v1/stations/{station}/cases/{case}":               "/api/v1/stations/huzhou-09/cases/20261119-001",
		"/api/v1/stations/{station}/tickets":                    "/api/v1/stations/wenzhou-03/tickets?number=A012",
		"/api/v1/stations/{station}/tickets/{ticket}":           "/api/v1/stations/wenzhou-03/tickets/t1",
		"/api/v1/stations/{station}/nodes/{node}/commands":      "/api/v1/stations/hangzhou-01/nodes/agent/commands",
		"/api/v1/stations/{station}/nodes/{node}/commands/{id}": "/api/v1/stations/hangzhou-01/nodes/agent/commands/c1",
	} {
		operation, ok := paths[path].(map[string]any)
		if !ok {
			t.Errorf("%s is not described", path)
			continue
		}
		schema := follow(t, doc, operation, "get", "responses", "200", "content", "application/json", "schema")
		conforms(t, doc, schema, decoded[any](t, o.get(at).Body.Bytes()), path)
	}
	const private = 2 // screens, which nobody is told of without a token
	if len(paths) != 17+private {
		t.Errorf("%d paths are described, want %d", len(paths), 17+private)
	}
	if strings.Contains(rw.Body.String(), "$schema") {
		t.Error("bodies are described with a $schema member")
	}
}

// follow walks down a document by member names, through references.
func follow(t *testing.T, doc map[string]any, from any, names ...string) map[string]any {
	t.Helper()
	for _, name := range names {
		from = resolve(t, doc, from)[name]
	}
	return resolve(t, doc, from)
}

func resolve(t *testing.T, doc map[string]any, v any) map[string]any {
	t.Helper()
	object, ok := v.(map[string]any)
	if !ok {
		t.Fatalf("expected an object, got %v", v)
	}
	ref, ok := object["$ref"].(string)
	if !ok {
		return object
	}
	path, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		t.Fatalf("reference %q leads elsewhere", ref)
	}
	return follow(t, doc, doc, strings.Split(path, "/")...)
}

// conforms checks a value against the part of JSON Schema that the description uses.
func conforms(t *testing.T, doc, schema map[string]any, value any, where string) {
	t.Helper()
	types := typesOf(schema)
	fits := slices.Contains(types, kindOfJSON(value)) || kindOfJSON(value) == "integer" && slices.Contains(types, "number")
	if !fits && schema["type"] != nil {
		t.Errorf("%s: %v is not of type %v", where, value, schema["type"])
	}
	switch v := value.(type) {
	case []any:
		for i, item := range v {
			conforms(t, doc, resolve(t, doc, schema["items"]), item, where+"/"+strconv.Itoa(i))
		}
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		for _, name := range listOf(schema["required"]) {
			if _, ok := v[name.(string)]; !ok {
				t.Errorf("%s: %s is missing", where, name)
			}
		}
		for name, member := range v {
			if property, ok := properties[name]; ok {
				conforms(t, doc, resolve(t, doc, property), member, where+"/"+name)
			} else if schema["additionalProperties"] == false {
				t.Errorf("%s: %s is not described", where, name)
			}
		}
	}
}

func listOf(v any) []any {
	list, _ := v.([]any)
	return list
}

func typesOf(schema map[string]any) (types []string) {
	if one, ok := schema["type"].(string); ok {
		return []string{one}
	}
	for _, one := range listOf(schema["type"]) {
		types = append(types, one.(string))
	}
	return types
}

func kindOfJSON(v any) string {
	switch n := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case float64:
		if n == float64(int64(n)) {
			return "integer"
		}
		return "number"
	}
	return "object"
}

func TestHealth(t *testing.T) {
	o := mustOffice(t)
	if rw := o.get("/healthz"); rw.Code != http.StatusOK || decoded[health](t, rw.Body.Bytes()).Status != "ok" {
		t.Errorf("a healthy office answers %d %s", rw.Code, rw.Body)
	}
	o.stats.Connected = false
	rw := o.get("/healthz")
	if h := decoded[health](t, rw.Body.Bytes()); rw.Code != http.StatusServiceUnavailable || h.Status != "failing" ||
		h.Checks["database"] != "ok" || h.Checks["ingest"] == "ok" {
		t.Errorf("without a broker it answers %d %s", rw.Code, rw.Body)
	}
	o.stats.Connected = true
	if err := o.store.Close(); err != nil {
		t.Fatal(err)
	}
	rw = o.get("/healthz")
	if h := decoded[health](t, rw.Body.Bytes()); rw.Code != http.StatusServiceUnavailable || h.Checks["database"] == "ok" {
		t.Errorf("without a database it answers %d %s", rw.Code, rw.Body)
	}
	if rw := o.get("/api/v1/stations"); rw.Code != http.StatusInternalServerError ||
		rw.Header().Get("Content-Type") != "application/problem+json" || strings.Contains(rw.Body.String(), "sql") {
		t.Errorf("without a database the API answers %d %s", rw.Code, rw.Body)
	}
}

func TestMetrics(t *testing.T) {
	o := mustOffice(t)
	o.day("hangzhou-01", noon)
	o.asked("hangzhou-01", noon.Add(-time.Hour))
	o.offline("ningbo-02", "agent", noon)
	o.stats = IngestStats{Connected: true, Stored: 12, Duplicates: 3, Dropped: 1, Refused: map[string]uint64{"conflict": 2}}
	body := o.get("/metrics").Body.String()
	for _, line := range []string{
		"headoffice_ingest_connected 1", "headoffice_ingest_records_total 12", "headoffice_ingest_duplicates_total 3",
		"headoffice_ingest_dropped_total 1", `headoffice_ingest_refused_total{reason="conflict"} 2`,
		"headoffice_stations 2", `headoffice_nodes{state="online"} 2`, `headoffice_nodes{state="offline"} 1`,
		`headoffice_alarms_open{level="major"} 1`, `headoffice_alarms_open{level="critical"} 0`,
		`headoffice_records_missing{stream="telemetry"} 0`, "go_goroutines ",
		`headoffice_persons_inside{station="hangzhou-01"} 1`, `headoffice_commands_pending{state="waiting"} 1`,
		`headoffice_commands_pending{state="sent"} 0`, `headoffice_node_configs{state="refused"} 1`,
		`headoffice_node_configs{state="waiting"} 0`,
	} {
		if !strings.Contains(body, "\n"+line) {
			t.Errorf("%q is missing in\n%s", line, body)
		}
	}
}

func TestNewRefusesIncompleteOptions(t *testing.T) {
	o := mustOffice(t)
	whole := Options{Store: o.store, Stats: func() IngestStats { return o.stats }, Log: slog.New(slog.DiscardHandler)}
	for name, spoil := range map[string]func(*Options){
		"no store given":             func(o *Options) { o.Store = nil },
		"no ingest statistics given": func(o *Options) { o.Stats = nil },
		"no log given":               func(o *Options) { o.Log = nil },
	} {
		options := whole
		spoil(&options)
		if _, err := New(options); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want an error saying %q", err, name)
		}
	}
	if _, err := New(whole); err != nil {
		t.Error(err)
	}
}

var _ Store = (*store.Store)(nil)

package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// mustOffice is a head office that answers as handler does.
func mustOffice(t *testing.T, handler http.HandlerFunc) *headOffice {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return &headOffice{http: strings.TrimPrefix(server.URL, "http://")}
}

func TestRecordsAreAskedForPageByPage(t *testing.T) {
	const total = 2300
	h := mustOffice(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("station") != "demo" || q.Get("node") != "agent" || q.Get("stream") != "events" {
			t.Errorf("asked for %s", r.URL)
		}
		after, _ := strconv.Atoi(strings.TrimPrefix(q.Get("after"), "cursor-"))
		limit, _ := strconv.Atoi(q.Get("limit"))
		page := map[string]any{"next": "cursor-" + strconv.Itoa(min(after+limit, total))}
		records := []stored{}
		for seq := after + 1; seq <= min(after+limit, total); seq++ {
			records = append(records, stored{Seq: uint64(seq), Data: json.RawMessage(`{}`)})
		}
		page["records"] = records
		if err := json.NewEncoder(w).Encode(page); err != nil {
			t.Error(err)
		}
	})
	got, err := h.records(t.Context(), "demo", "agent", "events")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != total || got[total-1].Seq != total {
		t.Errorf("got %d records, expected %d", len(got), total)
	}
}

func TestOnlineSincePassesOverAnEarlierRun(t *testing.T) {
	h := mustOffice(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"stations":[{"id":"demo","nodes":[{"id":"agent","online":true,"since":"2026-03-02T12:00:00.500Z"},
			{"id":"kiosk","online":false,"since":"2026-03-02T12:00:00.500Z"}]}]}`))
	})
	for _, test := range []struct {
		node  string
		began time.Time
		want  bool
	}{
		{"agent", noon, true},
		{"agent", noon.Add(500*time.Millisecond + 999*time.Microsecond), true}, // the wire has milliseconds
		{"agent", noon.Add(time.Second), false},
		{"kiosk", noon, false},
		{"other", noon, false},
	} {
		if got, err := h.onlineSince(t.Context(), "demo", test.node, test.began); err != nil || got != test.want {
			t.Errorf("%s, begun at %s: got %t and %v, expected %t", test.node, test.began, got, err, test.want)
		}
	}
}

func TestMetric(t *testing.T) {
	h := mustOffice(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("# HELP a_total x\na_total_more 3\na_total 7\n"))
	})
	if got, err := h.metric(t.Context(), "a_total"); err != nil || got != 7 {
		t.Errorf("got %d and %v, expected 7", got, err)
	}
	if _, err := h.metric(t.Context(), "b_total"); err == nil || !strings.Contains(err.Error(), "b_total") {
		t.Errorf("a metric that is not there: got %v, expected an error that names it", err)
	}
}

func TestRefusedRequestSaysWhatHeadOfficeSaid(t *testing.T) {
	h := mustOffice(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such station", http.StatusNotFound) })
	_, err := h.records(t.Context(), "demo", "agent", "events")
	if err == nil || !strings.Contains(err.Error(), "404") || !strings.Contains(err.Error(), "no such station") {
		t.Errorf("got %v, expected the status and the reason", err)
	}
}

package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"stationkeeper/kiosk/web"
)

func TestGuard(t *testing.T) {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "page") })
	for _, c := range []struct {
		name, host, site, method string
		loopback                 bool
		want                     int
	}{
		{"this machine", "127.0.0.1:8090", "", "GET", true, http.StatusOK},
		{"this machine by IPv6", "[::1]:8090", "", "GET", true, http.StatusOK},
		{"this machine by name", "LocalHost", "", "GET", true, http.StatusOK},
		{"a name of somebody else's for this machine", "evil.example:8090", "", "GET", true, http.StatusMisdirectedRequest},
		{"the network", "kiosk.example:8090", "", "GET", false, http.StatusOK},
		{"a form of another site's page", "kiosk.example", "cross-site", "POST", false, http.StatusForbidden},
		{"a link from another site's page", "kiosk.example", "cross-site", "GET", false, http.StatusOK},
		{"a form of our own", "kiosk.example", "same-origin", "POST", false, http.StatusOK},
	} {
		r := httptest.NewRequest(c.method, "http://"+c.host+"/", nil)
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		w := httptest.NewRecorder()
		web.Guard(page, c.loopback).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("%s: policy %q", c.name, policy)
		}
	}
}

// TestStream writes events as a browser reads them.
func TestStream(t *testing.T) {
	w := httptest.NewRecorder()
	s := web.NewStream(w)
	if err := s.Send("call", "7", map[string]string{"number": "A\n001"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Send("board", "", 1); err != nil {
		t.Fatal(err)
	}
	if want := "id: 7\nevent: call\ndata: {\"number\":\"A\\n001\"}\n\nevent: board\ndata: 1\n\n"; w.Body.String() != want || !w.Flushed {
		t.Errorf("got %q, want %q", w.Body.String(), want)
	}
	if got := w.Header().Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("type %q", got)
	}
	if s.Send("bad", "", func() {}) == nil {
		t.Error("what has no JSON was sent")
	}
}

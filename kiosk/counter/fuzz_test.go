package counter_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// FuzzRequests posts arbitrary bodies to the API, as a supervisor, who may do everything. None of them is the server's
// fault, and each is answered in JSON.
func FuzzRequests(f *testing.F) {
	paths := []string{"/api/tickets", "/api/tickets/t1/leave", "/api/tickets/t1/class", "/api/counters/1/done", "/api/counters/none/recall",
		"/api/surveys", "/api/cases/none/assign", "/api/cases/none/close", "/api/login", "/api/errors", "/api/appointments", "/api/appointments/a1/cancel", "/api/appointments/1234/arrive"}
	for _, verb := range []string{"call", "recall", "finish", "no-show", "return", "hold", "transfer", "split", "undo", "open", "pause", "resume", "close"} {
		paths = append(paths, "/api/counters/1/"+verb)
	}
	for i := range paths {
		f.Add(uint8(i), `{"request":"r1","ticket":"t1"}`)
		f.Add(uint8(i), `{}`)
	}
	for i, body := range []string{
		`{"request":"r1","service":"pay","class":"senior"}`, `{"request":"r1"}`, `{"request":"r2","class":""}`, `{"ticket":"t1","reason":"x","remind":"2026-11-23T09:00:00Z"}`,
		`{"request":"r5","score":5}`, ``, `null`, `[]`, `{}{}`, `{"request":"` + strings.Repeat("r", 2000) + `"}`, `{"request":"\u0000"}`,
		`{"staff":"1001","pin":"4711","counter":"3","take_over":true}`, `{"badge":"0012345678"}`, `{"page":"desk","message":"x","where":"a:1:2","times":3}`,
		`{"service":"pay","at":"2026-11-23T15:00:00+08:00","name":"\u674e","phone":"123"}`, `{"ticket":"t1","place":-9223372036854775808}`,
		`{"ticket":"t1","service":"pay","to":"2","back":true,"keep":true,"note":"` + strings.Repeat("n", 600) + `"}`,
	} {
		f.Add(uint8(i), body)
	}
	s := openStation(f)
	boss := s.logIn("3001", "")
	f.Fuzz(func(t *testing.T, path uint8, body string) {
		answer, text := s.try(t, http.MethodPost, paths[int(path)%len(paths)], body, as(boss))
		if answer.StatusCode >= 500 || answer.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%q: %s: %s", body, answer.Status, text)
		}
	})
}

// FuzzCookies sends arbitrary cookies: only the one that the kiosk has made lets anybody in.
func FuzzCookies(f *testing.F) {
	s := openStation(f)
	boss := s.logIn("3001", "")
	id, seal, _ := strings.Cut(boss.Value, ".")
	for _, value := range []string{boss.Value, "", ".", id, id + "." + seal + "=", id + "." + strings.ToUpper(seal), strings.Repeat("a", 3000), id + "\x00." + seal} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		answer, text := s.try(t, http.MethodGet, "/api/me", "", func(r *http.Request) { r.Header.Set("Cookie", boss.Name+"="+value) })
		if answer.StatusCode == http.StatusOK && !strings.Contains(value, boss.Value) || answer.StatusCode >= 500 {
			t.Errorf("cookie %q: %s: %s", value, answer.Status, text)
		}
	})
}

// try sends a request whose answer is looked at by the caller. One that cannot be sent, such as a cookie with a line break,
// is skipped.
func (s *station) try(t *testing.T, method, path, body string, change func(*http.Request)) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	change(r)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		if strings.Contains(err.Error(), "invalid header field value") {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

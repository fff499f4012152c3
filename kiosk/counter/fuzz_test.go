package counter_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// FuzzRequests posts arbitrary bodies to the counter's API. None of them is the server's fault, and each is answered in
// JSON.
func FuzzRequests(f *testing.F) {
	paths := []string{"/api/tickets", "/api/tickets/t1/leave", "/api/counters/1/call", "/api/counters/1/done", "/api/counters/none/recall", "/api/surveys"}
	for i := range paths {
		f.Add(uint8(i), `{"request":"r1","service":"pay","ticket":"t1","score":5,"reason":"no-show"}`)
	}
	for i, body := range []string{
		`{"request":"r1","service":"pay"}`, `{"request":"r1"}`, `{"request":"r2"}`, `{"request":"r3","ticket":"t1"}`, `{"request":"r4"}`,
		`{"request":"r5","score":5}`, ``, `null`, `[]`, `{}{}`, `{"request":"` + strings.Repeat("r", 2000) + `"}`, `{"request":"\u0000"}`,
	} {
		f.Add(uint8(i), body)
	}
	s := open(f)
	f.Fuzz(func(t *testing.T, path uint8, body string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+paths[int(path)%len(paths)], strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode >= 500 || answer.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %q: %s, %v: %s", r.URL.Path, body, answer.Status, err, text)
		}
	})
}

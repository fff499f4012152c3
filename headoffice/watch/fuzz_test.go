package watch

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"stationkeeper/internal/record"
)

// FuzzQuery asks the API with arbitrary parameters, and the pages for arbitrary stations. None of it is head office's
// fault, and every answer can be read.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{
		"station=hangzhou-01&node=agent", "station=hangzhou-01&node=agent&after=2&limit=1", "station=hangzhou-01&after=e1.2~1-1", "station=hangzhou-01&after=e9.1",
		"station=a&node=b&stream=other", "station=hangzhou-01&limit=0", "station=hangzhou-01&limit=99999999999999999999", "station=hangzhou-01&limit=-1",
		"station=hangzhou-01&node=agent&after=9223372036854775808", "station=%00&node=%ff", "station=hangzhou-01&station=b", "a;b", "%", "form=csv",
	} {
		f.Add(q, "hangzhou-01")
	}
	for _, station := range []string{"", "nowhere", "a/b", "..", "%", "\xff", "<script>", strings.Repeat("x", 300)} {
		f.Add("", station)
	}
	o := mustOffice(f)
	o.small()
	handler := o.handler(noon)
	f.Fuzz(func(t *testing.T, query, station string) {
		for _, path := range []string{"/api/v1/records", "/api/v1/progress", "/api/v1/stations/" + station, "/stations/" + station, "/language/" + station} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.URL = &url.URL{Path: path, RawQuery: query}
			rw := httptest.NewRecorder()
			handler.ServeHTTP(rw, r)
			if rw.Code >= 500 {
				t.Errorf("%s?%s: %d: %s", path, query, rw.Code, rw.Body)
			}
			if strings.HasSuffix(rw.Header().Get("Content-Type"), "json") && !json.Valid(rw.Body.Bytes()) {
				t.Errorf("%s?%s: not JSON: %q", path, query, rw.Body)
			}
			if to := rw.Header().Get("Location"); rw.Code == http.StatusSeeOther && !local(to) {
				t.Errorf("%s?%s leads away, to %q", path, query, to)
			}
		}
	})
}

// FuzzLocalPath looks for a way back that leads elsewhere.
func FuzzLocalPath(f *testing.F) {
	for _, back := range []string{"/stations/a", "//evil.example", "/\\evil.example", "/%2fevil.example", "https://evil.example/", "/./%2e/", "", "\t//x", "/?a", "/#a"} {
		f.Add(back)
	}
	f.Fuzz(func(t *testing.T, back string) {
		if path := localPath(back); !local(path) {
			t.Errorf("%q leads to %q", back, path)
		}
	})
}

// local reports whether a browser that follows this stays on the server.
func local(path string) bool {
	u, err := url.Parse(path)
	return err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") &&
		!strings.ContainsAny(path, "\\\t\r\n")
}

// FuzzTell puts arbitrary records into words and into the API: whatever a station wrote fits on a page and can be read.
func FuzzTell(f *testing.F) {
	for typ := range tellers {
		f.Add(typ, []byte(`{"value":1e308,"step":-1e300,"from":"2026-11-23T08:30:00Z","to":"0001-01-01T00:00:00Z","clock":"synced","reason":"<script>","missing":3}`))
		f.Add(typ, []byte(`{"value":"x","serial":-1,"score":9e99,"reason":5}`))
		f.Add(typ, []byte(`{"reason":"`+strings.Repeat("x", 2*longestDetail)+`","ticket":"`+strings.Repeat("x", 2*longestDetail)+`"}`))
	}
	f.Add("new.type", []byte("{\"a\":\"\xff\",\"b\":[1, {}],\"c\":\"\\ud800\",\"<b>\":\"&\"}"))
	f.Fuzz(func(t *testing.T, typ string, data []byte) {
		r := record.Record{Seq: 1, Type: typ, Source: "machine-room/door", Time: noon, Clock: record.Synced, Data: data}
		if r.Validate() != nil {
			return
		}
		for _, l := range languages {
			if said := l.tell(r); said.Title == "" || len([]rune(said.Detail)) > longestDetail+1 || !utf8.ValidString(said.Detail) {
				t.Fatalf("%s in %s: %q: %.300q", typ, l, said.Title, said.Detail)
			}
		}
		spelled, err := json.Marshal(object(data))
		if err != nil || !json.Valid(spelled) || !utf8.Valid(spelled) {
			t.Errorf("the API spells %q as %q, %v", data, spelled, err)
		}
	})
}

// FuzzForEverybody looks for data of private types from which a secret reaches everybody, as the API spells it or in words.
func FuzzForEverybody(f *testing.F) {
	const secret = "s3cret-13800001234"
	for _, data := range []string{`{"text":"s3cret-13800001234"}`, `{"TEXT":"s3cret-13800001234","text":1}`, `{"te\u0078t":["s3cret-13800001234"]}`,
		`{"phone":"s3cret-13800001234"}`, `{"clerk":"s3cret-13800001234","score":"x"}`, `{"note":"s3cret-13800001234","text":"s3cret-13800001234"`, `"s3cret-13800001234"`} {
		for typ := range hidden {
			f.Add(typ, data)
		}
	}
	f.Fuzz(func(t *testing.T, typ, data string) {
		private, ok := hidden[typ]
		if !ok || !onlyIn(data, secret, private) {
			return
		}
		r := record.Record{Type: typ, Data: json.RawMessage(data)}
		public, _ := forEverybody(r)
		if strings.Contains(string(public), secret) {
			t.Errorf("everybody reads %s", public)
		}
		for _, l := range languages {
			if told := l.tell(r); strings.Contains(told.Title+told.Detail, secret) {
				t.Errorf("everybody is told %q", told.Detail)
			}
		}
	})
}

// onlyIn tells whether a secret is in private members of data alone, or the data is no object.
func onlyIn(data, secret string, private []string) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(data), &members) != nil {
		return true
	}
	found := 0
	for name, value := range members {
		if slices.ContainsFunc(private, func(p string) bool { return strings.EqualFold(p, name) }) {
			found += strings.Count(string(value), secret)
		}
	}
	return found == strings.Count(data, secret) // else it is in a name, elsewhere, or in a member that is there twice
}

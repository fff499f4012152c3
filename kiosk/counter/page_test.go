package counter_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// elsewhere is a reference that leaves this site, or style and script within the page.
var elsewhere = regexp.MustCompile(`(href|src|action)="([a-z]+:)?//|<style|style="|<script>| on[a-z]+="`)

func TestPagesSpeakTwoLanguagesAndLoadNothingFromElsewhere(t *testing.T) {
	s := open(t)
	english := func(r *http.Request) { r.Header.Set("Accept-Language", "fr;q=0.9, en-GB;q=0.8") }
	chosen := func(r *http.Request) {
		english(r)
		r.AddCookie(&http.Cookie{Name: "language", Value: "zh"})
	}
	for _, c := range []struct {
		path   string
		change func(*http.Request)
		want   []string
	}{
		{"/", func(*http.Request) {}, []string{`lang="zh-CN"`, "请选择窗口", "1号窗口", "缴费 · repair", "全部业务", "空闲"}},
		{"/", english, []string{`lang="en"`, "Choose your counter", "Counter 1"}},
		{"/", chosen, []string{"请选择窗口"}},
		{"/counters/2", english, []string{"Counter 2", `"counter":"2"`, `"pay":"Payment"`, "/language/zh?back=%2Fcounters%2F2"}},
	} {
		answer, text := s.get(c.path, c.change)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s:\n%s", c.path, want, text)
			}
		}
		if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s, policy %q", c.path, answer.Status, policy)
		}
		if elsewhere.MatchString(text) {
			t.Errorf("%s names another place:\n%s", c.path, text)
		}
	}
	if answer, text := s.get("/counters/9", english); answer.StatusCode != http.StatusNotFound || !strings.Contains(text, "There is no such counter") {
		t.Errorf("unknown counter: %s\n%s", answer.Status, text)
	}
}

func TestLanguageIsKeptAndLeadsBack(t *testing.T) {
	s := open(t)
	for back, want := range map[string]string{
		"/counters/2": "/counters/2", "/supervisor": "/supervisor", "//elsewhere.example": "/", "/counters/..%2f..//elsewhere.example": "/counters/..%2F..%2F%2Felsewhere.example", "": "/",
	} {
		answer, _ := s.get("/language/en?back=" + back)
		if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != want || len(answer.Cookies()) != 1 || answer.Cookies()[0].Value != "en" {
			t.Errorf("back to %q: %s to %q, cookies %v", back, answer.Status, answer.Header.Get("Location"), answer.Cookies())
		}
	}
	if answer, _ := s.get("/language/xx"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("unknown language: %s", answer.Status)
	}
}

// Ways in which pages and scripts ask for a text, and keys whose end is a code of the API.
var (
	asked  = regexp.MustCompile(`(?:\.Say|\.To|\bsay\(|done:) ?"([a-z.-]*[a-z])"`)
	byCode = regexp.MustCompile(`^(error|action|reason|state|counter|done|hold|why|advice|status|origin|outcome|cause|level-of)\.`)
)

// TestEveryTextIsThereAndIsUsed reads the pages and scripts as text.
func TestEveryTextIsThereAndIsUsed(t *testing.T) {
	s := open(t)
	_, text := s.get("/counters/1")
	_, text, _ = strings.Cut(text, `<script type="application/json" id="page">`)
	text, _, _ = strings.Cut(text, `</script>`)
	var page struct{ Words map[string]string }
	if err := json.Unmarshal([]byte(text), &page); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	have := page.Words
	source := sources(t)
	for _, m := range asked.FindAllStringSubmatch(source, -1) {
		if have[m[1]] == "" {
			t.Errorf("%q is asked for, the catalogue lacks it", m[1])
		}
	}
	for key := range have {
		if !byCode.MatchString(key) && !strings.Contains(source, `"`+key+`"`) {
			t.Errorf("%q is in the catalogue, nothing says it", key)
		}
	}
}

// sources are the pages, their scripts, and what fills them.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range []string{"pages/*.html", "pages/assets/*.js", "page*.go", "words.go", "cases.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			body, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(path, "_test.go") {
				all.Write(body)
			}
		}
	}
	return all.String()
}

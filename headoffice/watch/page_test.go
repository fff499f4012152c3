package watch

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

func TestPagesSayWhatThereIs(t *testing.T) {
	o := mustOffice(t)
	o.day("hangzhou-01", noon)
	o.calm("ningbo-02", noon)
	for path, texts := range map[string][]string{
		"/?lang=zh": {`lang="zh-CN"`, "hangzhou-01", "ningbo-02", "需要关注", "运行正常", "重要", "28.6", "1 扇开着", "全部关闭"},
		"/?lang=en": {`lang="en"`, "Needs attention", "In order", "Major", "28.6", "1 open", "all closed"},
		"/stations/hangzhou-01?lang=zh": {"机房 · 温度", "28.6", "未解除告警", "重要", "故障", "no answer", "正在等候",
			"generator.started", "fuel: 71", "数据过时", "今日（2026-11-23）", "非常满意", "没有缺失", "A041"},
		"/stations/hangzhou-01?lang=en": {"Machine room · temperature", "Open alarms", "Major", "Faulty", "no answer",
			"generator.started", "fuel: 71", "Stale", "Today (2026-11-23)", "Very satisfied", "nothing is missing"},
	} {
		rw := o.get(path)
		if rw.Code != http.StatusOK || rw.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Fatalf("%s: status %d, %s", path, rw.Code, rw.Header().Get("Content-Type"))
		}
		for _, text := range texts {
			if !strings.Contains(rw.Body.String(), text) {
				t.Errorf("%s: %q is missing", path, text)
			}
		}
	}
}

func TestEmptyPages(t *testing.T) {
	o := mustOffice(t)
	if body := o.get("/").Body.String(); !strings.Contains(body, chinese.t("overview.none")) {
		t.Error("an office without stations does not say so")
	}
	o.offline("ningbo-02", "agent", noon)
	body := o.get("/stations/ningbo-02").Body.String()
	for _, key := range []string{"station.noalarms", "station.nodoors", "station.noclima", "station.noqueue", "station.nosurvey", "station.novisits",
		"station.nopoints", "station.noevents", "complete.none"} {
		if !strings.Contains(body, chinese.t(key)) {
			t.Errorf("a station that only went offline does not say %q", chinese.t(key))
		}
	}
}

func TestPagesThatAreNotThere(t *testing.T) {
	o := mustOffice(t)
	for _, path := range []string{"/stations/nowhere", "/stations/%3Cscript%3E", "/elsewhere", "/stations/"} {
		rw := o.get(path)
		if rw.Code != http.StatusNotFound || !strings.Contains(rw.Body.String(), chinese.t("app.back")) {
			t.Errorf("%s: status %d", path, rw.Code)
		}
		if strings.Contains(rw.Body.String(), "<script>") {
			t.Errorf("%s: the name is taken for HTML", path)
		}
	}
	for _, path := range []string{"/live/stations/nowhere", "/assets/x/", "/assets/x/../watch.go", "/language/fr"} {
		if rw := o.get(path); rw.Code == http.StatusOK {
			t.Errorf("%s: status %d", path, rw.Code)
		}
	}
}

// TestNothingFromAStationIsHTML sends markup through everything a station may name freely.
func TestNothingFromAStationIsHTML(t *testing.T) {
	o := mustOffice(t)
	const evil = `<img src=x onerror=alert(1)>"'`
	o.online("hangzhou-01", "agent", noon)
	o.happened("hangzhou-01", "agent", record.Events,
		record.NewEntry("thing.made", "thing", noon, map[string]string{evil: evil}),
		record.NewEntry(record.AlarmRaised, "thing", noon, record.AlarmData{Rule: evil, Level: evil, Unit: evil}),
		record.NewEntry(record.TicketCalled, "queue", noon, record.TicketCalledData{Number: evil, Counter: evil}))
	o.state("hangzhou-01", "agent", "thing", record.State{Value: evil, Unit: evil, Quality: record.Faulty, Reason: evil, Time: noon})
	o.state("hangzhou-01", "agent", "a/door", record.State{Value: evil, Time: noon})
	o.state("hangzhou-01", "agent", "a/temperature", record.State{Value: evil, Unit: evil, Time: noon})
	for _, path := range []string{"/", "/stations/hangzhou-01"} {
		if body := o.get(path).Body.String(); strings.Contains(body, "<img") {
			t.Errorf("%s holds %s", path, body[strings.Index(body, "<img"):][:60])
		}
	}
}

// TestReplayShowsInItsOwnTime plays a recording of another year.
func TestReplayShowsInItsOwnTime(t *testing.T) {
	o := mustOffice(t)
	then := time.Date(2013, 7, 4, 8, 0, 0, 0, time.UTC)
	o.day("hangzhou-01", then)
	body := o.get("/stations/hangzhou-01?lang=en").Body.String()
	for _, text := range []string{"24 hours to 2013-07-04 15:59:40", "On 2013-07-04", `class="line"`, "2013-07-04 15:57:00"} {
		if !strings.Contains(body, text) {
			t.Errorf("%q is missing", text)
		}
	}
}

func TestSectionsHaveTheirPlaces(t *testing.T) {
	o := mustOffice(t)
	o.day("hangzhou-01", noon)
	page := o.get("/stations/hangzhou-01").Body.String()
	for _, id := range stationSections {
		if n := strings.Count(page, `id="`+id+`"`); n != 1 {
			t.Errorf("the page has %d places for section %s", n, id)
		}
	}
	ids := map[string]bool{}
	for _, match := range regexp.MustCompile(`\bid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[match[1]] {
			t.Errorf("id %s is there twice", match[1])
		}
		ids[match[1]] = true
	}
	for _, match := range regexp.MustCompile(`aria-labelledby="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !ids[match[1]] {
			t.Errorf("%s labels nothing", match[1])
		}
	}
}

func TestHeaders(t *testing.T) {
	o := mustOffice(t)
	rw := o.get("/")
	policy := rw.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
		t.Errorf("content security policy %q", policy)
	}
	if body := rw.Body.String(); strings.Contains(body, " style=") || strings.Contains(body, "<style") || strings.Contains(body, "//cdn") {
		t.Error("the page holds what its policy forbids")
	}
	asset := regexp.MustCompile(`/assets/[^"]*watch\.css`).FindString(rw.Body.String())
	if got := o.get(asset); got.Code != http.StatusOK || !strings.Contains(got.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%s: status %d, %v", asset, got.Code, got.Header())
	}
	if got := o.get("/assets/older/watch.css"); got.Code != http.StatusOK || got.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("an asset of another build: status %d, %v", got.Code, got.Header())
	}
	if got := o.get("/favicon.ico"); got.Code != http.StatusOK || got.Header().Get("Content-Type") != "image/svg+xml" {
		t.Errorf("favicon: status %d, %v", got.Code, got.Header())
	}
}

func TestLanguageSwitch(t *testing.T) {
	o := mustOffice(t)
	rw := o.get("/language/en?back=/stations/hangzhou-01")
	if rw.Code != http.StatusSeeOther || rw.Header().Get("Location") != "/stations/hangzhou-01" {
		t.Errorf("status %d to %q", rw.Code, rw.Header().Get("Location"))
	}
	cookie := rw.Header().Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "language=en;") || !strings.Contains(cookie, "HttpOnly") {
		t.Errorf("cookie %q", cookie)
	}
	if body := o.get("/", "Cookie", "language=en").Body.String(); !strings.Contains(body, "No station has reported yet") {
		t.Error("the cookie is not heeded")
	}
}

func TestLocalPath(t *testing.T) {
	for back, want := range map[string]string{
		"/stations/a": "/stations/a", "/": "/", "": "/", "https://elsewhere/x": "/", "//elsewhere/x": "/",
		`/\elsewhere`: "/", "javascript:alert(1)": "/", "/%2F/elsewhere": "/", "stations": "/", "/a\r\nX: y": "/",
	} {
		if got := localPath(back); got != want {
			t.Errorf("localPath(%q) = %q, want %q", back, got, want)
		}
	}
}

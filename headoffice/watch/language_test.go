package watch

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"stationkeeper/internal/record"
)

var (
	verbPattern = regexp.MustCompile(`%[sd]`)
	keyPattern  = regexp.MustCompile(`\bt "([a-z0-9.-]+)"`)
)

// TestCatalogue checks that every text exists in both languages with the same verbs in the same order.
func TestCatalogue(t *testing.T) {
	for key, text := range catalogue {
		if text.zh == "" || text.en == "" {
			t.Errorf("%s is empty in a language", key)
		}
		if zh, en := verbPattern.FindAllString(text.zh, -1), verbPattern.FindAllString(text.en, -1); !slices.Equal(zh, en) {
			t.Errorf("%s: verbs %v in Chinese, %v in English", key, zh, en)
		}
		if strings.IndexFunc(text.en, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 && key != "language.name" {
			t.Errorf("%s: the English text is Chinese: %s", key, text.en)
		}
	}
}

// TestTemplatesKnowTheirTexts checks every key that a template names.
func TestTemplatesKnowTheirTexts(t *testing.T) {
	entries, err := embedded.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, entry := range entries {
		content, err := embedded.ReadFile("templates/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range keyPattern.FindAllStringSubmatch(string(content), -1) {
			found++
			if !english.has(match[1]) {
				t.Errorf("%s names %q, which the catalogue does not have", entry.Name(), match[1])
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d keys were found in the templates", found)
	}
}

// TestEveryTypeIsWorded puts an example of every type of record that stations write into words.
func TestEveryTypeIsWorded(t *testing.T) {
	file, err := os.ReadFile("../../internal/record/testdata/data.json")
	if err != nil {
		t.Fatal(err)
	}
	examples := decoded[map[string]json.RawMessage](t, file)
	if len(examples) < 17 {
		t.Fatalf("only %d examples", len(examples))
	}
	for typ, data := range examples {
		for _, l := range languages {
			got := l.tell(record.Record{Type: typ, Data: data})
			if got.Foreign || !l.has("event."+typ) {
				t.Errorf("%s is not known in %s", typ, l)
			}
			if got.Title == "" || strings.Contains(got.Title+got.Detail, "%!") || strings.ContainsAny(got.Detail, "{}") {
				t.Errorf("%s in %s: %+v", typ, l, got)
			}
		}
	}
}

func TestTell(t *testing.T) {
	for _, c := range []struct {
		typ, data string
		zh, en    told
	}{
		{record.AlarmRaised, `{"serial":7,"rule":"high","level":"major","value":27.46,"limit":27,"unit":"°C"}`,
			told{Title: "告警发生", Detail: "重要 · 过高 · 测得 27.5 °C，限值 27.0 °C · 第 7 号", Tone: "bad"},
			told{Title: "Alarm raised", Detail: "Major · Too high · measured 27.5 °C, limit 27.0 °C · no. 7", Tone: "bad"}},
		{record.TicketCalled, `{"number":"A012","counter":"2","wait":200}`,
			told{Title: "叫号", Detail: "A012 · 2 号窗口 · 等候 3 分 20 秒"},
			told{Title: "Customer called", Detail: "A012 · counter 2 · waited 3 min 20 s"}},
		{record.TicketLeft, `{"number":"A012","wait":3720,"reason":"gave-up"}`,
			told{Title: "客户离开", Detail: "A012 · 放弃等候 · 等候 1 小时 2 分"},
			told{Title: "Customer left", Detail: "A012 · gave up · waited 1 h 2 min"}},
		{record.TicketIssued, `{"number":"A012","service":"payment","ahead":3,"class":"senior","quote":{"ahead":3,"known":true,"low":299,"expected":480,"high":661}}`,
			told{Title: "取号", Detail: "A012 · 缴费 · 类别 老年人 · 前面 3 人 · 预计等候 4–12 分钟"},
			told{Title: "Ticket issued", Detail: "A012 · Payment · class senior · 3 ahead · told 4–12 min"}},
		{record.TicketIssued, `{"number":"X1","service":"notary","ahead":0,"quote":{"ahead":0,"known":false}}`,
			told{Title: "取号", Detail: "X1 · notary · 前面 0 人"}, told{Title: "Ticket issued", Detail: "X1 · notary · 0 ahead"}},
		{record.TicketReturned, `{"number":"A012","counter":"2","place":0}`,
			told{Title: "退回排队", Detail: "A012 · 2 号窗口 · 排在最前"}, told{Title: "Sent back to wait", Detail: "A012 · counter 2 · in front"}},
		{record.TicketReturned, `{"number":"A012","counter":"2","place":-1}`,
			told{Title: "退回排队", Detail: "A012 · 2 号窗口 · 排在最后"}, told{Title: "Sent back to wait", Detail: "A012 · counter 2 · at the end"}},
		{record.TicketUndone, `{"number":"A012","counter":"2","action":"no-show","clerk":"1007"}`,
			told{Title: "撤销操作", Detail: "A012 · 2 号窗口 · 过号 · 员工 1007"}, told{Title: "Action undone", Detail: "A012 · counter 2 · no-show · staff 1007"}},
		{record.TicketClassed, `{"number":"A012"}`,
			told{Title: "更改客户类别", Detail: "A012 · 类别 普通"}, told{Title: "Customer's class changed", Detail: "A012 · class ordinary"}},
		{record.StaffDenied, `{"staff":"1007","role":"clerk","counter":"2","method":"badge","reason":"too-many-attempts"}`,
			told{Title: "员工登录被拒", Detail: "员工 1007 · 柜员 · 2 号窗口 · 工卡 · 错误次数过多，暂停受理", Tone: "warn"},
			told{Title: "Staff log-in refused", Detail: "staff 1007 · clerk · counter 2 · badge · too many wrong attempts", Tone: "warn"}},
		{record.AppointmentArrived, `{"service":"repair","late":-240}`,
			told{Title: "预约客户到达", Detail: "故障报修 · 早到 4 分钟"}, told{Title: "Appointment arrived", Detail: "Repair · 4 min early"}},
		{record.SurveyAnswered, `{"score":5}`,
			told{Title: "客户评价", Detail: "非常满意（5 分）"}, told{Title: "Visit rated", Detail: "Very satisfied (5 of 5)"}},
		{record.DoorOpened, `{}`, told{Title: "门打开"}, told{Title: "Door opened"}},
		{record.PointFailed, `{"quality":"faulty","reason":"no answer"}`,
			told{Title: "测点故障", Detail: "故障 · no answer", Tone: "warn"}, told{Title: "Point failed", Detail: "Faulty · no answer", Tone: "warn"}},
		// Data that is not what the type promises is shown as it came.
		{record.SurveyAnswered, `{"score":"high"}`, told{Title: "客户评价", Detail: "score: high"}, told{Title: "Visit rated", Detail: "score: high"}},
		// A type nobody here knows, as a newer station may write.
		{"generator.started", `{"phase":"L1","load":{"kw": 12.5},"fuel":71}`,
			told{Title: "generator.started", Foreign: true, Detail: `fuel: 71, load: {"kw":12.5}, phase: L1`},
			told{Title: "generator.started", Foreign: true, Detail: `fuel: 71, load: {"kw":12.5}, phase: L1`}},
	} {
		r := record.Record{Type: c.typ, Data: json.RawMessage(c.data)}
		if got := chinese.tell(r); got != c.zh {
			t.Errorf("%s in Chinese: %+v, want %+v", c.typ, got, c.zh)
		}
		if got := english.tell(r); got != c.en {
			t.Errorf("%s in English: %+v, want %+v", c.typ, got, c.en)
		}
	}
}

// TestToldInTheZone words what is told of times that people agreed on.
func TestToldInTheZone(t *testing.T) {
	e := eye{language: english, zone: shanghai, now: noon}
	for _, c := range []struct{ typ, data, want string }{
		{record.AppointmentBooked, `{"service":"repair","at":"2026-11-23T06:30:00Z","name":"王**"}`, "for 14:30 · 王** · Repair"},
		{record.AppointmentMissed, `{"service":"repair","at":"2026-11-24T06:30:00Z"}`, "for 11-24 14:30 · Repair"},
		{record.TicketHeld, `{"number":"A012","counter":"2","reason":"fills in","remind":"2026-11-23T06:30:00Z"}`, "A012 · counter 2 · fills in · reminder at 14:30"},
		{record.TicketHeld, `{"number":"A012","counter":"2","reason":"fills in"}`, "A012 · counter 2 · fills in"},
		{record.AppointmentBooked, `{"at":7}`, "at: 7"},
	} {
		if got := e.told(record.Record{Type: c.typ, Data: json.RawMessage(c.data)}).Detail; got != c.want {
			t.Errorf("%s %s: %q, want %q", c.typ, c.data, got, c.want)
		}
	}
}

func TestLongForeignDataIsShortened(t *testing.T) {
	got := english.tell(record.Record{Type: "log.written", Data: json.RawMessage(`{"text":"` + strings.Repeat("长", 10000) + `"}`)})
	if n := len([]rune(got.Detail)); n != longestDetail+1 || !strings.HasSuffix(got.Detail, "…") {
		t.Errorf("%d runes", n)
	}
}

func TestAmount(t *testing.T) {
	for _, c := range []struct {
		value float64
		unit  string
		want  string
	}{
		{21.4375, "°C", "21.4 °C"}, {-0.04, "°C", "0.0 °C"}, {41, "%RH", "41.0 %RH"}, {3, "", "3"}, {0.12349, "V", "0.123 V"}, {-0.0001, "V", "0 V"},
	} {
		if got := amount(c.value, c.unit); got != c.want {
			t.Errorf("amount(%v, %q) = %q, want %q", c.value, c.unit, got, c.want)
		}
	}
}

func TestLanguageOfARequest(t *testing.T) {
	for _, c := range []struct {
		path, cookie string
		want         language
	}{
		{"/", "", chinese}, {"/", "en", english}, {"/", "xx", chinese}, {"/?lang=en", "zh", english}, {"/?lang=xx", "en", english},
	} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		if c.cookie != "" {
			r.AddCookie(&http.Cookie{Name: languageCookie, Value: c.cookie})
		}
		if got := languageOf(r); got != c.want {
			t.Errorf("%s with cookie %q: %s, want %s", c.path, c.cookie, got, c.want)
		}
	}
}

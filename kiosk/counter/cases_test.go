package counter_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
)

const (
	saidWords = "他一直没有抬头"
	saidPhone = "13900005678"
)

// unhappy are two customers: one rates a visit at counter 3 as bad as can be, one complains. It returns their cases.
func (s *station) unhappy() (rated, complained cases.Case) {
	s.t.Helper()
	ticket := s.do(queue.Take{Service: "pay"})
	s.do(queue.Call{Counter: "3", Clerk: "1003", Ticket: ticket.ID})
	s.do(queue.Finish{Counter: "3"})
	rated, err := s.hall.Rate(s.t.Context(), survey.Answer{Request: "rate/" + ticket.ID, Score: 1, Ticket: ticket.ID, Channel: record.ChannelLobby, Language: "zh",
		Questionnaire: "visit", Version: 1, Answers: []record.SurveyAnswer{{Question: "reasons", Options: []string{"attitude"}}}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.pass(time.Minute)
	complained, err = s.hall.File(s.t.Context(), cases.File{Request: "file/" + ticket.ID, Kind: cases.Complaint, Topic: "attitude", Details: []string{"rude"}, Text: saidWords,
		Phone: saidPhone, Channel: record.ChannelTelephone, Language: "zh"})
	if err != nil {
		s.t.Fatal(err)
	}
	return rated, complained
}

// TestClerksDoNotSeeWhoSaidWhat reads everything that a clerk and the reception can ask for after a customer has said
// something about them.
func TestClerksDoNotSeeWhoSaidWhat(t *testing.T) {
	s := openStation(t)
	clerk, reception, boss := s.logIn("1001", "1"), s.logIn("2001", ""), s.logIn("3001", "")
	before := map[string]string{}
	look := func(cookie *http.Cookie, path string) string {
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		as(cookie)(r)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	who := map[string]*http.Cookie{"clerk": clerk, "reception": reception}
	paths := []string{"/api/queue", "/api/me", "/api/supervisor", "/api/cases", "/counters/1", "/supervisor", "/reception", "/api/appointments"}
	ticket := s.do(queue.Take{Service: "pay"})
	s.do(queue.Call{Counter: "1", Clerk: "1001", Ticket: ticket.ID})
	s.do(queue.Finish{Counter: "1"})
	for role, cookie := range who {
		for _, path := range paths {
			before[role+path] = look(cookie, path)
		}
	}
	if _, err := s.hall.Rate(t.Context(), survey.Answer{Request: "r1", Score: 1, Ticket: ticket.ID, Channel: record.ChannelTelephone}); err != nil {
		t.Fatal(err)
	}
	opened, err := s.hall.File(t.Context(), cases.File{Kind: cases.Complaint, Topic: "attitude", Text: saidWords, Phone: saidPhone})
	if err != nil {
		t.Fatal(err)
	}
	for role, cookie := range who {
		for _, path := range paths {
			if after := look(cookie, path); after != before[role+path] {
				t.Errorf("%s sees something else at %s after a customer has spoken:\n%s\n%s", role, path, before[role+path], after)
			}
		}
		events := s.listenAs(cookie).next(t, "queue")
		for _, secret := range []string{"survey", "score", "rated", "cases"} {
			if events[secret] != nil {
				t.Errorf("%s is told of %s: %v", role, secret, events[secret])
			}
		}
	}
	// A supervisor sees both cases, but not by whom the customer of the rating was served.
	seen := look(boss, "/api/cases")
	if !strings.Contains(seen, opened.Number) || !strings.Contains(seen, saidWords) || strings.Contains(seen, ticket.ID) || strings.Contains(seen, "1001") {
		t.Errorf("a supervisor sees %s", seen)
	}
}

func TestSupervisorSeesToCases(t *testing.T) {
	s := openStation(t)
	boss := as(s.logIn("3001", ""))
	rated, complained := s.unhappy()
	list := s.want(http.StatusOK, "GET", "/api/cases", "", boss)
	open := list["open"].([]any)
	if len(open) != 2 || list["overdue"] != 0.0 || open[0].(map[string]any)["number"] != rated.Number || open[0].(map[string]any)["score"] != 1.0 {
		t.Fatalf("open %v", open)
	}
	if reasons := open[0].(map[string]any)["reasons"]; fmt.Sprint(reasons) != "[reasons/attitude]" {
		t.Errorf("reasons %v", reasons)
	}
	path := "/api/cases/" + complained.ID
	taken := s.want(http.StatusOK, "POST", path+"/assign", `{"request":"a1"}`, boss)
	if taken["owner"] != "3001" || taken["owner_name"] != "Zhao" || taken["text"] != saidWords || taken["phone"] != saidPhone {
		t.Errorf("taken over: %v", taken)
	}
	s.want(http.StatusOK, "POST", path+"/assign", `{"request":"a1"}`, boss)
	s.want(http.StatusOK, "POST", path+"/note", `{"note":"电话无人接听"}`, boss)
	s.refused(http.StatusBadRequest, "malformed", "POST", path+"/note", `{"note":" "}`, boss)
	s.refused(http.StatusBadRequest, "malformed", "POST", path+"/close", `{"outcome":"forgotten"}`, boss)
	s.refused(http.StatusNotFound, "unknown-case", "POST", "/api/cases/none/close", `{"outcome":"settled"}`, boss)
	closed := s.want(http.StatusOK, "POST", path+"/close", `{"outcome":"settled","note":"已道歉"}`, boss)
	if closed["outcome"] != "settled" || len(closed["remarks"].([]any)) != 3 || closed["ended"] == nil {
		t.Errorf("closed: %v", closed)
	}
	s.refused(http.StatusConflict, "case-closed", "POST", path+"/assign", `{"owner":"supervisor"}`, boss)
	if got := wrote[record.CaseData](s, record.CaseClosed); len(got) != 1 || got[0].By != "3001" || got[0].Note != "已道歉" {
		t.Errorf("written down: %+v", got)
	}
	s.now.Store(rated.Deadline.UnixNano())
	list = s.want(http.StatusOK, "GET", "/api/cases", "", boss)
	if open := list["open"].([]any); len(open) != 1 || list["overdue"] != 1.0 || open[0].(map[string]any)["overdue"] != true || len(list["ended"].([]any)) != 1 {
		t.Errorf("at the deadline: %v", list)
	}
}

// TestSupervisorAtWorkOnCases does it on the page, in both languages.
func TestSupervisorAtWorkOnCases(t *testing.T) {
	for language, expected := range map[string]struct{ overdue, taken, closed, missing, reason string }{
		"en": {"! overdue since", " has another owner", " is closed", "Choose an outcome first.", "Staff were not friendly"},
		"zh": {"！已超期", " 已转交", " 已结案", "请先选择处理结果。", "服务态度不好"},
	} {
		t.Run(language, func(t *testing.T) {
			ctx := browse(t)
			s := namedStation(t)
			rated, complained := s.unhappy()
			look := func(what string) {
				t.Helper()
				for _, measure := range []string{tooSmall, overflow} {
					for _, found := range value[[]string](t, ctx, measure) {
						t.Errorf("%s: %s", what, found)
					}
				}
			}
			run(t, ctx, chromedp.Navigate(s.url+"/language/"+language), chromedp.WaitVisible("#login"))
			run(t, ctx, s.logsIn("3001", "")...)
			run(t, ctx, chromedp.WaitVisible("#connection:not(.off)"), says("cases-count", "2"), chromedp.Click("#tab-cases"))
			look("cases")
			row := func(c cases.Case) string { return fmt.Sprintf(`#cases li[data-id="%s"] button`, c.ID) }
			run(t, ctx, chromedp.Click(row(rated)), opens("case"), reads("#case-facts", expected.reason), chromedp.Click("#case-dialog .cancel"),
				chromedp.Click(row(complained)), opens("case"), reads("#case-text", saidWords), reads("#case-facts", saidPhone))
			look("case")
			run(t, ctx, chromedp.Click("#case-close"), says("case-wrong", expected.missing), enabled("#case-take"), chromedp.Click("#case-take"), says("message", complained.Number+expected.taken))
			run(t, ctx, reads(row(complained), "Zhao 3001"))
			run(t, ctx, chromedp.Click(row(complained)), opens("case"), chromedp.SetValue(`#case-dialog [name="note"]`, "已致电"),
				chromedp.SetValue(`#case-dialog [name="outcome"]`, "settled"), enabled("#case-close"), chromedp.Click("#case-close"),
				says("message", complained.Number+expected.closed), reads("#cases-ended li", complained.Number))
			s.now.Store(rated.Deadline.UnixNano())
			run(t, ctx, reads(row(rated), expected.overdue))
			look("overdue")
			if ended := s.hall.Snapshot().Cases.Ended; len(ended) != 1 || ended[0].Outcome != cases.Settled ||
				!slices.ContainsFunc(ended[0].Remarks, func(m cases.Remark) bool { return m.By == "3001" && m.Text == "已致电" }) {
				t.Errorf("ended %+v", ended)
			}
		})
	}
}

package phone_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
)

// rated are the ratings written down.
func (s *site) rated() []record.SurveyAnsweredData {
	s.t.Helper()
	var all []record.SurveyAnsweredData
	for _, r := range s.records(record.SurveyAnswered) {
		var d record.SurveyAnsweredData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

func TestVisitIsRatedOnce(t *testing.T) {
	s := open(t)
	ticket := s.visit()
	page := s.get(s.rateURL(ticket) + "?lang=en")
	page.expect(t, http.StatusOK, "How was your visit today?", "A001 · Payment", "Very satisfied", "cannot see what you say")
	if strings.Contains(page.body, " checked") {
		t.Error("an answer is chosen beforehand")
	}
	form := page.form()
	form.Set("q-overall", "1")
	form["q-reasons"] = []string{"wait", "papers"}
	form.Set("q-attitude", "4")
	done := s.post(s.rateURL(ticket)+"?lang=en", form)
	opened := s.hall.Snapshot().Cases.Open
	if len(opened) != 1 || opened[0].Cause != "rating" || opened[0].Score != 1 {
		t.Fatalf("cases %+v, want one of the bad rating", opened)
	}
	done.expect(t, http.StatusOK, "Thank you for rating", opened[0].Number)
	got := s.rated()
	want := []record.SurveyAnswer{{Question: "overall", Score: 1}, {Question: "reasons", Options: []string{"wait", "papers"}}, {Question: "attitude", Score: 4}}
	if len(got) != 1 || !slices.EqualFunc(got[0].Answers, want, func(a, b record.SurveyAnswer) bool {
		return a.Question == b.Question && a.Score == b.Score && slices.Equal(a.Options, b.Options)
	}) {
		t.Fatalf("written down: %+v", got)
	}
	if g := got[0]; g.Score != 1 || g.Ticket != ticket.ID || g.Service != "pay" || g.Counter != "1" || g.Clerk != "1007" || g.Channel != "telephone" ||
		g.Language != "en" || g.Questionnaire != "visit" || g.Version != 1 {
		t.Errorf("written down: %+v", g)
	}
	// Sent twice: the same answer. Opened again, or sent with other answers: it has been rated.
	s.post(s.rateURL(ticket)+"?lang=en", form).expect(t, http.StatusOK, "Thank you for rating", opened[0].Number)
	s.get(s.rateURL(ticket)+"?lang=zh").expect(t, http.StatusOK, "本次服务已评价")
	form.Set("q-overall", "5")
	form.Del("q-reasons")
	s.post(s.rateURL(ticket)+"?lang=en", form).expect(t, http.StatusOK, "This visit has been rated")
	if n := len(s.rated()); n != 1 {
		t.Errorf("%d ratings, want 1", n)
	}
}

func TestAnswersThatDoNotApplyAreLeftOut(t *testing.T) {
	s := open(t)
	ticket := s.visit()
	form := s.get(s.rateURL(ticket)).form()
	form.Set("q-overall", "5")
	form["q-reasons"] = []string{"wait"} // chosen before the level was changed
	s.post(s.rateURL(ticket), form).expect(t, http.StatusOK, "谢谢您的评价")
	if got := s.rated(); len(got) != 1 || len(got[0].Answers) != 1 || len(s.records(record.CaseOpened)) != 0 {
		t.Errorf("written down: %+v", got)
	}
}

func TestVisitsThatAreNotRated(t *testing.T) {
	s := open(t)
	s.get(s.url+"/t/abcdefgh/rate?lang=en").expect(t, http.StatusNotFound, "This ticket was not found")
	waiting := s.do(queue.Take{Service: "pay"})
	s.get(s.rateURL(waiting)+"?lang=en").expect(t, http.StatusOK, "Your visit is not over yet")
	form := url.Values{"q-overall": {"5"}, "questionnaire": {"visit"}, "version": {"1"}}
	s.post(s.rateURL(waiting)+"?lang=en", form).expect(t, http.StatusOK, "Your visit is not over yet")
	s.do(queue.Leave{Ticket: waiting.ID})
	s.post(s.rateURL(waiting)+"?lang=en", form).expect(t, http.StatusOK, "Nothing was done with this ticket")
	if got := s.rated(); got != nil {
		t.Errorf("written down: %+v", got)
	}
}

func TestRatingsThatHaveToBeMended(t *testing.T) {
	s := open(t)
	ticket := s.visit()
	address := s.rateURL(ticket) + "?lang=en"
	form := s.get(address).form()
	form.Set("q-attitude", "4")
	s.post(address, form).expect(t, http.StatusUnprocessableEntity, "Please choose how satisfied you are", `name="q-attitude" value="4" checked`)
	for _, wrong := range []url.Values{{"q-overall": {"9"}}, {"q-overall": {"1"}, "q-reasons": {"none-such"}}, {"q-overall": {"1"}, "q-reasons": {"wait", "wait"}}} {
		for name, values := range form {
			if wrong[name] == nil {
				wrong[name] = values
			}
		}
		s.post(address, wrong).expect(t, http.StatusUnprocessableEntity, "could not be read")
	}
	// The other language keeps what was chosen.
	form.Set("q-overall", "2")
	form.Set("switch", "zh")
	s.post(address, form).expect(t, http.StatusOK, "总体来说", `name="q-attitude" value="4" checked`, `name="q-overall" value="2" checked`)
	form.Del("switch")
	// What cannot be written down is not lost.
	s.journal.broken.Store(true)
	s.post(address, form).expect(t, http.StatusServiceUnavailable, "could not be written down", `name="q-overall" value="2" checked`, form.Get("request"))
	s.journal.broken.Store(false)
	s.post(address, form).expect(t, http.StatusOK, "Thank you for rating")
	if got := s.rated(); len(got) != 1 {
		t.Errorf("written down: %+v", got)
	}
}

func TestQuestionnaireThatIsReplacedMeanwhile(t *testing.T) {
	s := open(t)
	first, second := s.visit(), s.visit()
	form := s.get(s.rateURL(first)).form()
	next := survey.Default()
	next.Version, next.Questions = 2, next.Questions[:2]
	s.ask(next)
	form.Set("q-overall", "4")
	form.Set("q-attitude", "3")
	s.post(s.rateURL(first), form).expect(t, http.StatusOK, "谢谢您的评价")
	form = s.get(s.rateURL(second)).form()
	if form.Get("version") != "2" {
		t.Errorf("a new customer is asked version %s", form.Get("version"))
	}
	form.Set("version", "7") // of which this kiosk has never heard
	form.Set("q-overall", "4")
	changed := s.post(s.rateURL(second), form)
	changed.expect(t, http.StatusConflict, "问题刚刚更新了", `name="q-overall" value="4" checked`)
	again := changed.form()
	again.Set("q-overall", "4")
	s.post(s.rateURL(second), again).expect(t, http.StatusOK, "谢谢您的评价")
	if got := s.rated(); len(got) != 2 || got[0].Version != 1 || got[1].Version != 2 {
		t.Errorf("written down: %+v", got)
	}
}

func TestPagesAreForThisSiteAlone(t *testing.T) {
	s := open(t)
	ticket := s.visit()
	page := s.get(s.rateURL(ticket))
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if page.header.Get("Set-Cookie") != "" || page.header.Get("X-Robots-Tag") != "noindex" || page.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers %v", page.header)
	}
	form := page.form()
	form.Set("q-overall", "1")
	if got := s.fetch("POST", s.rateURL(ticket), form, "Origin", "https://elsewhere.example"); got.status != http.StatusForbidden {
		t.Errorf("sent from another site: %d", got.status)
	}
	if got := s.fetch("POST", s.rateURL(ticket), form, "Sec-Fetch-Site", "cross-site"); got.status != http.StatusForbidden {
		t.Errorf("sent from another site: %d", got.status)
	}
	form.Set("q-attitude", strings.Repeat("很", 30000))
	s.post(s.rateURL(ticket), form).expect(t, http.StatusRequestEntityTooLarge, "内容太长")
	if got := s.rated(); got != nil {
		t.Errorf("written down: %+v", got)
	}
}

// TestPagesAreLight weighs what a telephone with a poor connection has to load: the page with its style and its script.
func TestPagesAreLight(t *testing.T) {
	s := open(t)
	for name, address := range map[string]string{"rating": s.rateURL(s.visit()), "complaint": s.page()} {
		weight := 0
		for _, path := range []string{address, s.url + "/phone/assets/phone.css", s.url + "/phone/assets/phone.js"} {
			part := s.get(path)
			part.expect(t, http.StatusOK)
			weight += len(part.body)
		}
		if weight > 20<<10 {
			t.Errorf("the page of a %s weighs %d bytes", name, weight)
		}
	}
}

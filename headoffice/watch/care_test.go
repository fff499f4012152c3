package watch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

// What a customer wrote, where he can be rung, and whom he rated: nobody without a token may read any of it.
const (
	secretWords = "柜员说不能办，请回电"
	secretPhone = "13800001234"
	secretNote  = "已向客户致歉"
)

// cared fills a station with what customers said in two months, and with cases of every state.
func (o *office) cared(station string, now time.Time) {
	o.t.Helper()
	o.online(station, "kiosk", now.Add(-time.Hour))
	var entries []record.Entry
	add := func(typ, source string, at time.Time, data any) {
		entries = append(entries, record.NewEntry(typ, source, at, data))
	}
	channels := []string{record.ChannelLobby, record.ChannelTelephone, record.ChannelLobby, record.ChannelTerminal}
	for i := range 40 {
		at := now.AddDate(0, -1, 0).Add(time.Duration(i) * time.Hour)
		if i >= 12 {
			at = now.Add(-time.Duration(41-i) * 25 * time.Minute)
		}
		d := record.SurveyAnsweredData{Score: []int{5, 4, 5, 3, 2, 5, 1}[i%7], Channel: channels[i%4], Language: "zh", Service: []string{"payment", "repair"}[i%2],
			Counter: "2", Clerk: "1007", Questionnaire: "visit", Version: 1, Answers: []record.SurveyAnswer{
				{Question: "efficiency", Score: 3 + i%3}, {Question: "attitude", Score: 5 - i%2}}}
		if d.Channel != record.ChannelTerminal {
			d.Ticket = fmt.Sprint("rated-", i)
			add(record.TicketServed, "queue", at.Add(-time.Minute), record.TicketServedData{Ticket: d.Ticket, Number: fmt.Sprintf("B%03d", i), Service: d.Service,
				Counter: "2", Clerk: "1007", Serving: 200})
		}
		if d.Score <= 2 {
			d.Answers = append(d.Answers, record.SurveyAnswer{Question: "reasons", Options: []string{"wait", []string{"attitude", "other"}[i%2]}})
		}
		add(record.SurveyAnswered, "survey", at, d)
		add(record.TicketServed, "queue", at, record.TicketServedData{Ticket: fmt.Sprint("silent-", i), Number: "B900", Counter: "1", Clerk: "1001", Serving: 100})
	}
	for i := range 4 {
		o.complained(add, i, now.Add(-time.Duration(100-i)*time.Hour), now)
	}
	sortEntries(entries)
	o.happened(station, "kiosk", record.Events, entries...)
}

func sortEntries(entries []record.Entry) {
	for i := range entries { // insertion keeps what was written at the same time in its order
		for k := i; k > 0 && entries[k].Time.Before(entries[k-1].Time); k-- {
			entries[k], entries[k-1] = entries[k-1], entries[k]
		}
	}
}

// complained is one complaint or bad rating and its case: the first overdue, the second open, the third closed, the fourth
// of a rating.
func (o *office) complained(add func(typ, source string, at time.Time, data any), i int, at, now time.Time) {
	id, number := fmt.Sprint("case-", i), fmt.Sprintf("20261119-%03d", i+1)
	deadline := at.Add(48 * time.Hour)
	if i != 0 {
		deadline = now.Add(time.Duration(i) * 24 * time.Hour)
	}
	opened := record.CaseData{Case: id, Number: number, Cause: "complaint", From: fmt.Sprint("p", i), Ticket: "rated-4", Service: "payment", Topic: "attitude",
		Owner: "supervisor", Deadline: &deadline}
	if i == 3 {
		opened = record.CaseData{Case: id, Number: number, Cause: "rating", From: "request-9", Ticket: "rated-6", Service: "repair", Score: 1, Owner: "1001", Deadline: &deadline}
	} else {
		add(record.ComplaintFiled, "complaint", at, record.ComplaintData{Complaint: fmt.Sprint("p", i), Kind: "complaint", Topic: "attitude", Details: []string{"rude"},
			Text: secretWords, Phone: secretPhone, Ticket: "rated-4", Service: "payment", Channel: record.ChannelTelephone, Language: "zh"})
	}
	add(record.CaseOpened, "cases", at, opened)
	add(record.CaseAssigned, "cases", at.Add(time.Hour), record.CaseData{Case: id, Number: number, Owner: "1007", By: "3001"})
	add(record.CaseNoted, "cases", at.Add(2*time.Hour), record.CaseData{Case: id, Number: number, Note: secretNote, By: "1007"})
	switch i {
	case 0:
		add(record.CaseOverdue, "cases", deadline, record.CaseData{Case: id, Number: number, Owner: "1007"})
	case 2:
		add(record.CaseClosed, "cases", at.Add(30*time.Hour), record.CaseData{Case: id, Number: number, Outcome: "settled", Note: secretNote, By: "1007"})
	}
}

// TestNobodyReadsWhatIsPrivate asks for everything that tells of customers, with and without a token.
func TestNobodyReadsWhatIsPrivate(t *testing.T) {
	o := mustOffice(t)
	o.cared("hangzhou-01", noon)
	const api = "/api/v1/stations/hangzhou-01"
	for _, c := range []struct {
		path   string
		secret []string // what only somebody with a token reads there
	}{
		{"/api/v1/records?station=hangzhou-01&limit=1000", []string{secretWords, secretPhone, secretNote, `"image"`}},
		{api + "/surveys", []string{`"clerk":"1007"`, "rated-4"}},
		{api + "/cases", nil},
		{"/api/v1/cases?state=all", nil},
		{api + "/cases/20261119-001", []string{secretWords, secretPhone, secretNote}},
		{api + "/cases/case-3", []string{secretNote}},
		{api + "/tickets/rated-4?at=2026-10-23T08:30:00Z", []string{`"survey.answered"`}},
		{"/stations/hangzhou-01", nil}, {"/stations/hangzhou-01/events?kind=care", nil}, {"/cases?state=all", nil}, {"/surveys", nil},
		{"/stations/hangzhou-01/cases/case-0", nil}, {fmt.Sprint("/stations/hangzhou-01/tickets/rated-4?at=", noon.AddDate(0, -1, 0).Add(4*time.Hour).UnixMilli()), nil},
	} {
		public := o.act(http.MethodGet, c.path, "", "")
		if public.Code != http.StatusOK {
			t.Errorf("%s: %d %s", c.path, public.Code, public.Body)
			continue
		}
		for _, secret := range []string{secretWords, secretPhone, secretNote} {
			if strings.Contains(public.Body.String(), secret) {
				t.Errorf("%s tells everybody %q", c.path, secret)
			}
		}
		private := o.act(http.MethodGet, c.path, "right", "")
		for _, secret := range c.secret {
			if strings.Contains(public.Body.String(), secret) {
				t.Errorf("%s tells everybody %q", c.path, secret)
			}
			if secret != `"image"` && !strings.Contains(private.Body.String(), secret) {
				t.Errorf("%s does not tell those who may act %q", c.path, secret)
			}
		}
	}
	if body := o.get(api + "/cases/case-0").Body.String(); !strings.Contains(body, "138****1234") || !strings.Contains(body, `"hidden":["phone","text","ticket"]`) {
		t.Errorf("the number is not masked: %s", body)
	}
	if rw := o.act(http.MethodGet, api+"/cases/case-0", "wrong", ""); rw.Code != http.StatusUnauthorized {
		t.Errorf("with a wrong token: %d", rw.Code)
	}
}

// TestForEverybody leaves out what is private also where the data is not what its type promises.
func TestForEverybody(t *testing.T) {
	for _, c := range []struct{ typ, data, want, without string }{
		{record.DoorOpened, `{"text":"x"}`, `{"text":"x"}`, "[]"},
		{record.SurveyAnswered, `{"score":4,"ticket":"t1","clerk":"7","Clerk":"8","counter":"2","more":1}`, `{"more":1,"score":4}`, "[Clerk clerk counter ticket]"},
		{record.SurveyAnswered, `{"score":4}`, `{"score":4}`, "[]"},
		{record.ComplaintFiled, `{"topic":"wait","text":"x","phone":"13800001234"}`, `{"phone":"138****1234","topic":"wait"}`, "[phone text]"},
		{record.ComplaintFiled, `{"PHONE":["13800001234"]}`, `{}`, "[PHONE]"},
		{record.ComplaintFiled, `["13800001234"]`, `{}`, "[text phone ticket request]"},
		{record.ScreenCaptured, `{"width":5,"image":"iVBOR"}`, `{"width":5}`, "[image]"},
	} {
		data, without := forEverybody(record.Record{Type: c.typ, Data: json.RawMessage(c.data)})
		if told := english.tell(record.Record{Type: c.typ, Data: json.RawMessage(c.data)}); strings.Contains(told.Detail, "13800001234") {
			t.Errorf("%s %s is told as %s", c.typ, c.data, told.Detail)
		}
		if string(data) != c.want || fmt.Sprint(without) != c.without {
			t.Errorf("%s %s: %s without %v, want %s without %s", c.typ, c.data, data, without, c.want, c.without)
		}
	}
	for phone, want := range map[string]string{"": "", "13800001234": "138****1234", "057188881234": "057****1234", "12345678": "****78", "123": "****3", "1": "****"} {
		if got := masked(phone); got != want {
			t.Errorf("%q is masked as %q, want %q", phone, got, want)
		}
	}
}

// TestSurveysAreCounted compares the API's counts with those made by hand.
func TestSurveysAreCounted(t *testing.T) {
	o := mustOffice(t)
	o.cared("hangzhou-01", noon)
	o.calm("ningbo-02", noon)
	body := decoded[surveysBody](t, o.get("/api/v1/stations/hangzhou-01/surveys?months=2&limit=3").Body.Bytes())
	if len(body.Months) != 2 || body.Months[0].Month != "2026-11" || body.Months[1].Month != "2026-10" {
		t.Fatalf("months %+v", body.Months)
	}
	now, before := body.Months[0], body.Months[1]
	if now.Answers != 28 || before.Answers != 12 {
		t.Errorf("%d answers in this month and %d in the one before, want 28 and 12", now.Answers, before.Answers)
	}
	if before.Levels != [5]int{1, 2, 2, 2, 5} || *before.Mean != 44.0/12 || *before.Satisfied != 7.0/12 {
		t.Errorf("levels %v, mean %v, satisfied %v", before.Levels, *before.Mean, *before.Satisfied)
	}
	if before.Served != 21 || before.Rated != 9 || *before.Rate != 9.0/21 {
		t.Errorf("rated %d of %d, %v", before.Rated, before.Served, *before.Rate)
	}
	reasons := ""
	for _, q := range before.Questions {
		if q.Question == "reasons" {
			reasons = fmt.Sprint(q.Answers, q.Options)
		}
	}
	if reasons != "3 [{wait 3} {attitude 2} {other 1}]" {
		t.Errorf("reasons %s", reasons)
	}
	if len(before.Channels) != 3 || before.Channels[0].ID != "lobby" || before.Channels[0].Answers != 6 {
		t.Errorf("channels %+v", before.Channels)
	}
	if len(body.Latest) != 3 || body.Latest[0].Clerk != "" || body.Latest[0].Questionnaire != "visit" || len(body.Latest[0].Answers) == 0 {
		t.Errorf("latest %+v", body.Latest)
	}
	all := decoded[comparisonBody](t, o.get("/api/v1/surveys?month=2026-10").Body.Bytes())
	if len(all.Stations) != 1 || all.Stations[0].Station != "hangzhou-01" || all.Stations[0].Answers != 12 {
		t.Errorf("compared %+v", all)
	}
	for _, path := range []string{"/api/v1/surveys?month=2026-13", "/api/v1/stations/hangzhou-01/surveys?months=25"} {
		if rw := o.get(path); rw.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", path, rw.Code)
		}
	}
}

// TestSurveysFollow counts what comes later, also what comes late, over one handler that keeps its counts.
func TestSurveysFollow(t *testing.T) {
	o := mustOffice(t)
	o.cared("hangzhou-01", noon)
	h := o.handler(noon)
	counts := func() string {
		body := decoded[surveysBody](t, o.ask(h, "/api/v1/stations/hangzhou-01/surveys?months=2&limit=0").Body.Bytes())
		return fmt.Sprint(body.Months[0].Answers, body.Months[1].Answers, body.Months[1].Served)
	}
	if got := counts(); got != "28 12 21" {
		t.Fatalf("at first %s", got)
	}
	for _, at := range []time.Time{noon, noon.AddDate(0, -1, 3), noon.AddDate(0, 0, -4)} {
		o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(record.SurveyAnswered, "survey", at, record.SurveyAnsweredData{Score: 5}))
	}
	if got := counts(); got != "30 13 21" {
		t.Errorf("later %s, want 30 13 21", got)
	}
	if got := counts(); got != "30 13 21" {
		t.Errorf("once more %s", got)
	}
}

// TestCasesAreListed looks at lists of all stations and of one, and at how they change.
func TestCasesAreListed(t *testing.T) {
	o := mustOffice(t)
	o.cared("hangzhou-01", noon)
	o.cared("hangzhou-02", noon)
	h := o.handler(noon)
	list := func(path string) string {
		body := decoded[casesBody](t, o.ask(h, path).Body.Bytes())
		text := fmt.Sprint(body.Open, " ", body.Overdue, ":")
		for _, c := range body.Cases {
			text += " " + c.Station[len(c.Station)-1:] + c.Number[len(c.Number)-1:] + c.State
		}
		return text
	}
	for path, want := range map[string]string{
		"/api/v1/cases":                                        "6 2: 11overdue 21overdue 12open 22open 14open 24open",
		"/api/v1/cases?state=overdue":                          "6 2: 11overdue 21overdue",
		"/api/v1/cases?station=hangzhou-02&state=closed":       "3 1: 23closed",
		"/api/v1/stations/hangzhou-01/cases?state=all&limit=2": "3 1: 11overdue 12open",
	} {
		if got := list(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(record.CaseClosed, "cases", noon, record.CaseData{Case: "case-0", Outcome: "unfounded"}))
	if got := list("/api/v1/stations/hangzhou-01/cases"); got != "2 0: 12open 14open" {
		t.Errorf("after one was closed: %s", got)
	}
	body := decoded[caseLifeBody](t, o.ask(h, "/api/v1/stations/hangzhou-01/cases/20261119-001").Body.Bytes())
	var types []string
	for _, r := range body.Records {
		types = append(types, r.Type)
	}
	if got := strings.Join(types, " "); got != "complaint.filed case.opened case.assigned case.noted case.overdue case.closed" || body.Outcome != "unfounded" || body.Owner != "1007" || body.Notes != 1 {
		t.Errorf("%s of %+v", got, body.CaseBody)
	}
	for _, path := range []string{"/api/v1/stations/nowhere/cases", "/api/v1/stations/hangzhou-01/cases/nothing", "/stations/hangzhou-01/cases/nothing", "/stations/nowhere/cases"} {
		if rw := o.ask(h, path); rw.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rw.Code)
		}
	}
}

// TestCaseGrowsOld has a deadline pass without anybody saying so.
func TestCaseGrowsOld(t *testing.T) {
	deadline := noon.Add(time.Hour)
	c := oneCase{opened: noon, deadline: deadline}
	for _, step := range []struct {
		at    time.Time
		state string
		age   string
	}{{noon.Add(time.Minute), caseOpen, "1 min"}, {deadline, caseOpen, "1 h"}, {deadline.Add(time.Second), caseOverdue, "1 h"}, {noon.Add(50 * time.Hour), caseOverdue, "2 days"}} {
		if got := c.state(step.at); got != step.state || english.age(c.age(step.at)) != step.age {
			t.Errorf("at %s: %s, %s; want %s, %s", step.at, got, english.age(c.age(step.at)), step.state, step.age)
		}
	}
	c.closed = noon.Add(3 * time.Hour)
	if c.state(noon.Add(50*time.Hour)) != caseClosed || c.age(noon.Add(50*time.Hour)) != 3*time.Hour {
		t.Errorf("closed: %s, %s", c.state(noon.Add(50*time.Hour)), c.age(noon.Add(50*time.Hour)))
	}
}

// aPicture is a PNG image.
func aPicture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 27, 48))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// captured writes down a picture of a kiosk's screen, as record 2.
func (o *office) captured(station string, picture []byte) {
	o.t.Helper()
	o.happened(station, "kiosk", record.Events, record.NewEntry(record.NodeStarted, "node", noon.Add(-time.Hour), record.NodeData{Program: "kiosk"}),
		record.NewEntry(record.ScreenCaptured, "screen", noon.Add(-time.Minute), record.ScreenData{Width: 1080, Height: 1920, Masked: true, Screen: "home", Image: picture, By: "wang", Request: "c1"}))
}

// TestPictureOfAScreen gives a picture to those who may act, and to nobody else.
func TestPictureOfAScreen(t *testing.T) {
	o, picture := mustOffice(t), aPicture(t)
	o.online("hangzhou-01", "kiosk", noon)
	o.captured("hangzhou-01", picture)
	o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(record.ScreenCaptured, "screen", noon, map[string]any{"image": []byte("<svg>")}))
	const screens = "/api/v1/stations/hangzhou-01/nodes/kiosk/screens"
	for _, c := range []struct {
		path, token string
		status      int
	}{
		{"/2.png", "right", 200}, {"/2.png", "", 401}, {"/2.png", "wrong", 401}, {"/1.png", "right", 404}, {"/3.png", "right", 404}, {"/9.png", "right", 404},
		{"/2.gif", "right", 404}, {"/0.png", "right", 404}, {"/-2.png", "right", 404}, {"", "", 401}, {"", "right", 200},
	} {
		rw := o.act(http.MethodGet, screens+c.path, c.token, "")
		if rw.Code != c.status {
			t.Errorf("%s with token %q: %d %s", c.path, c.token, rw.Code, rw.Body)
		}
		if c.path == "/2.png" && c.status == 200 {
			h := rw.Header()
			if !bytes.Equal(rw.Body.Bytes(), picture) || h.Get("Content-Type") != "image/png" || h.Get("Cache-Control") != "private, no-store" ||
				h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
				t.Errorf("%d bytes, header %v", rw.Body.Len(), h)
			}
		}
	}
	list := decoded[screensBody](t, o.act(http.MethodGet, screens, "right", "").Body.Bytes())
	if len(list.Screens) != 2 || list.Screens[1] != (screenBody{Seq: 2, Time: noon.Add(-time.Minute), Screen: "home", Width: 1080, Height: 1920, Masked: true, By: "wang", Command: "c1"}) {
		t.Errorf("listed %+v", list.Screens)
	}
	if rw := o.act(http.MethodPost, "/api/v1/stations/hangzhou-01/nodes/kiosk/commands", "right", `{"verb":"screen.capture"}`); rw.Code != http.StatusAccepted {
		t.Errorf("the command: %d %s", rw.Code, rw.Body)
	}
}

// TestPicturesStayOffThePages has a kiosk send large pictures: lists of what happened say so and are no larger for it.
func TestPicturesStayOffThePages(t *testing.T) {
	o := mustOffice(t)
	o.online("hangzhou-01", "kiosk", noon)
	large := append(aPicture(t), bytes.Repeat([]byte("x"), 39_000)...)
	for range 20 {
		o.captured("hangzhou-01", large)
	}
	for _, path := range []string{"/stations/hangzhou-01?lang=en", "/stations/hangzhou-01/events?lang=en&kind=lobby", "/api/v1/records?station=hangzhou-01&limit=1000", "/?lang=en"} {
		rw := o.get(path)
		if rw.Code != 200 || rw.Body.Len() > 40_000 {
			t.Errorf("%s: %d, %d bytes", path, rw.Code, rw.Body.Len())
		}
	}
	if body := o.get("/stations/hangzhou-01/events?lang=en&kind=lobby").Body.String(); !strings.Contains(body, "Picture of the screen") || !strings.Contains(body, "home · 1080×1920 · what was typed is hidden · by wang") {
		t.Error("the list of events does not tell of the pictures")
	}
	s := mustSite(t, o.handler(noon))
	if _, data := mustListen(t, s, "/live/stations/hangzhou-01?lang=en").sections(); len(data) > 40_000 {
		t.Errorf("the live page sends %d bytes", len(data))
	}
}

// TestCareInWords puts what customers say, and the parts of a kiosk, into words of both languages.
func TestCareInWords(t *testing.T) {
	for _, c := range []struct{ typ, data, zh, en string }{
		{record.SurveyAnswered, `{"score":1,"service":"payment","channel":"terminal","suppressed":3,"answers":[{"question":"reasons","options":["wait","x9"]},{"question":"skill","score":2}]}`,
			"非常不满意（1 分） · 缴费 · 评价器 · 回答 2 题 · 等候时间太长 · x9 · 另有 3 次连续点按未计",
			"Very dissatisfied (1 of 5) · Payment · face terminal · 2 questions answered · the wait was too long · x9 · 3 taps in a row not counted"},
		{record.ComplaintFiled, `{"kind":"suggestion","topic":"place","details":["clean"],"text":"多放几把椅子","phone":"13800001234","channel":"lobby"}`,
			"建议 · 环境与设施 · 卫生、座位 · 大厅终端 · 回电 138****1234 · 留言 6 字",
			"suggestion · the hall and its machines · cleanliness or seats · touchscreen · call back 138****1234 · 6 characters written"},
		{record.CaseOpened, `{"number":"20261124-003","cause":"rating","score":2,"owner":"supervisor"}`,
			"20261124-003 · 评价：不满意 · 负责人 主管", "20261124-003 · rated: Dissatisfied · owner supervisor"},
		{record.CaseClosed, `{"number":"20261124-003","outcome":"unreachable","by":"1007","note":"三次未接"}`,
			"20261124-003 · 联系不上 · 操作人 1007 · 留言 4 字", "20261124-003 · customer not reached · by 1007 · 4 characters written"},
		{record.TicketUnprinted, `{"number":"A012","copy":2,"reason":"cover-open"}`, "A012 · 第 2 份 · 机盖未关", "A012 · copy 2 · cover open"},
		{record.TicketPrinted, `{"number":"A012","copy":1,"length":112}`, "A012 · 用纸 112 毫米", "A012 · 112 mm of paper"},
		{record.PaperReplaced, `{"length":50000,"by":"1007","printed":48740}`, "新纸卷 50.0 m · 旧卷已打 48.7 m · 操作人 1007", "a roll of 50.0 m · 48.7 m printed on the one before · by 1007"},
		{record.StaffActed, `{"staff":"3001","act":"reprint","detail":"A012"}`, "员工 3001 · 重打号票 · A012", "staff 3001 · printed a ticket again · A012"},
		{record.AlarmRaised, `{"serial":2,"rule":"silent","kind":"condition","level":"minor"}`, "次要 · 没有声音 · 第 2 号", "Minor · No sound · no. 2"},
	} {
		r := record.Record{Type: c.typ, Data: json.RawMessage(c.data)}
		if got := chinese.tell(r).Detail; got != c.zh {
			t.Errorf("%s in Chinese: %s, want %s", c.typ, got, c.zh)
		}
		if got := english.tell(r).Detail; got != c.en {
			t.Errorf("%s in English: %s, want %s", c.typ, got, c.en)
		}
	}
	for _, point := range devices {
		if chinese.place(point) == point || chinese.place(point+"/2") != chinese.place(point)+" · 2" {
			t.Errorf("the point %s has no words", point)
		}
	}
}

// TestQuestionnaireNamesItsAnswers has head office send a questionnaire of its own.
func TestQuestionnaireNamesItsAnswers(t *testing.T) {
	o := mustOffice(t)
	o.cared("hangzhou-01", noon)
	page := o.get("/stations/hangzhou-01?lang=en").Body.String()
	for _, text := range []string{"Speed", "Manner", "the wait was too long", "2026-11", "2026-10", "face terminal", "Satisfied"} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is missing", text)
		}
	}
	document := `{"documents":{"questionnaire":{"id":"own","version":2,"questions":[{"id":"efficiency","kind":"level","text":{"zh":"快不快","en":"Was it quick"}},
		{"id":"reasons","kind":"many","text":{"zh":"为什么","en":"Why"},"options":[{"id":"wait","text":{"zh":"久","en":"Far too long"}}]}]},"information":{"prices":[]}}}`
	if rw := o.act(http.MethodPut, "/api/v1/stations/hangzhou-01/nodes/kiosk/config", "right", document); rw.Code != http.StatusOK {
		t.Fatalf("%d %s", rw.Code, rw.Body)
	}
	if rw := o.act(http.MethodPut, "/api/v1/stations/hangzhou-01/nodes/kiosk/config", "right", `{"documents":{"questionnaire":[]}}`); rw.Code != http.StatusUnprocessableEntity {
		t.Errorf("a questionnaire that is no object: %d %s", rw.Code, rw.Body)
	}
	page = o.get("/stations/hangzhou-01?lang=en").Body.String()
	if !strings.Contains(page, "Was it quick") || !strings.Contains(page, "Far too long") || strings.Contains(page, "Speed") {
		t.Error("the answers are not named as the document does")
	}
}

// TestLiveCases closes a case under open pages.
func TestLiveCases(t *testing.T) {
	o := mustOffice(t)
	o.cared("hangzhou-01", noon)
	s := mustSite(t, o.handler(noon))
	var all []*listener
	for _, path := range []string{"/live/cases?lang=en", "/live/stations/hangzhou-01/cases?lang=en&state=open", "/live/stations/hangzhou-01/cases/case-1?lang=en", "/live/stations/hangzhou-01?lang=en"} {
		l := mustListen(t, s, path)
		l.sections()
		all = append(all, l)
	}
	o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(record.CaseClosed, "cases", noon, record.CaseData{Case: "case-1", Number: "20261119-002", Outcome: "settled"}))
	for i, want := range []string{`class="num">2<`, `class="num">2<`, "settled", `class="num">2<`} {
		all[i].until(want)
	}
}

// devices are the parts of a kiosk as its points and alarms tell of them.
func (o *office) devices(station string, now time.Time) {
	o.t.Helper()
	for point, state := range map[string]record.State{
		"printer": {Value: "near-end"}, "paper": {Value: 3.4, Unit: "m"}, "display": {Value: 2.0}, "touch": {Value: 1.0},
		"audio": {Value: "silent", Quality: record.Faulty, Reason: "aplay: no such device"}, "network": {Value: "connected"}, "disk": {Value: 21.5, Unit: "GB"},
	} {
		state.Time = now.Add(-time.Minute)
		o.state(station, "kiosk", point, state)
	}
	o.happened(station, "kiosk", record.Events,
		record.NewEntry(record.PointFailed, "audio", now.Add(-30*time.Minute), record.PointData{Quality: record.Faulty, Reason: "aplay: no such device"}),
		record.NewEntry(record.AlarmRaised, "printer", now.Add(-20*time.Minute), record.AlarmData{Serial: 1, Rule: "near-end", Kind: "condition", Level: "minor"}),
		record.NewEntry(record.AlarmRaised, "audio", now.Add(-19*time.Minute), record.AlarmData{Serial: 2, Rule: "silent", Kind: "condition", Level: "minor"}),
		record.NewEntry(record.TicketPrinted, "printer", now.Add(-9*time.Minute), record.PrintData{Ticket: "t1", Number: "A012", Copy: 1, Length: 112}),
		record.NewEntry(record.TicketUnprinted, "printer", now.Add(-8*time.Minute), record.PrintData{Ticket: "t2", Number: "A013", Copy: 1, Reason: "paper-out"}),
		record.NewEntry(record.StaffActed, "staff", now.Add(-7*time.Minute), record.StaffActedData{Staff: "3001", Act: "paper"}),
		record.NewEntry(record.PaperReplaced, "printer", now.Add(-6*time.Minute), record.PaperData{Length: 50000, By: "3001", Printed: 48740}))
}

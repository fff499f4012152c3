package counter_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// desk is a clerk who works at counter 1 of a station, and what is sent there.
type desk struct {
	*station
	cookie *http.Cookie
}

func openDesk(t *testing.T) *desk {
	s := openStation(t)
	return &desk{s, s.logIn("1001", "1")}
}

// does carries out an action at counter 1, and returns the answer.
func (d *desk) does(verb, format string, a ...any) map[string]any {
	d.t.Helper()
	d.pass(time.Second) // nobody is faster
	return d.want(http.StatusOK, "POST", "/api/counters/1/"+verb, fmt.Sprintf(format, a...), as(d.cookie))
}

func (d *desk) doesNot(code, verb, format string, a ...any) {
	d.t.Helper()
	d.pass(time.Second)
	status := http.StatusConflict
	if code == "malformed" {
		status = http.StatusBadRequest
	} else if strings.HasPrefix(code, "unknown-") {
		status = http.StatusNotFound
	}
	d.refused(status, code, "POST", "/api/counters/1/"+verb, fmt.Sprintf(format, a...), as(d.cookie))
}

func TestAVisitWithEverythingInIt(t *testing.T) {
	d := openDesk(t)
	a, b, c := d.take("new").ID, d.take("new").ID, d.take("new").ID
	if got := d.does("call", `{"request":"r1"}`); got["id"] != a || got["clerk"] != "1001" || got["status"] != "called" {
		t.Errorf("called %v", got)
	}
	if got := d.does("call", `{"request":"r1"}`); got["id"] != a {
		t.Errorf("the same request called %v", got)
	}
	d.doesNot("counter-busy", "call", `{}`)
	d.doesNot("other-ticket", "call", `{"finish":%q}`, b)
	for range 3 {
		d.does("recall", `{"ticket":%q}`, a)
	}
	d.doesNot("recall-limit", "recall", `{"ticket":%q}`, a)
	held := d.does("hold", `{"ticket":%q,"reason":"fills in the form","remind":"2026-11-23T01:30:00Z"}`, a)
	if held["status"] != "held" || held["hold_reason"] != "fills in the form" || held["remind"] != "2026-11-23T01:30:00Z" {
		t.Errorf("held %v", held)
	}
	d.does("call", `{}`)
	returned := d.does("return", `{"ticket":%q,"place":1}`, b)
	if returned["status"] != "waiting" {
		t.Errorf("returned %v", returned)
	}
	if got := d.does("call", `{}`); got["id"] != c {
		t.Errorf("behind the first is called %v", got)
	}
	second := d.does("split", `{"ticket":%q,"service":"pay","class":"senior"}`, c)
	if second["visit"] != c || second["service"] != "pay" || second["class"] != "senior" || second["number"] != "B001" {
		t.Errorf("split %v", second)
	}
	if got := d.does("undo", `{}`); got["id"] != c && got["id"] != second["id"] {
		t.Errorf("undone %v", got)
	}
	sent := d.does("transfer", `{"ticket":%q,"service":"repair","to":"2","back":true,"keep":true,"note":"cable"}`, c)
	if sent["service"] != "repair" || sent["for"] != "2" || sent["status"] != "waiting" {
		t.Errorf("transferred %v", sent)
	}
	if got := d.does("call", `{"ticket":%q}`, a); got["id"] != a {
		t.Errorf("the held one: %v", got)
	}
	d.doesNot("unknown-outcome", "finish", `{"ticket":%q,"outcome":"dance"}`, a)
	done := d.does("finish", `{"ticket":%q,"outcome":"done","note":"all well"}`, a)
	if done["status"] != "served" || done["outcome"] != "done" || done["note"] != "all well" {
		t.Errorf("finished %v", done)
	}
	d.doesNot("counter-idle", "finish", `{"ticket":%q}`, a)
	if got := d.does("call", `{}`); got["id"] != b {
		t.Errorf("the one that was returned: %v", got)
	}
	d.does("no-show", `{"ticket":%q}`, b)
	d.doesNot("nobody-waiting", "call", `{}`) // the transferred one waits for counter 2
}

func TestACounterOpensPausesAndCloses(t *testing.T) {
	d := openDesk(t)
	d.take("new")
	d.does("pause", `{"reason":"break"}`)
	if c := d.counterNow("1"); c.State != queue.CounterPaused || c.Reason != "break" {
		t.Errorf("paused %+v", c)
	}
	d.doesNot("counter-paused", "call", `{}`)
	d.does("resume", `{}`)
	d.doesNot("not-paused", "resume", `{}`)
	ticket := d.does("call", `{}`)
	d.doesNot("counter-busy", "close", `{}`)
	d.does("finish", `{"ticket":%q}`, ticket["id"])
	d.does("close", `{"reason":"no-page"}`)
	if c := d.counterNow("1"); c.State != queue.CounterClosed {
		t.Errorf("closed %+v", c)
	}
	d.doesNot("counter-closed", "pause", `{}`)
	d.does("open", `{}`)
	if c := d.counterNow("1"); c.State != queue.CounterOpen || c.Clerk != "1001" {
		t.Errorf("opened %+v", c)
	}
}

func TestASupervisorOpensAClerksCounterForThatClerk(t *testing.T) {
	s := openStation(t)
	s.logIn("1002", "2")
	boss := s.logIn("3001", "")
	s.want(http.StatusOK, "POST", "/api/counters/2/close", `{}`, as(boss))
	s.want(http.StatusOK, "POST", "/api/counters/2/open", `{}`, as(boss))
	if c := s.counterNow("2"); c.Clerk != "1002" || len(c.Offered) != 1 || c.Offered[0] != "pay" {
		t.Errorf("counter %+v", c)
	}
	s.want(http.StatusOK, "POST", "/api/counters/3/open", `{}`, as(boss))
	if c := s.counterNow("3"); c.Clerk != "3001" {
		t.Errorf("counter %+v", c)
	}
}

func TestAClosedCounterOpensForWhatItsClerkServes(t *testing.T) {
	s := openStation(t)
	clerk, boss := s.logIn("1002", "2"), s.logIn("3001", "")
	s.take("repair")
	pays := s.take("pay").ID
	s.want(http.StatusOK, "POST", "/api/counters/2/close", `{}`, as(boss))
	if called := s.want(http.StatusOK, "POST", "/api/counters/2/call", `{}`, as(clerk)); called["id"] != pays {
		t.Errorf("a clerk of payments called %v", called)
	}
	if c := s.counterNow("2"); c.State != queue.CounterOpen || c.Clerk != "1002" {
		t.Errorf("counter %+v", c)
	}
}

func TestTheReceptionGivesAndSortsTickets(t *testing.T) {
	s := openStation(t)
	desk := s.logIn("2001", "")
	taken := s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"new","class":"senior","request":"t1"}`, as(desk))
	if taken["class"] != "senior" {
		t.Errorf("taken %v", taken)
	}
	path := fmt.Sprintf("/api/tickets/%s/", taken["id"])
	if sorted := s.want(http.StatusOK, "POST", path+"class", `{"class":""}`, as(desk)); sorted["class"] != nil {
		t.Errorf("sorted %v", sorted)
	}
	s.refused(http.StatusBadRequest, "malformed", "POST", path+"class", `{}`, as(desk))
	s.refused(http.StatusNotFound, "unknown-class", "POST", path+"class", `{"class":"king"}`, as(desk))
	if left := s.want(http.StatusOK, "POST", path+"leave", `{}`, as(desk)); left["status"] != "left" {
		t.Errorf("left %v", left)
	}
	more := s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"new","rest":[{"service":"pay","counter":"2"}]}`, as(desk))
	if fmt.Sprint(more["rest"]) != "[map[counter:2 service:pay]]" {
		t.Errorf("two services in one visit: %v", more)
	}
	s.refused(http.StatusNotFound, "unknown-service", "POST", "/api/tickets", `{"service":"new","rest":[{"service":"loan"}]}`, as(desk))
}

func TestAPersonTakesNoMoreTicketsThanAllowed(t *testing.T) {
	s := openStation(t)
	desk := s.logIn("2001", "")
	for range 2 {
		s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"pay","person":"11010119900307"}`, as(desk))
	}
	s.refused(http.StatusConflict, "person-limit", "POST", "/api/tickets", `{"service":"pay","person":" 11010119900307 "}`, as(desk))
	s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"pay","person":"11010119900308"}`, as(desk))
	s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"pay"}`, as(desk))
	records, _, err := s.Read(record.Events, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if bytes.Contains(r.Data, []byte("1101")) {
			t.Errorf("the number is written down: %s", r.Data)
		}
	}
}

func TestPressingTwiceCallsOnce(t *testing.T) {
	d := openDesk(t)
	a, b := d.take("new").ID, d.take("new").ID
	d.take("new")
	d.does("call", `{"request":"p1"}`)
	d.does("call", `{"request":"p2","finish":%q}`, a)
	// The page has shown the new customer at once, and a second press finishes that one.
	second := fmt.Sprintf(`{"request":"p3","finish":%q}`, b)
	d.refused(http.StatusConflict, "too-soon", "POST", "/api/counters/1/call", second, as(d.cookie))
	d.pass(499 * time.Millisecond)
	d.refused(http.StatusConflict, "too-soon", "POST", "/api/counters/1/call", second, as(d.cookie))
	// The press before is repeated by a page that got no answer: it is answered as the first time.
	if again := d.want(http.StatusOK, "POST", "/api/counters/1/call", fmt.Sprintf(`{"request":"p2","finish":%q}`, a), as(d.cookie)); again["id"] != b {
		t.Errorf("repeated: %v", again)
	}
	d.pass(time.Millisecond)
	d.want(http.StatusOK, "POST", "/api/counters/1/call", second, as(d.cookie))
	if calls := wrote[record.TicketCalledData](d.station, record.TicketCalled); len(calls) != 3 {
		t.Errorf("%d calls", len(calls))
	}
}

// TestCountersThatPressAtTheSameInstant has two counters, and at each two hands, press at once, many times: every ticket is
// called once, and every counter has one customer.
func TestCountersThatPressAtTheSameInstant(t *testing.T) {
	s := openStation(t)
	cookies := map[string]*http.Cookie{"1": s.logIn("1001", "1"), "3": s.logInWith(`{"badge":"0012345678","counter":"3"}`)}
	const rounds = 40
	for range 2 * rounds {
		s.take("new")
	}
	has := map[string]string{"1": "", "3": ""}
	for round := range rounds {
		s.pass(time.Minute)
		begin := make(chan struct{})
		var presses sync.WaitGroup
		for counter, cookie := range cookies {
			for hand := range 2 {
				body := fmt.Sprintf(`{"request":"%s/%d/%d","finish":%q}`, counter, round, hand, has[counter])
				presses.Go(func() {
					<-begin
					answer, object := s.post("/api/counters/"+counter+"/call", body, as(cookie))
					if answer.StatusCode != http.StatusOK && codeOf(object) != "other-ticket" && codeOf(object) != "counter-busy" {
						t.Errorf("round %d, counter %s: %s %v", round, counter, answer.Status, object)
					}
				})
			}
		}
		close(begin)
		presses.Wait()
		for counter := range cookies {
			before, now := has[counter], s.counterNow(counter).Ticket
			if now == nil || now.ID == before {
				t.Fatalf("round %d: counter %s has %v, had %s", round, counter, now, before)
			}
			has[counter] = now.ID
		}
		if has["1"] == has["3"] {
			t.Fatalf("round %d: both counters have %s", round, has["1"])
		}
	}
	called := map[string]int{}
	for _, c := range wrote[record.TicketCalledData](s, record.TicketCalled) {
		called[c.Ticket]++
	}
	if len(called) != 2*rounds {
		t.Errorf("%d tickets were called, want %d", len(called), 2*rounds)
	}
	for ticket, times := range called {
		if times != 1 {
			t.Errorf("%s was called %d times", ticket, times)
		}
	}
	if view := s.hall.Snapshot().Queue; len(view.Waiting) != 0 || view.Today.Served != 2*rounds-2 {
		t.Errorf("%d wait, %d were served", len(view.Waiting), view.Today.Served)
	}
}

func TestAppointmentsAtTheDesk(t *testing.T) {
	s := openStation(t)
	desk := s.logIn("2001", "")
	made := s.want(http.StatusCreated, "POST", "/api/appointments", `{"service":"new","at":"2026-11-23T09:20:00+08:00","name":"Wang Fang","phone":"13812345678","request":"a1"}`, as(desk))
	if made["origin"] != "2001" || made["status"] != "booked" || made["phone"] != "5678" || made["code"] == nil || strings.Contains(fmt.Sprint(made["name"]), "Fang") {
		t.Fatalf("booked %v", made)
	}
	s.want(http.StatusCreated, "POST", "/api/appointments", `{"service":"pay","at":"2026-11-23T09:25:00+08:00","name":"Li","phone":"13900005678"}`, as(desk))
	third := s.want(http.StatusCreated, "POST", "/api/appointments", `{"service":"pay","at":"2026-11-23T15:00:00+08:00"}`, as(desk))
	list := s.want(http.StatusOK, "GET", "/api/appointments", "", as(desk))["appointments"].([]any)
	if len(list) != 3 || list[0].(map[string]any)["id"] != made["id"] {
		t.Errorf("list %v", list)
	}
	status, said := s.ask("POST", "/api/appointments/5678/arrive", `{}`, as(desk))
	if e := said["error"].(map[string]any); status != http.StatusConflict || e["code"] != "ambiguous" || len(e["matches"].([]any)) != 2 {
		t.Errorf("digits of two: %d %v", status, said)
	}
	ticket := s.want(http.StatusCreated, "POST", fmt.Sprintf("/api/appointments/%s/arrive", made["code"]), `{"class":"senior","request":"a2"}`, as(desk))
	if ticket["appointment"] != made["id"] || ticket["class"] != "senior" || ticket["booked"] != "2026-11-23T01:20:00Z" {
		t.Errorf("ticket %v", ticket)
	}
	s.refused(http.StatusConflict, "arrived", "POST", fmt.Sprintf("/api/appointments/%s/arrive", made["id"]), `{}`, as(desk))
	s.want(http.StatusCreated, "POST", "/api/appointments/5678/arrive", `{}`, as(desk))
	s.refused(http.StatusConflict, "too-early", "POST", fmt.Sprintf("/api/appointments/%s/arrive", third["id"]), `{}`, as(desk))
	if gone := s.want(http.StatusOK, "POST", fmt.Sprintf("/api/appointments/%s/cancel", third["id"]), `{"reason":"ill"}`, as(desk)); gone["status"] != "cancelled" || gone["reason"] != "ill" {
		t.Errorf("cancelled %v", gone)
	}
	s.refused(http.StatusNotFound, "unknown-appointment", "POST", "/api/appointments/none/arrive", `{}`, as(desk))
	s.refused(http.StatusConflict, "past", "POST", "/api/appointments", `{"service":"new","at":"2026-11-22T09:20:00+08:00"}`, as(desk))
	s.refused(http.StatusBadRequest, "malformed", "POST", "/api/appointments", `{"service":"new","at":"tomorrow"}`, as(desk))
	counts := s.want(http.StatusOK, "GET", "/api/queue", "", as(desk))["appointments"]
	if fmt.Sprint(counts) != "map[arrived:2 booked:0 cancelled:1 missed:0]" {
		t.Errorf("counts %v", counts)
	}
}

func TestASupervisorSeesLevelsAndWhoWorks(t *testing.T) {
	s := openStation(t)
	boss := s.logIn("3001", "")
	s.pass(time.Second)
	cookie, _ := s.serving()
	s.pass(11 * time.Minute)
	said := s.want(http.StatusOK, "GET", "/api/supervisor", "", as(boss))
	level := said["levels"].([]any)[0].(map[string]any)
	if level["service"] != "new" || level["agreed"] != true || level["waiting"] != 1.0 || level["late"] != 1.0 || level["within"] != 600.0 ||
		level["recent"].(map[string]any)["called"] != 1.0 || level["arrivals"] != 2.0 {
		t.Errorf("level %v", level)
	}
	duty := said["staff"].([]any)
	if len(duty) != 2 || duty[1].(map[string]any)["staff"] != "1001" || duty[1].(map[string]any)["name"] != "Wang" || duty[1].(map[string]any)["counter"] != "1" {
		t.Errorf("on duty %v", duty)
	}
	s.want(http.StatusOK, "POST", "/api/logout", `{}`, as(cookie))
	duty = s.want(http.StatusOK, "GET", "/api/supervisor", "", as(boss))["staff"].([]any)
	if duty[1].(map[string]any)["ending"] != true {
		t.Errorf("on duty %v", duty)
	}
}

// TestASupervisorIsAdvised lets a queue grow that one counter cannot serve, until a second one is suggested.
func TestASupervisorIsAdvised(t *testing.T) {
	s := openStation(t)
	boss := s.logIn("3001", "")
	cookie, finish := s.serving()
	for minute := range 120 {
		if minute%3 == 0 {
			s.take("new")
		}
		s.pass(time.Minute)
		if minute%5 == 4 {
			finish = s.want(http.StatusOK, "POST", "/api/counters/1/call", fmt.Sprintf(`{"finish":%q}`, finish), as(cookie))["id"].(string)
		}
		for _, a := range s.want(http.StatusOK, "GET", "/api/supervisor", "", as(boss))["advice"].([]any) {
			a := a.(map[string]any)
			if a["action"] == "open" && a["service"] == "new" && a["counter"] == "3" && a["reason"] != "" {
				return
			}
			t.Fatalf("advice %v", a)
		}
	}
	t.Error("nobody suggests to open a second counter")
}

package counter_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/queue"
)

func TestSessionOutlivesARestart(t *testing.T) {
	s := openStation(t)
	cookie := s.logIn("1001", "1")
	left := s.logIn("2001", "")
	s.want(http.StatusOK, "POST", "/api/logout", `{}`, as(left))
	s.start()
	if me := s.want(http.StatusOK, "GET", "/api/me", "", as(cookie)); me["staff"] != "1001" || me["counter"] != "1" || me["ends"] != "2026-11-23T09:00:00Z" {
		t.Errorf("after a restart %v", me)
	}
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(left))
	if in := wrote[record.StaffData](s, record.StaffLoggedIn); len(in) != 2 {
		t.Errorf("a restart is a log-in: %+v", in)
	}
}

func TestCookiesThatTheKioskDidNotMakeAreNone(t *testing.T) {
	s := openStation(t)
	good := s.logIn("3001", "")
	id, seal, _ := strings.Cut(good.Value, ".")
	with := func(value string) func(*http.Request) { return as(&http.Cookie{Name: good.Name, Value: value}) }
	s.want(http.StatusOK, "GET", "/api/me", "", with(good.Value))
	for _, value := range []string{"", ".", id, id + ".", "." + seal, strings.ToUpper(id) + "." + seal, id + "x." + seal, id + "." + seal[1:], id + "." + seal + "A", good.Value + "." + seal} {
		s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", with(value))
	}
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(&http.Cookie{Name: "staff", Value: good.Value}))

	o := s.options()
	o.Key = []byte("the key of another kiosk, as long")
	other, err := counter.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.server.Config.Handler = other
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", with(good.Value))
}

func TestLogOut(t *testing.T) {
	s := openStation(t)
	cookie := s.logIn("1001", "1")
	answer, said := s.post("/api/logout", `{}`, as(cookie))
	if answer.StatusCode != http.StatusOK || said["pending"] != false || len(answer.Cookies()) != 1 || answer.Cookies()[0].MaxAge >= 0 {
		t.Errorf("%s %v %v", answer.Status, said, answer.Cookies())
	}
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(cookie))
	if c := s.counterNow("1"); c.State != queue.CounterClosed {
		t.Errorf("counter %+v", c)
	}
	if out := wrote[record.StaffData](s, record.StaffLoggedOut); len(out) != 1 || out[0].Staff != "1001" || out[0].Counter != "1" || out[0].Reason != "logged-out" {
		t.Errorf("written %+v", out)
	}
}

// serving is a clerk at counter 1 with a customer.
func (s *station) serving() (cookie *http.Cookie, ticket string) {
	s.t.Helper()
	cookie = s.logIn("1001", "1")
	s.take("new")
	s.take("new")
	called := s.want(http.StatusOK, "POST", "/api/counters/1/call", `{}`, as(cookie))
	return cookie, called["id"].(string)
}

func TestLogOutWithACustomerWaitsForItsEnd(t *testing.T) {
	s := openStation(t)
	s.run()
	cookie, ticket := s.serving()
	boss := s.logIn("3001", "")
	if said := s.want(http.StatusOK, "POST", "/api/logout", `{}`, as(cookie)); said["pending"] != true {
		t.Errorf("said %v", said)
	}
	if me := s.want(http.StatusOK, "GET", "/api/me", "", as(cookie)); me["ending"] != true {
		t.Errorf("me %v", me)
	}
	s.refused(http.StatusForbidden, "shift-over", "POST", "/api/counters/1/call", fmt.Sprintf(`{"finish":%q}`, ticket), as(cookie))
	s.want(http.StatusOK, "POST", "/api/counters/1/finish", fmt.Sprintf(`{"ticket":%q}`, ticket), as(cookie))
	s.watch(boss, func(view map[string]any) bool { return seen(view, "1")["state"] == "closed" })
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(cookie))
}

func TestSessionEndsWithTheShift(t *testing.T) {
	s := openStation(t)
	s.run()
	boss := s.logIn("3001", "")
	cookie, ticket := s.serving()
	idle := s.logIn("1002", "2")

	s.pass(3*time.Hour + time.Second) // 1002 ends at noon
	s.take("repair")                  // something happens
	s.watch(boss, func(view map[string]any) bool { return seen(view, "2")["state"] == "closed" })
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(idle))
	s.want(http.StatusOK, "GET", "/api/me", "", as(cookie))

	s.pass(5 * time.Hour) // and 1001 at five, who still has a customer
	if me := s.want(http.StatusOK, "GET", "/api/me", "", as(cookie)); me["ending"] != true {
		t.Errorf("me %v", me)
	}
	s.refused(http.StatusForbidden, "shift-over", "POST", "/api/counters/1/call", fmt.Sprintf(`{"finish":%q}`, ticket), as(cookie))
	s.refused(http.StatusForbidden, "shift-over", "POST", "/api/counters/1/open", `{}`, as(cookie))
	s.want(http.StatusOK, "POST", "/api/counters/1/recall", fmt.Sprintf(`{"ticket":%q}`, ticket), as(cookie))
	s.want(http.StatusOK, "POST", "/api/counters/1/no-show", fmt.Sprintf(`{"ticket":%q}`, ticket), as(cookie))
	s.watch(boss, func(view map[string]any) bool { return seen(view, "1")["state"] == "closed" })
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(cookie))
	for _, out := range wrote[record.StaffData](s, record.StaffLoggedOut) {
		if out.Reason != "shift-over" {
			t.Errorf("written %+v", out)
		}
	}
}

func TestShiftThatEndedWhileTheKioskWasOff(t *testing.T) {
	s := openStation(t)
	cookie := s.logIn("1002", "2")
	s.pass(4 * time.Hour)
	s.start()
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(cookie))
	boss := s.logIn("3001", "")
	s.run()
	s.watch(boss, func(view map[string]any) bool { return seen(view, "2")["state"] == "closed" })
}

func TestOneClerkPerCounter(t *testing.T) {
	s := openStation(t)
	first := s.logIn("1001", "3")
	badge := `{"badge":"0012345678","counter":"3"}`
	s.refused(http.StatusConflict, "counter-taken", "POST", "/api/login", badge)
	s.refused(http.StatusConflict, "counter-taken", "POST", "/api/login", `{"badge":"0012345678","counter":"3","take_over":true}`)
	s.refused(http.StatusConflict, "counter-taken", "POST", "/api/login", `{"staff":"3001","pin":"4711","counter":"3"}`)
	s.want(http.StatusOK, "GET", "/api/me", "", as(first))

	boss := s.logInWith(`{"staff":"3001","pin":"4711","counter":"3","take_over":true}`)
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(first))
	if c := s.counterNow("3"); c.Clerk != "3001" || c.State != queue.CounterOpen {
		t.Errorf("counter %+v", c)
	}
	if out := wrote[record.StaffData](s, record.StaffLoggedOut); len(out) != 1 || out[0].Staff != "1001" || out[0].Reason != "taken-over" {
		t.Errorf("written %+v", out)
	}
	if closed := wrote[record.CounterData](s, record.CounterClosed); len(closed) != 0 {
		t.Errorf("a counter that is taken over was closed: %+v", closed)
	}
	s.want(http.StatusOK, "POST", "/api/logout", `{}`, as(boss))
	again := s.logIn("1001", "3")
	s.pass(8*time.Hour + time.Second) // the shift of 1001 is over, and nothing has closed the counter
	s.logInWith(badge)
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(again))
	if c := s.counterNow("3"); c.Clerk != "1003" {
		t.Errorf("counter %+v", c)
	}
}

func TestSomebodyWorksAtOnePlace(t *testing.T) {
	s := openStation(t)
	first := s.logIn("1001", "1")
	same := s.logIn("1001", "1") // another browser, or the cookie is gone
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(first))
	if c := s.counterNow("1"); c.Clerk != "1001" || c.State != queue.CounterOpen {
		t.Errorf("counter 1 %+v", c)
	}
	moved := s.logIn("1001", "3")
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(same))
	if a, b := s.counterNow("1"), s.counterNow("3"); a.State != queue.CounterClosed || b.Clerk != "1001" {
		t.Errorf("counter 1 %+v, 3 %+v", a, b)
	}
	s.take("new")
	s.want(http.StatusOK, "POST", "/api/counters/3/call", `{}`, as(moved))
	s.refused(http.StatusConflict, "counter-busy", "POST", "/api/login", `{"staff":"1001","pin":"4711","counter":"1"}`)
	s.want(http.StatusOK, "GET", "/api/me", "", as(moved))
}

func TestRosterThatChangesHoldsAtOnce(t *testing.T) {
	s := openStation(t)
	s.run()
	cookie, ticket := s.serving()
	boss := s.logIn("3001", "")
	s.roster.Store(people(t, "1001"))
	s.refused(http.StatusUnauthorized, "login-needed", "POST", "/api/counters/1/finish", fmt.Sprintf(`{"ticket":%q}`, ticket), as(cookie))
	s.want(http.StatusOK, "POST", "/api/counters/1/finish", fmt.Sprintf(`{"ticket":%q}`, ticket), as(boss))
	s.watch(boss, func(view map[string]any) bool { return seen(view, "1")["state"] == "closed" })
	if out := wrote[record.StaffData](s, record.StaffLoggedOut); len(out) != 1 || out[0].Reason != "not-listed" {
		t.Errorf("written %+v", out)
	}
}

func TestEventsTellOfTheSessionAndEndWithIt(t *testing.T) {
	s := openStation(t)
	cookie, _ := s.serving()
	events := s.listenAs(cookie)
	if me := events.next(t, "session"); me["staff"] != "1001" || me["ending"] != nil {
		t.Errorf("at first %v", me)
	}
	s.want(http.StatusOK, "POST", "/api/logout", `{}`, as(cookie))
	if me := events.next(t, "session"); me["ending"] != true {
		t.Errorf("after the log-out %v", me)
	}
	boss := s.logInWith(`{"staff":"3001","pin":"4711","counter":"1","take_over":true}`)
	for events.lines.Scan() { // the stream ends
	}
	if err := events.lines.Err(); err != nil {
		t.Error(err)
	}
	s.want(http.StatusOK, "GET", "/api/me", "", as(boss))
}

func TestLoggingInAgainKeepsTheCustomer(t *testing.T) {
	s := openStation(t)
	lost, ticket := s.serving()
	cookie := s.logIn("1001", "1")
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "", as(lost))
	if c := s.counterNow("1"); c.State != queue.CounterOpen || c.Ticket == nil || c.Ticket.ID != ticket {
		t.Errorf("counter %+v", c)
	}
	s.want(http.StatusOK, "POST", "/api/counters/1/finish", fmt.Sprintf(`{"ticket":%q}`, ticket), as(cookie))
}

func TestLogOutFromAPausedCounter(t *testing.T) {
	s := openStation(t)
	cookie := s.logIn("1001", "1")
	s.want(http.StatusOK, "POST", "/api/counters/1/pause", `{"reason":"break"}`, as(cookie))
	if said := s.want(http.StatusOK, "POST", "/api/logout", `{}`, as(cookie)); said["pending"] != false {
		t.Errorf("said %v", said)
	}
	if c := s.counterNow("1"); c.State != queue.CounterClosed {
		t.Errorf("counter %+v", c)
	}
}

// TestManyLogInsAtOneInstant has two clerks log in at one counter, each from three computers, all at once: one of them has
// the counter, and one of the cookies counts.
func TestManyLogInsAtOneInstant(t *testing.T) {
	s := openStation(t)
	for round := range 10 {
		s.pass(time.Minute)
		begin := make(chan struct{})
		var all sync.WaitGroup
		var mu sync.Mutex
		var cookies []*http.Cookie
		for _, body := range []string{`{"staff":"1001","pin":"4711","counter":"3"}`, `{"badge":"0012345678","counter":"3"}`} {
			for range 3 {
				all.Go(func() {
					<-begin
					answer, object := s.post("/api/login", body)
					mu.Lock()
					defer mu.Unlock()
					if answer.StatusCode == http.StatusOK {
						cookies = append(cookies, answer.Cookies()...)
					} else if code := codeOf(object); code != "counter-taken" && code != "login-needed" {
						t.Errorf("round %d: %s %v", round, answer.Status, object)
					}
				})
			}
		}
		close(begin)
		all.Wait()
		var good []*http.Cookie
		for _, cookie := range cookies {
			if status, me := s.ask("GET", "/api/me", "", as(cookie)); status == http.StatusOK {
				good = append(good, cookie)
				if c := s.counterNow("3"); c.State != queue.CounterOpen || c.Clerk != me["staff"] {
					t.Errorf("round %d: %v logged in, the counter is %+v", round, me, c)
				}
			}
		}
		if len(good) != 1 {
			t.Fatalf("round %d: %d of %d cookies count", round, len(good), len(cookies))
		}
		s.want(http.StatusOK, "POST", "/api/logout", `{}`, as(good[0]))
	}
}

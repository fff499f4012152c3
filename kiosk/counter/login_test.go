package counter_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/queue"
)

func TestLogInOpensTheCounterAndIsWrittenDown(t *testing.T) {
	s := openStation(t)
	answer, me := s.post("/api/login", `{"staff":"1001","pin":"4711","counter":"1"}`)
	if answer.StatusCode != http.StatusOK || me["staff"] != "1001" || me["name"] != "Wang" || me["role"] != "clerk" || me["counter"] != "1" || me["login"] != true {
		t.Fatalf("%s %v", answer.Status, me)
	}
	if me["ends"] != "2026-11-23T09:00:00Z" {
		t.Errorf("ends %v, want at five in the afternoon", me["ends"])
	}
	cookie := answer.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Secure || cookie.Path != "/" || cookie.MaxAge != 12*3600 {
		t.Errorf("cookie %+v", cookie)
	}
	if c := s.counterNow("1"); c.State != queue.CounterOpen || c.Clerk != "1001" {
		t.Errorf("counter %+v", c)
	}
	in := wrote[record.StaffData](s, record.StaffLoggedIn)
	if len(in) != 1 || in[0].Staff != "1001" || in[0].Role != "clerk" || in[0].Counter != "1" || in[0].Method != "pin" || in[0].Session == "" || in[0].Ends == nil {
		t.Errorf("written %+v", in)
	}
	if strings.Contains(cookie.Value, "1001") || !strings.HasPrefix(cookie.Value, in[0].Session+".") {
		t.Errorf("the cookie is %q", cookie.Value)
	}
	if got := s.want(http.StatusOK, "GET", "/api/me", "", as(cookie)); fmt.Sprint(got) != fmt.Sprint(me) {
		t.Errorf("me %v, at log-in %v", got, me)
	}
	view := s.want(http.StatusOK, "GET", "/api/queue", "", as(cookie))
	if c := seen(view, "1"); c["clerk"] != "1001" || c["clerk_name"] != "Wang" || c["state"] != "open" {
		t.Errorf("pages see %v", c)
	}
}

func TestBadgeAndServicesOfAClerk(t *testing.T) {
	s := openStation(t)
	cookie := s.logInWith(`{"badge":"0012345678\n","counter":"3"}`)
	if me := s.want(http.StatusOK, "GET", "/api/me", "", as(cookie)); me["staff"] != "1003" || me["counter"] != "3" {
		t.Errorf("by badge: %v", me)
	}
	if in := wrote[record.StaffData](s, record.StaffLoggedIn); in[0].Method != "badge" {
		t.Errorf("written %+v", in)
	}
	s.logIn("1002", "2")
	if c := s.counterNow("2"); len(c.Offered) != 1 || c.Offered[0] != "pay" {
		t.Errorf("a clerk of payments offers %v", c.Offered)
	}
}

func TestLogInIsRefused(t *testing.T) {
	s := openStation(t)
	for _, c := range []struct {
		body   string
		status int
		code   string
	}{
		{`{"staff":"1001","pin":"4712","counter":"1"}`, http.StatusUnauthorized, "login-refused"},
		{`{"staff":"9999","pin":"4711","counter":"1"}`, http.StatusUnauthorized, "login-refused"},
		{`{"staff":"1003","pin":"4711","counter":"1"}`, http.StatusUnauthorized, "login-refused"}, // has a badge only
		{`{"badge":"0000000000","counter":"1"}`, http.StatusUnauthorized, "login-refused"},
		{`{"staff":"1001","pin":"4711"}`, http.StatusBadRequest, "counter-needed"},
		{`{"staff":"1001","pin":"4711","counter":"9"}`, http.StatusNotFound, "unknown-counter"},
		{`{"staff":"1002","pin":"4711","counter":"1"}`, http.StatusForbidden, "not-allowed"},
		{`{"staff":"2001","pin":"4711","counter":"1"}`, http.StatusForbidden, "not-allowed"},
		{`{"staff":"1001"}`, http.StatusBadRequest, "malformed"},
		{`{}`, http.StatusBadRequest, "malformed"},
		{`{"staff":"1001","pin":4711}`, http.StatusBadRequest, "malformed"},
		{`{"staff":"1001","badge":"1","pin":"4711"}`, http.StatusBadRequest, "malformed"},
		{`{"staff":"1001","pin":"` + strings.Repeat("1", 100) + `"}`, http.StatusBadRequest, "malformed"},
	} {
		s.refused(c.status, c.code, "POST", "/api/login", c.body)
	}
	denied := wrote[record.StaffData](s, record.StaffDenied)
	want := []record.StaffData{
		{Staff: "1001", Role: "clerk", Counter: "1", Method: "pin", Reason: "wrong-pin"},
		{Counter: "1", Method: "pin", Reason: "unknown"}, // what was typed may be a PIN
		{Staff: "1003", Role: "clerk", Counter: "1", Method: "pin", Reason: "wrong-pin"},
		{Counter: "1", Method: "badge", Reason: "unknown"},
	}
	if fmt.Sprint(denied) != fmt.Sprint(want) {
		t.Errorf("written %+v\nwant    %+v", denied, want)
	}
	if got := wrote[record.StaffData](s, record.StaffLoggedIn); len(got) != 0 {
		t.Errorf("logged in: %+v", got)
	}
}

func TestShiftDecidesWhenSomebodyMayLogIn(t *testing.T) {
	s := openStation(t)
	s.pass(3 * time.Hour) // noon
	s.refused(http.StatusForbidden, "off-shift", "POST", "/api/login", `{"staff":"1002","pin":"4711","counter":"2"}`)
	if denied := wrote[record.StaffData](s, record.StaffDenied); len(denied) != 1 || denied[0].Reason != "off-shift" || denied[0].Staff != "1002" {
		t.Errorf("written %+v", denied)
	}
	s.logIn("1001", "1")
}

func TestAttemptsAreBounded(t *testing.T) {
	s := openStation(t)
	wrong := `{"staff":"1001","pin":"0000","counter":"1"}`
	for range 5 {
		s.refused(http.StatusUnauthorized, "login-refused", "POST", "/api/login", wrong)
	}
	for range 3 {
		answer, object := s.post("/api/login", `{"staff":"1001","pin":"4711","counter":"1"}`)
		if answer.StatusCode != http.StatusTooManyRequests || codeOf(object) != "too-many-attempts" || answer.Header.Get("Retry-After") == "" {
			t.Fatalf("the right PIN after five wrong ones: %s %v", answer.Status, object)
		}
	}
	s.logIn("1002", "2") // others can work
	denied := wrote[record.StaffData](s, record.StaffDenied)
	if len(denied) != 6 || denied[5].Reason != "too-many-attempts" || denied[5].Staff != "1001" {
		t.Errorf("written %+v", denied)
	}
}

func TestTheRightPINForgivesSlips(t *testing.T) {
	s := openStation(t)
	for range 5 {
		for range 4 {
			s.refused(http.StatusUnauthorized, "login-refused", "POST", "/api/login", `{"staff":"1001","pin":"0000","counter":"1"}`)
		}
		s.logIn("1001", "1")
	}
}

func TestUnknownNumbersCannotBeToldFromWrongPINs(t *testing.T) {
	s := openStation(t)
	_, wrong := s.post("/api/login", `{"staff":"1001","pin":"0000","counter":"1"}`)
	_, unknown := s.post("/api/login", `{"staff":"9999","pin":"0000","counter":"1"}`)
	if fmt.Sprint(wrong) != fmt.Sprint(unknown) {
		t.Errorf("%v\n%v", wrong, unknown)
	}
	for range 4 {
		s.post("/api/login", `{"staff":"9999","pin":"0000","counter":"1"}`)
	}
	s.refused(http.StatusTooManyRequests, "too-many-attempts", "POST", "/api/login", `{"staff":"9999","pin":"0000","counter":"1"}`)
}

func TestCookieIsSecureUnderTLS(t *testing.T) {
	s := openStation(t)
	server := httptest.NewTLSServer(s.pages)
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).TLSClientConfig.MinVersion = tls.VersionTLS12
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/login", strings.NewReader(`{"staff":"3001","pin":"4711"}`))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if len(answer.Cookies()) != 1 || !answer.Cookies()[0].Secure {
		t.Errorf("cookies %v", answer.Cookies())
	}
}

func TestLogInThatCannotBeWrittenDownIsRefused(t *testing.T) {
	s := openStation(t)
	s.broken.Store(true)
	s.refused(http.StatusServiceUnavailable, "not-written", "POST", "/api/login", `{"staff":"1001","pin":"4711","counter":"1"}`)
	s.refused(http.StatusUnauthorized, "login-refused", "POST", "/api/login", `{"staff":"1001","pin":"4712","counter":"1"}`)
	s.broken.Store(false)
	s.logIn("1001", "1")
}

func TestWithoutARosterNobodyLogsIn(t *testing.T) {
	s := openStation(t)
	s.roster.Store(nil)
	me := s.want(http.StatusOK, "GET", "/api/me", "")
	if me["login"] != false || me["role"] != "supervisor" {
		t.Errorf("me %v", me)
	}
	s.refused(http.StatusNotFound, "no-login", "POST", "/api/login", `{"staff":"1001","pin":"4711","counter":"1"}`)
	s.refused(http.StatusNotFound, "no-login", "POST", "/api/logout", `{}`)
	s.want(http.StatusCreated, "POST", "/api/tickets", `{"service":"new"}`)
	s.want(http.StatusOK, "POST", "/api/counters/1/call", `{}`)
	s.want(http.StatusOK, "GET", "/api/supervisor", "")

	s.roster.Store(people(t)) // from head office
	s.refused(http.StatusUnauthorized, "login-needed", "GET", "/api/me", "")
	s.refused(http.StatusUnauthorized, "login-needed", "POST", "/api/tickets", `{"service":"new"}`)
}

func TestOptionsOfLogInAreChecked(t *testing.T) {
	s := openStation(t)
	for what, change := range map[string]func(o *counter.Options){
		"key":       func(o *counter.Options) { o.Key = []byte("short") },
		"time zone": func(o *counter.Options) { o.Rules.Calendar.Zone = nil },
	} {
		o := s.options()
		change(&o)
		if _, err := counter.New(o); err == nil {
			t.Errorf("with a roster and without a %s: accepted", what)
		}
	}
}

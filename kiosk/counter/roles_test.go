package counter_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestEveryRouteAsksForItsRole tries each route as everybody, with a body that is refused otherwise or harmless: what
// matters is whether it is refused for who asks.
func TestEveryRouteAsksForItsRole(t *testing.T) {
	s := openStation(t)
	roles := []struct {
		name   string
		cookie *http.Cookie
	}{{"nobody", nil}, {"clerk", s.logIn("1001", "1")}, {"reception", s.logIn("2001", "")}, {"supervisor", s.logIn("3001", "")}}
	const (
		all     = "nobody clerk reception supervisor"
		inside  = "clerk reception supervisor"
		desk    = "clerk supervisor"
		receive = "reception supervisor"
		boss    = "supervisor"
	)
	routes := []struct{ method, path, may string }{
		{"POST", "/api/login", all},
		{"POST", "/api/errors", all},
		{"GET", "/api/me", inside},
		{"GET", "/api/queue", inside},
		{"POST", "/api/surveys", receive},
		{"POST", "/api/logout", inside},
		{"POST", "/api/tickets", receive},
		{"POST", "/api/tickets/none/leave", receive},
		{"POST", "/api/tickets/none/class", receive},
		{"GET", "/api/appointments", receive},
		{"POST", "/api/appointments", receive},
		{"POST", "/api/appointments/none/cancel", receive},
		{"POST", "/api/appointments/none/arrive", receive},
		{"GET", "/api/supervisor", boss},
		{"GET", "/api/cases", boss},
		{"POST", "/api/cases/none/assign", boss},
		{"POST", "/api/cases/none/note", boss},
		{"POST", "/api/cases/none/close", boss},
	}
	for _, verb := range []string{"call", "recall", "finish", "no-show", "return", "hold", "transfer", "split", "undo", "open", "pause", "resume", "close"} {
		routes = append(routes, struct{ method, path, may string }{"POST", "/api/counters/1/" + verb, desk},
			struct{ method, path, may string }{"POST", "/api/counters/3/" + verb, boss})
	}
	for _, route := range routes {
		for _, role := range roles {
			body := `{"wrong":true}` // refused, but only to who may ask
			if strings.HasSuffix(route.path, "/leave") {
				body = `{}` // who may is known by the ticket
			}
			status, object := s.ask(route.method, route.path, body, as(role.cookie))
			code, may := codeOf(object), strings.Contains(route.may, role.name)
			switch {
			case role.name == "nobody" && !may && (status != http.StatusUnauthorized || code != "login-needed"),
				role.name != "nobody" && !may && (status != http.StatusForbidden || code != "not-allowed"),
				may && (status == http.StatusUnauthorized || status == http.StatusForbidden || status >= 500):
				t.Errorf("%s %s as %s: %d %v", route.method, route.path, role.name, status, object)
			}
		}
	}
}

func TestPagesLeadToWhereSomebodyMayWork(t *testing.T) {
	s := openStation(t)
	clerk, reception, boss := s.logIn("1001", "1"), s.logIn("2001", ""), s.logIn("3001", "")
	for _, c := range []struct {
		path   string
		cookie *http.Cookie
		want   string // "" for the page itself
	}{
		{"/counters/1", nil, "/?counter=1"},
		{"/counters/1", clerk, ""},
		{"/counters/3", clerk, "/counters/1"},
		{"/counters/1", reception, "/reception"},
		{"/counters/3", boss, ""},
	} {
		answer, _ := s.get(c.path, as(c.cookie))
		if c.want == "" && answer.StatusCode != http.StatusOK || answer.Header.Get("Location") != c.want {
			t.Errorf("%s: %s to %q, want %q", c.path, answer.Status, answer.Header.Get("Location"), c.want)
		}
	}
}

func TestClerkClosesTheTicketsHeldAtTheirCounter(t *testing.T) {
	s := openStation(t)
	cookie, ticket := s.serving()
	s.refused(http.StatusForbidden, "not-allowed", "POST", "/api/tickets/"+ticket+"/leave", `{}`, as(cookie))
	s.want(http.StatusOK, "POST", "/api/counters/1/hold", `{"ticket":"`+ticket+`","reason":"fills in the form"}`, as(cookie))
	other := s.logInWith(`{"badge":"0012345678","counter":"3"}`)
	s.refused(http.StatusForbidden, "not-allowed", "POST", "/api/tickets/"+ticket+"/leave", `{}`, as(other))
	if left := s.want(http.StatusOK, "POST", "/api/tickets/"+ticket+"/leave", `{}`, as(cookie)); left["status"] != "left" || left["reason"] != "hold-ended" {
		t.Errorf("left %v", left)
	}
}

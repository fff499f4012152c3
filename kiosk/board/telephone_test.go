package board_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/queue"
)

type ticket struct {
	State, Number, Reason string
	Ahead                 int
	Service, Counter      struct{ Zh, En string }
	Known                 bool
	Low, High             int
	AsOf                  time.Time `json:"as_of"`
	Call                  uint64
}

func TestTicketThroughItsLife(t *testing.T) {
	s := open(t, nil)
	tickets := s.take("new", "new", "pay")
	events := listen(t, s.url+"/t/"+s.hall.Secret(tickets[1].ID)+"/events")
	// until waits for a state; what comes between is passed over, since snapshots may coalesce.
	until := func(state string) ticket {
		t.Helper()
		for {
			if v := decode[ticket](t, next(t, events, "ticket").data); v.State == state {
				return v
			}
		}
	}
	if v := until("waiting"); v.Number != "A002" || v.Ahead != 1 || v.Service.En != "New service" || v.Known || v.Call != 0 {
		t.Errorf("waiting: %+v", v)
	}
	s.do(queue.Tell{Quotes: map[string]queue.Quote{tickets[1].ID: {Ahead: 1, Low: 330 * time.Second, Expected: 8 * time.Minute, High: 700 * time.Second, Known: true}}})
	if v := until("waiting"); !v.Known || v.Low != 5 || v.High != 12 || v.AsOf.IsZero() {
		t.Errorf("told: %+v", v)
	}
	s.call("3")
	s.call("4")
	first := until("called")
	if first.Counter.En != "Counter 4" || first.Call == 0 || first.Known {
		t.Errorf("called: %+v", first)
	}
	s.do(queue.Recall{Counter: "4"})
	if again := until("called"); again.Call <= first.Call {
		t.Errorf("called again: %+v", again)
	}
	s.do(queue.Hold{Counter: "4", Reason: "fills in the form"})
	if v := until("held"); v.Number != "A002" {
		t.Errorf("held: %+v", v)
	}
	s.do(queue.Call{Counter: "4", Ticket: tickets[1].ID})
	until("called")
	s.do(queue.Finish{Counter: "4"})
	if v := until("served"); v.Counter.Zh != "" {
		t.Errorf("served: %+v", v)
	}
	s.do(queue.Leave{Ticket: tickets[2].ID})
	_, _, body := get(t, s.url+"/t/"+s.hall.Secret(tickets[2].ID)+"/state")
	if v := decode[ticket](t, body); v.State != "left" || v.Reason != "gave-up" {
		t.Errorf("left: %+v", v)
	}
}

func TestTicketPageWithoutScript(t *testing.T) {
	s := open(t, nil)
	tickets := s.take("new", "pay")
	url := s.url + "/t/" + s.hall.Secret(tickets[1].ID)
	for _, c := range []struct{ query, accept, want string }{
		{"", "en-GB,en;q=0.9,zh;q=0.5", "Please wait for your number"},
		{"", "fr,zh-CN;q=0.5", "请等候叫号"},
		{"", "", "请等候叫号"},
		{"?lang=en", "zh", "Please wait for your number"},
		{"?lang=zh", "en", "缴费"},
		{"?lang=fr", "en", "Payment"},
	} {
		status, header, body := get(t, url+c.query, "Accept-Language", c.accept)
		if status != http.StatusOK || !strings.Contains(body, c.want) || !strings.Contains(body, "B001") {
			t.Errorf("%s %s: %d, without %q:\n%s", c.query, c.accept, status, c.want, body)
		}
		if header.Get("Set-Cookie") != "" || header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("headers %v", header)
		}
	}
}

// TestUnknownSecretsAreAllAlike: nothing of the answer tells one from another.
func TestUnknownSecretsAreAllAlike(t *testing.T) {
	s := open(t, nil)
	known := s.hall.Secret(s.take("new")[0].ID)
	for _, path := range []string{"", "/state", "/events"} {
		var before string
		for _, secret := range []string{known[:len(known)-1], known + "x", strings.Repeat("a", len(known)), "x", strings.Repeat("y", 1000), "%2e%2e", "A001"} {
			status, _, body := get(t, s.url+"/t/"+secret+path)
			if i := strings.Index(body, `"offset"`); i > 0 {
				body = body[i:] // without the time
			}
			if status != http.StatusNotFound || strings.Contains(body, "A001") || before != "" && body != before {
				t.Errorf("%q%s: %d\n%s", secret, path, status, body)
			}
			before = body
		}
	}
}

func TestAddressThatAsksTooOften(t *testing.T) {
	s := open(t, nil)
	url := s.url + "/t/nothing/state"
	for range 10_000 {
		status, header, _ := get(t, url)
		if status == http.StatusTooManyRequests {
			if header.Get("Retry-After") == "" {
				t.Error("it is not said when to come back")
			}
			if status, _, _ := get(t, s.url+"/board"); status != http.StatusOK {
				t.Errorf("the television: %d", status)
			}
			return
		}
	}
	t.Error("ten thousand guesses were answered")
}

func TestRatingIsOfferedWhenTheVisitIsOver(t *testing.T) {
	s := open(t, nil)
	one := s.take("new")[0]
	secret := s.hall.Secret(one.ID)
	link := `<p id="rate" class="rate" hidden><a href="/t/` + secret + `/rate?lang=en">Rate this visit</a></p>`
	if _, _, page := get(t, s.url+"/t/"+secret+"?lang=en"); !strings.Contains(page, link) {
		t.Errorf("while it waits, the page has not\n%s\nbut\n%s", link, page)
	}
	s.call("1")
	s.do(queue.Finish{Counter: "1"})
	if _, _, page := get(t, s.url+"/t/"+secret+"?lang=en"); !strings.Contains(page, strings.Replace(link, " hidden", "", 1)) {
		t.Errorf("when it has been served, the page has no link:\n%s", page)
	}
}

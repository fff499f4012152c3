package watch

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stationkeeper/headoffice/actors"
	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// oneActor knows wang, by the token "right".
type oneActor struct{}

func (oneActor) Who(_ context.Context, token string) (string, error) {
	if token != "right" {
		return "", actors.ErrWrong
	}
	return "wang", nil
}

// act sends a request with a body and a token to a handler where wang may act.
func (o *office) act(method, path, token, body string) *httptest.ResponseRecorder {
	o.t.Helper()
	r := httptest.NewRequestWithContext(o.t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rw := httptest.NewRecorder()
	o.handlerWith(func(options *Options) { options.Actors = oneActor{} }).ServeHTTP(rw, r)
	return rw
}

const agentPath = "/api/v1/stations/hangzhou-01/nodes/agent"

func TestWhoMayAct(t *testing.T) {
	o := mustOffice(t)
	o.online("hangzhou-01", "agent", noon)
	const documents, command = `{"documents":{"access":{}}}`, `{"verb":"door.unlock","point":"machine-room/door"}`
	for _, c := range []struct{ method, path, body string }{
		{http.MethodPut, agentPath + "/config", documents}, {http.MethodPost, agentPath + "/commands", command},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer right")
		rw := httptest.NewRecorder()
		o.handler(noon).ServeHTTP(rw, r)
		if rw.Code != http.StatusForbidden || !strings.Contains(rw.Body.String(), "act_tokens_file") {
			t.Errorf("%s where nobody may act: %d %s", c.path, rw.Code, rw.Body)
		}
		for _, token := range []string{"", "wrong"} {
			rw := o.act(c.method, c.path, token, c.body)
			if rw.Code != http.StatusUnauthorized || rw.Header().Get("WWW-Authenticate") != "Bearer" || strings.Contains(rw.Body.String(), "wrong") {
				t.Errorf("%s with token %q: %d %v %s", c.path, token, rw.Code, rw.Header(), rw.Body)
			}
		}
	}
	if heads, err := o.store.DesiredHeads(t.Context()); err != nil || len(heads) != 0 {
		t.Errorf("documents were kept: %v, %v", heads, err)
	}
	if orders, err := o.store.OpenOrders(t.Context()); err != nil || len(orders) != 0 {
		t.Errorf("commands were kept: %v, %v", orders, err)
	}
}

// TestDocumentsAreToldToThoseWhoMayAct keeps hashes of PINs and cards from everybody else.
func TestDocumentsAreToldToThoseWhoMayAct(t *testing.T) {
	o := mustOffice(t)
	o.online("hangzhou-01", "agent", noon)
	if rw := o.act(http.MethodPut, agentPath+"/config", "right", `{"documents":{"access":{"key":"s3cret"}}}`); rw.Code != http.StatusOK {
		t.Fatalf("%d %s", rw.Code, rw.Body)
	}
	for _, path := range []string{"/config", "/config/versions", "/config/versions/1"} {
		for token, want := range map[string]struct {
			status int
			told   bool
		}{"right": {http.StatusOK, true}, "": {http.StatusOK, false}, "wrong": {http.StatusUnauthorized, false}} {
			rw := o.act(http.MethodGet, agentPath+path, token, "")
			if told := strings.Contains(rw.Body.String(), "s3cret"); rw.Code != want.status || told != want.told {
				t.Errorf("%s with token %q: %d %s", path, token, rw.Code, rw.Body)
			}
			if want.status == http.StatusOK && !strings.Contains(rw.Body.String(), `"names":["access"]`) {
				t.Errorf("%s with token %q does not name the documents: %s", path, token, rw.Body)
			}
		}
	}
}

func TestPutConfig(t *testing.T) {
	o := mustOffice(t)
	o.online("hangzhou-01", "agent", noon)
	for i, c := range []struct {
		node, body string
		status     int
		want       string
	}{
		{"agent", `{"documents":{"access":{"cards":[]}}}`, 200, `"version":1,`},
		{"agent", `{"documents":{"access":{"b":1,"a":"<"},"alarms":{}},"expect":1}`, 200, `"version":2,`},
		{"agent", `{"documents":{},"expect":1}`, 409, "version 1 was expected, 2 is the newest"},
		{"agent", `{"documents":{"access":[]}}`, 422, "object"},
		{"agent", `{"documents":{"a/b":{}}}`, 422, "document"},
		{"agent", `{"document":{}}`, 422, "document"},
		{"agent", `{"documents":{"access":{`, 400, ""},
		{"other", `{"documents":{}}`, 404, "node other of station hangzhou-01 has never reported: not found"},
	} {
		rw := o.act(http.MethodPut, "/api/v1/stations/hangzhou-01/nodes/"+c.node+"/config", "right", c.body)
		if rw.Code != c.status || !strings.Contains(rw.Body.String(), c.want) {
			t.Errorf("step %d: %d %s, want %d %q", i, rw.Code, rw.Body, c.status, c.want)
		}
	}
	d, err := o.store.Desired(t.Context(), store.NodeKey{Station: "hangzhou-01", Node: "agent"}, 0)
	if err != nil || d.Version != 2 || d.By != "wang" || !d.Issued.Equal(noon) || string(d.Documents["access"]) != `{"b":1,"a":"<"}` || len(d.Documents) != 2 {
		t.Errorf("kept %+v, %v", d, err)
	}
}

func TestGiveCommand(t *testing.T) {
	o := mustOffice(t)
	o.online("hangzhou-01", "agent", noon)
	for i, c := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"verb":"door.unlock","point":"machine-room/door","arguments":{"seconds":5},"expires_in":90}`, 202, `"expires":"2026-11-23T04:31:30Z"`},
		{`{"verb":"door.release"}`, 202, `"arguments":{}`},
		{`{"verb":"unlock"}`, 422, "noun.verb"},
		{`{"verb":"door.unlock","point":"../x"}`, 422, "point"},
		{`{"verb":"door.unlock","expires_in":0.5}`, 422, "expires_in"},
		{`{"verb":"door.unlock","arguments":[1]}`, 422, "arguments"},
	} {
		rw := o.act(http.MethodPost, agentPath+"/commands", "right", c.body)
		if rw.Code != c.status || !strings.Contains(rw.Body.String(), c.want) {
			t.Errorf("step %d: %d %s, want %d %q", i, rw.Code, rw.Body, c.status, c.want)
		}
	}
	open, err := o.store.OpenOrders(t.Context())
	if err != nil || len(open) != 2 || open[0].By != "wang" || string(open[0].Arguments) != `{"seconds":5}` || open[0].ID == open[1].ID ||
		open[1].Expires.Sub(open[1].Issued) != time.Minute {
		t.Errorf("kept %+v, %v", open, err)
	}
}

// Who waits for a command is told when it has an outcome, or when the wait is over.
func TestWaitForACommand(t *testing.T) {
	o := mustOffice(t)
	o.online("hangzhou-01", "agent", noon)
	o.asked("hangzhou-01", noon)
	if rw := o.get(agentPath + "/commands/c1?wait=1ms"); rw.Code != http.StatusOK || !strings.Contains(rw.Body.String(), `"state":"waiting"`) {
		t.Errorf("in vain: %d %s", rw.Code, rw.Body)
	}
	for _, wait := range []string{"soon", "-1s", "10"} {
		if rw := o.get(agentPath + "/commands/c1?wait=" + wait); rw.Code != http.StatusUnprocessableEntity {
			t.Errorf("wait=%s: %d %s", wait, rw.Code, rw.Body)
		}
	}
	waiting := make(chan *httptest.ResponseRecorder, 1)
	go func() { waiting <- o.get(agentPath + "/commands/c1?wait=60s") }()
	err := o.store.Hear(t.Context(), []store.Heard{{From: store.NodeKey{Station: "hangzhou-01", Node: "agent"}, Received: noon,
		Result: &record.Result{ID: "c1", Outcome: record.Failed, Reason: "no strike", Time: noon}}})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case rw := <-waiting:
		var body commandBody
		if err := json.Unmarshal(rw.Body.Bytes(), &body); err != nil || body.State != "failed" || body.Reason != "no strike" || body.Decided == nil {
			t.Errorf("got %+v, %v", body, err)
		}
	case <-time.After(hang):
		t.Fatal("who waits is not told")
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/staff"
)

// rosters runs the command with that input, and returns its exit code and what it said.
func rosters(input string, args ...string) (code int, stdout, stderr string) {
	var out, bad bytes.Buffer
	code = makeRoster(args, strings.NewReader(input), &out, &bad)
	return code, strings.TrimSpace(out.String()), bad.String()
}

func TestRosterIsMadeByCommand(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "staff.key")
	if err := os.WriteFile(keyFile, []byte(strings.Repeat("5a", 32)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, pin, bad := rosters("471100\n", "hash")
	if code != 0 || bad != "" {
		t.Fatalf("hash: %d, %s", code, bad)
	}
	if _, again, _ := rosters("471100\n", "hash"); again == pin {
		t.Error("two hashes of a PIN are alike")
	}
	code, cards, bad := rosters("0012345678\r\n\n0087654321\n", "card", "--key", keyFile)
	hashes := strings.Fields(cards)
	if code != 0 || bad != "" || len(hashes) != 2 {
		t.Fatalf("card: %d, %q, %s", code, cards, bad)
	}
	text, err := json.Marshal(map[string]any{"staff": []map[string]any{
		{"number": "1", "name": "a", "role": "clerk", "pin": pin}, {"number": "2", "name": "b", "role": "clerk", "card": hashes[1]}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "staff.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said, bad := rosters("", "check", file); code != 0 || said != "2 people, nothing wrong" {
		t.Errorf("check: %d, %q, %s", code, said, bad)
	}
	roster, err := staff.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := roster.PIN("1", "471100"); !ok {
		t.Error("the PIN that was hashed is not known")
	}
	key, err := staff.ParseKey(strings.Repeat("5a", 32))
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := roster.Card(key, "0087654321"); !ok || p.Number != "2" {
		t.Error("the badge that was hashed is not known")
	}
}

func TestRosterCommandSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "staff.json")
	if err := os.WriteFile(file, []byte(`{"staff":[{"number":"1"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		input string
		args  []string
		code  int
		want  string
	}{
		{"", nil, 2, "Usage: kiosk staff"},
		{"", []string{"dance"}, 2, `"dance"`},
		{"", []string{"hash", "4711"}, 2, "list of commands"},
		{"12\n", []string{"hash"}, 1, "4 to 12 digits"},
		{"", []string{"hash"}, 1, "read PIN: EOF"},
		{"", []string{"card"}, 2, "--key FILE"},
		{"", []string{"card", "--key", file}, 1, "hexadecimal"},
		{"", []string{"card", "--key", file + ".none"}, 1, "no such file"},
		{"", []string{"check"}, 2, "FILE"},
		{"", []string{"check", file}, 1, "staff[0].role"},
	} {
		if code, out, bad := rosters(c.input, c.args...); code != c.code || !strings.Contains(bad, c.want) || out != "" {
			t.Errorf("%q: %d, %q, %s", c.args, code, out, bad)
		}
	}
	if code, out, _ := rosters("", "--help"); code != 0 || !strings.Contains(out, "Usage") {
		t.Errorf("--help: %d, %q", code, out)
	}
}

func TestExampleRosterFitsTheExampleStation(t *testing.T) {
	text, err := os.ReadFile("../configs/staff.example.json")
	if err != nil {
		t.Fatal(err)
	}
	roster, err := staff.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	station, err := configs.LoadKiosk("../configs/kiosk.example.yaml", configs.KioskOverrides{})
	if err != nil {
		t.Fatal(err)
	}
	var services, counters []string
	for _, s := range station.Services {
		services = append(services, s.ID)
	}
	for _, c := range station.Counters {
		counters = append(counters, c.ID)
	}
	if err := roster.Fits(services, counters); err != nil {
		t.Error(err)
	}
}

// ask sends a request with a cookie and returns the status, the answer and the cookie that it sets, if any.
func (p *program) ask(method, path, body string, cookie *http.Cookie) (int, map[string]any, *http.Cookie) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	var object map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&object); err != nil {
		p.t.Fatal(err)
	}
	if set := answer.Cookies(); len(set) > 0 {
		cookie = set[0]
	}
	return answer.StatusCode, object, cookie
}

func TestSessionSurvivesAKill(t *testing.T) {
	folder := t.TempDir()
	_, pin, _ := rosters("471100\n", "hash")
	roster := filepath.Join(folder, "staff.json")
	if err := os.WriteFile(roster, []byte(`{"staff":[{"number":"7","name":"a","role":"supervisor","pin":"`+pin+`"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(folder, "kiosk.yaml")
	if err := os.WriteFile(config, []byte("staff_file: "+roster+"\nboard: {speech: \"off\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(folder, "kiosk")
	p := mustStart(t, data, "--config", config)
	if status, said, _ := p.ask("POST", "/api/tickets", `{"service":"payment"}`, nil); status != http.StatusUnauthorized {
		t.Errorf("without a log-in: %d %v", status, said)
	}
	status, said, cookie := p.ask("POST", "/api/login", `{"staff":"7","pin":"471100","counter":"1"}`, nil)
	if status != http.StatusOK || cookie == nil {
		t.Fatalf("log-in: %d %v", status, said)
	}
	if err := p.end(syscall.SIGKILL); err == nil {
		t.Error("killed, but ended well")
	}

	p = mustStart(t, data, "--config", config)
	if status, said, _ := p.ask("POST", "/api/tickets", `{"service":"payment"}`, cookie); status != http.StatusCreated {
		t.Errorf("after the kill: %d %v", status, said)
	}
	if status, said, _ := p.ask("POST", "/api/counters/1/call", `{}`, cookie); status != http.StatusOK || said["clerk"] != "7" {
		t.Errorf("after the kill: %d %v", status, said)
	}
	if err := p.end(syscall.SIGTERM); err != nil {
		t.Errorf("told to stop: %v", err)
	}
	o := testOptions(t, nobody)
	o.Data = data
	want := []string{record.NodeStarted, record.StaffLoggedIn, record.CounterOpened, record.NodeStarted, record.TicketIssued, record.TicketCalled, record.NodeStopped}
	if got := written(t, o); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("journal %v,\nwant    %v", got, want)
	}
}

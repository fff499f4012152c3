package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"stationkeeper/internal/record"
)

// asProgram makes the test binary the program itself.
const asProgram = "KIOSK_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) // Fyne starts one of its own when it is loaded
}

// program is a running kiosk.
type program struct {
	t   *testing.T
	cmd *exec.Cmd
	log *bufio.Scanner
	url string
}

func invocation(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(limited(t), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

var readyLine = regexp.MustCompile(`msg="kiosk ready" counter=(\S+)`)

// mustStart starts a kiosk with flags alone, or more of them, and waits until it is ready.
func mustStart(t *testing.T, data string, more ...string) *program {
	t.Helper()
	flags := append([]string{"--station", "test", "--data", data, "--broker", nobody, "--counter", "127.0.0.1:0", "--no-window"}, more...)
	p := &program{t: t, cmd: invocation(t, flags...)}
	pipe, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // in case the test has not ended it
	p.log = bufio.NewScanner(pipe)
	for p.log.Scan() {
		if m := readyLine.FindStringSubmatch(p.log.Text()); m != nil {
			p.url = "http://" + m[1]
			return p
		}
		t.Log(p.log.Text())
	}
	t.Fatalf("the kiosk ended before it was ready: %v", p.cmd.Wait())
	return nil
}

// post sends a command and returns the ticket.
func (p *program) post(path, body string) (ticket struct{ ID, Number, Status, Page string }) {
	p.t.Helper()
	answer, err := http.Post(p.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		p.t.Fatalf("%s %s: %s", path, body, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&ticket); err != nil {
		p.t.Fatal(err)
	}
	return ticket
}

// shows looks for a text on a page.
func (p *program) shows(path, want string) {
	p.t.Helper()
	answer, err := http.Get(p.url + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !bytes.Contains(text, []byte(want)) {
		p.t.Errorf("%s: %s, %v, no %q on it", path, answer.Status, err, want)
	}
}

// end sends a signal and returns how the program ended.
func (p *program) end(signal syscall.Signal) error {
	p.t.Helper()
	http.DefaultClient.CloseIdleConnections()
	if err := p.cmd.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
	for p.log.Scan() {
		p.t.Log(p.log.Text())
	}
	return p.cmd.Wait()
}

func TestQueueSurvivesAKill(t *testing.T) {
	data := filepath.Join(t.TempDir(), "kiosk")
	p := mustStart(t, data)
	first := p.post("/api/tickets", `{"service":"payment","request":"one"}`)
	second := p.post("/api/tickets", `{"service":"payment","request":"two"}`)
	p.post("/api/counters/1/call", `{"request":"call"}`)
	p.shows(first.Page, "B001")
	if err := p.end(syscall.SIGKILL); err == nil {
		t.Error("killed, but ended well")
	}

	p = mustStart(t, data)
	if again := p.post("/api/tickets", `{"service":"payment","request":"two"}`); again != second {
		t.Errorf("the request of before the kill gave %+v, want %+v", again, second)
	}
	p.shows(first.Page, "B001")
	if third := p.post("/api/tickets", `{"service":"payment"}`); third.Number != "B003" {
		t.Errorf("next number %s, want B003", third.Number)
	}
	if done := p.post("/api/counters/1/finish", fmt.Sprintf(`{"ticket":%q}`, first.ID)); done.Status != "served" {
		t.Errorf("the customer of before the kill: %+v", done)
	}
	if next := p.post("/api/counters/1/call", `{}`); next.ID != second.ID || next.Number != "B002" || next.Status != "called" {
		t.Errorf("next: %+v", next)
	}
	if err := p.end(syscall.SIGTERM); err != nil {
		t.Errorf("told to stop: %v", err)
	}
	want := []string{record.NodeStarted, record.TicketIssued, record.TicketIssued, record.TicketCalled,
		record.NodeStarted, record.TicketIssued, record.TicketServed, record.TicketCalled, record.NodeStopped}
	o := testOptions(t, nobody)
	o.Data = data
	if got := written(t, o); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("journal %v,\nwant    %v", got, want)
	}
}

func TestWhatIsWrongWithTheStartIsTold(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "kiosk.yaml")
	if err := os.WriteFile(bad, []byte("station: demo\ndata: x\nservice: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "station: missing"},
		{[]string{"--config", bad}, bad + `:3:1: unknown key "service"`},
		{[]string{"--nonsense"}, "flag provided but not defined"},
		{[]string{"extra"}, `"extra": expected flags only`},
		{[]string{"--log-level", "loud"}, `log level "loud"`},
		{[]string{"--station", "a", "--data", "x", "--broker", "mqtt://elsewhere.example"}, "plain connections are for this machine only"},
	} {
		cmd := invocation(t, c.args...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		err := cmd.Run()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("%v: %v, %q, want exit 2 and %q", c.args, err, stderr.String(), c.want)
		}
	}
}

func TestVersion(t *testing.T) {
	out, err := invocation(t, "--version").Output()
	if err != nil || strings.TrimSpace(string(out)) != version {
		t.Errorf("version %q, %v", out, err)
	}
}

func TestExampleStarts(t *testing.T) {
	cmd := invocation(t, "--config", filepath.Join("..", "configs", "kiosk.example.yaml"), "--data", t.TempDir(), "--broker", nobody,
		"--counter", "127.0.0.1:nonsense", "--no-window")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "listen for the counter page") {
		t.Errorf("the example got as far as: %v\n%s", err, out)
	}
}

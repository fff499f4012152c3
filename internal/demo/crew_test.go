package main

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// long is a generous bound on what takes an instant.
const long = 2 * time.Minute

func mustStart(t *testing.T, c *crew, name string, out io.Writer, script string) *member {
	t.Helper()
	m, err := c.start(name, out, exec.Command("bash", "-c", script))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// said waits until a line with text has been written to it.
type said struct {
	mu   sync.Mutex
	all  bytes.Buffer
	text string
	seen chan struct{}
}

func newSaid(text string) *said { return &said{text: text, seen: make(chan struct{})} }

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	had := strings.Contains(s.all.String(), s.text)
	s.all.Write(p)
	if !had && strings.Contains(s.all.String(), s.text) {
		close(s.seen)
	}
	return len(p), nil
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

func (s *said) wait(t *testing.T) {
	t.Helper()
	select {
	case <-s.seen:
	case <-time.After(long):
		t.Fatalf("nobody said %q, only:\n%s", s.text, s)
	}
}

func TestCrewStopsLastStartedFirst(t *testing.T) {
	c := newCrew()
	var order bytes.Buffer
	both := &terminal{out: &order}
	first, second := newSaid("ready"), newSaid("ready")
	script := `exec 2>/dev/null; trap 'echo stopped; exit' TERM; echo ready; while :; do sleep 0.01; done`
	mustStart(t, c, "first", io.MultiWriter(both, first), script)
	first.wait(t)
	mustStart(t, c, "second", io.MultiWriter(both, second), script)
	second.wait(t)
	if err := c.stop(long); err != nil {
		t.Fatal(err)
	}
	want := "first      | ready\nsecond     | ready\nsecond     | stopped\nfirst      | stopped\n"
	if got := order.String(); got != want {
		t.Errorf("got\n%s\nexpected\n%s", got, want)
	}
}

func TestCrewKillsWhoDoesNotStop(t *testing.T) {
	c := newCrew()
	out := newSaid("ready")
	m := mustStart(t, c, "deaf", out, `trap '' TERM; echo ready; while :; do sleep 0.01; done`)
	out.wait(t)
	err := c.stop(time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "deaf did not stop in time") {
		t.Errorf("got error %v, expected one that names the process", err)
	}
	if err := syscall.Kill(m.cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("signal 0 to the process: got %v, expected it gone", err)
	}
}

func TestCrewReportsWhoEndsByItself(t *testing.T) {
	c := newCrew()
	mustStart(t, c, "brief", io.Discard, `exit 3`)
	select {
	case m := <-c.ended:
		if got, want := m.failure().Error(), "brief ended: exit status 3"; got != want {
			t.Errorf("got %q, expected %q", got, want)
		}
	case <-time.After(long):
		t.Fatal("its end was not reported")
	}
	if err := c.stop(long); err != nil {
		t.Error(err)
	}
}

func TestCrewStartSaysWhatIsMissing(t *testing.T) {
	_, err := newCrew().start("kiosk", io.Discard, exec.Command("./no-such-program"))
	if err == nil || !strings.Contains(err.Error(), "start kiosk") {
		t.Errorf("got error %v, expected one that names the member", err)
	}
}

func TestPrefixerKeepsLinesWhole(t *testing.T) {
	var out bytes.Buffer
	p := &prefixer{prefix: "agent | ", out: &out}
	for _, part := range []string{"one\ntw", "o\n\nthr", "ee"} {
		if _, err := p.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	p.flush()
	if got, want := out.String(), "agent | one\nagent | two\nagent | \nagent | three\n"; got != want {
		t.Errorf("got %q, expected %q", got, want)
	}
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"stationkeeper/kiosk/queue"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/lobby"
)

// TestTouchscreenAndHall puts what a customer wants to a real hall and looks at what the screen would show of it.
func TestTouchscreenAndHall(t *testing.T) {
	o := testOptions(t, nobody)
	o.Show = func(ctx context.Context, s Screen) error {
		d := desk{s.Hall}
		first, err := d.TakeTicket(ctx, "payment", "one")
		if want := (lobby.Ticket{Number: "B001", Service: "payment"}); err != nil || first != want {
			t.Errorf("first ticket %+v, %v, want %+v", first, err, want)
		}
		if again, err := d.TakeTicket(ctx, "payment", "one"); err != nil || again != first {
			t.Errorf("the same wish again: %+v, %v", again, err)
		}
		second, err := d.TakeTicket(ctx, "repair", "two")
		if want := (lobby.Ticket{Number: "C001", Service: "repair", Ahead: 1}); err != nil || second != want {
			t.Errorf("second ticket %+v, %v, want %+v", second, err, want)
		}
		if _, err := d.TakeTicket(ctx, "nonsense", "three"); !errors.Is(err, queue.ErrUnknownService) {
			t.Errorf("a ticket for an unknown service: %v", err)
		}
		if _, err := s.Hall.Do(ctx, queue.Call{Counter: "2"}); err != nil {
			t.Error(err)
		}
		if err := errors.Join(d.Rate(ctx, lobby.Rating{Score: 4, Request: "four"}), d.Rate(ctx, lobby.Rating{Score: 4, Request: "four"})); err != nil {
			t.Error(err)
		}
		if n := s.Hall.Snapshot().Survey.Count(); n != 1 {
			t.Errorf("%d ratings, want 1", n)
		}
		checkSeen(t, seen(s.Hall.Snapshot(), s))
		return nil
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
}

func checkSeen(t *testing.T, got lobby.Snapshot) {
	t.Helper()
	called := []lobby.Call{{Number: "B001", Counter: "2", Names: lang.Names{lang.Chinese: "2号窗口", lang.English: "Counter 2"}}}
	if !reflect.DeepEqual(got.Called, called) {
		t.Errorf("called %+v, want %+v", got.Called, called)
	}
	repair := lobby.Service{ID: "repair", Mark: "C", Names: lang.Names{lang.Chinese: "故障报修", lang.English: "Repair"}, Ahead: 1}
	if len(got.Services) != 4 || !reflect.DeepEqual(got.Services[2], repair) {
		t.Errorf("services %+v, want four, the third %+v", got.Services, repair)
	}
}

func TestReachDisplay(t *testing.T) {
	for _, display := range []string{"", "nonsense", ":4711", "unix:4711.0", "127.0.0.1:-5999", "127.0.0.1:x"} {
		if err := reachDisplay(limited(t), display); err == nil || !strings.Contains(err.Error(), "--no-window") {
			t.Errorf("display %q: error %v, want one that says what to do", display, err)
		}
	}
}

// mustDisplay starts an X server without a screen and returns its name.
func mustDisplay(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("Xvfb")
	if err != nil {
		t.Skip("Xvfb is not installed: the window is not tested")
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{write}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
		_ = cmd.Wait()                          // ended by the signal
	})
	number, err := bufio.NewReader(read).ReadString('\n')
	if err = errors.Join(err, write.Close(), read.Close()); err != nil {
		t.Fatalf("Xvfb did not say its display: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}

// await reads the log up to a line.
func (p *program) await(pattern string) {
	p.t.Helper()
	want := regexp.MustCompile(pattern)
	for p.log.Scan() {
		if want.MatchString(p.log.Text()) {
			return
		}
		p.t.Log(p.log.Text())
	}
	p.t.Fatalf("the kiosk ended before it said %q", pattern)
}

// TestWindow runs the whole program on a display, changes what it shows from another goroutine, and tells it to stop.
func TestWindow(t *testing.T) {
	folder := t.TempDir()
	config := filepath.Join(folder, "kiosk.yaml")
	text := fmt.Sprintf("station: test\ndata: %s\nbroker: {url: %q}\ncounter_page: {listen: 127.0.0.1:0}\nwindow: {fullscreen: true}\n",
		filepath.Join(folder, "data"), nobody)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, cmd: invocation(t, "--config", config)}
	p.cmd.Env = append(p.cmd.Env, "DISPLAY="+mustDisplay(t), "HOME="+folder)
	pipe, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // in case the test has not ended it
	var said strings.Builder
	p.log = bufio.NewScanner(io.TeeReader(pipe, &said))
	p.await(readyLine.String())
	p.url = "http://" + readyLine.FindStringSubmatch(said.String())[1]
	p.await("window laid out.* width=1280 height=800")
	p.post("/api/tickets", `{"service":"payment","request":"one"}`)
	p.post("/api/counters/1/call", `{}`)
	if err := p.end(syscall.SIGTERM); err != nil {
		t.Errorf("told to stop: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(folder, ".cache", "fyne", "missing*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if strings.Contains(said.String(), "Fyne error") || strings.Contains(said.String(), "***") {
		t.Errorf("Fyne complains:\n%s", &said)
	}
}

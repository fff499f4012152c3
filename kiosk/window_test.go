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
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/hours"
	"stationkeeper/kiosk/queue"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/lobby"
	uisurvey "stationkeeper/ui/survey"
)

// TestTouchscreenAndHall puts what a customer wants to a real hall and looks at what the screen would show of it.
func TestTouchscreenAndHall(t *testing.T) {
	o := testOptions(t, nobody)
	o.Show = func(ctx context.Context, s Screen) error {
		d := desk{Screen: s, channel: record.ChannelLobby}
		first, err := d.TakeTicket(ctx, "payment", "one")
		if want := (lobby.Ticket{ID: first.ID, Number: "B001", Service: "payment"}); err != nil || first.ID == "" || first != want {
			t.Errorf("first ticket %+v, %v, want %+v", first, err, want)
		}
		if again, err := d.TakeTicket(ctx, "payment", "one"); err != nil || again != first {
			t.Errorf("the same wish again: %+v, %v", again, err)
		}
		second, err := d.TakeTicket(ctx, "repair", "two")
		if want := (lobby.Ticket{ID: second.ID, Number: "C001", Service: "repair", Ahead: 1}); err != nil || second != want {
			t.Errorf("second ticket %+v, %v, want %+v", second, err, want)
		}
		if _, err := d.TakeTicket(ctx, "nonsense", "three"); !errors.Is(err, queue.ErrUnknownService) {
			t.Errorf("a ticket for an unknown service: %v", err)
		}
		if _, err := s.Hall.Do(ctx, queue.Call{Counter: "2"}); err != nil {
			t.Error(err)
		}
		for range 2 {
			if _, err := d.Rate(ctx, uisurvey.Rating{Score: 4, Request: "four"}); err != nil {
				t.Error(err)
			}
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
	repair := lobby.Service{ID: "repair", Mark: "C", Names: lang.Names{lang.Chinese: "故障报修", lang.English: "Repair"}, Waiting: 1, Ahead: 1}
	if len(got.Services) != 4 || !reflect.DeepEqual(got.Services[2], repair) {
		t.Errorf("services %+v, want four, the third %+v", got.Services, repair)
	}
}

// TestTouchscreenOfRules puts rules with groups, hours and caps into a real hall.
func TestTouchscreenOfRules(t *testing.T) {
	o := testOptions(t, nobody)
	services := o.Rules.Services
	services[0].Group, services[1].Group, services[2].Group = "b", "a", "b"
	never := &hours.Hours{Days: map[string][]hours.Span{}}
	services[1].Hours = never
	services[2].Cap.Day = 1
	o.Names.Groups = map[string]counter.Name{"a": {Zh: "甲", En: "First"}, "b": {Zh: "乙", En: "Second"}}
	o.Show = func(ctx context.Context, s Screen) error {
		d := desk{Screen: s, channel: record.ChannelLobby}
		if _, err := d.TakeTicket(ctx, services[1].ID, "one"); !errors.Is(err, lobby.ErrClosed) {
			t.Errorf("a ticket of a closed service: %v", err)
		}
		if _, err := d.TakeTicket(ctx, services[2].ID, "two"); err != nil {
			t.Error(err)
		}
		if _, err := d.TakeTicket(ctx, services[2].ID, "three"); !errors.Is(err, lobby.ErrFull) {
			t.Errorf("a ticket of a full service: %v", err)
		}
		v := seen(s.Hall.Snapshot(), s)
		groups := []lobby.Group{{ID: "b", Names: lang.Names{lang.Chinese: "乙", lang.English: "Second"}},
			{ID: "a", Names: lang.Names{lang.Chinese: "甲", lang.English: "First"}}}
		if !reflect.DeepEqual(v.Groups, groups) {
			t.Errorf("groups %+v, want %+v", v.Groups, groups)
		}
		var got []lobby.Availability
		for _, service := range v.Services {
			got = append(got, service.Availability)
		}
		if want := []lobby.Availability{lobby.Open, lobby.Closed, lobby.Full, lobby.Open}; !slices.Equal(got, want) {
			t.Errorf("availability %v, want %v", got, want)
		}
		return nil
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
}

func TestAvailability(t *testing.T) {
	now := time.Date(2026, 11, 23, 16, 30, 0, 0, time.UTC)
	quote := queue.Quote{At: now, Known: true, Expected: 31 * time.Minute}
	capped := queue.ServiceView{Open: true, Full: true}
	capped.Cap.Day, capped.Today.Issued = 50, 49
	closing := queue.ServiceView{Open: true, Until: now.Add(30 * time.Minute)}
	closing.CutOff = true
	day := capped
	day.Today.Issued = 50
	open := closing
	open.CutOff = false
	for _, c := range []struct {
		name    string
		service queue.ServiceView
		quote   queue.Quote
		want    lobby.Availability
	}{
		{"closed", queue.ServiceView{Full: true}, quote, lobby.Closed},
		{"open", queue.ServiceView{Open: true}, quote, lobby.Open},
		{"full for the day", day, quote, lobby.Full},
		{"full for now", capped, quote, lobby.FullNow},
		{"too late", closing, quote, lobby.TooLate},
		{"late, and nothing is known", closing, queue.Quote{Expected: time.Hour}, lobby.Open},
		{"late, and no matter", open, quote, lobby.Open},
		{"just in time", closing, queue.Quote{At: now, Known: true, Expected: 30 * time.Minute}, lobby.Open},
	} {
		if got := availability(c.service, c.quote); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWait(t *testing.T) {
	for _, c := range []struct {
		quote queue.Quote
		want  lobby.Wait
	}{
		{queue.Quote{Low: time.Minute, High: time.Hour}, lobby.Wait{}},
		{queue.Quote{Known: true, Low: 299 * time.Second, High: 661 * time.Second}, lobby.Wait{Low: 4, High: 12}},
		{queue.Quote{Known: true}, lobby.Wait{Low: 0, High: 1}},
	} {
		if got := wait(c.quote); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.quote, got, c.want)
		}
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

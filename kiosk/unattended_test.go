package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"stationkeeper/internal/touch"
	"stationkeeper/kiosk/attendance"
)

// lobbyOf is the whole program on a display of its own, in full screen, before it is started.
func lobbyOf(t *testing.T, broker string) *touch.Kiosk {
	t.Helper()
	if missing := touch.Missing(); len(missing) > 0 {
		t.Skipf("not installed: %s", strings.Join(missing, ", "))
	}
	d, err := touch.OpenDisplay(limited(t), 1080, 1920)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = d.Kill(context.Background()) })
	folder, err := os.MkdirTemp("", "lobby") // the path of a socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	t.Setenv(asProgram, "1")
	if err := os.WriteFile(filepath.Join(folder, "kiosk.yaml"), []byte("window: {fullscreen: true}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	k := &touch.Kiosk{Program: os.Args[0], Folder: folder, Broker: broker, Glass: touch.NewGlass(filepath.Join(folder, "glass"), d)}
	t.Cleanup(func() {
		if k.Process != nil {
			_, _ = k.Kill(context.Background())
		}
	})
	return k
}

// painted looks at a place of the screen until it is light, which only the kiosk is, or dark.
func painted(t *testing.T, name string, light bool) {
	t.Helper()
	x, err := xgb.NewConnDisplay(name)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	root := xproto.Setup(x).DefaultScreen(x).Root
	for ctx := limited(t); ctx.Err() == nil; {
		pixel, err := xproto.GetImage(x, xproto.ImageFormatZPixmap, xproto.Drawable(root), 540, 1000, 1, 1, ^uint32(0)).Reply()
		if err != nil {
			t.Fatal(err)
		}
		if sum := int(pixel.Data[0]) + int(pixel.Data[1]) + int(pixel.Data[2]); (sum > 300) == light {
			return
		}
	}
	t.Fatal("the screen was never painted")
}

// queueOf is what the counters' page says of those who wait.
func queueOf(t *testing.T, k *touch.Kiosk) string {
	t.Helper()
	answer, err := http.Get("http://" + k.Counter + "/api/queue")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var view struct{ Waiting []struct{ ID, Number string } }
	if err := json.NewDecoder(answer.Body).Decode(&view); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(view.Waiting)
}

// TestAKilledKioskIsBackWithTheSameQueue kills it, and starts it as long after that as systemd waits.
func TestAKilledKioskIsBackWithTheSameQueue(t *testing.T) {
	ctx := limited(t)
	k := lobbyOf(t, nobody)
	if _, err := k.Start(ctx); err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		ask(t, k, fmt.Sprintf(`{"service":"payment","request":"%d"}`, n))
	}
	before := queueOf(t, k)
	for range 3 {
		killed := time.Now()
		if _, err := k.Kill(ctx); err != nil {
			t.Fatal(err)
		}
		painted(t, k.Display.Name, false)
		time.Sleep(200*time.Millisecond - time.Since(killed)) // RestartSec of the unit
		if err := k.Launch(); err != nil {
			t.Fatal(err)
		}
		painted(t, k.Display.Name, true)
		paint := time.Since(killed)
		if _, err := k.Ready(ctx); err != nil {
			t.Fatal(err)
		}
		t.Logf("killed: first paint after %s, ready and looked at after %s", paint.Round(time.Millisecond), time.Since(killed).Round(time.Millisecond))
		if after := queueOf(t, k); after != before || !strings.Contains(before, "B005") {
			t.Errorf("before %s, after %s", before, after)
		}
	}
}

func ask(t *testing.T, k *touch.Kiosk, body string) {
	t.Helper()
	answer, err := http.Post("http://"+k.Counter+"/api/tickets", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode >= 300 {
		t.Fatal(answer.Status)
	}
}

// TestAKioskWhoseScreenHangsEndsItself stops the X server, which the screen then waits for.
func TestAKioskWhoseScreenHangsEndsItself(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as a screen may hang")
	}
	ctx := limited(t)
	k := lobbyOf(t, nobody)
	if _, err := k.Start(ctx); err != nil {
		t.Fatal(err)
	}
	k.Display.Signal(syscall.SIGSTOP)
	defer k.Display.Signal(syscall.SIGCONT)
	stop := make(chan struct{})
	var customers sync.WaitGroup
	customers.Go(func() { // the screen has something to draw
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(300 * time.Millisecond):
			}
			if answer, err := http.Post("http://"+k.Counter+"/api/tickets", "application/json", strings.NewReader(`{"service":"payment"}`)); err == nil {
				answer.Body.Close()
			}
		}
	})
	code, err := k.End(ctx)
	close(stop)
	customers.Wait()
	if err != nil || code != attendance.ExitHung {
		t.Errorf("ended with code %d, %v", code, err)
	}
	said := strings.Join(k.Said(), "\n")
	for _, want := range []string{"the screen has not answered", "goroutine ", "ShowAndRun"} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %q", want)
		}
	}
}

// TestAKioskEndsWithItsServer: it is started again with the next one, and the queue is the same.
func TestAKioskEndsWithItsServer(t *testing.T) {
	ctx := limited(t)
	k := lobbyOf(t, nobody)
	if _, err := k.Start(ctx); err != nil {
		t.Fatal(err)
	}
	ask(t, k, `{"service":"payment","request":"one"}`)
	before := queueOf(t, k)
	if _, err := k.Display.Kill(ctx); err != nil {
		t.Fatal(err)
	}
	if code, err := k.End(ctx); err != nil || code == 0 {
		t.Errorf("ended with code %d, %v: systemd would take it for an end in good order", code, err)
	}
	next, err := touch.OpenDisplay(ctx, 1080, 1920)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = next.Kill(context.Background()) })
	k.Display = next
	if _, err := k.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if after := queueOf(t, k); after != before {
		t.Errorf("before %s, after %s", before, after)
	}
}

// plugged is what somebody might try on a keyboard or a mouse of his own.
var plugged = [][]string{
	{"Escape", "F11", "alt+F4", "alt+Tab", "alt+space", "alt+F2", "super", "super+d", "super+l", "super+r", "Menu"},
	{"Tab", "Tab", "Return", "space", "shift+Tab", "KP_Enter", "Return", "Down", "Right", "Return", "space"},
	{"ctrl+q", "ctrl+w", "ctrl+c", "ctrl+v", "ctrl+a", "ctrl+x", "ctrl+z", "ctrl+n", "ctrl+t", "ctrl+o", "ctrl+p", "ctrl+s", "ctrl+shift+i"},
	{"ctrl+alt+Delete", "ctrl+alt+BackSpace", "ctrl+alt+F1", "ctrl+alt+F2", "ctrl+alt+t", "ctrl+Escape", "ctrl+shift+Escape"},
	{"F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F12", "shift+F10", "Print", "alt+Print", "Pause", "Insert", "shift+Insert", "Delete", "Home", "End", "Prior", "Next"},
	{"XF86PowerOff", "XF86Sleep", "XF86HomePage", "XF86Back", "XF86WWW", "XF86Calculator", "XF86Explorer", "Alt_L", "Alt_R", "Multi_key"},
}

// TestAPluggedKeyboardLeadsNowhere types and clicks on the real program what might leave it, where a customer is in the
// middle of something, and then goes on as that customer.
func TestAPluggedKeyboardLeadsNowhere(t *testing.T) {
	ctx := limited(t)
	k := lobbyOf(t, nobody)
	d := k.Display
	v, err := k.Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = k.Touch(ctx, "English", "English", func(v touch.View) bool { return v.Reads("Payment") }); err != nil {
		t.Fatal(err)
	}
	home := v.Screen
	stays := func(after string) {
		t.Helper()
		v, err := k.Look(ctx)
		if err != nil {
			t.Fatalf("%s: %v", after, err)
		}
		if v.Screen != home || !v.Reads("Payment") || v.Width != 1080 || v.Height != 1920 {
			t.Fatalf("%s: screen %q, %v by %v: %s", after, v.Screen, v.Width, v.Height, v.Texts())
		}
	}
	for _, keys := range plugged {
		press(ctx, t, d.Name, keys)
		stays(strings.Join(keys, " "))
	}
	for _, text := range []string{"xterm\n", "0123456789\n"} {
		if err := xdotool(ctx, d.Name, "type", "--delay", "150", text); err != nil {
			t.Fatal(err)
		}
		stays(text)
	}
	for _, button := range []string{"2", "3", "4", "5", "8", "9"} { // a mouse's: paste, menu, wheel, back, forward
		if err := xdotool(ctx, d.Name, "mousemove", "540", "1000", "click", button); err != nil {
			t.Fatal(err)
		}
	}
	stays("other buttons of a mouse")
	if tickets := queueOf(t, k); tickets != "[]" {
		t.Errorf("tickets were taken: %s", tickets)
	}
	if _, err := k.Touch(ctx, "Payment", "a ticket", func(v touch.View) bool { return v.Reads("B001") }); err != nil {
		t.Fatal(err)
	}
	for _, keys := range plugged {
		press(ctx, t, d.Name, keys)
	}
	if _, err := k.UntilReads(ctx, "缴费"); err != nil { // for the next customer
		t.Fatal(err)
	}
	if tickets := queueOf(t, k); strings.Count(tickets, "{") != 1 || !strings.Contains(tickets, "B001") {
		t.Errorf("tickets %s", tickets)
	}
	k.Process.Signal(syscall.SIGTERM)
	if code, err := k.End(ctx); err != nil || code != 0 {
		t.Errorf("told to stop: code %d, %v", code, err)
	}
	if complaints := touch.Complaints(k.Said()); len(complaints) > 0 {
		t.Errorf("Fyne complains: %q", complaints)
	}
}

// press presses keys as quickly as people do. A scanner is quicker, and is listened to.
func press(ctx context.Context, t *testing.T, display string, keys []string) {
	t.Helper()
	if err := xdotool(ctx, display, append([]string{"key", "--delay", "150"}, keys...)...); err != nil {
		t.Fatal(err)
	}
}

func xdotool(ctx context.Context, display string, args ...string) error {
	c := exec.CommandContext(ctx, "xdotool", args...)
	c.Env = append(os.Environ(), "DISPLAY="+display)
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("xdotool %q: %w: %s", args, err, said)
	}
	return nil
}

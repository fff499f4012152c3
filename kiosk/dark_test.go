package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/devices"
	"stationkeeper/kiosk/display"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/printer"
	"stationkeeper/kiosk/queue"
)

// TestDisplaysAreDarkAfterHours keeps a real server's displays: off when all is closed and nobody is there, on again when
// somebody touches anything, or the day begins.
func TestDisplaysAreDarkAfterHours(t *testing.T) {
	name := mustDisplay(t)
	d, err := display.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	light := t.TempDir()
	if err := os.Mkdir(filepath.Join(light, "panel"), 0o755); err != nil {
		t.Fatal(err)
	}
	brightness := filepath.Join(light, "panel", "brightness")
	for file, text := range map[string]string{filepath.Join(light, "panel", "max_brightness"): "200", brightness: "200"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var closed atomic.Bool
	closed.Store(true)
	dark := &dark{display: d, closed: closed.Load, after: time.Millisecond, every: 10 * time.Millisecond, light: light, day: 1, dim: 0.3, log: quiet()}
	ctx, stop := context.WithCancel(limited(t))
	ended := make(chan error, 1)
	go func() { ended <- dark.run(ctx) }()
	until := func(on bool, lit string) {
		t.Helper()
		for {
			got, err := d.Powered()
			shines, reading := os.ReadFile(brightness)
			if err == nil && reading == nil && got == on && string(shines) == lit {
				return
			}
			select {
			case <-time.After(5 * time.Millisecond):
			case <-ctx.Done():
				t.Fatalf("on is %v with light %s, %v; want %v, %s", got, shines, err, on, lit)
			}
		}
	}
	until(false, "60")
	closed.Store(false)
	until(true, "200")
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAClosedHallIsOneWithoutAnOpenService(t *testing.T) {
	var s hall.Snapshot
	s.Queue.Services = make([]queue.ServiceView, 2)
	if !closedNow(s) {
		t.Error("nothing is open")
	}
	s.Queue.Services[1].Open = true
	if closedNow(s) {
		t.Error("a service is open")
	}
}

// saying is a printer that says one thing.
type saying struct{ status printer.Status }

func (s saying) Status() printer.Status                       { return s.status }
func (s saying) Test(context.Context, time.Time) (int, error) { return 0, nil }

func TestAPrinterIsLookedAt(t *testing.T) {
	at := time.Now()
	for _, one := range []struct {
		said  printer.Status
		value any
		rules string
	}{
		{printer.Status{}, nil, ""},
		{printer.Status{At: at, Ready: true}, "ready", ""},
		{printer.Status{At: at, Ready: true, NearEnd: true}, devices.NearEnd, devices.NearEnd},
		{printer.Status{At: at, Offline: true, PaperOut: true, Reason: printer.PaperOut}, devices.PaperOut, devices.PaperOut},
		{printer.Status{At: at, Offline: true, CoverOpen: true, Reason: printer.CoverOpen}, devices.CoverOpen, devices.CoverOpen},
		{printer.Status{At: at, Reason: printer.NoAnswer, Detail: "no such file"}, devices.Offline, devices.Offline},
		{printer.Status{At: at, Offline: true, Reason: printer.Offline}, devices.Offline, devices.Offline},
		{printer.Status{At: at, Offline: true, Reason: printer.Failed}, devices.Broken, devices.Broken},
	} {
		seen := sensePrinter(saying{one.said})(record.Moment{})
		var rules []string
		for _, a := range seen.Alarms {
			rules = append(rules, a.Rule)
		}
		if seen.Value != one.value || strings.Join(rules, " ") != one.rules || (seen.Quality == record.Unknown) != one.said.At.IsZero() {
			t.Errorf("%+v is seen as %+v", one.said, seen)
		}
	}
}

func TestADiskIsLookedAt(t *testing.T) {
	if seen := senseDisk(t.TempDir(), func() bool { return false })(record.Moment{}); seen.Quality != record.Good || seen.Unit != "GB" {
		t.Errorf("%+v", seen)
	}
	if seen := senseDisk(filepath.Join(t.TempDir(), "none"), func() bool { return false })(record.Moment{}); seen.Quality != record.Faulty {
		t.Errorf("%+v", seen)
	}
}

// TestStaffLeaveByAConsole runs a program in the place of systemctl.
func TestStaffLeaveByAConsole(t *testing.T) {
	folder := t.TempDir()
	said := filepath.Join(folder, "said")
	if err := os.WriteFile(filepath.Join(folder, "systemctl"), []byte("#!/bin/sh\necho \"$@\" >> "+said+"\ntest \"$2\" != poweroff || { echo not allowed; exit 1; }\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	t.Setenv("INVOCATION_ID", "")
	ended := false
	if err := leave(t.Context(), func() { ended = true }); err != nil || !ended {
		t.Errorf("by hand: ended %v, %v", ended, err)
	}
	t.Setenv("INVOCATION_ID", "b1")
	if err := leave(t.Context(), func() { t.Error("ended, and systemd would start it again") }); err != nil {
		t.Error(err)
	}
	if err := shutDown(t.Context()); err == nil || !strings.Contains(err.Error(), "not allowed") || !strings.Contains(err.Error(), "polkit") {
		t.Errorf("refused: %v", err)
	}
	text, err := os.ReadFile(said)
	if want := "--no-ask-password start --no-block getty@tty1.service\n--no-ask-password poweroff\n"; err != nil || string(text) != want {
		t.Errorf("asked %q, %v", text, err)
	}
}

// TestTheKioskWaitsForTheDisplay begins before there is a server, as a service does.
func TestTheKioskWaitsForTheDisplay(t *testing.T) {
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().(*net.TCPAddr)
	if err := free.Close(); err != nil || address.Port < 6000 {
		t.Skipf("no port for a display: %v, %v", address, err)
	}
	t.Setenv("DISPLAY", fmt.Sprintf("127.0.0.1:%d", address.Port-6000))
	t.Setenv("NOTIFY_SOCKET", "")
	if err := awaitDisplay(t.Context(), quiet()); err == nil {
		t.Error("by hand it is told at once")
	}
	t.Setenv("NOTIFY_SOCKET", "/run/systemd/notify")
	ctx, cancel := context.WithCancel(limited(t))
	waited := make(chan error, 1)
	go func() { waited <- awaitDisplay(ctx, quiet()) }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address.String())
	if err != nil {
		t.Skipf("somebody else was quicker: %v", err)
	}
	defer listener.Close()
	if err := <-waited; err != nil || ctx.Err() != nil {
		t.Error(err)
	}
	listener.Close()
	go func() { waited <- awaitDisplay(ctx, quiet()) }()
	cancel()
	if err := <-waited; err != nil {
		t.Errorf("told to stop: %v", err)
	}
}

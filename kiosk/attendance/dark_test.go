package attendance

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/devices"
	"stationkeeper/kiosk/display"
	"stationkeeper/kiosk/printer"
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

package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/touch"
)

// TestAShortSoak lets customers come one after the other for a minute and a half. In so little time the program is still
// warming up: what a customer leaves behind shows only when it is a lot, a megabyte or two each, as it was when fonts were
// read anew for everybody. What is less is for make soak.
func TestAShortSoak(t *testing.T) {
	if programs.Raced {
		t.Skip("under the race detector memory is no figure; it runs without")
	}
	if missing := touch.Missing(); len(missing) > 0 {
		t.Skipf("needs the Debian packages %s", strings.Join(missing, ", "))
	}
	bin := t.TempDir()
	if err := programs.Build(t.Context(), bin, "kiosk", "headoffice"); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	o := options{length: 90 * time.Second, every: 200 * time.Millisecond, warm: 30 * time.Second, sample: 2 * time.Second, limit: 3000, seed: 3, bin: bin, out: out}
	report, err := run(t.Context(), o)
	t.Log(report)
	if err != nil {
		t.Error(err)
	}
	for _, name := range []string{"soak.csv", "soak.svg", "kiosk.log"} {
		if text, err := os.ReadFile(filepath.Join(out, name)); err != nil || len(text) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(text), err)
		}
	}
}

func TestGrowthIsJudged(t *testing.T) {
	soak := func(perHour float64) *soak {
		s := &soak{options: options{warm: 10 * time.Minute, limit: 1}}
		for minute := range 120 {
			at := time.Duration(minute) * time.Minute
			s.samples = append(s.samples, sample{at: at, resident: 1024 * (200 + perHour*at.Hours() + 3*math.Sin(float64(minute)))})
		}
		s.samples[60].resident *= 1.5 // one customer's picture
		return s
	}
	if err := soak(0.5).judge(); err != nil {
		t.Errorf("half a megabyte an hour: %v", err)
	}
	if err := soak(3).judge(); err == nil || !strings.Contains(err.Error(), "grows by") {
		t.Errorf("three megabytes an hour: %v", err)
	}
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/touch"
)

func TestMain(m *testing.M) {
	if os.Getenv(taskVariable) != "" {
		mainTask()
		return
	}
	os.Exit(m.Run())
}

// tiny is enough of everything to make every row.
var tiny = scale{Drain: 3000, FileStore: 200, FileQueue: 20, Bridge: 500, Turns: 1, Backlog: 5000, Rounds: 6, Commits: 3, Openings: 1,
	Events: 3, LiveEvents: 3, Badges: 4, Still: time.Second, Starts: 1, Customers: 2, Day: 1. / 24 / 6, Week: 1. / 24 / 6, QueueTurns: 1, Volume: 256 << 20}

// mustBuild builds the programs and returns their folder.
func mustBuild(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	build := exec.Command("go", "build", "-tags", "x11", "-o", bin, "stationkeeper/agent", "stationkeeper/headoffice", "stationkeeper/kiosk",
		"stationkeeper/internal/demo")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the programs: %v\n%s", err, out)
	}
	return bin
}

// mustPrepare makes a run of tiny scale with the programs in a folder.
func mustPrepare(t *testing.T, bin string) *bench {
	t.Helper()
	b := &bench{scale: tiny, bin: bin, headOffice: filepath.Join(bin, "headoffice"), demo: filepath.Join(bin, "demo"),
		recordings: recordings("../.."), dayTest: os.Args[0], progress: io.Discard}
	var err error
	if b.mosquitto, err = findMosquitto(); err != nil {
		t.Skip(err)
	}
	if err := b.makeFolders(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.cleanup.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// TestEveryPartOfTheTable makes all of it, at a size that says nothing about speed.
func TestEveryPartOfTheTable(t *testing.T) {
	if testing.Short() {
		t.Skip("runs head office and mosquitto many times")
	}
	b := mustPrepare(t, mustBuild(t))
	if !b.nodeVolume.own {
		t.Logf("counting on the device of the temporary folder: %s", b.nodeVolume.why)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, p := range allParts {
		t.Run(p.name, func(t *testing.T) {
			if missing := touch.Missing(); p.name == "lobby" && len(missing) > 0 {
				t.Skipf("needs the Debian packages %s", strings.Join(missing, ", "))
			}
			rows, foot, err := p.measure(b, ctx)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) == 0 {
				t.Error("no rows")
			}
			for _, r := range rows {
				if !(r.Got.Value >= 0) || r.Beside != nil && !(r.Beside.Value > 0) || strings.Contains(fmt.Sprint(r.cells()), "NaN") {
					t.Errorf("%v: expected a figure, and something to compare it with", r.cells())
				}
			}
			if t.Failed() {
				t.Log(foot)
			}
		})
	}
}

func TestTableOfOnePart(t *testing.T) {
	b := mustPrepare(t, t.TempDir()) // appending needs none of the programs
	var out bytes.Buffer
	if err := b.measure(t.Context(), []string{"append"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"load ", "mosquitto version", "groups of 1000, by p50", "Targets: ", "Took "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nexpected %q in it", &out, want)
		}
	}
}

func TestPartsAreCheckedBeforeAnythingRuns(t *testing.T) {
	if _, err := chosen("append,speed"); err == nil || !strings.Contains(err.Error(), `"speed"`) {
		t.Errorf("got %v, expected an error that names what is not there", err)
	}
	if names, err := chosen(""); err != nil || len(names) != len(allParts) {
		t.Errorf("got %v, %v, expected all parts", names, err)
	}
}

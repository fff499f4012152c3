package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
)

func tuesday() bankDay {
	return bankDay{date: bankDate, from: bankFrom, to: bankTo, speed: bankPace}
}

func TestDayLastsAsLongAsItsHoursAtItsSpeed(t *testing.T) {
	if got, err := tuesday().lasts(); err != nil || got != time.Minute {
		t.Errorf("the hour from %s to %s lasts %s, %v", bankFrom, bankTo, got, err)
	}
	for name, spoil := range map[string]func(*bankDay){
		"from":      func(d *bankDay) { d.from = "ten" },
		"to":        func(d *bankDay) { d.to = "25:00" },
		"backwards": func(d *bankDay) { d.to = "09:00" },
		"speed":     func(d *bankDay) { d.speed = 0 },
	} {
		d := tuesday()
		spoil(&d)
		if err := d.play(t.Context()); err == nil {
			t.Errorf("%s: played", name)
		}
	}
}

func TestDayIsMadeUpWhereThereIsNoRecording(t *testing.T) {
	var out bytes.Buffer
	d := tuesday()
	d.recordings = t.TempDir()
	file, err := d.recording(t.TempDir(), &out)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(text), "call_id\t") {
		t.Errorf("%s begins %.20q, %v", file, text, err)
	}
	if said := out.String(); !strings.Contains(said, customers) || !strings.Contains(said, "made up, from seed 7") {
		t.Errorf("said %q", said)
	}
	d.date = "today"
	if _, err := d.recording(t.TempDir(), &out); err == nil {
		t.Error("a date that is none is accepted")
	}
	// The bank's recording is taken as it is.
	there := filepath.Join(d.recordings, customers)
	if err := os.MkdirAll(filepath.Dir(there), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if file, err := d.recording(t.TempDir(), &out); err != nil || file != there {
		t.Errorf("got %s, %v", file, err)
	}
}

// A made-up day is as busy as it says, and possible: nobody is served before coming, or by a clerk who has somebody else.
func TestMadeUpDayIsPossible(t *testing.T) {
	date := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for seed := range uint64(20) {
		text := madeUpDay(date, seed)
		if text != madeUpDay(date, seed) {
			t.Fatal("the same seed makes another day")
		}
		lines := strings.Split(strings.TrimSpace(text), "\n")
		names := strings.Split(lines[0], "\t")
		busy, waited, left := map[string]int{}, 0, 0
		for _, line := range lines[1:] {
			fields := map[string]string{}
			for i, field := range strings.Split(line, "\t") {
				fields[names[i]] = field
			}
			came, start, end := second(t, fields["vru_exit"]), second(t, fields["ser_start"]), second(t, fields["ser_exit"])
			if queued := second(t, fields["q_start"]); queued != 0 {
				waited++
				if queued != came || second(t, fields["q_exit"]) <= queued {
					t.Fatalf("seed %d: waits from before coming: %s", seed, line)
				}
			}
			if fields["outcome"] == "HANG" {
				left++
				continue
			}
			server := fields["server"]
			if start < came || end <= start || start < busy[server] || !strings.HasPrefix(server, "CLERK-") {
				t.Fatalf("seed %d: %s is busy until %s: %s", seed, server, ofDay(busy[server]), line)
			}
			busy[server] = end
		}
		if n := len(lines) - 1; n < 800 || n > 1600 || waited < n/10 || left == 0 || left > n/4 {
			t.Errorf("seed %d: %d customers, %d waited, %d left", seed, n, waited, left)
		}
	}
}

func second(t *testing.T, clock string) int {
	t.Helper()
	var h, m, s int
	if _, err := fmt.Sscanf(clock, "%d:%d:%d", &h, &m, &s); err != nil {
		t.Fatalf("%q: %v", clock, err)
	}
	return h*3600 + m*60 + s
}

func TestDayConfigurationIsAccepted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kiosk.yaml")
	if err := os.WriteFile(file, []byte(tuesday().config("some folder/calls.tsv", true)), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := configs.LoadKiosk(file, configs.KioskOverrides{Overrides: configs.Overrides{Station: "s", Node: "n", Broker: "mqtt://127.0.0.1:1883", Data: "d"}})
	if err != nil {
		t.Fatal(err)
	}
	want := configs.Replay{File: "some folder/calls.tsv", Date: bankDate, TimeZone: bankZone, Speed: bankPace, From: bankFrom, To: bankTo, ExitAtEnd: true}
	if k.Replay != want || !k.Window.Fullscreen {
		t.Errorf("got %+v", k.Replay)
	}
}

func TestDayAccountIsPrinted(t *testing.T) {
	a := dayAccount{
		visits: visits{Issued: 158, Served: 148, Left: 10, MeanServed: 28500 * time.Millisecond},
		quotes: []point{
			{Point: "queue/quote-error", Value: 18, Unit: "s", Quality: record.Good},
			{Point: "queue/quote-coverage", Quality: record.Unknown},
		},
		events: comparison{Written: 513, Stored: 512, Missing: 1},
	}
	var out bytes.Buffer
	a.print(&out)
	for _, part := range []string{"158 customers, 148 served, 10 left", "28.5 s of those served", "mean absolute error: 18 s\n",
		"called within the interval told: not known", "513 written by the kiosk, 512 held, 1 missing"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the account does not say %q:\n%s", part, out.String())
		}
	}
	if a.events.sound() {
		t.Error("an account with a missing record is sound")
	}
}

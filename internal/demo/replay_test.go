package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
)

// The programs read their files strictly; these are written by us.
func TestConfigurationsThatWeWriteAreAccepted(t *testing.T) {
	flags := configs.Overrides{Station: "replay", Node: "n", Broker: "mqtt://127.0.0.1:1883", Data: "d"}
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a, err := configs.LoadAgent(file(agentConfig("some folder")), flags)
	if err != nil {
		t.Error(err)
	} else if len(a.Replay) != 1 || !a.ExitAtEnd || *a.Alarms[0].Above != alarmAbove {
		t.Errorf("agent: got %+v", a)
	}
	k, err := configs.LoadKiosk(file(kioskConfig("some folder")), configs.KioskOverrides{Overrides: flags})
	if err != nil {
		t.Error(err)
	} else if k.Replay.Date != customersDay || !k.Replay.ExitAtEnd || !strings.HasPrefix(k.Replay.File, "some folder/") {
		t.Errorf("kiosk: got %+v", k.Replay)
	}
	for _, headless := range []bool{true, false} {
		k, err := configs.LoadKiosk(file(lobbyConfig(headless, lobby{printer: "127.0.0.1:9100"}, "127.0.0.1:8090")), configs.KioskOverrides{Overrides: flags})
		if err != nil {
			t.Error(err)
		} else if k.Window.Fullscreen != headless || k.Printer.URL != "tcp://127.0.0.1:9100" || k.InformationFile == "" {
			t.Errorf("window without a display %t: got %+v", headless, k)
		}
	}
	if _, err := os.Stat(filepath.Join("..", "..", simulatedRoom)); err != nil {
		t.Error(err)
	} else if _, err := configs.LoadAgent(filepath.Join("..", "..", simulatedRoom), flags); err != nil {
		t.Error(err)
	}
}

func TestReplayWithoutRecordingsSaysWhatToDo(t *testing.T) {
	err := replay(t.Context(), "bin", t.TempDir(), "")
	if err == nil || !strings.Contains(err.Error(), temperatures) || !strings.Contains(err.Error(), "make replay DATA=") {
		t.Errorf("got %v, expected what is missing and what to do", err)
	}
}

func TestAccountIsUnsoundWhenARecordIsMissing(t *testing.T) {
	a := account{
		streams: []comparison{{Node: "agent", Stream: record.Events, Written: 3, Stored: 3}},
		alarms:  []alarm{{Raised: noon, Value: 26.52, Unit: "°C"}},
		visits:  visits{Issued: 3, Served: 2, Left: 1, MeanServed: 34770 * time.Millisecond},
	}
	if !a.sound() {
		t.Error("nothing is missing: expected it sound")
	}
	var out strings.Builder
	a.print(&out)
	for _, want := range []string{
		"agent  events        3       3", "2026-03-02 12:00 to still raised, raised at 26.52 °C",
		"3 tickets issued, 2 served, 1 left", "34.8 s of those served",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nexpected %q in it", &out, want)
		}
	}
	a.streams = append(a.streams, comparison{Node: "kiosk", Stream: record.Events, Written: 3, Stored: 2, Missing: 1})
	if a.sound() {
		t.Error("a record is missing: expected it unsound")
	}
}

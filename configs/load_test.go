package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const least = "station: demo\ndata: /tmp/x\n"

func TestLoadFillsDefaultsAndFlagsWin(t *testing.T) {
	path := write(t, least+"node: from-file\njournal: {retain: 36h}\nbroker: {url: \"mqtts://office:8883\"}\n")
	got, err := LoadAgent(path, Overrides{Node: "from-flag", Data: "/tmp/y"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Station != "demo" || got.Node.Node != "from-flag" || got.Data != "/tmp/y" || got.Broker.URL != "mqtts://office:8883" {
		t.Errorf("got %+v", got.Node)
	}
	if got.Journal.Retain != 36*time.Hour || got.Journal.TelemetryDelay != 30*time.Second || got.Journal.MaxMegabytes != 512 {
		t.Errorf("journal %+v", got.Journal)
	}
}

func TestFlagsAloneAreEnough(t *testing.T) {
	if _, err := LoadAgent("", Overrides{Station: "demo", Data: "/tmp/x"}); err != nil {
		t.Error(err)
	}
	_, err := LoadAgent("", Overrides{})
	if err == nil || !strings.Contains(err.Error(), "(no configuration file): station: missing") {
		t.Errorf("nothing at all: %v", err)
	}
}

func TestLoadRefusesWithPlaceAndExpectation(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", least + "nod: a\n", `:3:1: unknown key "nod": expected one of `},
		{"unknown nested key", least + "broker:\n  uri: x\n", `:4:3: broker: unknown key "uri": expected one of ca, cert, insecure, key, password_file, url, username`},
		{"list for text", least + "node: [1]\n", ":3:7: node: expected text"},
		{"text for number", least + "journal:\n  max_megabytes: many\n", `:4:18: journal.max_megabytes: expected a whole number, got "many"`},
		{"fraction for whole number", least + "journal:\n  max_megabytes: 5.5\n", ":4:18: journal.max_megabytes: expected a whole number"},
		{"quoted number", least + "journal:\n  max_megabytes: \"5\"\n", ":4:18: journal.max_megabytes: expected a whole number"},
		{"number for duration", least + "journal:\n  retain: 5\n", ":4:11: journal.retain: expected a duration such as 30s"},
		{"number for truth", least + "broker:\n  insecure: 1\n", ":4:13: broker.insecure: expected true or false"},
		{"text for mapping", least + "broker: mqtt://x\n", ":3:9: broker: expected a mapping"},
		{"list for the whole", "- a\n", ":1:1: expected a mapping"},
		{"missing", "node: a\n", ":1:1: station: missing: expected the station's name"},
		{"empty", "", ": station: missing"},
		{"null", "station: ~\ndata: x\n", ":1:10: station: missing"},
		{"twice", "station: a\nstation: b\n", ":2:1: "},
		{"two documents", least + "---\na: 1\n", "more than one YAML document"},
		{"syntax", "a: b: c\n", ":1:4: "},
		{"bad name", "station: a b\ndata: x\n", `:1:10: station: station "a b": expected 1 to 64`},
		{"bad url", least + "broker:\n  url: http://x\n", `:4:8: broker.url: "http://x": expected mqtt://`},
		{"half a certificate", least + "broker:\n  cert: x.pem\n", "cert and key: expected both or neither"},
		{"negative", least + "journal:\n  retain: -1s\n", ":4:11: journal.retain: expected a duration from 0s"},
	} {
		path := write(t, c.text)
		_, err := LoadAgent(path, Overrides{})
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant the file and %q", c.name, err, c.want)
		}
	}
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	_, err := LoadAgent(write(t, "statoin: x\njournal: {retain: soon}\nbroker: {insecure: 2}\n"), Overrides{})
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("want three lines, got: %v", err)
	}
}

func TestMissingFileIsNamed(t *testing.T) {
	_, err := LoadAgent("/nowhere/agent.yaml", Overrides{})
	if err == nil || !strings.Contains(err.Error(), "/nowhere/agent.yaml") {
		t.Errorf("got %v", err)
	}
}

// texts are odd configurations of any program.
func texts(f *testing.F) {
	f.Helper()
	f.Add(least)
	f.Add("broker: {url: x, insecure: true}\n")
	f.Add("a: &a [*a]\n")
	f.Add("? [a]\n: b\n")
	examples, err := filepath.Glob("*.example.yaml")
	if err != nil || len(examples) == 0 {
		f.Fatalf("examples %v, %v", examples, err)
	}
	for _, name := range examples {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
}

// Whatever the text, loading ends with a configuration or an error, never a panic.

func FuzzLoadAgent(f *testing.F) {
	texts(f)
	f.Fuzz(func(t *testing.T, text string) {
		if a, err := LoadAgent(write(t, text), Overrides{}); err == nil && (a.Station == "" || a.Node.Node == "" || a.Data == "") {
			t.Errorf("accepted without saying who and where: %+v", a)
		}
	})
}

func FuzzLoadKiosk(f *testing.F) {
	texts(f)
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := LoadKiosk(write(t, text), KioskOverrides{}); err == nil && (k.Station == "" || k.Node.Node == "" || k.Data == "") {
			t.Errorf("accepted without saying who and where: %+v", k)
		}
	})
}

func FuzzLoadHeadOffice(f *testing.F) {
	texts(f)
	f.Fuzz(func(t *testing.T, text string) {
		if h, err := LoadHeadOffice(write(t, text), HeadOfficeOverrides{}); err == nil && h.Data == "" {
			t.Errorf("accepted without a folder: %+v", h)
		}
	})
}

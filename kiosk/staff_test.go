package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stationkeeper/configs"
	"stationkeeper/kiosk/staff"
)

// rosters runs the command with that input, and returns its exit code and what it said.
func rosters(input string, args ...string) (code int, stdout, stderr string) {
	var out, bad bytes.Buffer
	code = makeRoster(args, strings.NewReader(input), &out, &bad)
	return code, strings.TrimSpace(out.String()), bad.String()
}

func TestRosterIsMadeByCommand(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "staff.key")
	if err := os.WriteFile(keyFile, []byte(strings.Repeat("5a", 32)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, pin, bad := rosters("471100\n", "hash")
	if code != 0 || bad != "" {
		t.Fatalf("hash: %d, %s", code, bad)
	}
	if _, again, _ := rosters("471100\n", "hash"); again == pin {
		t.Error("two hashes of a PIN are alike")
	}
	code, cards, bad := rosters("0012345678\r\n\n0087654321\n", "card", "--key", keyFile)
	hashes := strings.Fields(cards)
	if code != 0 || bad != "" || len(hashes) != 2 {
		t.Fatalf("card: %d, %q, %s", code, cards, bad)
	}
	text, err := json.Marshal(map[string]any{"staff": []map[string]any{
		{"number": "1", "name": "a", "role": "clerk", "pin": pin}, {"number": "2", "name": "b", "role": "clerk", "card": hashes[1]}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "staff.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said, bad := rosters("", "check", file); code != 0 || said != "2 people, nothing wrong" {
		t.Errorf("check: %d, %q, %s", code, said, bad)
	}
	roster, err := staff.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := roster.PIN("1", "471100"); !ok {
		t.Error("the PIN that was hashed is not known")
	}
	key, err := staff.ParseKey(strings.Repeat("5a", 32))
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := roster.Card(key, "0087654321"); !ok || p.Number != "2" {
		t.Error("the badge that was hashed is not known")
	}
}

func TestRosterCommandSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "staff.json")
	if err := os.WriteFile(file, []byte(`{"staff":[{"number":"1"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		input string
		args  []string
		code  int
		want  string
	}{
		{"", nil, 2, "Usage: kiosk staff"},
		{"", []string{"dance"}, 2, `"dance"`},
		{"", []string{"hash", "4711"}, 2, "list of commands"},
		{"12\n", []string{"hash"}, 1, "4 to 12 digits"},
		{"", []string{"hash"}, 1, "read PIN: EOF"},
		{"", []string{"card"}, 2, "--key FILE"},
		{"", []string{"card", "--key", file}, 1, "hexadecimal"},
		{"", []string{"card", "--key", file + ".none"}, 1, "no such file"},
		{"", []string{"check"}, 2, "FILE"},
		{"", []string{"check", file}, 1, "staff[0].role"},
	} {
		if code, out, bad := rosters(c.input, c.args...); code != c.code || !strings.Contains(bad, c.want) || out != "" {
			t.Errorf("%q: %d, %q, %s", c.args, code, out, bad)
		}
	}
	if code, out, _ := rosters("", "--help"); code != 0 || !strings.Contains(out, "Usage") {
		t.Errorf("--help: %d, %q", code, out)
	}
}

func TestExampleRosterFitsTheExampleStation(t *testing.T) {
	text, err := os.ReadFile("../configs/staff.example.json")
	if err != nil {
		t.Fatal(err)
	}
	roster, err := staff.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	station, err := configs.LoadKiosk("../configs/kiosk.example.yaml", configs.KioskOverrides{})
	if err != nil {
		t.Fatal(err)
	}
	var services, counters []string
	for _, s := range station.Services {
		services = append(services, s.ID)
	}
	for _, c := range station.Counters {
		counters = append(counters, c.ID)
	}
	if err := roster.Fits(services, counters); err != nil {
		t.Error(err)
	}
}

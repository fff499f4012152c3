package console

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// folder holds a closed journal of three events.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	j, err := journal.Open(dir, journal.Options{
		Clock: func() clock.Reading {
			return clock.Reading{Wall: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), Boot: "b1"}
		},
		MaxBytes: 1 << 20, TelemetryDelay: time.Hour, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	e := record.NewEntry(record.DoorOpened, "machine-room/door", time.Time{}, record.DoorData{})
	if _, err := j.Append(context.Background(), record.Events, e, e, e); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// call runs a command and returns its exit code and what it said.
func call(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run("agent", args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestCommands(t *testing.T) {
	dir := folder(t)
	spoilt := filepath.Join(t.TempDir(), journal.FileName+".damaged-x")
	content, err := os.ReadFile(filepath.Join(dir, journal.FileName))
	if err != nil {
		t.Fatal(err)
	}
	clear(content[:4096])
	if err := os.WriteFile(spoilt, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string // parts of what is said
	}{
		{"inspect " + dir, codeGood, "2026-11-23T12:00:00Z", ""},
		{"inspect --json " + dir, codeGood, `"waiting": 3`, ""},
		{"inspect " + dir + " --json", codeGood, `"waiting": 3`, ""},
		{"inspect " + spoilt, codeGood, "DAMAGED", ""},
		{"verify " + dir, codeGood, "nothing is wrong", ""},
		{"verify " + spoilt, codeFailed, "structure: damaged: page 0", "the journal is damaged"},
		{"export " + dir, codeGood, `"stream":"events","seq":3,"type":"door.opened"`, ""},
		{"export --stream events --after 2 " + spoilt, codeGood, `"seq":3`, ""},
		{"export --help", codeGood, "Usage: agent journal inspect", ""},
		{"--help", codeGood, "Usage: agent journal inspect", ""},
		{"", codeUsage, "", "not understood"},
		{"mend " + dir, codeUsage, "", `journal "mend": not understood`},
		{"inspect", codeUsage, "", "expected a data folder"},
		{"inspect a b", codeUsage, "", "expected one folder"},
		{"export --stream noise " + dir, codeUsage, "", `unknown stream "noise"`},
		{"inspect /nowhere", codeFailed, "", "/nowhere"},
		{"verify " + t.TempDir(), codeFailed, "", "there is no journal in"},
	} {
		code, stdout, stderr := call(strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || (stderr == "") != (c.stderr == "") {
			t.Errorf("journal %s: exit code %d, said %q and %q; want %d, %q and %q", c.args, code, stdout, stderr, c.code, c.stdout, c.stderr)
		}
	}
	if _, stdout, _ := call("export", "--after", "2", dir); strings.Count(stdout, "\n") != 1 {
		t.Errorf("exported after 2 of 3: %q", stdout)
	}
}

func TestExportToFile(t *testing.T) {
	dir, to := folder(t), filepath.Join(t.TempDir(), "lines")
	if code, _, stderr := call("export", "-o", to, dir); code != codeGood {
		t.Fatalf("exit code %d, said %q", code, stderr)
	}
	text, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var r record.Record
		if err := json.Unmarshal(line, &r); err != nil || r.Seq != uint64(n+1) || r.Validate() != nil {
			t.Errorf("line %s: record %+v, error %v", line, r, err)
		}
	}
	if code, _, stderr := call("export", "-o", to, dir); code != codeFailed || !strings.Contains(stderr, "exists") {
		t.Errorf("exit code %d, said %q: want the file left alone", code, stderr)
	}
}

// TestPrograms asks for the command as a program does.
func TestPrograms(t *testing.T) {
	a := Aside("kiosk")
	var out bytes.Buffer
	if code := a.Do([]string{"verify", folder(t)}, &out, io.Discard); a.Name != "journal" || code != codeGood {
		t.Errorf("command %q: exit code %d, said %q", a.Name, code, &out)
	}
}

package desired_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/desired"
	"stationkeeper/internal/record"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func wanted(version uint64) record.Desired {
	return record.Desired{Version: version, Issued: noon, By: "duty", Documents: map[string]json.RawMessage{"staff": json.RawMessage(`{}`)}}
}

func any(record.Desired) error { return nil }

func TestDocumentsStayInForceOverARestart(t *testing.T) {
	dir := t.TempDir()
	d := desired.In(dir)
	if found, err := d.Load(any); err != nil || found.Version != 0 {
		t.Fatalf("an empty folder: %+v, %v", found, err)
	}
	if err := d.Take(wanted(3), any); err != nil || d.InForce().Version != 3 {
		t.Fatalf("in force %d, %v", d.InForce().Version, err)
	}
	for _, old := range []uint64{3, 2} {
		if err := d.Take(wanted(old), any); !errors.Is(err, desired.ErrOld) {
			t.Errorf("version %d: %v", old, err)
		}
	}
	bad := errors.New("no such service")
	if err := d.Take(wanted(4), func(record.Desired) error { return bad }); !errors.Is(err, bad) || d.InForce().Version != 3 {
		t.Errorf("a refused one: %v, in force %d", err, d.InForce().Version)
	}
	again := desired.In(dir)
	if found, err := again.Load(any); err != nil || found.Version != 3 || again.InForce().Version != 3 {
		t.Errorf("after a restart: %+v, %v", found, err)
	}
	stricter := desired.In(dir)
	if found, err := stricter.Load(func(record.Desired) error { return bad }); !errors.Is(err, bad) || found.Version != 3 || stricter.InForce().Version != 0 {
		t.Errorf("not accepted any more: %+v, %v", found, err)
	}
	if err := os.WriteFile(filepath.Join(dir, desired.FileName), []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := desired.In(dir).Load(any); err == nil || !strings.Contains(err.Error(), desired.FileName) {
		t.Errorf("rubbish: %v", err)
	}
}

func TestAccountIsWhatTheJournalSays(t *testing.T) {
	var a desired.Account
	var folded desired.Account
	fold := func(entries []record.Entry) int {
		t.Helper()
		for _, e := range entries {
			var err error
			if folded, err = folded.Fold(record.Record{Type: e.Type, Time: e.Time, Data: e.Data}); err != nil {
				t.Fatal(err)
			}
		}
		if (a.Refused == nil) != (folded.Refused == nil) || a.Config != folded.Config {
			t.Errorf("got %+v, the journal says %+v", a, folded)
		}
		return len(entries)
	}
	var entries []record.Entry
	for i, step := range []struct {
		refused bool
		version uint64
		written int
	}{{false, 3, 1}, {false, 3, 0}, {true, 4, 1}, {true, 4, 0}, {true, 5, 1}, {false, 6, 1}} {
		if step.refused {
			a, entries = a.Refuse(wanted(step.version), errors.New("bad"), noon)
		} else {
			a, entries = a.Applied(wanted(step.version), noon)
		}
		if got := fold(entries); got != step.written {
			t.Errorf("step %d: %d records, want %d", i, got, step.written)
		}
	}
	if a.Config != 6 || a.Refused != nil {
		t.Errorf("in the end %+v", a)
	}
	if _, err := a.Fold(record.Record{Type: record.ConfigApplied, Data: json.RawMessage("1")}); err == nil {
		t.Error("data of another form is accepted")
	}
}

func TestUnknownDocumentsAreNamed(t *testing.T) {
	err := desired.Unknown(wanted(1), "access", "alarms")
	if err == nil || err.Error() != "document staff: not known here: expected access or alarms" {
		t.Errorf("got %v", err)
	}
	if err := desired.Unknown(wanted(1), "staff"); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestReasonsAreKeptShort(t *testing.T) {
	if got := desired.Brief("short"); got != "short" {
		t.Errorf("got %q", got)
	}
	long := strings.Repeat("cards[1]: bad\n", 1000)
	if got := desired.Brief(long); len(got) > 4100 || !strings.HasSuffix(got, "more bytes") || !strings.HasPrefix(got, "cards[1]: bad\ncards[1]") {
		t.Errorf("got %d bytes", len(got))
	}
}

package store

import (
	"bufio"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"stationkeeper/internal/record"
)

// crashDir names, in a child process of the test below, the folder to fill until it is killed.
const crashDir = "STORE_TEST_CRASH_DIR"

const crashBatch = 70

// TestKilledProcessLeavesWholePuts kills a process in the middle of storing, again and again, with a signal that it
// cannot notice. Whatever it had reported is there, and no Put is there in part.
func TestKilledProcessLeavesWholePuts(t *testing.T) {
	if dir := os.Getenv(crashDir); dir != "" {
		fillUntilKilled(t, dir)
	}
	dir := t.TempDir()
	var stored uint64
	for round := range 4 {
		reported := fillAndKill(t, dir, 3+round*4)
		s := mustOpen(t, dir)
		var check string
		if err := s.handles.Load().writer.QueryRow(`PRAGMA integrity_check`).Scan(&check); err != nil || check != "ok" {
			t.Fatalf("integrity: %q, %v", check, err)
		}
		mustSettle(t, s)
		p := mustProgress(t, s)[0]
		var indexed uint64
		if err := s.reader().QueryRow(`SELECT count(*) FROM measurements`).Scan(&indexed); err != nil {
			t.Fatal(err)
		}
		if p.Stored < reported || p.Stored%crashBatch != 0 || p.Through != p.Stored || indexed != p.Stored || p.Stored <= stored {
			t.Fatalf("round %d: %d were reported, %+v, %d indexed", round, reported, p, indexed)
		}
		stored = p.Stored
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// fillAndKill starts the child, kills it once it has reported a number of Puts, and returns the last seq reported.
func fillAndKill(t *testing.T, dir string, puts int) (reported uint64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledProcessLeavesWholePuts$")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		seq, err := strconv.ParseUint(lines.Text(), 10, 64)
		if err != nil {
			t.Errorf("child said %q", lines.Text())
			break
		}
		reported = seq
		if n == puts {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	return reported
}

func fillUntilKilled(t *testing.T, dir string) {
	s, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var next uint64 = 1
	if all := mustProgress(t, s); len(all) > 0 {
		next = all[0].Through + 1
	}
	for {
		var batch []record.Record
		for range crashBatch {
			batch = append(batch, temperature(next, 21))
			next++
		}
		d := Delivery{From: agent, Batch: record.Batch{Epoch: epochA, Stream: record.Telemetry, Records: batch}}
		fmt.Println(mustPut(t, s, d)[0].Ack.Through)
	}
}

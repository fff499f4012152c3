package journal

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stationkeeper/internal/record"
)

// writeEnv makes this binary a process that writes to the journal in the folder it names until it is killed.
const writeEnv = "JOURNAL_TEST_WRITE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writeEnv); dir != "" {
		if err := writeUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if base := os.Getenv(faultyEnv); base != "" {
		if err := serveFaulty(base); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if os.Getenv(failpointsEnv) != "" { // the server of the failpoints runs until the end
		os.Exit(m.Run())
	}
	goleak.VerifyTestMain(m)
}

// writeUntilKilled appends events from several goroutines, with telemetry between them, and prints the seq of every
// event that Append has reported.
func writeUntilKilled(dir string) error {
	o := options()
	o.TelemetryDelay = 5 * time.Millisecond
	j, err := Open(dir, o)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	failed := make(chan error)
	for w := range 4 {
		go func() {
			for n := 0; ; n++ {
				if _, err := j.Append(context.Background(), record.Telemetry, entry(n)); err != nil {
					failed <- err
				}
				records, err := j.Append(context.Background(), record.Events, entry(w*1_000_000+n))
				if err != nil {
					failed <- err
				}
				mu.Lock()
				fmt.Println(records[0].Seq)
				mu.Unlock()
			}
		}()
	}
	return <-failed
}

// TestKilledWriterLosesNothingItReported kills a writing process at random instants. Whatever it had reported is in
// the file, in order and without gaps, and the next process goes on after it.
func TestKilledWriterLosesNothingItReported(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 1))
	highest := uint64(0)
	for range 8 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), writeEnv+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		victim := 1 + rng.IntN(400)
		lines := 0
		for scanner := bufio.NewScanner(out); scanner.Scan(); lines++ {
			seq, err := strconv.ParseUint(scanner.Text(), 10, 64)
			if err != nil {
				break // the last line may be cut off
			}
			highest = max(highest, seq)
			if lines == victim {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); lines < victim {
			t.Fatalf("the writer ended after %d lines by itself: %v", lines, err)
		}
		o := options()
		o.Log = slog.New(slog.DiscardHandler)
		j := mustOpen(t, dir, o)
		for _, s := range record.Streams {
			checkComplete(t, j, s, j.Position(s).Last)
		}
		if last := j.Position(record.Events).Last; last < highest {
			t.Fatalf("events through %d on disk, %d was reported", last, highest)
		}
		mustClose(t, j)
	}
	t.Logf("%d events reported in eight lives", highest)
}

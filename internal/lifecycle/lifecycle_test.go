package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestCleanupRunsBackwardsAndJoinsErrors(t *testing.T) {
	var c Cleanup
	var order []string
	broken := errors.New("broken")
	c.Add("first", func() error { order = append(order, "first"); return nil })
	c.Add("second", func() error { order = append(order, "second"); return broken })
	c.Add("third", func() error { order = append(order, "third"); return nil })
	err := c.Close()
	if got := strings.Join(order, " "); got != "third second first" {
		t.Errorf("order %s", got)
	}
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "close second") {
		t.Errorf("error %v, want the broken step by name", err)
	}
	if err := c.Close(); err != nil || len(order) != 3 {
		t.Errorf("second close ran steps again: %v, %v", order, err)
	}
}

func TestLog(t *testing.T) {
	var out bytes.Buffer
	log, err := Log(&out, "warn")
	if err != nil {
		t.Fatal(err)
	}
	log.Info("hidden")
	log.Warn("shown", "door", "open")
	if s := out.String(); strings.Contains(s, "hidden") || !strings.Contains(s, "msg=shown door=open") {
		t.Errorf("log %q", s)
	}
	if _, err := Log(&out, "loud"); err == nil || !strings.Contains(err.Error(), "loud") {
		t.Errorf("level loud: %v", err)
	}
}

// TestMain lets the test binary play a program that is run by Main.
func TestMain(m *testing.M) {
	switch os.Getenv("LIFECYCLE_PLAY") {
	case "polite":
		Main("polite", func(ctx context.Context) error {
			os.Stdout.WriteString("ready\n")
			<-ctx.Done()
			return ctx.Err()
		})
		os.Exit(0)
	case "failing":
		Main("failing", func(context.Context) error { return errors.New("no such door") })
		os.Exit(0)
	case "stubborn":
		Main("stubborn", func(context.Context) error {
			os.Stdout.WriteString("ready\n")
			select {}
		})
	}
	os.Exit(m.Run())
}

// play starts this binary in a part and waits until it says it is ready.
func play(t *testing.T, part string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "LIFECYCLE_PLAY="+part)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if part != "failing" {
		if _, err := stdout.Read(make([]byte, 16)); err != nil {
			t.Fatal(err)
		}
	}
	return cmd, &stderr
}

func TestMainStopsCleanlyOnSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd, stderr := play(t, "polite")
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
			t.Errorf("%s: %v, said %q; want a clean end", sig, err, stderr)
		}
	}
}

func TestMainReportsErrors(t *testing.T) {
	cmd, stderr := play(t, "failing")
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 || stderr.String() != "failing: no such door\n" {
		t.Errorf("%v, said %q; want exit code 1 and the error", err, stderr)
	}
}

func TestSecondSignalEndsAProgramThatDoesNotStop(t *testing.T) {
	cmd, stderr := play(t, "stubborn")
	// Two pending signals of one kind are one signal: use two kinds.
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), "did not stop in time") {
		t.Errorf("%v, said %q; want exit code 1 and why", err, stderr)
	}
}

package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"io"
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
	case "slow":
		Main("slow", func(ctx context.Context) error {
			os.Stdout.WriteString("ready\n")
			<-ctx.Done()
			_, err := io.Copy(io.Discard, os.Stdin) // until the test closes it
			return err
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

// play starts this binary in a part and waits until it says it is ready. Its standard input stays open until the test
// closes it.
func play(t *testing.T, part string) (*exec.Cmd, io.Closer, *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "LIFECYCLE_PLAY="+part)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
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
	return cmd, stdin, &stderr
}

func TestMainStopsCleanlyOnSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd, _, stderr := play(t, "polite")
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
			t.Errorf("%s: %v, said %q; want a clean end", sig, err, stderr)
		}
	}
}

func TestMainReportsErrors(t *testing.T) {
	cmd, _, stderr := play(t, "failing")
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 || stderr.String() != "failing: no such door\n" {
		t.Errorf("%v, said %q; want exit code 1 and the error", err, stderr)
	}
}

// TestTwoSignalsAtOnceAreOne is Ctrl-C in a terminal whose supervisor passes it on.
func TestTwoSignalsAtOnceAreOne(t *testing.T) {
	cmd, stdin, stderr := play(t, "slow")
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
	stdin.Close()
	if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
		t.Errorf("%v, said %q; want a clean end", err, stderr)
	}
}

func TestAskingAgainEndsAProgramThatDoesNotStop(t *testing.T) {
	cmd, _, stderr := play(t, "stubborn")
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	began := time.Now()
	for {
		select {
		case <-again.C:
			cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended
			continue
		case err := <-ended:
			if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), "did not stop in time") {
				t.Errorf("%v, said %q; want exit code 1 and why", err, stderr)
			}
			if lasted := time.Since(began); lasted < impatience {
				t.Errorf("ended %s after the first signal, want at least %s", lasted, impatience)
			}
		}
		return
	}
}

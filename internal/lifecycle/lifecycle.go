// Package lifecycle starts and stops a program: signals become the end of a context, what was started is closed
// in reverse order within a bound, and the exit code tells how it went.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// StopTimeout is how long a program may take to stop after SIGINT or SIGTERM.
const StopTimeout = 5 * time.Second

// impatience is how long after the first signal a second one means "now". Terminals and supervisors often send two at
// once: to the program and to its group.
const impatience = time.Second

// Main runs a program until it ends or SIGINT or SIGTERM asks it to, and exits: 0 after a clean end, 1 after an
// error, which is printed. A program that has not stopped StopTimeout after the signal, or is asked again a second
// or more after it, is ended with an error: whatever it had reported durable is on disk by then, and a supervisor must
// not wait.
func Main(name string, run func(ctx context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		waitStubborn(signals)
		fmt.Fprintf(os.Stderr, "%s: did not stop in time, ending now\n", name)
		os.Exit(1)
	}()
	err := run(ctx)
	cancel()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// waitStubborn returns when a program that was asked to stop has had its time.
func waitStubborn(signals <-chan os.Signal) {
	first, timeout := time.Now(), time.After(StopTimeout)
	for {
		select {
		case <-signals:
			if time.Since(first) >= impatience {
				return
			}
		case <-timeout:
			return
		}
	}
}

// Log returns the program's structured log: one line of key=value pairs per message on w, from level on
// ("debug", "info", "warn", "error").
func Log(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level %q: expected debug, info, warn or error", level)
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l})), nil
}

// Cleanup closes what was started, last first. The zero value is ready to use. It has one owner and is not safe for
// concurrent use.
type Cleanup struct {
	steps []step
}

type step struct {
	name  string
	close func() error
}

// Add registers how to close something, the moment it has started.
func (c *Cleanup) Add(name string, close func() error) {
	c.steps = append(c.steps, step{name, close})
}

// Close runs every step, last registered first, also after one that fails, and joins the errors.
func (c *Cleanup) Close() error {
	var errs []error
	for i := len(c.steps) - 1; i >= 0; i-- {
		if err := c.steps[i].close(); err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", c.steps[i].name, err))
		}
	}
	c.steps = nil
	return errors.Join(errs...)
}

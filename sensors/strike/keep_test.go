package strike

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// wires are the lines that a strike is given, one after the other, and what became of them.
type wires struct {
	mu     sync.Mutex
	fault  error // of opening and setting
	failed int   // how often
	said   []string
}

func (w *wires) note(format string, arguments ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, fmt.Sprintf(format, arguments...))
}

func (w *wires) fails() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault != nil {
		w.failed++
	}
	return w.fault
}

func (w *wires) breaks(fault error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = fault
}

func (w *wires) open() (*Strike, error) {
	if err := w.fails(); err != nil {
		return nil, err
	}
	w.note("requested")
	return &Strike{output: w}, nil
}

func (w *wires) Set(value bool) error {
	if err := w.fails(); err != nil {
		return err
	}
	w.note("%v", value)
	return nil
}

func (w *wires) Close() error {
	w.note("released")
	return nil
}

// bed is a kept strike on wires.
type bed struct {
	*wires
	*Kept
	stop func()
}

// keep starts to keep a strike. Call it inside a synctest bubble.
func keep(w *wires) bed {
	k := &Kept{open: w.open, changed: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.Run(ctx, func(fault error) { w.note("report %v", fault) })
	}()
	return bed{w, k, func() { cancel(); <-done }}
}

// after lets time pass and returns what happened meanwhile.
func (b bed) after(d time.Duration) []string {
	time.Sleep(d)
	synctest.Wait()
	b.wires.mu.Lock()
	defer b.wires.mu.Unlock()
	said := b.said
	b.said = nil
	return said
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func TestKeptFollowsAndEndsLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := keep(&wires{})
		expect(t, b.after(0), "requested", "report <nil>", "false")
		b.Kept.Set(true)
		expect(t, b.after(0), "true")
		b.Kept.Set(false)
		b.Kept.Set(true)
		b.Kept.Set(false) // only the last counts
		said := b.after(0)
		if len(said) == 0 || len(said) > 3 || said[len(said)-1] != "false" {
			t.Errorf("got %q, want it locked in the end", said)
		}
		b.Kept.Set(true)
		expect(t, b.after(0), "true")
		expect(t, b.after(check), "true") // set anew, to learn whether the line is there
		b.stop()
		expect(t, b.after(0), "false", "released")
	})
}

func TestKeptHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wires{fault: errors.New("no such line")}
		b := keep(w)
		defer b.stop()
		b.Kept.Set(true)
		expect(t, b.after(0), "report no such line")
		expect(t, b.after(time.Minute)) // once
		w.breaks(nil)
		expect(t, b.after(retry), "requested", "report <nil>", "true")
		w.breaks(errors.New("no such device"))
		said := b.after(check)
		if len(said) != 2 || said[0] != "released" || !strings.HasPrefix(said[1], "report strike: no such device") {
			t.Fatalf("got %q, want a released line and one fault", said)
		}
		b.Kept.Set(false) // it does not wait for the line
		if said := b.after(time.Minute); len(said) != 1 || said[0] != "report no such device" {
			t.Fatalf("got %q, want the reason why the line is not to be had", said)
		}
		w.breaks(nil)
		expect(t, b.after(retry), "requested", "report <nil>", "false")
	})
}

// The last thing a strike says is that it could not be locked.
func TestAStrikeThatCannotBeLockedAtTheEndIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wires{}
		b := keep(w)
		b.Kept.Set(true)
		b.after(0)
		w.breaks(errors.New("no such device"))
		b.stop()
		expect(t, b.after(0), "released", "report strike: no such device")
	})
}

func TestSetWithoutALineDoesNotWait(t *testing.T) {
	k := New(Options{Line: "NO-SUCH-LINE"})
	for range 10 {
		k.Set(true)
	}
}

func TestOpenSaysWhyThereIsNoStrike(t *testing.T) {
	s, err := Open(Options{Line: "NO-SUCH-LINE"})
	if s != nil || err == nil || !strings.Contains(err.Error(), "strike: GPIO line NO-SUCH-LINE") {
		t.Errorf("got %v, %v: want an error that names the line", s, err)
	}
}

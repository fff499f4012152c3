package crash

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"stationkeeper/internal/programs"
)

var (
	kills   = flag.Int("kills", 24, "how often to kill, at least")
	records = flag.Int64("records", 5000, "how many records the writer is to write, at least")
	seed    = flag.Uint64("seed", 1, "what decides whom to kill, how and when; 0 draws one")
)

// bin holds the programs under test.
var bin string

func TestMain(m *testing.M) {
	if text := os.Getenv(ordersEnv); text != "" {
		if err := write(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "crash")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	bin = dir
	if err := programs.Build(context.Background(), dir, "agent", "headoffice"); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// TestKills kills everything and expects that no promise is broken: in a house with an outside broker, in one where
// head office has its own, and in one of nothing but journals that give space back.
func TestKills(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	began, all := time.Now(), &totals{}
	t.Cleanup(func() { t.Logf("in all: %s, %s", all, time.Since(began).Round(time.Second)) })
	s := settings{seed: *seed, outside: true, ahead: uint64(3000 + *records/50)}
	everything := func(h *house) error { return h.run((*kills-*kills/10)/2, *records/2, t.Logf) }
	t.Run("outside broker", func(t *testing.T) { expectPromisesKept(t, s, all, everything) })
	s.outside = false
	t.Run("broker within", func(t *testing.T) { expectPromisesKept(t, s, all, everything) })
	t.Run("shrinking", func(t *testing.T) {
		expectPromisesKept(t, s, all, func(h *house) error { return h.shrink(*kills / 10) })
	})
}

func expectPromisesKept(t *testing.T, s settings, all *totals, run func(*house) error) {
	t.Parallel()
	s.dir = t.TempDir()
	h := mustOpen(t, s)
	began := time.Now()
	if err := run(h); err != nil {
		h.account.breach(failed, "%v", err)
	}
	h.close()
	t.Logf("seed %d, %s\n\n%s", s.seed, time.Since(began).Round(time.Second), h.tally.table(h.account))
	all.add(h)
	if len(h.account.breaches) > 0 {
		t.Errorf("promises were broken: %v", h.account.breaches)
	}
}

// TestABrokenPromiseIsCaught lets a writer tell of records before they are on disk. That must not escape.
func TestABrokenPromiseIsCaught(t *testing.T) {
	h := mustOpen(t, settings{dir: t.TempDir(), seed: *seed, outside: true, ahead: 3000, early: true})
	defer h.close()
	if err := h.begin(); err != nil {
		t.Fatal(err)
	}
	for n := 1; h.account.example(missing) == ""; n++ {
		if n > 20 {
			t.Fatal("a writer that tells too early was killed 20 times and never caught")
		}
		if err := errors.Join(h.strikeBusy(h.writer), h.start(h.writer)); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("caught after %d kills: %s", h.tally.total(), h.account.example(missing))
}

// TestAnEarlyAcknowledgementIsCaught puts somebody at the broker who acknowledges batches as if head office had, before
// it has committed them, which is what a head office would do that acknowledges too early.
func TestAnEarlyAcknowledgementIsCaught(t *testing.T) {
	h := mustOpen(t, settings{dir: t.TempDir(), seed: *seed, outside: true, ahead: 3000})
	defer h.close()
	if err := h.begin(); err != nil {
		t.Fatal(err)
	}
	h.witness.rash.Store(true)
	for n := 1; h.account.example(unkept) == ""; n++ {
		if n > 20 {
			t.Fatal("head office was killed 20 times while somebody acknowledged too early, and it was never noticed")
		}
		err := errors.Join(h.strikeBusy(h.office), h.askAlone(), h.start(h.office))
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("caught after %d kills: %s", h.tally.total(), h.account.example(unkept))
}

func mustOpen(t *testing.T, s settings) *house {
	t.Helper()
	h, err := openHouse(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

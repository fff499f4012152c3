package main

import (
	"errors"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"stationkeeper/internal/machine"
	"stationkeeper/internal/powercut/disk"
)

// kernelFolder is where make test puts a kernel.
const kernelFolder = "../../bin/kernel"

// testSeed is of everything random in these tests.
const testSeed = 40

var made struct {
	sync.Once
	folder string
	rig    *rig
	err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if made.folder != "" {
		os.RemoveAll(made.folder)
	}
	os.Exit(code)
}

// mustRig returns what machines are started with, made once, and skips the test where there can be none.
func mustRig(t *testing.T) *rig {
	t.Helper()
	made.Do(func() {
		if made.folder, made.err = os.MkdirTemp("", "powercut"); made.err == nil {
			made.rig, made.err = newRig(t.Context(), made.folder, kernelFolder)
		}
	})
	if errors.Is(made.err, machine.ErrNoKernel) {
		t.Skipf("no virtual machine can be started: %v", made.err)
	}
	if made.err != nil {
		t.Fatal(made.err)
	}
	return made.rig
}

func mustRun(t *testing.T, c campaign) result {
	t.Helper()
	r := mustRig(t)
	got, err := r.run(t.Context(), c, "", t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("machines are %s\n%s", r.machine, got)
	return got
}

func TestJournalOutlastsPowerCuts(t *testing.T) {
	got := mustRun(t, campaign{workload: "journal", cuts: 5, seed: testSeed})
	if err := got.verdict(); err != nil {
		t.Fatal(err)
	}
	if got.tally.Reported == 0 || got.tally.Found+got.tally.Buried == 0 || got.loss.Lost == 0 || got.replayed == 0 {
		t.Error("nothing was put to the test")
	}
}

func TestHeadOfficeOutlastsPowerCuts(t *testing.T) {
	got := mustRun(t, campaign{workload: "store", cuts: 3, seed: testSeed})
	if err := got.verdict(); err != nil {
		t.Fatal(err)
	}
	if got.tally.Reported == 0 || got.tally.Found == 0 || got.replayed == 0 {
		t.Error("nothing was put to the test")
	}
}

// What loses records must be found to lose them, or the tests above could not fail.
func TestDiskThatIgnoresFlushesIsCaught(t *testing.T) {
	if err := mustRun(t, campaign{workload: "journal", cuts: brokenCuts, seed: testSeed, deaf: true}).verdict(); err != nil {
		t.Error(err)
	}
}

func TestProgramWithoutFsyncIsCaught(t *testing.T) {
	for _, workload := range []string{"journal", "store"} {
		t.Run(workload, func(t *testing.T) {
			if err := mustRun(t, campaign{workload: workload, cuts: brokenCuts, seed: testSeed, unsynced: true}).verdict(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPlansFollowFromTheSeed(t *testing.T) {
	c := campaign{workload: "journal", cuts: 100}
	first, again := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
	seen := map[string]bool{}
	for n := range 400 {
		l := planLife(first, c, n%8 == 0)
		if other := planLife(again, c, n%8 == 0); l != other {
			t.Fatalf("life %d: %+v and %+v", n, l, other)
		}
		if l.checks() {
			t.Fatalf("life %d is never cut: %+v", n, l)
		}
		seen[l.damage.String()] = true
		for name, is := range map[string]bool{
			"early": l.fromStart > 0, "late": l.fromChecked > 0, "report": l.reports > 0, "moving": l.fromMoving > 0,
			"flush": l.only == disk.FlushOnly, "small": l.cap == smallCap, "large": l.cap == largeCap,
		} {
			seen[name] = seen[name] || is
		}
	}
	for _, name := range []string{"early", "late", "report", "moving", "flush", "small", "large"} {
		if !seen[name] {
			t.Errorf("in 400 lives there is none that is %s", name)
		}
	}
	for _, d := range disk.Damages {
		if !seen[d.String()] {
			t.Errorf("in 400 lives there is none with damage of %s", d)
		}
	}
}

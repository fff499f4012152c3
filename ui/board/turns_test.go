package board

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("CST", 8*3600))

func TestTempo(t *testing.T) {
	for waiting, want := range map[int]Pace{1: Full, 2: Full, 3: Brisk, 6: Brisk, 7: Quick, 30: Quick, 31: Stroke, 900: Stroke} {
		if got := tempoOf(waiting).pace; got != want {
			t.Errorf("with %d waiting: %s, want %s", waiting, got, want)
		}
	}
}

func calls(serials ...uint64) []Call {
	var made []Call
	for _, s := range serials {
		made = append(made, Call{Serial: s, Number: fmt.Sprintf("A%03d", s), Counter: "1", At: noon})
	}
	slices.Reverse(made)
	return made
}

func TestNothingRemembered(t *testing.T) {
	s := newTurns(0)
	if e := s.come(calls(3, 5), noon); e.begin != nil || e.done != 5 {
		t.Errorf("what was before: %+v", e)
	}
	if e := s.come(calls(3, 5, 9), noon); e.begin == nil || e.begin.Serial != 9 {
		t.Errorf("the next: %+v", e)
	}
}

func TestMissedAfterARestart(t *testing.T) {
	s := newTurns(3)
	old := calls(3, 5, 6, 9)
	old[2].At = noon.Add(-stale - time.Second) // 5
	old[1].Withdrawn = true                    // 6
	e := s.come(old, noon)
	if e.begin == nil || e.begin.Serial != 9 || len(s.waiting) != 0 {
		t.Errorf("%+v, waiting %v", e, s.waiting)
	}
}

func TestAnotherJournal(t *testing.T) {
	s := newTurns(4711)
	if e := s.come(calls(1, 2), noon); e.begin == nil || e.begin.Serial != 1 || len(s.waiting) != 1 {
		t.Errorf("%+v, waiting %v", e, s.waiting)
	}
}

func TestSeenAndHeard(t *testing.T) {
	s := newTurns(1)
	s.come(calls(2, 3), noon)
	if e := s.passed(2, true, false); e != (effect{}) {
		t.Errorf("seen, not heard: %+v", e)
	}
	if e := s.passed(3, true, true); e != (effect{}) {
		t.Errorf("another call: %+v", e)
	}
	if e := s.passed(2, false, true); !e.end || e.done != 2 || e.pause <= 0 {
		t.Errorf("seen and heard: %+v", e)
	}
	if e := s.come(calls(2, 3, 4), noon); e.begin != nil {
		t.Errorf("a call begins in a pause: %+v", e)
	}
	if e := s.next(); e.begin == nil || e.begin.Serial != 3 {
		t.Errorf("after the pause: %+v", e)
	}
}

// TestAnyOrder plays calls that come at any time, singly or many at once, some of which are taken back, and holds that
// each of the others is announced once, in order.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newTurns(1)
		all := calls(1)
		var begun []uint64
		announced := map[uint64]bool{}
		withdrawn := map[uint64]bool{}
		pausing := false
		follow := func(e effect) {
			if e.end || e.pause > 0 {
				pausing = true
			}
			if e.begin != nil {
				begun = append(begun, e.begin.Serial)
			}
			if e.done > 0 && !withdrawn[e.done] {
				announced[e.done] = true
			}
		}
		step := func() {
			if pausing {
				pausing = false
				follow(s.next())
			} else if s.now != nil {
				follow(s.passed(s.now.Serial, true, true))
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				step()
			case 1:
				at := rapid.IntRange(0, len(all)-1).Draw(t, "taken back")
				if serial := all[at].Serial; serial > 1 && !announced[serial] {
					all = slices.Clone(all)
					all[at].Withdrawn = true
					withdrawn[serial] = true
				}
				follow(s.come(all, noon))
			default:
				for range rapid.IntRange(1, 40).Draw(t, "calls") {
					all = append(calls(all[0].Serial+uint64(rapid.IntRange(1, 3).Draw(t, "gap"))), all...)
				}
				follow(s.come(all, noon))
			}
		}
		for s.now != nil || pausing {
			step()
		}
		if !slices.IsSorted(begun) || len(slices.Compact(slices.Clone(begun))) != len(begun) {
			t.Fatalf("announced in the order %v", begun)
		}
		for _, c := range all {
			if c.Serial > 1 && !withdrawn[c.Serial] && !announced[c.Serial] {
				t.Fatalf("call %d was swallowed; announced %v", c.Serial, begun)
			}
		}
	})
}

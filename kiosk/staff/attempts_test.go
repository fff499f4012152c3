package staff

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// tries makes attempts and says what came of each: "." looked at, and wrong; "+" looked at, and right; "!" has to wait,
// told for the first time; "-" has to wait.
type tries struct {
	*Attempts
	now time.Time
}

func (s *tries) try(number, address string, right bool) string {
	wait, first := s.Begin(number, address, s.now)
	switch {
	case wait > 0 && first:
		return "!"
	case wait > 0:
		return "-"
	case right:
		s.Right(number, address, s.now)
		return "+"
	}
	return "."
}

func (s *tries) wrong(number, address string, times int) string {
	said := ""
	for range times {
		said += s.try(number, address, false)
	}
	return said
}

func fresh() *tries { return &tries{Attempts: NewAttempts(UsualLimits()), now: start} }

func (s *tries) want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func TestFiveWrongPINsPauseANumberAtItsAddress(t *testing.T) {
	s := fresh()
	s.want(t, "seven in a row", s.wrong("1001", "a", 7), ".....!-")
	s.want(t, "the right one meanwhile", s.try("1001", "a", true), "-")
	s.want(t, "the number elsewhere", s.try("1001", "b", true), "+")
	s.want(t, "another number there", s.try("1002", "a", true), "+")
	s.now = s.now.Add(30*time.Second - 1)
	s.want(t, "just before the end of the pause", s.try("1001", "a", true), "-")
	s.now = s.now.Add(1)
	s.want(t, "after it, wrong again, and twice the pause", s.wrong("1001", "a", 2), ".!")
	s.now = s.now.Add(time.Minute - 1)
	s.want(t, "just before", s.try("1001", "a", false), "-")
	s.now = s.now.Add(1)
	s.want(t, "right, and forgiven", s.try("1001", "a", true)+s.wrong("1001", "a", 6), "+.....!")
}

func TestPausesGrowToTheirLongestAndAreForgotten(t *testing.T) {
	s := fresh()
	s.wrong("1001", "a", 5)
	for _, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		if wait, _ := s.Begin("1001", "a", s.now); wait != pause {
			t.Fatalf("a pause of %s, want %s", wait, pause)
		}
		s.now = s.now.Add(pause)
		s.want(t, "after the pause", s.wrong("1001", "a", 1), ".")
	}
	s.now = s.now.Add(45 * time.Minute)
	s.want(t, "when it is forgotten", s.wrong("1001", "a", 6), ".....!")
}

func TestOneAddressCannotKeepTheStationFromWorking(t *testing.T) {
	s := fresh()
	s.want(t, "at work since the morning", s.try("1001", "desk 1", true)+s.try("1002", "desk 2", true), "++")
	said := ""
	for range 200 { // for three hours, with every number there is
		for n := range 40 {
			said += s.try(fmt.Sprint(1001+n), "intruder", false)
		}
		s.now = s.now.Add(time.Minute)
	}
	s.want(t, "who logs in where they did before", s.try("1001", "desk 1", true), "+")
	s.want(t, "who logs in at another desk", s.try("1001", "desk 2", true), "+")
	s.want(t, "somebody else at the desk", s.try("1003", "desk 1", true), "+")
	looked := 0
	for _, c := range said {
		if c == '.' {
			looked++
		}
	}
	if looked > 60 {
		t.Errorf("the intruder had %d PINs looked at in three hours", looked)
	}
}

func TestManyAddressesPauseANumberButNotWhereItIsAtHome(t *testing.T) {
	s := fresh()
	s.want(t, "at home", s.try("1001", "desk 1", true), "+")
	said := ""
	for n := range 10 {
		said += s.wrong("1001", fmt.Sprint("intruder ", n), 3)
	}
	s.want(t, "from ten places", said, "....................!---------")
	s.want(t, "at another desk", s.try("1001", "desk 2", true), "-")
	s.want(t, "at home", s.try("1001", "desk 1", true), "+")
	s.want(t, "another number", s.try("1002", "desk 2", true), "+")
}

func TestAnAddressSharedByAllKeepsWhoIsKnownThere(t *testing.T) {
	s := fresh()
	s.want(t, "in the morning", s.try("1001", "proxy", true), "+")
	for n := range 10 {
		s.wrong(fmt.Sprint(2000+n), "proxy", 4)
	}
	s.want(t, "who was not there before", s.try("1003", "proxy", true), "-")
	s.want(t, "who was", s.try("1001", "proxy", true), "+")
}

func TestBadgesAreCountedByAddress(t *testing.T) {
	s := fresh()
	s.want(t, "six badges", s.wrong("", "a", 6), ".....!")
	s.want(t, "elsewhere", s.try("", "b", true), "+")
	for n := range 30 {
		s.try("", fmt.Sprint("c", n), false)
	}
	s.want(t, "after wrong ones from thirty places", s.try("", "d", true), "+")
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	s := fresh()
	s.wrong("1001", "a", 5)
	for n := range maxKept + 500 {
		s.now = s.now.Add(time.Millisecond)
		s.try(fmt.Sprint("n", n), fmt.Sprint("a", n), n%2 == 0)
	}
	for what, n := range map[string]int{"pairs": len(s.pairs), "addresses": len(s.addresses), "numbers": len(s.numbers), "proven": len(s.proven)} {
		if n > maxKept {
			t.Errorf("%d %s are remembered", n, what)
		}
	}
}

// TestAttemptsNeverExceedTheirPace draws any order of attempts: within each hour and for one number from one address, no
// more are looked at than the limit and the pauses allow, and who proves to be right is never refused where they are at home,
// as long as they made no mistake there.
func TestAttemptsNeverExceedTheirPace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := fresh()
		s.Right("7", "home", s.now)
		looked := map[from][]time.Time{}
		for range rapid.IntRange(1, 300).Draw(t, "attempts") {
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "seconds")) * time.Second)
			if rapid.IntRange(0, 9).Draw(t, "who") == 0 {
				if got := s.try("7", "home", true); got != "+" {
					t.Fatalf("at home, without a mistake: %s", got)
				}
				continue
			}
			f := from{rapid.SampledFrom([]string{"7", "8", ""}).Draw(t, "number"), rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "address")}
			if s.try(f.number, f.address, false) == "." {
				looked[f] = append(looked[f], s.now)
			}
		}
		for f, times := range looked {
			for i := range times {
				// five, and then one after 30 s, 1, 2, 4, 8 and 15 min, each from the one before: 11 within 30 min 30 s.
				if i >= 11 && times[i].Sub(times[i-11]) < 30*time.Minute+30*time.Second {
					t.Fatalf("%v: 12 attempts within %s", f, times[i].Sub(times[i-11]))
				}
			}
		}
	})
}

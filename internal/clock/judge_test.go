package clock

import (
	"testing"
	"time"

	"stationkeeper/internal/record"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// station is a machine whose clocks a test turns.
type station struct {
	t *testing.T
	Reading
	judge *Judge
}

// booted returns a machine that has been up for a minute and shows wall; latest is what an earlier process believed.
func booted(t *testing.T, wall, latest time.Time) *station {
	return &station{t: t, Reading: Reading{Wall: wall, Boot: "b1", Mono: time.Minute, Discipline: Undisciplined}, judge: NewJudge(latest)}
}

// pass lets time go by on both clocks.
func (s *station) pass(d time.Duration) *station {
	s.Wall, s.Mono = s.Wall.Add(d), s.Mono+d
	return s
}

// set moves the wall clock.
func (s *station) set(to time.Time) *station {
	s.Wall = to
	return s
}

func (s *station) disciplined(d Discipline) *station {
	s.Discipline = d
	return s
}

func (s *station) reboot(boot string) *station {
	s.Boot, s.Mono = boot, time.Minute
	return s
}

func (s *station) judged(want record.Clock) *station {
	s.t.Helper()
	if got := s.judge.Judge(s.Reading); got != want {
		s.t.Fatalf("%s, %s after boot %s: %s, want %s (latest believed %s)", s.Wall, s.Mono, s.Boot, got, want, s.judge.Latest())
	}
	if latest := s.judge.Latest(); want == record.Synced && (latest.Before(s.Wall) || latest.After(s.Wall.Add(slack))) {
		s.t.Fatalf("latest believed is %s after %s was believed", latest, s.Wall)
	}
	return s
}

const yes, no = record.Synced, record.Unsynced

func TestImplausibleTimesAreNeverBelieved(t *testing.T) {
	for _, wall := range []time.Time{{}, time.UnixMilli(0), Earliest.Add(-2 * settled), Furthest, Furthest.AddDate(200, 0, 0)} {
		s := booted(t, wall, time.Time{}).judged(no).pass(settled).judged(no)
		s.disciplined(Disciplined).judged(no)
		if latest := s.judge.Latest(); !latest.IsZero() {
			t.Errorf("%s is remembered as believed after %s", latest, wall)
		}
	}
	booted(t, Earliest.Add(-time.Second), time.Time{}).judged(no).pass(time.Second).judged(yes)
	booted(t, Furthest.Add(-time.Second), time.Time{}).judged(yes).pass(time.Second).judged(no)
}

func TestAPlausibleClockIsBelievedWithoutTimeServer(t *testing.T) {
	for _, d := range []Discipline{Unreported, Undisciplined} {
		booted(t, noon, time.Time{}).disciplined(d).judged(yes).pass(time.Hour).judged(yes)
		booted(t, noon, noon.Add(-90*24*time.Hour)).disciplined(d).judged(yes) // switched off for three months
	}
}

func TestAClockThatIsSetAtLastIsBelieved(t *testing.T) {
	booted(t, time.Unix(60, 0), noon).judged(no).pass(time.Minute).judged(no).
		set(noon.Add(time.Hour)).judged(yes).pass(time.Second).judged(yes)
}

func TestAClockBehindIsDoubtedUntilItHasBeenLeftAloneForAnHour(t *testing.T) {
	s := booted(t, noon, time.Time{}).judged(yes).pass(time.Minute).judged(yes)
	s.set(noon.Add(-8 * time.Hour)).judged(no).pass(settled - time.Second).judged(no)
	s.pass(time.Second).judged(yes)
	s.pass(time.Minute).judged(yes)
	s.set(s.Wall.Add(-time.Minute)).judged(no) // believed for long is no licence to be set back again
}

func TestAStepStartsTheHourAnew(t *testing.T) {
	s := booted(t, noon, noon.Add(48*time.Hour)).judged(no).pass(settled - time.Second).judged(no)
	s.set(s.Wall.Add(5 * time.Second)).judged(no).pass(settled - time.Second).judged(no)
	s.set(s.Wall.Add(slack)).pass(time.Second).judged(yes) // such a small step counts as none
}

func TestAClockBehindCatchesUp(t *testing.T) {
	s := booted(t, noon, noon.Add(10*time.Minute)).judged(no)
	s.pass(10*time.Minute - slack - time.Millisecond).judged(no).pass(time.Millisecond).judged(yes)
}

func TestSmallStepsBackAreBelieved(t *testing.T) {
	s := booted(t, noon, time.Time{}).judged(yes)
	s.set(noon.Add(-slack)).judged(yes)
	s.set(noon.Add(-2 * slack)).judged(no) // but they do not add up
}

func TestADisciplinedClockIsBelievedAlsoBehind(t *testing.T) {
	s := booted(t, noon.AddDate(2, 0, 0), time.Time{}).judged(yes) // far ahead from the start: nothing tells
	s.set(noon).judged(no)
	s.disciplined(Disciplined).judged(yes)
	s.disciplined(Undisciplined).pass(time.Second).judged(yes) // and what was ahead is forgotten
}

func TestASingleWildJumpAheadIsDoubted(t *testing.T) {
	s := booted(t, noon, time.Time{}).judged(yes)
	s.set(noon.Add(wild)).judged(yes) // a day ahead: the day was wrong, or the time zone
	s.set(s.Wall.Add(wild + time.Millisecond)).judged(no)
	s.set(s.Wall.AddDate(2, 0, 0)).judged(no)
	s.set(noon.Add(wild)).judged(yes) // set right again: nothing has been spoilt

	s.set(s.Wall.AddDate(1, 0, 0)).judged(no).pass(settled - time.Second).judged(no).pass(time.Second).judged(yes)
	s.set(s.Wall.AddDate(1, 0, 0)).judged(no).disciplined(Disciplined).judged(yes)
}

func TestAJumpIsMeasuredWithinABoot(t *testing.T) {
	s := booted(t, noon, time.Time{}).judged(yes)
	s.pass(90 * 24 * time.Hour).reboot("b2").judged(yes) // the machine was off; its clock was not
	s.set(time.Unix(60, 0)).reboot("b3").judged(no)
	s.pass(settled).judged(no)
	s.set(noon.AddDate(1, 0, 0)).judged(yes)
}

func TestAnHourIsCountedWithinABoot(t *testing.T) {
	s := booted(t, noon, noon.Add(1000*time.Hour)).judged(no).pass(settled - time.Second).judged(no)
	s.reboot("b2").pass(settled).judged(no).pass(settled).judged(yes)
}

func TestTheLatestOutlivesTheProcess(t *testing.T) {
	first := booted(t, noon, time.Time{}).judged(yes)
	booted(t, noon.Add(-time.Hour), first.judge.Latest()).judged(no)
	booted(t, noon.Add(time.Hour), first.judge.Latest()).judged(yes)
}

// FuzzJudge plays arbitrary clocks: whatever they do, what is believed is plausible, and the state is as documented.
func FuzzJudge(f *testing.F) {
	f.Add([]byte{0, 1, 60, 2, 255, 3, 7, 4, 0, 5, 1})
	f.Add([]byte{3, 200, 0, 255, 0, 255, 4, 1, 0, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		s := booted(t, noon, time.Time{})
		for i := 0; i+1 < len(script); i += 2 {
			n := time.Duration(script[i+1])
			switch script[i] % 6 {
			case 0:
				s.pass(n * time.Minute)
			case 1:
				s.pass(n * time.Millisecond)
			case 2:
				s.set(s.Wall.Add(-n * time.Hour))
			case 3:
				s.set(s.Wall.Add(n * n * time.Hour))
			case 4:
				s.disciplined(Discipline(n % 3))
			case 5:
				s.reboot(string('a' + rune(n%4)))
			}
			before := s.judge.Latest()
			got := s.judge.Judge(s.Reading)
			after := s.judge.Latest()
			plausible := !s.Wall.Before(Earliest) && s.Wall.Before(Furthest)
			switch {
			case got == record.Synced && !plausible:
				t.Fatalf("%s was believed", s.Wall)
			case got == record.Unsynced && !after.Equal(before):
				t.Fatalf("latest moved to %s with %s, which was not believed", after, s.Wall)
			case got == record.Unsynced && plausible && s.Discipline == Disciplined:
				t.Fatalf("%s was doubted though disciplined", s.Wall)
			case got == record.Synced && after.Sub(s.Wall).Abs() > slack:
				t.Fatalf("latest is %s after %s was believed", after, s.Wall)
			}
		}
	})
}

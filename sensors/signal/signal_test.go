package signal

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

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// show is what a reader without wires shows: a letter for each lamp that is on, and since when.
type show struct {
	mu     sync.Mutex
	on     map[string]bool
	faults map[string]error // by lamp
	opened int
	told   []string
}

// bulb is one of its lamps.
type bulb struct {
	show *show
	name string
}

func (b bulb) Set(on bool) error {
	b.show.mu.Lock()
	defer b.show.mu.Unlock()
	if err := b.show.faults[b.name]; err != nil {
		return err
	}
	b.show.on[b.name] = on
	return nil
}

func (b bulb) Close() error { return nil }

func (s *show) lamp(name string, on func(light) bool) *lamp {
	return &lamp{on: on, open: func(first bool) (output, error) {
		s.mu.Lock()
		s.opened++
		s.mu.Unlock()
		if err := (bulb{s, name}).Set(first); err != nil {
			return nil, err
		}
		return bulb{s, name}, nil
	}}
}

func (s *show) breaks(name string, fault error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[name] = fault
}

// tries is how often a line was asked for.
func (s *show) tries() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

func (s *show) expect(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.told, want) {
		t.Errorf("told %q, want %q", s.told, want)
	}
}

func (s *show) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := ""
	for _, name := range []string{"buzzer", "green", "red"} {
		if s.on[name] {
			shown += name[:1]
		}
	}
	return shown
}

// stage is a signal that plays on a show.
type stage struct {
	*Signal
	*show
	stop func()
}

// perform starts a signal. Call it inside a synctest bubble.
func perform() stage {
	s := &show{on: map[string]bool{}, faults: map[string]error{}}
	signal := New(Options{})
	signal.lamps = []*lamp{
		s.lamp("buzzer", func(l light) bool { return l.buzzer }),
		s.lamp("green", func(l light) bool { return l.green }),
		s.lamp("red", func(l light) bool { return l.red }),
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		signal.Run(ctx, func(fault error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.told = append(s.told, fmt.Sprint(fault))
		})
	}()
	synctest.Wait()
	return stage{signal, s, func() { cancel(); <-done }}
}

// watch returns what is shown for d, looked at in the middle of every 10 ms: "rg*3" is red and green for 30 ms.
func (s stage) watch(d time.Duration) string {
	var words []string
	last, n := "", 0
	flush := func() {
		if n > 0 {
			words = append(words, fmt.Sprintf("%s*%d", last, n))
		}
	}
	for range d / (10 * time.Millisecond) {
		time.Sleep(5 * time.Millisecond)
		synctest.Wait()
		if now := s.show.String(); now != last || n == 0 {
			flush()
			last, n = now, 0
		}
		n++
		time.Sleep(5 * time.Millisecond)
	}
	flush()
	return strings.Join(words, " ")
}

func TestTonesAreTheirPatterns(t *testing.T) {
	for tone, want := range map[Tone]string{
		Granted:    "bg*15 g*285 *50",
		Denied:     "br*12 r*10 br*12 r*10 br*12 r*150 *144",
		AskPIN:     "bg*6 g*25 *25 g*25 *25 g*25 *25 g*25 *25 g*25 *25 g*25 *25 g*25 *19",
		AskPurpose: "bg*6 g*30 r*30 g*30 r*30 g*30 r*30 g*30 r*30 g*30 r*30 g*30 r*14",
		Warning:    "br*10 r*90 br*10 r*90 br*10 r*90 br*10 r*40",
		Alarm:      "br*70 *30 br*70 *30 br*70 *30 br*50",
		Quiet:      "*350",
		"unknown":  "*350",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := perform()
			defer s.stop()
			s.Play(tone)
			if got := s.watch(3500 * time.Millisecond); got != want {
				t.Errorf("%s: %s, want %s", tone, got, want)
			}
		})
	}
}

func TestTonesThatInterrupt(t *testing.T) {
	type step struct {
		tone Tone
		lets time.Duration
		want string // at the end
	}
	for name, steps := range map[string][]step{
		"a warning goes on after a grant":  {{Warning, time.Second + 5*time.Millisecond, "br"}, {Granted, 2 * time.Second, "g"}, {"", 1005 * time.Millisecond, "br"}},
		"an alarm goes on after a denial":  {{Alarm, 5 * time.Millisecond, "br"}, {Denied, 2055 * time.Millisecond, "r"}, {"", 10 * time.Millisecond, "br"}},
		"an alarm replaces a warning":      {{Warning, 5 * time.Millisecond, "br"}, {Alarm, 750 * time.Millisecond, ""}, {Granted, 3005 * time.Millisecond, "br"}, {"", 700 * time.Millisecond, ""}},
		"quiet ends a warning for good":    {{Warning, 5 * time.Millisecond, "br"}, {Quiet, 5 * time.Millisecond, ""}, {Granted, 3005 * time.Millisecond, ""}},
		"quiet then grant":                 {{Warning, 5 * time.Millisecond, "br"}, {Quiet, 0, ""}, {Granted, 5 * time.Millisecond, "bg"}, {"", 3 * time.Second, ""}},
		"a grant ends a question":          {{AskPIN, 5 * time.Millisecond, "bg"}, {Granted, 5 * time.Millisecond, "bg"}, {"", 3 * time.Second, ""}},
		"a question ends with nothing on":  {{AskPurpose, 400 * time.Millisecond, "r"}, {Quiet, 5 * time.Millisecond, ""}},
		"the same tone begins anew":        {{Granted, 2900 * time.Millisecond, "g"}, {Granted, 2900 * time.Millisecond, "g"}, {"", 200 * time.Millisecond, ""}},
		"a question during a warning ends": {{Warning, 5 * time.Millisecond, "br"}, {AskPIN, time.Minute + 200*time.Millisecond, "g"}, {Denied, 2065 * time.Millisecond, "br"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := perform()
				defer s.stop()
				for i, step := range steps {
					if step.tone != "" {
						s.Play(step.tone)
					}
					time.Sleep(step.lets)
					synctest.Wait()
					if got := s.show.String(); got != step.want {
						t.Fatalf("step %d: %q is on, want %q", i, got, step.want)
					}
				}
			})
		})
	}
}

func TestALampThatFailsDoesNotSilenceTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := perform()
		defer s.stop()
		s.breaks("buzzer", errors.New("no such device"))
		s.Play(Alarm)
		time.Sleep(5 * time.Millisecond)
		synctest.Wait()
		if got := s.show.String(); got != "r" {
			t.Errorf("%q is on, want the red light", got)
		}
		tries := s.tries()
		time.Sleep(10 * time.Second)
		if tried := s.tries() - tries; tried < 4 || tried > 6 {
			t.Errorf("tried a lamp %d times in 10 s, want about every %v", tried, retry)
		}
		s.breaks("buzzer", nil)
		time.Sleep(retry + time.Second)
		synctest.Wait()
		s.expect(t, "<nil>", "no such device", "<nil>")
	})
}

func TestAllLampsAreOffInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := perform()
		s.Play(Alarm)
		time.Sleep(5 * time.Millisecond)
		synctest.Wait()
		if got := s.show.String(); got != "br" {
			t.Errorf("%q is on", got)
		}
		s.stop()
		if got := s.show.String(); got != "" {
			t.Errorf("%q is on in the end", got)
		}
	})
}

func TestAQuietSignalLearnsThatALineHasGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := perform()
		defer s.stop()
		s.breaks("green", errors.New("no such device"))
		time.Sleep(check)
		synctest.Wait()
		s.expect(t, "<nil>", "no such device")
	})
}

func TestOptionsNeedALamp(t *testing.T) {
	if err := (Options{}).Validate(); err == nil {
		t.Error("a reader without a lamp was accepted")
	}
	for _, o := range []Options{{Buzzer: Lamp{Line: "a"}}, {Green: Lamp{Line: "a"}}, {Red: Lamp{Line: "a"}}} {
		if err := o.Validate(); err != nil || len(New(o).lamps) != 1 {
			t.Errorf("%+v: %v, %d lamps", o, err, len(New(o).lamps))
		}
	}
}

func TestALampWithoutALineSaysWhy(t *testing.T) {
	o, err := opener(Lamp{Line: "NO-SUCH-LINE"})(false)
	if o != nil || err == nil || !strings.Contains(err.Error(), "NO-SUCH-LINE") {
		t.Errorf("got %v, %v: want an error that names the line", o, err)
	}
}

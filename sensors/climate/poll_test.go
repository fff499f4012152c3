package climate

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
	"periph.io/x/conn/v3/physic"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scripted is a sensor that answers one after another: a temperature in whole degrees, an error, or a hang until
// released. After its last answer it repeats it.
type scripted struct {
	mu      sync.Mutex
	answers []any
	opened  int
	closed  int
	release chan struct{}
}

type hang struct{}

func (s *scripted) open() (Sensor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	return Sensor{SenseEnv: s, Name: "scripted", Close: s.close}, nil
}

func (s *scripted) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed++
	return nil
}

func (s *scripted) next() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	return a
}

func (s *scripted) Sense(env *physic.Env) error {
	switch a := s.next().(type) {
	case error:
		return a
	case hang:
		<-s.release
		return errors.New("released")
	case int:
		env.Temperature = celsius(a)
	}
	return nil
}

func (s *scripted) String() string        { return "scripted" }
func (s *scripted) Halt() error           { return nil }
func (s *scripted) Precision(*physic.Env) {}
func (s *scripted) SenseContinuous(time.Duration) (<-chan physic.Env, error) {
	return nil, errors.New("not offered")
}

type poller struct {
	start    time.Time
	readings chan Reading
	stop     func()
}

// start polls every ten seconds. Call it inside a synctest bubble.
func start(t *testing.T, open func() (Sensor, error)) *poller {
	p := &poller{start: time.Now(), readings: make(chan Reading, 1000)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Poll(ctx, Options{Open: open, Interval: 10 * time.Second}, func(r Reading) { p.readings <- r })
	}()
	p.stop = func() { cancel(); <-done }
	return p
}

// after lets time pass and returns what was reported meanwhile: seconds since the start and the answer.
func (p *poller) after(d time.Duration) []string {
	time.Sleep(d)
	synctest.Wait()
	words := []string{}
	for len(p.readings) > 0 {
		r := <-p.readings
		said := fmt.Sprintf("%.0f °C", r.Env.Temperature.Celsius())
		if r.Fault != nil {
			said = r.Fault.Error()
		}
		words = append(words, fmt.Sprintf("%gs %s", r.At.Sub(p.start).Seconds(), said))
	}
	return words
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPollReadsAtOnceAndAtIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{answers: []any{20, 21, 22}}
		p := start(t, s.open)
		expect(t, p.after(0), "0s 20 °C")
		expect(t, p.after(10*time.Second-1))
		expect(t, p.after(1), "10s 21 °C")
		expect(t, p.after(10*time.Second), "20s 22 °C")
		p.stop()
		if s.opened != 1 || s.closed != 1 {
			t.Errorf("opened %d, closed %d times, want 1 and 1", s.opened, s.closed)
		}
	})
}

func TestPollForgivesOneBadAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := errors.New("bad checksum")
		s := &scripted{answers: []any{20, bad, bad, 21}}
		p := start(t, s.open)
		defer p.stop()
		expect(t, p.after(11*time.Second), "0s 20 °C", "11s 21 °C")
		expect(t, p.after(9*time.Second), "20s 21 °C") // the ticker keeps its beat
	})
}

func TestPollReportsFaultsAndHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := errors.New("no acknowledge")
		s := &scripted{answers: []any{20, bad, bad, bad, bad, bad, bad, bad, bad, bad, 21}}
		p := start(t, s.open)
		defer p.stop()
		// Each fault takes three attempts, 0.5 s apart and after the last; pauses of 1, 2 and 4 s follow.
		expect(t, p.after(24*time.Second),
			"0s 20 °C",
			"11.5s read scripted: no acknowledge",
			"14s read scripted: no acknowledge",
			"17.5s read scripted: no acknowledge",
			"21.5s 21 °C")
		if s.opened != 4 || s.closed != 3 {
			t.Errorf("opened %d, closed %d times, want 4 and 3", s.opened, s.closed)
		}
	})
}

func TestPollRetriesMissingSensorsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := start(t, func() (Sensor, error) { return Sensor{}, errors.New("no such bus") })
		defer p.stop()
		faults := p.after(time.Hour)
		if len(faults) < 60 || len(faults) > 70 {
			t.Errorf("%d faults in an hour, want about one a minute", len(faults))
		}
		if faults[1] != "1s no such bus" || faults[2] != "3s no such bus" {
			t.Errorf("got %q", faults[:3])
		}
	})
}

func TestPollOutlivesASensorThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{answers: []any{20, hang{}, 21}, release: make(chan struct{})}
		p := start(t, s.open)
		defer p.stop()
		expect(t, p.after(time.Hour), "0s 20 °C", "25s read scripted: no answer from its bus within 15s")
		if s.opened != 1 {
			t.Fatalf("opened %d times while the sensor hangs, want 1", s.opened)
		}
		close(s.release)
		expect(t, p.after(time.Second),
			"3600s read scripted: no answer from its bus within 15s", "3601s 21 °C")
	})
}

func TestPollStopsWhileASensorHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{answers: []any{hang{}}, release: make(chan struct{})}
		p := start(t, s.open)
		time.Sleep(time.Second)
		before := time.Now()
		p.stop()
		if took := time.Since(before); took > stopping {
			t.Errorf("stopping took %v", took)
		}
		if len(p.readings) > 0 {
			t.Errorf("the end of the program is reported as a fault: %v", (<-p.readings).Fault)
		}
		close(s.release) // the bubble must not end with a goroutine left
	})
}

// A finder waits for its bus as a driver does.
func TestPollOutlivesAFinderThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{answers: []any{20}}
		release := make(chan struct{})
		p := start(t, func() (Sensor, error) {
			<-release
			return s.open()
		})
		expect(t, p.after(time.Hour), "15s no answer from its bus within 15s")
		close(release)
		expect(t, p.after(time.Second), "3600s 20 °C")
		p.stop()
		if s.opened != 1 || s.closed != 1 {
			t.Errorf("opened %d, closed %d times, want 1 and 1", s.opened, s.closed)
		}
	})
}

func TestPollStopsWhileAFinderHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		p := start(t, func() (Sensor, error) {
			<-release
			return Sensor{}, errors.New("released")
		})
		time.Sleep(time.Second)
		before := time.Now()
		p.stop()
		if took := time.Since(before); took > stopping {
			t.Errorf("stopping took %v", took)
		}
		if len(p.readings) > 0 {
			t.Errorf("the end of the program is reported as a fault: %v", (<-p.readings).Fault)
		}
		close(release) // the bubble must not end with a goroutine left
	})
}

// What is found although the end came meanwhile is closed again.
func TestPollClosesWhatIsFoundAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{answers: []any{20}}
		p := start(t, func() (Sensor, error) {
			time.Sleep(2 * time.Second)
			return s.open()
		})
		time.Sleep(time.Second)
		p.stop()
		if s.opened != 1 || s.closed != 1 {
			t.Errorf("opened %d, closed %d times, want 1 and 1", s.opened, s.closed)
		}
	})
}

// A sensor whose bus hangs keeps no other from being read.
func TestPollIsEachSensorsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := &scripted{answers: []any{hang{}}, release: make(chan struct{})}
		works := &scripted{answers: []any{20}}
		p, q := start(t, stuck.open), start(t, works.open)
		if n := len(q.after(time.Hour)); n != 361 {
			t.Errorf("%d readings in an hour beside a stuck bus, want 361", n)
		}
		close(stuck.release)
		p.stop()
		q.stop()
	})
}

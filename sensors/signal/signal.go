// Package signal plays what a badge reader tells people: patterns of its buzzer and its green and red lights, each on a
// GPIO line of its own.
package signal

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Lamp is a light or a buzzer.
type Lamp struct {
	// Line is the line's name; see package line. Empty: the lamp is not fitted.
	Line string
	// ActiveLow lamps are on at the low level.
	ActiveLow bool
}

// Options are a reader's lamps; at least one is needed.
type Options struct{ Buzzer, Green, Red Lamp }

// Validate refuses a reader without a lamp.
func (o Options) Validate() error {
	if o.Buzzer.Line == "" && o.Green.Line == "" && o.Red.Line == "" {
		return errors.New("signal: no line for a buzzer, a green or a red light: expected at least one")
	}
	return nil
}

// retry is the pause between two attempts to get a lamp's line; check is how often lamps are set anew that do not
// change, to learn whether their lines are still there.
const (
	retry = 2 * time.Second
	check = 10 * time.Second
)

// Signal plays tones. Make one with New.
type Signal struct {
	lamps  []*lamp
	played chan struct{} // has one element when a tone has come

	mu     sync.Mutex
	player player
}

// New makes a signal that is quiet. Its lines are requested by Run.
func New(o Options) *Signal {
	s := &Signal{played: make(chan struct{}, 1)}
	for _, l := range []struct {
		lamp Lamp
		on   func(light) bool
	}{
		{o.Buzzer, func(l light) bool { return l.buzzer }},
		{o.Green, func(l light) bool { return l.green }},
		{o.Red, func(l light) bool { return l.red }},
	} {
		if l.lamp.Line != "" {
			s.lamps = append(s.lamps, &lamp{open: opener(l.lamp), on: l.on})
		}
	}
	return s
}

// Play plays a tone at once, in place of the one that plays. Granted, denied and questions give way to the warning or
// the alarm that they interrupted, unless Quiet has ended it. It never waits.
func (s *Signal) Play(t Tone) {
	s.mu.Lock()
	s.player = s.player.play(t, time.Now())
	s.mu.Unlock()
	select {
	case s.played <- struct{}{}:
	default:
	}
}

// now is what is on and for how long; 0 means until another tone comes.
func (s *Signal) now(at time.Time) (light, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var l light
	var lasts time.Duration
	s.player, l, lasts = s.player.at(at)
	return l, lasts
}

// Run drives the lamps until ctx ends; then they are off. A lamp whose line is not to be had, or goes away, is tried
// again while the others play. It reports each lamp's fault once, and nil when all lamps work: at first and after
// faults. It calls report from one goroutine.
func (s *Signal) Run(ctx context.Context, report func(fault error)) {
	teller := teller{report: report}
	for ctx.Err() == nil {
		now := time.Now()
		l, lasts := s.now(now)
		teller.tell(s.show(l, now))
		wait := check
		if teller.faulty() {
			wait = retry
		}
		if lasts > 0 {
			wait = min(wait, lasts)
		}
		s.await(ctx, wait)
	}
	for _, l := range s.lamps {
		l.close()
	}
}

// show sets all lamps and returns what is wrong with them.
func (s *Signal) show(l light, now time.Time) error {
	var faults []error
	for _, lamp := range s.lamps {
		faults = append(faults, lamp.set(lamp.on(l), now))
	}
	return errors.Join(faults...)
}

// await returns when a tone has come, after d, or when ctx ends.
func (s *Signal) await(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-s.played:
	case <-timer.C:
	case <-ctx.Done():
	}
}

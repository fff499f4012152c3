package main

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
)

// granted waits until somebody was let through the door, in a way.
func (s *station) granted(ctx context.Context, reader string) error {
	_, err := s.office.await(ctx, record.AccessGranted, door, func(r programs.Stored) bool {
		d, err := data[record.AccessData](r)
		return err == nil && d.Reader == reader
	})
	return err
}

// raised waits until an alarm of the door begins, and ended until it ends.
func (s *station) raised(ctx context.Context, point, rule, level string) error {
	_, err := s.office.await(ctx, record.AlarmRaised, point, func(r programs.Stored) bool {
		d, err := data[record.AlarmData](r)
		return err == nil && d.Rule == rule && d.Level == level
	})
	return err
}

func (s *station) ended(ctx context.Context, point, rule string) error {
	_, err := s.office.await(ctx, record.AlarmCleared, point, func(r programs.Stored) bool {
		d, err := data[record.AlarmData](r)
		return err == nil && d.Rule == rule
	})
	return err
}

// opened opens the door and waits until it is known; closed closes it.
func (s *station) opened(ctx context.Context) error {
	if err := s.set("door", high); err != nil {
		return err
	}
	_, err := s.office.await(ctx, record.DoorOpened, door, changed)
	return err
}

func (s *station) closed(ctx context.Context) error {
	if err := s.set("door", low); err != nil {
		return err
	}
	_, err := s.office.await(ctx, record.DoorClosed, door, changed)
	return err
}

// strikeIs waits until the strike's line is high, or low when it is to be locked.
func (s *station) strikeIs(ctx context.Context, open bool) error {
	for {
		is, err := s.isHigh("strike")
		if err != nil || is == open {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the strike's line did not become %v", open)
		case <-time.After(look):
		}
	}
}

// neverPulsed looks at all that the kernel has noted of both strikes since before the agent was started: they were only
// ever set to what locks.
func neverPulsed(_ context.Context, s *station) (string, error) {
	all, err := s.traced()
	if err != nil {
		return "", err
	}
	for _, strike := range []struct {
		line   string
		locked bool
	}{{"strike", false}, {"magnet", true}} {
		seen := 0
		for _, h := range all {
			if h.line != s.trace.number[strike.line] {
				continue
			}
			seen++
			if h.high != strike.locked {
				return "", fmt.Errorf("the line %s was set to unlock %s after boot", strike.line, h.at)
			}
		}
		if seen == 0 {
			return "", fmt.Errorf("the line %s was not set at all", strike.line)
		}
	}
	return "fail-secure only low, fail-safe only high", nil
}

func forced(ctx context.Context, s *station) (string, error) {
	if err := s.opened(ctx); err != nil {
		return "", err
	}
	if err := s.raised(ctx, door, "forced", "critical"); err != nil {
		return "", err
	}
	if err := s.closed(ctx); err != nil {
		return "", err
	}
	return "", s.ended(ctx, door, "forced")
}

func denied(ctx context.Context, s *station) (string, error) {
	if _, err := s.traced(); err != nil {
		return "", err
	}
	if err := s.typed(stranger); err != nil {
		return "", err
	}
	r, err := s.office.await(ctx, record.AccessDenied, door, nil)
	if err != nil {
		return "", err
	}
	d, err := data[record.AccessData](r)
	if err != nil || d.Reason != "unknown-card" || d.Hash != hash(stranger) {
		return "", fmt.Errorf("denied with %s (%v)", r.Data, err)
	}
	return d.Card + " " + d.Reason, s.notUnlocked()
}

// notUnlocked looks at what was traced: the strike was not set to open.
func (s *station) notUnlocked() error {
	all, err := s.traced()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(h happening) bool { return h.line == s.trace.number["strike"] && h.high }) {
		return fmt.Errorf("the strike was opened")
	}
	return nil
}

// visits is how often somebody comes in to measure the time from the badge to the strike.
const visits = 30

// enterKey ends a card that a USB reader types: KEY_ENTER of linux/input-event-codes.h.
const enterKey = 28

// comeAndGo lets people badge and go through the door, as often as asked, and measures by the kernel's own notes.
func comeAndGo(times int) func(context.Context, *station) (string, error) {
	return func(ctx context.Context, s *station) (string, error) {
		if _, err := s.traced(); err != nil {
			return "", err
		}
		for i := range times {
			if err := s.typed([]string{anna, boris}[i%2]); err != nil {
				return "", err
			}
			if err := s.granted(ctx, "machine-room/reader"); err != nil {
				return "", err
			}
			if err := s.opened(ctx); err != nil {
				return "", err
			}
			if err := s.strikeIs(ctx, false); err != nil {
				return "", err
			}
			if err := s.closed(ctx); err != nil {
				return "", err
			}
		}
		all, err := s.traced()
		if err != nil {
			return "", err
		}
		return strikeTimes(all, s.trace.number["strike"], times)
	}
}

// strikeTimes finds each badge and what the strike did next: open, and lock again before the next badge.
func strikeTimes(all []happening, strike, want int) (string, error) {
	var took, open []time.Duration
	var badge, since time.Duration
	for _, h := range all {
		switch {
		case h.line < 0 && h.key == enterKey:
			if since != 0 {
				return "", fmt.Errorf("the strike was open when the next badge was read")
			}
			badge = h.at
		case h.line == strike && h.high && since == 0:
			if badge == 0 {
				return "", fmt.Errorf("the strike opened without a badge, %s after boot", h.at)
			}
			took, since, badge = append(took, h.at-badge), h.at, 0
		case h.line == strike && !h.high && since != 0:
			open, since = append(open, h.at-since), 0
		}
	}
	if len(took) != want || len(open) != want {
		return "", fmt.Errorf("the strike opened %d times and locked %d times for %d badges", len(took), len(open), want)
	}
	slices.Sort(took)
	tenth := 100 * time.Microsecond
	return fmt.Sprintf("%d badges; from the last key to the strike's line p50 %s, p99 %s, at most %s (wanted: 50ms)", want,
		took[want/2].Round(tenth), took[(want*99-1)/100].Round(tenth), took[want-1].Round(tenth)), nil
}

func heldOpen(ctx context.Context, s *station) (string, error) {
	if err := s.typed(anna); err != nil {
		return "", err
	}
	if err := s.granted(ctx, "machine-room/reader"); err != nil {
		return "", err
	}
	if err := s.opened(ctx); err != nil {
		return "", err
	}
	if err := s.raised(ctx, door, "held", "minor"); err != nil {
		return "", err
	}
	if err := s.raised(ctx, door, "held-long", "major"); err != nil {
		return "", err
	}
	if err := s.closed(ctx); err != nil {
		return "", err
	}
	return "", s.ended(ctx, door, "held-long")
}

func exitButton(ctx context.Context, s *station) (string, error) {
	if err := s.set("exit", low); err != nil {
		return "", err
	}
	r, err := s.office.await(ctx, record.AccessGranted, door, nil)
	if err != nil {
		return "", err
	}
	d, err := data[record.AccessData](r)
	if err != nil {
		return "", err
	}
	if err := s.set("exit", high); err != nil {
		return "", err
	}
	if err := s.strikeIs(ctx, true); err != nil {
		return "", err
	}
	return d.Method, s.goThrough(ctx)
}

// goThrough opens a door that is unlocked and closes it: nothing is wrong with that.
func (s *station) goThrough(ctx context.Context) error {
	if err := s.opened(ctx); err != nil {
		return err
	}
	if err := s.strikeIs(ctx, false); err != nil {
		return err
	}
	if err := s.closed(ctx); err != nil {
		return err
	}
	for _, r := range s.office.events[s.office.began:] {
		if r.Type == record.AlarmRaised && r.Source == door {
			return fmt.Errorf("an alarm: %s", r.Data)
		}
	}
	return nil
}

// ordered opens the door by a command of head office.
func ordered(ctx context.Context, s *station) (string, error) {
	if err := s.order(ctx, "door.unlock"); err != nil {
		return "", err
	}
	if err := s.strikeIs(ctx, true); err != nil {
		return "", err
	}
	return "", s.goThrough(ctx)
}

// order gives the agent a command about the door, and waits until it is carried out.
func (s *station) order(ctx context.Context, verb string) error {
	given, err := s.office.actor().Command(ctx, s.office.station, node, verb, door, nil, hung)
	if err != nil {
		return err
	}
	_, err = s.office.await(ctx, record.CommandExecuted, door, func(r programs.Stored) bool {
		d, err := data[record.CommandData](r)
		return err == nil && d.ID == given.ID
	})
	return err
}

// alone lets somebody in while head office does not answer: what happened arrives when it does again.
func alone(ctx context.Context, s *station) (string, error) {
	s.office.program.Signal(syscall.SIGSTOP)
	begin := time.Now()
	err := func() error {
		defer s.office.program.Signal(syscall.SIGCONT)
		if err := s.typed(anna); err != nil {
			return err
		}
		if err := s.strikeIs(ctx, true); err != nil {
			return err
		}
		if err := s.set("door", high); err != nil {
			return err
		}
		return s.strikeIs(ctx, false)
	}()
	if err != nil {
		return "", err
	}
	away := time.Since(begin)
	if err := s.granted(ctx, "machine-room/reader"); err != nil {
		return "", err
	}
	if _, err := s.office.await(ctx, record.DoorOpened, door, changed); err != nil {
		return "", err
	}
	return fmt.Sprintf("for %s", away.Round(time.Second/10)), s.closed(ctx)
}

// killed ends the agent without warning while the strike is open: the kernel lets go of its line, which a resistor outside
// then locks. The agent that starts next does not open it again.
func killed(ctx context.Context, s *station) (string, error) {
	if err := s.typed(anna); err != nil {
		return "", err
	}
	if err := s.granted(ctx, "machine-room/reader"); err != nil {
		return "", err
	}
	if err := s.strikeIs(ctx, true); err != nil {
		return "", err
	}
	if _, err := s.stopAgent(syscall.SIGKILL); err != nil {
		return "", err
	}
	if err := s.strikeIs(ctx, false); err != nil {
		return "", err
	}
	if _, err := s.traced(); err != nil {
		return "", err
	}
	if err := s.runAgent(0, "/data/agent"); err != nil {
		return "", err
	}
	if _, err := s.office.await(ctx, record.NodeStarted, "node", nil); err != nil {
		return "", err
	}
	if err := s.set("door", high); err != nil { // and what it knew is there: the door is still watched
		return "", err
	}
	if _, err := s.office.await(ctx, record.DoorOpened, door, nil); err != nil {
		return "", err
	}
	if err := s.closed(ctx); err != nil {
		return "", err
	}
	return "", s.notUnlocked()
}

func contacts(ctx context.Context, s *station) (string, error) {
	for _, input := range []struct{ point, line, active, rest, level string }{
		{"machine-room/leak", "leak", low, high, "critical"},
		{"machine-room/cabinet", "tamper", high, low, "major"},
	} {
		if err := s.set(input.line, input.active); err != nil {
			return "", err
		}
		r, err := s.office.await(ctx, record.InputActivated, input.point, nil)
		if err != nil {
			return "", err
		}
		d, err := data[record.InputData](r)
		if err != nil {
			return "", err
		}
		if err := s.raised(ctx, input.point, d.Kind, input.level); err != nil {
			return "", err
		}
		if err := s.set(input.line, input.rest); err != nil {
			return "", err
		}
		if _, err := s.office.await(ctx, record.InputRested, input.point, nil); err != nil {
			return "", err
		}
	}
	return "a leak is critical, an open cabinet major", nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/sensors/hil/hands"
)

// points asks the agent that runs.
func points(_ context.Context, s *station) (string, error) {
	said, err := s.ask(0, "points", "--config", "/agent.yaml")
	return "\n" + said, errors.Join(err, holds(said, door, "closed", temperature, "25.5", rack))
}

// probe looks for hardware while the agent runs.
func probe(_ context.Context, s *station) (string, error) {
	said, err := s.ask(0, "probe", "--config", "/agent.yaml")
	return "\n" + said, errors.Join(err, holds(said, "gpiochip0", "strike", "data0", "0x48", "28-060504030201", "/dev/ttyS1"))
}

// holds is an error when some words are not in a text.
func holds(text string, words ...string) error {
	var missing []string
	for _, word := range words {
		if !strings.Contains(text, word) {
			missing = append(missing, word)
		}
	}
	if missing != nil {
		return fmt.Errorf("%q is not in:\n%s", missing, text)
	}
	return nil
}

// somebody is a user without any rights.
const somebody = 1000

// unpermitted runs the agent as a user who may not open the chip of the door.
func unpermitted(ctx context.Context, s *station) (string, error) {
	if _, err := s.stopAgent(syscall.SIGTERM); err != nil {
		return "", err
	}
	if err := errors.Join(s.hands.Permit("/dev/gpiochip0", 0o600), s.hands.Permit("/card.key", 0o644)); err != nil {
		return "", err
	}
	probed, err := s.ask(somebody, "probe", "--config", "/agent.yaml")
	if err != nil {
		return "", err
	}
	if err := holds(probed, "/dev/gpiochip0", "NO PERMISSION", "strike"); err != nil {
		return "", err
	}
	if err := s.runAgent(somebody, "/tmp/somebody"); err != nil {
		return "", err
	}
	said, err := s.failed(ctx, door)
	if err != nil {
		return "", err
	}
	if err := holds(said, "permission", "/dev/gpiochip0"); err != nil {
		return "", err
	}
	if _, err := s.stopAgent(syscall.SIGTERM); err != nil {
		return "", err
	}
	if err := s.runAgent(0, "/data/agent"); err != nil {
		return "", err
	}
	_, err = s.office.await(ctx, record.DoorClosed, door, nil)
	return said + "\nagent probe as that user:\n" + probed, err
}

// Times of the watchdog. The agent is to show signs of life thrice in the first; the machine restarts without one in the
// second.
const (
	signsWithin = 6 * time.Second
	bitesAfter  = 10 * time.Second
)

// watchdog restarts the agent as systemd would run it, sees that the machine outlives the watchdog's time, stops the agent
// and waits for the machine to restart. Nothing can be checked after it.
func watchdog(ctx context.Context, s *station) (string, error) {
	if _, err := s.stopAgent(syscall.SIGTERM); err != nil {
		return "", err
	}
	const socket = "/run/notify"
	if err := s.hands.Supervise(hands.Supervision{Socket: socket, Device: "/dev/watchdog0", Timeout: bitesAfter}); err != nil {
		return "", err
	}
	err := s.runAgent(0, "/data/agent", "NOTIFY_SOCKET="+socket, fmt.Sprintf("WATCHDOG_USEC=%d", signsWithin.Microseconds()))
	if err != nil {
		return "", err
	}
	begin := time.Now()
	if err := s.fed(ctx, int(bitesAfter/(signsWithin/3))+2); err != nil {
		return "", err
	}
	fed := time.Since(begin)
	if err := s.hands.Send(s.agent, int(syscall.SIGSTOP)); err != nil {
		return "", err
	}
	begin = time.Now()
	if err := s.monitor.await(ctx, "WATCHDOG"); err != nil {
		return "", err
	}
	return fmt.Sprintf("fed for %s, restarted %s after the agent was stopped", fed.Round(time.Second), time.Since(begin).Round(time.Second)), nil
}

// fed waits until the watchdog was fed so often.
func (s *station) fed(ctx context.Context, times int) error {
	for {
		fed, err := s.hands.Fed()
		if err != nil || fed >= times {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the agent has shown %d signs of life: %w", fed, ctx.Err())
		case <-time.After(look):
		}
	}
}

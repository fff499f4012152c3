package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"stationkeeper/internal/record"
)

// boardChecks are on a board whose hardware is not played by anything of ours: QEMU's model of it is set through the
// monitor, and the kernel is as Debian's users have it.
func boardChecks() []check {
	return []check{
		{"the agent starts and reports", begin, true},
		{"a clock that was wrong is set", setClock, false},
		{"cards arrive from head office", sendCards, false},
		{"the door is opened and closed", openAndCloseOnBoard, false},
		{"head office opens the door", orderedOnBoard, false},
		{"the thermometer is read", readOnBoard, false},
	}
}

// pin sets what is wired to a line of the board's first bank.
func (s *station) pin(name string, high bool) error {
	return s.monitor.do("qom-set", map[string]any{"path": "/machine/soc/gpio", "property": name, "value": high})
}

// Pins of the board, by the names that .ci/machines gave their lines.
const (
	doorPin   = "gpioF0"
	strikePin = "gpioF2"
)

// setClock does what a time service does when it has found the time: the board has no clock that outlasts its power.
func setClock(ctx context.Context, s *station) (string, error) {
	if err := s.hands.SetClock(time.Now()); err != nil {
		return "", err
	}
	r, err := s.office.await(ctx, record.ClockChanged, "clock", nil)
	if err != nil {
		return "", err
	}
	d, err := data[record.ClockChangedData](r)
	if err == nil && d.Clock != record.Synced {
		err = fmt.Errorf("the clock is %s after it was set", d.Clock)
	}
	return fmt.Sprintf("from %s to %s", d.From.Format(time.DateTime), d.To.Format(time.DateTime)), err
}

func openAndCloseOnBoard(ctx context.Context, s *station) (string, error) {
	if err := s.pin(doorPin, true); err != nil {
		return "", err
	}
	r, err := s.office.await(ctx, record.DoorOpened, door, changed)
	if err != nil {
		return "", err
	}
	if r.Clock != record.Synced {
		return "", fmt.Errorf("the door was opened with a clock that is %s", r.Clock)
	}
	if err := s.pin(doorPin, false); err != nil {
		return "", err
	}
	_, err = s.office.await(ctx, record.DoorClosed, door, changed)
	return "", err
}

// orderedOnBoard looks at the strike's line where it leaves the board.
func orderedOnBoard(ctx context.Context, s *station) (string, error) {
	if err := s.strikePinIs(ctx, false); err != nil {
		return "", err
	}
	if err := s.order(ctx, "door.unlock"); err != nil {
		return "", err
	}
	if err := s.strikePinIs(ctx, true); err != nil {
		return "", err
	}
	if err := s.pin(doorPin, true); err != nil {
		return "", err
	}
	if err := s.strikePinIs(ctx, false); err != nil {
		return "", err
	}
	if err := s.pin(doorPin, false); err != nil {
		return "", err
	}
	_, err := s.office.await(ctx, record.DoorClosed, door, changed)
	return "the strike's pin was low, high, and low when the door opened", err
}

// strikePinIs waits until QEMU sees that on the strike's pin.
func (s *station) strikePinIs(ctx context.Context, high bool) error {
	for {
		answer, err := s.monitor.ask("qom-get", map[string]any{"path": "/machine/soc/gpio", "property": strikePin})
		if err != nil || string(answer) == strconv.FormatBool(high) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the strike's pin is %s, and did not change", answer)
		case <-time.After(look):
		}
	}
}

// readOnBoard sets the thermometer from outside, also below zero. QEMU takes thousandths of 1 °C; the sensor rounds to
// what it can tell.
func readOnBoard(ctx context.Context, s *station) (string, error) {
	for _, celsius := range []float64{25.5, -10.25, 80} {
		err := s.monitor.do("qom-set", map[string]any{
			"path": "/machine/peripheral/thermometer", "property": "temperature", "value": int(celsius * 1000)})
		if err != nil {
			return "", err
		}
		const tells = 0.5 // of which it is at most half wrong
		_, err = s.office.point(ctx, temperature, func(p shown) bool {
			value, ok := p.Value.(float64)
			return ok && p.Quality == record.Good && math.Abs(value-celsius) <= tells
		})
		if err != nil {
			return "", err
		}
	}
	return "25.5, -10.25 and 80 °C", nil
}

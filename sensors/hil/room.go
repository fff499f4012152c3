package main

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
	"stationkeeper/sensors/hil/hands"
)

// Points of the room, as its configuration names them.
const (
	door        = "machine-room/door"
	vault       = "vault/door"
	temperature = "machine-room/temperature"
	rack        = "rack/temperature"
)

// plans are all that is run.
func plans() []plan {
	return []plan{
		{name: "room", board: roomBoard, checks: append(short(), roomChecks()...)},
		{name: "board", board: armBoard, checks: boardChecks()},
	}
}

// short are the checks that run with every change.
func short() []check {
	return []check{
		{"lines and buses are wired", wire, true},
		{"the agent starts and reports", begin, true},
		{"starting did not pulse a strike", neverPulsed, false},
		{"cards arrive from head office", sendCards, false},
		{"a badge opens the strike, which locks when the door opens", comeAndGo(3), false},
		{"a door that is forced is an alarm until it is closed", forced, false},
		{"a bus is unplugged and plugged in again", unplugBus, false},
	}
}

func roomChecks() []check {
	return []check{
		{"all thermometers are read", readAll, false},
		{"an unknown card opens nothing", denied, false},
		{"thirty people come in", comeAndGo(visits), false},
		{"a door that is held open is a warning, then an alarm", heldOpen, false},
		{"the exit button opens the door", exitButton, false},
		{"a badge at the Wiegand reader opens the door", wiegand, false},
		{"a badge at the serial reader opens the door", serialReader, false},
		{"a card at the SPI reader opens the door", spiReader, false},
		{"head office opens the door", ordered, false},
		{"a badge opens the door while head office does not answer", alone, false},
		{"a USB reader is unplugged and plugged in again", unplugReader, false},
		{"a leak and an open cabinet are alarms", contacts, false},
		{"nine edges of a bouncing contact are one event", bounce, false},
		{"after a hundred edges the level is right", burst, false},
		{"a sensor on 1-Wire disappears and comes back", unplugOneWire, false},
		{"a GPIO chip that appears later is found", lateChip, false},
		{"a GPIO chip disappears and comes back", unplugChip, false},
		{"agent points lists all points", points, false},
		{"agent probe says what the machine has", probe, false},
		{"killed with the strike open, the agent leaves it locked", killed, false},
		{"without permission the agent says what it may not", unpermitted, false},
		{"the watchdog restarts a machine whose agent hangs", watchdog, false},
	}
}

// wire makes the room's hardware: a chip with the door's lines, each as it is at rest, and the sensors on its bus.
func wire(ctx context.Context, s *station) (string, error) {
	err := s.addChip("room", "door", "bolt", "exit", "strike", "magnet", "tamper", "leak", "data0", "data1", "buzzer", "green", "red")
	if err != nil {
		return "", err
	}
	for _, line := range []string{"exit", "leak", "data0", "data1"} { // the others are low
		if err := s.set(line, high); err != nil {
			return "", err
		}
	}
	if _, err := s.hands.Play(chips()...); err != nil {
		return "", err
	}
	if err := s.nameReader(ctx); err != nil {
		return "", err
	}
	return "", s.watch()
}

// nameReader gives the USB reader the name that the agent knows it by, as the station's udev rule does: a machine has other
// input devices, such as its power button, and their numbers change.
func (s *station) nameReader(ctx context.Context) error {
	for {
		found, err := s.hands.Glob("/sys/class/input/event*")
		if err != nil {
			return err
		}
		for _, event := range found {
			name, err := s.hands.Read(event + "/device/name")
			if err == nil && strings.Contains(name, "USB Keyboard") {
				return s.hands.Link("/dev/input/"+path.Base(event), "/dev/stationkeeper/reader")
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no USB reader among %d input devices: %w", len(found), ctx.Err())
		case <-time.After(look):
		}
	}
}

// Files by which simulated hardware is set.
const (
	bus     = "/sys/module/station_i2c/parameters/set"
	oneWire = "/sys/module/station_onewire/parameters/"
)

func begin(ctx context.Context, s *station) (string, error) {
	if err := s.runAgent(0, "/data/agent"); err != nil {
		return "", err
	}
	r, err := s.office.await(ctx, record.NodeStarted, "node", nil)
	if err != nil {
		return "", err
	}
	_, err = s.office.point(ctx, door, func(p shown) bool { return p.Value == "closed" })
	return "its clock is " + string(r.Clock), err
}

// changed says that a door's state was seen to change rather than found.
func changed(r programs.Stored) bool {
	d, err := data[record.DoorData](r)
	return err == nil && !d.Initial
}

func unplugBus(ctx context.Context, s *station) (string, error) {
	if err := s.hands.Write(bus, "0x48 remove"); err != nil {
		return "", err
	}
	said, err := s.failed(ctx, temperature)
	if err != nil {
		return "", err
	}
	if err := s.hands.Write(bus, "0x48 insert"); err != nil {
		return "", err
	}
	return said, s.recovered(ctx, temperature)
}

// failed waits until a point has failed, and returns the words.
func (s *station) failed(ctx context.Context, point string) (string, error) {
	r, err := s.office.await(ctx, record.PointFailed, point, nil)
	if err != nil {
		return "", err
	}
	d, err := data[record.PointData](r)
	if err == nil && d.Reason == "" {
		err = fmt.Errorf("%s failed without a reason", point)
	}
	return fmt.Sprintf("%q", d.Reason), err
}

func (s *station) recovered(ctx context.Context, point string) error {
	_, err := s.office.await(ctx, record.PointRecovered, point, nil)
	return err
}

// settled is less than the time for which the door's contact must keep its level to count.
const settled = 10 * time.Millisecond

// bounce is a contact that closes as contacts do. It is done again when this computer, being busy, stopped the machine in
// the middle: that would be no bouncing.
func bounce(ctx context.Context, s *station) (string, error) {
	for {
		played, err := s.hands.Play(s.edges(9, time.Millisecond)...)
		if err != nil {
			return "", err
		}
		if _, err := s.office.await(ctx, record.DoorOpened, door, changed); err != nil {
			return "", err
		}
		if err := s.closed(ctx); err != nil {
			return "", err
		}
		if played.Longest >= settled {
			if _, err := s.office.point(ctx, door, func(p shown) bool { return p.Value == "closed" }); err != nil {
				return "", err
			}
			if err := s.office.read(ctx); err != nil {
				return "", err
			}
			s.office.mark()
			continue
		}
		seen := s.doorEvents(s.office.began)
		if len(seen) != 2 {
			return "", fmt.Errorf("an opening and a closing were %d events: %s", len(seen), list(seen))
		}
		return fmt.Sprintf("within %s", played.Took.Round(time.Millisecond/10)), nil
	}
}

// burst is more edges than the kernel keeps, at full speed. However many of them were seen, the last level counts.
func burst(ctx context.Context, s *station) (string, error) {
	played, err := s.hands.Play(s.edges(101, 0)...)
	if err != nil {
		return "", err
	}
	if _, err := s.office.await(ctx, record.DoorOpened, door, changed); err != nil {
		return "", err
	}
	if _, err := s.office.point(ctx, door, func(p shown) bool { return p.Value == "open" }); err != nil {
		return "", err
	}
	if err := s.closed(ctx); err != nil {
		return "", err
	}
	seen := s.doorEvents(s.office.began)
	for i, r := range seen {
		if want := []string{record.DoorOpened, record.DoorClosed}[i%2]; r.Type != want {
			return "", fmt.Errorf("opening and closing do not take turns: %s", list(seen))
		}
	}
	return fmt.Sprintf("within %s, %d openings", played.Took.Round(time.Millisecond/10), len(seen)/2), nil
}

// edges are changes of the door's contact from closed on, an odd number of which leave it open.
func (s *station) edges(number int, pause time.Duration) []hands.Step {
	var steps []hands.Step
	for i := range number {
		step := s.at("door", []string{high, low}[i%2])
		step.Pause = pause
		steps = append(steps, step)
	}
	return steps
}

// doorEvents are the door's openings and closings among events from one on.
func (s *station) doorEvents(from int) []programs.Stored {
	var seen []programs.Stored
	for _, r := range s.office.events[from:] {
		if r.Source == door && (r.Type == record.DoorOpened || r.Type == record.DoorClosed) {
			seen = append(seen, r)
		}
	}
	return seen
}

func unplugOneWire(ctx context.Context, s *station) (string, error) {
	if err := s.hands.Write(oneWire+"unplugged", "1"); err != nil {
		return "", err
	}
	said, err := s.failed(ctx, rack)
	if err != nil {
		return "", err
	}
	if err := s.hands.Write(oneWire+"unplugged", "0"); err != nil {
		return "", err
	}
	return said, s.recovered(ctx, rack)
}

func lateChip(ctx context.Context, s *station) (string, error) {
	p, err := s.office.point(ctx, vault, func(p shown) bool { return p.Quality == record.Faulty })
	if err != nil {
		return "", err
	}
	if err := s.addChip("late", "vault"); err != nil {
		return "", err
	}
	if err := s.recovered(ctx, vault); err != nil {
		return "", err
	}
	return fmt.Sprintf("before: %q", p.Reason), nil
}

func unplugChip(ctx context.Context, s *station) (string, error) {
	if err := s.plugChip("late", false); err != nil {
		return "", err
	}
	said, err := s.failed(ctx, vault)
	if err != nil {
		return "", err
	}
	if err := s.plugChip("late", true); err != nil {
		return "", err
	}
	return said, s.recovered(ctx, vault)
}

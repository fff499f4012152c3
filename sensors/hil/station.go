package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"stationkeeper/sensors/hil/hands"
)

// node is the name of the agent, as its configuration says.
const node = "agent"

// station is a machine with an agent in it, and the head office outside that the agent reports to.
type station struct {
	*vm
	office *office
	kernel string // its release
	// lines are the folders of simulated lines, by name.
	lines map[string]string
	// agent is the process id of the agent; 0 when there is none. said counts its lines that explain has printed.
	agent, said int
	trace       trace
}

// open boots a machine and starts its head office.
func (w *workshop) open(ctx context.Context, b board) (*station, error) {
	office, err := w.openOffice(ctx, b.name)
	if err != nil {
		return nil, err
	}
	m, err := w.boot(ctx, b)
	if err != nil {
		office.close()
		return nil, err
	}
	s := &station{vm: m, office: office, lines: map[string]string{}}
	office.alive = s.alive
	s.kernel, err = m.hands.Read("/proc/sys/kernel/osrelease")
	return s, err
}

func (s *station) close() {
	s.vm.close()
	s.office.close()
}

// addChip makes a GPIO chip with lines of those names appear. All are low.
func (s *station) addChip(name string, lines ...string) error {
	chip := "/sys/kernel/config/gpio-sim/" + name
	bank := chip + "/lines"
	if err := s.hands.Mkdir(bank); err != nil {
		return err
	}
	if err := s.hands.Write(bank+"/num_lines", fmt.Sprint(len(lines))); err != nil {
		return err
	}
	for i, line := range lines {
		folder := fmt.Sprintf("%s/line%d", bank, i)
		if err := s.hands.Mkdir(folder); err != nil {
			return err
		}
		if err := s.hands.Write(folder+"/name", line); err != nil {
			return err
		}
	}
	if err := s.hands.Write(chip+"/live", "1"); err != nil {
		return err
	}
	device, err := s.hands.Read(chip + "/dev_name")
	if err != nil {
		return err
	}
	gpiochip, err := s.hands.Read(bank + "/chip_name")
	if err != nil {
		return err
	}
	for i, line := range lines {
		s.lines[line] = fmt.Sprintf("/sys/devices/platform/%s/%s/sim_gpio%d", device, gpiochip, i)
	}
	return nil
}

// plugChip makes a chip disappear, under whoever holds its lines, or appear again.
func (s *station) plugChip(name string, there bool) error {
	live := map[bool]string{false: "0", true: "1"}[there]
	return s.hands.Write("/sys/kernel/config/gpio-sim/"+name+"/live", live)
}

// Levels that what is wired to a line gives it.
const (
	low  = "pull-down"
	high = "pull-up"
)

// at is the command that gives a line a level.
func (s *station) at(line, level string) hands.Step {
	return hands.Step{Path: s.lines[line] + "/pull", Text: level}
}

// set gives a line a level from outside.
func (s *station) set(line, level string) error {
	_, err := s.hands.Play(s.at(line, level))
	return err
}

// isHigh reads what is on a line.
func (s *station) isHigh(line string) (bool, error) {
	value, err := s.hands.Read(s.lines[line] + "/value")
	return value == "1", err
}

// runAgent starts the agent as a user, with more in its environment than nothing.
func (s *station) runAgent(user uint32, data string, environment ...string) (err error) {
	s.agent, err = s.hands.Start(hands.Program{Path: "/agent", User: user, Arguments: s.agentFlags(data), Environment: environment})
	s.said = 0
	return err
}

// alive is an error when the agent has ended.
func (s *station) alive() error {
	if s.agent == 0 {
		return nil
	}
	ended, err := s.hands.Ended(s.agent)
	if err == nil && ended {
		err = errors.New("the agent has ended")
	}
	return err
}

func (s *station) agentFlags(data string) []string {
	return []string{"--config", "/agent.yaml", "--station", s.office.station, "--node", node, "--data", data,
		"--broker", "mqtt://10.0.2.2:" + s.office.port}
}

// stopAgent ends the agent with a signal, and returns when it has ended.
func (s *station) stopAgent(signal syscall.Signal) (hands.Output, error) {
	if err := s.hands.Send(s.agent, int(signal)); err != nil {
		return hands.Output{}, err
	}
	return s.hands.Await(s.agent)
}

// agentSays returns what the agent has said since it was asked last.
func (s *station) agentSays() []string {
	if s.agent == 0 {
		return nil
	}
	out, err := s.hands.Said(s.agent)
	if err != nil {
		return []string{"(not known: " + err.Error() + ")"}
	}
	fresh := out.Lines[min(s.said, len(out.Lines)):]
	s.said = len(out.Lines)
	if out.Ended {
		fresh = append(fresh, fmt.Sprintf("(ended with %d)", out.Code))
	}
	return fresh
}

// ask runs the agent for something else than its work, and returns what it says.
func (s *station) ask(user uint32, arguments ...string) (string, error) {
	out, err := s.hands.Run(hands.Program{Path: "/agent", User: user, Arguments: arguments})
	return strings.Join(out.Lines, "\n"), err
}

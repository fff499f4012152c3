package main

import (
	"bufio"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// trace is what the kernel itself notes of its lines and its keyboards: nothing that a program does to a line escapes it,
// however short. Times are since boot.
type trace struct {
	number map[string]int // the kernel's numbers of lines
}

const tracing = "/sys/kernel/tracing"

// watch begins to trace all GPIO lines, and the keys of input devices, whose device, type, code and value are the first four
// arguments of the kernel's function input_event.
func (s *station) watch() error {
	for _, f := range [][2]string{
		{"/trace_clock", "mono"}, {"/kprobe_events", "p:key input_event type=%si:u32 code=%dx:u32 value=%cx:s32"},
		{"/events/kprobes/key/enable", "1"}, {"/events/gpio/enable", "1"}, {"/tracing_on", "1"},
	} {
		if err := s.hands.Write(tracing+f[0], f[1]); err != nil {
			return fmt.Errorf("trace: %w", err)
		}
	}
	return s.numberLines()
}

var chipLine = regexp.MustCompile(`(?m)^(gpiochip\d+): GPIOs (\d+)-`)

// numberLines finds the numbers by which the kernel calls lines.
func (s *station) numberLines() error {
	text, err := s.hands.Read("/sys/kernel/debug/gpio")
	if err != nil {
		return err
	}
	s.trace.number = map[string]int{}
	for _, chip := range chipLine.FindAllStringSubmatch(text, -1) {
		first, err := strconv.Atoi(chip[2])
		if err != nil {
			return err
		}
		for name, folder := range s.lines {
			var offset int
			_, place, found := strings.Cut(folder, "/"+chip[1]+"/sim_gpio")
			if _, err := fmt.Sscan(place, &offset); found && err == nil {
				s.trace.number[name] = first + offset
			}
		}
	}
	return nil
}

// happening is one thing that was traced.
type happening struct {
	at time.Duration
	// line is the number of the one that was set, and high to what; -1 when a key was pressed instead.
	line int
	high bool
	key  int
}

var (
	stamped = regexp.MustCompile(`\s(\d+\.\d+): (\w+): (.*)$`)
	lineSet = regexp.MustCompile(`^(\d+) set ([01])`)
	keyDown = regexp.MustCompile(`type=1 code=(\d+) value=1`)
)

// traced takes what was traced since it was called last.
func (s *station) traced() ([]happening, error) {
	text, err := s.hands.Read(tracing + "/trace")
	if err != nil {
		return nil, err
	}
	if err := s.hands.Write(tracing+"/trace", ""); err != nil {
		return nil, err
	}
	return parseTrace(text)
}

func parseTrace(text string) ([]happening, error) {
	var all []happening
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		found := stamped.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		at, err := time.ParseDuration(found[1] + "s")
		if err != nil {
			return nil, fmt.Errorf("the kernel's trace: %w", err)
		}
		h := happening{at: at, line: -1}
		if set := lineSet.FindStringSubmatch(found[3]); found[2] == "gpio_value" && set != nil {
			h.line, err = strconv.Atoi(set[1])
			h.high = set[2] == "1"
		} else if key := keyDown.FindStringSubmatch(found[3]); found[2] == "key" && key != nil {
			h.key, err = strconv.Atoi(key[1])
		} else {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("the kernel's trace: %w", err)
		}
		all = append(all, h)
	}
	return all, nil
}

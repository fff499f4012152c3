package line

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// Pulse is the beginning of one pulse on one of several lines.
type Pulse struct {
	// Line is the line's place in the order in which they were asked for.
	Line int
	// At is when, by the kernel's clock at the interrupt.
	At time.Time
	// Lost is how many pulses, of any of the lines, were dropped before this one because nobody fetched them.
	Lost uint32
}

// Pulses are inputs of one chip whose pulses come in the order in which the kernel saw them.
type Pulses struct {
	*held
	numbers []uint32 // of the lines on their chip
	pulses  chan Pulse
}

// OpenPulses requests lines of one chip, all with the same resistor, for their pulses, which are at the active level.
func OpenPulses(names []string, pull gpio.Pull, active gpio.Level) (*Pulses, error) {
	places, err := together(names, Chips())
	if err != nil {
		return nil, err
	}
	in := &Pulses{pulses: make(chan Pulse, 64)}
	for _, p := range places {
		in.numbers = append(in.numbers, uint32(p.info.Number))
	}
	// An edge to the active level is a rising one of the value that counts.
	flags := uapi.LineFlagV2Input | uapi.LineFlagV2EdgeRising | bias(pull)
	if active == gpio.Low {
		flags |= uapi.LineFlagV2ActiveLow
	}
	name := "GPIO lines " + strings.Join(names, " and ")
	if in.held, err = hold(name, places[0].chip, flags, in.numbers...); err != nil {
		return nil, refusedAll(name, names, places, err)
	}
	in.reader.Go(in.read)
	return in, nil
}

// together finds lines that have to be on one chip.
func together(names []string, chips []Chip) (places []place, err error) {
	for i, name := range names {
		p, err := find(parse(name), chips)
		if err != nil {
			return nil, err
		}
		places = append(places, p)
		if first := places[0].chip; p.chip != first {
			return nil, fmt.Errorf("%s is on %s and %s on %s: they have to be on one chip", parse(names[0]), first, parse(names[i]), p.chip)
		}
	}
	return places, nil
}

// refusedAll explains why lines that are there were not given: the kernel does not say which of them.
func refusedAll(name string, names []string, places []place, err error) error {
	guilty := max(0, slices.IndexFunc(places, func(p place) bool { return p.info.Used }))
	if errors.Is(err, unix.ENXIO) || errors.Is(err, unix.EOPNOTSUPP) {
		return fmt.Errorf("%s: this chip cannot report pulses: %w", name, err)
	}
	return refused(parse(names[guilty]), places[guilty], err)
}

// Active tells for each line whether it is in a pulse now. An error means that the lines have gone, with their chip.
func (in *Pulses) Active() ([]bool, error) {
	values, err := in.values(len(in.numbers))
	if err != nil {
		return nil, err
	}
	active := make([]bool, len(in.numbers))
	for i := range active {
		active[i] = values.Get(i) != 0
	}
	return active, nil
}

// Pulses are the lines' pulses in order; closed when they can no longer be read.
func (in *Pulses) Pulses() <-chan Pulse { return in.pulses }

// read hands on pulses until the lines are closed or go away.
func (in *Pulses) read() {
	defer close(in.pulses)
	in.follow(func(event uapi.LineEvent, at time.Time, lost uint32) bool {
		select {
		case in.pulses <- Pulse{Line: slices.Index(in.numbers, event.Offset), At: at, Lost: lost}:
			return true
		case <-in.closing:
			return false
		}
	})
}

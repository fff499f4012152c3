// Package strike drives an electric door strike, or a magnet that holds a door, through one GPIO line.
//
// The line is requested with the value that locks: starting never pulses the strike. Ending locks it and gives the line
// back to the kernel; a program that is killed leaves that to the kernel alone, whose drivers make a released line an
// input, so that the resistor of the strike's amplifier decides: fit one that locks. Raspberry Pi OS keeps driving
// released lines at their last value instead, unless /boot/firmware/config.txt says dtparam=strict_gpiod.
package strike

import (
	"errors"
	"fmt"

	"stationkeeper/sensors/line"
)

// Options describe one strike.
type Options struct {
	// Line is the line's name; see package line.
	Line string
	// FailSafe strikes, and magnets, lock while energised: without power the door is open. The others, fail-secure
	// ones, open while energised.
	FailSafe bool
	// ActiveLow lines energise the strike at the low level, as many relay boards do.
	ActiveLow bool
}

// Strike is a strike whose line is held.
type Strike struct {
	options Options
	output  output
}

// output is a strike's line; *line.Output is one.
type output interface {
	Set(value bool) error
	Close() error
}

// Open requests the strike's line; the door is locked from then on.
func Open(o Options) (*Strike, error) {
	output, err := line.OpenOutput(o.Line, o.ActiveLow, o.energised(false))
	if err != nil {
		return nil, fmt.Errorf("strike: %w", err)
	}
	return &Strike{options: o, output: output}, nil
}

// energised tells whether the strike has power when it is open or locked.
func (o Options) energised(open bool) bool { return open != o.FailSafe }

// Set opens or locks the strike.
func (s *Strike) Set(open bool) error {
	if err := s.output.Set(s.options.energised(open)); err != nil {
		return fmt.Errorf("strike: %w", err)
	}
	return nil
}

// Close locks the strike, then gives its line back to the kernel.
func (s *Strike) Close() error {
	return errors.Join(s.Set(false), s.output.Close())
}

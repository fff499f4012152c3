package line

import (
	"fmt"

	"github.com/warthog618/go-gpiocdev"
)

// Output is a line that is driven. When it is closed, or its program ends in whatever way, the kernel takes the line
// back; what its level is then depends on the chip's driver: most make it an input again, which its resistor decides.
// Raspberry Pi OS is an exception, see package strike.
type Output struct {
	address address
	line    *gpiocdev.Line
}

// OpenOutput requests a line as an output. It has its first value from the moment when it becomes an output: there is
// no pulse. With activeLow a value of true pulls the line to ground.
func OpenOutput(name string, activeLow, first bool) (*Output, error) {
	a := parse(name)
	p, err := find(a, Chips())
	if err != nil {
		return nil, err
	}
	options := []gpiocdev.LineReqOption{gpiocdev.WithConsumer(consumer), gpiocdev.AsOutput(digit(first))}
	if activeLow {
		options = append(options, gpiocdev.AsActiveLow)
	}
	l, err := gpiocdev.RequestLine(p.chip, p.info.Number, options...)
	if err != nil {
		return nil, refused(a, p, err)
	}
	return &Output{address: a, line: l}, nil
}

// Set drives the line. An error means that the line has gone, with its chip.
func (o *Output) Set(value bool) error {
	if err := o.line.SetValue(digit(value)); err != nil {
		return fmt.Errorf("%s: set: %w", o.address, err)
	}
	return nil
}

// Close gives the line back to the kernel.
func (o *Output) Close() error {
	if err := o.line.Close(); err != nil {
		return fmt.Errorf("%s: release: %w", o.address, err)
	}
	return nil
}

func digit(value bool) int {
	if value {
		return 1
	}
	return 0
}

package line

import (
	"errors"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// Edge is one change of an input's level, as the kernel saw it.
type Edge struct {
	// Level is what the line changed to.
	Level gpio.Level
	// At is when, by the kernel's clock at the interrupt.
	At time.Time
	// Lost is how many edges before this one were dropped because nobody fetched them.
	Lost uint32
}

// Input is a line that is read.
type Input struct {
	*held
	edges chan Edge
}

// OpenInput requests a line as an input with a resistor, PullNoChange leaving that as it is. Its edges come with it
// unless its chip cannot report any.
func OpenInput(name string, pull gpio.Pull) (*Input, error) {
	a := parse(name)
	p, err := find(a, Chips())
	if err != nil {
		return nil, err
	}
	number, flags := uint32(p.info.Number), uapi.LineFlagV2Input|bias(pull)
	h, err := hold(a.String(), p.chip, flags|uapi.LineFlagV2EdgeBoth, number)
	edges := make(chan Edge, 64)
	if err != nil && !errors.Is(err, unix.EBUSY) {
		// Chips without interrupts refuse edges, with errors of many kinds.
		if plain, again := hold(a.String(), p.chip, flags, number); again == nil {
			h, err, edges = plain, nil, nil
		}
	}
	if err != nil {
		return nil, refused(a, p, err)
	}
	in := &Input{held: h, edges: edges}
	if edges != nil {
		in.reader.Go(in.read)
	}
	return in, nil
}

// Level reads the line's level now. An error means that the line has gone, with its chip, or cannot be read.
func (in *Input) Level() (gpio.Level, error) {
	values, err := in.values(1)
	return values.Get(0) != 0, err
}

// Edges are the line's changes in order; nil when its chip reports none, and closed when it can no longer be read.
func (in *Input) Edges() <-chan Edge { return in.edges }

// read hands on edges until the line is closed or goes away.
func (in *Input) read() {
	defer close(in.edges)
	in.follow(func(event uapi.LineEvent, at time.Time, lost uint32) bool {
		select {
		case in.edges <- Edge{Level: event.ID == uapi.LineEventRisingEdge, At: at, Lost: lost}:
			return true
		case <-in.closing:
			return false
		}
	})
}

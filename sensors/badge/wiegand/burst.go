package wiegand

import (
	"errors"
	"time"

	"stationkeeper/sensors/line"
)

var (
	errLost  = errors.New("pulses of the Wiegand reader were lost before they were fetched: the machine was too busy; show the card again")
	errNoise = errors.New("the Wiegand reader's lines are disturbed: pulses come that belong to no card: check the cable's shield, the common ground and the pull-up resistors")
)

const (
	// ringing is how soon after a pulse another on the same wire is its echo on a long cable: readers pause for at least
	// 200 µs. Pulses on the two wires may seem as close as that when the machine was late in taking both.
	ringing = 20 * time.Microsecond
	// most is how many pulses a burst may have; more is noise.
	most = 64
	// few is how many pulses are too few for anything, and spikes how many such bursts in a row are no chance.
	few    = 3
	spikes = 10
)

// burst gathers pulses up to the silence after them.
type burst struct {
	pulses []bool
	last   time.Time    // the latest pulse; zero when there is none
	wire   [2]time.Time // the latest of each wire
	lost   bool
	spikes int // bursts of a few pulses since anything else came
}

// pulse takes a pulse into account. An error means that there is no end to them.
func (b *burst) pulse(p line.Pulse) error {
	if wire := &b.wire[p.Line]; p.At.Sub(*wire) < ringing && p.Lost == 0 {
		*wire = p.At
		return nil
	}
	b.wire[p.Line], b.last = p.At, p.At
	b.lost = b.lost || p.Lost > 0
	if len(b.pulses) > most {
		return errNoise
	}
	b.pulses = append(b.pulses, p.Line == 1)
	return nil
}

// end takes what has been gathered and starts anew. Nothing is returned for a few pulses: a spark makes them, and they
// are worth a fault only when they keep coming.
func (b *burst) end() (pulses []bool, at time.Time, err error) {
	pulses, at = b.pulses, b.last
	lost, count := b.lost, b.spikes
	*b = burst{wire: b.wire}
	switch {
	case lost:
		return nil, at, errLost
	case len(pulses) > most:
		return nil, at, errNoise
	case len(pulses) > few:
		return pulses, at, nil
	}
	b.spikes = count + 1
	if b.spikes >= spikes {
		b.spikes = 0
		return nil, at, errNoise
	}
	return nil, at, nil
}

package crash

import (
	"fmt"
	"syscall"
	"time"
)

// moment is when in its life a program is killed.
type moment string

const (
	busy      moment = "busy"      // under load
	starting  moment = "starting"  // between exec and the first word
	stopping  moment = "stopping"  // after it was asked to stop
	again     moment = "again"     // right after a kill, before it has come to itself
	newborn   moment = "newborn"   // while its data folder is made
	shrinking moment = "shrinking" // while its journal gives space back
)

var moments = []moment{busy, starting, stopping, again, newborn, shrinking}

// kill kills a victim now and counts it, unless it has ended by itself.
func (h *house) kill(v *victim, m moment) error {
	hit, err := v.process.Kill(h.ctx)
	if hit {
		h.tally.kill(v.name, m)
	}
	return err
}

// strike kills a victim, in one of the ways there are, and starts it again.
func (h *house) strike(v *victim) error {
	var err error
	switch n := h.rng.IntN(20); {
	case n < 10:
		err = h.strikeBusy(v)
	case n < 14:
		err = h.strikeAgain(v)
	case n < 17:
		err = h.strikeStopping(v)
	default:
		err = h.strikeStarting(v)
	}
	if err != nil {
		return fmt.Errorf("kill %s: %w", v.name, err)
	}
	if v == h.office {
		if err := h.askAlone(); err != nil {
			return fmt.Errorf("ask head office alone: %w", err)
		}
	}
	return h.start(v)
}

// within draws an instant.
func (h *house) within(d time.Duration) time.Duration { return time.Duration(h.rng.Int64N(int64(d))) }

func (h *house) strikeBusy(v *victim) error {
	v.loaded(h.ctx)
	pause(h.ctx, h.within(5*time.Millisecond))
	return h.kill(v, busy)
}

// strikeAgain kills twice or thrice in quick succession.
func (h *house) strikeAgain(v *victim) error {
	if err := h.strikeBusy(v); err != nil {
		return err
	}
	for range 1 + h.rng.IntN(2) {
		if err := h.strikeInStart(v, again); err != nil {
			return err
		}
	}
	return nil
}

// strikeInStart starts a victim and kills it before it is known to work.
func (h *house) strikeInStart(v *victim, m moment) error {
	if err := v.launch(); err != nil {
		return err
	}
	pause(h.ctx, h.within(v.startup))
	return h.kill(v, m)
}

func (h *house) strikeStopping(v *victim) error {
	v.loaded(h.ctx)
	v.process.Signal(syscall.SIGTERM)
	pause(h.ctx, h.within(30*time.Millisecond))
	return h.kill(v, stopping)
}

func (h *house) strikeStarting(v *victim) error {
	v.loaded(h.ctx)
	if err := h.stop(v); err != nil {
		return err
	}
	return h.strikeInStart(v, starting)
}

// strikeNewborn kills a node twice while it makes its data folder for the first time. Then it may live.
func (h *house) strikeNewborn(v *victim) error {
	for range 2 {
		if err := h.strikeInStart(v, newborn); err != nil {
			return err
		}
	}
	if err := h.start(v); err != nil {
		return err
	}
	v.loaded(h.ctx)
	return h.stop(v)
}

// run kills until there were enough kills and records, and then calls everybody to account.
func (h *house) run(kills int, records int64, say func(string, ...any)) error {
	if err := h.begin(); err != nil {
		return err
	}
	hundreds := 0
	for h.tally.total() < kills || h.durable.Load() < records {
		for _, strike := range h.round() {
			left := max(1, int64(kills-h.tally.total()))
			h.hurry = 1 + max(0, records-h.durable.Load())*killsPerWriter/left
			if err := strike(); err != nil {
				return err
			}
		}
		if n := h.tally.total() / 100; n > hundreds {
			hundreds = n
			say("%d kills, %d records reported durable", h.tally.total(), h.durable.Load())
		}
	}
	return h.settle()
}

// killsPerWriter is about how many kills there are to one that waits for the writer.
const killsPerWriter = 5

// round is a strike at everybody, at some more than once, in an order drawn by chance.
func (h *house) round() []func() error {
	at := func(v *victim) func() error { return func() error { return h.strike(v) } }
	newborn := func() error {
		name := fmt.Sprintf("newborn-%d", len(h.nodes))
		if h.rng.IntN(2) == 0 {
			return h.strikeNewborn(h.newAgent(name))
		}
		return h.strikeNewborn(h.newWriter(name, false))
	}
	round := []func() error{at(h.writer), at(h.writer), at(h.agent), at(h.agent), at(h.office), at(h.office), newborn}
	if h.broker != nil {
		round = append(round, at(h.broker))
	}
	h.rng.Shuffle(len(round), func(i, j int) { round[i], round[j] = round[j], round[i] })
	return round
}

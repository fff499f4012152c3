package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"periph.io/x/conn/v3/driver"
	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/host/v3"
)

// hardware is the machine's buses as periph finds them. It looks for them once, beside everything else,
// because a driver may hang; and again, from time to time, for those it did not find, because access may be granted
// and modules loaded after the agent started.
type hardware struct {
	log   *slog.Logger
	once  sync.Once
	found chan struct{} // closed when it has been looked for

	mu      sync.Mutex
	missing map[string]driver.Impl // by name; drivers of buses that did not load
	looked  time.Time
}

const (
	// lookFirst is how long sensors wait for hardware to be found before they fail for want of it.
	lookFirst = 10 * time.Second
	// lookAgain bounds how often drivers that did not load are tried.
	lookAgain = time.Minute
)

// errLooking is the reason of a point's fault while hardware is looked for.
var errLooking = errors.New("the machine's hardware is still being looked for; if this stays, one of its drivers hangs")

// buses are the drivers of buses that sensors hang on. They register what they find, and may be tried again
// as long as they have found nothing.
var buses = []string{"sysfs-i2c", "sysfs-spi", "netlink-onewire"}

func newHardware(log *slog.Logger) *hardware {
	return &hardware{log: log, found: make(chan struct{})}
}

// look finds the hardware. It may hang with a driver, and so nobody waits for it to return.
func (h *hardware) look() {
	state, err := host.Init()
	if err != nil {
		h.log.Error("no hardware: periph did not start", "error", err)
		return
	}
	for _, d := range state.Loaded {
		h.log.Debug("hardware driver loaded", "driver", d.String())
	}
	for _, f := range state.Failed {
		h.log.Warn("hardware driver failed", "driver", f.D.String(), "error", f.Err)
	}
	for _, f := range state.Skipped { // most boards have few of them: this is normal
		h.log.Debug("hardware driver skipped", "driver", f.D.String(), "reason", f.Err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.looked, h.missing = time.Now(), notLoaded(state)
	close(h.found)
}

// await returns when hardware has been looked for, or after lookFirst, or when ctx ends.
func (h *hardware) await(ctx context.Context) {
	timeout := time.NewTimer(lookFirst)
	defer timeout.Stop()
	select {
	case <-h.found:
	case <-timeout.C:
	case <-ctx.Done():
	}
}

// notLoaded picks the drivers of buses that found nothing.
func notLoaded(state *driverreg.State) map[string]driver.Impl {
	missing := map[string]driver.Impl{}
	for _, failures := range [][]driverreg.DriverFailure{state.Failed, state.Skipped} {
		for _, f := range failures {
			for _, name := range buses {
				if f.D.String() == name {
					missing[name] = f.D
				}
			}
		}
	}
	return missing
}

// again tries the missing drivers once more, unless that was done a short while ago.
func (h *hardware) again() error {
	select {
	case <-h.found:
	default:
		return errLooking
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.looked) < lookAgain {
		return nil
	}
	h.looked = time.Now()
	for name, d := range h.missing {
		if loaded, err := d.Init(); loaded && err == nil {
			h.log.Info("hardware has appeared", "driver", name)
			delete(h.missing, name)
		}
	}
	return nil
}

// finding wraps what opens a bus: a failure lets hardware be looked for again.
func finding[T any](h *hardware, open func() (T, error)) func() (T, error) {
	return func() (T, error) {
		found, err := open()
		if err == nil {
			return found, nil
		}
		if looking := h.again(); looking != nil {
			return found, looking
		}
		return open()
	}
}

// on makes a source wait until hardware has been looked for; the first one starts that.
func (h *hardware) on(s Source) Source {
	run := s.run
	s.run = func(ctx context.Context, in inbox) error {
		h.once.Do(func() { go h.look() })
		h.await(ctx)
		return run(ctx, in)
	}
	return s
}

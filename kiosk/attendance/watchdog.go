package attendance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

const (
	// alive is how often each part of the kiosk is asked whether it is still there.
	alive = 2 * time.Second
	// hungScreen and hungHall are how long they may take to answer until the kiosk counts as hung: the screen has at
	// most a frame to draw, the hall may wait for a disk.
	hungScreen = 20 * time.Second
	hungHall   = time.Minute
	// comeUp is how long each may take to answer for the first time: fonts are read, and the graphics driver makes its
	// programs.
	comeUp = 2 * time.Minute
)

// vital is a part of the kiosk without which it had better be started again.
type vital struct {
	name string
	// ask returns when the part has answered, or ctx ends.
	ask func(ctx context.Context) error
	// hung is how long it may take.
	hung time.Duration
}

// watchdog asks whether the kiosk's parts are alive, and tells systemd so as long as all are. When one is silent for too
// long it writes down where every goroutine stands, and ends the program: systemd starts it again.
type watchdog struct {
	vitals []vital
	every  time.Duration // at most, between two questions
	notify func(state string)
	die    func(reason string)
	log    *slog.Logger
}

// newWatchdog watches the hall, and a screen unless it is nil.
func newWatchdog(log *slog.Logger, vitals ...vital) *watchdog {
	w := &watchdog{vitals: vitals, every: alive, log: log, die: func(reason string) { die(log, reason) }}
	if limit, err := daemon.SdWatchdogEnabled(false); err == nil && limit > 0 {
		w.every = min(w.every, limit/4)
	}
	w.notify = func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			log.Warn("systemd cannot be told", "what", state, "error", err)
		}
	}
	return w
}

// run watches until ctx ends. It says that the kiosk is ready once each part has answered.
func (w *watchdog) run(ctx context.Context) error {
	answered := make([]atomic.Int64, len(w.vitals)) // when each was last asked and then answered, in nanoseconds since began
	began := time.Now()
	var asking sync.WaitGroup
	for i, v := range w.vitals {
		asking.Go(func() { w.keepAsking(ctx, v, began, &answered[i]) })
	}
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for ready := false; ctx.Err() == nil; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			continue
		}
		fresh, reason := w.judge(answered, time.Since(began))
		switch {
		case reason != "":
			w.die(reason)
			return errors.New(reason)
		case fresh && !ready:
			ready = true
			w.notify(daemon.SdNotifyReady)
		case fresh:
			w.notify(daemon.SdNotifyWatchdog)
		}
	}
	w.notify(daemon.SdNotifyStopping)
	asking.Wait()
	return nil
}

// keepAsking asks one part again and again, and notes when it was asked what it answered.
func (w *watchdog) keepAsking(ctx context.Context, v vital, began time.Time, answered *atomic.Int64) {
	for ctx.Err() == nil {
		asked := time.Since(began)
		if err := v.ask(ctx); err == nil {
			answered.Store(int64(asked) + 1) // 0 is never
		} else if ctx.Err() == nil {
			w.log.Warn("a part of the kiosk does not answer", "part", v.name, "error", err)
		}
		timer := time.NewTimer(w.every)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// judge says whether all have answered lately, and what is wrong when one has been silent for too long.
func (w *watchdog) judge(answered []atomic.Int64, now time.Duration) (fresh bool, reason string) {
	fresh = true
	for i, v := range w.vitals {
		last := time.Duration(answered[i].Load())
		limit := v.hung
		if last == 0 {
			limit = comeUp
		}
		silent := now - last
		if silent > limit {
			return false, fmt.Sprintf("%s has not answered for %s", v.name, silent.Round(time.Second))
		}
		fresh = fresh && last > 0 && silent <= 3*w.every
	}
	return fresh, ""
}

// die ends a program that hangs: nothing in it can be trusted to end by itself. What was written down is on disk.
func die(log *slog.Logger, reason string) {
	log.Error("the kiosk hangs and is ended, to be started again", "reason", reason)
	_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 2)
	os.Exit(ExitHung)
}

// ExitHung is the exit code of a kiosk that ended itself because it hung.
const ExitHung = 70 // EX_SOFTWARE of sysexits.h

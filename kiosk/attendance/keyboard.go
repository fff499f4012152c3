package attendance

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"stationkeeper/kiosk/display"
)

// keyboard keeps the keyboard at the window, and with it a scanner that is wired like one. Without a window manager
// nobody else does: the keyboard is wherever the last window wanted it, and nowhere when that has gone.
type keyboard struct {
	display *display.Display
	title   string
	every   time.Duration
	log     *slog.Logger
}

// keyboardEvery is how often it is looked whether the window has the keyboard: sooner than a customer tries a scanner
// again.
const keyboardEvery = 2 * time.Second

// run keeps the keyboard until ctx ends, or the X server does.
func (k *keyboard) run(ctx context.Context) error {
	tick := time.NewTicker(k.every)
	defer tick.Stop()
	fault := ""
	for {
		given, err := k.display.Focus(k.title)
		if errors.Is(err, display.ErrNoWindow) {
			err = nil // not yet, or no more
		}
		if given {
			k.log.Info("the window was given the keyboard")
		}
		if now := words(err); now != fault {
			fault = now
			if err != nil {
				k.log.Warn("a scanner may type into nothing", "error", err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		case <-k.display.Ended():
			return nil
		}
	}
}

package attendance

import (
	"context"
	"log/slog"
	"time"

	"stationkeeper/kiosk/display"
)

// dark keeps displays off while nobody is expected and nobody is there.
type dark struct {
	display *display.Display
	// closed tells whether nobody is expected now.
	closed func() bool
	// after is for how long nobody has touched anything until displays are switched off; 0: never.
	after time.Duration
	// light is the folder of the lights of built-in displays; by day they have the share day of their full brightness, and
	// dim while nobody is expected.
	light    string
	day, dim float64
	every    time.Duration
	log      *slog.Logger
}

// darkEvery is how often it is looked whether displays should be on. Somebody who touches a dark one need not wait for
// it: the X server switches it on at once.
const darkEvery = 5 * time.Second

// run keeps displays as they should be, until ctx ends. They stay as they are then: the kiosk may only be started again.
func (d *dark) run(ctx context.Context) error {
	d.say(d.display.Awake())
	tick := time.NewTicker(d.every)
	defer tick.Stop()
	lit, fault := -1.0, ""
	for {
		share := d.day
		closed := d.closed()
		if closed {
			share = d.dim
		}
		err := d.power(closed)
		if share != lit && err == nil {
			if _, err = display.SetLight(d.light, share); err == nil {
				lit = share
			}
		}
		if now := words(err); now != fault {
			fault = now
			d.say(err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		case <-d.display.Ended():
			return nil
		}
	}
}

func (d *dark) say(err error) {
	if err != nil {
		d.log.Warn("displays are not switched", "error", err)
	}
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func (d *dark) power(closed bool) error {
	on, err := d.display.Powered()
	if err != nil || d.after == 0 {
		return err
	}
	if !closed {
		if on {
			return nil
		}
		return d.display.Power(true)
	}
	idle, err := d.display.Idle()
	if err != nil || !on || idle < d.after {
		return err
	}
	return d.display.Power(false)
}

// Package display speaks to the X server beside the program that draws: it takes pictures of a window, switches displays
// off and on, says which outputs there are and puts a window on one of them, and knows for how long nobody has touched
// anything. It also finds touch sensors and lights of displays, which the kernel knows and X need not.
package display

import (
	"errors"
	"fmt"
	"io"
	"log"
	"sync"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/dpms"
	"github.com/jezek/xgb/randr"
	"github.com/jezek/xgb/screensaver"
	"github.com/jezek/xgb/xproto"
)

// Display is a connection to an X server. It is safe for concurrent use. When the server ends, every method returns an
// error; the program that draws ends as well, and with it the need for another connection.
type Display struct {
	x      *xgb.Conn
	setup  *xproto.SetupInfo
	screen *xproto.ScreenInfo
	// What the server can do beyond its core.
	randr, dpms, idle bool

	drained chan struct{}
}

var quiet sync.Once

// Open connects to a display as DISPLAY names it, such as ":0"; "" is DISPLAY itself. Close it.
func Open(name string) (*Display, error) {
	// It would write to the standard error that there is no cookie; that the server refuses to talk is said here.
	quiet.Do(func() { xgb.Logger = log.New(io.Discard, "", 0) })
	x, err := xgb.NewConnDisplay(name)
	if err != nil {
		return nil, fmt.Errorf("connect to the X server %q: %w", name, err)
	}
	setup := xproto.Setup(x)
	d := &Display{x: x, setup: setup, screen: setup.DefaultScreen(x), drained: make(chan struct{})}
	go d.drain()
	d.randr = d.has(randr.Init(x), func() error { _, err := randr.QueryVersion(x, 1, 3).Reply(); return err })
	d.dpms = d.has(dpms.Init(x), func() error {
		capable, err := dpms.Capable(x).Reply()
		if err == nil && !capable.Capable {
			err = errors.New("not capable of DPMS")
		}
		return err
	})
	d.idle = d.has(screensaver.Init(x), func() error { _, err := screensaver.QueryVersion(x, 1, 1).Reply(); return err })
	return d, nil
}

func (d *Display) has(missing error, try func() error) bool { return missing == nil && try() == nil }

// drain takes what the server tells everybody, so that answers are not stuck behind it.
func (d *Display) drain() {
	defer close(d.drained)
	for {
		if event, err := d.x.WaitForEvent(); event == nil && err == nil {
			return
		}
	}
}

// Close ends the connection.
func (d *Display) Close() error {
	d.x.Close()
	<-d.drained
	return nil
}

// Ended is closed when the server has gone, or Close was called.
func (d *Display) Ended() <-chan struct{} { return d.drained }

// ErrUnable is wrapped when a server, or the machine, cannot do what is asked.
var ErrUnable = errors.New("not possible here")

// Idle is for how long nobody has touched or typed anything.
func (d *Display) Idle() (time.Duration, error) {
	if !d.idle {
		return 0, fmt.Errorf("ask how long nobody was there: the X server has no MIT-SCREEN-SAVER: %w", ErrUnable)
	}
	info, err := screensaver.QueryInfo(d.x, xproto.Drawable(d.screen.Root)).Reply()
	if err != nil {
		return 0, fmt.Errorf("ask how long nobody was there: %w", err)
	}
	return time.Duration(info.MsSinceUserInput) * time.Millisecond, nil
}

// Awake makes the server leave switching off to Power: no screen saver, and no time after which it does so by itself.
func (d *Display) Awake() error {
	if err := xproto.SetScreenSaverChecked(d.x, 0, 0, xproto.BlankingNotPreferred, xproto.ExposuresNotAllowed).Check(); err != nil {
		return fmt.Errorf("switch the screen saver off: %w", err)
	}
	if !d.dpms {
		return nil
	}
	if err := dpms.SetTimeoutsChecked(d.x, 0, 0, 0).Check(); err != nil {
		return fmt.Errorf("keep displays on: %w", err)
	}
	return nil
}

// Power switches all displays on or off. Off, the server switches them on again by itself when somebody touches
// anything.
func (d *Display) Power(on bool) error {
	if !d.dpms {
		return d.blank(!on)
	}
	level := uint16(dpms.DPMSModeOff)
	if on {
		level = dpms.DPMSModeOn
	}
	err := dpms.EnableChecked(d.x).Check()
	if err == nil {
		err = dpms.ForceLevelChecked(d.x, level).Check()
	}
	if err != nil {
		return fmt.Errorf("switch displays on or off: %w", err)
	}
	return nil
}

// blank is what servers without DPMS can do.
func (d *Display) blank(yes bool) error {
	mode := byte(xproto.ScreenSaverReset)
	if yes {
		mode = xproto.ScreenSaverActive
	}
	if err := xproto.ForceScreenSaverChecked(d.x, mode).Check(); err != nil {
		return fmt.Errorf("blank displays: %w", err)
	}
	return nil
}

// Powered reports whether displays are on.
func (d *Display) Powered() (bool, error) {
	if d.dpms {
		info, err := dpms.Info(d.x).Reply()
		if err != nil {
			return false, fmt.Errorf("ask whether displays are on: %w", err)
		}
		return !info.State || info.PowerLevel == dpms.DPMSModeOn, nil
	}
	if !d.idle {
		return true, nil
	}
	info, err := screensaver.QueryInfo(d.x, xproto.Drawable(d.screen.Root)).Reply()
	if err != nil {
		return false, fmt.Errorf("ask whether displays are on: %w", err)
	}
	return info.State != screensaver.StateOn, nil
}

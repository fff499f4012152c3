package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// eye looks at the pixels of an X screen, and touches it, without a program in between whose start would count.
type eye struct {
	x      *xgb.Conn
	screen *xproto.ScreenInfo
}

const (
	// sampledRows are spread over the screen: all of it is 8 MB a look, and nothing that is worth waiting for fits
	// between them.
	sampledRows = 64
	// lookPause is between two looks, and with what a look takes the resolution of the times.
	lookPause = 2 * time.Millisecond
)

func openEye(display string) (*eye, error) {
	xgb.Logger.SetOutput(io.Discard) // what it says of a display without a password is no news
	x, err := xgb.NewConnDisplay(display)
	if err != nil {
		return nil, fmt.Errorf("look at display %s: %w", display, err)
	}
	if err := xtest.Init(x); err != nil {
		x.Close()
		return nil, fmt.Errorf("touch display %s: %w", display, err)
	}
	return &eye{x: x, screen: xproto.Setup(x).DefaultScreen(x)}, nil
}

func (e *eye) close() error {
	e.x.Close()
	return nil
}

// touch moves the pointer and clicks, as a finger does; it returns when the server has it.
func (e *eye) touch(x, y float64) error {
	const button, now = 1, 0
	root := e.screen.Root
	moved := xtest.FakeInputChecked(e.x, xproto.MotionNotify, 0, now, root, int16(x), int16(y), 0)
	pressed := xtest.FakeInputChecked(e.x, xproto.ButtonPress, button, now, root, 0, 0, 0)
	released := xtest.FakeInputChecked(e.x, xproto.ButtonRelease, button, now, root, 0, 0, 0)
	if err := errors.Join(moved.Check(), pressed.Check(), released.Check()); err != nil {
		return fmt.Errorf("touch the screen: %w", err)
	}
	return nil
}

// glance is what was seen by a time: no later than it, the screen was so.
type glance struct {
	at     time.Time
	pixels []uint32
}

func (e *eye) look() (glance, error) {
	width, height := e.screen.WidthInPixels, int(e.screen.HeightInPixels)
	var rows [sampledRows]xproto.GetImageCookie
	for i := range rows {
		y := (2*i + 1) * height / (2 * sampledRows)
		rows[i] = xproto.GetImage(e.x, xproto.ImageFormatZPixmap, xproto.Drawable(e.screen.Root), 0, int16(y), width, 1, 0xffffffff)
	}
	g := glance{pixels: make([]uint32, 0, sampledRows*int(width))}
	for _, row := range rows {
		image, err := row.Reply()
		if err != nil {
			return g, fmt.Errorf("look at the screen: %w", err)
		}
		for i := 0; i+4 <= len(image.Data); i += 4 {
			g.pixels = append(g.pixels, binary.NativeEndian.Uint32(image.Data[i:])&0xffffff)
		}
	}
	g.at = time.Now()
	return g, nil
}

// sighting is how a screen changed: every glance that differs from the one before.
type sighting struct {
	glances []glance
	gaps    []time.Duration
}

// watch looks again and again until over, asked now and then, says that nothing more is to come.
func (e *eye) watch(ctx context.Context, began time.Time, over func(sighting) bool) (s sighting, err error) {
	const askPause = 100 * time.Millisecond
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("the screen is not done after %s", patience))
	defer cancel()
	last, asked := began, began
	for {
		g, err := e.look()
		if err != nil {
			return s, err
		}
		s.gaps = append(s.gaps, g.at.Sub(last))
		last = g.at
		if n := len(s.glances); n == 0 || apart(s.glances[n-1].pixels, g.pixels) > 0 {
			s.glances = append(s.glances, g)
		}
		if g.at.Sub(asked) > askPause {
			if over(s) {
				return s, nil
			}
			asked = time.Now()
		}
		if err := pause(ctx, lookPause); err != nil {
			return s, errors.Join(err, context.Cause(ctx))
		}
	}
}

// painted is when the last screen was there: from then on, never more than a twentieth of what it changed was missing.
func (s sighting) painted(before []uint32) (time.Time, error) {
	last := s.glances[len(s.glances)-1]
	change := apart(before, last.pixels)
	if change < len(before)/200 {
		return time.Time{}, fmt.Errorf("the screen stays as it was: %d of %d pixels changed", change, len(before))
	}
	at := last.at
	for i := len(s.glances) - 1; i >= 0 && apart(s.glances[i].pixels, last.pixels) <= change/20; i-- {
		at = s.glances[i].at
	}
	return at, nil
}

// apart counts the pixels in which two glances differ.
func apart(a, b []uint32) (n int) {
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

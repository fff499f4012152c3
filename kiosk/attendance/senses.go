package attendance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/audio"
	"stationkeeper/kiosk/devices"
	"stationkeeper/kiosk/display"
	"stationkeeper/kiosk/printer"
)

// senseNetwork looks at the line to head office; connected is since when there is one, zero for none.
func senseNetwork(connected func() time.Time) sensing {
	return func(record.Moment) devices.Observed { return devices.OfNetwork(connected()) }
}

// senseClock looks at the wall clock.
func senseClock(now record.Moment) devices.Observed { return devices.OfClock(now.Clock) }

// senseDisk looks at the disk that a folder is on; full tells whether it counts as full.
func senseDisk(folder string, full func() bool) sensing {
	return func(record.Moment) devices.Observed {
		var disk unix.Statfs_t
		if err := unix.Statfs(folder, &disk); err != nil {
			return devices.OfDisk(0, 0, false, fmt.Errorf("ask how full the disk is: %w", err))
		}
		block := uint64(disk.Bsize)
		return devices.OfDisk(disk.Bavail*block, disk.Blocks*block, full(), nil)
	}
}

// full tells whether the disk counts as full.
func (u *upkeep) full() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.memory.Devices.Raised(devices.Disk, devices.Full)
}

// senseAudio looks at the sound.
func senseAudio(player *audio.Player) sensing {
	return func(record.Moment) devices.Observed {
		fault, known := player.Fault()
		if !known {
			return devices.Observed{Point: devices.Audio, Quality: record.Unknown, Reason: "not tried yet"}
		}
		return devices.OfAudio(fault)
	}
}

// Printer is a printer as far as it is looked after.
type Printer interface {
	Status() printer.Status
	// Test prints a page of its own, and returns its length in millimetres.
	Test(ctx context.Context, at time.Time) (int, error)
}

// sensePrinter looks at what the printer said last.
func sensePrinter(p Printer) sensing {
	return func(record.Moment) devices.Observed {
		s := p.Status()
		if s.At.IsZero() {
			return devices.Observed{Point: devices.Printer, Quality: record.Unknown, Reason: "it has not been asked yet"}
		}
		// A printer without paper, or with its cover open, calls itself offline as well.
		missing := s.Reason == printer.NoAnswer || s.Reason == printer.Offline
		return devices.OfPrinter(s.Ready, s.PaperOut, s.NearEnd, s.CoverOpen, missing, s.Detail)
	}
}

// testPage is what prints a page; nil without a printer.
func (a *Attendant) testPage() func(ctx context.Context) error {
	if a.options.Printer == nil {
		return nil
	}
	return func(ctx context.Context) error {
		_, err := a.options.Printer.Test(ctx, a.kiosk.Moment().Wall)
		return err
	}
}

// sight is what is seen of displays: nothing yet, through a connection, or why there is none. It is safe for concurrent
// use.
type sight struct {
	expected int

	mu      sync.Mutex
	display *display.Display
	fault   error
}

func (s *sight) see(d *display.Display) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.display = d
}

func (s *sight) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = err
}

// sense looks at what is plugged into the machine's outputs.
func (s *sight) sense(record.Moment) devices.Observed {
	s.mu.Lock()
	d, fault := s.display, s.fault
	s.mu.Unlock()
	switch {
	case fault != nil:
		return devices.OfHardware(devices.Display, 0, s.expected, fault)
	case d == nil:
		return devices.Observed{Point: devices.Display, Quality: record.Unknown, Reason: "there is no window yet"}
	}
	select {
	case <-d.Ended(): // as the kiosk does
		return devices.Observed{Point: devices.Display, Quality: record.Unknown, Reason: "there is no X server"}
	default:
	}
	shown, err := d.Shown()
	if err == nil && s.expected > 1 && display.Same(shown) {
		err = errors.New("both displays show the same: say in /etc/X11/xorg.conf.d/90-stationkeeper.conf which is RightOf the other")
	}
	return devices.OfHardware(devices.Display, len(shown), s.expected, err)
}

// senseTouch looks for touch sensors in a folder like display.SystemInput; there should be so many.
func senseTouch(input fs.FS, expected int) sensing {
	return func(record.Moment) devices.Observed {
		names, err := display.Touchscreens(input)
		return devices.OfHardware(devices.Touch, len(names), expected, err)
	}
}

// sensePaper looks at how much paper is left.
func sensePaper(paper func() (left int, days float64)) sensing {
	return func(record.Moment) devices.Observed { return devices.OfPaper(paper()) }
}

package main

import (
	"fmt"
	"io/fs"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/audio"
	"stationkeeper/kiosk/devices"
	"stationkeeper/kiosk/display"
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

// senseDisplays looks at what is plugged into the machine's outputs; there should be so many displays.
func senseDisplays(d *display.Display, expected int) sensing {
	return func(record.Moment) devices.Observed {
		shown, err := d.Shown()
		return devices.OfHardware(devices.Display, len(shown), expected, err)
	}
}

// senseTouch looks for touch sensors in a folder like display.SystemInput; there should be so many.
func senseTouch(input fs.FS, expected int) sensing {
	return func(record.Moment) devices.Observed {
		names, err := display.Touchscreens(input)
		return devices.OfHardware(devices.Touch, len(names), expected, err)
	}
}

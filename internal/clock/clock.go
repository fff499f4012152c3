// Package clock is the station's sense of time: wall time, which may be wrong, and time since boot, which only
// counts. Boards without a battery clock start in 1970 and learn the time later from the network.
package clock

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// Reading is both clocks read together.
type Reading struct {
	// Wall is the wall clock, in UTC.
	Wall time.Time
	// Boot identifies the boot of the machine; Mono is the time since then, including suspend.
	Boot string
	Mono time.Duration
}

// Clock reads the time. It is an argument wherever time matters.
type Clock func() Reading

// System returns the clock of this machine. The boot id is read once: it cannot change while the process lives.
func System() (Clock, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return nil, fmt.Errorf("read boot id: %w", err)
	}
	id := strings.TrimSpace(string(boot))
	return func() Reading {
		var ts unix.Timespec
		// CLOCK_BOOTTIME exists since Linux 2.6.39; the call cannot fail with a valid pointer.
		_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts)
		return Reading{Wall: time.Now().UTC(), Boot: id, Mono: time.Duration(ts.Nano())}
	}, nil
}

// Earliest is the first wall time that can be true: this software is younger. A clock before it has not been set.
var Earliest = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Trust says whether a wall time can be believed, given the latest believed one before it (zero if none): it is
// neither from before this software existed nor behind what has already been written down. A step back of at most
// slack is what time synchronisation does to a running clock, and is believed.
func Trust(wall, latest time.Time) record.Clock {
	const slack = time.Second
	if wall.Before(Earliest) || wall.Add(slack).Before(latest) {
		return record.Unsynced
	}
	return record.Synced
}

// Package clock is the station's sense of time: wall time, which may be wrong, and time since boot, which only
// counts. Boards without a battery clock start in 1970 and learn the time later from the network, from a technician, or
// never; Judge says when their wall time can be believed.
package clock

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Reading is both clocks read together.
type Reading struct {
	// Wall is the wall clock, in UTC.
	Wall time.Time
	// Discipline is what the kernel says about the wall clock.
	Discipline Discipline
	// Boot identifies the boot of the machine; Mono is the time since then, including suspend, in whole milliseconds: what
	// a record needs, and shorter on disk and on the wire than nanoseconds.
	Boot string
	Mono time.Duration
}

// Discipline says whether something keeps the wall clock right: NTP, PTP, a GPS receiver.
type Discipline uint8

const (
	// Unreported: the kernel could not be asked.
	Unreported Discipline = iota
	// Undisciplined: nothing keeps the clock, or nothing that tells the kernel so. Many stations have no time server, and
	// programs that set the clock once (ntpdate, busybox ntpd, date) do not tell.
	Undisciplined
	// Disciplined: the kernel has been told within the last hours by how much the clock may be wrong. systemd-timesyncd,
	// ntpd, ptp4l with phc2sys, and chronyd with rtcsync (Debian's default) tell it.
	Disciplined
)

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
		wall, mono := both()
		return Reading{Wall: wall, Discipline: discipline(), Boot: id, Mono: mono.Truncate(time.Millisecond)}
	}, nil
}

// both reads the two clocks as nearly at once as can be: a reading between whose halves the process had to wait would
// look as if the wall clock had been moved.
func both() (wall time.Time, mono time.Duration) {
	const near, tries = time.Millisecond, 5
	after := sinceBoot()
	for range tries {
		before := after
		wall = time.Now().UTC()
		after = sinceBoot()
		if after-before < near {
			break
		}
	}
	return wall, after
}

func sinceBoot() time.Duration {
	var ts unix.Timespec
	// CLOCK_BOOTTIME exists since Linux 2.6.39; the call cannot fail with a valid pointer.
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts)
	return time.Duration(ts.Nano())
}

// discipline asks the kernel, which calls a clock unsynchronised from the start, when it is set, and when its keeper has
// not been heard for so long (about nine hours) that it may be wrong by 16 s. See adjtimex(2). Containers may forbid the
// question.
func discipline() Discipline {
	var t unix.Timex // modes 0: nothing is changed
	state, err := unix.Adjtimex(&t)
	switch {
	case err != nil:
		return Unreported
	case state == unix.TIME_ERROR || t.Status&unix.STA_UNSYNC != 0:
		return Undisciplined
	}
	return Disciplined
}

// Earliest is the first wall time that can be true: this software is younger. A clock before it has not been set.
var Earliest = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Furthest is the end of the wall times that can be true. Clock chips that lost their power or overflow show times after
// it: most count no century.
var Furthest = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)

package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"stationkeeper/internal/powercut/disk"
)

// life is one life of a machine: from when it is switched on until its power fails, or until it is switched off.
type life struct {
	seed uint64
	// When the power fails: at the nth operation of the disk since it was switched on, or, once what the last life left
	// has been checked, at the nth from then on or after the nth report of something durable. One of them is not 0,
	// unless the machine is to check and stop in order.
	fromStart, fromChecked, reports int
	// fromMoving is the nth operation since the journal began to move into a smaller file, if that comes first.
	fromMoving int
	only       disk.Operation
	damage     disk.Damage
	workload   string
	cap        int64 // bytes that the journal may hold
	drain      bool  // let backlogs grow and acknowledge them
	unsynced   bool  // the program's fsync does nothing
}

// Caps of a journal: so little that it is soon full, and more than is written in all lives of a disk.
const (
	smallCap = 1 << 20
	largeCap = 96 << 20
)

// planLife chooses a life at random. The first on a disk is often cut while the first files are made, later ones now
// and then while they repair and check.
func planLife(rng *rand.Rand, c campaign, first bool) life {
	l := life{
		seed:     rng.Uint64(),
		damage:   disk.Damages[rng.IntN(len(disk.Damages))],
		workload: c.workload,
		cap:      largeCap,
		unsynced: c.unsynced,
	}
	if rng.IntN(4) == 0 {
		l.cap = smallCap
	}
	if c.broken() { // without flushes there are few operations to count
		l.reports = 1 + rng.IntN(100)
		return l
	}
	switch when := rng.IntN(10); {
	case first && when < 5 || when == 0:
		l.fromStart = 1 + rng.IntN(40)
	case when < 3:
		l.reports = spread(rng, 200)
	case when < 5 && c.workload == "journal":
		l.drain, l.cap = true, largeCap
		l.reports, l.fromMoving = 1000, spread(rng, 60)
	default:
		l.fromChecked = spread(rng, 800)
	}
	if rng.IntN(2) == 0 {
		l.only = disk.FlushOnly
		// There are fewer of them.
		l.fromStart, l.fromChecked, l.fromMoving = (l.fromStart+2)/3, (l.fromChecked+2)/3, (l.fromMoving+2)/3
	}
	return l
}

// spread returns a number from 1 to most, small ones as likely as large ones of each magnitude.
func spread(rng *rand.Rand, most int) int {
	return int(math.Exp(rng.Float64() * math.Log(float64(most)+1)))
}

// settings are the arguments of the machine's program.
func (l life) settings() string {
	s := fmt.Sprintf("-workload %s -seed %d -cap %d", l.workload, l.seed, l.cap)
	if l.drain {
		s += " -drain"
	}
	if l.unsynced {
		s += " -unsynced"
	}
	if l.checks() {
		s += " -check"
	}
	return s
}

// checks reports whether the machine only checks, and stops in order.
func (l life) checks() bool { return l.fromStart == 0 && l.fromChecked == 0 && l.reports == 0 }

// String says when the power fails and what becomes of the cache.
func (l life) String() string {
	what := map[disk.Operation]string{disk.Any: "operation", disk.FlushOnly: "flush"}[l.only]
	switch {
	case l.fromStart > 0:
		return fmt.Sprintf("cut at %s %d after the start, %s", what, l.fromStart, l.damage)
	case l.fromChecked > 0:
		return fmt.Sprintf("cut at %s %d after the check, %s", what, l.fromChecked, l.damage)
	case l.fromMoving > 0:
		return fmt.Sprintf("cut at %s %d after the file begins to move, or report %d, %s", what, l.fromMoving, l.reports, l.damage)
	case l.reports > 0:
		return fmt.Sprintf("cut after report %d, %s", l.reports, l.damage)
	}
	return "last check"
}

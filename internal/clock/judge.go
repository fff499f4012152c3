package clock

import (
	"sync"
	"time"

	"stationkeeper/internal/record"
)

const (
	// slack is by how much a wall clock may move unremarked: time synchronisation does so to a running clock.
	slack = time.Second
	// wild is the farthest that a clock which nothing disciplines is believed to have been set ahead while it ran.
	wild = 24 * time.Hour
	// settled is how long a clock must have gone on undisturbed before it is believed against all appearances: a wrong one
	// would have been noticed and set again, or is all that the station will ever have.
	settled = time.Hour
)

// Judge says of one reading after another whether its wall time is believed. The rules, the first that applies:
//
//  1. Before Earliest or from Furthest on: never.
//  2. The kernel says that the clock is disciplined: yes, also when that is behind what was believed before.
//  3. Wall time and time since boot have kept their distance for an hour (settled) of the same boot: yes, likewise.
//  4. More than a second (slack) behind the latest wall time that was believed: no.
//  5. More than a day (wild) further ahead than when it was last believed in this boot: no.
//  6. Otherwise yes: many stations have no time server, and their clock is what there is.
//
// So a clock that was set back, or far ahead, is doubted until something vouches for it: the kernel, an hour, or that it
// is set right again. A clock that is off from the start and plausible cannot be told from a right one, and is believed.
//
// Distance is what tells a step: the kernel lets both clocks run at the same corrected pace, and only setting the wall
// clock changes it. A step of at most slack counts as none.
//
// The latest believed wall time is all that must outlive the process; NewJudge takes it back. Judge may be used by
// several goroutines.
type Judge struct {
	mu     sync.Mutex
	latest time.Time // latest believed wall time; zero: none

	boot     string
	distance time.Time     // wall time less time since boot, as of since
	since    time.Duration // time since boot from which distance has been kept

	trusted time.Time // distance when the clock was last believed in this boot; zero: not yet
}

// NewJudge returns a judge that knows the latest wall time that was believed before; zero when none was.
func NewJudge(latest time.Time) *Judge { return &Judge{latest: latest} }

// Latest returns the wall time of the latest reading that was believed; zero when there is none. It goes back when a
// clock that is behind is believed.
func (j *Judge) Latest() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.latest
}

// Judge says whether the wall time of a reading is believed.
func (j *Judge) Judge(r Reading) record.Clock {
	j.mu.Lock()
	defer j.mu.Unlock()
	distance := r.Distance()
	if r.Boot != j.boot {
		j.boot, j.distance, j.since, j.trusted = r.Boot, distance, r.Mono, time.Time{}
	}
	if distance.Sub(j.distance).Abs() > slack {
		j.distance, j.since = distance, r.Mono
	}
	vouched := r.Discipline == Disciplined || r.Mono-j.since >= settled
	switch {
	case r.Wall.Before(Earliest) || !r.Wall.Before(Furthest):
		return record.Unsynced
	case vouched:
		j.latest = r.Wall
	case r.Wall.Add(slack).Before(j.latest):
		return record.Unsynced
	case !j.trusted.IsZero() && distance.Sub(j.trusted) > wild:
		return record.Unsynced
	case r.Wall.After(j.latest):
		j.latest = r.Wall
	}
	j.trusted = distance
	return record.Synced
}

// Distance is the wall time at which the machine would have booted if its clock had never been set since. It changes only
// when the clock is set.
func (r Reading) Distance() time.Time { return r.Wall.Add(-r.Mono) }

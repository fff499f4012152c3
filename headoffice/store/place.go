package store

import (
	"math"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/record"
)

// aheadLimit is how far a believed time may be ahead of the time at which head office received it.
const aheadLimit = 5 * time.Minute

// trusted says whether a record happened when it says: its node believed its clock, and it is not from the future.
// received is in milliseconds.
func trusted(r record.Record, received int64) bool {
	return r.Clock == record.Synced && r.Time.UnixMilli() <= received+aheadLimit.Milliseconds()
}

// anchoring says whether a record tells what the time was at a moment of its boot. A recording that is played back
// carries its own time, which does not.
func anchoring(r record.Record, received int64) bool {
	return r.Boot != "" && trusted(r, received) && !r.Time.Before(clock.Earliest)
}

// anchor is a stretch of a boot in which wall time and time since boot ran alike: from one believed record to another.
type anchor struct {
	firstMono, firstTime int64 // nanoseconds since boot, milliseconds since 1970
	lastMono, lastTime   int64
}

const (
	// anchorSlack is by how much the two may differ within an anchor, in milliseconds.
	anchorSlack = 100
	// maxAnchors bounds the anchors of one boot. A clock that is stepped more often is known less exactly.
	maxAnchors = 64
)

// at returns the wall time in milliseconds at a moment of the boot, reckoned from the nearer end.
func (a anchor) at(mono int64) int64 {
	if mono-a.firstMono < a.lastMono-mono {
		return a.firstTime + floorMillis(mono-a.firstMono)
	}
	return a.lastTime + floorMillis(mono-a.lastMono)
}

// distance is how far a moment is from the nearer end.
func (a anchor) distance(mono int64) int64 {
	return min(abs(mono-a.firstMono), abs(mono-a.lastMono))
}

func (a anchor) agrees(mono, at int64) bool { return abs(a.at(mono)-at) <= anchorSlack }

func floorMillis(ns int64) int64 {
	ms := ns / int64(time.Millisecond)
	if ns%int64(time.Millisecond) < 0 {
		ms--
	}
	return ms
}

func abs(v int64) int64 { return max(v, -v) }

// anchors of one boot, in order and not overlapping.
type anchors []anchor

// nearest returns the wall time at a moment of the boot by the anchor that is nearest to it.
func (all anchors) nearest(mono int64) (at int64, ok bool) {
	best := int64(math.MaxInt64)
	for _, a := range all {
		if d := a.distance(mono); d < best {
			best, at, ok = d, a.at(mono), true
		}
	}
	return at, ok
}

// with returns the anchors after a believed time was met at a moment of the boot, and whether that says anything new:
// a time that an anchor does not already imply.
func (all anchors) with(mono, at int64) (after anchors, news bool) {
	i := 0 // the first that ends at or after the moment
	for i < len(all) && all[i].lastMono < mono {
		i++
	}
	single := anchor{mono, at, mono, at}
	if i < len(all) && all[i].firstMono <= mono {
		inside := all[i]
		if inside.agrees(mono, at) || len(all)+2 > maxAnchors || inside.firstMono == mono || inside.lastMono == mono {
			return all, false
		}
		before := anchor{inside.firstMono, inside.firstTime, inside.firstMono, inside.firstTime}
		behind := anchor{inside.lastMono, inside.lastTime, inside.lastMono, inside.lastTime}
		return replaced(all, i, 1, before, single, behind), true
	}
	full := len(all) >= maxAnchors
	if i > 0 && (all[i-1].agrees(mono, at) || full) {
		longer := all[i-1]
		longer.lastMono, longer.lastTime = mono, at
		return replaced(all, i-1, 1, longer), false
	}
	if i < len(all) && (all[i].agrees(mono, at) || full) {
		longer := all[i]
		longer.firstMono, longer.firstTime = mono, at
		return replaced(all, i, 1, longer), false
	}
	return replaced(all, i, 0, single), true
}

// replaced returns all with n anchors from i on replaced.
func replaced(all anchors, i, n int, by ...anchor) anchors {
	after := make(anchors, 0, len(all)-n+len(by))
	after = append(after, all[:i]...)
	after = append(after, by...)
	return append(after, all[i+n:]...)
}

// moment is what is known of a record's place in time.
type moment struct {
	boot   string
	mono   int64
	placed int64 // milliseconds since 1970
	how    Placement
}

// latest is the latest time at which a record with that boot and mono can have happened, given what came after it.
func (m moment) latest(next moment) int64 {
	if m.boot != "" && m.boot == next.boot {
		return next.placed - max(0, floorMillis(next.mono-m.mono))
	}
	return next.placed
}

// soonest is the earliest, given what came before it.
func (m moment) soonest(before moment) int64 {
	if m.boot != "" && m.boot == before.boot && before.how != Exact {
		return before.placed + max(0, floorMillis(m.mono-before.mono))
	}
	return before.placed
}

// estimated is whether nothing but its neighbours tell where a record belongs.
func (m moment) estimated() bool { return m.how == Between || m.how == Capped }

// jitter is by how many milliseconds the ways of two messages to head office usually differ. By so much an estimated
// record may lie later than the next one says, and then the next one yields.
const jitter = 1000

// reckon says when the records of a batch happened. known tells the anchors of a boot; before and after are the
// neighbours in the stream, nil when there are none that are known.
func reckon(records []record.Record, received int64, known func(boot string) anchors, before, after *moment) []moment {
	placed := make([]moment, len(records))
	next := after
	for i := len(records) - 1; i >= 0; i-- {
		r := &records[i]
		m := moment{boot: r.Boot, mono: r.Mono, placed: received, how: Between}
		switch at, ok := int64(0), false; {
		case trusted(*r, received):
			m.placed, m.how = r.Time.UnixMilli(), Exact
		default:
			if r.Boot != "" {
				at, ok = known(r.Boot).nearest(r.Mono)
			}
			if ok {
				m.placed, m.how = at, ByBoot
				break
			}
			if r.Clock == record.Synced {
				m.how = Capped
			}
			if next != nil {
				m.placed = min(m.placed, m.latest(*next))
			}
		}
		placed[i] = m
		next = &placed[i]
	}
	if before != nil && before.estimated() && placed[0].estimated() && placed[0].soonest(*before)-placed[0].placed > jitter {
		before = nil // that is where it was at the latest: it is the one to be moved
	}
	for i := range placed {
		if before != nil && placed[i].estimated() {
			placed[i].placed = max(placed[i].placed, placed[i].soonest(*before))
		}
		before = &placed[i]
	}
	return placed
}

package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/replay"
)

// The bank's calls as a queue. Their zone is told as UTC: the clock in the recording is the only one there is.
var bankZone = time.UTC

// priorityClass is the class of priority customers, the recording's priority 2. They count as having waited for a minute
// and a half when they come (A. Mandelbaum, A. Sakov, S. Zeltyn: "Empirical Analysis of a Call Center", Technion 2000; in
// the recording's first two weeks, that head start explains the order of calls best). Priorities 0 and 1 are both
// ordinary customers; which of the two is written down seems to depend on whether the customer had to wait, which is
// not known when a ticket is taken.
const (
	priorityClass     = "priority"
	priorityHeadStart = 90 * time.Second
)

func headStart(class string) time.Duration {
	if class == priorityClass {
		return priorityHeadStart
	}
	return 0
}

// seats is how many counters the station has. The recording does not say; there are more than servers at any time, so
// that nobody who reads the rules learns from them who will come to work.
const seats = 40

// bankTypes are all the types of call that the recording's description knows; others are served as otherType.
var bankTypes = []string{"PS", "PE", "IN", "NE", "NW", "TT"}

const otherType = "other"

// bankRules are the same for every recording: nothing in them is read from the file.
func bankRules() queue.Rules {
	r := queue.Rules{
		Classes:  []queue.Class{{ID: priorityClass, Rate: 1, HeadStart: priorityHeadStart}},
		Calling:  []queue.CallRule{{Name: "turn", Order: queue.Priority}},
		Calendar: queue.Calendar{Zone: bankZone, Start: 3 * time.Hour},
	}
	for _, t := range bankTypes {
		r.Services = append(r.Services, queue.Service{ID: t, Prefix: t})
	}
	r.Services = append(r.Services, queue.Service{ID: otherType, Prefix: "X"})
	for i := range seats {
		r.Counters = append(r.Counters, queue.Counter{ID: fmt.Sprint(i + 1)})
	}
	return r
}

// visit is one customer of a recording.
type visit struct {
	replay.Visit
	day            string // the date under which it is filed
	service, class string
	server         string // replay.NoServer when nobody knows
}

// kind is what happens to a visit. At the same second, lower kinds come first: a counter is free before it calls, and a
// ticket is taken before it is called.
type kind int

const (
	finish kind = iota
	take
	leave
	call
	finishAtOnce
)

// step is one thing that happens.
type step struct {
	at    time.Time
	kind  kind
	visit int
}

// steps lays out visits in the order in which things happen.
func steps(visits []visit) []step {
	var all []step
	for i, v := range visits {
		all = append(all, step{v.Came, take, i})
		switch {
		case !v.Served:
			all = append(all, step{v.Waited, leave, i})
		case v.Ended.Equal(v.Waited):
			all = append(all, step{v.Waited, call, i}, step{v.Ended, finishAtOnce, i})
		default:
			all = append(all, step{v.Waited, call, i}, step{v.Ended, finish, i})
		}
	}
	slices.SortFunc(all, func(a, b step) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.kind, b.kind), cmp.Compare(a.visit, b.visit))
	})
	return all
}

// newVisit is a call as a visit; ok is false when a lobby would not have seen it.
func newVisit(c replay.Call) (visit, bool) {
	v, ok := c.Visit()
	class := ""
	if c.Priority == 2 {
		class = priorityClass
	}
	service := c.Type
	if !slices.Contains(bankTypes, service) {
		service = otherType
	}
	return visit{Visit: v, day: c.Day.Format(time.DateOnly), service: service, class: class, server: c.Server}, ok
}

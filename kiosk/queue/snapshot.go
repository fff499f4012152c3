package queue

import (
	"time"
)

// Snapshot is the queue as it may be shown: a copy that never changes.
type Snapshot struct {
	// At is the time for which it was taken.
	At time.Time
	// Day is the day of work, as 2006-01-02. LastDay is that of the last record, "" when there is none.
	Day     string
	LastDay string
	// Services and Counters are in the order of the rules.
	Services []ServiceView
	Counters []CounterView
	// Waiting are the waiting tickets in order of Turn. Held are those set aside, in order of Turn too.
	Waiting []Place
	Held    []Ticket
	// Announced are the calls of today, newest first, at most 200, whatever became of the tickets.
	Announced []Announcement
	// Today counts the tickets of the day.
	Today Tally
	// Quotes says how true what was told to the customers called today has been.
	Quotes Score
}

// Place is a ticket and its place in the queue.
type Place struct {
	Ticket
	// Before is how many of those waiting would be called before it by counters that would call it too. See State.Snapshot.
	Before int
}

// Announcement is one call to be shown and spoken.
type Announcement struct {
	// Serial is the seq of the record: it grows for ever, also over restarts.
	Serial  uint64
	Ticket  string // id
	Number  string
	Service string
	Counter string
	At      time.Time
	// Again is a repeated call. Withdrawn is one that was taken back.
	Again     bool
	Withdrawn bool
}

// ServiceView is a service and its queue.
type ServiceView struct {
	Service
	// Open is whether tickets are given by the hours of the service; Until is when that ends, Next when it begins again.
	// Either is zero when it is not known to happen.
	Open  bool
	Until time.Time
	Next  time.Time
	// Full is whether a cap keeps anybody more from taking a ticket now.
	Full bool
	// Waiting is how many wait for it. Ahead is how many would be called before an ordinary customer who came now: the
	// Place.Before that a ticket would get.
	Waiting int
	Ahead   int
	// Longest is the longest time that somebody of those waiting has waited.
	Longest time.Duration
	Today   ServiceTally
}

// ServiceTally counts what happened at one service in one day of work.
type ServiceTally struct {
	// Issued are tickets taken for it. Served are customers attended to: their service was finished, or they were
	// transferred from it. Left are those who went without. Within are those of Served who had been called within the
	// service's target.
	Issued, Served, Left, Within int
	// Waited is the sum of the waits of those served.
	Waited time.Duration
}

// CounterState is whether a counter works.
type CounterState string

const (
	CounterClosed CounterState = "closed"
	CounterOpen   CounterState = "open"
	CounterPaused CounterState = "paused"
)

// CounterView is a counter and its customer.
type CounterView struct {
	Counter
	State CounterState
	// Since is when it came into this state; zero when it has not been open today.
	Since  time.Time
	Reason string // why it is paused or was closed
	Clerk  string // staff number of who works there
	// Offered are the services that it calls now: by the rules whose conditions hold, as far as the clerk serves them.
	Offered []string
	// Ticket is nil while the counter has no customer.
	Ticket *Ticket
	// Waiting is how many customers wait that it may call.
	Waiting int
	// Next are the ids of those whom it would call next if it were the only one to call, at most 5.
	Next  []string
	Undo  UndoView
	Today CounterTally
	// Last is the end of its last service; zero when it had none today.
	Last time.Time
}

// UndoView is the action of a counter that can be taken back; Action is empty when there is none.
type UndoView struct {
	Action string // "call", "finish", "no-show", "return", "hold", "transfer" or "split"
	Ticket string // id of the one that it was about
	Number string
	Until  time.Time // when it is too late
}

// CounterTally counts what one counter did in one day of work.
type CounterTally struct {
	// Served are the customers attended to: finished or transferred.
	Served int
	// Worked and Waited are the sums of their service times and of their waits.
	Worked, Waited time.Duration
}

// Serving is how many customers are at counters.
func (s Snapshot) Serving() int {
	n := 0
	for _, c := range s.Counters {
		if c.Ticket != nil {
			n++
		}
	}
	return n
}

// LastCalls are the newest calls that were not taken back, at most n, each ticket once.
func (s Snapshot) LastCalls(n int) []Announcement {
	seen := map[string]bool{}
	var calls []Announcement
	for _, a := range s.Announced {
		if len(calls) == n {
			break
		}
		if !a.Withdrawn && !seen[a.Ticket] {
			seen[a.Ticket] = true
			calls = append(calls, a)
		}
	}
	return calls
}

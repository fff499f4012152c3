package hall

import (
	"sync"
	"time"

	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/information"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
)

// Snapshot is what may be shown of the hall: a copy that never changes.
type Snapshot struct {
	// At is the hall's time of the snapshot.
	At    time.Time
	Queue queue.Snapshot
	// Quotes are what ordinary customers who come now are told about the wait, by service.
	Quotes map[string]queue.Quote
	// Failing tells that the journal takes nothing: whatever is asked of the hall is refused.
	Failing bool
	// Appointments are those of today, and Notices what everybody in the hall should read now.
	Appointments appointments.Day
	Notices      []Notice
	// Survey counts today's ratings. Questionnaire is what is asked, and Results what last month's customers said.
	Survey        survey.Tally
	Questionnaire *survey.Questionnaire
	Results       survey.Results
	// Cases are what somebody has to see to, and Information what everybody may read.
	Cases       cases.View
	Information information.Information
}

// audience are those who want to see each change.
type audience struct {
	mu       sync.Mutex
	latest   Snapshot
	watchers map[chan Snapshot]struct{}
}

// Snapshot returns the hall as it was after the last change.
func (a *audience) Snapshot() Snapshot {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.latest
}

// Subscribe returns a channel that holds the latest snapshot not yet taken from it, beginning with the present one:
// a slow reader misses what was in between, never the last. stop ends the subscription; the channel is not closed.
func (a *audience) Subscribe() (snapshots <-chan Snapshot, stop func()) {
	c := make(chan Snapshot, 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.watchers == nil {
		a.watchers = map[chan Snapshot]struct{}{}
	}
	a.watchers[c] = struct{}{}
	c <- a.latest
	return c, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.watchers, c)
	}
}

// tell replaces what each watcher has not yet taken.
func (a *audience) tell(s Snapshot) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.latest = s
	for c := range a.watchers {
		select {
		case <-c:
		default:
		}
		c <- s // there is room: only tell and Subscribe send, and both hold mu
	}
}

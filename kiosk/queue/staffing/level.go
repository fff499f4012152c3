package staffing

import (
	"time"

	"stationkeeper/kiosk/queue"
)

// Usual is the service level that a service without an agreed one is held against: 80 % within 10 minutes.
var Usual = queue.Target{Within: 10 * time.Minute, Share: 0.8}

// Share is how many of some customers were called within a service's target.
type Share struct {
	Called, Within int
}

// Of is the share, 0 to 1; ok is false when there were no customers.
func (s Share) Of() (share float64, ok bool) {
	if s.Called == 0 {
		return 0, false
	}
	return float64(s.Within) / float64(s.Called), true
}

// Level is how a service does against its target.
type Level struct {
	Service string // id
	// Target is the service's, or Usual; Agreed says which.
	Target queue.Target
	Agreed bool
	// Today are the customers attended to since the day began; of a service without an agreed target none is Within. Recent
	// are those called within the last half hour.
	Today, Recent Share
	// Waiting is how many wait now, Beyond how many of them have already waited longer than the target; Longest is the
	// longest of these waits.
	Waiting, Beyond int
	Longest         time.Duration
	// Arrivals is how many came within the last half hour, and Serving the mean time that serving one took lately; 0 when
	// nobody was served yet.
	Arrivals int
	Serving  time.Duration
}

// Met reports whether neither those called lately nor those waiting are worse off than the target says.
func (l Level) Met() bool {
	all := l.Recent.Called + l.Beyond
	return all == 0 || float64(l.Recent.Within) >= l.Target.Share*float64(all)
}

// Levels are those of all services, in the order of the rules.
func (w *Watch) Levels(s queue.Snapshot) []Level {
	levels := make([]Level, 0, len(s.Services))
	for _, service := range s.Services {
		levels = append(levels, w.level(s, service))
	}
	return levels
}

func (w *Watch) level(s queue.Snapshot, v queue.ServiceView) Level {
	target, agreed := target(v.Service)
	l := Level{Service: v.ID, Target: target, Agreed: agreed, Today: Share{Called: v.Today.Served, Within: v.Today.Within}}
	if r := w.services[v.ID]; r != nil {
		for _, c := range within(r.calls, s.At, func(c waited) time.Time { return c.at }) {
			l.Recent.Called++
			if c.wait <= target.Within {
				l.Recent.Within++
			}
		}
		l.Arrivals = len(within(r.arrivals, s.At, func(at time.Time) time.Time { return at }))
		l.Serving = mean(r.serving)
	}
	for _, t := range s.Waiting {
		if t.Service != v.ID {
			continue
		}
		waited := max(0, s.At.Sub(t.Entered))
		l.Waiting++
		l.Longest = max(l.Longest, waited)
		if waited > target.Within {
			l.Beyond++
		}
	}
	return l
}

// target is what a service is held against.
func target(s queue.Service) (t queue.Target, agreed bool) {
	if s.Target.Within > 0 {
		return s.Target, true
	}
	return Usual, false
}

func mean(all []time.Duration) time.Duration {
	var sum time.Duration
	for _, d := range all {
		sum += d
	}
	return sum / time.Duration(max(1, len(all)))
}

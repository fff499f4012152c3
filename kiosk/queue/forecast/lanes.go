package forecast

import (
	"math"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
)

// maxKinds is how many services are told apart: one bit each. A station with more has the others counted as the last.
const maxKinds = 64

// kind is a service as it is learned.
type kind struct {
	ID      string    `json:"id"`
	Serving histogram `json:"serving"`
}

// lane is the customers of one class for one service.
type lane struct {
	Kind  int    `json:"kind"`
	Class string `json:"class,omitempty"`
	// Credit is by how many seconds of waiting its customers are called sooner than the rules say, against others.
	Credit float64 `json:"credit"`
	// Rate is how many come in a second, and Rated when that was so.
	Rate  float64   `json:"rate"`
	Rated time.Time `json:"rated"`
}

// The memory of arrivals. A longer time without any is a closed lobby: it counts as this long.
const (
	arrivalMemory = 2 * 3600.0 // seconds
	longestPause  = 3600.0     // seconds
)

// rateAt is the rate as of now.
func (l *lane) rateAt(now time.Time) float64 {
	gone := min(longestPause, max(0, now.Sub(l.Rated).Seconds()))
	return l.Rate * math.Exp(-gone/arrivalMemory)
}

// arrived counts one more.
func (l *lane) arrived(now time.Time) {
	l.Rate, l.Rated = l.rateAt(now)+1/arrivalMemory, now
}

// none is the lane of customers that were never seen to come.
const none = -1

// kind is the index of a service; one that is not known yet gets one.
func (l *learned) kind(id string) int {
	if i := l.kindOf(id); i >= 0 && l.Kinds[i].ID == id || len(l.Kinds) == maxKinds {
		return i
	}
	l.Kinds = append(l.Kinds, kind{ID: id})
	return len(l.Kinds) - 1
}

// kindOf is the index of a service without learning of one: what is neither in the rules nor was ever seen is taken for
// the last.
func (l *learned) kindOf(id string) int {
	for i := range l.Kinds {
		if l.Kinds[i].ID == id {
			return i
		}
	}
	return len(l.Kinds) - 1
}

// lane is the index of a service's customers of a class; one that is not known yet gets one.
func (l *learned) lane(kind int, class string) int {
	if i := l.laneOf(kind, class); i != none {
		return i
	}
	l.Lanes = append(l.Lanes, lane{Kind: kind, Class: class})
	return len(l.Lanes) - 1
}

// laneOf is the index of a lane, or none.
func (l *learned) laneOf(kind int, class string) int {
	for i := range l.Lanes {
		if l.Lanes[i].Kind == kind && l.Lanes[i].Class == class {
			return i
		}
	}
	return none
}

// ruling is what the rules say about who is called before whom, as far as it can be told by points.
type ruling struct {
	// head and rate are the points of a class at the start and per second, of those that have other than 0 and 1.
	head, rate map[string]float64
	// tangled rules look at more than points: the order among those who wait is then taken from the queue itself.
	tangled bool
}

func newRuling(r queue.Rules) ruling {
	found := ruling{head: map[string]float64{}, rate: map[string]float64{}}
	priority := false
	look := func(rules []queue.CallRule) {
		for _, rule := range rules {
			priority = priority || rule.Order == queue.Priority
			found.tangled = found.tangled || len(rule.Weights) > 0 || len(rule.Classes) > 0 || rule.Order == queue.Booked
		}
		found.tangled = found.tangled || len(rules) > 1
	}
	look(r.Calling)
	for _, c := range r.Counters {
		look(c.Calling)
	}
	if !priority {
		return found
	}
	for _, c := range r.Classes {
		found.head[c.ID] = c.HeadStart.Seconds()
		if c.Rate > 0 {
			found.rate[c.ID] = c.Rate
		}
	}
	return found
}

// rateOf is how many points a class gains per second.
func (r *ruling) rateOf(class string) float64 {
	if rate, ok := r.rate[class]; ok {
		return rate
	}
	return 1
}

// ahead counts who is called before a customer who comes now.
func (m *Model) ahead(s *queue.Snapshot, service, class string) int {
	usual := s.Services[serviceAt(s, service)].Ahead
	mine := m.rules.head[class]
	if mine == 0 || m.rules.tangled {
		return usual
	}
	passed := 0
	for i := range s.Waiting {
		t := &s.Waiting[i].Ticket
		points := m.rules.head[t.Class] + m.rules.rateOf(t.Class)*s.At.Sub(t.Turn).Seconds()
		if points < mine && (t.Service == service || m.compete(s, t.Service, service)) {
			passed++
		}
	}
	return max(0, usual-passed)
}

// serviceAt is where a service is in a snapshot; -1 when it is not there.
func serviceAt(s *queue.Snapshot, id string) int {
	return slices.IndexFunc(s.Services, func(v queue.ServiceView) bool { return v.ID == id })
}

// compete says whether an open counter offers both services.
func (m *Model) compete(s *queue.Snapshot, a, b string) bool {
	return slices.ContainsFunc(s.Counters, func(c queue.CounterView) bool {
		return c.State == queue.CounterOpen && slices.Contains(c.Offered, a) && slices.Contains(c.Offered, b)
	})
}

// The credits of lanes are learned from whom counters call while others wait, as the strengths of players are from who
// wins (R. Bradley and M. Terry, "Rank Analysis of Incomplete Block Designs", Biometrika 39, 1952).
const (
	creditStep  = 1.0    // seconds that a surprising call moves a credit at most
	creditScale = 15.0   // seconds by which one has to be ahead to be called first with odds of e to 1
	creditDecay = 0.9998 // by call
)

// credit moves the credits of those passed over, each with the points by which it was in front, against the lane called.
func (l *learned) credit(called int, passed []passing) {
	for _, p := range passed {
		surprise := min(1, p.weight/(1+math.Exp(-p.lead/creditScale)))
		l.Lanes[p.lane].Credit -= creditStep * surprise
		l.Lanes[called].Credit += creditStep * surprise
	}
	for i := range l.Lanes {
		l.Lanes[i].Credit *= creditDecay
	}
}

// passing is a customer of another lane who waits while somebody is called: how many points in front of that one, and
// how much it weighs: whether the counter serves such customers at all.
type passing struct {
	lane         int
	lead, weight float64
}

package forecast

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// version is that of the form in which a model is kept.
const version = 2

// learned is what outlives a restart.
type learned struct {
	Version int `json:"version"`
	// Serving is the service times of all services, Kinds those of each.
	Serving histogram `json:"serving"`
	Kinds   []kind    `json:"kinds"`
	Lanes   []lane    `json:"lanes"`
	// Skills are by worker.
	Skills map[string]*skill `json:"skills"`
	// Calls are how soon idle counters call, Patience how soon waiting customers give up.
	Calls    [spells]hazards `json:"calls"`
	Patience hazards         `json:"patience"`
	// Pauses are how long counters are paused.
	Pauses histogram `json:"pauses"`
	// Breaks counts pauses that began, forgotten as services are.
	Breaks float64 `json:"breaks"`
	// Opened counts counters opened while people waited, and Unopened the seconds for which they did.
	Opened     float64    `json:"opened"`
	Unopened   float64    `json:"unopened"`
	Correction correction `json:"correction"`
}

func newLearned(services []string) learned {
	l := learned{Version: version, Skills: map[string]*skill{}}
	for _, id := range services {
		l.kind(id)
	}
	return l
}

// What is assumed before anything was seen: services of two and a half minutes, give or take a factor of three, pauses of
// ten minutes, and one in a thousand customers giving up in a second.
var (
	assumedService = logNormal(150, 1.1)
	assumedPause   = logNormal(600, 1)
)

const (
	assumedPatience = 900.0 // seconds
	stationServices = 10.0  // for how many services seen the assumption about the station counts
	kindServices    = 20.0  // and what is known about the station, for a service
	stationMemory   = 3000  // services
	kindMemory      = 1000
	patienceMemory  = 1000 // customers who gave up
	pauseMemory     = 200
	leastPauses     = 2.5 // fewer than three are too little to promise anything while all counters are paused
	openingMemory   = 0.995
	assumedUnopened = 3600.0 // seconds without a counter opened
)

// serving are the distributions of service times by service.
func (l *learned) serving(into []*distribution) []*distribution {
	station := l.Serving.shrunk(assumedService, stationServices)
	for i := range l.Kinds {
		into = append(into, l.Kinds[i].Serving.shrunk(station, kindServices))
	}
	return into
}

func (l *learned) patience() *cumulated { return l.Patience.cumulated(assumedPatience, 0) }

// breaking is the probability that a counter is paused after a service.
func (l *learned) breaking() float64 { return min(0.5, l.Breaks/(l.Serving.Seen+stationServices)) }

// opening is how many counters are opened in a second while people wait.
func (l *learned) opening() float64 { return (l.Opened + 0.1) / (l.Unopened + assumedUnopened) }

// MarshalJSON is what was learned, to be kept over a restart.
func (m *Model) MarshalJSON() ([]byte, error) { return json.Marshal(&m.learned) }

// UnmarshalJSON takes up what was learned before, under the rules that the model was made with. What another version has
// kept is refused, and the model is as before.
func (m *Model) UnmarshalJSON(data []byte) error {
	var l learned
	if err := json.Unmarshal(data, &l); err != nil {
		return fmt.Errorf("read what was learned about waits: %w", err)
	}
	if err := l.check(); err != nil {
		return fmt.Errorf("read what was learned about waits: %w", err)
	}
	for _, id := range m.services {
		l.kind(id)
	}
	m.learned, m.live = l, newLive()
	return nil
}

// check refuses what no model has written.
func (l *learned) check() error {
	if l.Version != version {
		return fmt.Errorf("version %d: expected %d", l.Version, version)
	}
	if len(l.Kinds) > maxKinds {
		return fmt.Errorf("%d services: expected at most %d", len(l.Kinds), maxKinds)
	}
	if len(l.Kinds) == 0 {
		return errors.New("no service: expected those of the rules")
	}
	for i, lane := range l.Lanes {
		if lane.Kind < 0 || lane.Kind >= len(l.Kinds) {
			return fmt.Errorf("lane %d is of service %d: expected one of %d", i, lane.Kind, len(l.Kinds))
		}
	}
	for who, k := range l.Skills {
		if k == nil || len(k.Done) != len(k.Passed) || len(k.Done) > maxKinds {
			return fmt.Errorf("skills of %q: expected as many done as passed, one per service", who)
		}
	}
	if l.negative() {
		return errors.New("something was seen less than never")
	}
	if l.Skills == nil {
		l.Skills = map[string]*skill{}
	}
	return nil
}

// negative says whether a count or a time is below 0.
func (l *learned) negative() bool {
	below := func(v float64) bool { return v < 0 }
	counts := [][]float64{l.Serving.Weight[:], l.Pauses.Weight[:], l.Patience.Events[:], l.Patience.Exposure[:],
		{l.Serving.Seen, l.Pauses.Seen, l.Breaks, l.Opened, l.Unopened}}
	for i := range l.Kinds {
		counts = append(counts, l.Kinds[i].Serving.Weight[:], []float64{l.Kinds[i].Serving.Seen})
	}
	for i := range l.Calls {
		counts = append(counts, l.Calls[i].Events[:], l.Calls[i].Exposure[:])
	}
	for _, n := range l.Lanes {
		counts = append(counts, []float64{n.Rate})
	}
	for _, k := range l.Skills {
		counts = append(counts, k.Done, k.Passed)
	}
	for i := range l.Correction.Shared {
		for _, w := range append(l.Correction.Shared[i][:], l.Correction.Lane[i]...) {
			counts = append(counts, []float64{w.Steps})
		}
	}
	return slices.ContainsFunc(counts, func(c []float64) bool { return slices.ContainsFunc(c, below) })
}

package forecast

import (
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// Options says what a model is for.
type Options struct {
	// Zone is the station's local time; nil means that of Rules.Calendar.
	Zone *time.Location
	// Rules are those under which the queue is called.
	Rules queue.Rules
}

// Model foretells waits from what the station has seen. It has one owner and is not safe for concurrent use.
type Model struct {
	services []string // of the rules
	rules    ruling
	learned  learned
	live     live
	drainer  drainer
}

// New returns a model that has seen nothing yet. What it foretells before it has seen anything comes from prior
// assumptions about counters anywhere; it promises nothing before a few services were seen.
func New(o Options) *Model {
	m := &Model{rules: newRuling(o.Rules), live: newLive()}
	for _, s := range o.Rules.Services {
		m.services = append(m.services, s.ID)
	}
	m.learned = newLearned(m.services)
	return m
}

// Learn takes in one record of the events stream with the queue as it is after it. It has to be called for every record,
// in order.
func (m *Model) Learn(after queue.Snapshot, r record.Record) { m.learn(&after, r) }

// NewCustomer is what to tell a customer of a class ("" is the ordinary one) who takes a ticket for a service now. Of a
// service that the queue does not have, nothing is known.
func (m *Model) NewCustomer(s queue.Snapshot, service, class string) queue.Quote {
	if serviceAt(&s, service) < 0 {
		return queue.Quote{At: s.At}
	}
	q := queue.Quote{At: s.At, Ahead: m.ahead(&s, service, class)}
	sc := m.scene(&s, "")
	target := m.join(sc, service, class)
	if !m.promises(sc, target) {
		return q
	}
	spreads := m.drain(sc, target)
	m.live.keep(question{s.At, service, class, len(s.Waiting)}, spreads[0])
	return m.quote(q, sc.people[target].lane, spreads[0])
}

// Waiting is what to tell everyone who waits, by the id of the ticket.
func (m *Model) Waiting(s queue.Snapshot) map[string]queue.Quote {
	told := make(map[string]queue.Quote, len(s.Waiting))
	sc := m.scene(&s, "")
	var spreads []spread
	if m.knows() && len(sc.people) > 0 {
		spreads = m.drain(sc, 0)
	}
	for i, p := range s.Waiting {
		q := queue.Quote{At: s.At, Ahead: p.Before}
		if spreads != nil && m.promises(sc, i) {
			q = m.quote(q, sc.people[i].lane, spreads[i])
		}
		told[p.ID] = q
	}
	return told
}

// Fewer ended services than these are too little knowledge for a promise: half of one below 8 and 3, since what was seen
// is slowly forgotten.
const (
	leastServices = 7.5 // at the station
	leastOfKind   = 2.5 // of the service in question, unless
	leastWithout  = 50  // so many of others say what services here are like
)

// knows says whether enough was seen of the station for any promise.
func (m *Model) knows() bool { return m.learned.Serving.Seen >= leastServices }

// promises says whether enough is known for a promise to somebody in the scene: services were seen, and a counter is there
// that may call this customer.
func (m *Model) promises(sc *scene, who int) bool {
	p := &sc.people[who]
	kind := m.learned.Kinds[p.service].Serving.Seen
	if !m.knows() || kind < leastOfKind && m.learned.Serving.Seen < leastWithout {
		return false
	}
	for i := range sc.servers {
		s := &sc.servers[i]
		if s.offers&(1<<p.service) != 0 && p.mayGoTo(s.counter) && (!s.paused || m.learned.Pauses.Seen >= leastPauses) {
			return true
		}
	}
	return false
}

// atOnce is how short, in seconds, the low end of a range has to be for the range to begin at nothing: whoever may be called
// within a moment may be called at once.
const atOnce = 3.0

// quote makes a promise of a spread, or none when some of the range lies beyond the horizon.
func (m *Model) quote(q queue.Quote, lane int, raw spread) queue.Quote {
	if raw[high] >= horizon {
		return q
	}
	told := m.learned.Correction.corrected(lane, raw)
	if told[low] < atOnce {
		told[low] = 0
	}
	q.Low, q.Expected, q.High, q.Known = seconds(told[low]), seconds(told[median]), seconds(told[high]), true
	return q
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

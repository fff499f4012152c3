package forecast

import (
	"cmp"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
)

// scene is the lobby at one moment. Its times are in seconds from that moment; what is past is negative.
type scene struct {
	at      time.Time
	people  []person
	servers []server
	// dormant are the bits of the services of closed counters.
	dormant uint64
}

// person is somebody who waits.
type person struct {
	service, lane int
	turn          float64 // as of when the wait counts
	head, rate    float64 // points at turn, and gained per second
	only          string  // the one counter that may call; "" is any
}

// points is what a customer has at a time; who has most is called first.
func (p *person) points(t float64) float64 { return p.head + p.rate*(t-p.turn) }

// mayGoTo says whether a counter may call the customer as far as that is up to the ticket.
func (p *person) mayGoTo(counter string) bool { return p.only == "" || p.only == counter }

// server is a counter that is not closed.
type server struct {
	counter string
	offers  uint64 // bits of the services that it calls
	skill   *skill
	busy    bool
	serving int     // the service being given, when busy
	since   float64 // seconds since the call, or since it became idle or was paused
	paused  bool
	spell   spell
	ignored float64
}

// scene is a snapshot as it can be played; the ticket of an id is left out.
func (m *Model) scene(s *queue.Snapshot, without string) *scene {
	sc := &scene{at: s.At, people: make([]person, 0, len(s.Waiting)+1)}
	for i := range s.Waiting {
		t := &s.Waiting[i].Ticket
		if t.ID == without {
			continue
		}
		p := m.person(t.Service, t.Class, t.Turn.Sub(s.At).Seconds())
		p.only = t.For
		sc.people = append(sc.people, p)
	}
	if m.rules.tangled && without == "" {
		sc.follow(s.Waiting)
	}
	for i := range s.Counters {
		c := &s.Counters[i]
		if c.State == queue.CounterClosed && c.Ticket == nil {
			sc.dormant |= m.learned.offers(c)
			continue
		}
		sc.servers = append(sc.servers, m.server(c, s.At))
	}
	return sc
}

func (m *Model) person(service, class string, turn float64) person {
	kind := m.learned.kindOf(service)
	lane := m.learned.laneOf(kind, class)
	head := m.rules.head[class]
	if lane != none {
		head += m.learned.Lanes[lane].Credit
	}
	return person{service: kind, lane: lane, turn: turn, head: head, rate: m.rules.rateOf(class)}
}

// join lets somebody come in, and returns where in people.
func (m *Model) join(sc *scene, service, class string) int {
	sc.people = append(sc.people, m.person(service, class, 0))
	return len(sc.people) - 1
}

// follow hands the points of those who wait to one another, so that they are in the order in which the queue itself says
// that they would be called.
func (sc *scene) follow(places []queue.Place) {
	order := make([]int, len(places))
	points := make([]float64, len(places))
	for i := range places {
		order[i], points[i] = i, sc.people[i].points(0)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(places[a].Before, places[b].Before) })
	slices.SortFunc(points, func(a, b float64) int { return cmp.Compare(b, a) })
	for rank, i := range order {
		sc.people[i].head += points[rank] - sc.people[i].points(0)
	}
}

func (m *Model) server(c *queue.CounterView, at time.Time) server {
	s := server{counter: c.ID, offers: m.learned.offers(c), skill: m.learned.skillOf(worker(c)), paused: c.State == queue.CounterPaused}
	switch {
	case c.Ticket != nil:
		s.busy, s.serving = true, m.learned.kindOf(c.Ticket.Service)
		s.since = max(0, at.Sub(c.Ticket.Called).Seconds())
	case s.paused:
		s.since = max(0, at.Sub(c.Since).Seconds())
	default:
		s.since = max(0, at.Sub(idleSince(c)).Seconds())
		s.spell, s.ignored = m.live.idleness(c, at)
	}
	return s
}

// idleness is the spell of an idle counter as it is now.
func (v *live) idleness(c *queue.CounterView, at time.Time) (spell, float64) {
	i, known := v.idle[c.ID]
	if !known || !i.begin.Equal(idleSince(c)) {
		return standby, 0
	}
	s, ignored := i.spell, i.ignored
	if i.exposed && s != away {
		ignored += max(0, at.Sub(v.at).Seconds())
		if ignored >= ignoring {
			s = away
		}
	}
	return s, ignored
}

package forecast

import (
	"encoding/json"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// live is what a model knows of the present: it is there again soon after a restart.
type live struct {
	// at is the time of the last record, and waiting whether anybody waited after it.
	at      time.Time
	waiting bool
	idle    map[string]*idle     // by counter
	paused  map[string]time.Time // by counter: since when
	// entered are the tickets that wait and were seen to come.
	entered map[string]entry
	asked   question
	answer  spread
}

// entry is a customer's coming into a queue.
type entry struct {
	at   time.Time
	kind int
	lane int
	// ahead is how many waited.
	ahead int
	// raw is what was foretold then, when foretold is true; otherwise scene is what could be foretold from, the customer
	// being the last of its people; nil when nothing could.
	raw      spread
	foretold bool
	scene    *scene
}

// question is what a new customer's wait was last asked for.
type question struct {
	at             time.Time
	service, class string
	waiting        int
}

// maxEntered bounds how many waiting tickets are remembered.
const maxEntered = 5000

func newLive() live {
	return live{idle: map[string]*idle{}, paused: map[string]time.Time{}, entered: map[string]entry{}}
}

func (v *live) keep(q question, answer spread) { v.asked, v.answer = q, answer }

func (m *Model) learn(after *queue.Snapshot, r record.Record) {
	m.pass(r.Time)
	switch r.Type {
	case record.TicketIssued:
		read(r, func(d record.TicketIssuedData) { m.learnIssued(after, d, r.Time) })
	case record.TicketCalled:
		read(r, func(d record.TicketCalledData) { m.learnCalled(after, d, r.Time) })
	case record.TicketLeft:
		read(r, func(d record.TicketLeftData) { m.learnLeft(d, r.Time) })
	case record.TicketServed:
		read(r, func(d record.TicketServedData) { m.learnServed(d.Service, d.Serving) })
	case record.TicketTransferred:
		read(r, func(d record.TicketTransferredData) { m.learnServed(d.From, d.Serving) })
	case record.CounterOpened, record.CounterPaused, record.CounterResumed, record.CounterClosed:
		read(r, func(d record.CounterData) { m.learnCounter(r.Type, d.Counter, r.Time) })
	}
	m.lookAround(after, r.Time)
}

// read hands on the data of a record. One that cannot be read was refused by the queue, too.
func read[D any](r record.Record, use func(D)) {
	var d D
	if json.Unmarshal(r.Data, &d) == nil {
		use(d)
	}
}

// pass counts the time since the last record.
func (m *Model) pass(now time.Time) {
	v := &m.live
	dt := now.Sub(v.at).Seconds()
	if v.at.IsZero() || dt <= 0 || !v.waiting {
		return
	}
	dt = min(dt, horizon)
	m.learned.Unopened += dt
	for _, i := range v.idle {
		i.pass(&m.learned.Calls, v.at, dt)
	}
}

// learnIssued remembers what would be foretold one who comes.
func (m *Model) learnIssued(after *queue.Snapshot, d record.TicketIssuedData, at time.Time) {
	kind := m.learned.kind(d.Service)
	e := entry{at: at, kind: kind, lane: m.learned.lane(kind, d.Class), ahead: len(after.Waiting) - 1}
	m.learned.Lanes[e.lane].arrived(at)
	if m.live.asked == (question{at, d.Service, d.Class, len(after.Waiting) - 1}) {
		e.raw, e.foretold = m.live.answer, true
	} else if m.knows() {
		sc := m.scene(after, d.Ticket)
		if target := m.join(sc, d.Service, d.Class); m.promises(sc, target) {
			e.scene = sc
		}
	}
	if len(m.live.entered) >= maxEntered {
		clear(m.live.entered) // their ends were never heard of
	}
	m.live.entered[d.Ticket] = e
}

// learnCalled takes in who was called, over whom, by whom, and how true the forecast was.
func (m *Model) learnCalled(after *queue.Snapshot, d record.TicketCalledData, at time.Time) {
	l := &m.learned
	e, known := m.live.entered[d.Ticket]
	if !known {
		return
	}
	delete(m.live.entered, d.Ticket)
	if wait := at.Sub(e.at).Seconds(); wait > 0 {
		l.Patience.expose(0, wait)
		m.learnTruth(e, wait)
		if i, idle := m.live.idle[d.Counter]; idle {
			i.called(&l.Calls, at)
		} else {
			l.opened()
		}
	}
	m.learnOrder(after, e, d, at)
}

// learnTruth takes in what came of a forecast. One that nobody asked for at the time is made now, for the lobby as it was.
func (m *Model) learnTruth(e entry, wait float64) {
	if !e.foretold && e.scene != nil {
		e.raw, e.foretold = m.drainOn(hindsightPaths, e.scene, len(e.scene.people)-1)[0], true
	}
	if e.foretold && e.raw[high] < horizon {
		m.learned.Correction.learn(e.lane, e.raw, wait, e.ahead)
	}
}

func (l *learned) opened() {
	l.Opened = l.Opened*openingMemory + 1
	l.Unopened *= openingMemory
}

// learnOrder takes in over whom of those that the counter may call somebody was called.
func (m *Model) learnOrder(after *queue.Snapshot, called entry, d record.TicketCalledData, at time.Time) {
	l := &m.learned
	k := l.learnSkill(workerAt(d.Clerk, d.Counter))
	mine := m.person(l.Kinds[called.kind].ID, l.Lanes[called.lane].Class, called.at.Sub(at).Seconds())
	offers := m.offersAt(after, d.Counter)
	var over uint64
	var passed []passing
	for i := range after.Waiting {
		t := &after.Waiting[i].Ticket
		kind := l.kind(t.Service)
		if !t.Turn.Before(at) || offers>>kind&1 == 0 || t.For != "" && t.For != d.Counter {
			continue
		}
		l.lane(kind, t.Class)
		p := m.person(t.Service, t.Class, t.Turn.Sub(at).Seconds())
		lead := p.points(0) - mine.points(0)
		if lead > wellInFront && p.service != called.kind {
			over |= 1 << p.service
		}
		if p.lane != called.lane {
			can := k.of(p.service)
			passed = append(passed, passing{lane: p.lane, lead: lead, weight: can * can * can * can})
		}
	}
	k.called(called.kind, over, len(l.Kinds))
	l.credit(called.lane, passed)
}

// offersAt are the bits of the services that a counter of the snapshot calls.
func (m *Model) offersAt(s *queue.Snapshot, counter string) uint64 {
	for i := range s.Counters {
		if s.Counters[i].ID == counter {
			return m.learned.offers(&s.Counters[i])
		}
	}
	return 0
}

func (m *Model) learnLeft(d record.TicketLeftData, at time.Time) {
	e, known := m.live.entered[d.Ticket]
	if !known {
		return
	}
	delete(m.live.entered, d.Ticket)
	if wait := at.Sub(e.at).Seconds(); wait > 0 {
		m.learned.Patience.expose(0, wait)
		if d.Reason == queue.ReasonGaveUp {
			m.learned.Patience.happened(wait, patienceMemory)
		}
	}
}

func (m *Model) learnServed(service string, serving float64) {
	m.learned.Breaks *= 1 - 1.0/stationMemory
	m.learned.Serving.add(serving, stationMemory)
	m.learned.Kinds[m.learned.kind(service)].Serving.add(serving, kindMemory)
}

// learnCounter takes in how long counters are paused and how often one is opened while people wait.
func (m *Model) learnCounter(typ, counter string, at time.Time) {
	v := &m.live
	since, paused := v.paused[counter]
	delete(v.paused, counter)
	switch {
	case typ == record.CounterPaused:
		v.paused[counter] = at
		m.learned.Breaks++
	case typ == record.CounterOpened && v.waiting:
		m.learned.opened()
	case typ == record.CounterResumed && paused:
		m.learned.Pauses.add(max(0, at.Sub(since).Seconds()), pauseMemory)
	}
}

// lookAround remembers who is idle until the next record.
func (m *Model) lookAround(after *queue.Snapshot, at time.Time) {
	v := &m.live
	v.at, v.waiting = at, len(after.Waiting) > 0
	var wanted uint64
	for i := range after.Waiting {
		wanted |= 1 << m.learned.kindOf(after.Waiting[i].Service)
	}
	for _, i := range v.idle {
		i.present = false
	}
	for n := range after.Counters {
		c := &after.Counters[n]
		if c.State != queue.CounterOpen || c.Ticket != nil {
			continue
		}
		exposed := wanted != 0 && m.serves(c, wanted)
		i, known := v.idle[c.ID]
		if since := idleSince(c); !known || !i.begin.Equal(since) {
			i = &idle{begin: since, spell: standby}
			if exposed && !at.After(since) {
				i.spell = turning
			}
			v.idle[c.ID] = i
		}
		i.exposed, i.present = exposed, true
	}
	for id, i := range v.idle {
		if !i.present {
			delete(v.idle, id)
		}
	}
}

// serves says whether a counter probably serves one of the services.
func (m *Model) serves(c *queue.CounterView, kinds uint64) bool {
	kinds &= m.learned.offers(c)
	if kinds == 0 {
		return false
	}
	k := m.learned.skillOf(worker(c))
	for i := range m.learned.Kinds {
		if kinds>>i&1 != 0 && k.of(i) > 0.6 {
			return true
		}
	}
	return false
}

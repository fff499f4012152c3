package queue_test

import (
	"encoding/json"
	"slices"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// ledger is the queue as somebody would keep it on paper from the records alone: slow, plain, and sharing no code with
// the engine. It refuses records that no queue may cause, and says by brute force whose turn it is.
type ledger struct {
	rules    queue.Rules
	visitors map[string]*visitor
	posts    map[string]*post
	charges  map[string][]charge // by rule, in order
	latest   time.Time           // the latest turn
	serial   int
	notes    int // records so far
	// issued, left and visits count the tickets; score their quotes.
	issued, left int
	visits       figures
	score        queue.Score
}

// visitor is a ticket on paper.
type visitor struct {
	id, service, class, appointment, only string
	status                                queue.Status
	counter                               string
	entered, called, turn, booked         time.Time
	rest                                  []record.Leg
	quotes                                []quote // not yet held against a call
	waited, worked                        float64 // seconds in the services that are over
	touched                               int     // how often anything but a quote or an announcement happened to it
	parted                                bool    // held in this service: the wait was until the first call
}

type quote struct {
	at                  time.Time
	low, expected, high time.Duration
}

// charge is a call counted for a lane, or taken back.
type charge struct {
	lane   string
	refund bool
	serial int
}

// post is a counter on paper.
type post struct {
	state  queue.CounterState
	opened bool // today
	clerk  []string
	at     string // the ticket at the counter
	last   *memory
	figures
}

// figures are what is counted; waits and works are sums of seconds.
type figures struct {
	served         int
	waited, worked float64
}

// memory is what a counter did last, and what it takes to undo it.
type memory struct {
	action string
	time   time.Time
	// before are the tickets as they were; of what a split made, there is none. after are they as they became.
	before, after []visitor
	alone         bool // it has a request of its own
	note          int
	score         queue.Score
	rule          string
	charge        charge
	stage, visit  figures
	left          int
}

func newLedger(rules queue.Rules) *ledger {
	l := &ledger{rules: rules, visitors: map[string]*visitor{}, posts: map[string]*post{}, charges: map[string][]charge{}}
	for _, c := range rules.Counters {
		l.posts[c.ID] = &post{state: queue.CounterClosed}
	}
	return l
}

// entry is whatever a record may say.
type entry struct {
	Ticket, Service, Counter, Rule, Lane, Visit, From, To, Action, Class, Appointment, Reason, Request string
	Wait, Serving                                                                                      float64
	Back                                                                                               bool
	Turn                                                                                               time.Time
	Booked                                                                                             *time.Time
	Next                                                                                               *record.Leg
	Rest                                                                                               []record.Leg
	Quote                                                                                              *record.Quote
	Quotes                                                                                             []record.TicketQuote
	Services                                                                                           []string
}

// note writes a record down, or says what it breaks.
func (l *ledger) note(r record.Record) error {
	var d entry
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return err
	}
	l.notes++
	v, p := l.visitors[d.Ticket], l.posts[d.Counter]
	switch r.Type {
	case record.TicketIssued:
		return l.issue(v, p, d, r.Time)
	case record.QueueQuoted:
		return l.tell(d, r.Time)
	case record.CounterOpened:
		p.state, p.opened, p.clerk, p.last = queue.CounterOpen, true, d.Services, nil
		return nil
	case record.CounterPaused:
		p.state = queue.CounterPaused
		return nil
	case record.CounterResumed:
		p.state = queue.CounterOpen
		return nil
	case record.CounterClosed:
		p.state, p.clerk, p.last = queue.CounterClosed, nil, nil
		return nil
	case record.TicketUndone:
		return l.undo(p, d, r.Time)
	}
	if v == nil {
		return breaks("nobody is lost", "%s of %q, who never came", r.Type, d.Ticket)
	}
	switch r.Type {
	case record.TicketCalled:
		return l.call(v, p, d, r.Time)
	case record.TicketLeft:
		return l.leave(v, p, d, r.Time)
	case record.TicketClassed:
		if v.status != queue.Waiting && v.status != queue.Held {
			return breaks("nobody is in two places", "class of %s, who is %s", v.id, v.status)
		}
		v.class = d.Class
		v.touched++
		return nil
	}
	if p == nil || p.at != v.id || v.status != queue.Called {
		return breaks("nobody is in two places", "%s of %s at counter %s, who is %s at %q", r.Type, v.id, d.Counter, v.status, v.counter)
	}
	if r.Type == record.TicketRecalled {
		return nil
	}
	return l.work(v, p, r.Type, d, r.Time)
}

func (l *ledger) freshTurn(at time.Time) time.Time {
	if at.After(l.latest) {
		return at
	}
	return l.latest.Add(time.Microsecond)
}

func (l *ledger) seen(turn time.Time) {
	if turn.After(l.latest) {
		l.latest = turn
	}
}

func (l *ledger) issue(v *visitor, p *post, d entry, at time.Time) error {
	if v != nil {
		return breaks("nobody comes twice", "%q", d.Ticket)
	}
	v = &visitor{id: d.Ticket, service: d.Service, class: d.Class, appointment: d.Appointment, status: queue.Waiting,
		entered: at, turn: l.freshTurn(at), rest: d.Rest}
	if d.Booked != nil {
		v.booked = *d.Booked
	}
	if d.Quote != nil {
		v.told(*d.Quote, at)
	}
	l.seen(v.turn)
	l.visitors[v.id] = v
	l.issued++
	if p != nil {
		p.last = &memory{action: "split", time: at, after: []visitor{*v}}
	}
	return nil
}

func (v *visitor) told(q record.Quote, at time.Time) {
	if !q.Known {
		return
	}
	d := func(s float64) time.Duration { return time.Duration(s*1000+0.5) * time.Millisecond }
	v.quotes = append(slices.Clip(v.quotes), quote{at, d(q.Low), d(q.Expected), d(q.High)})
}

func (l *ledger) tell(d entry, at time.Time) error {
	for _, q := range d.Quotes {
		v := l.visitors[q.Ticket]
		if v == nil || v.status != queue.Waiting {
			return breaks("quotes are of waits", "%q does not wait", q.Ticket)
		}
		v.told(q.Quote, at)
	}
	return nil
}

func (l *ledger) call(v *visitor, p *post, d entry, at time.Time) error {
	switch {
	case v.status != queue.Waiting && v.status != queue.Held:
		return breaks("nobody is called twice", "%s is called to %s, and is %s at %q", v.id, d.Counter, v.status, v.counter)
	case p.at != "":
		return breaks("nobody is in two places", "counter %s has %s and calls %s", d.Counter, p.at, v.id)
	case p.state == queue.CounterPaused:
		return breaks("every call is explained", "counter %s calls and is paused", d.Counter)
	case l.bound(v, d.Counter):
		return breaks("every call is explained", "%s waits for counter %s", v.id, v.only)
	}
	if d.Rule != queue.RuleChosen {
		id, rule, in, ok := l.expected(d.Counter, at)
		if !ok || id != v.id || rule != d.Rule || in != d.Lane {
			return breaks("every call is explained", "counter %s called %s by %q, lane %q; the rules give %s by %q, lane %q", d.Counter, v.id, d.Rule, d.Lane, id, rule, in)
		}
	}
	if v.status == queue.Waiting && d.Wait != max(0, at.Sub(v.entered)).Seconds() && !v.parted {
		return breaks("waits are true", "%s waited %s, and %v s are written down", v.id, at.Sub(v.entered), d.Wait)
	}
	m := &memory{action: "call", time: at, before: []visitor{*v}}
	if last := p.last; last != nil && last.action == "finish" && !last.alone && last.note+1 == l.notes && last.time.Equal(at) {
		m.before, m.after, m.stage, m.visit = slices.Concat(last.before, m.before), last.after, last.stage, last.visit
	}
	for _, q := range v.quotes {
		m.score.N++
		off := q.expected - at.Sub(q.at)
		m.score.Error += off
		m.score.AbsError += off.Abs()
		if waited := at.Sub(q.at); q.low <= waited && waited <= q.high {
			m.score.Inside++
		}
	}
	l.count(p, m, 1)
	if d.Lane != "" {
		l.serial++
		m.rule, m.charge = d.Rule, charge{lane: d.Lane, serial: l.serial}
		l.charges[d.Rule] = append(l.charges[d.Rule], m.charge)
	}
	v.status, v.counter, v.called, v.quotes = queue.Called, d.Counter, at, nil
	v.touched++
	if p.state == queue.CounterClosed {
		p.state, p.opened = queue.CounterOpen, true
	}
	p.at, p.last = v.id, m
	m.after = append(m.after, *v)
	return nil
}

func (l *ledger) leave(v *visitor, p *post, d entry, at time.Time) error {
	if v.status == queue.Served || v.status == queue.Left {
		return breaks("nobody is in two places", "%s left, and was %s", v.id, v.status)
	}
	m := &memory{action: "no-show", time: at, before: []visitor{*v}, left: 1}
	if v.status == queue.Called {
		p.at = ""
	}
	v.status, v.quotes = queue.Left, nil
	v.touched++
	m.after = []visitor{*v}
	if d.Reason == queue.ReasonNoShow {
		p.last = m
	}
	l.left++
	return nil
}

// work is what a counter does with its customer so that it is free again.
func (l *ledger) work(v *visitor, p *post, typ string, d entry, at time.Time) error {
	m := &memory{time: at, before: []visitor{*v}, alone: d.Request != "", note: l.notes}
	p.at, v.counter = "", ""
	v.touched++
	switch typ {
	case record.TicketServed:
		m.action = "finish"
		m.stage = figures{1, d.Wait, d.Serving}
		v.goOn(d.Next, l.freshTurn(at), d, at)
		if d.Next == nil {
			m.visit = figures{1, v.waited, v.worked}
		} else if i := slices.Index(v.rest, *d.Next); i >= 0 {
			v.rest = v.rest[i+1:]
		} else {
			return breaks("visits go on as planned", "%s goes on to %v, of %v", v.id, *d.Next, v.rest)
		}
	case record.TicketTransferred:
		m.action, m.stage = "transfer", figures{1, d.Wait, d.Serving}
		if d.Back {
			v.rest = slices.Concat([]record.Leg{{Service: d.From, Counter: d.Counter}}, v.rest)
		}
		v.goOn(&record.Leg{Service: d.Service, Counter: d.To}, d.Turn, d, at)
	case record.TicketReturned:
		m.action = "return"
		v.status, v.turn = queue.Waiting, d.Turn
	case record.TicketHeld:
		m.action = "hold"
		v.status, v.parted = queue.Held, true
	}
	if v.status == queue.Waiting {
		l.seen(v.turn)
	}
	l.count(p, m, 1)
	m.after = []visitor{*v}
	p.last = m
	return nil
}

// goOn ends a service: the next one is waited for, or the visit is over.
func (v *visitor) goOn(next *record.Leg, turn time.Time, d entry, at time.Time) {
	v.waited += d.Wait
	v.worked += d.Serving
	v.parted = false
	if next == nil {
		v.status = queue.Served
		return
	}
	v.status, v.service, v.only, v.entered, v.turn = queue.Waiting, next.Service, next.Counter, at, turn
}

// count adds what an action counts, or takes it off.
func (l *ledger) count(p *post, m *memory, by int) {
	stage, visit := m.stage, m.visit
	if m.action == "call" && by > 0 {
		stage, visit = figures{}, figures{} // counted by the finish before it
	}
	add := func(f *figures, g figures) {
		f.served += by * g.served
		f.waited += float64(by) * g.waited
		f.worked += float64(by) * g.worked
	}
	add(&p.figures, stage)
	add(&l.visits, visit)
	l.score.N += by * m.score.N
	l.score.Inside += by * m.score.Inside
	l.score.Error += time.Duration(by) * m.score.Error
	l.score.AbsError += time.Duration(by) * m.score.AbsError
}

func (l *ledger) undo(p *post, d entry, at time.Time) error {
	m := p.last
	if m == nil || m.action != d.Action || m.after[len(m.after)-1].id != d.Ticket {
		return breaks("undo restores", "counter %s takes back %s of %s", d.Counter, d.Action, d.Ticket)
	}
	for i, after := range m.after {
		if i+1 < len(m.after) && after.id == m.after[i+1].id {
			continue // finished, and called in the same moment for its next service
		}
		if now := l.visitors[after.id]; now == nil || now.touched != after.touched || now.status != after.status {
			return breaks("undo restores", "%s is taken back although %s is %+v", d.Action, after.id, now)
		}
	}
	l.count(p, m, -1)
	l.left -= m.left
	p.last, p.at = nil, ""
	if m.action == "split" {
		delete(l.visitors, m.after[0].id)
		l.issued--
		p.at = l.atCounter(d.Counter)
	}
	for _, before := range slices.Backward(m.before) {
		*l.visitors[before.id] = before
		if before.status == queue.Called {
			p.at = before.id
		}
	}
	if m.rule != "" {
		all := l.charges[m.rule]
		if all[len(all)-1] == m.charge {
			l.charges[m.rule] = all[:len(all)-1]
		} else {
			l.charges[m.rule] = append(all, charge{lane: m.charge.lane, refund: true})
		}
	}
	return nil
}

func (l *ledger) atCounter(id string) string {
	for _, v := range l.visitors {
		if v.status == queue.Called && v.counter == id {
			return v.id
		}
	}
	return ""
}

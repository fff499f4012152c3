package main

import (
	"encoding/json"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// The classic predictors, after R. Ibrahim and W. Whitt: "Real-Time Delay Estimation Based on Delay History",
// Manufacturing & Service Operations Management 11 (2009) 397–415, and the papers it builds on. None gives an interval,
// and each foretells 0 before it has seen what it goes by. What they have seen carries over the night.

// classics are new ones, under their names in tables.
func classics() []contestant {
	return []contestant{
		{name: "queue length", predictor: newQueueLength()},
		{name: "last ten", predictor: &lastTen{}},
		{name: "head of line", predictor: headOfLine{}},
		{name: "last to enter", predictor: &lastToEnter{}},
	}
}

// decode is a record's data; harness and engine made it, so that it has no error to tell.
func decode[D any](r record.Record) (d D, ok bool) {
	return d, json.Unmarshal(r.Data, &d) == nil
}

// lastToEnter foretells the wait of the customer who was called last, even if that was none (LES).
type lastToEnter struct{ wait time.Duration }

func (p *lastToEnter) Learn(_ queue.Snapshot, r record.Record) {
	if w, ok := called(r); ok {
		p.wait = w
	}
}

func (p *lastToEnter) Predict(queue.Snapshot, customer) prediction { return prediction{wait: p.wait} }

// called is the wait that ends with the record, when it is a call.
func called(r record.Record) (wait time.Duration, ok bool) {
	if r.Type != record.TicketCalled {
		return 0, false
	}
	d, ok := decode[record.TicketCalledData](r)
	return time.Duration(d.Wait * float64(time.Second)), ok
}

// headOfLine foretells how long the one who has waited longest has waited until now; 0 when nobody waits (HOL).
type headOfLine struct{}

func (headOfLine) Learn(queue.Snapshot, record.Record) {}

func (headOfLine) Predict(s queue.Snapshot, _ customer) prediction {
	var longest time.Duration
	for _, t := range s.Waiting {
		longest = max(longest, s.At.Sub(t.Entered))
	}
	return prediction{wait: longest}
}

// lastTen foretells the mean wait of the ten customers called last, those among them who did not wait included.
type lastTen struct {
	waits [10]time.Duration
	n     int // calls so far
}

func (p *lastTen) Learn(_ queue.Snapshot, r record.Record) {
	if w, ok := called(r); ok {
		p.waits[p.n%len(p.waits)] = w
		p.n++
	}
}

func (p *lastTen) Predict(queue.Snapshot, customer) prediction {
	var sum time.Duration
	for _, w := range p.waits {
		sum += w
	}
	return prediction{wait: sum / time.Duration(max(1, min(p.n, len(p.waits))))}
}

// queueLength foretells (customers before this one + 1) × mean service / servers (QL). Before this one are those who wait
// and whose class has at least as long a head start. The mean is that of all services so far. Servers are the
// counters that have a customer or finished one within the last quarter of an hour: who works is in no recording, and
// those who serve at this moment are fewer.
type queueLength struct {
	services time.Duration
	n        int
	seen     map[string]time.Time // counter → end of its last service
}

func newQueueLength() *queueLength { return &queueLength{seen: map[string]time.Time{}} }

// present is for how long after a service a counter counts as worked at.
const present = 15 * time.Minute

func (p *queueLength) Learn(_ queue.Snapshot, r record.Record) {
	if r.Type != record.TicketServed {
		return
	}
	if d, ok := decode[record.TicketServedData](r); ok {
		p.services += time.Duration(d.Serving * float64(time.Second))
		p.n++
		p.seen[d.Counter] = r.Time
	}
}

func (p *queueLength) Predict(s queue.Snapshot, c customer) prediction {
	if p.n == 0 {
		return prediction{}
	}
	servers := 0
	for _, counter := range s.Counters {
		end, ever := p.seen[counter.ID]
		if counter.Ticket != nil || ever && s.At.Sub(end) <= present {
			servers++
		}
	}
	ahead := 0
	for _, t := range s.Waiting {
		if headStart(t.Class) >= headStart(c.class) {
			ahead++
		}
	}
	mean := p.services / time.Duration(p.n)
	return prediction{wait: mean * time.Duration(ahead+1) / time.Duration(max(1, servers))}
}

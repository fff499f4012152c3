package queue_test

import (
	"time"

	"stationkeeper/kiosk/queue"
)

// check compares what is shown with the ledger.
func (d *day) check() {
	d.t.Helper()
	v, l := d.state.Snapshot(d.now), d.ledger
	places := map[string]string{}
	at := func(id, place string) {
		if other, twice := places[id]; twice {
			d.t.Fatalf("nobody is in two places: %s is at %s and %s", id, other, place)
		}
		places[id] = place
		if on := l.visitors[id]; on == nil {
			d.t.Fatalf("nobody is lost: %s is at %s, and never came", id, place)
		} else if want := map[queue.Status]string{queue.Waiting: "waiting", queue.Held: "held", queue.Called: "counter " + on.counter}[on.status]; want != place {
			d.t.Fatalf("nobody is lost: %s is at %s, and should be at %q", id, place, want)
		}
	}
	for i, w := range v.Waiting {
		at(w.ID, "waiting")
		if i > 0 && !v.Waiting[i-1].Turn.Before(w.Turn) {
			d.t.Fatalf("the waiting stand in order of turn: %s and %s", v.Waiting[i-1].Turn, w.Turn)
		}
	}
	for _, h := range v.Held {
		at(h.ID, "held")
	}
	for _, c := range v.Counters {
		if c.Ticket != nil {
			at(c.Ticket.ID, "counter "+c.ID)
		}
		if p := l.posts[c.ID]; c.State != p.state || !near(c.Today.Waited, p.waited) || !near(c.Today.Worked, p.worked) || c.Today.Served != p.served {
			d.t.Fatalf("tallies add up: counter %s is %s with %+v, and should be %s with %+v", c.ID, c.State, c.Today, p.state, p.figures)
		}
	}
	if open := v.Today.Issued - v.Today.Served - v.Today.Left; open != len(places) {
		d.t.Fatalf("nobody is lost: %+v leaves %d, and %d are here", v.Today, open, len(places))
	}
	if v.Today.Issued != l.issued || v.Today.Left != l.left || v.Today.Served != l.visits.served || !near(v.Today.Waited, l.visits.waited) || !near(v.Today.Worked, l.visits.worked) {
		d.t.Fatalf("tallies add up: %+v, and should be issued %d, left %d, %+v", v.Today, l.issued, l.left, l.visits)
	}
	if v.Quotes != l.score {
		d.t.Fatalf("scores add up: %+v, and should be %+v", v.Quotes, l.score)
	}
	d.checkServices(v)
}

func (d *day) checkServices(v queue.Snapshot) {
	var sum queue.Tally
	for _, s := range v.Services {
		sum.Issued += s.Today.Issued
		sum.Left += s.Today.Left
		if s.Today.Within > s.Today.Served {
			d.t.Fatalf("tallies add up: service %s: %+v", s.ID, s.Today)
		}
	}
	if sum.Issued != v.Today.Issued || sum.Left != v.Today.Left {
		d.t.Fatalf("tallies add up: %+v of the services, %+v of the day", sum, v.Today)
	}
}

func near(d time.Duration, seconds float64) bool {
	return (d - time.Duration(seconds*1e9)).Abs() < 10*time.Millisecond
}

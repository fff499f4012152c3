package staffing

import (
	"cmp"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
)

// Action is what is suggested.
type Action string

const (
	Open  Action = "open"
	Close Action = "close"
)

// Reason is why.
type Reason string

const (
	// NobodyServes: customers wait for the service, and no open counter serves it.
	NobodyServes Reason = "nobody-serves"
	// QueueTooLong: those waiting are too many to be called in time, although no more come than can be served.
	QueueTooLong Reason = "queue-too-long"
	// TooManyCome: more come than the open counters can serve.
	TooManyCome Reason = "too-many-come"
	// NotNeeded: the service levels are kept without the counter.
	NotNeeded Reason = "not-needed"
)

// Outlook is what is to be expected of a service within the next half hour.
type Outlook struct {
	// Share is how many of those waiting and coming will be called within the target, 0 to 1.
	Share float64
	// Wait is their mean wait.
	Wait time.Duration
}

// Advice is a suggestion to open or to close one counter, and the numbers that speak for it.
type Advice struct {
	Action  Action
	Counter string // id; to be opened, it is closed now, or paused where nobody serves; to be closed, it is open
	// Service is the one that needs the counter; of Close, the one whose level suffers most, or "" when none does.
	Service string
	Reason  Reason
	// Since is when the need arose.
	Since time.Time

	// Target is that of the service. Waiting is how many wait for it now, Arrivals how many came within the last half hour,
	// Serving the mean time that serving one takes, Open the number of open counters that serve it. Of a Close without a
	// service, the first two are of all services together and the rest is 0.
	Target   queue.Target
	Waiting  int
	Arrivals int
	Serving  time.Duration
	Open     int
	// Now is the outlook as the counters stand, Then with the suggestion followed.
	Now, Then Outlook
}

// Suggestions do not flap.
const (
	lastingOpen  = 2 * time.Minute  // for which a need lasts before a counter is to be opened
	lastingClose = 10 * time.Minute // and for which one is not needed before it is to be closed
	restAfter    = 15 * time.Minute // after a counter was opened none is to be closed for so long
	judgeEvery   = 30 * time.Second // between two judgements; in between, advice is only taken back
	mostOpen     = 3                // suggestions to open at once
)

// wish is what a judgement finds, before it has lasted.
type wish struct {
	action  Action
	service string // of Open
}

// Advise says what should be done now. It is to be asked now and then, at least every minute, so that it notices how long
// a need has lasted; more often costs little.
func (w *Watch) Advise(s queue.Snapshot) []Advice {
	if since := s.At.Sub(w.judged); since < 0 || since >= judgeEvery {
		w.judged = s.At
		w.advice = w.last(s, w.judge(s))
	}
	w.advice = slices.DeleteFunc(w.advice, func(a Advice) bool { return !feasible(s, a) })
	return slices.Clone(w.advice)
}

// last passes on what has lasted long enough, and forgets the needs that are gone.
func (w *Watch) last(s queue.Snapshot, wanted []Advice) []Advice {
	since := map[wish]time.Time{}
	var lasting []Advice
	for _, a := range wanted {
		key, need := wish{action: a.Action, service: a.Service}, lastingOpen
		if a.Action == Close {
			key.service, need = "", lastingClose
		}
		begin, known := w.wishes[key]
		if !known || begin.After(s.At) {
			begin = s.At
		}
		since[key] = begin
		if a.Since = begin; s.At.Sub(begin) >= need || a.Reason == NobodyServes {
			lasting = append(lasting, a)
		}
	}
	w.wishes = since
	return lasting
}

// feasible reports whether the suggestion can still be followed: the counter to be opened is not open; that to be closed
// is, and what it serves is served by another.
func feasible(s queue.Snapshot, a Advice) bool {
	i := slices.IndexFunc(s.Counters, func(c queue.CounterView) bool { return c.ID == a.Counter })
	if i < 0 {
		return false
	}
	if a.Action == Open {
		return idle(s.Counters[i], a.Reason == NobodyServes)
	}
	return s.Counters[i].State == queue.CounterOpen && spare(s, s.Counters[i])
}

// spare reports whether everything that the counter serves and somebody waits or may come for is served by another open
// counter.
func spare(s queue.Snapshot, c queue.CounterView) bool {
	for _, v := range s.Services {
		if !v.Open && v.Waiting == 0 || !serves(c, v.ID) {
			continue
		}
		if !slices.ContainsFunc(s.Counters, func(o queue.CounterView) bool {
			return o.ID != c.ID && o.State == queue.CounterOpen && serves(o, v.ID)
		}) {
			return false
		}
	}
	return !slices.ContainsFunc(s.Waiting, func(p queue.Place) bool { return p.For == c.ID })
}

// serves reports whether a counter calls customers of the service: an open one, whom it calls now; a closed one, whom
// it is set up for.
func serves(c queue.CounterView, service string) bool {
	if c.State != queue.CounterClosed && len(c.Offered) > 0 {
		return slices.Contains(c.Offered, service)
	}
	return c.Serves(service)
}

// judge finds the needs of this moment.
func (w *Watch) judge(s queue.Snapshot) []Advice {
	p := w.play(s)
	open := openCounters(s)
	now := p.outlook(open)
	var wanted []Advice
	for range mostOpen {
		a, found := w.toOpen(s, p, open, now)
		if !found {
			break
		}
		wanted = append(wanted, a)
		open = append(slices.Clone(open), counterIndex(s, a.Counter))
		now = p.outlook(open)
	}
	if opened := w.changed[Open]; len(wanted) > 0 || !opened.IsZero() && s.At.Sub(opened) < restAfter {
		return wanted
	}
	if a, found := w.toClose(s, p, open, now); found {
		wanted = append(wanted, a)
	}
	return wanted
}

func openCounters(s queue.Snapshot) []int {
	var open []int
	for i, c := range s.Counters {
		if c.State == queue.CounterOpen {
			open = append(open, i)
		}
	}
	return open
}

func counterIndex(s queue.Snapshot, id string) int {
	return slices.IndexFunc(s.Counters, func(c queue.CounterView) bool { return c.ID == id })
}

// fewest is how many customers more in time are worth a counter, and enough the share of those late that it has to save.
const (
	fewest = 1.0
	enough = 0.2
	// some is the share of the mean wait that it has to save where that is beyond the target.
	some = 0.05
)

// toOpen finds the service that is worst off and the closed counter that helps most.
func (w *Watch) toOpen(s queue.Snapshot, p *play, open []int, now forecasts) (Advice, bool) {
	worst := p.worst(now, w.advice)
	if worst < 0 {
		return Advice{}, false
	}
	best, then := -1, forecasts{}
	tried := map[string]forecasts{}
	for i, c := range s.Counters {
		if !idle(c, p.unserved(worst, open)) || slices.Contains(open, i) || !serves(c, s.Services[worst].ID) {
			continue
		}
		skills := p.skills(i)
		if _, same := tried[skills]; !same {
			tried[skills] = p.outlook(append(slices.Clone(open), i))
		}
		better := 1 - enough // somebody else has to be clearly better than the first one found, or than the one named before
		if w.suggests(Open, c.ID) {
			better = 1 + enough
		}
		if t := tried[skills]; best < 0 || t.late() < then.late()*better {
			best, then = i, t
			if better > 1 {
				break
			}
		}
	}
	if best < 0 || !p.unserved(worst, open) && !worthwhile(now, then, worst, p.services[worst].target) {
		return Advice{}, false
	}
	a := w.describe(s, p, worst, open)
	a.Action, a.Counter, a.Now, a.Then = Open, s.Counters[best].ID, now[worst].outlook(), then[worst].outlook()
	a.Reason = p.reason(worst, open)
	return a, true
}

// idle reports whether a counter can be suggested to be opened: one that is closed; where nobody else serves, also one that
// is paused.
func idle(c queue.CounterView, unserved bool) bool {
	return c.State == queue.CounterClosed || unserved && c.State == queue.CounterPaused
}

// worthwhile reports whether a counter more helps enough. Customers who are late whatever is done cannot be saved; where a
// queue has become so long that the mean wait is beyond the target, it is their wait that counts.
func worthwhile(now, then forecasts, worst int, target queue.Target) bool {
	saved := now.late() - then.late()
	if saved >= fewest && saved >= enough*now.late() {
		return true
	}
	before, after := now[worst].outlook().Wait, then[worst].outlook().Wait
	return before > target.Within && float64(before-after) >= some*float64(before)
}

// suggests reports whether the advice in force names the counter: when another is only as good, it stays.
func (w *Watch) suggests(action Action, counter string) bool {
	return slices.ContainsFunc(w.advice, func(a Advice) bool { return a.Action == action && a.Counter == counter })
}

// toClose finds the open counter that is missed least, when the levels are kept without it by a margin.
func (w *Watch) toClose(s queue.Snapshot, p *play, open []int, now forecasts) (Advice, bool) {
	best, then := -1, forecasts{}
	tried := map[string]forecasts{}
	for _, i := range open {
		if !spare(s, s.Counters[i]) {
			continue
		}
		skills := p.skills(i)
		if _, same := tried[skills]; !same {
			tried[skills] = p.outlook(slices.DeleteFunc(slices.Clone(open), func(o int) bool { return o == i }))
		}
		t, named := tried[skills], w.suggests(Close, s.Counters[i].ID)
		if !p.comfortable(t, named) {
			continue
		}
		if named { // stays named as long as it can be missed
			return w.closing(s, p, open, i, now, t), true
		}
		if best < 0 || t.late() < then.late() || t.late() <= then.late() && idler(s.Counters[i], s.Counters[best]) {
			best, then = i, t
		}
	}
	if best < 0 {
		return Advice{}, false
	}
	return w.closing(s, p, open, best, now, then), true
}

// idler reports whether a has been without a customer for longer than b.
func idler(a, b queue.CounterView) bool {
	if busy := a.Ticket != nil; busy || b.Ticket != nil {
		return !busy
	}
	return cmp.Compare(a.Last.UnixNano(), b.Last.UnixNano()) < 0
}

func (w *Watch) closing(s queue.Snapshot, p *play, open []int, counter int, now, then forecasts) Advice {
	suffers, most := -1, 0.0
	for i := range then {
		if loss := now[i].share() - then[i].share(); then[i].n > 0 && loss > most {
			suffers, most = i, loss
		}
	}
	var a Advice
	if suffers >= 0 {
		a = w.describe(s, p, suffers, open)
		a.Now, a.Then = now[suffers].outlook(), then[suffers].outlook()
	} else {
		for i := range s.Services {
			l := w.level(s, s.Services[i])
			a.Waiting, a.Arrivals = a.Waiting+l.Waiting, a.Arrivals+l.Arrivals
		}
		a.Now, a.Then = now.all().outlook(), then.all().outlook()
	}
	a.Action, a.Counter, a.Reason = Close, s.Counters[counter].ID, NotNeeded
	return a
}

// describe are the numbers of a service.
func (w *Watch) describe(s queue.Snapshot, p *play, service int, open []int) Advice {
	l := w.level(s, s.Services[service])
	return Advice{Service: l.Service, Target: l.Target, Waiting: l.Waiting, Arrivals: l.Arrivals, Serving: p.services[service].mean,
		Open: p.serving(service, open)}
}

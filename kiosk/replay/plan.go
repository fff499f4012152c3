package replay

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
)

// Oddity is something in the recording that does not fit into a lobby, and what is done about it.
type Oddity string

const (
	// PhantomIgnored: the recording's description says to ignore these calls. No ticket.
	PhantomIgnored Oddity = "phantom call, set aside"
	// LeftBeforeQueue: the caller hung up within the voice response unit. The ticket is left the moment it is taken.
	LeftBeforeQueue Oddity = "hung up before queueing, leaves at once"
	// LeftWithService: the caller hung up, yet service times are recorded, without a server. The outcome is believed.
	LeftWithService Oddity = "hung up although service is recorded, outcome believed"
	// ServerUnknown: served, but NO_SERVER. A spare counter stands in.
	ServerUnknown Oddity = "served by nobody known, at a spare counter"
	// ServerBusy: the server's previous service had not ended. A counter has one customer: a spare counter stands in.
	ServerBusy Oddity = "server still busy, at a spare counter"
	// ServiceUnknown: served, but without service times. The visit ends the moment it is called.
	ServiceUnknown Oddity = "served without service times, ends when called"
	// ServiceBeforeCall: the service ended before the wait did. The visit ends the moment it is called.
	ServiceBeforeCall Oddity = "service ended before the wait did, ends when called"
	// ServiceOverlapsWait: the service began more than 2 s before the wait ended. The wait is believed. (That it begins
	// up to 2 s before is usual in this recording: its two clocks differ.)
	ServiceOverlapsWait Oddity = "service began during the wait, wait believed"
	// OverMidnight: the service exit is past midnight, and recorded as if before its start.
	OverMidnight Oddity = "service past midnight, exit is of the next day"
	// WaitDiffers: the recorded length of the wait is not what lies between its ends. The ends are believed.
	WaitDiffers Oddity = "recorded wait is not exit minus start, ends believed"
	// ExitBeforeEntry: the voice response unit was left before it was entered. The exit is believed.
	ExitBeforeEntry Oddity = "left the voice unit before entering it, exit believed"
)

// Oddities lists all in the order in which they are printed.
var Oddities = []Oddity{PhantomIgnored, LeftBeforeQueue, LeftWithService, ServerUnknown, ServerBusy, ServiceUnknown,
	ServiceBeforeCall, ServiceOverlapsWait, OverMidnight, WaitDiffers, ExitBeforeEntry}

// Plan is a recorded day as it is to be played: what happens at which time, and what has to come out.
type Plan struct {
	// Day is midnight of the recorded date.
	Day time.Time
	// Rules are the services and counters of that day; a counter is a server, or a spare one.
	Rules queue.Rules
	// Expected is the recording's own account.
	Expected Account
	// Odd counts what had to be put right.
	Odd   map[Oddity]int
	steps []step
}

// Account sums up what became of a day's customers.
type Account struct {
	Issued, Served, Left int
	// WaitServed and WaitLeft are the sums of the waits of those served and those who left; Serving is the sum from call
	// to end.
	WaitServed, WaitLeft, Serving time.Duration
}

// MeanWait is the mean wait of those served.
func (a Account) MeanWait() time.Duration { return mean(a.WaitServed, a.Served) }

// MeanPatience is the mean wait of those who left.
func (a Account) MeanPatience() time.Duration { return mean(a.WaitLeft, a.Left) }

// MeanServing is the mean time at a counter.
func (a Account) MeanServing() time.Duration { return mean(a.Serving, a.Served) }

func mean(sum time.Duration, n int) time.Duration {
	if n == 0 {
		return 0
	}
	return sum / time.Duration(n)
}

// kind is what happens in a step. At the same second, lower kinds come first: a counter is free before it calls, and a
// ticket is taken before it is called.
type kind int

const (
	finish kind = iota
	take
	leave
	call
	finishAtOnce
)

// step is one thing that happens.
type step struct {
	at      time.Time
	kind    kind
	line    int
	service string
	counter string // of call and finish
}

// NewPlan lays out the calls of one day, which have to be of the same date.
func NewPlan(calls []Call) (*Plan, error) {
	if len(calls) == 0 {
		return nil, fmt.Errorf("plan a day: no call")
	}
	day := calls[0].Day
	p := &Plan{Day: day, Odd: map[Oddity]int{}}
	for _, c := range calls {
		if !c.Day.Equal(day) {
			return nil, fmt.Errorf("plan a day: line %d is of %s, not of %s", c.Line, c.Day.Format(time.DateOnly), day.Format(time.DateOnly))
		}
		p.add(c)
	}
	slices.SortFunc(p.steps, func(a, b step) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.kind, b.kind), cmp.Compare(a.line, b.line))
	})
	if len(p.steps) == 0 {
		return nil, fmt.Errorf("plan %s: nothing but phantom calls", day.Format(time.DateOnly))
	}
	start, err := p.dayStart()
	if err != nil {
		return nil, err
	}
	p.Rules = queue.Rules{
		Services: services(calls),
		Counters: p.seat(),
		Calendar: queue.Calendar{Zone: day.Location(), Start: start},
	}
	if err := p.Rules.Validate(); err != nil {
		return nil, fmt.Errorf("plan a day: %w", err)
	}
	return p, nil
}

// dayStart is the local time at which the days of work begin: midnight, when the service centre closes, or the first
// moment after it at which nobody is there, neither of this day's last customers nor of its first. Everything open would
// be closed at that time.
func (p *Plan) dayStart() (time.Duration, error) {
	start := max(0, p.End().Sub(p.Day.AddDate(0, 0, 1))+time.Second)
	came := map[int]time.Duration{}
	type span struct{ from, to time.Duration }
	var spans []span
	for _, s := range p.steps {
		switch s.kind {
		case take:
			came[s.line] = s.at.Sub(p.Day)
		case leave, finish, finishAtOnce:
			spans = append(spans, span{came[s.line], s.at.Sub(p.Day)})
		}
	}
	for _, s := range spans { // in order of their ends, so that one pass is enough
		if s.from < start && s.to >= start {
			start = s.to + time.Second
		}
	}
	if start >= 24*time.Hour {
		return 0, fmt.Errorf("plan %s: there is no time of day at which nobody is there", p.Day.Format(time.DateOnly))
	}
	return start, nil
}

func (p *Plan) note(o Oddity, when bool) bool {
	if when {
		p.Odd[o]++
	}
	return when
}

// add lays out one call.
func (p *Plan) add(c Call) {
	v, ok := c.Visit()
	for _, o := range v.Odd {
		p.Odd[o]++
	}
	if !ok {
		return
	}
	wait := v.Waited.Sub(v.Came)
	p.Expected.Issued++
	p.steps = append(p.steps, step{at: v.Came, kind: take, line: c.Line, service: c.Type})
	if !v.Served {
		p.Expected.Left++
		p.Expected.WaitLeft += wait
		p.steps = append(p.steps, step{at: v.Waited, kind: leave, line: c.Line})
		return
	}
	p.Expected.WaitServed += wait
	last := finish
	if v.Ended.Equal(v.Waited) {
		last = finishAtOnce
	}
	p.Expected.Served++
	p.Expected.Serving += v.Ended.Sub(v.Waited)
	p.steps = append(p.steps,
		step{at: v.Waited, kind: call, line: c.Line, counter: c.Server},
		step{at: v.Ended, kind: last, line: c.Line})
}

// seat gives each call its counter: its server's, or a spare one where that is not known or not free.
func (p *Plan) seat() []queue.Counter {
	servers, spares := map[string]bool{}, 0
	busy := map[string]bool{}
	at := map[int]string{}
	for i := range p.steps {
		s := &p.steps[i]
		switch s.kind {
		case call:
			unknown := p.note(ServerUnknown, s.counter == NoServer)
			if !unknown {
				servers[s.counter] = true
			}
			if unknown || p.note(ServerBusy, busy[s.counter]) {
				s.counter, spares = spare(busy, spares)
			}
			busy[s.counter], at[s.line] = true, s.counter
		case finish, finishAtOnce:
			s.counter = at[s.line]
			delete(busy, s.counter)
		}
	}
	var counters []queue.Counter
	for name := range servers {
		counters = append(counters, queue.Counter{ID: name})
	}
	slices.SortFunc(counters, func(a, b queue.Counter) int { return cmp.Compare(a.ID, b.ID) })
	for i := range spares {
		counters = append(counters, queue.Counter{ID: spareName(i)})
	}
	return counters
}

// spare is the first spare counter that is free, and how many there are then.
func spare(busy map[string]bool, spares int) (string, int) {
	for i := range spares {
		if !busy[spareName(i)] {
			return spareName(i), spares
		}
	}
	return spareName(spares), spares + 1
}

// spareName cannot be a server's name: those are capital letters.
func spareName(i int) string { return fmt.Sprintf("spare-%d", i+1) }

// services are the types of call of the day, each with its own code as the prefix of its numbers.
func services(calls []Call) []queue.Service {
	var found []queue.Service
	for _, c := range calls {
		s := queue.Service{ID: c.Type, Prefix: c.Type}
		if !slices.ContainsFunc(found, func(f queue.Service) bool { return f.ID == s.ID }) {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b queue.Service) int { return cmp.Compare(a.ID, b.ID) })
	return found
}

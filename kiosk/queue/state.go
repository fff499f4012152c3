package queue

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// State is the queue: the fold of its records under the rules. It has one owner and is not safe for concurrent use;
// what it hands out are copies.
type State struct {
	rules Rules
	code  code
	// day is the day of work of the last record. Instants from sure to surer are in it whatever the clocks do.
	day         string
	sure, surer time.Time
	// last is the number last given per service in day, turn the latest Turn. shown counts open tickets by number.
	last  map[string]int
	turn  time.Time
	shown map[string]int
	// tickets are those of day, of the day before it (for requests repeated over midnight), and all that are open. What
	// is stored is replaced, never changed, so that earlier images stay true.
	tickets map[string]*Ticket
	// waiting and held are the tickets of that status.
	waiting lines
	held    []*Ticket
	// told are the quotes of tickets that wait for their call, to be scored then.
	told map[string][]Quote
	// desks are the counters of the rules, and others that records have told of.
	desks    map[string]*desk
	accounts []*account // by shares.account
	// announced are the calls of the day, oldest first, at most maxAnnounced.
	announced []Announcement
	requests  map[string]answer
	// tally counts the tickets of day, services what happened at each service, score the quotes.
	tally    Tally
	services map[string]*serviceDay
	score    Score
	// seq is that of the record that is being applied, folded counts those that were.

	seq    uint64
	folded int
}

// Tally counts what happened to the tickets of one day of work.
type Tally struct {
	Issued int
	Served int
	Left   int
	// Waited and Worked are the sums of the waits and of the service times of the served ones, in all their services.
	Waited time.Duration
	Worked time.Duration
}

// desk is a counter at work.
type desk struct {
	id       string
	rulings  []ruling
	mayServe []bool // by service: what a clerk may call by choice
	gone     bool   // it is not in the rules

	state    CounterState
	since    time.Time
	reason   string
	clerk    string
	services []string // of the clerk; none means all of the counter's

	ticket *Ticket // at the counter; nil when there is none
	tally  CounterTally
	last   time.Time // end of its last service today
	deed   *deed     // its last action, while it can be taken back
}

// serviceDay counts what happened at one service today.
type serviceDay struct {
	ServiceTally
	windows []int // tickets by window of its cap
	persons map[string]int
}

// answer is what a request was answered with, kept to answer its repetition.
type answer struct {
	verb    verb
	subject string
	ticket  *Ticket // nil when it concerned none
	day     string
}

// maxAnnounced is how many calls are kept for boards.
const maxAnnounced = 200

// usual is how many tickets there is room for from the beginning; more take more.
const usual = 2000

// New returns the empty queue under rules that Validate accepts.
func New(rules Rules) *State {
	s := &State{
		rules:    rules,
		code:     newCode(rules),
		last:     map[string]int{},
		shown:    map[string]int{},
		tickets:  make(map[string]*Ticket, usual),
		told:     map[string][]Quote{},
		desks:    map[string]*desk{},
		requests: make(map[string]answer, 2*usual),
		services: map[string]*serviceDay{},
	}
	s.rules.Recalls = cmp.Or(rules.Recalls, 3)
	s.rules.Undo = cmp.Or(rules.Undo, 10*time.Second)
	s.waiting = newLines(&s.code)
	s.accounts = make([]*account, len(s.code.shares))
	for _, share := range s.code.shares {
		s.accounts[share.account] = &account{pass: make([]int64, len(share.lanes))}
	}
	for _, c := range rules.Counters {
		s.desks[c.ID] = s.newDesk(c, nil)
	}
	return s
}

// newDesk is a closed counter as a clerk finds it who serves these services.
func (s *State) newDesk(c Counter, clerk []string) *desk {
	d := &desk{id: c.ID, state: CounterClosed, services: clerk, rulings: s.rules.rulings(&s.code, c, clerk)}
	d.mayServe = s.code.serving(c.Services, clerk)
	for _, r := range d.rulings {
		for i, serves := range r.serves {
			d.mayServe[i] = d.mayServe[i] || serves
		}
	}
	return d
}

// staff gives a counter to a clerk with these services.
func (s *State) staff(d *desk, clerk string, services []string) {
	d.clerk, d.services = clerk, services
	if c, err := s.rules.counter(d.id); err == nil {
		fresh := s.newDesk(c, services)
		d.rulings, d.mayServe = fresh.rulings, fresh.mayServe
	}
}

// clone is a copy that records can be applied to.
func (s *State) clone() *State {
	c := *s
	c.last, c.shown, c.tickets, c.told = maps.Clone(s.last), maps.Clone(s.shown), maps.Clone(s.tickets), maps.Clone(s.told)
	c.requests, c.waiting, c.held, c.announced = maps.Clone(s.requests), s.waiting.clone(), slices.Clone(s.held), slices.Clone(s.announced)
	c.accounts = cloneAccounts(s.accounts)
	c.desks, c.services = make(map[string]*desk, len(s.desks)), make(map[string]*serviceDay, len(s.services))
	for id, d := range s.desks {
		one := *d
		c.desks[id] = &one
	}
	for id, d := range s.services {
		one := *d
		one.windows, one.persons = slices.Clone(d.windows), maps.Clone(d.persons)
		c.services[id] = &one
	}
	return &c
}

// Ticket returns the ticket with this id, if it is of today or yesterday or still open.
func (s *State) Ticket(id string) (Ticket, bool) {
	t, ok := s.tickets[id]
	if !ok {
		return Ticket{}, false
	}
	return *t, true
}

// Numbered returns the latest ticket with this number of the day of now, or of an earlier one if it is still open. Numbers
// may repeat within a day.
func (s *State) Numbered(number string, now time.Time) (Ticket, bool) {
	day := s.follow(now)
	var found *Ticket
	for _, t := range s.tickets {
		if t.Number == number && (t.Status != Served && t.Status != Left || s.rules.Calendar.Day(t.Issued) == day) &&
			(found == nil || t.Issued.After(found.Issued) || t.Issued.Equal(found.Issued) && t.ID > found.ID) {
			found = t
		}
	}
	if found == nil {
		return Ticket{}, false
	}
	return *found, true
}

// Recent are the latest tickets of the day of now, the latest first, at most n.
func (s *State) Recent(n int, now time.Time) []Ticket {
	day := s.follow(now)
	var found []Ticket
	for _, t := range s.tickets {
		if s.rules.Calendar.Day(t.Issued) == day {
			found = append(found, *t)
		}
	}
	slices.SortFunc(found, func(a, b Ticket) int { return cmp.Or(b.Issued.Compare(a.Issued), cmp.Compare(b.ID, a.ID)) })
	return found[:min(n, len(found))]
}

// Day is the day of work of the last record, "" when there is none.
func (s *State) Day() string { return s.day }

// follow is the day that an instant belongs to; see Calendar.Follow.
func (s *State) follow(at time.Time) string {
	if at.After(s.sure) && at.Before(s.surer) {
		return s.day
	}
	return s.rules.Calendar.Follow(s.day, at)
}

// open are the tickets that wait, are held or at a counter, in order of issue.
func (s *State) open() []*Ticket {
	found := append(s.waiting.inTurn(), s.held...)
	for _, d := range s.desks {
		if d.ticket != nil {
			found = append(found, d.ticket)
		}
	}
	slices.SortFunc(found, func(a, b *Ticket) int { return cmp.Or(a.Issued.Compare(b.Issued), cmp.Compare(a.ID, b.ID)) })
	return found
}

// counted are the figures of a service today.
func (s *State) counted(service string) *serviceDay {
	d, ok := s.services[service]
	if !ok {
		d = &serviceDay{persons: map[string]int{}}
		if i, known := s.code.services[service]; known {
			d.windows = make([]int, len(s.rules.Services[i].Cap.Windows))
		}
		s.services[service] = d
	}
	return d
}

// at is the ticket at a counter, which has to be meant unless meant is "". A counter that is no longer in the rules can
// still give back what it holds.
func (s *State) at(counter, meant string) (*desk, *Ticket, error) {
	d, known := s.desks[counter]
	switch {
	case !known || d.gone && d.ticket == nil:
		return nil, nil, unknown(ErrUnknownCounter, counter)
	case d.ticket == nil:
		return nil, nil, ErrCounterIdle
	case meant != "" && meant != d.ticket.ID:
		return nil, nil, about(ErrOtherTicket, d.ticket.Number)
	}
	return d, d.ticket, nil
}

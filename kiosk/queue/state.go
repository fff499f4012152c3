package queue

import (
	"maps"
	"slices"
	"time"
)

// State is the queue: the fold of its records under the rules. It has one owner and is not safe for concurrent use;
// what it hands out are copies.
type State struct {
	rules Rules
	// day is the day of work of the last record.
	day string
	// last is the number last given per service in day.
	last map[string]int
	// tickets are those of day, of the day before it (for requests repeated over midnight), and all that are open.
	tickets map[string]Ticket
	// waiting are the ids of waiting tickets in order of issue; held is the ticket id at each counter that has one.
	waiting []string
	held    map[string]string
	// announced are the calls of the day, oldest first, at most maxAnnounced.
	announced []Announcement
	requests  map[string]answer
	// tally counts the tickets of day.
	tally Tally
	// seq is that of the record that is being applied.
	seq uint64
}

// Tally counts what happened to the tickets of one day of work.
type Tally struct {
	Issued int
	Served int
	Left   int
	// Waited and Worked are the sums of Ticket.Wait and Ticket.Serving of the served ones.
	Waited time.Duration
	Worked time.Duration
}

// answer is what a request was answered with, kept to answer its repetition.
type answer struct {
	verb    verb
	subject string
	ticket  Ticket
	day     string
}

// maxAnnounced is how many calls are kept for boards.
const maxAnnounced = 200

// New returns the empty queue under rules that Validate accepts.
func New(rules Rules) *State {
	return &State{
		rules:    rules,
		last:     map[string]int{},
		tickets:  map[string]Ticket{},
		held:     map[string]string{},
		requests: map[string]answer{},
	}
}

func (s *State) clone() *State {
	c := *s
	c.last, c.tickets, c.held, c.requests = maps.Clone(s.last), maps.Clone(s.tickets), maps.Clone(s.held), maps.Clone(s.requests)
	c.waiting, c.announced = slices.Clone(s.waiting), slices.Clone(s.announced)
	return &c
}

// Ticket returns the ticket with this id, if it is of today or yesterday or still open.
func (s *State) Ticket(id string) (Ticket, bool) {
	t, ok := s.tickets[id]
	return t, ok
}

// Day is the day of work of the last record, "" when there is none.
func (s *State) Day() string { return s.day }

// aheadOf counts the waiting customers who may be called before a new one of this service.
func (s *State) aheadOf(service string) int {
	n := 0
	for _, id := range s.waiting {
		if s.rules.compete(s.tickets[id].Service, service) {
			n++
		}
	}
	return n
}

// next is the ticket that has waited longest among those that the counter serves.
func (s *State) next(c Counter) (Ticket, error) {
	for _, id := range s.waiting {
		if t := s.tickets[id]; c.Serves(t.Service) {
			return t, nil
		}
	}
	return Ticket{}, ErrNobodyWaiting
}

// open are the tickets that are waiting or at a counter, in order of issue.
func (s *State) open() []Ticket {
	found := make([]Ticket, 0, len(s.waiting)+len(s.held))
	for _, id := range s.waiting {
		found = append(found, s.tickets[id])
	}
	for _, id := range s.held {
		found = append(found, s.tickets[id])
	}
	slices.SortFunc(found, byIssue)
	return found
}

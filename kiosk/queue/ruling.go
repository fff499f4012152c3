package queue

import (
	"cmp"
	"slices"
	"time"
)

// code is the rules with names turned into indices. Classes count from 1; class 0 is the ordinary one, which also
// tickets of classes belong to that are gone. The last service stands for those that are gone.
type code struct {
	services map[string]int
	classes  map[string]int
	// rate and head are those of the classes, by index: points per second and points.
	rate, head []float64
	// shares are the lanes of rules with weights, by the rule's name.
	shares map[string]shares
}

// shares are the lanes of a rule with weights, in the order in which they come first when their claims are equal, and
// the index of its account.
type shares struct {
	account int
	lanes   []lane
}

func newCode(r Rules) code {
	c := code{services: map[string]int{}, classes: map[string]int{"": 0}, rate: []float64{1}, head: []float64{0}, shares: map[string]shares{}}
	for i, s := range r.Services {
		c.services[s.ID] = i
	}
	for i, class := range r.Classes {
		c.classes[class.ID] = i + 1
		c.rate = append(c.rate, cmp.Or(class.Rate, 1))
		c.head = append(c.head, class.HeadStart.Seconds())
	}
	for _, rule := range r.Calling {
		c.share(rule)
	}
	for _, counter := range r.Counters {
		for _, rule := range counter.Calling {
			c.share(rule)
		}
	}
	return c
}

// share notes the lanes of a rule with weights.
func (c *code) share(rule CallRule) {
	if _, known := c.shares[rule.Name]; known || len(rule.Weights) == 0 {
		return
	}
	var lanes []lane
	for name, weight := range rule.Weights {
		lanes = append(lanes, lane{name, weight})
	}
	if _, named := rule.Weights[Ordinary]; !named {
		lanes = append(lanes, lane{Ordinary, 1})
	}
	slices.SortFunc(lanes, func(a, b lane) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.name, b.name)) })
	c.shares[rule.Name] = shares{account: len(c.shares), lanes: lanes}
}

// service is the index of a service, also of one that is gone.
func (c *code) service(id string) int {
	if i, ok := c.services[id]; ok {
		return i
	}
	return len(c.services)
}

// ruling is a calling rule as one counter with its clerk applies it.
type ruling struct {
	name   string
	order  Order
	when   Condition
	due    time.Duration
	serves []bool // by service
	looks  marks  // the lines that it looks at
	// shares are those of its weights; lane and bookedLane are the indices of a class's lane.
	shares
	lane, bookedLane []int
}

type lane struct {
	name   string
	weight int
}

// rulings are the rules that a counter goes by. A clerk's services bound them; none means no bound.
func (r Rules) rulings(c *code, counter Counter, clerk []string) []ruling {
	rules := counter.Calling
	if len(rules) == 0 {
		rules = r.Calling
	}
	if len(rules) == 0 {
		rules = []CallRule{{Name: RuleLongest, Order: Longest}}
	}
	made := make([]ruling, 0, len(rules))
	for _, rule := range rules {
		services := rule.Services
		if len(services) == 0 {
			services = counter.Services
		}
		one := ruling{name: rule.Name, order: cmp.Or(rule.Order, Longest), when: rule.When, due: rule.Due, serves: c.serving(services, clerk)}
		one.setLines(c, rule.Classes)
		one.setLanes(c)
		made = append(made, one)
	}
	return made
}

// serving says by service which of services are in bound; none of either means all.
func (c *code) serving(services, bound []string) []bool {
	set := make([]bool, len(c.services)+1)
	all := func(ids []string, id string) bool { return len(ids) == 0 || slices.Contains(ids, id) }
	for id, i := range c.services {
		set[i] = all(services, id) && all(bound, id)
	}
	set[len(c.services)] = len(services) == 0 && len(bound) == 0
	return set
}

// setLines finds the lines that a rule for the named classes looks at; none named means all.
func (r *ruling) setLines(c *code, named []string) {
	every, appointments := len(named) == 0, slices.Contains(named, ByAppointment)
	classes, booked := make([]bool, len(c.rate)), make([]bool, len(c.rate))
	classes[0], booked[0] = every || slices.Contains(named, Ordinary), every || appointments
	for id, i := range c.classes {
		if i > 0 {
			classes[i] = every || slices.Contains(named, id)
			booked[i] = classes[i] || appointments
		}
	}
	r.looks = make(marks, c.words())
	for i, l := range newLines(c) {
		if r.serves[l.service] && (!l.booked && classes[l.class] || l.booked && booked[l.class]) {
			r.looks[i/64] |= 1 << (i % 64)
		}
	}
}

// marks are a set of lines, 64 to a word.
type marks []uint64

func (m marks) has(line int) bool { return m[line/64]&(1<<(line%64)) != 0 }

// words is how many words marks need.
func (c *code) words() int { return (2*(len(c.services)+1)*len(c.rate) + 63) / 64 }

func (r *ruling) setLanes(c *code) {
	share, weighted := c.shares[r.name]
	if !weighted {
		return
	}
	r.shares = share
	find := func(name string) int { return slices.IndexFunc(r.lanes, func(l lane) bool { return l.name == name }) }
	r.lane, r.bookedLane = make([]int, len(c.rate)), make([]int, len(c.rate))
	for id, i := range c.classes {
		r.lane[i] = find(Ordinary)
		if at := find(id); id != "" && at >= 0 {
			r.lane[i] = at
		}
		r.bookedLane[i] = r.lane[i]
		if at := find(ByAppointment); at >= 0 {
			r.bookedLane[i] = at
		}
	}
}

// holds reports whether the rule's condition is met.
func (r *ruling) holds(waiting lines, now time.Time) bool {
	if r.when == (Condition{}) {
		return true
	}
	n := 0
	for i := range waiting {
		l := &waiting[i]
		if !r.serves[l.service] || len(l.tickets) == 0 {
			continue
		}
		n += len(l.tickets)
		if longest := r.when.LongestOver; longest > 0 && now.Sub(l.tickets[0].Turn) > longest {
			return true
		}
	}
	return r.when.WaitingOver > 0 && n > r.when.WaitingOver
}

// laneOf is the index of the line's lane; 0 without weights.
func (r *ruling) laneOf(l *line) int {
	switch {
	case len(r.lanes) == 0:
		return 0
	case l.booked:
		return r.bookedLane[l.class]
	}
	return r.lane[l.class]
}

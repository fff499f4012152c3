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
	// weights are those of all calling rules, by name.
	weights map[string]map[string]int
}

func newCode(r Rules) code {
	c := code{services: map[string]int{}, classes: map[string]int{"": 0}, rate: []float64{1}, head: []float64{0}, weights: map[string]map[string]int{}}
	for i, s := range r.Services {
		c.services[s.ID] = i
	}
	for i, class := range r.Classes {
		c.classes[class.ID] = i + 1
		c.rate = append(c.rate, cmp.Or(class.Rate, 1))
		c.head = append(c.head, class.HeadStart.Seconds())
	}
	for _, counter := range r.Counters {
		for _, rule := range slices.Concat(r.Calling, counter.Calling) {
			c.weights[rule.Name] = rule.Weights
		}
	}
	return c
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
	// classes says by class whether the rule looks at customers without an appointment, booked at those with one.
	classes, booked []bool
	// lanes are the weighted ones, in the order in which they come first when their claims are equal. lane and
	// bookedLane are the indices of a class's.
	lanes            []lane
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
		one.setClasses(c, rule.Classes)
		one.setLanes(c, rule.Weights)
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

func (r *ruling) setClasses(c *code, named []string) {
	r.classes, r.booked = make([]bool, len(c.rate)), make([]bool, len(c.rate))
	every, appointments := len(named) == 0, slices.Contains(named, ByAppointment)
	r.classes[0] = every || slices.Contains(named, Ordinary)
	r.booked[0] = every || appointments
	for id, i := range c.classes {
		if i > 0 {
			r.classes[i] = every || slices.Contains(named, id)
			r.booked[i] = r.classes[i] || appointments
		}
	}
}

func (r *ruling) setLanes(c *code, weights map[string]int) {
	if len(weights) == 0 {
		return
	}
	for name, weight := range weights {
		r.lanes = append(r.lanes, lane{name, weight})
	}
	if _, named := weights[Ordinary]; !named {
		r.lanes = append(r.lanes, lane{Ordinary, 1})
	}
	slices.SortFunc(r.lanes, func(a, b lane) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.name, b.name)) })
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

// looksAt reports whether the rule may find the tickets of a line.
func (r *ruling) looksAt(l *line) bool {
	if l.booked {
		return r.serves[l.service] && r.booked[l.class]
	}
	return r.serves[l.service] && r.classes[l.class]
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

package forecast

import (
	"math"

	"stationkeeper/kiosk/queue"
)

// skill is what somebody was seen to serve, by service: a counter may be allowed to call more than its clerk ever does.
type skill struct {
	// Done counts customers called, Passed calls of others over a customer who was well in front.
	Done   []float64 `json:"done"`
	Passed []float64 `json:"passed"`
}

const (
	skillMemory = 0.99 // by call
	wellInFront = 30.0 // seconds of waiting
	maxSkills   = 300  // people and counters; the least seen is forgotten for a new one
)

// of is the probability that a service is served, at first assumed to be 0.9.
func (k *skill) of(kind int) float64 {
	done, passed := 0.0, 0.0
	if k != nil && kind < len(k.Done) {
		done, passed = k.Done[kind], k.Passed[kind]
	}
	return (3*done + 2.7) / (3*done + passed + 3)
}

// called takes in one call: the service, and the bits of those that were passed over.
func (k *skill) called(kind int, passed uint64, kinds int) {
	for len(k.Done) < kinds {
		k.Done, k.Passed = append(k.Done, 0), append(k.Passed, 0)
	}
	for i := range k.Done {
		k.Done[i] *= skillMemory
		k.Passed[i] *= skillMemory
		if passed>>i&1 != 0 {
			k.Passed[i]++
		}
	}
	k.Done[kind]++
}

// seen is how much is known of it.
func (k *skill) seen() (sum float64) {
	for i := range k.Done {
		sum += k.Done[i]
	}
	return sum
}

// skillOf is what is known of who works at a counter; nil when nothing is.
func (l *learned) skillOf(who string) *skill { return l.Skills[who] }

// learnSkill is skillOf to write to.
func (l *learned) learnSkill(who string) *skill {
	if k, ok := l.Skills[who]; ok {
		return k
	}
	if len(l.Skills) == maxSkills {
		least, name := math.Inf(1), ""
		for n, k := range l.Skills {
			if s := k.seen(); s < least || s == least && n < name {
				least, name = s, n
			}
		}
		delete(l.Skills, name)
	}
	k := &skill{}
	l.Skills[who] = k
	return k
}

// worker names in Skills who works at a counter: its clerk, or, when nobody is known, the counter.
func worker(c *queue.CounterView) string {
	if c.Ticket != nil && c.Ticket.Clerk != "" {
		return clerkKey(c.Ticket.Clerk)
	}
	return workerAt(c.Clerk, c.ID)
}

func workerAt(clerk, counter string) string {
	if clerk != "" {
		return clerkKey(clerk)
	}
	return "counter " + counter
}

func clerkKey(clerk string) string { return "clerk " + clerk }

// offers are the bits of the services that a counter calls now, by its rules.
func (l *learned) offers(c *queue.CounterView) uint64 {
	var bits uint64
	if c.State == queue.CounterOpen {
		for _, id := range c.Offered {
			bits |= 1 << l.kindOf(id)
		}
		return bits
	}
	for i := range l.Kinds {
		if c.Serves(l.Kinds[i].ID) {
			bits |= 1 << i
		}
	}
	return bits
}

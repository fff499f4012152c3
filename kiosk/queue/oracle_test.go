package queue_test

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"stationkeeper/kiosk/queue"
)

// Whose turn it is, by brute force: the rules as their documentation says them.

// lane of a visitor under weights.
func lane(v *visitor, weights map[string]int) string {
	if _, ok := weights[queue.ByAppointment]; ok && v.appointment != "" {
		return queue.ByAppointment
	}
	if _, ok := weights[v.class]; ok && v.class != "" {
		return v.class
	}
	return queue.Ordinary
}

func (l *ledger) calling(counter string) []queue.CallRule {
	for _, c := range l.rules.Counters {
		if c.ID == counter && len(c.Calling) > 0 {
			return c.Calling
		}
	}
	if len(l.rules.Calling) > 0 {
		return l.rules.Calling
	}
	return []queue.CallRule{{Name: "longest", Order: queue.Longest}}
}

func (l *ledger) counterServices(id string) []string {
	for _, c := range l.rules.Counters {
		if c.ID == id {
			return c.Services
		}
	}
	return nil
}

func contains(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }

// reaches says whether a rule covers a service at a counter with its clerk.
func (l *ledger) reaches(rule queue.CallRule, counter, service string) bool {
	of := rule.Services
	if len(of) == 0 {
		of = l.counterServices(counter)
	}
	return contains(of, service) && contains(l.posts[counter].clerk, service)
}

func coversClass(rule queue.CallRule, v *visitor) bool {
	if len(rule.Classes) == 0 {
		return true
	}
	if v.appointment != "" {
		return slices.Contains(rule.Classes, queue.ByAppointment) || v.class != "" && slices.Contains(rule.Classes, v.class)
	}
	return slices.Contains(rule.Classes, cmp.Or(v.class, queue.Ordinary))
}

func (l *ledger) bound(v *visitor, counter string) bool {
	if v.only == "" || v.only == counter {
		return false
	}
	p, known := l.posts[v.only]
	return known && !(p.state == queue.CounterClosed && p.opened)
}

func (l *ledger) waiting() []*visitor {
	var w []*visitor
	for _, v := range l.visitors {
		if v.status == queue.Waiting {
			w = append(w, v)
		}
	}
	slices.SortFunc(w, func(a, b *visitor) int { return a.turn.Compare(b.turn) })
	return w
}

// applies says whether a rule's condition is met.
func (l *ledger) applies(rule queue.CallRule, counter string, waiting []*visitor, now time.Time) bool {
	if rule.When == (queue.Condition{}) {
		return true
	}
	n, longest := 0, time.Duration(0)
	for _, v := range waiting {
		if l.reaches(rule, counter, v.service) {
			n++
			longest = max(longest, now.Sub(v.turn))
		}
	}
	return rule.When.WaitingOver > 0 && n > rule.When.WaitingOver || rule.When.LongestOver > 0 && longest > rule.When.LongestOver
}

func (l *ledger) points(v *visitor, now time.Time) float64 {
	rate, head := 1.0, 0.0
	for _, c := range l.rules.Classes {
		if c.ID == v.class {
			rate, head = cmp.Or(c.Rate, 1), c.HeadStart.Seconds()
		}
	}
	return head + rate*max(0, now.Sub(v.turn).Seconds())
}

// sooner says whether a comes before b by the order of a rule.
func (l *ledger) sooner(rule queue.CallRule, a, b *visitor, now time.Time) bool {
	switch rule.Order {
	case queue.Priority:
		if p, q := l.points(a, now), l.points(b, now); p != q {
			return p > q
		}
	case queue.Booked:
		if (a.appointment != "") != (b.appointment != "") {
			return a.appointment != ""
		}
		if a.appointment != "" && !a.booked.Equal(b.booked) {
			return a.booked.Before(b.booked)
		}
	}
	return a.turn.Before(b.turn)
}

// passes replays the account of a rule from its beginning.
func (l *ledger) passes(rule queue.CallRule) (pass map[string]int64, now int64) {
	const unit = 5_045_040
	step := func(lane string) int64 {
		w, named := rule.Weights[lane]
		if !named {
			w = 1
		}
		return unit / int64(max(1, w))
	}
	pass = map[string]int64{}
	for _, c := range l.charges[rule.Name] {
		if c.refund {
			pass[c.lane] -= step(c.lane)
			continue
		}
		now = max(now, pass[c.lane])
		pass[c.lane] = now + step(c.lane)
	}
	return pass, now
}

// expected is whom a counter has to call: the visitor, the name of the rule and the lane.
func (l *ledger) expected(counter string, now time.Time) (id, name, in string, ok bool) {
	waiting := l.waiting()
	for _, rule := range l.calling(counter) {
		if !l.applies(rule, counter, waiting, now) {
			continue
		}
		var able []*visitor
		for _, v := range waiting {
			due := rule.Order != queue.Booked || v.appointment == "" || v.booked.Sub(now) <= rule.Due
			if l.reaches(rule, counter, v.service) && coversClass(rule, v) && !l.bound(v, counter) && due {
				able = append(able, v)
			}
		}
		if len(rule.Weights) > 0 {
			in = l.laneToCall(rule, able)
			able = slices.DeleteFunc(able, func(v *visitor) bool { return lane(v, rule.Weights) != in })
		}
		if len(able) == 0 {
			continue
		}
		best := able[0]
		for _, v := range able[1:] {
			if l.sooner(rule, v, best, now) {
				best = v
			}
		}
		return best.id, rule.Name, in, true
	}
	return "", "", "", false
}

func (l *ledger) laneToCall(rule queue.CallRule, able []*visitor) string {
	pass, now := l.passes(rule)
	weight := func(lane string) int {
		if w, named := rule.Weights[lane]; named {
			return w
		}
		return 1
	}
	var lanes []string
	for _, v := range able {
		if in := lane(v, rule.Weights); !slices.Contains(lanes, in) {
			lanes = append(lanes, in)
		}
	}
	slices.SortFunc(lanes, func(a, b string) int {
		return cmp.Or(cmp.Compare(min(1, weight(b)), min(1, weight(a))), cmp.Compare(max(now, pass[a]), max(now, pass[b])),
			cmp.Compare(weight(b), weight(a)), cmp.Compare(a, b))
	})
	if len(lanes) == 0 {
		return ""
	}
	return lanes[0]
}

// broken is what a record breaks, as a word of its own: which of the invariants caught it.
type broken struct{ invariant, text string }

func (b broken) Error() string { return b.invariant + ": " + b.text }

func breaks(invariant, format string, args ...any) error {
	return broken{invariant, fmt.Sprintf(format, args...)}
}

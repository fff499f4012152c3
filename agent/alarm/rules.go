package alarm

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// Rules are in force together. They do not change.
type Rules struct {
	rules  []Rule
	points map[string][]Rule
}

// New puts rules together, and refuses them with every problem there is.
func New(rules []Rule) (*Rules, error) {
	r := &Rules{rules: slices.Clone(rules), points: map[string][]Rule{}}
	var problems []error
	seen := map[identity]bool{}
	for _, rule := range rules {
		if err := rule.Validate(); err != nil {
			problems = append(problems, err)
		}
		if seen[rule.identity()] {
			problems = append(problems, fmt.Errorf("alarm %s at %s: there are two with this name", rule.Name, rule.Point))
		}
		if rule.kind() == KindDrift && slices.ContainsFunc(r.points[rule.Point], func(o Rule) bool { return o.kind() == KindDrift }) {
			problems = append(problems, fmt.Errorf("alarm %s at %s: a point has one habit, and can have one drift rule", rule.Name, rule.Point))
		}
		seen[rule.identity()] = true
		r.points[rule.Point] = append(r.points[rule.Point], rule)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Rules) of(point string) []Rule { return r.points[point] }

// find is the rule with a point and a name.
func (r *Rules) find(id identity) (Rule, bool) {
	for _, rule := range r.points[id.point] {
		if rule.Name == id.name {
			return rule, true
		}
	}
	return Rule{}, false
}

// Begin is called when the program starts and when rules come into force. It ends the alarms whose rule there is no
// more, or is of another kind, and maintenance that is over. Other open alarms go on; whether their reason is still there
// is seen with the next event of their point. Alarms of conditions stay until the condition is told. Habits that no rule
// watches are forgotten.
func (r *Rules) Begin(s State, at record.Moment) (State, []record.Entry) {
	t := r.turn(s, at)
	t.s.watches = map[identity]watch{}
	for _, a := range s.Open {
		rule, found := r.find(identity{a.Point, a.Rule})
		kind := Kind(a.Kind)
		if kind == "" {
			kind = KindLimit
		}
		if found && rule.kind() != kind || !found && kind != KindCondition {
			a.Reason = "the rule was withdrawn"
			t.clear(a)
		}
	}
	maps.DeleteFunc(t.s.Habits, func(point string, _ *Habit) bool {
		return !slices.ContainsFunc(r.of(point), func(rule Rule) bool { return rule.kind() == KindDrift })
	})
	t.settle()
	return t.s, t.entries
}

// Step lets one event happen.
func (r *Rules) Step(s State, e Event, at record.Moment) (State, []record.Entry) {
	t := r.turn(s, at)
	e.tell(t)
	t.settle()
	return t.s, t.entries
}

// Due is the Mono at which the next Tick is wanted, and false when none is. It may have passed already. It is to be
// asked again after every Begin and Step.
func (r *Rules) Due(s State, at record.Moment) (time.Duration, bool) {
	due, wanted := time.Duration(0), false
	want := func(at time.Duration) {
		if !wanted || at < due {
			due, wanted = at, true
		}
	}
	for _, m := range s.Maintenance {
		want(m.end(at))
	}
	for _, rule := range r.all(s) {
		if left, changes := rule.Schedule.next(at); changes {
			want(at.Mono + left)
		}
		if when, is := s.wants(rule); is && !s.Maintained(rule.Point) && rule.Schedule.On(at) {
			want(when)
		}
	}
	return due, wanted
}

// all are the rules, and one for each condition that has been told, or has an open alarm, and has none.
func (r *Rules) all(s State) []Rule {
	seen := map[identity]bool{}
	for id := range s.conditions {
		seen[id] = true
	}
	for _, a := range s.Open {
		seen[identity{a.Point, a.Rule}] = true
	}
	var others []Rule
	for id := range seen {
		if _, found := r.find(id); !found {
			others = append(others, Rule{Point: id.point, Name: id.name, Kind: KindCondition})
		}
	}
	slices.SortFunc(others, func(a, b Rule) int {
		return strings.Compare(a.Point+"\x00"+a.Name, b.Point+"\x00"+b.Name)
	})
	return append(slices.Clip(r.rules), others...)
}

// turn is one step being taken.
type turn struct {
	rules   *Rules
	s       State
	at      record.Moment
	entries []record.Entry
}

func (r *Rules) turn(s State, at record.Moment) *turn {
	s.points, s.watches, s.conditions, s.Habits = own(s.points), own(s.watches), own(s.conditions), own(s.Habits)
	return &turn{rules: r, s: s, at: at}
}

// own is a copy that may be changed.
func own[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

func (t *turn) write(typ, source string, data any) {
	t.entries = append(t.entries, record.NewEntry(typ, source, t.at.Wall, data))
}

// settle lets time pass and every rule decide.
func (t *turn) settle() {
	t.expire()
	for _, rule := range t.rules.all(t.s) {
		t.decide(rule)
	}
}

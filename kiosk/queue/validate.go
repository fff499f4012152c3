package queue

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
)

var (
	idPattern     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)
	prefixPattern = regexp.MustCompile(`^[A-Z]{1,3}$`)
)

// Validate refuses rules under which numbers would be ambiguous, nobody could be called, or a name means nothing.
func (r Rules) Validate() error {
	if len(r.Services) == 0 {
		return errors.New("queue: no service: expected at least one")
	}
	if r.Calendar.Zone == nil {
		return errors.New("queue: no time zone")
	}
	if r.Recalls < 0 || r.Undo < 0 {
		return errors.New("queue: the number of recalls and the time for undo cannot be negative")
	}
	if err := distinct("outcome", r.Outcomes); err != nil {
		return err
	}
	for _, check := range []func() error{r.validateServices, r.validateClasses, r.validateCounters, r.validateCalling} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// distinct refuses ids that are malformed or given twice.
func distinct(what string, ids []string) error {
	seen := map[string]bool{}
	for _, id := range ids {
		switch {
		case !idPattern.MatchString(id):
			return fmt.Errorf("queue: %s id %q: expected letters, digits, '.', '_', '-'", what, id)
		case seen[id]:
			return fmt.Errorf("queue: %s id %q is given twice", what, id)
		}
		seen[id] = true
	}
	return nil
}

func (r Rules) validateServices() error {
	ids := make([]string, 0, len(r.Services))
	for i, s := range r.Services {
		ids = append(ids, s.ID)
		if !prefixPattern.MatchString(s.Prefix) {
			return fmt.Errorf("queue: service %s: prefix %q: expected 1 to 3 capital letters", s.ID, s.Prefix)
		}
		if err := s.validate(); err != nil {
			return fmt.Errorf("queue: service %s: %w", s.ID, err)
		}
		first, last := s.numbers()
		for _, other := range r.Services[:i] {
			from, to := other.numbers()
			if s.Prefix == other.Prefix && first <= to && from <= last {
				return fmt.Errorf("queue: service %s: prefix %q is another service's too, and their numbers overlap", s.ID, s.Prefix)
			}
		}
	}
	return distinct("service", ids)
}

func (s Service) validate() error {
	first, last := s.numbers()
	switch {
	case first < 1 || last < first || last > 999_999:
		return fmt.Errorf("numbers from %d to %d: expected 1 <= first <= last <= 999999", s.First, s.Last)
	case s.Cap.Day < 0 || s.Cap.Person < 0:
		return errors.New("a cap cannot be negative")
	case s.Target.Within < 0 || !(s.Target.Share >= 0 && s.Target.Share <= 1):
		return fmt.Errorf("target %v within %s: expected a share from 0 to 1 and a time", s.Target.Share, s.Target.Within)
	case s.CutOff && s.Hours == nil:
		return errors.New("cut-off without opening hours")
	}
	for _, w := range s.Cap.Windows {
		if w.From < 0 || w.To <= w.From || w.To > day || w.Max < 1 {
			return fmt.Errorf("cap of %d from %s to %s: expected at least 1, between two times of one day", w.Max, w.From, w.To)
		}
	}
	if s.Hours == nil {
		return nil
	}
	return s.Hours.Validate()
}

func (r Rules) validateClasses() error {
	ids := make([]string, 0, len(r.Classes))
	for _, c := range r.Classes {
		ids = append(ids, c.ID)
		switch {
		case c.ID == Ordinary || c.ID == ByAppointment:
			return fmt.Errorf("queue: class id %q is reserved", c.ID)
		case c.Rate < 0 || math.IsInf(c.Rate, 0) || math.IsNaN(c.Rate):
			return fmt.Errorf("queue: class %s: rate %v: expected a number of points", c.ID, c.Rate)
		case c.HeadStart < 0:
			return fmt.Errorf("queue: class %s: head start %s is negative", c.ID, c.HeadStart)
		}
	}
	return distinct("class", ids)
}

func (r Rules) validateCounters() error {
	ids := make([]string, 0, len(r.Counters))
	for _, c := range r.Counters {
		ids = append(ids, c.ID)
		for _, id := range c.Services {
			if !r.hasService(id) {
				return fmt.Errorf("queue: counter %s: unknown service %q", c.ID, id)
			}
		}
	}
	return distinct("counter", ids)
}

// validateCalling also sees to it that rules that share an account have the same weights.
func (r Rules) validateCalling() error {
	weights := map[string]map[string]int{}
	lists := [][]CallRule{r.Calling}
	for _, c := range r.Counters {
		lists = append(lists, c.Calling)
	}
	for _, rules := range lists {
		names := make([]string, 0, len(rules))
		for _, rule := range rules {
			names = append(names, rule.Name)
			if err := r.validateRule(rule); err != nil {
				return fmt.Errorf("queue: calling rule %q: %w", rule.Name, err)
			}
			if other, known := weights[rule.Name]; known && !maps.Equal(other, rule.Weights) {
				return fmt.Errorf("queue: calling rule %q has other weights at another counter", rule.Name)
			}
			weights[rule.Name] = rule.Weights
		}
		if err := distinct("calling rule", names); err != nil {
			return err
		}
	}
	return nil
}

func (r Rules) validateRule(rule CallRule) error {
	for _, id := range rule.Services {
		if !r.hasService(id) {
			return fmt.Errorf("unknown service %q", id)
		}
	}
	for _, id := range rule.Classes {
		if !r.hasLane(id) {
			return fmt.Errorf("unknown class %q", id)
		}
	}
	for lane, weight := range rule.Weights {
		switch {
		case !r.hasLane(lane):
			return fmt.Errorf("weight of unknown class %q", lane)
		case weight < 0 || weight > maxWeight:
			return fmt.Errorf("weight %d of %s: expected 0 to %d", weight, lane, maxWeight)
		}
	}
	switch {
	case rule.Name == RuleChosen:
		return errors.New("the name is reserved for calls that a clerk chose")
	case !slices.Contains([]Order{"", Longest, Priority, Booked}, rule.Order):
		return fmt.Errorf("order %q: expected %q, %q or %q", rule.Order, Longest, Priority, Booked)
	case rule.Due < 0 || rule.When.LongestOver < 0 || rule.When.WaitingOver < 0:
		return errors.New("times and numbers cannot be negative")
	case rule.Due > 0 && rule.Order != Booked:
		return fmt.Errorf("due without order %q", Booked)
	}
	return nil
}

func (r Rules) hasService(id string) bool {
	return slices.ContainsFunc(r.Services, func(s Service) bool { return s.ID == id })
}

func (r Rules) hasClass(id string) bool {
	return slices.ContainsFunc(r.Classes, func(c Class) bool { return c.ID == id })
}

func (r Rules) hasLane(id string) bool {
	return id == Ordinary || id == ByAppointment || r.hasClass(id)
}

// numbers are the bounds of the service's numbers.
func (s Service) numbers() (first, last int) {
	if s.First == 0 && s.Last == 0 {
		return 1, 999
	}
	return s.First, s.Last
}

func (r Rules) service(id string) (Service, error) {
	for _, s := range r.Services {
		if s.ID == id {
			return s, nil
		}
	}
	return Service{}, fmt.Errorf("%w %q", ErrUnknownService, id)
}

func (r Rules) counter(id string) (Counter, error) {
	for _, c := range r.Counters {
		if c.ID == id {
			return c, nil
		}
	}
	return Counter{}, fmt.Errorf("%w %q", ErrUnknownCounter, id)
}

// isNonce and isRequest are looked at with every command.
func isNonce(s string) bool { return isMadeOf(s, 16, digits+small) }

func isRequest(s string) bool { return isMadeOf(s, 64, digits+small+capitals+"_.:/-") }

const (
	digits   = "0123456789"
	small    = "abcdefghijklmnopqrstuvwxyz"
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// isMadeOf reports whether s is 1 to most of the letters.
func isMadeOf(s string, most int, letters string) bool {
	return s != "" && len(s) <= most && strings.Trim(s, letters) == ""
}

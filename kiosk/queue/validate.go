package queue

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

var (
	idPattern      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)
	prefixPattern  = regexp.MustCompile(`^[A-Z]{1,3}$`)
	noncePattern   = regexp.MustCompile(`^[a-z0-9]{1,16}$`)
	requestPattern = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,64}$`)
)

// Validate refuses rules under which numbers would be ambiguous or nobody could be called.
func (r Rules) Validate() error {
	if len(r.Services) == 0 {
		return errors.New("queue: no service: expected at least one")
	}
	if r.Calendar.Zone == nil {
		return errors.New("queue: no time zone")
	}
	ids, prefixes := map[string]bool{}, map[string]bool{}
	for _, s := range r.Services {
		switch {
		case !idPattern.MatchString(s.ID):
			return fmt.Errorf("queue: service id %q: expected letters, digits, '.', '_', '-'", s.ID)
		case ids[s.ID]:
			return fmt.Errorf("queue: service id %q is given twice", s.ID)
		case !prefixPattern.MatchString(s.Prefix):
			return fmt.Errorf("queue: service %s: prefix %q: expected 1 to 3 capital letters", s.ID, s.Prefix)
		case prefixes[s.Prefix]:
			return fmt.Errorf("queue: service %s: prefix %q is another service's", s.ID, s.Prefix)
		}
		ids[s.ID], prefixes[s.Prefix] = true, true
	}
	return r.validateCounters(ids)
}

func (r Rules) validateCounters(services map[string]bool) error {
	seen := map[string]bool{}
	for _, c := range r.Counters {
		if !idPattern.MatchString(c.ID) {
			return fmt.Errorf("queue: counter id %q: expected letters, digits, '.', '_', '-'", c.ID)
		}
		if seen[c.ID] {
			return fmt.Errorf("queue: counter id %q is given twice", c.ID)
		}
		seen[c.ID] = true
		for _, id := range c.Services {
			if !services[id] {
				return fmt.Errorf("queue: counter %s: unknown service %q", c.ID, id)
			}
		}
	}
	return nil
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

// compete reports whether one counter might choose between customers of the two services, so that who came first
// matters to both.
func (r Rules) compete(a, b string) bool {
	return a == b || slices.ContainsFunc(r.Counters, func(c Counter) bool { return c.Serves(a) && c.Serves(b) })
}

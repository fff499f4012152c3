package configs

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Group is a heading under which services are found on the touchscreen.
type Group struct {
	ID     string `yaml:"id"`
	NameZh string `yaml:"name_zh"`
	NameEn string `yaml:"name_en"`
}

// Service is something that a customer can take a ticket for.
type Service struct {
	// ID names the service in records: letters, digits, '.', '_', '-'. It must not change once it is used.
	ID string `yaml:"id"`
	// Prefix begins its numbers: 1 to 3 capital letters. Services may share one where their numbers do not overlap.
	Prefix string `yaml:"prefix"`
	// NameZh and NameEn are what the screens say.
	NameZh string `yaml:"name_zh"`
	NameEn string `yaml:"name_en"`
	// Group is the id of one under groups; empty means none.
	Group string `yaml:"group"`
	// Numbers are those after the prefix.
	Numbers Numbers `yaml:"numbers"`
	// Hours is the name of one under hours; empty means always. Without CutOff a ticket is given until the end of the hours,
	// with it only while the customer is expected to be called before that.
	Hours  string `yaml:"hours"`
	CutOff bool   `yaml:"cut_off"`
	Cap    Cap    `yaml:"cap"`
	Target Target `yaml:"target"`
}

// Numbers is a range of numbers, both ends included. After the last the first comes again.
type Numbers struct {
	First int `yaml:"first"`
	Last  int `yaml:"last"`
}

// Cap bounds how many tickets are given; 0 means no bound.
type Cap struct {
	Day     int         `yaml:"day"`
	Person  int         `yaml:"person"`
	Windows []CapWindow `yaml:"windows"`
}

// CapWindow bounds the tickets given between two times of day.
type CapWindow struct {
	From string `yaml:"from"` // as 08:30
	To   string `yaml:"to"`
	Most int    `yaml:"most"`
}

// Target is a service level: which share of the customers is to be called within which time.
type Target struct {
	Within time.Duration `yaml:"within"`
	Share  float64       `yaml:"share"` // above 0 to 1
}

// Hours are opening hours. Each day has spans such as 08:30-12:00; a day that is missing is closed.
type Hours struct {
	Mon []string `yaml:"mon"`
	Tue []string `yaml:"tue"`
	Wed []string `yaml:"wed"`
	Thu []string `yaml:"thu"`
	Fri []string `yaml:"fri"`
	Sat []string `yaml:"sat"`
	Sun []string `yaml:"sun"`
	// Days are dates on which other spans hold, as 2027-01-01; an empty list means closed.
	Days map[string][]string `yaml:"days"`
}

// Class is a kind of customer that may be called earlier than an ordinary one.
type Class struct {
	ID     string `yaml:"id"`
	NameZh string `yaml:"name_zh"`
	NameEn string `yaml:"name_en"`
	// Rate is how fast priority grows with waiting, where an ordinary customer's grows at 1; 0 means 1. HeadStart counts as
	// waited at the start. Both matter where a calling rule's order is priority.
	Rate      float64       `yaml:"rate"`
	HeadStart time.Duration `yaml:"head_start"`
}

// CallRule says who may be next. The first rule under which somebody waits decides.
type CallRule struct {
	// Name explains a call in its record: letters, digits, '.', '_', '-'.
	Name string `yaml:"name"`
	// Services are ids; none means the counter's own. One that the counter does not serve otherwise makes it a counter to
	// fall back on.
	Services []string `yaml:"services"`
	// Classes are ids, ordinary or appointment; none means everybody.
	Classes []string `yaml:"classes"`
	When    When     `yaml:"when"`
	// Order is longest (waiting), priority, or booked (appointments by their time); empty means longest.
	Order string `yaml:"order"`
	// Weights share the calls out among classes, such as {senior: 2, ordinary: 1}.
	Weights map[string]int `yaml:"weights"`
	// Due is how long before its time an appointment may be called, where the order is booked.
	Due time.Duration `yaml:"due"`
}

// When is the condition under which a rule holds: that somebody has waited longer, or that more wait, for its services.
type When struct {
	LongestOver time.Duration `yaml:"longest_over"`
	WaitingOver int           `yaml:"waiting_over"`
}

// Outcome is what can become of a service at a counter.
type Outcome struct {
	ID     string `yaml:"id"`
	NameZh string `yaml:"name_zh"`
	NameEn string `yaml:"name_en"`
}

// Orders of a calling rule.
const (
	OrderLongest  = "longest"
	OrderPriority = "priority"
	OrderBooked   = "booked"
)

// Classes that every station has without naming them.
const (
	ClassOrdinary    = "ordinary"
	ClassAppointment = "appointment"
)

var prefixPattern = regexp.MustCompile(`^[A-Z]{1,3}$`)

func (k *Kiosk) checkServices(c *checker) {
	c.require(len(k.Services) > 0, "$.services", "at least one service, or no such key for the built-in ones")
	for i, s := range k.Services {
		path := fmt.Sprintf("$.services[%d]", i)
		before := k.Services[:i]
		checkID(c, path+".id", s.ID, slices.ContainsFunc(before, func(o Service) bool { return o.ID == s.ID }))
		if !prefixPattern.MatchString(s.Prefix) {
			c.fail(path+".prefix", "%q: expected 1 to 3 capital letters", s.Prefix)
		} else if other := slices.IndexFunc(before, s.shares); other >= 0 {
			c.fail(path+".prefix", "%q is another service's, %s, with the same numbers: they would be mistaken", s.Prefix, before[other].ID)
		}
		checkNames(c, path, "the service's name", s.NameZh, s.NameEn)
		if s.Group != "" && !slices.ContainsFunc(k.Groups, func(g Group) bool { return g.ID == s.Group }) {
			c.fail(path+".group", "unknown group %q: expected the id of one under groups", s.Group)
		}
		if _, known := k.Hours[s.Hours]; s.Hours != "" && !known {
			c.fail(path+".hours", "unknown hours %q: expected the name of one under hours", s.Hours)
		}
		if s.CutOff && s.Hours == "" {
			c.fail(path+".cut_off", "hours are missing: a service that is always open has no end to cut off before")
		}
		s.checkNumbers(c, path)
		s.checkTarget(c, path)
	}
}

// shares reports whether the numbers of two services could be the same.
func (s Service) shares(o Service) bool {
	first := func(n Numbers) int { return max(1, n.First) }
	last := func(n Numbers) int {
		if n.Last == 0 {
			return 999
		}
		return n.Last
	}
	return s.Prefix == o.Prefix && first(s.Numbers) <= last(o.Numbers) && first(o.Numbers) <= last(s.Numbers)
}

func (s Service) checkNumbers(c *checker, path string) {
	n := s.Numbers
	switch {
	case n.First == 0 && n.Last == 0:
	case n.First < 0 || n.Last > 9999 || n.First > n.Last:
		c.fail(path+".numbers", "expected first and last from 0 to 9999, first not above last, got %d and %d", n.First, n.Last)
	}
	if s.Cap.Day < 0 || s.Cap.Person < 0 {
		c.fail(path+".cap", "expected whole numbers from 1, or 0 for no bound")
	}
	for i, w := range s.Cap.Windows {
		at := fmt.Sprintf("%s.cap.windows[%d]", path, i)
		from, errFrom := ParseTime(w.From)
		to, errTo := ParseTime(w.To)
		switch {
		case errFrom != nil:
			c.fail(at+".from", "%v", errFrom)
		case errTo != nil:
			c.fail(at+".to", "%v", errTo)
		case from >= to:
			c.fail(at, "expected from before to, got %s and %s", w.From, w.To)
		case w.Most < 1:
			c.fail(at+".most", "expected a whole number from 1, got %d", w.Most)
		}
	}
}

func (s Service) checkTarget(c *checker, path string) {
	t := s.Target
	if t == (Target{}) {
		return
	}
	if t.Within <= 0 || t.Share <= 0 || t.Share > 1 {
		c.fail(path+".target", "expected within above 0s and share above 0 up to 1, such as {within: 10m, share: 0.8}, got %s and %g", t.Within, t.Share)
	}
}

func (k *Kiosk) checkGroups(c *checker) {
	for i, g := range k.Groups {
		path := fmt.Sprintf("$.groups[%d]", i)
		checkID(c, path+".id", g.ID, slices.ContainsFunc(k.Groups[:i], func(o Group) bool { return o.ID == g.ID }))
		checkNames(c, path, "the group's name", g.NameZh, g.NameEn)
	}
	for i, o := range k.Outcomes {
		path := fmt.Sprintf("$.outcomes[%d]", i)
		checkID(c, path+".id", o.ID, slices.ContainsFunc(k.Outcomes[:i], func(other Outcome) bool { return other.ID == o.ID }))
		checkNames(c, path, "the outcome's name", o.NameZh, o.NameEn)
	}
}

func (k *Kiosk) checkClasses(c *checker) {
	for i, class := range k.Classes {
		path := fmt.Sprintf("$.classes[%d]", i)
		checkID(c, path+".id", class.ID, slices.ContainsFunc(k.Classes[:i], func(o Class) bool { return o.ID == class.ID }))
		if class.ID == ClassOrdinary || class.ID == ClassAppointment {
			c.fail(path+".id", "%q is there without being named: expected another id", class.ID)
		}
		checkNames(c, path, "the class's name", class.NameZh, class.NameEn)
		if class.Rate < 0 || class.Rate > 100 {
			c.fail(path+".rate", "expected more than 0 up to 100, got %g", class.Rate)
		}
		if class.HeadStart < 0 || class.HeadStart > 24*time.Hour {
			c.fail(path+".head_start", "expected 0s to 24h, got %s", class.HeadStart)
		}
	}
}

func (k *Kiosk) checkCounters(c *checker) {
	c.require(len(k.Counters) > 0, "$.counters", "at least one counter, or no such key for the built-in ones")
	k.checkCalling(c, "$.calling", k.Calling)
	for i, counter := range k.Counters {
		path := fmt.Sprintf("$.counters[%d]", i)
		checkID(c, path+".id", counter.ID, slices.ContainsFunc(k.Counters[:i], func(o Counter) bool { return o.ID == counter.ID }))
		k.checkServed(c, path+".services", counter.Services)
		k.checkCalling(c, path+".calling", counter.Calling)
	}
	if k.Recalls < 0 || k.Recalls > 20 {
		c.fail("$.recalls", "expected 0 to 20, got %d", k.Recalls)
	}
	if k.Undo < 0 || k.Undo > time.Minute {
		c.fail("$.undo", "expected 0s to 1m, got %s", k.Undo)
	}
}

func (k *Kiosk) checkServed(c *checker, path string, services []string) {
	for n, id := range services {
		if !slices.ContainsFunc(k.Services, func(s Service) bool { return s.ID == id }) {
			c.fail(fmt.Sprintf("%s[%d]", path, n), "unknown service %q: expected the id of one under services", id)
		}
	}
}

func (k *Kiosk) checkCalling(c *checker, path string, rules []CallRule) {
	known := func(class string) bool {
		return class == ClassOrdinary || class == ClassAppointment || slices.ContainsFunc(k.Classes, func(o Class) bool { return o.ID == class })
	}
	for i, r := range rules {
		at := fmt.Sprintf("%s[%d]", path, i)
		checkID(c, at+".name", r.Name, slices.ContainsFunc(rules[:i], func(o CallRule) bool { return o.Name == r.Name }))
		k.checkServed(c, at+".services", r.Services)
		for n, class := range r.Classes {
			if !known(class) {
				c.fail(fmt.Sprintf("%s.classes[%d]", at, n), "unknown class %q: expected ordinary, appointment or the id of one under classes", class)
			}
		}
		for _, class := range slices.Sorted(maps.Keys(r.Weights)) {
			if weight := r.Weights[class]; !known(class) || weight < 0 || weight > 100 {
				c.fail(at+".weights", "%s: %d: expected classes, ordinary or appointment, each with a weight from 0 (only when nobody else waits) to 100", class, weight)
			}
		}
		if !slices.Contains([]string{"", OrderLongest, OrderPriority, OrderBooked}, r.Order) {
			c.fail(at+".order", "%q: expected longest, priority or booked", r.Order)
		}
		if r.Due != 0 && r.Order != OrderBooked || r.Due < 0 {
			c.fail(at+".due", "expected 0s or more, and only where the order is booked")
		}
		if r.When.LongestOver < 0 || r.When.WaitingOver < 0 {
			c.fail(at+".when", "expected durations and numbers from 0")
		}
	}
}

func (k *Kiosk) checkHours(c *checker) {
	for _, name := range slices.Sorted(maps.Keys(k.Hours)) {
		path := "$.hours." + name
		if !idPattern.MatchString(name) {
			c.fail(path, "%q: expected a name of letters, digits, '.', '_', '-'", name)
		}
		h := k.Hours[name]
		for day, spans := range map[string][]string{"mon": h.Mon, "tue": h.Tue, "wed": h.Wed, "thu": h.Thu, "fri": h.Fri, "sat": h.Sat, "sun": h.Sun} {
			checkSpans(c, path+"."+day, spans)
		}
		for _, date := range slices.Sorted(maps.Keys(h.Days)) {
			if _, err := time.Parse(time.DateOnly, date); err != nil {
				c.fail(path+".days", "%q: expected a date such as 2027-01-01", date)
			}
			checkSpans(c, path+".days."+date, h.Days[date])
		}
	}
}

func checkSpans(c *checker, path string, spans []string) {
	before := time.Duration(-1)
	for i, text := range spans {
		from, to, err := ParseSpan(text)
		switch {
		case err != nil:
			c.fail(fmt.Sprintf("%s[%d]", path, i), "%v", err)
		case from <= before:
			c.fail(fmt.Sprintf("%s[%d]", path, i), "%s: expected to begin after the span before it has ended", text)
		}
		before = to
	}
}

// ParseSpan reads a span of local time such as 08:30-12:00; 24:00 is the end of the day.
func ParseSpan(text string) (from, to time.Duration, err error) {
	first, last, ok := strings.Cut(text, "-")
	if !ok {
		return 0, 0, fmt.Errorf("%q: expected a span such as 08:30-12:00", text)
	}
	if from, err = ParseTime(strings.TrimSpace(first)); err != nil {
		return 0, 0, err
	}
	if to, err = ParseTime(strings.TrimSpace(last)); err != nil {
		return 0, 0, err
	}
	if from >= to {
		return 0, 0, fmt.Errorf("%q: expected the span to end after it begins, on the same day", text)
	}
	return from, to, nil
}

// ParseTime reads a local time of day such as 08:30, up to 24:00.
func ParseTime(text string) (time.Duration, error) {
	if text == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%q: expected a time of day such as 08:30", text)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

func checkNames(c *checker, path, what, zh, en string) {
	c.require(zh != "", path+".name_zh", what+" in Chinese")
	c.require(en != "", path+".name_en", what+" in English")
}

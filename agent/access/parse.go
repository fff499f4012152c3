package access

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"stationkeeper/internal/document"
	"stationkeeper/internal/record"
)

// Policy is a document in force at a site. It does not change.
type Policy struct {
	site     Site
	key      Key
	attempts AttemptRules
	// denyUnjudged is what becomes of cards whose hours cannot be judged.
	denyUnjudged bool
	holidays     calendar
	doors        []*door // like site.Doors
	areas        map[string]*AreaRules
	cards        map[Hash]*card
	orders       map[string]*WorkOrder
	checkPurpose bool
}

// door is the rules of one door, all set.
type door struct {
	Door
	DoorRules
	pinExcept *schedule
	unlock    *schedule
	readers   []int // of the site, at this door
	excludes  []int // doors of the site that are closed while this one is open
}

// guarded doors are opened only by those who are let through; of others nobody knows.
func (d *door) guarded() bool { return (d.Strike || len(d.readers) > 0) && !d.FreeExit }

// card is a Card and all that it opens.
type card struct {
	Card
	permissions []map[string][]*schedule // by door; a nil schedule is at all times
}

// Parse reads a document: all of it or, with every problem named by its path, nothing.
func Parse(site Site, key Key, text []byte) (*Policy, error) {
	if err := site.Validate(); err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	if len(key) < minKey {
		return nil, fmt.Errorf("access: a key of %d bytes, expected one of ParseKey", len(key))
	}
	var d Document
	var found document.Problems
	found.Strict(text, &d)
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("read access document: %w", err)
	}
	c := compiler{Document: d, site: site}
	p := c.policy(key)
	if err := c.Err(); err != nil {
		return nil, fmt.Errorf("read access document: %w", err)
	}
	return p, nil
}

// compiler makes a policy of a document, and notes what cannot be.
type compiler struct {
	document.Problems
	Document
	site      Site
	schedules map[string]*schedule
	groups    map[string]map[string][]*schedule
}

func (c *compiler) policy(key Key) *Policy {
	p := &Policy{site: c.site, key: key, denyUnjudged: c.ClockUnknown == "deny", checkPurpose: c.CheckPurpose}
	c.choice("clock_unknown", c.ClockUnknown, "", "allow", "deny")
	p.attempts = c.attemptRules(c.Attempts)
	p.holidays = c.calendar()
	c.named()
	p.areas = c.areaRules()
	p.doors = c.doorRules()
	c.interlocks(p.doors)
	p.cards = c.cardRules()
	p.orders = c.workOrders()
	return p
}

func (c *compiler) attemptRules(a AttemptRules) AttemptRules {
	if a.Limit < 0 || a.Limit > 100 {
		c.Add("attempts.limit", "%d: expected 1 to 100", a.Limit)
	}
	a.Limit = cmp.Or(a.Limit, 5)
	c.span("attempts.delay", &a.Delay, 30*time.Second, time.Hour)
	c.span("attempts.longest_delay", &a.LongestDelay, 15*time.Minute, day)
	c.span("attempts.forget", &a.Forget, 10*time.Minute, 7*day)
	if a.LongestDelay < a.Delay {
		c.Add("attempts.longest_delay", "%s: expected at least the delay, %s", time.Duration(a.LongestDelay), time.Duration(a.Delay))
	}
	return a
}

const day = 24 * time.Hour

// span sets a length of time that is not given, and bounds it.
func (c *compiler) span(path string, d *Duration, usual, longest time.Duration) {
	*d = cmp.Or(*d, Duration(usual))
	if time.Duration(*d) > longest {
		c.Add(path, "%s: expected at most %s", time.Duration(*d), longest)
	}
}

// choice refuses a word that is none of those allowed; the empty one means that the member is left out.
func (c *compiler) choice(path, word string, allowed ...string) {
	if !slices.Contains(allowed, word) {
		c.Add(path, "%.40q: expected one of %q", word, slices.DeleteFunc(allowed, func(s string) bool { return s == "" }))
	}
}

func (c *compiler) calendar() calendar {
	days := calendar{}
	for i, h := range c.Holidays {
		path := fmt.Sprintf("holidays[%d]", i)
		last := cmp.Or(h.Until, h.Date)
		switch {
		case h.Date == (Date{}):
			c.Add(path, "date: is missing")
		case h.Date.after(last) || last.after(h.Date.add(365)):
			c.Add(path+".until", "expected a day within a year of the date")
		default:
			for d := h.Date; !d.after(last); d = d.add(1) {
				days[d] = true
			}
		}
	}
	return days
}

// named compiles what others refer to by name: schedules and groups.
func (c *compiler) named() {
	c.schedules = map[string]*schedule{}
	for i, s := range c.Schedules {
		c.fresh(fmt.Sprintf("schedules[%d].name", i), s.Name, c.schedules[s.Name] != nil)
		c.schedules[s.Name] = s.compile()
	}
	c.groups = map[string]map[string][]*schedule{}
	for i, g := range c.Groups {
		path := fmt.Sprintf("groups[%d]", i)
		c.fresh(path+".name", g.Name, c.groups[g.Name] != nil)
		c.groups[g.Name] = c.permissions(path+".doors", g.Doors)
	}
}

// fresh refuses a name that is missing or taken.
func (c *compiler) fresh(path, name string, taken bool) {
	switch {
	case name == "":
		c.Add(path, "is missing")
	case taken:
		c.Add(path, "%q: is there twice", name)
	}
}

// schedule is the one of a name; nil for none.
func (c *compiler) schedule(path, name string) *schedule {
	if name != "" && c.schedules[name] == nil {
		c.Add(path, "%q: there is no such schedule", name)
	}
	return c.schedules[name]
}

func (c *compiler) permissions(path string, list []Permission) map[string][]*schedule {
	doors := map[string][]*schedule{}
	for i, p := range list {
		path := fmt.Sprintf("%s[%d]", path, i)
		c.door(path+".door", p.Door)
		doors[p.Door] = append(doors[p.Door], c.schedule(path+".schedule", p.Schedule))
	}
	return doors
}

// door is the index of a door of the site, or -1.
func (c *compiler) door(path, point string) int {
	i := c.site.door(point)
	if i < 0 {
		c.Add(path, "%q: the site has no such door", point)
	}
	return i
}

func (c *compiler) cardRules() map[Hash]*card {
	cards := make(map[Hash]*card, len(c.Cards))
	for i, given := range c.Cards {
		path := fmt.Sprintf("cards[%d]", i)
		c.checkCard(path, given)
		if cards[given.Hash] != nil {
			c.Add(path+".hash", "%s: is there twice", given.Hash)
		}
		made := &card{Card: given}
		for j, name := range given.Groups {
			if c.groups[name] == nil {
				c.Add(fmt.Sprintf("%s.groups[%d]", path, j), "%q: there is no such group", name)
			}
			made.permissions = append(made.permissions, c.groups[name])
		}
		made.permissions = append(made.permissions, c.permissions(path+".doors", given.Doors))
		cards[given.Hash] = made
	}
	return cards
}

// Longest texts, in bytes. They are written down with every grant.
const (
	maxName    = 200
	maxPurpose = 200
)

func (c *compiler) checkCard(path string, given Card) {
	if !given.Hash.valid() {
		c.Add(path+".hash", "%.40q: expected %d lower-case hexadecimal digits", given.Hash, hashDigits)
	}
	if given.PIN != "" && !given.PIN.valid() {
		c.Add(path+".pin", "expected the hash of one: %d lower-case hexadecimal digits", hashDigits)
	}
	if err := record.CheckName("person", given.Person); err != nil {
		c.Add(path+".person", "%w", err)
	}
	if len(given.Name) > maxName {
		c.Add(path+".name", "expected at most %d bytes", maxName)
	}
	if len(given.Purpose) > maxPurpose {
		c.Add(path+".purpose", "expected at most %d bytes", maxPurpose)
	}
	if given.FromTime != 0 && given.From == (Date{}) {
		c.Add(path+".from_time", "needs from")
	}
	if given.ToTime != nil && given.To == (Date{}) {
		c.Add(path+".to_time", "needs to")
	}
	if given.To != (Date{}) && !given.ends().After(given.begins()) {
		c.Add(path+".to", "expected after from")
	}
}

// begins is when a card begins to be valid, and ends when it no longer is, as of Date.at.
func (g Card) begins() time.Time { return g.From.at(g.FromTime) }
func (g Card) ends() time.Time {
	if g.ToTime != nil {
		return g.To.at(*g.ToTime)
	}
	return g.To.at(endOfDay)
}

func (c *compiler) workOrders() map[string]*WorkOrder {
	orders := make(map[string]*WorkOrder, len(c.WorkOrders))
	for i := range c.WorkOrders {
		o := &c.WorkOrders[i]
		path := fmt.Sprintf("work_orders[%d]", i)
		if !typeable(o.Number) {
			c.Add(path+".number", "%.40q: expected 1 to %d digits", o.Number, maxTyped)
		}
		if orders[o.Number] != nil {
			c.Add(path+".number", "%q: is there twice", o.Number)
		}
		for j, point := range o.Doors {
			c.door(fmt.Sprintf("%s.doors[%d]", path, j), point)
		}
		if o.To != (Date{}) && o.From.after(o.To) {
			c.Add(path+".to", "expected not before from")
		}
		orders[o.Number] = o
	}
	return orders
}

// typeable reports whether a number can be typed on a keypad.
func typeable(number string) bool {
	for _, r := range number {
		if r < '0' || r > '9' {
			return false
		}
	}
	return number != "" && len(number) <= maxTyped
}

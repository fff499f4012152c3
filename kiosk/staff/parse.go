package staff

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"

	"stationkeeper/internal/document"
)

// roll is what head office sends under the name "staff", or a file holds. Lengths of time are spelled like "30m",
// times of day like "08:00". configs/staff.example.json is an example with everything in it.
type roll struct {
	// Early is how long before a shift its people can log in; 30m. Longest is how long a session lasts of who has no
	// shifts; 12h.
	Early   length  `json:"early"`
	Longest length  `json:"longest"`
	Staff   []entry `json:"staff"`
}

// entry is one person.
type entry struct {
	Number string  `json:"number"` // required; 1 to 32 letters, digits, '.', '_', '-'
	Name   string  `json:"name"`   // required
	Role   string  `json:"role"`   // required; "clerk", "reception" or "supervisor"
	PIN    *secret `json:"pin"`    // of HashPIN; PIN or card is required
	Card   badge   `json:"card"`   // of Key.Card
	// Services and Counters are ids; all without.
	Services []string `json:"services"`
	Counters []string `json:"counters"`
	// Shifts are when the person works; at any time without.
	Shifts []shift `json:"shifts"`
}

// shift is hours of work. One that ends before it begins ends on the next day.
type shift struct {
	Days []weekday `json:"days"` // on which it begins; every day without
	From clock     `json:"from"` // required
	To   clock     `json:"to"`   // required
}

// Bounds of what a document may have.
const (
	maxName   = 100 // bytes
	maxShifts = 50  // of one person
	longestOf = 24 * time.Hour
	earlyOf   = 4 * time.Hour
)

var numberPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$`)

// Parse reads a document: all of it or, with every problem named by its path, nothing.
func Parse(text []byte) (*Roster, error) {
	var p parser
	p.Strict(text, &p.roll)
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("read staff: %w", err)
	}
	r := p.roster()
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("read staff: %w", err)
	}
	return r, nil
}

// parser makes a roster of a document, and notes what cannot be.
type parser struct {
	document.Problems
	roll
}

func (p *parser) roster() *Roster {
	p.Early, p.Longest = cmp.Or(p.Early, length(30*time.Minute)), cmp.Or(p.Longest, length(12*time.Hour))
	if time.Duration(p.Early) > earlyOf {
		p.Add("early", "%s: expected at most %s", time.Duration(p.Early), earlyOf)
	}
	if time.Duration(p.Longest) > longestOf {
		p.Add("longest", "%s: expected at most %s", time.Duration(p.Longest), longestOf)
	}
	r := &Roster{numbers: map[string]int{}, badges: map[badge]int{}, decoy: decoy(usual)}
	for i, e := range p.Staff {
		path := fmt.Sprintf("staff[%d]", i)
		p.check(path, e)
		if first, twice := r.numbers[e.Number]; twice {
			p.Add(path+".number", "%q: is that of staff[%d] too", e.Number, first)
		}
		if first, twice := r.badges[e.Card]; twice && e.Card != "" {
			p.Add(path+".card", "is that of staff[%d] too", first)
		}
		r.numbers[e.Number] = i
		if e.Card != "" {
			r.badges[e.Card] = i
		}
		r.people = append(r.people, Person{Number: e.Number, Name: e.Name, Role: Role(e.Role), Services: e.Services, Counters: e.Counters,
			shifts: e.Shifts, early: time.Duration(p.Early), longest: time.Duration(p.Longest), pin: e.PIN})
	}
	if i := slices.IndexFunc(r.people, func(p Person) bool { return p.pin != nil }); i >= 0 {
		r.decoy = decoy(r.people[i].pin.cost)
	}
	return r
}

// decoy is a secret that no PIN is known for.
func decoy(c cost) secret {
	return secret{cost: c, salt: make([]byte, saltSize), sum: make([]byte, sumSize)}
}

func (p *parser) check(path string, e entry) {
	if !numberPattern.MatchString(e.Number) {
		p.Add(path+".number", "%.40q: expected 1 to 32 letters, digits, '.', '_', '-'", e.Number)
	}
	if e.Name == "" || len(e.Name) > maxName {
		p.Add(path+".name", "expected 1 to %d bytes", maxName)
	}
	if roles := []Role{Clerk, Reception, Supervisor}; !slices.Contains(roles, Role(e.Role)) {
		p.Add(path+".role", "%.40q: expected one of %q", e.Role, roles)
	}
	if e.PIN == nil && e.Card == "" {
		p.Add(path, "has neither pin nor card: nobody could log in")
	}
	if len(e.Shifts) > maxShifts {
		p.Add(path+".shifts", "%d: expected at most %d", len(e.Shifts), maxShifts)
	}
	for i, s := range e.Shifts {
		if s.From == s.To || s.From == endOfDay {
			p.Add(fmt.Sprintf("%s.shifts[%d]", path, i), "expected from and to, such as \"08:00\" and \"16:30\"")
		}
	}
}

// Fits names, by their paths, the services and counters of the roster that a station does not have. Such a person can
// log in where the rest allows it: a list that is a day ahead of the station's must not close it.
func (r *Roster) Fits(services, counters []string) error {
	var p document.Problems
	for i, person := range r.people {
		for j, id := range person.Services {
			if !slices.Contains(services, id) {
				p.Add(fmt.Sprintf("staff[%d].services[%d]", i, j), "%.40q: the station has no such service", id)
			}
		}
		for j, id := range person.Counters {
			if !slices.Contains(counters, id) {
				p.Add(fmt.Sprintf("staff[%d].counters[%d]", i, j), "%.40q: the station has no such counter", id)
			}
		}
	}
	return p.Err()
}

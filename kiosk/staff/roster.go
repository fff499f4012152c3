package staff

import (
	"slices"
	"time"
)

// Role is what somebody may do.
type Role string

const (
	// Clerk works at a counter.
	Clerk Role = "clerk"
	// Reception gives tickets, keeps appointments and sorts customers into classes.
	Reception Role = "reception"
	// Supervisor does everything, at any counter.
	Supervisor Role = "supervisor"
)

// Person is somebody of the staff.
type Person struct {
	// Number is the staff number, by which records know the person.
	Number string
	Name   string
	Role   Role
	// Services are the ids of those that the person can serve, Counters of those that they may work at; empty means all.
	Services []string
	Counters []string

	shifts         []shift
	early, longest time.Duration
	pin            *secret
}

// WorksAt reports whether the person may work at a counter.
func (p Person) WorksAt(counter string) bool {
	return len(p.Counters) == 0 || slices.Contains(p.Counters, counter)
}

// Roster is everybody who works at a station. It does not change.
type Roster struct {
	people  []Person
	numbers map[string]int
	badges  map[badge]int
	// decoy is compared with when there is no PIN to compare with, so that it takes as long.
	decoy secret
}

// People are all, in the order of the document.
func (r *Roster) People() []Person { return slices.Clone(r.people) }

// Find is the person of a staff number.
func (r *Roster) Find(number string) (Person, bool) {
	i, known := r.numbers[number]
	if !known {
		return Person{}, false
	}
	return r.people[i], true
}

// PIN is the person of a staff number, if that is the PIN. It takes the same time when there is no such person, or none
// with a PIN, as when the PIN is wrong; the time, and the memory, are those of the package comment.
func (r *Roster) PIN(number, pin string) (Person, bool) {
	p, known := r.Find(number)
	if !known || p.pin == nil {
		r.decoy.is(pin)
		return Person{}, false
	}
	if !p.pin.is(pin) {
		return Person{}, false
	}
	return p, true
}

// Card is the person whose badge has a number, as the reader types it.
func (r *Roster) Card(key Key, number string) (Person, bool) {
	i, known := r.badges[badge(key.Card(number))]
	if !known {
		return Person{}, false
	}
	return r.people[i], true
}

package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// place is a person and an area: what visits are in order of.
func place(person, area, otherPerson, otherArea string) int {
	return cmp.Or(strings.Compare(person, otherPerson), strings.Compare(area, otherArea))
}

// visit finds where in Inside a person's visit of an area is, or would be.
func (s State) visit(person, area string) (int, bool) {
	return slices.BinarySearchFunc(s.Inside, area, func(v *Visit, area string) int { return place(v.Person, v.Area, person, area) })
}

// visits are those of a person.
func (s State) visits(person string) []*Visit {
	from, _ := s.visit(person, "")
	to := from
	for to < len(s.Inside) && s.Inside[to].Person == person {
		to++
	}
	return s.Inside[from:to]
}

// with is the state with a visit begun.
func (s State) with(v *Visit) State {
	i, found := s.visit(v.Person, v.Area)
	s.Inside = put(s.Inside, i, found, v)
	return s
}

// without is the state with a visit ended.
func (s State) without(id string) State {
	if i := slices.IndexFunc(s.Inside, func(v *Visit) bool { return v.ID == id }); i >= 0 {
		s.Inside = slices.Delete(slices.Clone(s.Inside), i, i+1)
	}
	return s
}

// entered finds where in Entered a person and an area are, or would be.
func (s State) entered(person, area string) (int, bool) {
	return slices.BinarySearchFunc(s.Entered, area, func(e *Entered, area string) int { return place(e.Person, e.Area, person, area) })
}

// noting is the state with an entry noted for timed anti-passback.
func (s State) noting(e *Entered) State {
	i, found := s.entered(e.Person, e.Area)
	s.Entered = put(s.Entered, i, found, e)
	return s
}

// put is a list with a value in its place: where it was found, or else would be.
func put[T any](list []T, i int, found bool, v T) []T {
	list = slices.Clone(list)
	if !found {
		return slices.Insert(list, i, v)
	}
	list[i] = v
	return list
}

// register writes down who goes through a door.
func (t *turn) register(i int, p pass) {
	if t.doors[i].Area == "" {
		return
	}
	for _, who := range p.people {
		if p.in {
			t.enter(i, who)
		} else {
			t.leave(i, who)
		}
	}
}

// enter begins a visit. Whoever enters has left every area that does not lie around this one, also if nobody saw it.
func (t *turn) enter(i int, who person) {
	area := t.doors[i].Area
	for _, v := range t.s.visits(who.id) {
		if v.Area == area || !t.around(area, v.Area) {
			t.end(v, "", HowEnteredAgain)
		}
	}
	t.s.Last++
	v := &Visit{ID: visitID(t.at.Wall, t.s.Last), Person: who.id, Name: who.name, Card: who.card, Visitor: who.visitor,
		Purpose: who.purpose, Area: area, Door: t.doors[i].Point, When: when(t.at)}
	t.s = t.s.with(v)
	t.s.look = min(t.s.look, t.at.Mono+t.stay(area))
	t.s = t.s.noting(&Entered{who.id, area, v.When})
	t.write(record.RegisterEntered, area, v.data())
}

// leave ends a person's visit of the area behind a door, and of those within it. Whoever is not inside leaves nothing.
func (t *turn) leave(i int, who person) {
	area := t.doors[i].Area
	for _, v := range t.s.visits(who.id) {
		switch {
		case v.Area == area:
			t.end(v, t.doors[i].Point, HowBadge)
		case t.around(v.Area, area):
			t.end(v, "", HowLeftOuter)
		}
	}
}

// end closes a visit.
func (t *turn) end(v *Visit, door, how string) {
	data := v.data()
	data.Door, data.How = door, how
	data.Inside = v.lasted(t.at).Truncate(time.Millisecond).Seconds()
	t.s = t.s.without(v.ID)
	t.write(record.RegisterLeft, v.Area, data)
}

func (v *Visit) data() record.RegisterData {
	return record.RegisterData{Visit: v.ID, Person: v.Person, Name: v.Name, Card: v.Card, Visitor: v.Visitor,
		Purpose: v.Purpose, Door: v.Door, Since: v.Since}
}

// visitID is unique within the node: the number alone is, as long as the state is kept, and the time makes it so
// when the state is lost.
func visitID(wall time.Time, n uint64) string {
	return fmt.Sprintf("%d-%d", max(0, wall.Unix()), n)
}

// visitNumber is the number in the id of a visit.
func visitNumber(id string) (n uint64) {
	var began uint64
	_, _ = fmt.Sscanf(id, "%d-%d", &began, &n) // 0 of an id that is spelled otherwise
	return n
}

// stay is after how long a visit is closed by rule. An area that there is no more has the default.
func (p *Policy) stay(area string) time.Duration {
	if a := p.areas[area]; a != nil {
		return time.Duration(a.MaxStay)
	}
	return usualStay
}

const usualStay = 16 * time.Hour

// lapseVisits closes visits of people who must have gone by a way that nobody sees.
func (t *turn) lapseVisits() {
	if t.at.Mono < t.s.look {
		return
	}
	t.forgetEntered()
	next := t.at.Mono + day
	for _, v := range t.s.Inside {
		left := t.stay(v.Area) - v.lasted(t.at)
		if left <= 0 {
			t.end(v, "", HowRule)
			continue
		}
		if v.before { // the wall clock decides, which may be set at any time
			left = min(left, time.Minute)
		}
		next = min(next, t.at.Mono+left)
	}
	t.s.look = next
}

// again reports whether a person entered an area so recently that timed anti-passback denies it.
func (t *turn) again(person string, a *AreaRules) bool {
	i, found := t.s.entered(person, a.Area)
	return found && t.s.Entered[i].lasted(t.at) < time.Duration(a.AgainAfter)
}

// maxAgain is the longest that timed anti-passback may look back.
const maxAgain = 24 * time.Hour

// forgetEntered drops entries that no timed anti-passback can ask for any more, whichever document comes into force.
func (t *turn) forgetEntered() {
	old := func(e *Entered) bool { return e.lasted(t.at) >= maxAgain }
	if slices.ContainsFunc(t.s.Entered, old) {
		t.s.Entered = slices.DeleteFunc(slices.Clone(t.s.Entered), old)
	}
}

// forgiven reports whether anti-passback does not judge a person's next badge.
func (s State) forgiven(person string) bool {
	_, found := slices.BinarySearch(s.Forgiven, person)
	return found
}

// forgiving is the state with the next badge of a person not judged, or judged again.
func (s State) forgiving(person string, forgive bool) State {
	i, found := slices.BinarySearch(s.Forgiven, person)
	switch {
	case forgive && !found:
		s.Forgiven = slices.Insert(slices.Clone(s.Forgiven), i, person)
	case !forgive && found:
		s.Forgiven = slices.Delete(slices.Clone(s.Forgiven), i, i+1)
	}
	return s
}

package access

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// arguments are those of all verbs.
type arguments struct {
	Seconds float64 `json:"seconds"`
	Person  string  `json:"person"`
	Visit   string  `json:"visit"`
	Reason  string  `json:"reason"`
}

// verbs are the commands, each with the arguments it takes. They return why they were refused, or "".
var verbs = map[string]struct {
	carry func(*turn, record.Command, arguments) string
	takes []string
}{
	VerbUnlock:   {(*turn).orderUnlock, []string{"seconds"}},
	VerbRelease:  {(*turn).orderMode, []string{"reason"}},
	VerbLockdown: {(*turn).orderMode, []string{"reason"}},
	VerbNormal:   {(*turn).orderMode, []string{"reason"}},
	VerbForgive:  {(*turn).orderForgive, []string{"person"}},
	VerbClose:    {(*turn).orderClose, []string{"visit", "person"}},
}

// modes are those that a verb sets.
var modes = map[string]string{VerbRelease: ModeReleased, VerbLockdown: ModeLockdown, VerbNormal: ModeNormal}

// Order carries out a command whose verb is one of the Verb constants; it refuses others. Whether it came in time, and
// whether it has been carried out already, is not judged here. What is refused changes nothing.
func (p *Policy) Order(s State, c record.Command, at record.Moment) (State, Effects, record.Result) {
	t := p.turn(s, at)
	t.lapse()
	result := record.Result{ID: c.ID, Outcome: record.Done, Time: at.Wall}
	if reason := t.order(c); reason != "" {
		result.Outcome, result.Reason = record.Refused, reason
	}
	t.settle()
	return t.s, t.fx, result
}

func (t *turn) order(c record.Command) string {
	verb, ok := verbs[c.Verb]
	if !ok {
		return fmt.Sprintf("verb %q: not one for doors", c.Verb)
	}
	var given map[string]json.RawMessage
	var a arguments
	if len(c.Arguments) > 0 {
		if err := cmp.Or(json.Unmarshal(c.Arguments, &given), json.Unmarshal(c.Arguments, &a)); err != nil {
			return fmt.Sprintf("arguments: %v", err)
		}
	}
	for name := range given {
		if !slices.Contains(verb.takes, name) {
			return fmt.Sprintf("arguments: %.40q: %s takes %q", name, c.Verb, verb.takes)
		}
	}
	return verb.carry(t, c, a)
}

// orderUnlock opens a door once.
func (t *turn) orderUnlock(c record.Command, a arguments) string {
	i := t.site.door(c.Point)
	if i < 0 {
		return noDoor(c.Point)
	}
	d := t.doors[i]
	unlock := time.Duration(a.Seconds * float64(time.Second))
	switch {
	case a.Seconds < 0 || a.Seconds > maxUnlock.Seconds():
		return fmt.Sprintf("seconds %g: expected up to %g; to open a door for longer, release it", a.Seconds, maxUnlock.Seconds())
	case !d.Strike:
		return fmt.Sprintf("door %s has no strike", c.Point)
	case t.mode(i) == ModeLockdown:
		return fmt.Sprintf("door %s is locked down: give %s first", c.Point, VerbNormal)
	case t.excluded(i):
		return fmt.Sprintf("door %s is interlocked with another that is open", c.Point)
	case unlock == 0:
		unlock = time.Duration(d.Unlock)
	}
	data := record.AccessData{Method: MethodCommand, Unlocked: unlock.Seconds(), By: c.By, Request: c.ID}
	t.write(record.AccessGranted, d.Point, data)
	t.admit(i, pass{data: data}, unlock)
	return ""
}

func noDoor(point string) string { return fmt.Sprintf("point %q: there is no such door", point) }

// orderMode sets the mode of one door, or of all.
func (t *turn) orderMode(c record.Command, a arguments) string {
	if c.Point != "" && t.site.door(c.Point) < 0 {
		return noDoor(c.Point)
	}
	mode := modes[c.Verb]
	for i, d := range t.doors {
		// What a schedule has unlocked is normal.
		same := t.mode(i) == mode || mode == ModeNormal && t.mode(i) == ModeUnlocked
		if same || c.Point != "" && c.Point != d.Point {
			continue
		}
		t.setMode(i, record.ModeData{Mode: mode, By: c.By, Reason: a.Reason, Request: c.ID})
	}
	return ""
}

// orderForgive lets a person badge once without being judged by anti-passback. A visit of theirs is over with it: they are
// where they will be seen next.
func (t *turn) orderForgive(c record.Command, a arguments) string {
	if a.Person == "" {
		return "arguments: person: is missing"
	}
	for _, v := range t.s.visits(a.Person) {
		t.end(v, "", HowForgiven)
	}
	source := c.Point
	if source == "" {
		source = "access"
	}
	t.s = t.s.forgiving(a.Person, true)
	t.write(record.PassbackForgiven, source, record.AccessData{Person: a.Person, By: c.By, Request: c.ID})
	return ""
}

// orderClose ends visits: one, or all of a person.
func (t *turn) orderClose(_ record.Command, a arguments) string {
	if (a.Visit == "") == (a.Person == "") {
		return "arguments: expected visit or person"
	}
	closed := false
	for _, v := range t.s.Inside {
		if v.ID == a.Visit || v.Person == a.Person {
			t.end(v, "", HowCommand)
			closed = true
		}
	}
	if !closed {
		return fmt.Sprintf("nobody is inside by visit %q or person %q", a.Visit, a.Person)
	}
	return ""
}

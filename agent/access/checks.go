package access

import (
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// request is a known card at a reader.
type request struct {
	card   *card
	reader Reader
	i      int // of the door
	door   *door
	// remarks are what was found and does not deny.
	remarks []string
}

func (r *request) remark(word string) {
	if !slices.Contains(r.remarks, word) {
		r.remarks = append(r.remarks, word)
	}
}

// checks are asked in this order; each returns the reason to deny, or "". On the way out all but those that hold always
// only make a remark: a rule about who may be in a room is no reason to keep anybody there.
var checks = [...]struct {
	broken func(*turn, *request) string
	always bool
}{
	{broken: pausing},
	{broken: blocked},
	{broken: validity},
	{broken: lockedDown},
	{broken: permission},
	{broken: firstCard},
	{broken: passback},
	{broken: interlocked, always: true},
}

// judge returns why a request is denied before anything is asked for, or "".
func (t *turn) judge(r *request) string {
	for _, check := range checks {
		reason := check.broken(t, r)
		switch {
		case reason == "":
		case check.always || r.reader.Direction == In:
			return reason
		default:
			r.remark(reason)
		}
	}
	return ""
}

func pausing(t *turn, r *request) string {
	if t.paused(r.card.Person, "") || t.paused("", r.reader.Point) {
		return TooManyAttempts
	}
	return ""
}

func blocked(_ *turn, r *request) string {
	if r.card.Blocked {
		return Blocked
	}
	return ""
}

// validity judges the card's dates. A clock that is not believed may be late, but hardly ever early: boards that have
// lost the time begin in the past. So an expiry that even such a clock has passed counts.
func validity(t *turn, r *request) string {
	c, now := r.card, dateOf(t.at.Wall).at(timeOf(t.at.Wall))
	switch {
	case c.To != (Date{}) && !now.Before(c.ends()):
		return Expired
	case c.From == (Date{}) && c.To == (Date{}):
		return ""
	case t.at.Clock != record.Synced:
		return t.unjudged(r)
	case c.From != (Date{}) && now.Before(c.begins()):
		return NotYetValid
	}
	return ""
}

// unjudged is what becomes of a rule that cannot be judged without the time.
func (t *turn) unjudged(r *request) string {
	if t.denyUnjudged {
		return ClockUnknown
	}
	r.remark(ClockUnknown)
	return ""
}

func lockedDown(t *turn, r *request) string {
	if t.mode(r.i) == ModeLockdown && !r.card.Emergency {
		return Lockdown
	}
	return ""
}

// permission judges whether the card opens the door, and opens it now.
func permission(t *turn, r *request) string {
	reason := NotThisDoor
	for _, doors := range r.card.permissions {
		for _, s := range doors[r.door.Point] {
			switch {
			case s == nil:
				return ""
			case t.at.Clock != record.Synced:
				reason = ClockUnknown
			default:
				why := s.judge(t.holidays, t.at.Wall)
				if why == "" {
					return ""
				}
				if reason != Holiday {
					reason = why
				}
			}
		}
	}
	if reason == ClockUnknown {
		return t.unjudged(r)
	}
	return reason
}

// firstCard judges whether somebody who may be first has been let in today.
func firstCard(t *turn, r *request) string {
	if !r.door.FirstCard || r.card.First {
		return ""
	}
	if t.at.Clock != record.Synced {
		return t.unjudged(r)
	}
	first, known := t.s.First[r.door.Point]
	if !known || dateOf(first.In(t.at.Wall.Location())) != dateOf(t.at.Wall) {
		return FirstCardMissing
	}
	return ""
}

func passback(t *turn, r *request) string {
	a := t.areas[r.door.Area]
	if a == nil || a.AntiPassback == "" || t.s.forgiven(r.card.Person) {
		return ""
	}
	_, inside := t.s.visit(r.card.Person, a.Area)
	broken := inside
	switch {
	case r.reader.Direction == Out:
		broken = !inside && a.AntiPassback != timed
	case a.AntiPassback == timed:
		broken = t.again(r.card.Person, a)
	}
	if !broken {
		return ""
	}
	if a.AntiPassback == soft {
		r.remark(AntiPassback)
		return ""
	}
	return AntiPassback
}

func interlocked(t *turn, r *request) string {
	if t.excluded(r.i) {
		return Interlock
	}
	return ""
}

// needsPIN reports whether a PIN is asked for. Hours in which it is not do not count while the time is not known.
func (t *turn) needsPIN(d *door) bool {
	if !d.PIN || d.pinExcept == nil {
		return d.PIN
	}
	_, except := d.pinExcept.since(t.holidays, t.at.Wall)
	return !except || t.at.Clock != record.Synced
}

// needsPurpose reports whether the holder of a card must say what they come for.
func needsPurpose(d *door, c *card) bool {
	return d.Purpose == everyone || d.Purpose == visitors && c.Visitor
}

// open reports whether a number is that of a work order that may be worked on behind a door.
func (t *turn) open(number string, d *door) bool {
	o := t.orders[number]
	if o == nil || len(o.Doors) > 0 && !slices.Contains(o.Doors, d.Point) {
		return false
	}
	today := dateOf(t.at.Wall)
	if o.To != (Date{}) && today.after(o.To) {
		return false
	}
	return o.From == (Date{}) || !o.From.after(today) || t.at.Clock != record.Synced
}

// unlockTime is for how long a grant to somebody opens a door.
func unlockTime(d *door, c *card) time.Duration {
	if c.Accessible {
		return time.Duration(d.Accessible)
	}
	return time.Duration(d.Unlock)
}

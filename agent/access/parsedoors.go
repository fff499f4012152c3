package access

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// maxUnlock is the longest that a strike is opened by one grant. A door that is to be open for longer has a schedule, or
// is released.
const maxUnlock = 10 * time.Minute

// doorRules are the rules of every door of the site, in its order.
func (c *compiler) doorRules() []*door {
	doors := make([]*door, len(c.site.Doors))
	for i, fitted := range c.site.Doors {
		doors[i] = &door{Door: fitted}
		for j, r := range c.site.Readers {
			if r.Door == fitted.Point {
				doors[i].readers = append(doors[i].readers, j)
			}
		}
	}
	paths := make([]string, len(doors))
	for j, rules := range c.Doors {
		path := fmt.Sprintf("doors[%d]", j)
		i := c.door(path+".door", rules.Door)
		if i < 0 {
			continue
		}
		if paths[i] != "" {
			c.Add(path+".door", "%q: is there twice", rules.Door)
		}
		doors[i].DoorRules, paths[i] = rules, path
	}
	for i, d := range doors {
		c.times(paths[i], &d.DoorRules)
		c.ways(paths[i], d)
	}
	return doors
}

// times sets the lengths of time that are not given. The type says why they are what they are.
func (c *compiler) times(path string, r *DoorRules) {
	c.span(path+".unlock", &r.Unlock, 5*time.Second, maxUnlock)
	c.span(path+".accessible", &r.Accessible, max(15*time.Second, time.Duration(r.Unlock)), maxUnlock)
	c.span(path+".exit_unlock", &r.ExitUnlock, 5*time.Second, maxUnlock)
	c.span(path+".held_warning", &r.HeldWarning, 30*time.Second, day)
	c.span(path+".held_alarm", &r.HeldAlarm, max(60*time.Second, 2*time.Duration(r.HeldWarning)), 2*day)
	c.span(path+".bolt_time", &r.BoltTime, 10*time.Second, time.Hour)
	c.span(path+".answer_time", &r.AnswerTime, 20*time.Second, 5*time.Minute)
	if r.HeldAlarm <= r.HeldWarning {
		c.Add(path+".held_alarm", "%s: expected after the warning, %s", time.Duration(r.HeldAlarm), time.Duration(r.HeldWarning))
	}
	if r.Accessible < r.Unlock {
		c.Add(path+".accessible", "%s: expected at least unlock, %s", time.Duration(r.Accessible), time.Duration(r.Unlock))
	}
}

// ways checks how the door may be passed against what is fitted to it.
func (c *compiler) ways(path string, d *door) {
	d.Purpose = cmp.Or(d.Purpose, visitors)
	c.choice(path+".purpose", d.Purpose, visitors, everyone, nobody)
	d.pinExcept = c.schedule(path+".pin_except", d.PINExcept)
	d.unlock = c.schedule(path+".unlock_schedule", d.UnlockSchedule)
	if d.PINExcept != "" && !d.PIN {
		c.Add(path+".pin_except", "needs pin")
	}
	if d.UnlockAfterFirst && d.UnlockSchedule == "" {
		c.Add(path+".unlock_after_first", "needs unlock_schedule")
	}
	if d.UnlockSchedule != "" && !d.Strike {
		c.Add(path+".unlock_schedule", "the door has no strike")
	}
	for _, i := range d.readers {
		r := c.site.Readers[i]
		if r.Direction == In && !r.Keypad && (d.PIN || d.Purpose == everyone) {
			c.Add(path, "a PIN or a purpose is to be typed, and reader %s has no keypad", r.Point)
		}
	}
}

// interlocks tells every door which others exclude it.
func (c *compiler) interlocks(doors []*door) {
	for i, points := range c.Interlocks {
		path := fmt.Sprintf("interlocks[%d]", i)
		if len(points) < 2 {
			c.Add(path, "expected two doors or more")
		}
		var locked []int
		for j, point := range points {
			path := fmt.Sprintf("%s[%d]", path, j)
			switch here := c.door(path, point); {
			case here < 0:
			case doors[here].unlock != nil:
				c.Add(path, "%q: a door with an unlock_schedule cannot be interlocked", point)
			case slices.Contains(locked, here):
				c.Add(path, "%q: is there twice", point)
			default:
				locked = append(locked, here)
			}
		}
		for _, here := range locked {
			for _, there := range locked {
				if here != there {
					doors[here].excludes = append(doors[here].excludes, there)
				}
			}
		}
	}
}

// areaRules are the rules of every area of the site.
func (c *compiler) areaRules() map[string]*AreaRules {
	areas := map[string]*AreaRules{}
	for _, d := range c.site.Doors {
		if d.Area != "" {
			areas[d.Area] = &AreaRules{Area: d.Area}
		}
	}
	paths := map[string]string{}
	for i, rules := range c.Areas {
		path := fmt.Sprintf("areas[%d]", i)
		switch {
		case areas[rules.Area] == nil:
			c.Add(path+".area", "%q: the site has no such area", rules.Area)
		case paths[rules.Area] != "":
			c.Add(path+".area", "%q: is there twice", rules.Area)
		default:
			areas[rules.Area], paths[rules.Area] = &rules, path
		}
	}
	for _, name := range slices.Sorted(maps.Keys(areas)) {
		c.area(paths[name], areas[name], areas)
	}
	return areas
}

func (c *compiler) area(path string, a *AreaRules, areas map[string]*AreaRules) {
	c.choice(path+".anti_passback", a.AntiPassback, "", soft, hard, timed)
	c.span(path+".again_after", &a.AgainAfter, 10*time.Minute, maxAgain)
	c.span(path+".max_stay", &a.MaxStay, usualStay, 31*day)
	if a.AntiPassback == hard && !c.canLeave(a.Area) {
		c.Add(path+".anti_passback", "hard needs a reader on the way out: who has left could never enter again")
	}
	inner := []string{a.Area}
	for outer := a.Within; outer != ""; outer = areas[outer].Within {
		if areas[outer] == nil {
			c.Add(path+".within", "%q: the site has no such area", outer)
			return
		}
		if slices.Contains(inner, outer) {
			c.Add(path+".within", "%q: lies within itself", a.Area)
			return
		}
		inner = append(inner, outer)
	}
}

// Kinds of anti-passback.
const (
	soft  = "soft"
	hard  = "hard"
	timed = "timed"
)

// Who says what they come for.
const (
	visitors = "visitors"
	everyone = "everyone"
	nobody   = "nobody"
)

// canLeave reports whether leaving an area is seen.
func (c *compiler) canLeave(area string) bool {
	return slices.ContainsFunc(c.site.Readers, func(r Reader) bool {
		return r.Direction == Out && c.site.Doors[c.site.door(r.Door)].Area == area
	})
}

// around reports whether an area lies within another, at whatever depth, or is it.
func (p *Policy) around(inner, outer string) bool {
	for ; inner != ""; inner = p.outer(inner) {
		if inner == outer {
			return true
		}
	}
	return false
}

// outer is the area that one lies in; of an area that is not known any more, none.
func (p *Policy) outer(area string) string {
	if a := p.areas[area]; a != nil {
		return a.Within
	}
	return ""
}

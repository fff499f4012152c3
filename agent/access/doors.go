package access

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// mode is that of a door.
func (t *turn) mode(i int) string {
	if mode, ok := t.s.Modes[t.doors[i].Point]; ok {
		return mode
	}
	return ModeNormal
}

// free reports whether a door's mode lets everybody through.
func (t *turn) free(i int) bool {
	mode := t.mode(i)
	return mode == ModeUnlocked || mode == ModeReleased
}

// setMode changes a door's mode and says so.
func (t *turn) setMode(i int, data record.ModeData) {
	modes := maps.Clone(t.s.Modes)
	if modes == nil {
		modes = map[string]string{}
	}
	modes[t.doors[i].Point] = data.Mode
	if data.Mode == ModeNormal {
		delete(modes, t.doors[i].Point)
	}
	was, d := t.free(i), &t.s.doors[i]
	t.s.Modes = modes
	switch {
	case t.free(i):
		d.forced = false
	case was:
		d.opened = t.at.Mono // to be closed from now on
	}
	if data.Mode == ModeLockdown {
		d.unlocked = never
	}
	t.write(record.ModeChanged, t.doors[i].Point, data)
}

// settleMode lets a door follow its unlock schedule, unless a command says otherwise.
func (t *turn) settleMode(i int) {
	mode := t.mode(i)
	if mode == ModeReleased || mode == ModeLockdown {
		return
	}
	switch scheduled := t.scheduled(i); {
	case scheduled && mode != ModeUnlocked:
		t.setMode(i, record.ModeData{Mode: ModeUnlocked, Reason: "schedule " + t.doors[i].UnlockSchedule})
	case !scheduled && mode == ModeUnlocked:
		t.setMode(i, record.ModeData{Mode: ModeNormal, Reason: "schedule"})
	}
}

// scheduled reports whether a door is to be free by its schedule now. Hours that cannot be judged free no door.
func (t *turn) scheduled(i int) bool {
	d := t.doors[i]
	if d.unlock == nil || t.at.Clock != record.Synced {
		return false
	}
	began, ok := d.unlock.since(t.holidays, t.at.Wall)
	if !ok || !d.UnlockAfterFirst {
		return ok
	}
	first, known := t.s.First[d.Point]
	return known && !first.Before(began)
}

// withdrawModes ends the modes of doors that there are no more.
func (t *turn) withdrawModes() {
	for _, point := range slices.Sorted(maps.Keys(t.s.Modes)) {
		if t.site.door(point) < 0 {
			t.s.Modes = maps.Clone(t.s.Modes)
			delete(t.s.Modes, point)
			t.write(record.ModeChanged, point, record.ModeData{Mode: ModeNormal, Reason: "the site has no such door"})
		}
	}
}

// admit opens the strike for a grant. Who goes through is registered when the door opens, or at once where nobody could see that.
func (t *turn) admit(i int, p pass, unlock time.Duration) {
	d := &t.s.doors[i]
	p.until = t.at.Mono + unlock
	if t.doors[i].Strike {
		d.unlocked = max(d.unlocked, p.until)
	}
	if d.open != no {
		t.register(i, p)
		p.done = true
	}
	if t.doors[i].Contact {
		// Who shows the card again before the door opens goes through once.
		d.passes = append(slices.DeleteFunc(d.passes, p.again), p)
	}
}

// again reports whether a grant is one that was given before, to the same people.
func (p pass) again(before pass) bool {
	return p.in == before.in && len(p.people) > 0 && slices.EqualFunc(p.people, before.people, func(a, b person) bool { return a.id == b.id })
}

// lapsePasses ends the grants of a door whose time has passed.
func (t *turn) lapsePasses(i int) {
	d := &t.s.doors[i]
	over := func(p pass) bool { return t.at.Mono >= p.until+grace }
	for _, p := range d.passes {
		if over(p) && !p.done {
			t.write(record.AccessUnused, t.doors[i].Point, p.data)
		}
	}
	d.passes = slices.DeleteFunc(d.passes, over)
}

// doorMoved takes what a door's contact says.
func (t *turn) doorMoved(i int, open, initial bool) {
	d := &t.s.doors[i]
	was := d.open
	if was == knownAs(open) {
		return
	}
	d.open = knownAs(open)
	if !open {
		d.forced = false
		return
	}
	d.opened, d.unlocked = t.at.Mono, never
	seen := was == no && !initial
	d.forced = seen && len(d.passes) == 0 && t.doors[i].guarded() && !t.free(i)
	t.through(i)
}

// through registers those who were let through a door.
func (t *turn) through(i int) {
	passes := t.s.doors[i].passes
	t.s.doors[i].passes = nil
	for _, p := range passes {
		if !p.done {
			t.register(i, p)
		}
	}
}

// doorUnreadable takes that a door's contact cannot be read. Whoever was let through just now may have gone.
func (t *turn) doorUnreadable(i int) {
	t.through(i)
	t.s.doors[i].open = unknown
}

// exitRequested lets somebody out, who is not known.
func (t *turn) exitRequested(i int) {
	d, rules := &t.s.doors[i], t.doors[i]
	if d.open == yes {
		return
	}
	data := record.AccessData{Direction: Out, Method: MethodExit}
	if t.excluded(i) {
		data.Reason = Interlock
		t.write(record.AccessDenied, rules.Point, data)
		return
	}
	unlock := time.Duration(rules.ExitUnlock)
	// A sensor that sees somebody stand there asks again and again: the first request and its end are enough to read.
	if j := slices.IndexFunc(d.passes, func(p pass) bool { return p.exit }); j >= 0 {
		d.passes[j].until = t.at.Mono + unlock
		if rules.Strike {
			d.unlocked = max(d.unlocked, t.at.Mono+unlock)
		}
		return
	}
	if rules.Strike {
		data.Unlocked = unlock.Seconds()
	}
	t.write(record.AccessGranted, rules.Point, data)
	t.admit(i, pass{exit: true, data: data}, unlock)
}

// excluded reports whether a door may not be opened because another one of its interlock is open, or about to be.
func (t *turn) excluded(i int) bool {
	return slices.ContainsFunc(t.doors[i].excludes, func(j int) bool {
		d := t.s.doors[j]
		return d.open == yes || len(d.passes) > 0 || t.unlocked(j)
	})
}

// unlocked reports whether a door's strike is to be open.
func (t *turn) unlocked(i int) bool {
	return t.doors[i].Strike && (t.free(i) || t.at.Mono < t.s.doors[i].unlocked)
}

func (t *turn) settleStrike(i int) {
	d := &t.s.doors[i]
	if open := t.unlocked(i); open != d.strike {
		d.strike = open
		t.fx.Strikes = append(t.fx.Strikes, Strike{t.doors[i].Point, open})
	}
	// The bolt is to be out while the door is closed, as far as anybody knows, and locked.
	loose := d.thrown == no && d.open != yes && !d.strike && !t.free(i)
	switch {
	case !loose:
		d.loose = never
	case d.loose == never:
		d.loose = t.at.Mono
	}
}

// doorConditions are those of doors, in the order of doorNow.told, and what the readers tell of each.
var doorConditions = [...]struct {
	rule, reason string
	tone         Tone
}{
	{Forced, "opened without a grant", Alarm},
	{Held, "open for longer than it takes to go through", Warning},
	{HeldLong, "not closed after the warning", Alarm},
	{NotLocked, "the bolt is not out although the door is closed", Quiet},
}

// settleConditions says which conditions of a door are different. At first it says also which are not, once it knows, as
// nobody else may have known that they ended while the program was not running.
func (t *turn) settleConditions(i int) {
	d, tone := &t.s.doors[i], Quiet
	sure := [...]bool{d.open == no, d.open == no, d.open == no, d.thrown == yes}
	for c, now := range t.conditions(i) {
		condition := doorConditions[c]
		if now && tone != Alarm {
			tone = condition.tone
		}
		if told := knownAs(now); told != d.told[c] && (d.told[c] != unknown || now || sure[c]) {
			d.told[c] = told
			t.condition(t.doors[i].Point, condition.rule, condition.reason, now)
		}
	}
	if tone != cmp.Or(d.tone, Quiet) {
		for _, r := range t.doors[i].readers {
			t.signal(r, tone)
		}
	}
	d.tone = tone
}

// conditions are those of a door, in the order of doorConditions.
func (t *turn) conditions(i int) [4]bool {
	d, rules := &t.s.doors[i], t.doors[i]
	held := d.open == yes && !t.free(i)
	return [...]bool{
		d.forced,
		held && t.at.Mono >= d.opened+time.Duration(rules.HeldWarning),
		held && t.at.Mono >= d.opened+time.Duration(rules.HeldAlarm),
		d.loose != never && t.at.Mono >= d.loose+time.Duration(rules.BoltTime),
	}
}

// dueDoor lists when something of a door will be over.
func (t *turn) dueDoor(i int) []time.Duration {
	d, rules := &t.s.doors[i], t.doors[i]
	var due []time.Duration
	if d.strike && !t.free(i) {
		due = append(due, d.unlocked)
	}
	for _, p := range d.passes {
		due = append(due, p.until+grace)
	}
	if d.open == yes && !t.free(i) {
		if d.told[1] != yes {
			due = append(due, d.opened+time.Duration(rules.HeldWarning))
		} else if d.told[2] != yes {
			due = append(due, d.opened+time.Duration(rules.HeldAlarm))
		}
	}
	if d.loose != never && d.told[3] != yes {
		due = append(due, d.loose+time.Duration(rules.BoltTime))
	}
	return due
}

package alarm

import (
	"fmt"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// point is what is known of a point since the program started.
type point struct {
	value   float64
	unit    string
	read    bool           // there has been a reading
	quality record.Quality // of now
	reason  string
	heard   time.Duration // Mono of the latest reading, or since when one is awaited
}

// says is what the latest observation says about a rule.
type says uint8

const (
	nothing says = iota // it cannot tell, or lies within the hysteresis
	raises
	clears
)

// verdict is what an observation says, and what the record of it will say.
type verdict struct {
	says
	value, limit float64
	unit, reason string
}

// watch is how far a rule has come with deciding.
type watch struct {
	verdict
	// since is from when on the verdict has been saying so without a break.
	since time.Duration
	// raised are the latest moments at which the rule raised an alarm.
	raised []time.Duration
	// held is whether the open alarm came and went too often and stays for that; gone whether its reason is gone now.
	held, gone bool
	// trend is the latest of a rate, departure what a habit makes of the latest reading.
	trend     trend
	departure verdict
}

// measure lets a reading change what a rule remembers of earlier ones.
func (t *turn) measure(rule Rule, e Reading) {
	w := t.s.watches[rule.identity()]
	switch rule.kind() {
	case KindRate:
		w.trend = w.trend.with(t.at.Mono, e.Value, rule.window())
	case KindDrift:
		t.live(rule, e, &w)
	}
	t.s.watches[rule.identity()] = w
}

// judge is what is known now says about a rule.
func (t *turn) judge(rule Rule, w watch) verdict {
	p, known := t.s.points[rule.Point]
	if !known {
		p.heard = t.at.Mono
		t.s.points[rule.Point] = p
	}
	switch kind := rule.kind(); {
	case kind == KindCondition:
		return judgeCondition(t.s.conditions, rule)
	case kind == KindQuality:
		return judgeQuality(rule, p, t.at.Mono)
	case !p.read || p.quality != record.Good:
		return verdict{}
	case kind == KindDrift:
		return w.departure
	case kind == KindRate:
		slope, enough := w.trend.slope()
		if !enough {
			return verdict{}
		}
		return judgeValue(rule, slope, p.unit+"/h")
	}
	return judgeValue(rule, p.value, p.unit)
}

func judgeCondition(conditions map[identity]Condition, rule Rule) verdict {
	c, told := conditions[rule.identity()]
	switch {
	case !told:
		return verdict{}
	case c.Active:
		return verdict{says: raises, reason: c.Reason}
	}
	return verdict{says: clears, reason: c.Reason}
}

func judgeQuality(rule Rule, p point, now time.Duration) verdict {
	bad := p.quality == record.Stale || p.quality == record.Faulty
	switch {
	case rule.Silent == 0 && bad:
		return verdict{says: raises, reason: p.reason}
	case rule.Silent > 0 && now-p.heard >= rule.Silent:
		reason := fmt.Sprintf("no good reading for %s", rule.Silent)
		if bad && p.reason != "" {
			reason += ": " + p.reason
		}
		return verdict{says: raises, reason: reason}
	case p.read && p.quality == record.Good:
		return verdict{says: clears}
	}
	return verdict{}
}

func judgeValue(rule Rule, value float64, unit string) verdict {
	v := verdict{value: value, limit: rule.Limit, unit: unit}
	if rule.kind() == KindRate && rule.Side == Below {
		v.limit = -rule.Limit
	}
	switch beyond := rule.beyond(value); {
	case beyond > 0:
		v.says = raises
	case beyond <= -rule.Hysteresis:
		v.says = clears
	}
	return v
}

// decide lets a rule raise or clear its alarm.
func (t *turn) decide(rule Rule) {
	w := t.s.watches[rule.identity()]
	v := t.judge(rule, w)
	if v.says != w.says {
		w.since = t.at.Mono
	}
	w.verdict = v
	a, open := Alarm{}, t.s.find(rule.Point, rule.Name)
	if open >= 0 {
		a = t.s.Open[open]
	}
	lasted := func(d time.Duration) bool { return t.at.Mono-w.since >= d }
	level := t.level(rule)
	by := t.s.inhibitor(rule.Point)
	switch on := rule.Schedule.On(t.at); {
	case open >= 0 && (by != "" || !on):
		t.inhibit(a, by)
		w.raised, w.held, w.gone = nil, false, false
	case by != "" || !on:
	case open < 0 && w.says == raises && lasted(rule.RaiseAfter):
		w = t.raise(rule, level, w)
	case open >= 0 && w.says == raises && level.graver(Level(a.Level)):
		a.Reason = fmt.Sprintf("it is %s now", level)
		t.clear(a)
		w = t.raise(rule, level, w)
	case open >= 0 && w.says == raises && w.gone && lasted(rule.RaiseAfter):
		w.gone = false
		t.repeat(a, w)
	case open >= 0 && w.says == clears && lasted(rule.ClearAfter):
		if w.held && !lasted(rule.flapping().Quiet) {
			w.gone = true
			break
		}
		t.clear(w.tell(a))
		w.held, w.gone = false, false
	}
	t.s.watches[rule.identity()] = w
}

// level is that of a rule, or of the condition when no rule says.
func (t *turn) level(rule Rule) Level {
	if _, found := t.rules.find(rule.identity()); !found {
		return t.s.conditions[rule.identity()].Level
	}
	return rule.Level
}

// due1 is when a rule wants to be asked again.
func due1(rule Rule, s State, at record.Moment) (time.Duration, bool) {
	w, open := s.watches[rule.identity()], s.find(rule.Point, rule.Name) >= 0
	p, known := s.points[rule.Point]
	switch {
	case w.says == raises && (!open || w.gone):
		return w.since + rule.RaiseAfter, true
	case w.says == clears && open && w.held && w.gone:
		return w.since + max(rule.ClearAfter, rule.flapping().Quiet), true
	case w.says == clears && open:
		return w.since + rule.ClearAfter, true
	case rule.kind() == KindQuality && rule.Silent > 0 && w.says != raises && known:
		return p.heard + rule.Silent, true
	}
	return 0, false
}

func (t *turn) raise(rule Rule, level Level, w watch) watch {
	flapping := rule.flapping()
	recent := slices.DeleteFunc(slices.Clone(w.raised), func(at time.Duration) bool { return t.at.Mono-at > flapping.Within })
	recent = append(recent, t.at.Mono)
	w.held, w.gone = len(recent) >= flapping.Raises, false
	w.raised = recent[max(0, len(recent)-flapping.Raises):]
	a := Alarm{rule.Point, record.AlarmData{Serial: t.s.Last + 1, Rule: rule.Name, Level: string(level)}}
	if kind := rule.kind(); kind != KindLimit {
		a.Kind = string(kind)
	}
	a = w.tell(a)
	t.s = t.s.with(a)
	t.write(record.AlarmRaised, a.Point, a.AlarmData)
	return w
}

// tell is an alarm with what decided last.
func (w watch) tell(a Alarm) Alarm {
	a.Value, a.Limit, a.Unit, a.Reason = w.value, w.limit, w.unit, w.reason
	return a
}

// repeat counts an alarm that came again while it was held. Its record is written for 2, 5, 10, 20, 50 … times.
func (t *turn) repeat(a Alarm, w watch) {
	a.Times = max(a.Times, 1) + 1
	step := uint64(1)
	for a.Times/step >= 10 {
		step *= 10
	}
	told := a.Times%step == 0 && slices.Contains([]uint64{1, 2, 5}, a.Times/step)
	if told {
		a = w.tell(a)
		t.write(record.AlarmRepeated, a.Point, a.AlarmData)
	}
	t.s = t.s.with(a)
}

func (t *turn) inhibit(a Alarm, by string) {
	a.Inhibited, a.Reason = by, "maintenance"
	if by == "" {
		a.Reason = "outside the hours of the rule"
	}
	t.clear(a)
}

func (t *turn) clear(a Alarm) {
	t.s = t.s.without(a.Serial)
	t.write(record.AlarmCleared, a.Point, a.AlarmData)
}

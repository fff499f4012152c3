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
	// times is how often the open alarm came, when it was held.
	times uint64
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
		t.live(e, &w)
	}
	t.s.watches[rule.identity()] = w
}

// live lets the habit of a drift rule's point take a reading in. While the wall clock is not believed it rests: there is no
// telling which hour it is.
func (t *turn) live(e Reading, w *watch) {
	w.departure = verdict{}
	if t.at.Clock != record.Synced {
		return
	}
	h := Habit{}
	if before := t.s.Habits[e.Point]; before != nil {
		h = *before
	}
	h = h.Step(t.at.Wall, e.Value)
	t.s.Habits[e.Point] = &h
	if h.Episode != nil {
		w.departure = verdict{raises, h.Episode.Value, h.Episode.Edge, e.Unit, h.Episode.Reason}
		return
	}
	w.departure = verdict{clears, e.Value, h.Usual.at(h.Hour.Week), e.Unit, ""}
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
		if !w.trend.enough {
			return verdict{}
		}
		return judgeValue(rule, w.trend.perHour, p.unit+"/h")
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
	a, open := t.open(rule)
	w := t.observe(rule, a)
	level, by := t.level(rule), t.s.inhibitor(rule.Point)
	on, lasted := rule.Schedule.On(t.at), t.at.Mono-w.since
	switch {
	case open && by != "":
		w = t.inhibit(a, w, by, "maintenance")
	case open && !on:
		w = t.inhibit(a, w, "", "outside the hours of the rule")
	case by != "" || !on:
	case !open && w.says == raises && lasted >= rule.RaiseAfter:
		w = t.raise(rule, level, w)
	case open && w.says == raises && level.graver(Level(a.Level)):
		a.Reason = "now " + string(level)
		t.clear(a)
		w = t.raise(rule, level, w)
	case open && w.says == raises && w.gone && lasted >= rule.RaiseAfter:
		w = t.repeat(a, w)
	case open && w.says == clears && lasted >= rule.ClearAfter && w.held && lasted < rule.flapping().Quiet:
		w.gone = true
	case open && w.says == clears && lasted >= rule.ClearAfter:
		a.Times = w.times
		t.clear(w.tell(a))
	}
	t.s.watches[rule.identity()] = w
}

// open is a rule's open alarm, if it has one.
func (t *turn) open(rule Rule) (Alarm, bool) {
	i := t.s.find(rule.Point, rule.Name)
	if i < 0 {
		return Alarm{}, false
	}
	return t.s.Open[i], true
}

// observe is a rule's watch with what is known now. What its open alarm a says of repetitions holds after a restart too.
func (t *turn) observe(rule Rule, a Alarm) watch {
	w := t.s.watches[rule.identity()]
	v := t.judge(rule, w)
	if v.says != w.says {
		w.since = t.at.Mono
	}
	w.verdict, w.times = v, max(w.times, a.Times)
	w.held = w.held || a.Times > 0
	return w
}

// level is that of a rule, or of the condition when no rule says.
func (t *turn) level(rule Rule) Level {
	if _, found := t.rules.find(rule.identity()); !found {
		return t.s.conditions[rule.identity()].Level
	}
	return rule.Level
}

// wants is when a rule wants to be asked again.
func (s State) wants(rule Rule) (time.Duration, bool) {
	w, open := s.watches[rule.identity()], s.find(rule.Point, rule.Name) >= 0
	p, known := s.points[rule.Point]
	switch {
	case w.says == raises && (!open || w.gone):
		return w.since + rule.RaiseAfter, true
	case w.says == clears && open && w.gone:
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
	w.raised = recent[max(0, len(recent)-flapping.Raises):]
	w.times, w.held, w.gone = 0, len(recent) >= flapping.Raises, false
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
func (t *turn) repeat(a Alarm, w watch) watch {
	w.gone, w.times = false, max(w.times, 1)+1
	step := uint64(1)
	for w.times/step >= 10 {
		step *= 10
	}
	if w.times%step == 0 && slices.Contains([]uint64{1, 2, 5}, w.times/step) {
		a.Times = w.times
		a = w.tell(a)
		t.s = t.s.with(a)
		t.write(record.AlarmRepeated, a.Point, a.AlarmData)
	}
	return w
}

// inhibit ends an alarm though its reason may still be there.
func (t *turn) inhibit(a Alarm, w watch, by, reason string) watch {
	a.Inhibited, a.Reason, a.Times = by, reason, w.times
	t.clear(a)
	w.raised = nil
	return w
}

func (t *turn) clear(a Alarm) {
	t.s = t.s.without(a.Serial)
	t.write(record.AlarmCleared, a.Point, a.AlarmData)
}

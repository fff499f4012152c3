package main

import (
	"maps"
	"slices"
	"strings"
	"time"

	"periph.io/x/conn/v3/physic"

	"stationkeeper/agent/access"
	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
	"stationkeeper/sensors/badge"
	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/contact"
)

// lock opens and locks a door. Set returns at once; what it cannot do it reports by itself.
type lock interface{ Set(open bool) }

// teller tells the person at a reader. Play returns at once.
type teller interface{ Play(tone access.Tone) }

// keeper keeps the machine room: it is the one place where what sensors saw becomes decisions, records, alarms and
// states. It has one owner, the loop, and never waits: locks are set at once, and everything that is to be written down
// or published is a note for the scribe.
type keeper struct {
	moment func() record.Moment
	scribe interface{ put(note) }
	policy *access.Policy // nil: badges are written down and open nothing
	rules  *alarm.Rules
	doors  map[string]string // by each door's point, its area
	locks  map[string]lock   // by door
	open   map[string]bool   // which strikes are, of doors with a lock
	tells  map[string]teller // by reader

	memory  memory
	states  map[string]record.State
	fresh   map[string]freshness // of measured points
	config  record.Reported
	desired record.Desired                 // in force at the start
	misfit  *misfit                        // what was in force before and cannot be
	opened  func(afterBadge time.Duration) // told how long a strike took from what was seen

	// What has happened since the latest note.
	now     record.Moment
	seen    time.Time // when what is being handled was seen
	pending note
	changed bool // the memory has
}

// freshness is when a measured point was last good, and after how long without it is stale.
type freshness struct {
	last, within time.Duration
}

// handle lets one thing happen and hands over what is to be written down of it.
func (k *keeper) handle(do func(*keeper)) {
	k.now, k.seen = k.moment(), time.Now()
	k.pending.at = k.seen
	do(k)
	k.flush()
}

func (k *keeper) flush() {
	if k.changed {
		snapshot := k.memory.clone()
		k.pending.memory = &snapshot
	}
	n := k.pending
	k.pending, k.changed = note{}, false
	if len(n.events)+len(n.readings)+len(n.states)+len(n.answers)+len(n.habits) > 0 || n.reported != nil || n.memory != nil {
		k.scribe.put(n)
	}
}

// record has events written down.
func (k *keeper) record(entries ...record.Entry) {
	k.pending.events = append(k.pending.events, entries...)
}

// show publishes a point's state when what goes before it is written down.
func (k *keeper) show(point string, s record.State) {
	k.states[point] = s
	k.pending.states = append(k.pending.states, shown{point, s})
}

// showNew is show, unless the value is shown already, or the point is faulty.
func (k *keeper) showNew(point string, value any, unit string) {
	s, ok := k.states[point]
	if _, faulty := k.memory.Faults[point]; faulty || ok && s.Value == value && s.Quality == record.Good {
		return
	}
	k.show(point, record.State{Value: value, Unit: unit, Time: k.now.Wall, Quality: record.Good})
}

// begin says what is known before anything has been seen: points are unknown, locks are as the rules want them, and
// alarms whose rule is gone are over.
func (k *keeper) begin(points []string, started record.Entry) {
	k.record(started)
	for _, name := range points {
		k.show(name, record.State{Time: k.now.Wall, Quality: record.Unknown, Reason: "not read yet"})
	}
	k.applied(k.desired)
	if k.misfit != nil {
		k.refuseConfig(k.misfit.desired, k.misfit.err)
	}
	k.reportConfig()
	k.resume()
}

// resume puts rules into force, at the start and when they are new.
func (k *keeper) resume() {
	alarms, entries := k.rules.Begin(k.memory.Alarms, k.now)
	k.setAlarms(alarms, entries)
	if k.policy != nil {
		s, effects := k.policy.Begin(k.memory.Access, k.now)
		k.carryOut(s, effects)
	}
}

// tick lets time pass for the rules.
func (k *keeper) tick() {
	k.judge(alarm.Tick{})
	if k.policy != nil {
		k.step(access.Tick{})
	}
	for _, point := range slices.Sorted(maps.Keys(k.fresh)) {
		if f := k.fresh[point]; k.now.Mono-f.last >= f.within && k.states[point].Quality == record.Good {
			k.staled(point, f)
		}
	}
}

// due is when tick is wanted next, as time since boot.
func (k *keeper) due() (time.Duration, bool) {
	now := k.moment()
	next, wanted := k.rules.Due(k.memory.Alarms, now)
	take := func(at time.Duration, ok bool) {
		if ok && (!wanted || at < next) {
			next, wanted = at, true
		}
	}
	if k.policy != nil {
		take(k.policy.Due(k.memory.Access, now))
	}
	for point, f := range k.fresh {
		if k.states[point].Quality == record.Good {
			take(f.last+f.within, true)
		}
	}
	return next, wanted
}

// step lets the access rules judge an event.
func (k *keeper) step(e access.Event) {
	s, effects := k.policy.Step(k.memory.Access, e, k.now)
	k.carryOut(s, effects)
}

// carryOut does what the access rules want: locks first.
func (k *keeper) carryOut(s access.State, effects access.Effects) {
	for _, strike := range effects.Strikes {
		if l, ok := k.locks[strike.Door]; ok {
			l.Set(strike.Open)
			if strike.Open {
				k.opened(time.Since(k.seen))
			}
		}
		k.open[strike.Door] = strike.Open
	}
	for _, signal := range effects.Signals {
		if t, ok := k.tells[signal.Reader]; ok {
			t.Play(signal.Tone)
		}
	}
	if len(effects.Entries) > 0 {
		k.changed = true
	}
	k.memory.Access = s
	k.record(effects.Entries...)
	for _, c := range effects.Conditions {
		k.judge(alarm.Condition{Point: c.Point, Rule: c.Rule, Level: alarm.Level(c.Level), Reason: c.Reason, Active: c.Active})
	}
	k.showAccess()
}

// showAccess shows each door's lock and how many are inside each area.
func (k *keeper) showAccess() {
	inside := map[string]int{}
	for _, v := range k.memory.Access.Inside {
		inside[v.Area]++
	}
	for door, area := range k.doors {
		if _, has := k.locks[door]; has {
			k.showNew(lockOf(door), k.lockWord(door), "")
		}
		if area != "" {
			k.showNew(area+"/inside", float64(inside[area]), "")
		}
	}
}

// lockOf is the point of a door's lock.
func lockOf(door string) string { return door + "/lock" }

// lockWord is the door's mode, when it has another than the usual, else what its strike does.
func (k *keeper) lockWord(door string) string {
	if mode := k.memory.Access.Modes[door]; mode != "" && mode != access.ModeNormal {
		return mode
	}
	if k.open[door] {
		return "unlocked"
	}
	return "locked"
}

// judge lets the alarm rules judge an event.
func (k *keeper) judge(e alarm.Event) {
	alarms, entries := k.rules.Step(k.memory.Alarms, e, k.now)
	k.setAlarms(alarms, entries)
}

func (k *keeper) setAlarms(s alarm.State, entries []record.Entry) {
	k.memory.Alarms = s
	k.changed = k.changed || len(entries) > 0
	k.record(entries...)
}

// door takes a change of a door's contact, or that it cannot be read.
func (k *keeper) door(point string, s contact.Sighting) {
	if s.Fault != nil {
		k.failed(point, s.Fault.Error(), s.At)
		k.admit(access.DoorUnreadable{Door: point})
		return
	}
	typ, value := record.DoorClosed, "closed"
	if s.Active {
		typ, value = record.DoorOpened, "open"
	}
	k.recovered(point, s.At)
	k.record(record.NewEntry(typ, point, s.At, record.DoorData{Initial: s.Initial}))
	k.show(point, record.State{Value: value, Time: s.At, Quality: record.Good})
	k.admit(access.DoorMoved{Door: point, Open: s.Active, Initial: s.Initial})
}

// admit lets the access rules judge an event, if there are any.
func (k *keeper) admit(e access.Event) {
	if k.policy != nil {
		k.step(e)
	}
}

// input takes a change of any other contact.
type input struct {
	point, kind string
	level       alarm.Level // of the alarm while it is not at rest; empty for none
	door        string      // of a bolt or an exit button
}

// input takes a change of a contact that is not a door's.
func (k *keeper) input(in input, s contact.Sighting) {
	if s.Fault != nil {
		k.failed(in.point, s.Fault.Error(), s.At)
		return
	}
	k.recovered(in.point, s.At)
	typ, value := record.InputRested, "rest"
	if s.Active {
		typ, value = record.InputActivated, "active"
	}
	if in.kind != kindExit || s.Active { // that a button is let go of tells nobody anything
		k.record(record.NewEntry(typ, in.point, s.At, record.InputData{Kind: in.kind, Initial: s.Initial}))
	}
	k.show(in.point, record.State{Value: value, Time: s.At, Quality: record.Good})
	switch {
	case in.kind == kindBolt:
		k.admit(access.BoltMoved{Door: in.door, Thrown: !s.Active, Initial: s.Initial})
	case in.kind == kindExit && s.Active && !s.Initial:
		k.admit(access.ExitRequested{Door: in.door})
	}
	if in.level != "" {
		k.judge(alarm.Condition{Point: in.point, Rule: in.kind, Level: in.level, Active: s.Active})
	}
}

// Kinds of inputs that belong to a door.
const (
	kindBolt = "bolt"
	kindExit = "request-to-exit"
)

// reader is a badge reader. The key hashes the numbers of its cards; nil for one that stands beside no door.
type reader struct {
	point string
	key   access.Key
}

// presented takes what a reader saw.
func (k *keeper) presented(r reader, s badge.Sighting) {
	switch {
	case s.Fault != nil:
		k.failed(r.point, s.Fault.Error(), s.At)
		return
	case s.Works():
		k.recovered(r.point, s.At)
		k.show(r.point, record.State{Time: s.At, Quality: record.Good})
		return
	}
	k.recovered(r.point, s.At)
	switch {
	case s.Card == "" && k.policy != nil:
		k.step(access.KeyPressed{Reader: r.point, Key: s.Key})
	case s.Card != "" && k.policy != nil && r.key != nil:
		k.step(access.CardShown{Reader: r.point, Card: r.key.Card(string(s.Card)), Masked: s.Card.Masked()})
	case s.Card != "":
		k.record(record.NewEntry(record.BadgePresented, r.point, s.At, record.BadgeData{Card: s.Card.Masked()}))
	}
	if s.Card != "" {
		k.show(r.point, record.State{Value: s.Card.Masked(), Time: s.At, Quality: record.Good})
	}
}

// types are how the records of what is measured are called.
var types = map[climate.Quantity]string{
	climate.Temperature: record.TemperatureMeasured,
	climate.Humidity:    record.HumidityMeasured,
}

// celsius is the number that is written down of a temperature.
func celsius(t physic.Temperature) float64 { return climate.Temperature.Of(physic.Env{Temperature: t}) }

// measured takes a good reading: alarms first, then the reading, then what head office sees.
func (k *keeper) measured(point string, q climate.Quantity, value float64, at time.Time) {
	k.recovered(point, at)
	k.judge(alarm.Reading{Point: point, Value: value, Unit: q.Unit()})
	k.pending.readings = append(k.pending.readings,
		record.NewEntry(types[q], point, at, record.MeasurementData{Value: value, Unit: q.Unit()}))
	k.show(point, record.State{Value: value, Unit: q.Unit(), Time: at, Quality: record.Good})
	if f, ok := k.fresh[point]; ok {
		k.fresh[point] = freshness{k.now.Mono, f.within}
	}
}

// replayed takes a temperature of a recording, so long after its first: rules go by the recording's time.
func (k *keeper) replayed(point string, value float64, at time.Time, since time.Duration) {
	now := k.now
	k.now = record.Moment{Wall: at, Clock: record.Synced, Mono: since}
	k.measured(point, climate.Temperature, value, at)
	k.now = now
}

// driven takes whether an output works. An output shows nothing of its own, but for a lock's.
func (k *keeper) driven(point string, fault error, at time.Time) {
	if fault != nil {
		k.failed(point, fault.Error(), at)
		return
	}
	k.recovered(point, at)
	if s, shown := k.states[point]; shown && s.Quality == record.Faulty {
		k.show(point, record.State{Time: at, Quality: record.Good})
	}
	k.showAccess()
}

// failed takes a fault: an event when it begins, the state whenever the reason changes.
func (k *keeper) failed(point, reason string, at time.Time) {
	if _, already := k.memory.Faults[point]; !already {
		k.memory.Faults[point] = reason
		k.changed = true
		k.record(record.NewEntry(record.PointFailed, point, at, record.PointData{Quality: record.Faulty, Reason: reason}))
		k.judge(alarm.Quality{Point: point, Quality: record.Faulty, Reason: reason})
	}
	if last := k.states[point]; last.Quality != record.Faulty || last.Reason != reason {
		k.show(point, record.State{Unit: last.Unit, Time: at, Quality: record.Faulty, Reason: reason})
	}
}

// staled takes that a point has said nothing for too long. Its last value is shown on, as one that is old.
func (k *keeper) staled(point string, f freshness) {
	reason := "nothing for " + (k.now.Mono - f.last).Round(time.Second).String()
	s := k.states[point]
	s.Quality, s.Reason = record.Stale, reason
	k.memory.Faults[point] = reason
	k.changed = true
	k.record(record.NewEntry(record.PointFailed, point, k.now.Wall, record.PointData{Quality: record.Stale, Reason: reason}))
	k.judge(alarm.Quality{Point: point, Quality: record.Stale, Reason: reason})
	k.show(point, s)
}

// recovered ends a point's fault, if it has one.
func (k *keeper) recovered(point string, at time.Time) {
	if _, faulty := k.memory.Faults[point]; !faulty {
		return
	}
	delete(k.memory.Faults, point)
	k.changed = true
	k.record(record.NewEntry(record.PointRecovered, point, at, record.PointData{Quality: record.Good}))
	k.judge(alarm.Quality{Point: point, Quality: record.Good})
}

// ended takes the end of a recording: its last value is shown on, but as one that grows old.
func (k *keeper) ended(point string, e record.ReplayEndedData) {
	k.record(record.NewEntry(record.ReplayEnded, point, k.now.Wall, e))
	s := k.states[point]
	s.Time, s.Quality, s.Reason = k.now.Wall, record.Stale, "the recording "+strings.TrimSpace(e.File)+" has ended"
	k.show(point, s)
}

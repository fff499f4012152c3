package devices

import (
	"maps"
	"slices"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// Shown is what a point shows from now on.
type Shown struct {
	Point string
	record.State
}

// Decision is what follows from a look at the devices.
type Decision struct {
	// State is the next one, once Entries are on disk. Who could not write them keeps the old state and looks again.
	State State
	// Shown are the points that show something new, in order of their names.
	Shown []Shown
	// Entries are to be written down together.
	Entries []record.Entry
}

// Decide judges everything that is seen now. Points that are not seen any more, as when a printer has been taken out of
// the configuration, have no alarms; points of which nothing is known at the moment keep theirs.
func Decide(s State, seen []Observed, now record.Moment) Decision {
	j := judging{State: s, now: now, pending: map[identity]time.Duration{}, shown: map[string]record.State{}, seen: map[string]bool{}}
	seen = slices.Clone(seen)
	slices.SortStableFunc(seen, func(a, b Observed) int { return strings.Compare(a.Point, b.Point) })
	for _, o := range seen {
		if record.CheckPoint(o.Point) == nil && !j.seen[o.Point] {
			j.seen[o.Point] = true
			j.look(o)
		}
	}
	j.forget()
	j.State.shown, j.State.since = j.shown, j.pending
	return Decision{State: j.State, Shown: j.news, Entries: j.entries}
}

// judging is one look.
type judging struct {
	State
	now     record.Moment
	pending map[identity]time.Duration
	shown   map[string]record.State
	seen    map[string]bool
	news    []Shown
	entries []record.Entry
}

func (j *judging) look(o Observed) {
	j.show(o)
	if o.Quality == record.Unknown {
		return
	}
	j.trust(o)
	var active []string
	for _, a := range o.Alarms {
		if a.Rule != "" && !slices.Contains(active, a.Rule) {
			active = append(active, a.Rule)
			j.raise(o.Point, a)
		}
	}
	for _, open := range slices.Clone(j.Open) {
		if open.Point == o.Point && !slices.Contains(active, open.Rule) {
			id := identity{open.Point, open.Rule}
			if j.lasted(id, ruleOf(id.point, id.rule).clear) {
				j.clear(open)
			}
		}
	}
}

// show says what a point shows, if that is new.
func (j *judging) show(o Observed) {
	state := record.State{Value: o.Value, Unit: o.Unit, Time: j.now.Wall, Quality: o.Quality, Reason: o.Reason}
	before, known := j.State.shown[o.Point]
	if known && before.Value == state.Value && before.Unit == state.Unit && before.Quality == state.Quality && before.Reason == state.Reason {
		state = before
	} else {
		j.news = append(j.news, Shown{o.Point, state})
	}
	j.shown[o.Point] = state
}

// trust writes down when a point cannot be trusted any more, or can again.
func (j *judging) trust(o Observed) {
	_, failed := j.Failed[o.Point]
	if failed == (o.Quality != record.Good) || !j.lasted(identity{point: o.Point}, trusted) {
		return
	}
	typ, data := record.PointRecovered, record.PointData{Quality: record.Good}
	if !failed {
		typ, data = record.PointFailed, record.PointData{Quality: o.Quality, Reason: o.Reason}
	}
	j.write(typ, o.Point, data)
}

func (j *judging) raise(point string, a Alarm) {
	r := ruleOf(point, a.Rule)
	if j.Raised(point, a.Rule) || !j.lasted(identity{point, a.Rule}, r.raise) {
		return
	}
	d := record.AlarmData{Serial: j.Last + 1, Rule: a.Rule, Level: r.level, Value: a.Value, Limit: a.Limit, Unit: a.Unit, Reason: a.Reason}
	if a.Unit == "" {
		d.Kind = "condition"
	}
	j.write(record.AlarmRaised, point, d)
}

func (j *judging) clear(o Open) { j.write(record.AlarmCleared, o.Point, o.AlarmData) }

// forget ends what points had that are not seen any more.
func (j *judging) forget() {
	for _, open := range slices.Clone(j.Open) {
		if !j.seen[open.Point] {
			j.clear(open)
		}
	}
	for _, point := range slices.Sorted(maps.Keys(j.Failed)) {
		if !j.seen[point] {
			j.write(record.PointRecovered, point, record.PointData{Quality: record.Unknown, Reason: "not watched any more"})
		}
	}
}

// lasted reports whether what is seen has differed from what is written down for so long.
func (j *judging) lasted(id identity, long time.Duration) bool {
	since, pending := j.since[id]
	if !pending {
		since = j.now.Mono
	}
	if j.now.Mono-since >= long {
		return true
	}
	j.pending[id] = since
	return false
}

// write adds a record, and makes the state what it is after it.
func (j *judging) write(typ, point string, data any) {
	e := record.NewEntry(typ, point, j.now.Wall, data)
	next, err := j.fold(e.Type, e.Source, e.Data)
	if err != nil {
		panic("devices: what was just written cannot be read: " + err.Error())
	}
	j.State, j.entries = next, append(j.entries, e)
}

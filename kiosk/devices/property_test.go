package devices_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/devices"
)

// drawn is one look of any kind: any points, qualities and alarms, also such that no device says.
func drawn() *rapid.Generator[[]devices.Observed] {
	point := rapid.SampledFrom([]string{devices.Printer, devices.Network, devices.Disk, "printer/two", "other", "not a point"})
	rule := rapid.SampledFrom([]string{devices.PaperOut, devices.Offline, devices.Full, "new", ""})
	alarm := rapid.Custom(func(t *rapid.T) devices.Alarm {
		return devices.Alarm{Rule: rule.Draw(t, "rule"), Reason: "because", Unit: rapid.SampledFrom([]string{"", "GB"}).Draw(t, "unit")}
	})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) devices.Observed {
		return devices.Observed{
			Point: point.Draw(t, "point"), Value: rapid.SampledFrom([]any{nil, "ready", 1.5}).Draw(t, "value"),
			Quality: rapid.SampledFrom([]record.Quality{record.Good, record.Good, record.Faulty, record.Unknown}).Draw(t, "quality"),
			Reason:  "because", Alarms: rapid.SliceOfN(alarm, 0, 3).Draw(t, "alarms"),
		}
	}), 0, 5)
}

// TestAnyHistoryIsSound holds what head office relies on, whatever devices say, and however often the program dies, or the
// journal refuses what was decided, in between.
func TestAnyHistoryIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var state devices.State
		var journal []record.Entry
		book := ledger{open: map[string]uint64{}, failed: map[string]bool{}}
		now := time.Duration(0)
		for range rapid.IntRange(1, 60).Draw(t, "looks") {
			now += time.Duration(rapid.IntRange(0, 700).Draw(t, "seconds")) * time.Second
			d := devices.Decide(state, drawn().Draw(t, "seen"), record.Moment{Wall: noon.Add(now), Clock: record.Synced, Mono: now})
			switch rapid.IntRange(0, 9).Draw(t, "fate") {
			case 0: // the journal takes nothing: the state stays
			case 1: // the program dies once the entries are on disk
				journal = append(journal, d.Entries...)
				state = fold(t, devices.State{}, journal)
			default:
				journal, state = append(journal, d.Entries...), d.State
			}
			book.take(t, journal)
			if folded := fold(t, devices.State{}, journal); durable(t, folded) != durable(t, state) {
				t.Fatalf("the journal says %s, the state is %s", durable(t, folded), durable(t, state))
			}
		}
		if settled := devices.Decide(state, nil, record.Moment{Wall: noon.Add(now), Clock: record.Synced, Mono: now}); len(settled.State.Open) > 0 || len(settled.State.Failed) > 0 {
			t.Fatalf("nothing is watched, and open are %+v, failed %v", settled.State.Open, settled.State.Failed)
		}
	})
}

// ledger is how head office keeps account of alarms.
type ledger struct {
	read   int
	last   uint64
	open   map[string]uint64 // by point and rule, the serial
	failed map[string]bool
}

func (l *ledger) take(t *rapid.T, journal []record.Entry) {
	for _, e := range journal[l.read:] {
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
		switch e.Type {
		case record.PointFailed, record.PointRecovered:
			if fails := e.Type == record.PointFailed; l.failed[e.Source] == fails {
				t.Fatalf("%s twice for %s", e.Type, e.Source)
			} else {
				l.failed[e.Source] = fails
			}
			continue
		}
		var a record.AlarmData
		if err := json.Unmarshal(e.Data, &a); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains([]string{"critical", "major", "minor", "hint"}, a.Level) || a.Rule == "" || (a.Kind == "condition") == (a.Unit != "") {
			t.Fatalf("%+v", a)
		}
		id := fmt.Sprint(e.Source, "|", a.Rule)
		switch open, is := l.open[id]; {
		case e.Type == record.AlarmRaised && (is || a.Serial != l.last+1):
			t.Fatalf("raised %s with serial %d after %d, open %d", id, a.Serial, l.last, open)
		case e.Type == record.AlarmRaised:
			l.open[id], l.last = a.Serial, a.Serial
		case e.Type == record.AlarmCleared && open != a.Serial:
			t.Fatalf("cleared %s with serial %d, open is %d", id, a.Serial, open)
		default:
			delete(l.open, id)
		}
	}
	l.read = len(journal)
}

// TestADelayIsKept holds that an alarm is raised when it was seen for its time without a gap, and not before.
func TestADelayIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var state devices.State
		var since, now time.Duration
		active := false
		for range rapid.IntRange(1, 80).Draw(t, "looks") {
			now += time.Duration(rapid.IntRange(1, 200).Draw(t, "seconds")) * time.Second
			up := rapid.IntRange(0, 3).Draw(t, "up") == 0
			if down := !up; down && !active {
				since = now
			}
			active = !up
			connected := time.Time{}
			if up {
				connected = noon
			}
			before := state.Raised(devices.Network, devices.Offline)
			state = devices.Decide(state, []devices.Observed{devices.OfNetwork(connected)}, record.Moment{Wall: noon, Clock: record.Synced, Mono: now}).State
			raised := state.Raised(devices.Network, devices.Offline)
			if !before && raised != (active && now-since >= 10*time.Minute) {
				t.Fatalf("raised is %v when it was offline (%v) for %s", raised, active, now-since)
			}
		}
	})
}

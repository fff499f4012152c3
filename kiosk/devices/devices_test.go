package devices_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/devices"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func at(seconds int) record.Moment {
	d := time.Duration(seconds) * time.Second
	return record.Moment{Wall: noon.Add(d), Clock: record.Synced, Mono: time.Hour + d}
}

// kiosk is a state with what has been written down.
type kiosk struct {
	t       *testing.T
	state   devices.State
	written []record.Entry
	shown   map[string]record.State
}

func newKiosk(t *testing.T) *kiosk { return &kiosk{t: t, shown: map[string]record.State{}} }

// look returns what was written down: "type point rule level serial" for alarms, "type point" for points.
func (k *kiosk) look(seconds int, seen ...devices.Observed) []string {
	k.t.Helper()
	d := devices.Decide(k.state, seen, at(seconds))
	k.state, k.written = d.State, append(k.written, d.Entries...)
	for _, s := range d.Shown {
		k.shown[s.Point] = s.State
	}
	return spell(d.Entries)
}

func spell(entries []record.Entry) []string {
	said := []string{}
	for _, e := range entries {
		line := e.Type + " " + e.Source
		if e.Type == record.AlarmRaised || e.Type == record.AlarmCleared {
			var a record.AlarmData
			if err := json.Unmarshal(e.Data, &a); err != nil {
				panic(err)
			}
			line += " " + a.Rule + " " + a.Level + " " + string(rune('0'+a.Serial))
		}
		said = append(said, line)
	}
	return said
}

func (k *kiosk) wants(got []string, want ...string) {
	k.t.Helper()
	if !slices.Equal(got, want) {
		k.t.Errorf("written down %q, want %q", got, want)
	}
}

var (
	ready    = devices.OfPrinter(true, false, false, false, false, "")
	paperOut = devices.OfPrinter(false, true, true, false, false, "")
	nearEnd  = devices.OfPrinter(true, false, true, false, false, "")
)

func TestPaperThatEndsIsAnAlarmUntilThereIsPaperAgain(t *testing.T) {
	k := newKiosk(t)
	k.wants(k.look(0, ready))
	if s := k.shown[devices.Printer]; s.Value != "ready" || s.Quality != record.Good {
		t.Errorf("shown %+v", s)
	}
	k.wants(k.look(10, paperOut))
	if s := k.shown[devices.Printer]; s.Value != devices.PaperOut || s.Quality != record.Faulty || s.Reason == "" || !s.Time.Equal(at(10).Wall) {
		t.Errorf("shown at once: %+v", s)
	}
	k.wants(k.look(14, paperOut))
	k.wants(k.look(15, paperOut), "point.failed printer", "alarm.raised printer paper-out major 1")
	k.wants(k.look(500, paperOut))
	k.wants(k.look(510, ready))
	k.wants(k.look(515, ready), "point.recovered printer", "alarm.cleared printer paper-out major 1")
	k.wants(k.look(516, paperOut))
	k.wants(k.look(521, paperOut), "point.failed printer", "alarm.raised printer paper-out major 2")
}

func TestWhatComesAndGoesIsNoAlarm(t *testing.T) {
	k := newKiosk(t)
	for second := range 600 {
		seen := ready
		if second%20 < 10 {
			seen = nearEnd
		}
		k.wants(k.look(second, seen))
	}
	for second := 600; second < 630; second++ {
		k.wants(k.look(second, nearEnd))
	}
	k.wants(k.look(630, nearEnd), "alarm.raised printer near-end minor 1")
	for second := 631; second < 900; second++ { // and is not cleared for a moment's gap
		seen := nearEnd
		if second%40 == 0 {
			seen = ready
		}
		k.wants(k.look(second, seen))
	}
}

func TestAShortLossOfTheLineIsNoAlarm(t *testing.T) {
	k := newKiosk(t)
	down := devices.OfNetwork(time.Time{})
	k.wants(k.look(0, down))
	k.wants(k.look(599, down))
	k.wants(k.look(600, down), "alarm.raised network offline minor 1")
	if s := k.shown[devices.Network]; s.Value != "offline" || s.Quality != record.Good {
		t.Errorf("it is known to be offline: %+v", s)
	}
	k.wants(k.look(601, devices.OfNetwork(noon)))
	k.wants(k.look(631, devices.OfNetwork(noon)), "alarm.cleared network offline minor 1")
}

func TestADiskIsFullUntilThereIsMoreRoomThanALittle(t *testing.T) {
	const gb = 1 << 30
	k := newKiosk(t)
	full := func() bool { return k.state.Raised(devices.Disk, devices.Full) }
	disk := func(free uint64) devices.Observed { return devices.OfDisk(free, 100*gb, full(), nil) }
	k.wants(k.look(0, disk(gb-1)))
	k.wants(k.look(10, disk(gb-1)), "alarm.raised disk full critical 1")
	var a record.AlarmData
	if err := json.Unmarshal(k.written[0].Data, &a); err != nil || a.Kind != "" || a.Unit != "GB" || a.Value != 1.074 || a.Limit != 1.074 {
		t.Errorf("raised as a limit: %+v, %v", a, err)
	}
	for second := 11; second < 200; second++ {
		k.wants(k.look(second, disk(gb+gb/5)))
	}
	k.wants(k.look(200, disk(gb+gb/4)))
	k.wants(k.look(260, disk(gb+gb/4)), "alarm.cleared disk full critical 1")
	if devices.OfDisk(100<<20, 1<<30, false, nil).Alarms != nil {
		t.Error("a small disk counts as full with a tenth of it free")
	}
	if o := devices.OfDisk(0, 0, false, errors.New("no such folder")); o.Quality != record.Faulty || o.Reason != "no such folder" {
		t.Errorf("not known: %+v", o)
	}
}

func TestWhatIsNotKnownChangesNothing(t *testing.T) {
	k := newKiosk(t)
	k.look(0, paperOut)
	k.look(10, paperOut)
	unknown := devices.Observed{Point: devices.Printer, Quality: record.Unknown, Reason: "not asked yet"}
	for second := 11; second < 500; second += 10 {
		k.wants(k.look(second, unknown))
	}
	if s := k.shown[devices.Printer]; s.Quality != record.Unknown {
		t.Errorf("shown %+v", s)
	}
	// A printer that has been taken out of the configuration is not watched any more.
	k.wants(k.look(500), "alarm.cleared printer paper-out major 1", "point.recovered printer")
}

func TestPrintersSayTheWorstFirst(t *testing.T) {
	for _, one := range []struct {
		seen  devices.Observed
		value any
		rules []string
	}{
		{ready, "ready", nil},
		{nearEnd, devices.NearEnd, []string{devices.NearEnd}},
		{paperOut, devices.PaperOut, []string{devices.PaperOut}},
		{devices.OfPrinter(false, true, true, true, false, ""), devices.CoverOpen, []string{devices.CoverOpen, devices.PaperOut}},
		{devices.OfPrinter(false, true, true, true, true, "no such file"), devices.Offline, []string{devices.Offline}},
		{devices.OfPrinter(false, false, false, false, false, "the cutter is stuck"), devices.Broken, []string{devices.Broken}},
	} {
		var rules []string
		for _, a := range one.seen.Alarms {
			rules = append(rules, a.Rule)
		}
		if one.seen.Value != one.value || !slices.Equal(rules, one.rules) {
			t.Errorf("%+v: want %v, %v", one.seen, one.value, one.rules)
		}
	}
}

func TestHardwareThatIsMissingIsAnAlarm(t *testing.T) {
	if o := devices.OfHardware(devices.Display, 2, 2, nil); o.Quality != record.Good || o.Alarms != nil || o.Value != 2.0 {
		t.Errorf("both: %+v", o)
	}
	if o := devices.OfHardware(devices.Display, 1, 2, nil); o.Quality != record.Faulty || o.Reason != "1 of 2 connected" || len(o.Alarms) != 1 {
		t.Errorf("one of two: %+v", o)
	}
	if o := devices.OfAudio("cannot find card"); o.Quality != record.Faulty || o.Alarms[0].Rule != devices.Silent {
		t.Errorf("no sound: %+v", o)
	}
	if o := devices.OfPaper(1234, 0.44); o.Value != 1.2 || o.Alarms[0].Value != 0.4 {
		t.Errorf("little paper: %+v", o)
	}
	if o := devices.OfPaper(1234, -1); o.Alarms != nil {
		t.Errorf("no forecast: %+v", o)
	}
	if o := devices.OfClock(record.Unsynced); o.Alarms[0].Rule != devices.Unsynced {
		t.Errorf("no time: %+v", o)
	}
}

func TestAFoldOfWhatWasWrittenDownIsTheState(t *testing.T) {
	k := newKiosk(t)
	for second := range 300 {
		k.look(second, paperOut, devices.OfAudio("no card"), devices.OfHardware(devices.Touch, second/100, 1, nil))
	}
	folded := fold(t, devices.State{}, k.written)
	if again := fold(t, folded, k.written); !reflect.DeepEqual(durable(t, again), durable(t, folded)) {
		t.Error("folding again changes it")
	}
	if !reflect.DeepEqual(durable(t, folded), durable(t, k.state)) {
		t.Errorf("folded %s, is %s", durable(t, folded), durable(t, k.state))
	}
	if _, err := devices.Fold(folded, record.Record{Type: record.AlarmRaised, Data: json.RawMessage(`1`)}); err == nil {
		t.Error("data of another form is accepted")
	}
}

func fold(t interface{ Fatal(...any) }, s devices.State, entries []record.Entry) devices.State {
	for i, e := range entries {
		var err error
		if s, err = devices.Fold(s, record.Record{Seq: uint64(i + 1), Type: e.Type, Source: e.Source, Data: e.Data}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func durable(t interface{ Fatal(...any) }, s devices.State) string {
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

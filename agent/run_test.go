package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/agent/alarm"
	"stationkeeper/configs"
	"stationkeeper/internal/datadir"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
	"stationkeeper/sensors/climate"
	"stationkeeper/sensors/contact"
	"stationkeeper/sensors/replay"
)

var high = alarm.Rule{Point: "office/temperature", Name: "high", Side: alarm.Above, Limit: 26, Hysteresis: 1, Level: alarm.Major}

// recorded is a recording of one reading an hour, played at full speed.
func recorded(t *testing.T, values ...string) Source {
	t.Helper()
	at := time.Date(2013, 7, 4, 0, 0, 0, 0, time.UTC)
	var text strings.Builder
	text.WriteString("time,value\n")
	for _, v := range values {
		text.WriteString(at.Format(time.DateTime) + "," + v + "\n")
		at = at.Add(time.Hour)
	}
	path := filepath.Join(t.TempDir(), "office.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return recordingSource("office/temperature", replay.Options{Format: replay.Format{
		File: path, TimeColumn: "time", ValueColumn: "value", Unit: replay.Celsius, Zone: time.UTC,
	}})
}

func TestRecordingIsReportedAndTheAgentEnds(t *testing.T) {
	o := openOffice(t)
	options := station(t, t.TempDir(), o.broker, recorded(t, "25", "26.5", "27", "25", "24"))
	options.Rules, options.ExitAtEnd = []alarm.Rule{high}, true
	if err := run(t, options).end(); err != nil {
		t.Fatal(err)
	}
	expectWords(t, o.events(),
		`node.started node {"program":"agent","version":"test"}`,
		`alarm.raised office/temperature {"serial":1,"rule":"high","level":"major","value":26.5,"limit":26,"unit":"°C"}`,
		`alarm.cleared office/temperature {"serial":1,"rule":"high","level":"major","value":25,"limit":26,"unit":"°C"}`,
		`replay.ended office/temperature {"file":"office.csv","readings":5}`,
		`node.stopped node {"program":"agent","version":"test"}`)
	o.until("the end is shown", func() bool {
		s := o.states["office/temperature"]
		return s.Value == 24. && s.Quality == record.Stale && strings.Contains(s.Reason, "office.csv has ended")
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	telemetry := o.records[record.Telemetry]
	if len(telemetry) != 5 {
		t.Fatalf("%d readings reported, want 5", len(telemetry))
	}
	if r := telemetry[1]; r.Type != record.TemperatureMeasured || string(r.Data) != `{"value":26.5,"unit":"°C"}` ||
		!r.Time.Equal(time.Date(2013, 7, 4, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v", r)
	}
}

func TestTheEndWaitsForHeadOffice(t *testing.T) {
	o := openOffice(t)
	o.deaf = true
	options := station(t, t.TempDir(), o.broker, recorded(t, "25", "26"))
	options.ExitAtEnd = true
	agent := run(t, options)
	o.until("everything sent", func() bool {
		return o.has("node.started", "replay.ended", "node.stopped") && len(o.records[record.Telemetry]) == 2
	})
	select {
	case err := <-agent.ended:
		t.Fatalf("ended before head office acknowledged: %v", err)
	default:
	}
	o.mu.Lock()
	o.deaf = false
	for _, stream := range record.Streams {
		o.acknowledge(record.Topic{Station: "demo", Node: "agent"}, stream)
	}
	o.mu.Unlock()
	if err := agent.end(); err != nil {
		t.Error(err)
	}
}

func TestRecordingThatCannotBeUnderstood(t *testing.T) {
	o := openOffice(t)
	options := station(t, t.TempDir(), o.broker, recorded(t, "25", "26", "warm", "27"))
	options.ExitAtEnd = true
	err := run(t, options).end()
	if bad := (replay.BadLine{}); !errors.As(err, &bad) || bad.Line != 4 {
		t.Errorf("ended with %v, want bad line 4", err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.records[record.Telemetry]); n != 2 {
		t.Errorf("%d readings reported, want the 2 before the bad line", n)
	}
	if !o.has("point.failed office/temperature", "node.stopped") {
		t.Error("head office was not told")
	}
}

// An alarm that is open when the agent stops is cleared by the next run, with its serial; and the next is another.
func TestAlarmsSurviveARestart(t *testing.T) {
	o := openOffice(t)
	dir := t.TempDir()
	for _, values := range [][]string{{"25", "30"}, {"31", "29"}, {"24", "28"}} {
		options := station(t, dir, o.broker, recorded(t, values...))
		options.Rules, options.ExitAtEnd = []alarm.Rule{high}, true
		if err := run(t, options).end(); err != nil {
			t.Fatal(err)
		}
	}
	var alarms []string
	for _, e := range o.events() {
		if strings.HasPrefix(e, "alarm.") {
			alarms = append(alarms, e[:strings.Index(e, `,"rule"`)])
		}
	}
	expectWords(t, alarms,
		`alarm.raised office/temperature {"serial":1`,
		`alarm.cleared office/temperature {"serial":1`,
		`alarm.raised office/temperature {"serial":2`)

	// Without its rule, nothing would ever clear it.
	options := station(t, dir, o.broker, recorded(t, "30"))
	options.ExitAtEnd = true
	if err := run(t, options).end(); err != nil {
		t.Fatal(err)
	}
	if events := o.events(); !strings.HasPrefix(events[len(events)-3], `alarm.cleared office/temperature {"serial":2`) {
		t.Errorf("alarm of a withdrawn rule: got %q", events[len(events)-3])
	}
}

func TestMissingHardwareIsFaultyNotFatal(t *testing.T) {
	o := openOffice(t)
	hw := newHardware(quiet())
	absent := func() (climate.Sensor, error) { return climate.Sensor{}, errors.New("no such bus") }
	options := station(t, t.TempDir(), o.broker,
		doorSource("machine-room/door", contact.Options{Open: contact.ByName("NO-SUCH-LINE"), Retry: time.Hour, Rest: contact.Open}),
		hw.on(climateSource([]measured{{"machine-room/temperature", climate.Temperature}}, climate.Options{Open: finding(hw, absent), Interval: time.Hour})))
	for _, when := range []string{"at first", "after a restart"} {
		agent := run(t, options)
		o.until("both points are faulty "+when, func() bool {
			d, c := o.states["machine-room/door"], o.states["machine-room/temperature"]
			return d.Quality == record.Faulty && strings.Contains(d.Reason, "NO-SUCH-LINE") && c.Quality == record.Faulty && c.Reason == "no such bus"
		})
		agent.stop()
		o.mu.Lock()
		clear(o.states)
		o.mu.Unlock()
	}
	last := run(t, options) // has the end of the run before reported
	o.until("all is reported", func() bool {
		return o.has("node.started", "point.failed", "point.failed", "node.stopped", "node.started", "node.stopped")
	})
	last.stop()
	failures := 0
	for _, e := range o.events() {
		if strings.HasPrefix(e, "point.") {
			failures++
		}
	}
	if failures != 2 {
		t.Errorf("%d events of points over restarts, want the 2 of the first failure:\n%s", failures, strings.Join(o.events(), "\n"))
	}
}

// The whole of a simulated room, and head office out of reach: the journal gets everything all the same.
func TestSimulatedRoomWithoutNetwork(t *testing.T) {
	dir := t.TempDir()
	wiring := newWiring(demoKey)
	if err := wiring.room(configs.Room{Room: "m", Speed: 60, Seed: 1, Interval: time.Second}, quiet()); err != nil {
		t.Fatal(err)
	}
	options := station(t, dir, endpoint.Broker{URL: "tcp://127.0.0.1:1"})
	options.Wiring, options.Access = *wiring, demoAccess(wiring.Site)
	options.Health = "127.0.0.1:0"
	seen := make(chan struct{})
	options.Sources = append(options.Sources, Source{run: func(ctx context.Context, in inbox) error {
		want := []string{"m/door", "m/bolt", "m/temperature", "m/humidity", "m/reader"}
		for len(want) > 0 && ctx.Err() == nil {
			in.people <- func(k *keeper) {
				want = slices.DeleteFunc(want, func(point string) bool { return k.states[point].Quality == record.Good })
				if len(want) == 0 {
					close(seen)
				}
			}
			looked := make(chan struct{})
			in.people <- func(*keeper) { close(looked) }
			<-looked
		}
		return nil
	}})
	agent := run(t, options)
	select {
	case <-seen:
	case <-time.After(hang):
		t.Fatal("the room is not seen")
	}
	agent.stop()
	book, err := journal.Open(dir, journal.Options{Clock: options.Clock, MaxBytes: 1 << 20, TelemetryDelay: time.Second, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	events, _, err := book.Read(record.Events, 0, 100)
	has := func(typ string) bool {
		return slices.ContainsFunc(events, func(r record.Record) bool { return r.Type == typ })
	}
	if err != nil || events[0].Type != record.NodeStarted || !has(record.DoorClosed) || !has(record.InputRested) || events[len(events)-1].Type != record.NodeStopped {
		t.Errorf("events %v, %v", events, err)
	}
	if readings, _, err := book.Read(record.Telemetry, 0, 100); err != nil || len(readings) < 2 {
		t.Errorf("%d readings, %v", len(readings), err)
	}
}

func TestSecondAgentOnTheSameFolderIsRefused(t *testing.T) {
	o := openOffice(t)
	dir := t.TempDir()
	first := run(t, station(t, dir, o.broker))
	o.until("started", func() bool { return o.has("node.started") })
	if err := run(t, station(t, dir, o.broker)).end(); !errors.Is(err, datadir.ErrClaimed) {
		t.Errorf("second agent: %v", err)
	}
	first.stop()
}

func TestOptionsAreChecked(t *testing.T) {
	for name, spoil := range map[string]func(*Options){
		"station":  func(o *Options) { o.Station = "a/b" },
		"node":     func(o *Options) { o.Node = "" },
		"data":     func(o *Options) { o.Data = "" },
		"broker":   func(o *Options) { o.Broker.URL = "" },
		"log":      func(o *Options) { o.Log = nil },
		"clock":    func(o *Options) { o.Clock = nil },
		"point":    func(o *Options) { o.Sources = []Source{{Points: []string{"a b"}}} },
		"twice":    func(o *Options) { o.Sources = []Source{{Points: []string{"a"}}, {Points: []string{"a"}}} },
		"rule":     func(o *Options) { o.Rules = []alarm.Rule{{}} },
		"journal":  func(o *Options) { o.MaxBytes = 0 },
		"no place": func(o *Options) { o.Data = "/dev/null/x" },
	} {
		o := station(t, t.TempDir(), endpoint.Broker{URL: "tcp://127.0.0.1:1"})
		spoil(&o)
		if err := Run(t.Context(), o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestRecordedOffice(t *testing.T) {
	folder := os.Getenv("STATIONKEEPER_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "data")
	}
	file := filepath.Join(folder, "temperature", "office-ambient-fahrenheit.csv")
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the recorded office is not here (set STATIONKEEPER_DATA): %v", err)
	}
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	o := openOffice(t)
	options := station(t, t.TempDir(), o.broker, recordingSource("office/temperature", replay.Options{Format: replay.Format{
		File: file, TimeColumn: "timestamp", ValueColumn: "value", Unit: replay.Fahrenheit, Zone: zone,
	}}))
	options.Rules, options.ExitAtEnd = []alarm.Rule{high}, true
	if err := run(t, options).end(); err != nil {
		t.Fatal(err)
	}
	// Counted from the file with awk: 7267 lines, above 26 °C and back to 25 °C six times.
	raised, cleared := 0, 0
	for _, e := range o.events() {
		switch {
		case strings.HasPrefix(e, "alarm.raised"):
			raised++
		case strings.HasPrefix(e, "alarm.cleared"):
			cleared++
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.records[record.Telemetry]); n != 7267 || raised != 6 || cleared != 6 {
		t.Errorf("%d readings, %d alarms raised, %d cleared, want 7267, 6 and 6", n, raised, cleared)
	}
}

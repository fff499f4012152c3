package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func event(seq uint64, typ string, at time.Time, data any) stored {
	e := record.NewEntry(typ, "room/air", at, data)
	return stored{Node: "agent", Epoch: "e1", Stream: "events", Seq: seq, Type: typ, Source: e.Source, Time: at, Data: e.Data}
}

func TestAlarmsArePairedBySerial(t *testing.T) {
	data := func(serial uint64) record.AlarmData {
		return record.AlarmData{Serial: serial, Rule: "high", Level: "major", Value: 26.5, Limit: 26, Unit: "°C"}
	}
	got, err := alarms([]stored{
		event(1, record.AlarmRaised, noon, data(1)),
		event(2, record.DoorOpened, noon, record.DoorData{}),
		event(3, record.AlarmCleared, noon.Add(time.Hour), data(1)),
		event(4, record.AlarmRaised, noon.Add(2*time.Hour), data(2)),
	})
	if err != nil {
		t.Fatal(err)
	}
	one := alarm{Raised: noon, Cleared: noon.Add(time.Hour), Source: "room/air", Value: 26.5, Limit: 26, Unit: "°C"}
	two := one
	two.Raised, two.Cleared = noon.Add(2*time.Hour), time.Time{}
	if want := []alarm{one, two}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, expected %+v", got, want)
	}
	if _, err := alarms([]stored{event(1, record.AlarmCleared, noon, data(9))}); err == nil {
		t.Error("an alarm that was cleared but never raised: expected an error")
	}
}

func TestCountVisits(t *testing.T) {
	got, err := countVisits([]stored{
		event(1, record.TicketIssued, noon, record.TicketIssuedData{}),
		event(2, record.TicketIssued, noon, record.TicketIssuedData{}),
		event(3, record.TicketIssued, noon, record.TicketIssuedData{}),
		event(4, record.TicketServed, noon, record.TicketServedData{Wait: 10}),
		event(5, record.TicketServed, noon, record.TicketServedData{Wait: 20}),
		event(6, record.TicketLeft, noon, record.TicketLeftData{Wait: 90}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := (visits{Issued: 3, Served: 2, Left: 1, MeanServed: 15 * time.Second, MeanLeft: 90 * time.Second}); got != want {
		t.Errorf("got %+v, expected %+v", got, want)
	}
	_, err = countVisits([]stored{{Node: "kiosk", Seq: 7, Type: record.TicketServed, Data: json.RawMessage(`{"wait":"long"}`)}})
	if err == nil || !strings.Contains(err.Error(), "seq 7 of kiosk") {
		t.Errorf("got error %v, expected one that names the record", err)
	}
}

func TestCompareFindsEveryDifference(t *testing.T) {
	written := func(seq uint64) record.Record {
		return record.Record{Seq: seq, Type: "a.b", Source: "room/air", Time: noon, Data: json.RawMessage(`{"n": 1}`)}
	}
	held := func(seq uint64) stored {
		return stored{Epoch: "e1", Seq: seq, Type: "a.b", Source: "room/air", Time: noon, Data: json.RawMessage(`{"n":1}`)}
	}
	all := []record.Record{written(1), written(2), written(3)}
	other, changed := held(2), held(3)
	other.Epoch = "e2"
	changed.Data = json.RawMessage(`{"n":2}`)
	for _, test := range []struct {
		name string
		held []stored
		want comparison
	}{
		{"as written", []stored{held(1), held(2), held(3)}, comparison{Stored: 3}},
		{"one missing", []stored{held(1), held(3)}, comparison{Stored: 2, Missing: 1}},
		{"one twice", []stored{held(1), held(2), held(2), held(3)}, comparison{Stored: 4, Duplicates: 1}},
		{"one changed", []stored{held(1), held(2), changed}, comparison{Stored: 3, Changed: 1}},
		{"one of another epoch", []stored{held(1), other, held(3)}, comparison{Stored: 3, Foreign: 1, Missing: 1}},
		{"one that was never written", []stored{held(1), held(2), held(3), held(4)}, comparison{Stored: 4, Foreign: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.want.Node, test.want.Stream, test.want.Written = "agent", record.Events, 3
			got := compare("agent", "e1", record.Events, all, test.held)
			if got != test.want {
				t.Errorf("got %+v, expected %+v", got, test.want)
			}
			if got.sound() != (test.name == "as written") {
				t.Errorf("sound: got %t", got.sound())
			}
		})
	}
}

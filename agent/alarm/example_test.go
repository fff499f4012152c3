package alarm_test

import (
	"fmt"
	"time"

	"stationkeeper/agent/alarm"
	"stationkeeper/internal/record"
)

// A limit with delays: the alarm begins when the value has been beyond the limit for two minutes, whether or not there is
// another reading by then.
func Example() {
	rules, err := alarm.New([]alarm.Rule{{Point: "machine-room/temperature", Name: "warm", Side: alarm.Above, Limit: 27,
		Hysteresis: 1, RaiseAfter: 2 * time.Minute, Level: alarm.Major}})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := record.Moment{Wall: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), Clock: record.Synced, Mono: time.Hour}
	state, _ := rules.Begin(alarm.State{}, at)
	state, entries := rules.Step(state, alarm.Reading{Point: "machine-room/temperature", Value: 28.5, Unit: "°C"}, at)
	fmt.Println(len(entries), "records")

	due, _ := rules.Due(state, at)
	fmt.Println("a tick is due after", due-at.Mono)
	at = record.Moment{Wall: at.Wall.Add(due - at.Mono), Clock: at.Clock, Mono: due}
	_, entries = rules.Step(state, alarm.Tick{}, at)
	for _, e := range entries {
		fmt.Println(e.Type, e.Source, string(e.Data))
	}
	// Output:
	// 0 records
	// a tick is due after 2m0s
	// alarm.raised machine-room/temperature {"serial":1,"rule":"warm","level":"major","value":28.5,"limit":27,"unit":"°C"}
}

package queue_test

import (
	"encoding/json"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

func Example() {
	state := queue.New(queue.Rules{
		Services: []queue.Service{{ID: "payment", Prefix: "B"}},
		Counters: []queue.Counter{{ID: "1"}},
		Calendar: queue.Calendar{Zone: time.UTC},
	})
	at := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

	for i, command := range []queue.Command{
		queue.Take{Service: "payment", Nonce: "k3f9"},
		queue.Call{Counter: "1"},
		queue.Finish{Counter: "1"},
	} {
		decision, err := state.Decide(command, at.Add(time.Duration(i)*time.Minute))
		if err != nil {
			fmt.Println("refused:", err)
			return
		}
		for _, e := range decision.Entries { // a journal would come here, before anybody is told
			fmt.Println(e.Type, string(e.Data))
			if err := state.Apply(record.Record{Type: e.Type, Time: e.Time, Data: e.Data}); err != nil {
				fmt.Println(err)
			}
		}
	}
	// Output:
	// ticket.issued {"ticket":"2026-11-23-B001-k3f9","number":"B001","service":"payment","ahead":0}
	// ticket.called {"ticket":"2026-11-23-B001-k3f9","number":"B001","service":"payment","counter":"1","wait":60,"rule":"longest"}
	// ticket.served {"ticket":"2026-11-23-B001-k3f9","number":"B001","service":"payment","counter":"1","wait":60,"serving":60}
}

func mustDecode(t rapid.TB, data json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("decode %s: %v", data, err)
	}
}

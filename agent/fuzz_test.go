package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"stationkeeper/internal/record"
)

// FuzzMemory starts the agent's memory from an arbitrary file and an arbitrary record of its journal. Whatever they hold,
// what is remembered can be written and read again.
func FuzzMemory(f *testing.F) {
	f.Add([]byte(`{"epoch":"e1","seq":3,"faults":{"a":"gone"},"alarms":{"last":7,"open":[{"point":"a","serial":7,"rule":"high"}]}}`), record.AlarmCleared, `{"serial":7}`)
	f.Add([]byte(`{"faults":null,"alarms":{"open":[{"serial":1},{"serial":1}]}}`), record.AlarmRaised, `{"serial":1,"value":1e308}`)
	f.Add([]byte(`{`), record.PointFailed, `{"reason":"`+"\xff"+`"}`)
	f.Add([]byte(`null`), record.PointRecovered, `[]`)
	f.Fuzz(func(t *testing.T, file []byte, typ, data string) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, memoryName), file, 0o600); err != nil {
			t.Fatal(err)
		}
		p := past{epoch: "e1", records: []record.Record{{Seq: 1, Type: typ, Source: "a", Data: []byte(data)}}}
		m := mustRemember(t, dir, p)
		if m.Faults == nil || m.Epoch != "e1" {
			t.Fatalf("remembered %+v", m)
		}
		if err := m.save(dir); err != nil {
			t.Fatal(err)
		}
		again := readMemory(filepath.Join(dir, memoryName), quiet())
		if len(m.Alarms.Open) == 0 && len(again.Alarms.Open) == 0 {
			m.Alarms.Open, again.Alarms.Open = nil, nil
		}
		if !reflect.DeepEqual(again, m) {
			t.Errorf("remembered %+v, read again %+v", m, again)
		}
	})
}

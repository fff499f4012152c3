package queue

import (
	"encoding/json"
	"reflect"
	"testing"

	"stationkeeper/internal/record"
)

// FuzzDecode compares the quick reading of records with encoding/json.
func FuzzDecode(f *testing.F) {
	for _, data := range []string{
		`{"ticket":"2026-11-23-A001-k3f9","number":"A001","service":"new","ahead":3,"class":"senior","request":"r","quote":{"ahead":3,"low":60,"expected":90.5,"high":120,"known":true}}`,
		`{"ticket":"a","booked":"2026-11-23T09:00:00Z","rest":[{"service":"pay"}],"quote":null}`,
		`{"ticket":"a","number":"A001","counter":"1","clerk":"7","wait":60.125,"rule":"longest","lane":"ordinary"}`,
		`{"ticket":"a","serving":0,"outcome":"done","note":"没有照片","next":{"service":"pay"}}`,
		`{"ticket":"a\u0041","wait":1e3}`, `{"Ticket":"a"}`, `{"ticket":7}`, `{"wait":01}`, `{"wait":-}`, `{"wait":1.}`, `{}`, `{"ahead":1.5}`,
		`{"ticket":"a"} `, `{"ticket":"a","ticket":"b"}`, `{"quote":{"ahead":1},"quote":{"low":2}}`, "{\"ticket\":\"\xff\"}", `{"quote":{}}`,
		`{"ticket":"a","reason":"gave-up","extra":1}`, `[]`, ``, `{"a"`, `{"ahead":99999999999999999999}`, `{"quote":{"ahead":1,}}`,
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		same[record.TicketIssuedData](t, data)
		same[record.TicketCalledData](t, data)
		same[record.TicketServedData](t, data)
		same[record.TicketLeftData](t, data)
	})
}

func same[D any](t *testing.T, data []byte) {
	t.Helper()
	var quick, plain D
	got, want := decode(data, &quick), json.Unmarshal(data, &plain)
	if (got == nil) != (want == nil) || got == nil && !reflect.DeepEqual(quick, plain) {
		t.Errorf("%s: %+v, %v; encoding/json reads %+v, %v", data, quick, got, plain, want)
	}
}

// TestRecordsAreReadQuickly: what the engine writes is read without the help of encoding/json.
func TestRecordsAreReadQuickly(t *testing.T) {
	for _, data := range []any{
		record.TicketIssuedData{Ticket: "a", Number: "A001", Service: "new", Ahead: 1, Class: "senior", Request: "r", Visit: "b", Counter: "1",
			Person: "p", Appointment: "c", Quote: &record.Quote{Ahead: 1, Low: 1.5, Expected: 2, High: 3, Known: true}},
		record.TicketCalledData{Ticket: "a", Number: "A001", Service: "new", Counter: "1", Clerk: "7", Wait: 1.25, Rule: "r", Lane: "l", Request: "q"},
		record.TicketServedData{Ticket: "a", Number: "A001", Service: "new", Counter: "1", Clerk: "7", Wait: 1.25, Serving: 3, Outcome: "done", Note: "好", Request: "q"},
		record.TicketLeftData{Ticket: "a", Number: "A001", Service: "new", Wait: 3, Reason: "no-show", Counter: "1", Request: "q"},
	} {
		text, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		read := reflect.New(reflect.TypeOf(data)).Interface()
		quick := map[reflect.Type]func() func(string, value) bool{
			reflect.TypeFor[*record.TicketIssuedData](): func() func(string, value) bool { return issuedMember(read.(*record.TicketIssuedData)) },
			reflect.TypeFor[*record.TicketCalledData](): func() func(string, value) bool { return calledMember(read.(*record.TicketCalledData)) },
			reflect.TypeFor[*record.TicketServedData](): func() func(string, value) bool { return servedMember(read.(*record.TicketServedData)) },
			reflect.TypeFor[*record.TicketLeftData]():   func() func(string, value) bool { return leftMember(read.(*record.TicketLeftData)) },
		}[reflect.TypeOf(read)]()
		if rest, ok := object(string(text), quick); !ok || rest != "" {
			t.Errorf("%s is not read quickly", text)
		}
		if got := reflect.ValueOf(read).Elem().Interface(); !reflect.DeepEqual(got, data) {
			t.Errorf("%s is read as %+v", text, got)
		}
	}
}

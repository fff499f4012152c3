package appointments_test

import (
	"fmt"
	"strings"
	"testing"

	"stationkeeper/kiosk/appointments"
)

func TestParse(t *testing.T) {
	list, err := appointments.Parse([]byte(`{"appointments":[
		{"id":"ho-1","service":"new","at":"2026-11-23T09:30:00+08:00","name":"王**","code":"a7k2","phone":"8000"},
		{"id":"ho-2","service":"repair","at":"2026-11-24T01:30:00Z"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	first := appointments.Appointment{ID: "ho-1", Service: "new", At: clock("2026-11-23 09:30").UTC(), Name: "王**", Code: "A7K2", Phone: "8000",
		Origin: appointments.HeadOffice, Status: appointments.Booked}
	if len(list) != 2 || list[0] != first || list[1].ID != "ho-2" || !list[1].At.Equal(clock("2026-11-24 09:30")) {
		t.Errorf("got %+v", list)
	}
	if list, err := appointments.Parse([]byte(`{"appointments":[]}`)); err != nil || len(list) != 0 {
		t.Errorf("an empty list: %+v, %v", list, err)
	}
}

func TestParseNamesEveryProblemByItsPath(t *testing.T) {
	one := func(members string) string {
		return `{"appointments":[{"id":"a","service":"new","at":"2026-11-23T09:30:00+08:00"` + members + `}]}`
	}
	for text, says := range map[string]string{
		``:                            "document: expected one JSON object",
		`{}`:                          "appointments: missing",
		`{"appointments":null}`:       "appointments: got null",
		`{"list":[]}`:                 "list: there is no such member",
		one(`,"price":1`):             "appointments[0].price: there is no such member",
		one(`,"name":"王小明"`):          "appointments[0].name: expected",
		one(`,"code":"a b"`):          "appointments[0].code:",
		one(`,"phone":"13800138000"`): "appointments[0].phone: expected the last three or four digits",
		`{"appointments":[{"id":"a b","service":"","at":"2026-11-23T09:30:00+08:00"}]}`:                                                                           "appointments[0].id:",
		`{"appointments":[{"id":"a","service":"new"}]}`:                                                                                                           "appointments[0].at: expected the time agreed",
		`{"appointments":[{"id":"a","service":"new","at":"2026-11-23 09:30"}]}`:                                                                                   "appointments[0].at:",
		`{"appointments":[{"id":"a","service":"new","at":"2026-11-23T09:30:00Z","code":"AAA"},{"id":"a","service":"","at":"2026-11-23T09:30:00Z","code":"aaa"}]}`: "appointments[1].id: \"a\" comes twice",
	} {
		_, err := appointments.Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q in it", text, err, says)
		}
		if err != nil && (strings.Contains(err.Error(), "王小明") || strings.Contains(err.Error(), "138")) {
			t.Errorf("the error says who it is about: %v", err)
		}
	}
	_, err := appointments.Parse([]byte(`{"appointments":[{"id":"a","service":"new","at":"2026-11-23T09:30:00Z","code":"AAA"},{"id":"a","service":"","at":"2026-11-23T09:30:00Z","code":"aaa"}]}`))
	for _, part := range []string{"appointments[1].id", "appointments[1].service", "appointments[1].code"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v, want %s in it", err, part)
		}
	}
	var many strings.Builder
	for i := range 50_001 {
		fmt.Fprintf(&many, `,{"id":"a%d","service":"new","at":"2026-11-23T09:30:00Z"}`, i)
	}
	if _, err := appointments.Parse([]byte(`{"appointments":[` + many.String()[1:] + `]}`)); err == nil || !strings.Contains(err.Error(), "at most 50000") {
		t.Errorf("too many: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"appointments":[{"id":"ho-1","service":"new","at":"2026-11-23T09:30:00+08:00","name":"王**","code":"a7k2","phone":"8000"}]}`))
	f.Add([]byte(`{"appointments":[{"id":"a","at":"0000-01-01T00:00:00+23:59"},{"id":"a"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := appointments.Parse(text)
		if err != nil {
			return
		}
		// What is accepted can be put into force, and all of it is news once.
		d := open(t)
		d.t = t
		first, again := d.must(appointments.Merge{List: list}), d.must(appointments.Merge{List: list})
		if len(first.Entries) > len(list) || len(again.Entries) > 0 {
			t.Fatalf("a list of %d makes %d records, and %d again", len(list), len(first.Entries), len(again.Entries))
		}
	})
}

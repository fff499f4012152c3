package appointments_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
)

// TestAnyDayKeepsTheRules draws commands, most of which have some sense, and checks after each what always holds.
func TestAnyDayKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &desk{t: t, state: appointments.New(rules()), now: clock("2026-11-23 08:00")}
		for range rapid.IntRange(1, 40).Draw(t, "commands") {
			if step := rapid.IntRange(-10, 240).Draw(t, "minutes"); step > 60 {
				d.now = d.now.Add(time.Duration(step-60) * time.Minute)
			} else if step < 0 { // clocks are also set back
				d.now = d.now.Add(time.Duration(step) * time.Minute)
			}
			play(t, d, draw(t, d))
		}
	})
}

func draw(t *rapid.T, d *desk) appointments.Command {
	request := ""
	if rapid.Bool().Draw(t, "with request") {
		request = fmt.Sprintf("r%d", rapid.IntRange(0, 5).Draw(t, "request"))
	}
	id := fmt.Sprintf("ho-%d", rapid.IntRange(0, 5).Draw(t, "id"))
	switch rapid.IntRange(0, 5).Draw(t, "what") {
	case 0:
		return appointments.Merge{List: drawList(t)}
	case 1:
		return appointments.Book{Request: request, Service: rapid.SampledFrom([]string{"new", "repair", "none"}).Draw(t, "service"),
			At: d.now.Add(time.Duration(rapid.IntRange(-60, 600).Draw(t, "in")) * time.Minute), Name: "王小明", Phone: "4321", By: "s1",
			Nonce: fmt.Sprintf("n%03d", rapid.IntRange(0, 30).Draw(t, "nonce"))}
	case 2:
		return appointments.Cancel{Request: request, Appointment: id}
	case 3:
		return appointments.Tick{}
	case 4:
		return appointments.Arrive{Request: request, Phone: "4321", Ticket: fmt.Sprintf("t%d", len(d.records))}
	}
	return appointments.Arrive{Request: request, Appointment: id, Ticket: fmt.Sprintf("t%d", len(d.records))}
}

func drawList(t *rapid.T) []appointments.Appointment {
	var list []appointments.Appointment
	for i := range 6 {
		if rapid.Bool().Draw(t, "listed") {
			at := clock("2026-11-23 09:00").Add(time.Duration(rapid.IntRange(0, 16).Draw(t, "quarter")) * 15 * time.Minute)
			list = append(list, appointments.Appointment{ID: fmt.Sprintf("ho-%d", i), Service: "new", At: at.UTC(), Phone: "4321"})
		}
	}
	return list
}

// play carries a command out and checks: what it told is what is, a refusal and a repetition change nothing, a second
// time changes nothing more, states only follow on those they may follow on, and the records alone make the same state.
func play(t *rapid.T, d *desk, c appointments.Command) {
	before, count := everything(d.state), len(d.records)
	decision, err := d.do(c)
	after := everything(d.state)
	switch {
	case err != nil || decision.Repeated:
		if len(d.records) != count || !reflect.DeepEqual(before, after) {
			t.Fatalf("%#v: %v, repeated %v, but the state changed", c, err, decision.Repeated)
		}
	case decision.Appointment.ID != "":
		if is, _ := d.state.Appointment(decision.Appointment.ID); is != decision.Appointment {
			t.Fatalf("%#v: told %+v, is %+v", c, decision.Appointment, is)
		}
	}
	if arrive, ok := c.(appointments.Arrive); ok && err == nil && !decision.Repeated {
		checkArrival(t, d, arrive, decision.Appointment)
	}
	for id, was := range before {
		if is, known := after[id]; known && !follows(was.Status, is.Status) {
			t.Fatalf("%#v: %s was %s and is %s", c, id, was.Status, is.Status)
		}
	}
	checkTwice(t, d, c)
	checkFold(t, d)
}

func follows(was, is appointments.Status) bool {
	return was != appointments.Arrived || is == appointments.Arrived
}

// checkArrival: who took a ticket was within the window, and is the only one with it.
func checkArrival(t *rapid.T, d *desk, c appointments.Arrive, a appointments.Appointment) {
	if late := a.Late(); late < -rules().Early || late > rules().Late {
		t.Fatalf("%#v: arrived %s late", c, late)
	}
	for id, other := range everything(d.state) {
		if id != a.ID && other.Ticket == a.Ticket {
			t.Fatalf("%s and %s have ticket %s", id, a.ID, a.Ticket)
		}
	}
}

// checkTwice: the list, the clock, and what has a request change nothing when they come again.
func checkTwice(t *rapid.T, d *desk, c appointments.Command) {
	if request, ok := requestOf(c); ok && request == "" {
		return
	}
	if again, err := d.state.Decide(c, d.now); err == nil && len(again.Entries) > 0 {
		t.Fatalf("%#v once more: %s", c, types(again))
	}
}

func requestOf(c appointments.Command) (string, bool) {
	switch c := c.(type) {
	case appointments.Book:
		return c.Request, true
	case appointments.Cancel:
		return c.Request, true
	case appointments.Arrive:
		return c.Request, true
	}
	return "", false
}

func checkFold(t *rapid.T, d *desk) {
	folded := appointments.New(rules())
	for _, r := range d.records {
		if err := folded.Apply(r); err != nil {
			t.Fatalf("fold: %v", err)
		}
	}
	if got, want := everything(folded), everything(d.state); !reflect.DeepEqual(got, want) {
		t.Fatalf("the fold of the records is not the state:\n%+v\n%+v", got, want)
	}
	if !folded.Wake().Equal(d.state.Wake()) {
		t.Fatalf("the fold wakes at %s, the state at %s", folded.Wake(), d.state.Wake())
	}
	day := d.state.Day(d.now).Appointments
	if !slices.IsSortedFunc(day, func(a, b appointments.Appointment) int { return a.At.Compare(b.At) }) {
		t.Fatalf("not in order: %+v", day)
	}
}

// everything is what the state knows, of the days around those that are played.
func everything(s *appointments.State) map[string]appointments.Appointment {
	all := map[string]appointments.Appointment{}
	for date := clock("2026-11-21 00:00"); date.Before(clock("2026-12-31 00:00")); date = date.AddDate(0, 0, 1) {
		for _, a := range s.On(date.Format(time.DateOnly)).Appointments {
			all[a.ID] = a
		}
	}
	return all
}

func FuzzApply(f *testing.F) {
	f.Add("appointment.booked", []byte(`{"appointment":"a","service":"new","at":"2026-11-23T01:20:00Z","request":"r"}`))
	f.Add("appointment.arrived", []byte(`{"appointment":"a","at":"2026-11-23T01:20:00Z","ticket":"t"}`))
	f.Fuzz(func(t *testing.T, typ string, data []byte) {
		d := open(t)
		d.must(appointments.Merge{List: listed("09:20")})
		before := everything(d.state)
		if err := d.state.Apply(record.Record{Seq: 2, Type: typ, Time: d.now, Data: data}); err != nil && !reflect.DeepEqual(everything(d.state), before) {
			t.Fatalf("%v, but the state changed", err)
		}
		d.state.Due(d.now)
		d.must(appointments.Tick{})
		if wake := d.state.Wake(); !wake.IsZero() && !wake.After(d.now) {
			t.Fatalf("ticked, but there is something to do since %s", wake)
		}
	})
}

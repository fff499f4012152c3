package appointments_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/hours"
)

var shanghai = time.FixedZone("CST", 8*3600)

func rules() appointments.Rules {
	office := &hours.Hours{}
	for day := range office.Week {
		office.Week[day] = []hours.Span{{From: 8 * time.Hour, To: 12 * time.Hour}, {From: 13 * time.Hour, To: 17 * time.Hour}}
	}
	return appointments.Rules{
		Zone:     shanghai,
		Services: []appointments.Service{{ID: "new", Hours: office}, {ID: "repair"}},
		Early:    30 * time.Minute,
		Late:     15 * time.Minute,
		Missed:   time.Hour,
	}
}

// desk is a state, the records behind it, and a clock that the test sets.
type desk struct {
	t interface {
		Helper()
		Fatalf(string, ...any)
	}
	state   *appointments.State
	records []record.Record
	now     time.Time
}

func open(t *testing.T) *desk {
	t.Helper()
	if err := rules().Validate(); err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, state: appointments.New(rules()), now: clock("2026-11-23 09:00")}
}

func clock(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
	if err != nil {
		panic(err)
	}
	return at
}

// do decides and applies what came of it.
func (d *desk) do(c appointments.Command) (appointments.Decision, error) {
	d.t.Helper()
	decision, err := d.state.Decide(c, d.now)
	if err != nil && len(decision.Entries) > 0 {
		d.t.Fatalf("%#v: refused with %v, but there are records", c, err)
	}
	for _, e := range decision.Entries {
		if err := e.Check(); err != nil {
			d.t.Fatalf("%#v: %v", c, err)
		}
		r := record.Record{Seq: uint64(len(d.records) + 1), Type: e.Type, Source: e.Source, Time: e.Time, Clock: record.Synced, Data: e.Data}
		if err := d.state.Apply(r); err != nil {
			d.t.Fatalf("%#v: %v", c, err)
		}
		d.records = append(d.records, r)
	}
	return decision, err
}

func (d *desk) must(c appointments.Command) appointments.Decision {
	d.t.Helper()
	decision, err := d.do(c)
	if err != nil {
		d.t.Fatalf("%#v: %v", c, err)
	}
	return decision
}

// types are those of a decision's records.
func types(d appointments.Decision) string {
	var all []string
	for _, e := range d.Entries {
		all = append(all, e.Type)
	}
	return fmt.Sprint(all)
}

// listed is head office's list with one appointment for each time of today.
func listed(times ...string) []appointments.Appointment {
	var list []appointments.Appointment
	for i, at := range times {
		list = append(list, appointments.Appointment{ID: fmt.Sprintf("ho-%d", i+1), Service: "new", At: clock("2026-11-23 " + at),
			Name: "王**", Code: fmt.Sprintf("CODE%d", i+1), Phone: fmt.Sprintf("00%d7", i%2)})
	}
	return list
}

func TestACustomerArrivesForAnAppointment(t *testing.T) {
	d := open(t)
	d.must(appointments.Merge{List: listed("09:20", "11:00")})
	arrive := appointments.Arrive{Request: "r1", Code: "code1"}
	a, err := d.state.Check(arrive, d.now)
	if err != nil || a.ID != "ho-1" || a.Status != appointments.Booked {
		t.Fatalf("check: %+v, %v", a, err)
	}
	if got, err := d.do(arrive); !errors.Is(err, appointments.ErrMalformed) {
		t.Fatalf("without a ticket: %+v, %v", got, err)
	}
	arrive.Ticket = "2026-11-23-A001-x"
	got := d.must(arrive)
	want, _ := d.state.Appointment("ho-1")
	if types(got) != "[appointment.arrived]" || got.Appointment != want || want.Ticket != arrive.Ticket || want.Late() != -20*time.Minute {
		t.Errorf("told %+v, is %+v", got.Appointment, want)
	}
	again := d.must(arrive)
	if !again.Repeated || len(again.Entries) > 0 || again.Appointment != want {
		t.Errorf("repeated: %+v", again)
	}
	if a, err := d.state.Check(arrive, d.now); err != nil || a != want {
		t.Errorf("check of a repetition: %+v, %v", a, err)
	}
	arrive.Request = "r2"
	if _, err := d.do(arrive); !errors.Is(err, appointments.ErrArrived) {
		t.Errorf("once more: %v", err)
	}
}

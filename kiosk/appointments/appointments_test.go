package appointments_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
)

// When a customer may arrive: thirty minutes early to fifteen late, given up after an hour.
func TestArrivalWindow(t *testing.T) {
	for _, c := range []struct {
		now  time.Time
		want error
	}{
		{clock("2026-11-22 10:00"), appointments.ErrTooEarly},
		{clock("2026-11-23 09:29"), appointments.ErrTooEarly},
		{clock("2026-11-23 09:30").Add(-time.Millisecond), appointments.ErrTooEarly},
		{clock("2026-11-23 09:30"), nil},
		{clock("2026-11-23 10:00"), nil},
		{clock("2026-11-23 10:15"), nil},
		{clock("2026-11-23 10:15").Add(time.Millisecond), appointments.ErrTooLate},
		{clock("2026-11-23 11:30"), appointments.ErrTooLate},
	} {
		d := open(t)
		d.must(appointments.Merge{List: listed("10:00")})
		d.now = c.now
		got, err := d.do(appointments.Arrive{Appointment: "ho-1", Ticket: "t"})
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("at %s: %v, want %v", c.now, err, c.want)
		}
		if got.Appointment.ID != "ho-1" {
			t.Errorf("at %s: told of %+v", c.now, got.Appointment)
		}
	}
}

// Which appointment is meant. There are three of today: 1 and 3 share their digits, 2 has others.
func TestWhichAppointment(t *testing.T) {
	list := listed("09:20", "09:25", "11:00")
	list = append(list, appointments.Appointment{ID: "ho-9", Service: "repair", At: clock("2026-11-24 09:20"), Name: "李*", Code: "LATER", Phone: "9999"})
	list[2].Service = "repair"
	for _, c := range []struct {
		name   string
		at     string
		arrive appointments.Arrive
		id     string
		want   error
	}{
		{"by id", "09:00", appointments.Arrive{Appointment: "ho-2"}, "ho-2", nil},
		{"by code, however it is typed", "09:00", appointments.Arrive{Code: "cOdE2"}, "ho-2", nil},
		{"by digits of which one may come now", "09:00", appointments.Arrive{Phone: "0007"}, "ho-1", nil},
		{"by three digits", "09:00", appointments.Arrive{Phone: "017"}, "ho-2", nil},
		{"by digits of which two may come", "09:05", appointments.Arrive{Phone: "007"}, "ho-1", nil},
		{"by digits of which none may come", "10:00", appointments.Arrive{Phone: "0007"}, "ho-1", appointments.ErrTooLate},
		{"by digits of which one comes later", "10:20", appointments.Arrive{Phone: "0007"}, "ho-3", appointments.ErrTooEarly},
		{"narrowed by service", "09:00", appointments.Arrive{Phone: "0007", Service: "repair"}, "ho-3", appointments.ErrTooEarly},
		{"of another service", "09:00", appointments.Arrive{Code: "CODE2", Service: "repair"}, "", appointments.ErrUnknown},
		{"digits of tomorrow", "09:00", appointments.Arrive{Phone: "9999"}, "", appointments.ErrUnknown},
		{"code of tomorrow", "09:00", appointments.Arrive{Code: "LATER"}, "ho-9", appointments.ErrTooEarly},
		{"unknown id", "09:00", appointments.Arrive{Appointment: "ho-77"}, "", appointments.ErrUnknown},
		{"unknown code", "09:00", appointments.Arrive{Code: "NONE"}, "", appointments.ErrUnknown},
		{"unknown digits", "09:00", appointments.Arrive{Phone: "1234"}, "", appointments.ErrUnknown},
		{"too few digits", "09:00", appointments.Arrive{Phone: "07"}, "", appointments.ErrMalformed},
		{"no digits", "09:00", appointments.Arrive{Phone: "00a7"}, "", appointments.ErrMalformed},
		{"nothing", "09:00", appointments.Arrive{}, "", appointments.ErrMalformed},
		{"two things", "09:00", appointments.Arrive{Code: "CODE1", Phone: "0007"}, "", appointments.ErrMalformed},
	} {
		d := open(t)
		d.must(appointments.Merge{List: list})
		d.now = clock("2026-11-23 " + c.at)
		a, err := d.state.Check(c.arrive, d.now)
		if a.ID != c.id || !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, a.ID, err, c.id, c.want)
		}
		c.arrive.Ticket = "t"
		if _, other := d.do(c.arrive); !errors.Is(other, c.want) || (other == nil) != (c.want == nil) {
			t.Errorf("%s: Check says %v, Decide %v", c.name, err, other)
		}
	}
}

func TestSeveralMatch(t *testing.T) {
	d := open(t)
	list := listed("09:20", "12:00", "09:10", "11:00")
	for i := range list {
		list[i].Phone = "4321"
	}
	list[3].Phone = "321"
	d.must(appointments.Merge{List: list})
	arrive := appointments.Arrive{Phone: "4321", Ticket: "t"}
	if _, err := d.do(arrive); !errors.Is(err, appointments.ErrAmbiguous) {
		t.Fatalf("two may come: %v", err)
	}
	matches, err := d.state.Matches(arrive, d.now)
	if err != nil || len(matches) != 2 || matches[0].ID != "ho-3" || matches[1].ID != "ho-1" {
		t.Fatalf("matches: %+v, %v", matches, err)
	}
	d.must(appointments.Arrive{Appointment: "ho-1", Ticket: "t"})
	if got := d.must(arrive).Appointment.ID; got != "ho-3" {
		t.Errorf("once the one has come the other is meant, not %s", got)
	}
	if _, err := d.do(arrive); !errors.Is(err, appointments.ErrTooEarly) {
		t.Errorf("the third is too early: %v", err)
	}
	if matches, err := d.state.Matches(arrive, d.now); err != nil || len(matches) != 0 {
		t.Errorf("matches: %+v, %v", matches, err)
	}
	if _, err := d.state.Matches(appointments.Arrive{Phone: "1111"}, d.now); !errors.Is(err, appointments.ErrUnknown) {
		t.Errorf("nobody's digits: %v", err)
	}
}

// What head office's list does to an appointment, by what had become of it.
func TestMerge(t *testing.T) {
	moved := listed("10:30")
	renamed := listed("10:00")
	renamed[0].Name = "李**"
	late := listed("07:30") // missed was at 08:30
	arrive := func(d *desk) {
		d.now = clock("2026-11-23 09:40")
		d.must(appointments.Arrive{Appointment: "ho-1", Ticket: "t"})
	}
	cancel := func(d *desk) { d.must(appointments.Cancel{Appointment: "ho-1", Reason: "called in"}) }
	miss := func(d *desk) { d.now = clock("2026-11-23 11:01"); d.must(appointments.Tick{}) }
	withdraw := func(d *desk) { d.must(appointments.Merge{}) }
	for _, c := range []struct {
		name   string
		before func(*desk)
		list   []appointments.Appointment
		types  string
		status appointments.Status
	}{
		{"the same again", nil, listed("10:00"), "[]", appointments.Booked},
		{"at another time", nil, moved, "[appointment.booked]", appointments.Booked},
		{"with another name", nil, renamed, "[appointment.booked]", appointments.Booked},
		{"no longer in it", nil, nil, "[appointment.cancelled]", appointments.Cancelled},
		{"back after that", withdraw, listed("10:00"), "[appointment.booked]", appointments.Booked},
		{"no longer in it, but arrived", arrive, nil, "[]", appointments.Arrived},
		{"moved, but arrived", arrive, moved, "[]", appointments.Arrived},
		{"cancelled here, and still in it", cancel, listed("10:00"), "[]", appointments.Cancelled},
		{"cancelled here, and agreed anew", cancel, moved, "[appointment.booked]", appointments.Booked},
		{"cancelled here, and no longer in it", cancel, nil, "[]", appointments.Cancelled},
		{"missed, and still in it", miss, listed("10:00"), "[]", appointments.Missed},
		{"missed, and agreed anew", miss, listed("15:00"), "[appointment.booked]", appointments.Booked},
		{"missed, and no longer in it", miss, nil, "[]", appointments.Missed},
		{"moved to a time that is over", nil, late, "[]", appointments.Booked},
	} {
		d := open(t)
		d.must(appointments.Merge{List: listed("10:00")})
		if c.before != nil {
			c.before(d)
		}
		got := d.must(appointments.Merge{List: c.list})
		a, _ := d.state.Appointment("ho-1")
		if types(got) != c.types || a.Status != c.status {
			t.Errorf("%s: %s, then %s; want %s, %s", c.name, types(got), a.Status, c.types, c.status)
		}
	}
}

func TestMergeLeavesWhatIsOverAndWhatIsByHand(t *testing.T) {
	d := open(t)
	hand := d.must(appointments.Book{Service: "new", At: clock("2026-11-23 14:00"), Name: "王小明", By: "s1", Nonce: "abcd"}).Appointment
	got := d.must(appointments.Merge{List: listed("07:58", "07:59", "08:01")})
	if types(got) != "[appointment.booked]" {
		t.Errorf("of a list with two that are over: %s", types(got))
	}
	if now, _ := d.state.Appointment(hand.ID); now.Status != appointments.Booked || now.Origin != "s1" {
		t.Errorf("one made by hand: %+v", now)
	}
	d.now = clock("2026-11-23 09:02")
	if got := d.must(appointments.Merge{}); types(got) != "[]" {
		t.Errorf("one that is over is not withdrawn but missed: %s", types(got))
	}
	// Head office learns of the one made by hand from its record, and lists it: from then on it can withdraw it.
	hand.Status = appointments.Booked
	if got := d.must(appointments.Merge{List: []appointments.Appointment{hand}}); types(got) != "[appointment.booked]" {
		t.Errorf("taken over: %s", types(got))
	}
	if got := d.must(appointments.Merge{List: []appointments.Appointment{hand}}); types(got) != "[]" {
		t.Errorf("taken over again: %s", types(got))
	}
	if got := d.must(appointments.Merge{}); types(got) != "[appointment.cancelled]" {
		t.Errorf("withdrawn: %s", types(got))
	}
}

func TestBook(t *testing.T) {
	good := appointments.Book{Request: "r1", Service: "new", At: clock("2026-11-24 10:00"), Name: "王小明", Phone: "+86 138-0013-8000", By: "s1", Nonce: "k3f9"}
	d := open(t)
	got := d.must(good)
	want := appointments.Appointment{ID: "2026-11-24-k3f9", Service: "new", At: good.At.UTC(), Name: "王**", Code: "K3F9", Phone: "8000", Origin: "s1",
		Status: appointments.Booked}
	is, _ := d.state.Appointment(want.ID)
	if got.Appointment != is || is.Name != want.Name || is.Code != want.Code || is.Phone != want.Phone || !is.At.Equal(want.At) || is.Origin != want.Origin {
		t.Errorf("got %+v, is %+v, want %+v", got.Appointment, is, want)
	}
	if strings.Contains(string(d.records[0].Data), "小") || strings.Contains(string(d.records[0].Data), "138") {
		t.Errorf("the record says more than is needed: %s", d.records[0].Data)
	}
	if again := d.must(good); !again.Repeated || len(again.Entries) > 0 || again.Appointment != is {
		t.Errorf("repeated: %+v", again)
	}
	for name, c := range map[string]struct {
		change func(*appointments.Book)
		want   error
	}{
		"unknown service":  {func(b *appointments.Book) { b.Service = "none" }, appointments.ErrUnknownService},
		"at noon":          {func(b *appointments.Book) { b.At = clock("2026-11-24 12:00") }, appointments.ErrClosed},
		"in the past":      {func(b *appointments.Book) { b.At = clock("2026-11-23 08:59") }, appointments.ErrPast},
		"too far":          {func(b *appointments.Book) { b.At = clock("2027-03-24 10:00") }, appointments.ErrTooFar},
		"same nonce":       {func(b *appointments.Book) {}, appointments.ErrMalformed},
		"code of another":  {func(b *appointments.Book) { b.At = clock("2026-11-25 10:00") }, appointments.ErrMalformed},
		"short nonce":      {func(b *appointments.Book) { b.Nonce = "abc" }, appointments.ErrMalformed},
		"nobody's":         {func(b *appointments.Book) { b.Nonce, b.By = "other", "" }, appointments.ErrMalformed},
		"long name":        {func(b *appointments.Book) { b.Nonce, b.Name = "other", strings.Repeat("王", 65) }, appointments.ErrMalformed},
		"broken name":      {func(b *appointments.Book) { b.Nonce, b.Name = "other", "\xff" }, appointments.ErrMalformed},
		"long phone":       {func(b *appointments.Book) { b.Nonce, b.Phone = "other", strings.Repeat("1", 65) }, appointments.ErrMalformed},
		"broken request":   {func(b *appointments.Book) { b.Request = "a b" }, appointments.ErrMalformed},
		"request of other": {func(b *appointments.Book) { b.Request = "cancelled" }, appointments.ErrRequestReused},
	} {
		d := open(t)
		d.must(good)
		d.must(appointments.Merge{List: listed("10:00")})
		d.must(appointments.Cancel{Request: "cancelled", Appointment: "ho-1"})
		b := good
		b.Request = ""
		c.change(&b)
		if got, err := d.do(b); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v; want %v", name, got, err, c.want)
		}
	}
}

func TestMask(t *testing.T) {
	for name, want := range map[string]string{"": "", "王小明": "王**", " 欧阳 娜 ": "欧* 娜*", "李": "李*", "Jan Kowalski": "J** K*******"} {
		if got := appointments.Mask(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestCancel(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*desk)
		cancel appointments.Cancel
		want   error
	}{
		{"booked", nil, appointments.Cancel{Appointment: "ho-1", Reason: "called in"}, nil},
		{"unknown", nil, appointments.Cancel{Appointment: "ho-2"}, appointments.ErrUnknown},
		{"twice", func(d *desk) { d.must(appointments.Cancel{Appointment: "ho-1"}) }, appointments.Cancel{Appointment: "ho-1"}, appointments.ErrCancelled},
		{"arrived", func(d *desk) { d.must(appointments.Arrive{Code: "CODE1", Ticket: "t"}) }, appointments.Cancel{Appointment: "ho-1"}, appointments.ErrArrived},
		{"missed", func(d *desk) { d.now = clock("2026-11-23 12:00"); d.must(appointments.Tick{}) }, appointments.Cancel{Appointment: "ho-1"}, appointments.ErrTooLate},
		{"long reason", nil, appointments.Cancel{Appointment: "ho-1", Reason: strings.Repeat("x", 201)}, appointments.ErrMalformed},
		{"head office's reason", nil, appointments.Cancel{Appointment: "ho-1", Reason: "withdrawn"}, appointments.ErrMalformed},
	} {
		d := open(t)
		d.must(appointments.Merge{List: listed("09:30")})
		if c.before != nil {
			c.before(d)
		}
		c.cancel.Request = "r1"
		got, err := d.do(c.cancel)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err != nil {
			continue
		}
		if again := d.must(c.cancel); !again.Repeated || again.Appointment != got.Appointment || got.Appointment.Status != appointments.Cancelled {
			t.Errorf("repeated: %+v, first %+v", again, got)
		}
		if _, err := d.do(appointments.Arrive{Code: "CODE1", Ticket: "t"}); !errors.Is(err, appointments.ErrCancelled) {
			t.Errorf("arrival for a cancelled one: %v", err)
		}
	}
}

func TestMissed(t *testing.T) {
	d := open(t)
	d.must(appointments.Merge{List: listed("09:30", "09:40", "11:00")})
	d.must(appointments.Arrive{Code: "CODE1", Ticket: "t"})
	if want := clock("2026-11-23 10:40").Add(time.Millisecond); !d.state.Wake().Equal(want) {
		t.Fatalf("wakes at %s, want %s", d.state.Wake(), want)
	}
	d.now = clock("2026-11-23 10:40")
	if got := d.must(appointments.Tick{}); types(got) != "[]" {
		t.Errorf("an instant before: %s", types(got))
	}
	d.now = d.state.Wake()
	got := d.must(appointments.Tick{})
	if a, _ := d.state.Appointment("ho-2"); types(got) != "[appointment.missed]" || a.Status != appointments.Missed {
		t.Errorf("missed: %s, %+v", types(got), a)
	}
	if _, err := d.do(appointments.Arrive{Code: "CODE2", Ticket: "t"}); !errors.Is(err, appointments.ErrTooLate) {
		t.Errorf("arrival for a missed one: %v", err)
	}
	if got := d.must(appointments.Tick{}); types(got) != "[]" {
		t.Errorf("once more: %s", types(got))
	}
	d.now = clock("2026-11-23 12:01")
	d.must(appointments.Tick{})
	if !d.state.Wake().IsZero() {
		t.Errorf("nothing to come, but wakes at %s", d.state.Wake())
	}
}

// A journal keeps a week of what head office has; an appointment made by hand may be for later.
func TestByHandIsWrittenDownAgain(t *testing.T) {
	d := open(t)
	d.must(appointments.Merge{List: []appointments.Appointment{{ID: "ho-1", Service: "new", At: clock("2026-12-14 10:00"), Code: "AAA"}}})
	booked := d.must(appointments.Book{Service: "new", At: clock("2026-12-14 10:00"), Name: "王小明", By: "s1", Nonce: "abcd"}).Appointment
	var times []time.Time
	for d.state.Wake().Before(clock("2026-12-14 00:00")) {
		d.now = d.state.Wake()
		if got := d.must(appointments.Tick{}); types(got) != "[appointment.booked]" {
			t.Fatalf("at %s: %s", d.now, types(got))
		}
		times = append(times, d.now)
	}
	if len(times) != 6 || !times[5].Equal(clock("2026-12-11 09:00")) {
		t.Errorf("written down again at %s", times)
	}
	// Only the last of the records is left.
	fresh := appointments.New(rules())
	if err := fresh.Apply(d.records[len(d.records)-1]); err != nil {
		t.Fatal(err)
	}
	kept, _ := fresh.Appointment(booked.ID)
	if now, _ := d.state.Appointment(booked.ID); kept != now || kept.Code != booked.Code || kept.Name != "王**" {
		t.Errorf("kept %+v, want %+v", kept, now)
	}
}

func TestDay(t *testing.T) {
	d := open(t)
	d.must(appointments.Merge{List: append(listed("11:00", "09:20", "11:00"),
		appointments.Appointment{ID: "tomorrow", At: clock("2026-11-24 00:00")}, appointments.Appointment{ID: "tonight", At: clock("2026-11-23 23:59")})})
	ids := func(day appointments.Day) string {
		var all []string
		for _, a := range day.Appointments {
			all = append(all, a.ID)
		}
		return day.Date + " " + strings.Join(all, " ")
	}
	before := d.state.Day(d.now)
	if got := ids(before); got != "2026-11-23 ho-2 ho-1 ho-3 tonight" {
		t.Errorf("today: %s", got)
	}
	if got := ids(d.state.On("2026-11-24")); got != "2026-11-24 tomorrow" {
		t.Errorf("tomorrow: %s", got)
	}
	if due := d.state.Due(d.now); len(due) != 1 || due[0].ID != "ho-2" {
		t.Errorf("due: %+v", due)
	}
	kept := slices.Clone(before.Appointments)
	d.must(appointments.Arrive{Code: "CODE2", Ticket: "t"})
	if !slices.Equal(before.Appointments, kept) {
		t.Error("a day that was told has changed")
	}
	if got := d.state.Day(d.now).Appointments[0]; got.Status != appointments.Arrived {
		t.Errorf("after the arrival: %+v", got)
	}
	if due := d.state.Due(d.now); len(due) != 0 {
		t.Errorf("due after the arrival: %+v", due)
	}
	for day := range 40 {
		d.state.On(clock("2026-11-24 00:00").AddDate(0, 0, day).Format(time.DateOnly))
	}
	if got := ids(d.state.On("2026-11-24")); got != "2026-11-24 tomorrow" {
		t.Errorf("tomorrow, once more: %s", got)
	}
}

func TestWhatIsOverIsForgotten(t *testing.T) {
	d := open(t)
	d.must(appointments.Merge{List: listed("09:20", "17:00")})
	d.must(appointments.Arrive{Request: "r1", Code: "CODE1", Ticket: "t"})
	d.now = clock("2026-11-25 12:00")
	d.must(appointments.Tick{}) // misses the second, and with the new day forgets the first
	if _, ok := d.state.Appointment("ho-1"); ok {
		t.Error("an appointment of two days ago is still known")
	}
	if _, ok := d.state.Appointment("ho-2"); !ok {
		t.Error("an appointment of less than two days ago is forgotten")
	}
	// A clock that is not believed forgets nothing.
	r := d.records[len(d.records)-1]
	r.Time, r.Clock = clock("2036-01-01 00:00"), record.Unsynced
	if err := d.state.Apply(r); err != nil {
		t.Fatal(err)
	}
	if _, ok := d.state.Appointment("ho-2"); !ok {
		t.Error("a clock that is not believed made it forget")
	}
}

func TestApplyRefusesWhatCannotBe(t *testing.T) {
	state := appointments.New(rules())
	for _, data := range []string{`{`, `{"appointment":5}`, `{}`} {
		if err := state.Apply(record.Record{Seq: 7, Type: record.AppointmentBooked, Data: []byte(data)}); err == nil || !strings.Contains(err.Error(), "record 7") {
			t.Errorf("%s: %v", data, err)
		}
	}
	if err := state.Apply(record.Record{Seq: 7, Type: record.TicketIssued, Data: []byte(`{`)}); err != nil {
		t.Errorf("a record of another type: %v", err)
	}
	// The booking of one that arrived is no longer in the journal.
	gone := []byte(`{"appointment":"x","service":"new","at":"2026-11-23T01:20:00Z","ticket":"t"}`)
	if err := state.Apply(record.Record{Seq: 8, Type: record.AppointmentArrived, Time: clock("2026-11-23 09:00"), Data: gone}); err != nil {
		t.Fatal(err)
	}
	if a, _ := state.Appointment("x"); a.Status != appointments.Arrived || a.Ticket != "t" || a.Late() != -20*time.Minute {
		t.Errorf("got %+v", a)
	}
}

func TestRulesValidate(t *testing.T) {
	for name, change := range map[string]func(*appointments.Rules){
		"zone":    func(r *appointments.Rules) { r.Zone = nil },
		"early":   func(r *appointments.Rules) { r.Early = -1 },
		"late":    func(r *appointments.Rules) { r.Late = -1 },
		"missed":  func(r *appointments.Rules) { r.Missed = r.Late - 1 },
		"ahead":   func(r *appointments.Rules) { r.Ahead = -1 },
		"service": func(r *appointments.Rules) { r.Services[0].Hours.Week[0][0].To = 0 },
	} {
		r := rules()
		change(&r)
		if err := r.Validate(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

package hours_test

import (
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/hours"
)

func h(hour, minute int) time.Duration {
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zone database on this machine: %v", err)
	}
	return z
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// office is open with a break at noon from Monday to Friday, and without one on Saturdays.
func office() *hours.Hours {
	day := []hours.Span{{From: h(8, 30), To: h(12, 0)}, {From: h(13, 0), To: h(17, 0)}}
	o := &hours.Hours{Days: map[string][]hours.Span{
		"2026-10-01": nil,
		"2026-10-10": {{From: h(9, 0), To: h(16, 0)}}, // a Saturday worked for the holiday
		"2026-10-02": {},
	}}
	for weekday := time.Monday; weekday <= time.Friday; weekday++ {
		o.Week[weekday] = day
	}
	o.Week[time.Saturday] = []hours.Span{{From: h(9, 0), To: h(12, 0)}}
	return o
}

func TestOpen(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	for _, c := range []struct{ name, at, until, next string }{
		{"a second before the morning", "2026-11-23T08:29:59+08:00", "", "2026-11-23T08:30:00+08:00"},
		{"the first instant", "2026-11-23T08:30:00+08:00", "2026-11-23T12:00:00+08:00", "2026-11-23T13:00:00+08:00"},
		{"the last instant", "2026-11-23T11:59:59+08:00", "2026-11-23T12:00:00+08:00", "2026-11-23T13:00:00+08:00"},
		{"a break begins", "2026-11-23T12:00:00+08:00", "", "2026-11-23T13:00:00+08:00"},
		{"in the afternoon", "2026-11-23T16:00:00+08:00", "2026-11-23T17:00:00+08:00", "2026-11-24T08:30:00+08:00"},
		{"closed for today", "2026-11-23T17:00:00+08:00", "", "2026-11-24T08:30:00+08:00"},
		{"closed for the week", "2026-11-28T12:00:00+08:00", "", "2026-11-30T08:30:00+08:00"},
		{"holidays, then a Saturday", "2026-09-30T17:00:00+08:00", "", "2026-10-03T09:00:00+08:00"},
		{"the holiday", "2026-10-01T10:00:00+08:00", "", "2026-10-03T09:00:00+08:00"},
		{"a special Saturday", "2026-10-10T13:00:00+08:00", "2026-10-10T16:00:00+08:00", "2026-10-12T08:30:00+08:00"},
		{"the same instant elsewhere", "2026-11-23T00:30:00Z", "2026-11-23T12:00:00+08:00", "2026-11-23T13:00:00+08:00"},
	} {
		check(t, c.name, office(), shanghai, c.at, c.until, c.next)
	}
}

// check compares what Open and Next say; until "" is closed, next "" is never.
func check(t *testing.T, name string, hours *hours.Hours, zone *time.Location, when, until, next string) {
	t.Helper()
	gotUntil, open := hours.Open(at(t, when), zone)
	if open != (until != "") || open && !gotUntil.Equal(at(t, until)) {
		t.Errorf("%s: at %s open %v until %s, want %q", name, when, open, gotUntil, until)
	}
	gotNext, ok := hours.Next(at(t, when), zone)
	if ok != (next != "") || ok && !gotNext.Equal(at(t, next)) {
		t.Errorf("%s: after %s opens %v %s, want %q", name, when, ok, gotNext, next)
	}
}

func TestOddWeeks(t *testing.T) {
	utc := time.UTC
	always := &hours.Hours{}
	for day := range always.Week {
		always.Week[day] = []hours.Span{{From: 0, To: 24 * time.Hour}}
	}
	night := &hours.Hours{}
	night.Week[time.Friday] = []hours.Span{{From: h(22, 0), To: h(24, 0)}}
	night.Week[time.Saturday] = []hours.Span{{From: 0, To: h(2, 0)}}
	touching := &hours.Hours{}
	touching.Week[time.Monday] = []hours.Span{{From: h(9, 0), To: h(12, 0)}, {From: h(12, 0), To: h(17, 0)}}
	once := &hours.Hours{Days: map[string][]hours.Span{
		"2028-02-29": {{From: h(9, 0), To: h(12, 0)}}, "2026-12-24": nil, "2020-01-01": {{From: 0, To: h(1, 0)}},
	}}
	for _, c := range []struct {
		name            string
		hours           *hours.Hours
		at, until, next string
	}{
		{"past midnight, before it", night, "2026-11-27T23:00:00Z", "2026-11-28T02:00:00Z", "2026-12-04T22:00:00Z"},
		{"past midnight, after it", night, "2026-11-28T01:00:00Z", "2026-11-28T02:00:00Z", "2026-12-04T22:00:00Z"},
		{"past midnight, over", night, "2026-11-28T02:00:00Z", "", "2026-12-04T22:00:00Z"},
		{"spans that touch", touching, "2026-11-23T10:00:00Z", "2026-11-23T17:00:00Z", "2026-11-30T09:00:00Z"},
		{"before spans that touch", touching, "2026-11-23T08:00:00Z", "", "2026-11-23T09:00:00Z"},
		{"a single day far ahead", once, "2026-11-23T08:00:00Z", "", "2028-02-29T09:00:00Z"},
		{"on that day", once, "2028-02-29T09:30:00Z", "2028-02-29T12:00:00Z", ""},
		{"after it", once, "2028-02-29T12:00:00Z", "", ""},
		{"never", &hours.Hours{}, "2026-11-23T08:00:00Z", "", ""},
	} {
		check(t, c.name, c.hours, utc, c.at, c.until, c.next)
	}
	for name, all := range map[string]*hours.Hours{"always": always, "nil": nil} {
		until, open := all.Open(at(t, "2026-11-23T08:00:00Z"), utc)
		next, ok := all.Next(at(t, "2026-11-23T08:00:00Z"), utc)
		if !open || !until.IsZero() || ok {
			t.Errorf("%s: open %v until %s, opens %v %s", name, open, until, ok, next)
		}
	}
	// One closed day ends being open always, within the week ahead.
	always.Days = map[string][]hours.Span{"2026-11-26": nil}
	check(t, "always but one day", always, utc, "2026-11-23T08:00:00Z", "2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z")
}

// Each span is that of the day on which the clocks change, and of no other.
func TestChangeOfClocks(t *testing.T) {
	for _, c := range []struct {
		name, zone, date string
		span             hours.Span
		from, to         string // "" when it does not take place
	}{
		// 2026-03-29 in Warsaw: 02:00 CET is 03:00 CEST.
		{"begins in the hour that is not", "Europe/Warsaw", "2026-03-29", hours.Span{From: h(2, 30), To: h(5, 0)}, "2026-03-29T03:00:00+02:00", "2026-03-29T05:00:00+02:00"},
		{"ends in the hour that is not", "Europe/Warsaw", "2026-03-29", hours.Span{From: h(1, 0), To: h(2, 30)}, "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"wholly in the hour that is not", "Europe/Warsaw", "2026-03-29", hours.Span{From: h(2, 15), To: h(2, 45)}, "", ""},
		{"around the hour that is not", "Europe/Warsaw", "2026-03-29", hours.Span{From: h(1, 0), To: h(4, 0)}, "2026-03-29T01:00:00+01:00", "2026-03-29T04:00:00+02:00"},
		{"begins at the change", "Europe/Warsaw", "2026-03-29", hours.Span{From: h(2, 0), To: h(3, 1)}, "2026-03-29T03:00:00+02:00", "2026-03-29T03:01:00+02:00"},
		// 2026-10-25 in Warsaw: 03:00 CEST is 02:00 CET.
		{"begins in the hour that is twice", "Europe/Warsaw", "2026-10-25", hours.Span{From: h(2, 30), To: h(5, 0)}, "2026-10-25T02:30:00+02:00", "2026-10-25T05:00:00+01:00"},
		{"ends in the hour that is twice", "Europe/Warsaw", "2026-10-25", hours.Span{From: h(1, 0), To: h(2, 30)}, "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"wholly in the hour that is twice", "Europe/Warsaw", "2026-10-25", hours.Span{From: h(2, 15), To: h(2, 45)}, "2026-10-25T02:15:00+02:00", "2026-10-25T02:45:00+02:00"},
		{"ends as the hour begins anew", "Europe/Warsaw", "2026-10-25", hours.Span{From: h(1, 0), To: h(3, 0)}, "2026-10-25T01:00:00+02:00", "2026-10-25T03:00:00+01:00"},
		{"an ordinary morning after", "Europe/Warsaw", "2026-10-25", hours.Span{From: h(8, 0), To: h(16, 0)}, "2026-10-25T08:00:00+01:00", "2026-10-25T16:00:00+01:00"},
		{"New York in spring", "America/New_York", "2026-03-08", hours.Span{From: h(2, 59), To: h(9, 0)}, "2026-03-08T03:00:00-04:00", "2026-03-08T09:00:00-04:00"},
		{"New York in autumn", "America/New_York", "2026-11-01", hours.Span{From: h(1, 30), To: h(9, 0)}, "2026-11-01T01:30:00-04:00", "2026-11-01T09:00:00-05:00"},
		{"Jerusalem in spring", "Asia/Jerusalem", "2026-03-27", hours.Span{From: h(2, 10), To: h(8, 0)}, "2026-03-27T03:00:00+03:00", "2026-03-27T08:00:00+03:00"},
		// In Beirut clocks go forward at midnight: the day begins at 01:00, and back at midnight: its eve has 25 hours.
		{"a midnight that is not", "Asia/Beirut", "2026-03-29", hours.Span{From: 0, To: h(2, 0)}, "2026-03-29T01:00:00+03:00", "2026-03-29T02:00:00+03:00"},
		{"a midnight that comes later", "Asia/Beirut", "2026-10-24", hours.Span{From: h(23, 30), To: h(24, 0)}, "2026-10-24T23:30:00+03:00", "2026-10-25T00:00:00+02:00"},
		// Samoa left out 2011-12-30.
		{"a day that is not", "Pacific/Apia", "2011-12-30", hours.Span{From: h(9, 0), To: h(17, 0)}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			z := zone(t, c.zone)
			open := &hours.Hours{Days: map[string][]hours.Span{c.date: {c.span}}}
			before, err := time.Parse(time.DateOnly, c.date)
			if err != nil {
				t.Fatal(err)
			}
			before = before.AddDate(0, 0, -2)
			from, ok := open.Next(before, z)
			if ok != (c.from != "") {
				t.Fatalf("opens %v %s, want %q", ok, from, c.from)
			}
			if !ok {
				return
			}
			until, _ := open.Open(from, z)
			if !from.Equal(at(t, c.from)) || !until.Equal(at(t, c.to)) {
				t.Errorf("open from %s to %s, want %s to %s", from, until, c.from, c.to)
			}
			if again, ok := open.Next(until, z); ok {
				t.Errorf("opens again at %s", again)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*hours.Hours)
		says   string
	}{
		"past midnight":  {func(o *hours.Hours) { o.Week[1] = []hours.Span{{From: h(22, 0), To: h(26, 0)}} }, "Monday: 22:00–26:00 is not within the day"},
		"before the day": {func(o *hours.Hours) { o.Week[1] = []hours.Span{{From: -1, To: h(6, 0)}} }, "Monday: "},
		"backwards":      {func(o *hours.Hours) { o.Week[2] = []hours.Span{{From: h(9, 0), To: h(8, 30)}} }, "Tuesday: 09:00–08:30 does not end after it begins"},
		"empty":          {func(o *hours.Hours) { o.Week[2] = []hours.Span{{From: h(9, 0), To: h(9, 0)}} }, "Tuesday: 09:00–09:00 does not end"},
		"overlapping": {func(o *hours.Hours) {
			o.Week[3] = []hours.Span{{From: h(9, 0), To: h(12, 0)}, {From: h(11, 59), To: h(17, 0)}}
		}, "begins before 09:00–12:00 has ended"},
		"out of order": {func(o *hours.Hours) {
			o.Week[3] = []hours.Span{{From: h(13, 0), To: h(17, 0)}, {From: h(9, 0), To: h(12, 0)}}
		}, "Wednesday: 09:00–12:00 begins before"},
		"no date":          {func(o *hours.Hours) { o.Days = map[string][]hours.Span{"2026-02-30": nil} }, `"2026-02-30" is not a date`},
		"another spelling": {func(o *hours.Hours) { o.Days = map[string][]hours.Span{"2026-2-3": nil} }, `"2026-2-3" is not a date`},
		"a special day":    {func(o *hours.Hours) { o.Days["2026-10-02"] = []hours.Span{{From: h(9, 0), To: h(8, 0)}} }, "2026-10-02: 09:00–08:00"},
		"seconds":          {func(o *hours.Hours) { o.Week[4] = []hours.Span{{From: h(9, 0) + time.Second, To: h(9, 0)}} }, "09:00:01–09:00"},
	} {
		o := office()
		c.change(o)
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q in it", name, err, c.says)
		}
	}
	for name, good := range map[string]*hours.Hours{"office": office(), "nil": nil, "never": {}} {
		if err := good.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	all := &hours.Hours{Days: map[string][]hours.Span{"x": nil, "y": nil}}
	if err := all.Validate(); err == nil || strings.Count(err.Error(), "is not a date") != 2 {
		t.Errorf("two problems: %v", err)
	}
}

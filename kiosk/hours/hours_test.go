package hours_test

import (
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

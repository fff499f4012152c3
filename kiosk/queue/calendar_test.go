package queue_test

import (
	"testing"
	"time"

	"stationkeeper/kiosk/queue"
)

func TestCalendar(t *testing.T) {
	early := queue.Calendar{Zone: shanghai, Start: 3*time.Hour + 30*time.Minute}
	midnight := queue.Calendar{Zone: shanghai}
	for _, c := range []struct {
		calendar queue.Calendar
		at       string
		day, end string
	}{
		{midnight, "2026-11-23T15:59:59Z", "2026-11-23", "2026-11-24T00:00:00+08:00"},
		{midnight, "2026-11-23T16:00:00Z", "2026-11-24", "2026-11-25T00:00:00+08:00"},
		{early, "2026-11-24T03:29:59+08:00", "2026-11-23", "2026-11-24T03:30:00+08:00"},
		{early, "2026-11-24T03:30:00+08:00", "2026-11-24", "2026-11-25T03:30:00+08:00"},
		{early, "2026-03-01T01:00:00+08:00", "2026-02-28", "2026-03-01T03:30:00+08:00"},
	} {
		at := mustTime(t, c.at)
		if got := c.calendar.Day(at); got != c.day {
			t.Errorf("day of %s: %s, want %s", c.at, got, c.day)
		}
		if got := c.calendar.End(at); !got.Equal(mustTime(t, c.end)) {
			t.Errorf("end of the day of %s: %s, want %s", c.at, got, c.end)
		}
	}
}

func TestCalendarEndIsInTheNextDayAlsoWhenTheClocksChange(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("no time zone database on this machine: %v", err)
	}
	calendar := queue.Calendar{Zone: zone, Start: 2*time.Hour + 30*time.Minute} // does not exist, or exists twice, that night
	for _, date := range []string{"2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"} {
		at := mustTime(t, date)
		end := calendar.End(at)
		if day := calendar.Day(end); day <= calendar.Day(at) {
			t.Errorf("the day of %s ends at %s, which is still in %s", date, end, day)
		}
	}
}

func TestFollow(t *testing.T) {
	calendar := queue.Calendar{Zone: shanghai, Start: 3 * time.Hour}
	for _, c := range []struct{ current, at, want string }{
		{"", "2026-11-23T09:00:00+08:00", "2026-11-23"},
		{"2026-11-23", "2026-11-25T09:00:00+08:00", "2026-11-25"},
		{"2026-11-23", "2026-11-23T02:59:59+08:00", "2026-11-23"},
		{"2026-11-23", "2026-11-22T15:00:01+08:00", "2026-11-23"},
		{"2026-11-23", "2026-11-22T15:00:00+08:00", "2026-11-22"},
		{"nonsense", "2026-11-22T15:00:00+08:00", "2026-11-22"},
	} {
		if got := calendar.Follow(c.current, mustTime(t, c.at)); got != c.want {
			t.Errorf("from %q to %s: %s, want %s", c.current, c.at, got, c.want)
		}
	}
}

func mustTime(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

package hours

import (
	"fmt"
	"time"
)

// date is a day of the calendar.
type date struct {
	year  int
	month time.Month
	day   int
}

func parseDate(s string) (date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return date{}, fmt.Errorf("%q is not a date such as 2026-10-01", s)
	}
	return dateOf(t), nil
}

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

func (d date) utc() time.Time        { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }
func (d date) add(days int) date     { return dateOf(d.utc().AddDate(0, 0, days)) }
func (d date) weekday() time.Weekday { return d.utc().Weekday() }
func (d date) compare(e date) int    { return d.utc().Compare(e.utc()) }
func (d date) after(e date) bool     { return d.compare(e) > 0 }
func (d date) String() string        { return d.utc().Format(time.DateOnly) }

// at is the first instant at which a wall clock in zone shows this time since midnight of the day, or a later one.
//
// time.Date does not say which instant it picks when the time of day exists twice, nor in which of the two zones it
// reads one that does not exist, so the periods between changes of the clocks are gone through.
func (d date) at(ofDay time.Duration, zone *time.Location) time.Time {
	wall := d.utc().Add(ofDay) // as if the wall clock showed UTC
	// No zone is a day and a half away from UTC: this is before it, whichever the offset.
	t := wall.Add(-36 * time.Hour).In(zone)
	for {
		start, end := t.ZoneBounds()
		_, offset := t.Zone()
		shown := wall.Add(-time.Duration(offset) * time.Second)
		if end.IsZero() || shown.Before(end) {
			if shown.Before(start) {
				shown = start // the clock was put forward past it
			}
			return shown.In(zone)
		}
		t = end
	}
}

package alarm

import (
	"errors"
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// Schedule is when a rule is on: in any of its hours. An empty one is always on, and so is every one while the wall
// clock is not believed.
type Schedule []Hours

// Hours are a time of day on some days of the week, in the station's own time zone.
type Hours struct {
	// Days are those on which the hours begin; empty means every day.
	Days []time.Weekday
	// From and To are times since midnight, 0 to 24 h. When To is not after From, the hours go on until To of the next
	// day.
	From, To time.Duration
}

const day = 24 * time.Hour

// Validate refuses hours that no clock shows.
func (s Schedule) Validate() error {
	var problems []error
	for i, h := range s {
		if h.From < 0 || h.From >= day || h.To < 0 || h.To > day {
			problems = append(problems, fmt.Errorf("schedule[%d]: from %s to %s: expected times of the day", i, h.From, h.To))
		}
		for _, d := range h.Days {
			if d < time.Sunday || d > time.Saturday {
				problems = append(problems, fmt.Errorf("schedule[%d]: day %d: expected a day of the week", i, d))
			}
		}
	}
	return errors.Join(problems...)
}

// On reports whether the schedule is on.
func (s Schedule) On(at record.Moment) bool {
	if len(s) == 0 || at.Clock != record.Synced {
		return true
	}
	for _, h := range s {
		for back := range 2 { // hours that began today, or yesterday and go on
			if begin, end, is := h.on(at.Wall, -back); is && !at.Wall.Before(begin) && at.Wall.Before(end) {
				return true
			}
		}
	}
	return false
}

// on are the hours that begin so many days from a moment, when there are any.
func (h Hours) on(at time.Time, days int) (begin, end time.Time, is bool) {
	y, m, d := at.Date()
	date := func(days int, clock time.Duration) time.Time { // by the clock on the wall, also when summer time begins
		return time.Date(y, m, d+days, 0, int(clock/time.Minute), int(clock%time.Minute/time.Second), 0, at.Location())
	}
	weekday := time.Date(y, m, d+days, 12, 0, 0, 0, time.UTC).Weekday()
	is = len(h.Days) == 0
	for _, d := range h.Days {
		is = is || d == weekday
	}
	begin, end = date(days, h.From), date(days, h.To)
	if h.To <= h.From {
		end = date(days+1, h.To)
	}
	return begin, end, is
}

// recheck is after how long a schedule is looked at again in any case: the wall clock may have been set.
const recheck = time.Hour

// next is how long it takes until the schedule may change, at most recheck; false when it never does.
func (s Schedule) next(at record.Moment) (time.Duration, bool) {
	if len(s) == 0 {
		return 0, false
	}
	least := recheck
	for _, h := range s {
		for days := -1; days <= 1; days++ {
			begin, end, _ := h.on(at.Wall, days)
			for _, t := range []time.Time{begin, end} {
				if left := t.Sub(at.Wall); left > 0 {
					least = min(least, left)
				}
			}
		}
	}
	return least, true
}

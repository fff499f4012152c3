package staff

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// clock is minutes since midnight as the clock on the wall shows them, spelled "15:04"; "24:00" is the end of the day.
type clock int

const endOfDay clock = 24 * 60

// UnmarshalText reads a time of day.
func (c *clock) UnmarshalText(text []byte) error {
	if string(text) == "24:00" {
		*c = endOfDay
		return nil
	}
	t, err := time.Parse("15:04", string(text))
	if err != nil || len(text) != len("15:04") {
		return fmt.Errorf("%.40q: expected a time of day such as \"08:00\"", text)
	}
	*c = clock(t.Hour()*60 + t.Minute())
	return nil
}

// on is the time at which the wall shows c on the day that lies some days from that of t.
func (c clock) on(t time.Time, days int) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day+days, 0, int(c), 0, 0, t.Location())
}

// weekday is a day of the week, spelled "mon".
type weekday time.Weekday

// UnmarshalText reads a day of the week.
func (w *weekday) UnmarshalText(text []byte) error {
	days := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	i := slices.Index(days, string(text))
	if i < 0 {
		return fmt.Errorf("%.40q: expected one of %s", text, strings.Join(days, ", "))
	}
	*w = weekday(i)
	return nil
}

// length is a length of time, spelled as time.ParseDuration reads it.
type length time.Duration

// UnmarshalText reads a length of time above 0.
func (l *length) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d <= 0 {
		return fmt.Errorf("%.40q: expected a length of time such as \"30m\"", text)
	}
	*l = length(d)
	return nil
}

// Shift returns when the shift ends in which somebody works at a time, which may be a little before it begins, and
// whether there is one. zone is that of the station. Who has no shifts works at any time, for the roster's longest.
func (p Person) Shift(now time.Time, zone *time.Location) (ends time.Time, on bool) {
	if len(p.shifts) == 0 {
		return now.Add(p.longest), true
	}
	wall := now.In(zone)
	for _, s := range p.shifts {
		for _, day := range []int{-1, 0, 1} { // a shift of yesterday may last until today, one of tomorrow may be near
			if end, within := s.around(wall, day, p.early); within && end.After(ends) {
				ends, on = end, true
			}
		}
	}
	return ends, on
}

// around reports whether a time is within the shift that begins some days from its own, or shortly before it.
func (s shift) around(wall time.Time, day int, early time.Duration) (end time.Time, within bool) {
	begin := s.From.on(wall, day)
	if len(s.Days) > 0 && !slices.Contains(s.Days, weekday(s.weekday(wall, day))) {
		return time.Time{}, false
	}
	if s.To <= s.From {
		day++
	}
	end = s.To.on(wall, day)
	return end, !wall.Before(begin.Add(-early)) && wall.Before(end)
}

// weekday is that of the day that lies some days from a time's. Noon is on its day also where clocks are changed at midnight.
func (s shift) weekday(wall time.Time, days int) time.Weekday {
	return clock(12*60).on(wall, days).Weekday()
}

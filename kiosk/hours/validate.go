package hours

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Validate says what is wrong, all of it: spans that are empty, not within their day, not in order or overlapping, and
// special days that are not dates. Spans that touch are in order.
func (h *Hours) Validate() error {
	if h == nil {
		return nil
	}
	var wrong []error
	for weekday, spans := range h.Week {
		wrong = append(wrong, validate(time.Weekday(weekday).String(), spans)...)
	}
	for _, key := range slices.Sorted(maps.Keys(h.Days)) {
		if _, err := parseDate(key); err != nil {
			wrong = append(wrong, err)
		}
		wrong = append(wrong, validate(key, h.Days[key])...)
	}
	return errors.Join(wrong...)
}

func validate(day string, spans []Span) []error {
	var wrong []error
	for i, s := range spans {
		switch {
		case s.From < 0 || s.To > 24*time.Hour:
			wrong = append(wrong, fmt.Errorf("%s: %v is not within the day: from 00:00 to 24:00; "+
				"who is open past midnight writes the rest on the next day", day, s))
		case s.From >= s.To:
			wrong = append(wrong, fmt.Errorf("%s: %v does not end after it begins", day, s))
		case i > 0 && s.From < spans[i-1].To:
			wrong = append(wrong, fmt.Errorf("%s: %v begins before %v has ended", day, s, spans[i-1]))
		}
	}
	return wrong
}

// String is the span as people write it, such as 09:00–12:30.
func (s Span) String() string { return clock(s.From) + "–" + clock(s.To) }

func clock(d time.Duration) string {
	text := fmt.Sprintf("%02d:%02d", int(d/time.Hour), int(d%time.Hour/time.Minute))
	if rest := d % time.Minute; rest != 0 {
		text += fmt.Sprintf(":%02d", int(rest/time.Second))
	}
	return text
}

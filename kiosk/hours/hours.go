// Package hours says when a service is open: a week of spans, breaks between them, and days that are otherwise,
// such as holidays.
//
// Hours are those of a clock on the wall. A span begins when the wall clock first shows its From, or a later time, of
// its date, and ends when it first shows its To. On the two days of the year when clocks are changed that means: a span
// whose beginning or end falls into the hour that does not exist begins or ends at the change; one wholly inside that
// hour does not take place; and of an hour that exists twice the first counts, so that a span is always one stretch of
// time. Spans that touch are one opening.
//
// A span ends with its day at the latest (To of 24 h). Who is open past midnight writes 22:00–24:00 on the one day and
// 00:00–02:00 on the next, which is one opening, as the two touch. So a holiday always means the date that it names.
package hours

import (
	"slices"
	"time"
)

// Hours is when something is open. The zero value never is; of a nil pointer it always is.
type Hours struct {
	// Week is what every week has in common, by time.Weekday. A day without spans is closed.
	Week [7][]Span
	// Days are the days that are otherwise, by local date such as "2026-10-01". Empty means closed.
	Days map[string][]Span
}

// Span is a part of a day: local times since midnight, To not included. 24 h is the end of the day.
type Span struct {
	From, To time.Duration
}

// horizon is how many days of being open without a pause are looked at. Who does not close within it is told to be
// open without an end.
const horizon = 8

// Open reports whether it is open at this instant in the time zone of the station, and until when: the end of the span
// or, of spans that touch, of the last. until is the zero time when it does not close within a week.
func (h *Hours) Open(at time.Time, zone *time.Location) (until time.Time, open bool) {
	if h == nil {
		return time.Time{}, true
	}
	o, ok := h.around(at, zone)
	if !ok || o.from.After(at) {
		return time.Time{}, false
	}
	return o.to, true
}

// Next is the first instant after at at which it opens; when it is open at that time, the next opening after it has
// closed. It is false when there is none.
func (h *Hours) Next(at time.Time, zone *time.Location) (time.Time, bool) {
	if h == nil {
		return time.Time{}, false
	}
	o, ok := h.around(at, zone)
	if ok && !o.from.After(at) {
		if o.to.IsZero() {
			return time.Time{}, false
		}
		o, ok = h.around(o.to, zone)
	}
	return o.from, ok
}

// opening is one stretch of time; to is zero when its end is beyond the horizon.
type opening struct {
	from, to time.Time
}

// around is the opening that holds at or, when none does, the next one.
func (h *Hours) around(at time.Time, zone *time.Location) (opening, bool) {
	y, m, d := at.In(zone).Date()
	today := date{y, m, d}
	if found, ok := h.search(today.add(-1), today.add(horizon+len(h.Days)+7), at, zone); ok {
		return found, true
	}
	// The days looked at hold one of every weekday that no special day replaces: only special days are left.
	for _, key := range h.special(today) {
		if found, ok := h.search(key, key, at, zone); ok {
			return found, true
		}
	}
	return opening{}, false
}

// search is the first opening of the days from first to last that ends after at.
func (h *Hours) search(first, last date, at time.Time, zone *time.Location) (opening, bool) {
	for day := first; !day.after(last); day = day.add(1) {
		for _, span := range h.on(day) {
			to := day.at(span.To, zone)
			if !to.After(at) {
				continue
			}
			if from := day.at(span.From, zone); from.Before(to) { // not wholly in an hour that does not exist
				return opening{from, h.extend(day, to, zone)}, true
			}
		}
	}
	return opening{}, false
}

// extend is the end of an opening of which a span ends on this day at this time, the spans that touch it included.
func (h *Hours) extend(day date, end time.Time, zone *time.Location) time.Time {
	for n := range horizon {
		touched := n == 0 // what ends today need not touch midnight
		for _, span := range h.on(day.add(n)) {
			if day.add(n).at(span.From, zone).Equal(end) {
				end, touched = day.add(n).at(span.To, zone), true
			}
		}
		if !touched || !end.Equal(day.add(n+1).at(0, zone)) {
			return end
		}
	}
	return time.Time{}
}

// on is the spans of a day.
func (h *Hours) on(day date) []Span {
	if len(h.Days) > 0 {
		if spans, ok := h.Days[day.String()]; ok {
			return spans
		}
	}
	return h.Week[day.weekday()]
}

// special is the special days from a day on, in order.
func (h *Hours) special(from date) []date {
	var days []date
	for key := range h.Days {
		if day, err := parseDate(key); err == nil && !from.after(day) {
			days = append(days, day)
		}
	}
	slices.SortFunc(days, date.compare)
	return days
}

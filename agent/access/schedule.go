package access

import "time"

// calendar is the days that are holidays.
type calendar map[Date]bool

// schedule is a Schedule as it is asked.
type schedule struct {
	week     [7][]Hours // by time.Weekday
	holidays []Hours
}

func (s Schedule) compile() *schedule {
	w := s.Week
	return &schedule{week: [7][]Hours{w.Sun, w.Mon, w.Tue, w.Wed, w.Thu, w.Fri, w.Sat}, holidays: s.Holidays}
}

// hours are those that begin on a day.
func (s *schedule) hours(holidays calendar, day Date) []Hours {
	if holidays[day] {
		return s.holidays
	}
	return s.week[day.midnight(0).Weekday()]
}

// since reports whether a wall clock is within the schedule, and when the hours that it is within began. It compares
// what the clock shows, and adds no hours to midnight, so that the days on which clocks are changed are like others.
func (s *schedule) since(holidays calendar, wall time.Time) (time.Time, bool) {
	day, now := dateOf(wall), timeOf(wall)
	yesterday := day.add(-1)
	for _, h := range s.hours(holidays, yesterday) {
		if h.To < h.From && now < h.To {
			return h.begin(yesterday, wall), true
		}
	}
	for _, h := range s.hours(holidays, day) {
		if now >= h.From && (now < h.To || h.To < h.From) {
			return h.begin(day, wall), true
		}
	}
	return time.Time{}, false
}

func (h Hours) begin(day Date, wall time.Time) time.Time {
	return time.Date(day.Year, day.Month, day.Day, 0, int(h.From), 0, 0, wall.Location())
}

// judge returns why a wall clock is not within the schedule: OutsideHours, or Holiday when it would be on another such
// weekday; "" when it is.
func (s *schedule) judge(holidays calendar, wall time.Time) string {
	if _, ok := s.since(holidays, wall); ok {
		return ""
	}
	if _, ok := s.since(nil, wall); ok {
		return Holiday
	}
	return OutsideHours
}

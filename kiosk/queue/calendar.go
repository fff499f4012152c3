package queue

import "time"

// Calendar says to which day of work an instant belongs. Numbers begin anew with each day, and tickets do not
// outlive theirs.
type Calendar struct {
	// Zone is the station's local time.
	Zone *time.Location
	// Start is the local time of day at which a day of work begins, from 0 to less than 24 h. A branch whose last
	// customer may be served past midnight begins its days later, such as at 3 h.
	Start time.Duration
}

// slack is how far a clock may step back over the beginning of a day without the day before beginning anew.
const slack = 12 * time.Hour

// Day is the local date, as 2006-01-02, of the day of work that t belongs to.
func (c Calendar) Day(t time.Time) string {
	local := t.In(c.Zone)
	y, m, d := local.Date()
	hour, minute, second := local.Clock()
	ofDay := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	if ofDay < c.Start {
		d--
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// Follow is the day that t belongs to for somebody who was in day current ("" at first). It is Day, but for a clock
// that stepped back a little over the beginning of current, which stays in current; a clock that steps back further
// had been wrong, and is followed.
func (c Calendar) Follow(current string, t time.Time) string {
	day := c.Day(t)
	if current == "" || day >= current {
		return day
	}
	if begin, err := c.begin(current); err == nil && begin.Sub(t) < slack {
		return current
	}
	return day
}

// End is the first instant after t that belongs to the next day.
func (c Calendar) End(t time.Time) time.Time {
	// Day only returns dates that parse.
	day, _ := time.Parse(time.DateOnly, c.Day(t))
	return c.at(day.AddDate(0, 0, 1))
}

// sure bounds instants that are in a day of work however clocks are changed on it.
func (c Calendar) sure(day string) (from, to time.Time) {
	begin, err := c.begin(day)
	if err != nil {
		return time.Time{}, time.Time{}
	}
	return begin.Add(slack / 3), begin.Add(24*time.Hour - slack/3)
}

func (c Calendar) begin(day string) (time.Time, error) {
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, err
	}
	return c.at(date), nil
}

func (c Calendar) at(date time.Time) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, int(c.Start/time.Hour), int(c.Start%time.Hour/time.Minute), int(c.Start%time.Minute/time.Second), 0, c.Zone)
}

package cases

import "time"

// horizon is how many days are looked at for a working one. A station that is not open at all for as long counts days
// of the calendar: a deadline that never comes would be none.
const horizon = 400

// afterDays is the end of business on the nth working day after that of now.
func (r Rules) afterDays(now time.Time, n int) time.Time {
	y, m, d := now.In(r.Zone).Date()
	midnight := func(day int) time.Time { return time.Date(y, m, d+day, 0, 0, 0, 0, r.Zone) }
	if r.Hours == nil {
		return midnight(n + 1)
	}
	for day := 1; day <= horizon; day++ {
		end, works := r.business(midnight(day), midnight(day+1))
		if !works {
			continue
		}
		if n--; n == 0 {
			return end
		}
	}
	return midnight(n + 1)
}

// business is when the last opening of a day, from one midnight to the next, ends; false when there is none. One that
// goes on past midnight ends for it there.
func (r Rules) business(from, to time.Time) (end time.Time, works bool) {
	at, open := from, true
	if _, open = r.Hours.Open(from, r.Zone); !open {
		at, open = r.Hours.Next(from, r.Zone)
	}
	for open && at.Before(to) {
		until, _ := r.Hours.Open(at, r.Zone)
		if until.IsZero() || !until.Before(to) {
			return to, true
		}
		end, works = until, true
		at, open = r.Hours.Next(until, r.Zone)
	}
	return end, works
}

// afterTime is when a length of open time has passed.
func (r Rules) afterTime(now time.Time, left time.Duration) time.Time {
	if r.Hours == nil {
		return now.Add(left)
	}
	for at := now; at.Before(now.AddDate(0, 0, horizon)); {
		until, open := r.Hours.Open(at, r.Zone)
		if open && (until.IsZero() || until.Sub(at) >= left) {
			return at.Add(left)
		}
		if open {
			left -= until.Sub(at)
			at = until
		}
		next, more := r.Hours.Next(at, r.Zone)
		if !more {
			break
		}
		at = next
	}
	return now.Add(left)
}

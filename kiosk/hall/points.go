package hall

import (
	"math"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// The hall's points, as head office sees them.
const (
	PointWaiting     = "queue/waiting"      // number of customers waiting
	PointCalled      = "queue/called"       // number last called, such as "A012"
	PointServing     = "queue/serving"      // number of customers at counters
	PointIssuedToday = "queue/issued-today" // tickets taken today
	PointServedToday = "queue/served-today" // visits finished today
	// The longest time that somebody waits, in steps of half a minute, as a number of seconds; counters that are open.
	PointLongest      = "queue/longest-wait"
	PointOpenCounters = "queue/open-counters"
	// How true the quotes to customers called today were: the mean absolute error and the mean error (positive: told too
	// much) in seconds, and the share of calls within the interval told, in per cent, which should be about 80.
	PointQuoteError    = "queue/quote-error"
	PointQuoteBias     = "queue/quote-bias"
	PointQuoteCoverage = "queue/quote-coverage"

	PointMeanToday  = "survey/mean-today"  // mean score of today's ratings, 1 to 5
	PointCountToday = "survey/count-today" // number of today's ratings

	PointOpenCases    = "cases/open"    // number of cases that somebody has to see to
	PointOverdueCases = "cases/overdue" // number of those past their deadline
)

// show makes the present state known: to the audience, and, of the points, those that changed.
func (h *Hall) show() {
	now := h.Now()
	s := Snapshot{At: now, Queue: h.queue.Snapshot(now), Quotes: h.offered, Appointments: h.appointments.Day(now),
		Notices: current(h.notices, now), Survey: h.survey.Today(now), Questionnaire: h.survey.Questionnaire(),
		Failing: !h.failing.IsZero(), Results: h.learnt.Survey.Last(now), Cases: h.learnt.Cases.View(now), Information: h.information}
	h.tell(s)
	for point, state := range points(s) {
		before, known := h.shown[point]
		if known && before.Value == state.Value && before.Quality == state.Quality {
			continue
		}
		state.Time = now
		h.shown[point] = state
		h.options.Points.SetState(point, state)
	}
}

// longestStep is how finely the longest wait is shown: each step is a message to head office.
const longestStep = 30 * time.Second

func points(s Snapshot) map[string]record.State {
	number := func(n int) record.State { return record.State{Value: n, Quality: record.Good} }
	seconds := func(d, step time.Duration) record.State {
		return record.State{Value: d.Truncate(step).Seconds(), Unit: "s", Quality: record.Good}
	}
	found := map[string]record.State{
		PointWaiting:      number(len(s.Queue.Waiting)),
		PointServing:      number(s.Queue.Serving()),
		PointIssuedToday:  number(s.Queue.Today.Issued),
		PointServedToday:  number(s.Queue.Today.Served),
		PointCountToday:   number(s.Survey.Count()),
		PointOpenCases:    number(len(s.Cases.Open)),
		PointOverdueCases: number(s.Cases.Overdue),
		PointCalled:       {Quality: record.Unknown, Reason: "nobody has been called today"},
		PointMeanToday:    {Quality: record.Unknown, Reason: "no rating today"},
		PointOpenCounters: number(open(s.Queue.Counters)),
	}
	longest := time.Duration(0)
	for _, service := range s.Queue.Services {
		longest = max(longest, service.Longest)
		found["queue/"+service.ID+"/waiting"] = number(service.Waiting)
		found["queue/"+service.ID+"/longest-wait"] = seconds(service.Longest, longestStep)
	}
	addTargets(found, s.Queue.Services)
	found[PointLongest] = seconds(longest, longestStep)
	addQuotes(found, s.Queue.Quotes, seconds)
	if called := s.Queue.LastCalls(1); len(called) > 0 {
		found[PointCalled] = record.State{Value: called[0].Number, Quality: record.Good}
	}
	if mean, ok := s.Survey.Mean(); ok {
		found[PointMeanToday] = record.State{Value: mean, Quality: record.Good}
	}
	return found
}

// addTargets adds how many of those served today were called within the target of their service, in per cent.
func addTargets(found map[string]record.State, services []queue.ServiceView) {
	for _, s := range services {
		point := "queue/" + s.ID + "/within-target"
		switch {
		case s.Target.Within == 0:
		case s.Today.Served == 0:
			found[point] = record.State{Quality: record.Unknown, Reason: "nobody has been served today"}
		default:
			share := math.Round(100 * float64(s.Today.Within) / float64(s.Today.Served))
			found[point] = record.State{Value: share, Unit: "%", Quality: record.Good}
		}
	}
}

func open(counters []queue.CounterView) int {
	n := 0
	for _, c := range counters {
		if c.State == queue.CounterOpen {
			n++
		}
	}
	return n
}

// addQuotes adds how true quotes were.
func addQuotes(found map[string]record.State, q queue.Score, seconds func(d, step time.Duration) record.State) {
	if q.N == 0 {
		none := record.State{Quality: record.Unknown, Reason: "nobody who was told a waiting time has been called today"}
		found[PointQuoteError], found[PointQuoteBias], found[PointQuoteCoverage] = none, none, none
		return
	}
	found[PointQuoteError] = seconds(q.Mean(), time.Second)
	found[PointQuoteBias] = seconds(q.Bias(), time.Second)
	found[PointQuoteCoverage] = record.State{Value: math.Round(100 * q.Coverage()), Unit: "%", Quality: record.Good}
}

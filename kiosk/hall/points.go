package hall

import (
	"stationkeeper/internal/record"
)

// The hall's points, as head office sees them.
const (
	PointWaiting     = "queue/waiting"      // number of customers waiting
	PointCalled      = "queue/called"       // number last called, such as "A012"
	PointServing     = "queue/serving"      // number of customers at counters
	PointIssuedToday = "queue/issued-today" // tickets taken today
	PointServedToday = "queue/served-today" // visits finished today
	PointMeanToday   = "survey/mean-today"  // mean score of today's ratings, 1 to 5
	PointCountToday  = "survey/count-today" // number of today's ratings
)

// show makes the present state known: to the audience, and, of the points, those that changed.
func (h *Hall) show() {
	now := record.Stamp(h.options.Now())
	s := Snapshot{At: now, Queue: h.queue.Snapshot(now), Survey: h.survey.Today(now)}
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

func points(s Snapshot) map[string]record.State {
	number := func(n int) record.State { return record.State{Value: n, Quality: record.Good} }
	found := map[string]record.State{
		PointWaiting:     number(len(s.Queue.Waiting)),
		PointServing:     number(s.Queue.Serving()),
		PointIssuedToday: number(s.Queue.Today.Issued),
		PointServedToday: number(s.Queue.Today.Served),
		PointCountToday:  number(s.Survey.Count()),
		PointCalled:      {Quality: record.Unknown, Reason: "nobody has been called today"},
		PointMeanToday:   {Quality: record.Unknown, Reason: "no rating today"},
	}
	if calls := s.Queue.LastCalls(1); len(calls) > 0 {
		found[PointCalled] = record.State{Value: calls[0].Number, Quality: record.Good}
	}
	if mean, ok := s.Survey.Mean(); ok {
		found[PointMeanToday] = record.State{Value: mean, Quality: record.Good}
	}
	return found
}

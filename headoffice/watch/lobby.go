package watch

import (
	"context"
	"math"
	"strconv"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// queueView is the lobby's queue: how it stands, and the day of its newest event.
type queueView struct {
	// Waiting and Serving are how many customers wait and are at counters.
	Waiting, Serving *tile
	// Called is the number called last.
	Called string
	// Day names the day that the counts are of.
	Day                  string
	Issued, Served, Left int
	MeanWait             string
	Recent               []callView
}

type callView struct {
	Number, Counter string
	At              moment
}

var ticketTypes = []string{record.TicketIssued, record.TicketCalled, record.TicketServed, record.TicketLeft}

// drawQueue returns nil for a station whose queue has never said anything.
func (w *watch) drawQueue(ctx context.Context, e eye, station store.Station, points []store.Point) (*queueView, error) {
	q := &queueView{}
	for _, p := range points {
		t := e.tile(p, station.Nodes)
		switch p.Point {
		case pointWaiting:
			q.Waiting = &t
		case pointServing:
			q.Serving = &t
		case pointCalled:
			q.Called = t.Value
		}
	}
	day, err := w.latestDay(ctx, e, station.ID)
	if err != nil {
		return nil, err
	}
	if len(day) == 0 && q.Waiting == nil && q.Called == "" {
		return nil, nil
	}
	q.count(e, day)
	return q, nil
}

// latestDay returns the tickets' events of the day on which the newest of them happened, newest first.
func (w *watch) latestDay(ctx context.Context, e eye, station string) ([]store.Record, error) {
	// A day is a few hundred events in most lobbies; more are asked for only where it is not.
	for limit := 500; ; limit *= 4 {
		records, err := w.Store.Latest(ctx, station, ticketTypes, limit)
		if err != nil || len(records) == 0 {
			return nil, err
		}
		day := records[0].Time.In(e.zone)
		for i, r := range records {
			if !sameDay(r.Time.In(e.zone), day) {
				return records[:i], nil
			}
		}
		if len(records) < limit {
			return records, nil
		}
	}
}

// count sums up a day's events, newest first.
func (q *queueView) count(e eye, day []store.Record) {
	q.Day, q.MeanWait = e.t("queue.today", e.now.In(e.zone).Format(time.DateOnly)), "—"
	if len(day) > 0 && !sameDay(day[0].Time.In(e.zone), e.now.In(e.zone)) {
		q.Day = e.t("queue.day", day[0].Time.In(e.zone).Format(time.DateOnly))
	}
	calls, waited := 0, 0.0
	for _, r := range day {
		switch r.Type {
		case record.TicketIssued:
			q.Issued++
		case record.TicketServed:
			q.Served++
		case record.TicketLeft:
			q.Left++
		case record.TicketCalled:
			d := decode[record.TicketCalledData](r)
			calls++
			waited += d.Wait
			if len(q.Recent) < latestCalls {
				q.Recent = append(q.Recent, callView{d.Number, e.counter(d.Counter), e.moment(r.Time)})
			}
		}
	}
	if calls > 0 {
		q.MeanWait = e.duration(waited / float64(calls))
	}
	if q.Called == "" && len(q.Recent) > 0 {
		q.Called = q.Recent[0].Number
	}
}

// surveyView is what customers say: the latest ratings, how they spread and their mean.
type surveyView struct {
	Mean   string
	Count  int
	Span   string
	Levels []scoreView
	Recent []ratingView
	// Today is the mean of today's ratings, and Times how many those are; both as the kiosk has it.
	Today *tile
	Times string
}

// scoreView is one of the five levels, its share in whole percent.
type scoreView struct {
	Score          int
	Name           string
	Count, Percent int
}

type ratingView struct {
	Score int
	Name  string
	At    moment
}

// drawSurvey returns nil when nobody has rated a visit yet.
func (w *watch) drawSurvey(ctx context.Context, e eye, station store.Station, points []store.Point) (*surveyView, error) {
	records, err := w.Store.Latest(ctx, station.ID, []string{record.SurveyAnswered}, latestRatings)
	if err != nil {
		return nil, err
	}
	s := &surveyView{}
	s.addToday(e, station, points)
	s.count(e, records)
	if s.Count == 0 {
		return nil, nil
	}
	return s, nil
}

// addToday takes what the kiosk says of its day.
func (s *surveyView) addToday(e eye, station store.Station, points []store.Point) {
	for _, p := range points {
		t := e.tile(p, station.Nodes)
		switch {
		case p.Point == pointMean && t.Value != "":
			t.Value = strconv.FormatFloat(t.Number, 'f', 1, 64)
			s.Today = &t
		case p.Point == pointRatings:
			s.Times = e.t("survey.times", t.Value)
		}
	}
}

// count sums up ratings, newest first.
func (s *surveyView) count(e eye, records []store.Record) {
	for score := 5; score >= 1; score-- {
		s.Levels = append(s.Levels, scoreView{Score: score, Name: e.score(score)})
	}
	sum := 0
	for _, r := range records {
		score := decode[record.SurveyAnsweredData](r).Score
		if score < 1 || score > 5 {
			continue // listed among the events, but no level of this scale
		}
		s.Levels[5-score].Count++
		s.Count++
		sum += score
		if len(s.Recent) < shownRatings {
			s.Recent = append(s.Recent, ratingView{score, e.score(score), e.moment(r.Time)})
		}
	}
	if s.Count == 0 {
		return
	}
	for i := range s.Levels {
		s.Levels[i].Percent = int(math.Round(100 * float64(s.Levels[i].Count) / float64(s.Count)))
	}
	s.Mean = strconv.FormatFloat(float64(sum)/float64(s.Count), 'f', 1, 64)
	s.Span = e.t("survey.span", s.Count)
}

package watch

import (
	"context"
	"math"
	"strconv"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

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
	// Months are the one that goes on and the one before; Answered is what was answered in the later one with answers.
	Months   []monthView
	Answered answeredView
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
	return s, w.addMonths(ctx, e, station, s)
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

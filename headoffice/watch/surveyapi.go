package watch

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// LevelsBody counts ratings. Of none there is no mean and no share. Like other bodies that are embedded it has to be
// exported to be described.
type LevelsBody struct {
	Answers   int      `json:"answers"`
	Mean      *float64 `json:"mean" doc:"From 1, very dissatisfied, to 5, very satisfied; null of no answer."`
	Satisfied *float64 `json:"satisfied" doc:"Share of the levels 4 and 5, from 0 to 1; null of no answer."`
	Levels    [5]int   `json:"levels" doc:"How many of each level, from 1 to 5."`
}

type namedLevelsBody struct {
	ID string `json:"id"`
	LevelsBody
}

type choiceBody struct {
	Option string `json:"option"`
	Count  int    `json:"count"`
}

type questionBody struct {
	Question string `json:"question" doc:"Its id in the questionnaire."`
	// The answers to a choice have no level.
	LevelsBody
	Options []choiceBody `json:"options" nullable:"false" doc:"Options chosen, most often first, such as reasons."`
}

// MonthBody is a month of a station.
type MonthBody struct {
	Month string `json:"month" doc:"Of the calendar in head office's time zone, such as 2026-11."`
	LevelsBody
	Served     int               `json:"served" doc:"Services that ended at the station's counters."`
	Rated      int               `json:"rated" doc:"Answers that are about a visit: the others are of a terminal that knows no visit."`
	Rate       *float64          `json:"rate" doc:"Rated by served, at most 1; null where nobody was served."`
	Suppressed int               `json:"suppressed" doc:"Taps at terminals that were taken for the same hand's, and not counted."`
	Channels   []namedLevelsBody `json:"channels" nullable:"false" doc:"By where customers answered: lobby, terminal, telephone, counter, or empty where that is not known."`
	Services   []namedLevelsBody `json:"services" nullable:"false"`
	Questions  []questionBody    `json:"questions" nullable:"false" doc:"What came of each question but the one of satisfaction as a whole."`
}

type answerBody struct {
	Seq           uint64                `json:"seq"`
	Node          string                `json:"node"`
	Time          time.Time             `json:"time"`
	Score         int                   `json:"score"`
	Channel       string                `json:"channel"`
	Language      string                `json:"language"`
	Service       string                `json:"service"`
	Questionnaire string                `json:"questionnaire"`
	Version       int                   `json:"version"`
	Answers       []record.SurveyAnswer `json:"answers" nullable:"false"`
	Ticket        string                `json:"ticket,omitempty" doc:"Only for those who may act, like counter and clerk: a rating is nobody's but the customer's."`
	Counter       string                `json:"counter,omitempty"`
	Clerk         string                `json:"clerk,omitempty"`
}

type surveysBody struct {
	Station string       `json:"station"`
	Months  []MonthBody  `json:"months" nullable:"false" doc:"The month that goes on, and those before it."`
	Latest  []answerBody `json:"latest" nullable:"false" doc:"The latest answers, newest first."`
}

type surveysInput struct {
	Actor
	Station string    `path:"station" doc:"Id of the station."`
	Months  int       `query:"months" minimum:"1" maximum:"24" default:"3" doc:"How many months are counted."`
	To      time.Time `query:"to" doc:"Latest answers up to this time (RFC 3339)."`
	Limit   int       `query:"limit" minimum:"0" maximum:"1000" default:"100" doc:"How many of the latest answers are told."`
}

type comparisonInput struct {
	Month string `query:"month" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"Such as 2026-11; the one that goes on when left out."`
}

type comparisonBody struct {
	Month    string             `json:"month"`
	Stations []stationMonthBody `json:"stations" nullable:"false" doc:"In order of their ids."`
}

type stationMonthBody struct {
	Station string `json:"station"`
	MonthBody
}

func (w *watch) handleSurveys(api huma.API) {
	huma.Register(api, operation("compare-surveys", "/surveys", "What customers of all stations answered in a month"), w.compareSurveys)
	huma.Register(api, operation("list-surveys", "/stations/{station}/surveys",
		"What customers of a station answered: month by month, and the latest answers", http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden), w.listSurveys)
}

func (w *watch) listSurveys(ctx context.Context, in *surveysInput) (*answer[surveysBody], error) {
	mayAct, err := w.mayAct(ctx, in.Actor)
	if err != nil {
		return nil, err
	}
	if err := w.knows(ctx, in.Station); err != nil {
		return nil, err
	}
	body := surveysBody{Station: in.Station, Latest: []answerBody{}}
	now := w.Now().In(w.Zone)
	for i := range in.Months {
		month := firstOf(now).AddDate(0, -i, 0)
		t, err := w.tallyOf(ctx, in.Station, month, month.AddDate(0, 1, 0))
		if err != nil {
			return nil, w.failed("count answers of "+in.Station, err)
		}
		body.Months = append(body.Months, spellMonth(month, t))
	}
	if in.Limit == 0 {
		return &answer[surveysBody]{body}, nil
	}
	latest, err := w.Store.Happened(ctx, store.Selection{Station: in.Station, Types: []string{record.SurveyAnswered}, To: in.To, Limit: in.Limit})
	if err != nil {
		return nil, w.failed("read answers of "+in.Station, err)
	}
	for _, r := range latest {
		body.Latest = append(body.Latest, spellAnswer(r, mayAct))
	}
	return &answer[surveysBody]{body}, nil
}

func (w *watch) compareSurveys(ctx context.Context, in *comparisonInput) (*answer[comparisonBody], error) {
	month := firstOf(w.Now().In(w.Zone))
	if in.Month != "" {
		var err error
		if month, err = time.ParseInLocation("2006-01", in.Month, w.Zone); err != nil {
			return nil, huma.Error422UnprocessableEntity(fmt.Sprintf("month %q: expected one such as 2026-11", in.Month))
		}
	}
	stations, err := w.Store.Stations(ctx)
	if err != nil {
		return nil, w.failed("read stations", err)
	}
	body := comparisonBody{Month: month.Format("2006-01"), Stations: []stationMonthBody{}}
	for _, s := range stations {
		t, err := w.tallyOf(ctx, s.ID, month, month.AddDate(0, 1, 0))
		if err != nil {
			return nil, w.failed("count answers of "+s.ID, err)
		}
		if t.overall.count() > 0 || t.served > 0 {
			body.Stations = append(body.Stations, stationMonthBody{s.ID, spellMonth(month, t)})
		}
	}
	return &answer[comparisonBody]{body}, nil
}

func spellLevels(l levels) LevelsBody {
	body := LevelsBody{Answers: l.count(), Levels: l}
	if body.Answers > 0 {
		mean, satisfied := l.mean(), l.satisfied()
		body.Mean, body.Satisfied = &mean, &satisfied
	}
	return body
}

func spellMonth(month time.Time, t *tally) MonthBody {
	body := MonthBody{Month: month.Format("2006-01"), LevelsBody: spellLevels(t.overall), Served: t.served, Rated: t.rated,
		Suppressed: t.suppressed, Channels: spellNamed(t.channels), Services: spellNamed(t.services), Questions: []questionBody{}}
	if rate, ok := t.rate(); ok {
		body.Rate = &rate
	}
	for _, id := range slices.Sorted(maps.Keys(t.questions)) {
		q := t.questions[id]
		one := questionBody{Question: id, LevelsBody: spellLevels(q.levels), Options: []choiceBody{}}
		one.Answers = q.answers
		for _, option := range q.choices() {
			one.Options = append(one.Options, choiceBody{option, q.chosen[option]})
		}
		body.Questions = append(body.Questions, one)
	}
	return body
}

func spellNamed(all map[string]*levels) []namedLevelsBody {
	body := []namedLevelsBody{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		body = append(body, namedLevelsBody{name, spellLevels(*all[name])})
	}
	return body
}

// rate is the share of visits that were rated.
func (t *tally) rate() (rate float64, known bool) {
	if t.served == 0 {
		return 0, false
	}
	return min(1, float64(t.rated)/float64(t.served)), true
}

// spellAnswer tells of one answer: whom it was about only to those who may act.
func spellAnswer(r store.Record, mayAct bool) answerBody {
	d := decode[record.SurveyAnsweredData](r)
	body := answerBody{Seq: r.Seq, Node: r.Node, Time: r.Placed.UTC(), Score: d.Score, Channel: d.Channel, Language: d.Language, Service: d.Service,
		Questionnaire: d.Questionnaire, Version: d.Version, Answers: d.Answers}
	if body.Answers == nil {
		body.Answers = []record.SurveyAnswer{}
	}
	if mayAct {
		body.Ticket, body.Counter, body.Clerk = d.Ticket, d.Counter, d.Clerk
	}
	return body
}

package watch

import (
	"context"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"stationkeeper/headoffice/store"
)

// monthView is what a month came to.
type monthView struct {
	Name            string
	Count           int
	Mean, Satisfied string
	// Rate is the share of visits that were rated.
	Rate string
}

// answeredView is what customers answered beyond the rating as a whole, in the month that Name names.
type answeredView struct {
	Name     string
	Aspects  []shareView
	Reasons  []shareView
	Channels []shareView
}

// shareView is a row with a bar: Percent of its width.
type shareView struct {
	Name    string
	Value   string
	Count   int
	Percent int
}

// shownReasons is how many reasons are shown.
const shownReasons = 8

// addMonths adds the month that goes on and the one before, and what was answered in the later one of those with answers.
func (w *watch) addMonths(ctx context.Context, e eye, station store.Station, s *surveyView) error {
	now := e.now.In(e.zone)
	var shown *tally
	for i := range 2 {
		month := firstOf(now).AddDate(0, -i, 0)
		t, err := w.monthOf(ctx, station.ID, month, now)
		if err != nil {
			return err
		}
		s.Months = append(s.Months, e.month(month, t))
		if shown == nil && t.overall.count() > 0 {
			shown = t
			s.Answered.Name = e.monthName(month)
		}
	}
	if shown == nil {
		return nil
	}
	q, err := w.questionnaireOf(ctx, station)
	if err != nil {
		return err
	}
	s.Answered.Aspects, s.Answered.Reasons = e.aspects(q, shown), e.reasons(q, shown)
	s.Answered.Channels = e.channels(shown)
	return nil
}

func (e eye) month(month time.Time, t *tally) monthView {
	v := monthView{Name: e.monthName(month), Count: t.overall.count(), Mean: "—", Satisfied: "—", Rate: "—"}
	if v.Count > 0 {
		v.Mean, v.Satisfied = oneDecimal(t.overall.mean()), percent(t.overall.satisfied())
	}
	if rate, known := t.rate(); known {
		v.Rate = percent(rate)
	}
	return v
}

// monthName names a month of the calendar.
func (l language) monthName(month time.Time) string {
	return l.t("survey.month", month.Format("2006"), month.Format("01"))
}

func oneDecimal(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 0, 64) + " %" }

// aspects are the questions that ask for a level, by their means.
func (e eye) aspects(q questionnaire, t *tally) (rows []shareView) {
	for _, id := range slices.Sorted(maps.Keys(t.questions)) {
		if l := t.questions[id].levels; l.count() > 0 && id != overallQuestion {
			rows = append(rows, shareView{Name: q.question(e.language, id), Value: oneDecimal(l.mean()), Count: l.count(),
				Percent: int(math.Round(20 * l.mean()))})
		}
	}
	return rows
}

// overallQuestion is the one whose answer is the score itself.
const overallQuestion = "overall"

// reasons are the options chosen most often, of all questions, as shares of all who rated.
func (e eye) reasons(q questionnaire, t *tally) (rows []shareView) {
	for _, id := range slices.Sorted(maps.Keys(t.questions)) {
		for _, option := range t.questions[id].choices() {
			n := t.questions[id].chosen[option]
			rows = append(rows, shareView{Name: q.option(e.language, id, option), Count: n,
				Percent: int(math.Round(100 * float64(n) / float64(max(1, t.overall.count()))))})
		}
	}
	slices.SortStableFunc(rows, func(a, b shareView) int { return b.Count - a.Count })
	return rows[:min(len(rows), shownReasons)]
}

func (e eye) channels(t *tally) (rows []shareView) {
	for _, name := range slices.Sorted(maps.Keys(t.channels)) {
		l := *t.channels[name]
		if name == "" {
			name = "unknown"
		}
		rows = append(rows, shareView{Name: e.known("channel.", name), Value: oneDecimal(l.mean()), Count: l.count(),
			Percent: int(math.Round(100 * float64(l.count()) / float64(t.overall.count())))})
	}
	return rows
}

// comparisonView compares stations by what their customers answered in a month.
type comparisonView struct {
	Months []kindView
	Name   string
	Rows   []comparedView
}

type comparedView struct {
	Station string
	monthView
	mean float64
}

// comparedMonths is how many months can be chosen.
const comparedMonths = 6

func (w *watch) showSurveys(rw http.ResponseWriter, r *http.Request) {
	l := languageOf(r)
	view, err := w.drawComparison(r.Context(), w.eye(l), r.URL.Query().Get("month"))
	if err != nil {
		w.showFailure(rw, r, err)
		return
	}
	w.show(rw, r, http.StatusOK, "surveys", frame{Language: l, View: view})
}

// drawComparison lists the stations, the best rated first, those without an answer last.
func (w *watch) drawComparison(ctx context.Context, e eye, wanted string) (v comparisonView, err error) {
	newest := firstOf(e.now.In(e.zone))
	month, err := time.ParseInLocation("2006-01", wanted, e.zone)
	if err != nil {
		month = newest
	}
	v.Name = e.monthName(month)
	for i := range comparedMonths {
		m := newest.AddDate(0, -i, 0)
		v.Months = append(v.Months, kindView{Name: e.monthName(m), Link: "/surveys?month=" + m.Format("2006-01"), Chosen: m.Equal(month)})
	}
	stations, err := w.Store.Stations(ctx)
	if err != nil {
		return v, err
	}
	for _, s := range stations {
		t, err := w.tallyOf(ctx, s.ID, month, month.AddDate(0, 1, 0))
		if err != nil {
			return v, err
		}
		if t.overall.count() == 0 && t.served == 0 {
			continue
		}
		row := comparedView{Station: s.ID, monthView: e.month(month, t), mean: -1}
		if t.overall.count() > 0 {
			row.mean = t.overall.mean()
		}
		v.Rows = append(v.Rows, row)
	}
	slices.SortStableFunc(v.Rows, func(a, b comparedView) int {
		switch {
		case a.mean > b.mean:
			return -1
		case a.mean < b.mean:
			return 1
		}
		return 0
	})
	return v, nil
}

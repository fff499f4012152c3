package watch

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// Pages of cases, as a subject of a board names them.
const (
	casesPage = "cases"
	casePage  = "case"
)

// casesView is a list of cases: of one station, or of all.
type casesView struct {
	Station       string
	States        []kindView
	Open, Overdue int
	Rows          []caseView
	// More is how many there are beyond those shown; All leads to the whole list.
	More int
	All  string
}

// caseView is one case. State is one of caseStates but "all".
type caseView struct {
	Number, Link, Station    string
	State, StateName         string
	Cause, Topic, Owner      string
	Opened, Deadline, Closed moment
	Age, Outcome             string
}

// How many cases a list shows, and a station's page.
const (
	shownCases  = 300
	stationCase = 5
)

// noCase is the error where there is no such case.
type noCase struct{ station, name string }

func (e noCase) Error() string { return fmt.Sprintf("%s has no case %q", e.station, e.name) }

func (e noCase) Unwrap() error { return store.ErrNotFound }

func casesPath(station string) string {
	if station == "" {
		return "/cases"
	}
	return "/stations/" + url.PathEscape(station) + "/cases"
}

// stateOfQuery is which cases are asked for: those that are open, unless another list is.
func stateOfQuery(r *http.Request) string {
	if state := r.URL.Query().Get("state"); slices.Contains(caseStates, state) {
		return state
	}
	return caseOpen
}

func (w *watch) showCases(rw http.ResponseWriter, r *http.Request) {
	l, station, state := languageOf(r), r.PathValue("station"), stateOfQuery(r)
	view, err := w.drawCases(r.Context(), w.eye(l), new(shelf), station, state, func(string) bool { return true })
	if err != nil {
		w.showFailure(rw, r, err)
		return
	}
	live := "/live" + casesPath(station) + "?" + url.Values{"lang": {string(l)}, "state": {state}}.Encode()
	w.show(rw, r, http.StatusOK, "cases", frame{Language: l, Station: station, Live: live, View: view})
}

// shelf keeps the cases of all stations for a board, so that a change costs no more than the stations it is of.
type shelf struct{ cases map[string][]oneCase }

func (w *watch) drawCases(ctx context.Context, e eye, s *shelf, station, state string, stale func(string) bool) (*casesView, error) {
	stations := []store.Station{{ID: station}}
	if station == "" {
		var err error
		if stations, err = w.Store.Stations(ctx); err != nil {
			return nil, err
		}
	} else if _, _, err := w.Store.Station(ctx, station); err != nil {
		return nil, err
	}
	if s.cases == nil {
		s.cases = map[string][]oneCase{}
	}
	var all []oneCase
	for _, one := range stations {
		if _, known := s.cases[one.ID]; !known || stale(one.ID) {
			cases, err := w.casesOf(ctx, one.ID)
			if err != nil {
				return nil, err
			}
			s.cases[one.ID] = cases
		}
		all = append(all, s.cases[one.ID]...)
	}
	return e.cases(all, station, state, shownCases), nil
}

// cases makes a list of those that are wanted, the most urgent first.
func (e eye) cases(all []oneCase, station, state string, most int) *casesView {
	v := &casesView{Station: station, All: casesPath(station)}
	for _, s := range caseStates {
		v.States = append(v.States, kindView{Name: e.t("cases." + s), Link: casesPath(station) + "?state=" + s, Chosen: s == state})
	}
	var wanted []oneCase
	for _, c := range all {
		switch c.state(e.now) {
		case caseOverdue:
			v.Overdue, v.Open = v.Overdue+1, v.Open+1
		case caseOpen:
			v.Open++
		}
		if c.is(state, e.now) {
			wanted = append(wanted, c)
		}
	}
	slices.SortFunc(wanted, urgent(e.now))
	v.More = max(0, len(wanted)-most)
	for _, c := range wanted[:len(wanted)-v.More] {
		v.Rows = append(v.Rows, e.oneCase(c))
	}
	return v
}

func (e eye) oneCase(c oneCase) caseView {
	state := c.state(e.now)
	return caseView{Number: c.number, Link: casesPath(c.station) + "/" + url.PathEscape(c.id), Station: c.station, State: state,
		StateName: e.t("case." + state), Cause: e.cause(c), Topic: join(e.known("topic.", c.topic), e.service(c.service)),
		Owner: e.owner(c.owner), Opened: e.moment(c.opened), Deadline: e.agreedMoment(c.deadline), Closed: e.moment(c.closed),
		Age: e.age(c.age(e.now)), Outcome: e.known("settled.", c.outcome)}
}

// agreedMoment is a time that people agreed on.
func (e eye) agreedMoment(t time.Time) moment {
	m := e.moment(t)
	m.Text = e.minute(t)
	return m
}

// cause says why there is a case: a rating by its level.
func (e eye) cause(c oneCase) string {
	if c.cause == "rating" && c.score > 0 {
		return e.t("cause.rated", e.score(c.score))
	}
	return e.known("cause.", c.cause)
}

// owner names a role in words, and a person of the staff by the number.
func (l language) owner(owner string) string {
	if l.has("role." + owner) {
		return l.t("role." + owner)
	}
	return l.with("detail.clerk", owner)
}

// age spells how long something has lasted in the one unit that matters: days, hours or minutes.
func (l language) age(d time.Duration) string {
	switch hours := int(d.Hours()); {
	case hours >= 48:
		return l.t("age.days", hours/24)
	case hours >= 1:
		return l.t("age.hours", hours)
	}
	return l.t("duration.minutes", int(d.Minutes()))
}

// drawStationCases returns nil for a station that has never had one.
func (w *watch) drawStationCases(ctx context.Context, e eye, station string) (*casesView, error) {
	all, err := w.casesOf(ctx, station)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return e.cases(all, station, caseOpen, stationCase), nil
}

// caseLifeView is the page of one case.
type caseLifeView struct {
	caseView
	Facts  []factView
	Events []eventView
}

func (w *watch) showCase(rw http.ResponseWriter, r *http.Request) {
	l, station, name := languageOf(r), r.PathValue("station"), r.PathValue("case")
	view, err := w.drawCase(r.Context(), w.eye(l), station, name)
	if err != nil {
		w.showFailure(rw, r, err)
		return
	}
	live := "/live" + casesPath(station) + "/" + url.PathEscape(name) + "?lang=" + string(l)
	w.show(rw, r, http.StatusOK, "case", frame{Language: l, Station: station, Live: live, View: view})
}

func (w *watch) drawCase(ctx context.Context, e eye, station, name string) (caseLifeView, error) {
	if _, _, err := w.Store.Station(ctx, station); err != nil {
		return caseLifeView{}, err
	}
	life, ok, err := w.lifeOfCase(ctx, station, name)
	if err != nil {
		return caseLifeView{}, err
	}
	if !ok {
		return caseLifeView{}, noCase{station, name}
	}
	v := caseLifeView{caseView: e.oneCase(life.oneCase)}
	v.Facts = e.caseFacts(v.caseView, life)
	for _, r := range life.records {
		event := e.event(r)
		event.Number, event.Link = "", "" // this page
		v.Events = append(v.Events, event)
	}
	return v, nil
}

// caseFacts sums a case up.
func (e eye) caseFacts(v caseView, life caseLife) (facts []factView) {
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, factView{e.t(key), value})
		}
	}
	add("case.cause", v.Cause)
	add("case.topic", v.Topic)
	add("case.owner", v.Owner)
	add("case.opened", v.Opened.Text)
	add("case.deadline", v.Deadline.Text)
	add("case.age", v.Age)
	add("case.ended", join(v.Closed.Text, v.Outcome))
	for _, r := range life.records {
		if r.Type == record.ComplaintFiled {
			add("case.phone", masked(decode[record.ComplaintData](r).Phone))
		}
	}
	return facts
}

func (w *watch) casesPainter(s subject) painter {
	var kept shelf
	return func(ctx context.Context, stale func(string) bool) ([]section, error) {
		view, err := w.drawCases(ctx, w.eye(s.language), &kept, s.station, s.which, stale)
		return w.oneSection(s.language, "cases-list", view, err)
	}
}

func (w *watch) casePainter(s subject) painter {
	return func(ctx context.Context, _ func(string) bool) ([]section, error) {
		view, err := w.drawCase(ctx, w.eye(s.language), s.station, s.which)
		return w.oneSection(s.language, "case-life", view, err)
	}
}

// oneSection draws a page that has one section.
func (w *watch) oneSection(l language, id string, view any, err error) ([]section, error) {
	if err != nil {
		return nil, err
	}
	html, err := w.pages.render(l, "section-"+id, view)
	return []section{{ID: id, HTML: html}}, err
}

package watch

import (
	"cmp"
	"context"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// queueView is the lobby's queue: how it stands, and the day of its newest event.
type queueView struct {
	// Waiting and Serving are how many customers wait and are at counters, Open how many counters are open. Longest is the
	// longest that one of those waiting has waited.
	Waiting, Serving, Open, Longest *tile
	// Called is the number called last.
	Called string
	// Day names the day that the counts are of.
	Day                  string
	Issued, Served, Left int
	MeanWait             string
	Services             []serviceView
	// Targets is whether the kiosk says of any service how many were called within its target.
	Targets bool
	Recent  []callView
}

// serviceView is one service: who waits for it now, and what came of the others in the day. Most of its waits were no
// longer than Ninety, half of them no longer than Half; Within is the share of those called within the service's target.
type serviceView struct {
	ID, Name     string
	Waiting      int
	Longest      string
	Served, Left int
	Half, Ninety string
	Within       string
	Doubtful     bool
}

type callView struct {
	Number, Link, Counter string
	At                    moment
}

// lobbyView is everything of a lobby that a station's page shows; its parts are nil where there is nothing to show.
type lobbyView struct {
	Queue        *queueView
	Counters     []counterView
	Denials      *denialsView
	Appointments *appointmentsView
	Waits        *waitsView
}

// drawLobby gathers what there is to know of a station's lobby.
func (w *watch) drawLobby(ctx context.Context, e eye, station store.Station, points []store.Point) (v lobbyView, err error) {
	begin, records, err := w.latestDay(ctx, e, station.ID)
	if err != nil {
		return v, err
	}
	day := foldDay(records)
	v.Queue = e.queue(station, points, begin, day)
	v.Counters = e.on(begin).counters(station.ID, day)
	v.Waits = e.waits(station, points, day)
	if v.Denials, err = w.drawDenials(ctx, e, station.ID); err != nil {
		return v, err
	}
	v.Appointments, err = w.drawAppointments(ctx, e, station.ID, begin)
	return v, err
}

// mostOfADay bounds what is read of one day: more than any lobby writes.
const mostOfADay = 100_000

// latestDay returns when the day began on which something of the lobby happened last, and the events of that day,
// oldest first.
func (w *watch) latestDay(ctx context.Context, e eye, station string) (begin time.Time, day []store.Record, err error) {
	last, err := w.Store.Latest(ctx, station, dayTypes, 1)
	if err != nil || len(last) == 0 {
		return midnight(e.now.In(e.zone)), nil, err
	}
	begin = midnight(last[0].Placed.In(e.zone))
	day, err = w.Store.Happened(ctx, store.Selection{Station: station, Types: dayTypes, From: begin,
		To: last[0].Placed, Oldest: true, Limit: mostOfADay})
	return begin, day, err
}

// on is an eye to which that day is today: a list of what happened on a day that is named need not repeat it.
func (e eye) on(day time.Time) eye {
	e.now = day
	return e
}

func midnight(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
}

// queue returns nil for a station whose queue has never said anything.
func (e eye) queue(station store.Station, points []store.Point, begin time.Time, day *lobbyDay) *queueView {
	q := &queueView{}
	for _, p := range points {
		t := e.tile(p, station.Nodes)
		switch p.Point {
		case pointWaiting:
			q.Waiting = &t
		case pointServing:
			q.Serving = &t
		case pointOpen:
			q.Open = &t
		case pointLongest:
			if t.Value != "" {
				t.Value, t.Unit = e.longest(t.Number), ""
			}
			q.Longest = &t
		case pointCalled:
			q.Called = t.Value
		}
	}
	if len(day.tickets) == 0 && len(day.counters) == 0 && q.Waiting == nil && q.Called == "" {
		return nil
	}
	q.count(e, station.ID, begin, day)
	q.addServices(e, station, points, day)
	return q
}

// lasting spells a tile of seconds as a duration.
func (e eye) lasting(t tile) *tile {
	if t.Value != "" {
		t.Value, t.Unit = e.duration(t.Number), ""
	}
	return &t
}

// count sums up a day.
func (q *queueView) count(e eye, station string, begin time.Time, day *lobbyDay) {
	q.Day, q.MeanWait = e.t("queue.today", e.now.In(e.zone).Format(time.DateOnly)), "—"
	if !sameDay(begin, e.now.In(e.zone)) {
		q.Day = e.t("queue.day", begin.Format(time.DateOnly))
	}
	q.Issued = len(day.issued)
	for _, n := range day.served {
		q.Served += n
	}
	for _, n := range day.left {
		q.Left += n
	}
	waited := 0.0
	for _, c := range day.calls {
		waited += c.wait
	}
	for _, c := range slices.Backward(day.calls) {
		if len(q.Recent) < latestCalls {
			q.Recent = append(q.Recent, callView{c.number, ticketPath(station, c.ticket, c.at), e.counter(c.counter), e.on(begin).moment(c.at)})
		}
	}
	if len(day.calls) > 0 {
		q.MeanWait = e.duration(waited / float64(len(day.calls)))
	}
	if q.Called == "" && len(q.Recent) > 0 {
		q.Called = q.Recent[0].Number
	}
}

// addServices makes a row of every service that the kiosk has a point of, or that something happened at.
func (q *queueView) addServices(e eye, station store.Station, points []store.Point, day *lobbyDay) {
	rows := map[string]*serviceView{}
	row := func(id string) *serviceView {
		if rows[id] == nil {
			rows[id] = &serviceView{ID: id, Name: e.service(id), Longest: "—", Half: "—", Ninety: "—", Within: "—", Waiting: day.waiting(id)}
		}
		return rows[id]
	}
	for _, id := range day.services() {
		row(id)
	}
	for _, p := range points {
		id, name := servicePoint(p.Point)
		if id == "" {
			continue
		}
		t := e.tile(p, station.Nodes)
		s := row(id)
		s.Doubtful = s.Doubtful || t.Quality != string(record.Good) && t.Quality != string(record.Unknown)
		q.Targets = q.Targets || name == withinName
		switch {
		case t.Value == "":
		case name == waitingName:
			s.Waiting = int(t.Number)
		case name == longestName:
			s.Longest = e.longest(t.Number)
		case name == withinName:
			s.Within = strconv.FormatFloat(t.Number, 'f', 0, 64) + " %"
		}
	}
	for id, s := range rows {
		s.Served, s.Left = day.served[id], day.left[id]
		if waits := day.waits(id); len(waits) > 0 {
			s.Half, s.Ninety = e.atMost(quantile(waits, 0.5)), e.atMost(quantile(waits, 0.9))
		}
		q.Services = append(q.Services, *s)
	}
	slices.SortFunc(q.Services, func(a, b serviceView) int { return cmp.Compare(a.ID, b.ID) })
}

// longest spells the longest wait of those who wait, in seconds: 0 where nobody does.
func (l language) longest(seconds float64) string {
	switch {
	case seconds <= 0:
		return "—"
	case seconds < 60:
		return l.t("duration.less")
	}
	return l.stay(time.Duration(seconds) * time.Second)
}

// atMost spells seconds as the minutes that they do not exceed.
func (l language) atMost(seconds float64) string {
	return l.t("duration.minutes", int(math.Ceil(seconds/60)))
}

// counterView is one counter: whether it works, who works there and who is being served.
type counterView struct {
	Name string
	// State is "open", "paused" or "closed"; StateName and Reason say it in words.
	State, StateName, Reason, Clerk string
	Since                           moment
	// Number is that of the customer there, since At.
	Number, Link string
	At           moment
	Served       int
}

// counters lists those that anything happened at in the day, in the order of their numbers.
func (e eye) counters(station string, day *lobbyDay) []counterView {
	ids := make([]string, 0, len(day.counters))
	for id := range day.counters {
		if id != "" {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, byNumber)
	var views []counterView
	for _, id := range ids {
		c := day.counters[id]
		v := counterView{Name: e.counter(id), State: c.state, StateName: e.t("counter." + c.state), Reason: e.known("reason.", c.reason),
			Clerk: c.clerk, Since: e.moment(c.since), Served: c.served}
		if c.ticket != "" {
			v.Number, v.Link, v.At = c.ticket, ticketPath(station, c.ticket, c.at), e.moment(c.at)
			if t := day.tickets[c.ticket]; t != nil && t.number != "" {
				v.Number = t.number
			}
		}
		views = append(views, v)
	}
	return views
}

// byNumber orders ids that are numbers by those, and before the others.
func byNumber(a, b string) int {
	m, notM := strconv.Atoi(a)
	n, notN := strconv.Atoi(b)
	switch {
	case notM == nil && notN == nil:
		return cmp.Compare(m, n)
	case notM == nil:
		return -1
	case notN == nil:
		return 1
	}
	return cmp.Compare(a, b)
}

// denialsView says how often somebody of the staff was refused in the last day, and of whom the latest were.
type denialsView struct {
	Count  int
	More   bool // than were counted
	Latest []eventView
}

const (
	denialSpan   = 24 * time.Hour
	mostDenials  = 200
	shownDenials = 3
)

// drawDenials returns nil when nobody was refused.
func (w *watch) drawDenials(ctx context.Context, e eye, station string) (*denialsView, error) {
	denied, err := w.Store.Happened(ctx, store.Selection{Station: station, Types: []string{record.StaffDenied},
		From: e.now.Add(-denialSpan), Limit: mostDenials})
	if err != nil || len(denied) == 0 {
		return nil, err
	}
	v := &denialsView{Count: len(denied), More: len(denied) == mostDenials}
	for _, r := range denied[:min(shownDenials, len(denied))] {
		v.Latest = append(v.Latest, e.event(r))
	}
	return v, nil
}

// ticketPath is where the life of a ticket is told. at is a time at which it was there: where to look for it.
func ticketPath(station, ticket string, at time.Time) string {
	if ticket == "" {
		return ""
	}
	return "/stations/" + url.PathEscape(station) + "/tickets/" + url.PathEscape(ticket) + "?at=" + strconv.FormatInt(at.UnixMilli(), 10)
}

// Points of a lobby that have places of their own on the page.
const (
	pointWaiting  = "queue/waiting"
	pointCalled   = "queue/called"
	pointServing  = "queue/serving"
	pointLongest  = "queue/longest-wait"
	pointOpen     = "queue/open-counters"
	pointError    = "queue/quote-error"
	pointBias     = "queue/quote-bias"
	pointCoverage = "queue/quote-coverage"
	pointMean     = "survey/mean-today"
	pointRatings  = "survey/count-today"
)

// lobbyPoints are the points of a lobby that are shown in places of their own, or counted from its records here.
var lobbyPoints = []string{pointWaiting, pointCalled, pointServing, pointLongest, pointOpen, pointError, pointBias, pointCoverage,
	pointMean, pointRatings, "queue/issued-today", "queue/served-today"}

func isLobbyPoint(point string) bool {
	service, _ := servicePoint(point)
	return service != "" || slices.Contains(lobbyPoints, point)
}

// Names of the points of one service, such as queue/payment/waiting.
const (
	waitingName = "waiting"
	longestName = "longest-wait"
	withinName  = "within-target" // share of those called today within the service's target, in percent
)

// servicePoint returns the service that a point is of, and what it tells of it; "" when it is of none.
func servicePoint(point string) (service, name string) {
	rest, ok := strings.CutPrefix(point, "queue/")
	if !ok {
		return "", ""
	}
	service, name, _ = strings.Cut(rest, "/")
	if name != waitingName && name != longestName && name != withinName {
		return "", ""
	}
	return service, name
}

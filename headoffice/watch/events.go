package watch

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// visitTypes are those of customers' visits.
var visitTypes = []string{record.TicketIssued, record.TicketCalled, record.TicketRecalled, record.TicketServed, record.TicketLeft,
	record.TicketReturned, record.TicketHeld, record.TicketTransferred, record.TicketClassed, record.TicketUndone, record.SurveyAnswered}

// printTypes are those of tickets on paper.
var printTypes = []string{record.TicketPrinted, record.TicketUnprinted}

// ordinaryTypes are those of a lobby's ordinary business, of which a busy one writes thousands a day: a list of what is
// new folds them, so that they do not hide what else has happened.
var ordinaryTypes = append([]string{record.CounterPaused, record.CounterResumed, record.TicketPrinted}, visitTypes...)

// How much of what is new a station's page looks at, and how much of the ordinary business that came last it shows
// before it folds it.
const (
	latestSeen = 200
	unfolded   = 8
)

// rowView is a row of a list: an event, or several that are folded into one line.
type rowView struct {
	eventView
	// Folded says how many of which are folded; Link leads to them.
	Folded string
}

// drawLatest lists what happened last, the newest first. What customers are told about their waits is left out, and
// ordinary business in the lobby is folded; others are not pushed off the list by it.
func (w *watch) drawLatest(ctx context.Context, e eye, station string) ([]rowView, error) {
	all, err := w.Store.Happened(ctx, store.Selection{Station: station, Except: []string{record.QueueQuoted}, Limit: latestSeen})
	if err != nil {
		return nil, err
	}
	rows := e.fold(station, all)
	if len(all) == latestSeen && len(rows) < latestEvents {
		oldest := all[len(all)-1]
		others, err := w.Store.Happened(ctx, store.Selection{Station: station, Except: append([]string{record.QueueQuoted}, ordinaryTypes...),
			To: oldest.Placed, Limit: latestEvents})
		if err != nil {
			return nil, err
		}
		for _, r := range others {
			if !slices.ContainsFunc(all, func(seen store.Record) bool { return seen.Epoch == r.Epoch && seen.Seq == r.Seq }) {
				rows = append(rows, rowView{eventView: e.event(r)})
			}
		}
	}
	return rows[:min(latestEvents, len(rows))], nil
}

// fold makes rows of events, newest first.
func (e eye) fold(station string, records []store.Record) []rowView {
	var rows []rowView
	show := unfolded
	for first := 0; first < len(records); {
		if !slices.Contains(ordinaryTypes, records[first].Type) {
			rows = append(rows, rowView{eventView: e.event(records[first])})
			first++
			show = 0
			continue
		}
		next := first
		for next < len(records) && slices.Contains(ordinaryTypes, records[next].Type) {
			next++
		}
		if next-first <= show+1 { // a line that says that one is left out takes as much room as the one
			show = next - first
		}
		for _, r := range records[first : first+show] {
			rows = append(rows, rowView{eventView: e.event(r)})
		}
		if hidden := records[first+show : next]; len(hidden) > 0 {
			rows = append(rows, rowView{Folded: e.counted(hidden), eventView: eventView{At: e.moment(hidden[0].Placed),
				Link: eventsPath(station, "all", hidden[0].Placed, 0)}})
		}
		first, show = next, 0
	}
	return rows
}

// counted says how many of each type there are.
func (e eye) counted(records []store.Record) string {
	counts := map[string]int{}
	for _, r := range records {
		counts[r.Type]++
	}
	types := make([]string, 0, len(counts))
	for typ := range counts {
		types = append(types, typ)
	}
	slices.SortFunc(types, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	for i, typ := range types {
		types[i] = e.t("events.of", e.t("event."+typ), counts[typ])
	}
	return e.t("events.folded", len(records), strings.Join(types, e.t("list.comma")))
}

// eventKinds are what the page of all events can be narrowed down to.
var eventKinds = []struct {
	name  string
	types []string
}{
	{"all", nil},
	{"alarms", []string{record.AlarmRaised, record.AlarmCleared, record.AlarmRepeated, record.PointFailed, record.PointRecovered,
		record.MaintenanceBegan, record.MaintenanceEnded}},
	{"doors", []string{record.DoorOpened, record.DoorClosed, record.BadgePresented, record.InputActivated, record.InputRested,
		record.AccessGranted, record.AccessDenied, record.AccessUnused, record.PassbackForgiven, record.RegisterEntered,
		record.RegisterLeft, record.ModeChanged}},
	{"tickets", visitTypes},
	{"quotes", []string{record.QueueQuoted}},
	{"counters", []string{record.CounterOpened, record.CounterPaused, record.CounterResumed, record.CounterClosed,
		record.StaffLoggedIn, record.StaffLoggedOut, record.StaffDenied, record.PageFailed}},
	{"appointments", appointmentTypes},
	{"care", append([]string{record.SurveyAnswered}, careTypes...)},
	{"lobby", append([]string{record.PaperReplaced, record.StaffActed, record.ScreenCaptured}, printTypes...)},
	{"system", []string{record.NodeStarted, record.NodeStopped, record.JournalReplaced, record.ClockChanged, record.ConfigApplied,
		record.ConfigRefused, record.CommandExecuted, record.CommandRefused, record.ReplayEnded}},
}

// eventsOfAPage is how many events a page of all events shows.
const eventsOfAPage = 100

// eventsView is a page of all events of a station.
type eventsView struct {
	Station string
	Kinds   []kindView
	Events  []eventView
	// Newest and Older lead to other pages; empty when there is nothing more.
	Newest, Older string
}

type kindView struct {
	Name, Link string
	Chosen     bool
}

// eventsPath is where events of a kind up to a time are listed, but for the first skip of that time.
func eventsPath(station, kind string, to time.Time, skip int) string {
	query := url.Values{"kind": {kind}}
	if !to.IsZero() {
		query.Set("to", strconv.FormatInt(to.UnixMilli(), 10))
	}
	if skip > 0 {
		query.Set("skip", strconv.Itoa(skip))
	}
	return "/stations/" + url.PathEscape(station) + "/events?" + query.Encode()
}

func (w *watch) showEvents(rw http.ResponseWriter, r *http.Request) {
	l, id := languageOf(r), r.PathValue("station")
	view, err := w.drawEvents(r.Context(), w.eye(l), id, r.URL.Query())
	if err != nil {
		w.showFailure(rw, r, err)
		return
	}
	w.show(rw, r, http.StatusOK, "events", frame{Language: l, Station: id, View: view})
}

func (w *watch) drawEvents(ctx context.Context, e eye, station string, query url.Values) (eventsView, error) {
	if _, _, err := w.Store.Station(ctx, station); err != nil {
		return eventsView{}, err
	}
	kind := max(0, slices.IndexFunc(eventKinds, func(k struct {
		name  string
		types []string
	}) bool {
		return k.name == query.Get("kind")
	}))
	q := store.Selection{Station: station, Types: eventKinds[kind].types, To: millis(query.Get("to")), Limit: eventsOfAPage + 1}
	if skip, err := strconv.Atoi(query.Get("skip")); err == nil && !q.To.IsZero() {
		q.Skip = min(max(0, skip), mostOfADay)
	}
	records, err := w.Store.Happened(ctx, q)
	if err != nil {
		return eventsView{}, err
	}
	v := eventsView{Station: station}
	for i, k := range eventKinds {
		v.Kinds = append(v.Kinds, kindView{Name: e.t("kind-of-event." + k.name), Link: eventsPath(station, k.name, time.Time{}, 0), Chosen: i == kind})
	}
	if !q.To.IsZero() {
		v.Newest = eventsPath(station, eventKinds[kind].name, time.Time{}, 0)
	}
	if len(records) > eventsOfAPage {
		records = records[:eventsOfAPage]
		v.Older = eventsPath(station, eventKinds[kind].name, records[len(records)-1].Placed, seenAt(records, q))
	}
	for _, r := range records {
		v.Events = append(v.Events, e.event(r))
	}
	return v, nil
}

// seenAt is how many events of the time of the last one have been seen.
func seenAt(records []store.Record, q store.Selection) int {
	last := records[len(records)-1].Placed
	n := 0
	for _, r := range slices.Backward(records) {
		if !r.Placed.Equal(last) {
			return n
		}
		n++
	}
	if q.To.Equal(last) {
		n += q.Skip
	}
	return n
}

// millis reads a time in milliseconds since 1970; anything else is the zero time.
func millis(text string) time.Time {
	ms, err := strconv.ParseInt(text, 10, 64)
	const most = 1 << 53
	if err != nil || ms < -most || ms > most {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

package watch

import (
	"context"
	"slices"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// How much of what has happened a station's page shows.
const (
	latestEvents  = 30 // also of changes of doors, of journals and of clocks
	latestCalls   = 6
	latestRatings = 100
	shownRatings  = 5
	// chartSamples is about how many samples a chart is drawn from: two for each of its pixels on a phone.
	chartSamples = 720
	// chartStep is how often a chart moves on, so that it is not sent anew with everything else that changes.
	chartStep = 10 * time.Second
)

// stationView is everything a station's page shows.
type stationView struct {
	ID     string
	Nodes  []nodeView
	Alarms []alarmView
	Doors  []doorView
	// Maintenance is what goes on of it, Orders the latest commands from head office.
	Maintenance []maintenanceView
	Orders      []orderView
	Register    *registerView
	Climate     []gaugeView
	Lobby       lobbyView
	Survey      *surveyView
	Cases       *casesView
	Screens     *screensView
	Points      []tile
	Events      []rowView
	Complete    completeView
}

type alarmView struct {
	Level levelView
	Place string
	// Rule says what is wrong, Detail what there is to say about it.
	Rule, Detail string
	Since        moment
}

type doorView struct {
	tile
	Open bool
	Mode modeView
	// Lock is what the door's lock does, Locked whether it keeps people out; empty when there is none.
	Lock   string
	Locked bool
	// Since is when it was opened or closed; zero when that is not known.
	Since moment
}

// gaugeView is a measured point and its history.
type gaugeView struct {
	tile
	Chart *chart
	// Caption says which time the chart shows; Summary says what it shows, for those who cannot see it.
	Caption, Summary string
}

// drawStation gathers a station's page.
func (w *watch) drawStation(ctx context.Context, e eye, id string) (stationView, error) {
	station, points, err := w.Store.Station(ctx, id)
	if err != nil {
		return stationView{}, err
	}
	alarms, err := w.Store.OpenAlarms(ctx, id)
	if err != nil {
		return stationView{}, err
	}
	v := stationView{ID: id, Nodes: e.nodes(station.Nodes), Alarms: e.alarms(alarms)}
	if v.Doors, err = w.drawDoors(ctx, e, station, points); err != nil {
		return stationView{}, err
	}
	if err := w.addActs(ctx, e, &v); err != nil {
		return stationView{}, err
	}
	if v.Climate, err = w.drawClimate(ctx, e, station, points, alarms); err != nil {
		return stationView{}, err
	}
	if v.Lobby, err = w.drawLobby(ctx, e, station, points); err != nil {
		return stationView{}, err
	}
	if v.Survey, err = w.drawSurvey(ctx, e, station, points); err != nil {
		return stationView{}, err
	}
	if v.Cases, err = w.drawStationCases(ctx, e, id); err != nil {
		return stationView{}, err
	}
	if v.Screens, err = w.drawScreens(ctx, e, station, points); err != nil {
		return stationView{}, err
	}
	if v.Events, err = w.drawLatest(ctx, e, id); err != nil {
		return stationView{}, err
	}
	for _, p := range points {
		if kindOf(p) == otherPoint {
			v.Points = append(v.Points, e.tile(p, station.Nodes))
		}
	}
	if v.Complete, err = w.drawComplete(ctx, e, station, points); err != nil {
		return stationView{}, err
	}
	return v, w.addClocks(ctx, e, id, v.Nodes)
}

// addActs adds what follows from badges, documents and commands.
func (w *watch) addActs(ctx context.Context, e eye, v *stationView) (err error) {
	if v.Maintenance, err = w.addStanding(ctx, e, v.ID, v.Doors); err != nil {
		return err
	}
	if v.Orders, err = w.drawOrders(ctx, e, v.ID); err != nil {
		return err
	}
	if v.Register, err = w.drawRegister(ctx, e, v.ID); err != nil {
		return err
	}
	return w.addConfigs(ctx, e, v.ID, v.Nodes)
}

// alarms lists open alarms, the gravest first, then the newest.
func (e eye) alarms(records []store.Alarm) []alarmView {
	records = slices.Clone(records)
	slices.Reverse(records)
	views := make([]alarmView, len(records))
	for i, r := range records {
		d := r.AlarmData
		views[i] = alarmView{Level: e.levelView(d.Level), Place: e.place(r.Source), Since: e.moment(r.Placed),
			Rule: e.rule(d), Detail: join(e.measured(d), e.why(d.Reason), e.times(d.Times), e.t("detail.serial", d.Serial))}
	}
	slices.SortStableFunc(views, func(a, b alarmView) int { return gravity(a.Level.Level) - gravity(b.Level.Level) })
	return views
}

// drawDoors shows each door and since when it has been as it is.
func (w *watch) drawDoors(ctx context.Context, e eye, station store.Station, points []store.Point) ([]doorView, error) {
	var doors []doorView
	for _, p := range points {
		if kindOf(p) != doorPoint {
			continue
		}
		d := doorView{tile: e.tile(p, station.Nodes), Open: p.Value == "open"}
		if key := "door." + d.Value; e.has(key) {
			d.Value = e.t(key)
		}
		doors = append(doors, d)
	}
	if len(doors) == 0 {
		return nil, nil
	}
	e.addLocks(doors, points)
	changes, err := w.Store.Latest(ctx, station.ID, []string{record.DoorOpened, record.DoorClosed}, latestEvents)
	for i := range doors {
		d := &doors[i]
		last := slices.IndexFunc(changes, func(r store.Record) bool { return r.Node == d.Node && r.Source == d.Point })
		if last >= 0 && d.Open == (changes[last].Type == record.DoorOpened) {
			d.Since = e.moment(changes[last].Placed)
		}
	}
	return doors, err
}

// addLocks says of each door what its lock does: the point of a door's name and "/lock".
func (e eye) addLocks(doors []doorView, points []store.Point) {
	for i := range doors {
		d := &doors[i]
		for _, p := range points {
			if p.Node == d.Node && p.Point == d.Point+"/lock" && kindOf(p) == lockPoint {
				value, _ := p.Value.(string)
				d.Lock, d.Locked = e.known("lock.", value), value == "locked" || value == "lockdown"
				if !e.has("lock." + value) {
					d.Lock = e.known("mode.", value)
				}
			}
		}
	}
}

// drawClimate charts each temperature over the last day, or over the day up to its newest value when that is older:
// what is replayed shows in its own time.
func (w *watch) drawClimate(ctx context.Context, e eye, station store.Station, points []store.Point, alarms []store.Alarm) ([]gaugeView, error) {
	var gauges []gaugeView
	for _, p := range points {
		if kindOf(p) != temperaturePoint {
			continue
		}
		g := gaugeView{tile: e.tile(p, station.Nodes)}
		end := e.now.Truncate(chartStep).Add(chartStep)
		replayed := !p.Time.IsZero() && e.now.Sub(p.Time) > chartSpan
		if replayed {
			end = p.Time
		}
		samples, err := w.Store.History(ctx, store.NodeKey{Station: station.ID, Node: p.Node}, p.Point,
			end.Add(-chartSpan), end.Add(time.Millisecond), chartSamples)
		if err != nil {
			return nil, err
		}
		if g.Chart = drawChart(samples, end, e.zone, p.Unit, limitOf(p, alarms)); g.Chart != nil {
			lowest, highest := amount(g.Chart.Lowest, p.Unit), amount(g.Chart.Highest, p.Unit)
			caption := e.t("chart.span", e.t(g.Chart.Span))
			if replayed {
				caption = e.t("chart.ending", e.t(g.Chart.Span), e.moment(end).Text)
			}
			g.Caption = join(caption, e.t("chart.range", lowest, highest))
			g.Summary = e.t("chart.title", g.Place, caption, lowest, highest, amount(g.Chart.Last, p.Unit))
		}
		gauges = append(gauges, g)
	}
	return gauges, nil
}

// limitOf is the limit of an open alarm at a point, nil when there is none.
func limitOf(p store.Point, alarms []store.Alarm) *float64 {
	for _, r := range alarms {
		if d := r.AlarmData; r.Node == p.Node && r.Source == p.Point && d.Unit == p.Unit && (d.Kind == "" || d.Kind == "limit") {
			return &d.Limit
		}
	}
	return nil
}

package watch

import (
	"context"
	"slices"
	"strings"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// standingReader reads what stands until another record says otherwise.
type standingReader interface {
	Standing(ctx context.Context, station string, types ...string) ([]store.Record, error)
	Configurations(ctx context.Context, station string) ([]store.Configuration, error)
}

// modeView is that a door follows other rules than badges. The zero view is that it does not.
type modeView struct {
	Mode, Text string
	Since      moment
}

// maintenanceView is that alarms of some points are not raised.
type maintenanceView struct {
	Places, By, Reason string
	Until              moment
}

// addStanding adds what stands to doors, and returns the maintenance that goes on.
func (w *watch) addStanding(ctx context.Context, e eye, station string, doors []doorView) ([]maintenanceView, error) {
	told, err := w.Store.Standing(ctx, station, record.ModeChanged, record.MaintenanceBegan)
	if err != nil {
		return nil, err
	}
	var going []maintenanceView
	for _, r := range told {
		if r.Type == record.MaintenanceBegan {
			if d := decode[record.MaintenanceData](r); d.Until.After(e.now) {
				going = append(going, e.maintained(d))
			}
			continue
		}
		for i := range doors {
			if doors[i].Node == r.Node && doors[i].Point == r.Source {
				doors[i].Mode = e.doorMode(r)
			}
		}
	}
	return going, nil
}

func (e eye) doorMode(r store.Record) modeView {
	d := decode[record.ModeData](r)
	if d.Mode == "" || d.Mode == "normal" {
		return modeView{}
	}
	return modeView{Mode: d.Mode, Since: e.moment(r.Placed),
		Text: join(e.known("mode.", d.Mode), e.with("detail.by", d.By), e.known("reason.", d.Reason))}
}

func (e eye) maintained(d record.MaintenanceData) maintenanceView {
	v := maintenanceView{Places: e.places(d.Points), By: d.By, Reason: d.Reason, Until: e.moment(d.Until)}
	if v.Places == "" {
		v.Places = e.t("maintenance.all")
	}
	return v
}

// places spells points, or beginnings of points.
func (l language) places(points []string) string {
	words := make([]string, len(points))
	for i, p := range points {
		words[i] = l.place(strings.TrimSuffix(p, "/"))
	}
	return strings.Join(words, l.t("list.comma"))
}

// configView is what a node goes by. Tone colours it like that of told.
type configView struct{ Text, Tone string }

// addConfigs says of each node which documents it goes by, and what it made of the newest.
func (w *watch) addConfigs(ctx context.Context, e eye, station string, nodes []nodeView) error {
	configs, err := w.Store.Configurations(ctx, station)
	if err != nil {
		return err
	}
	for i := range nodes {
		for _, c := range configs {
			if c.Node == nodes[i].ID {
				nodes[i].Config = e.config(c)
			}
		}
	}
	return nil
}

func (e eye) config(c store.Configuration) []configView {
	var said []configView
	if c.Reported != nil && c.Reported.Version > 0 {
		said = append(said, configView{Text: e.t("config.applied", c.Reported.Version, e.moment(c.Reported.Since).Text)})
	}
	if refused := c.Refused(); refused != nil {
		said = append(said, configView{e.t("config.refused", refused.Version, refused.Reason), "warn"})
	} else if c.Waiting() {
		said = append(said, configView{e.t("config.waiting", c.Desired, c.By, e.moment(c.Issued).Text), "warn"})
	}
	return said
}

// Commands that a page shows: those that nothing has come of yet, and the others for a while.
const (
	shownOrders = 5
	orderSpan   = 12 * time.Hour
)

// orderView is a command given from head office.
type orderView struct {
	Verb, Place, By string
	Given           moment
	// State is how it stands, Tone how that bears on the station, Reason why.
	State, Tone, Reason string
}

func (w *watch) drawOrders(ctx context.Context, e eye, station string) ([]orderView, error) {
	orders, err := w.Store.Orders(ctx, station, "", shownOrders)
	if err != nil {
		return nil, err
	}
	orders = slices.DeleteFunc(orders, func(o store.Order) bool {
		return o.Outcome != "" && e.now.Sub(o.Issued) > orderSpan
	})
	views := make([]orderView, len(orders))
	for i, o := range orders {
		state := orderState(o)
		views[i] = orderView{Verb: e.known("verb.", o.Verb), By: o.By, Given: e.moment(o.Issued), State: e.known("outcome.", state),
			Reason: e.known("reason.", o.Reason)}
		if o.Point != "" {
			views[i].Place = e.place(o.Point)
		}
		switch state {
		case record.Done:
			views[i].Tone = "good"
		case record.Refused, record.Expired, record.Failed:
			views[i].Tone = "bad"
		default:
			views[i].Tone = "warn"
		}
	}
	return views, nil
}

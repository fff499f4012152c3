package watch

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// card is one station at a glance.
type card struct {
	ID     string
	Nodes  []nodeView
	Alarms []levelView
	// Doors counts the doors known, DoorsOpen names those that are open.
	Doors     int
	DoorsOpen []string
	// DoubtfulDoor is one whose state cannot be trusted, if there is any.
	DoubtfulDoor *tile
	// Hottest is the warmest point in good order, or one that is not when there is no other.
	Hottest *tile
	// Waiting is how many customers wait.
	Waiting *tile
	// Inside is how many people are inside by the register.
	Inside  int
	Latest  *eventView
	online  int
	waiting float64
}

// needsAttention is whether somebody should look at the station.
func (c card) needsAttention() bool { return len(c.Alarms) > 0 || c.online < len(c.Nodes) }

// overview is all stations at a glance, those that need attention first, each group in order of names.
type overview struct {
	Stations, Nodes, Online int
	Alarms                  []levelView
	AlarmCount              int
	DoorsOpen, Inside       int
	Waiting                 string
	Attention, Calm         []card
}

// drawCard gathers what is to be known of one station.
func (w *watch) drawCard(ctx context.Context, e eye, id string) (card, error) {
	station, points, err := w.Store.Station(ctx, id)
	if err != nil {
		return card{}, err
	}
	alarms, err := w.Store.OpenAlarms(ctx, id)
	if err != nil {
		return card{}, err
	}
	latest, err := w.Store.Happened(ctx, store.Selection{Station: id, Except: []string{record.QueueQuoted}, Limit: 1})
	if err != nil {
		return card{}, err
	}
	c := card{ID: id, Nodes: e.nodes(station.Nodes), Alarms: e.countLevels(alarms)}
	for _, n := range station.Nodes {
		if n.Online {
			c.online++
		}
	}
	for _, p := range points {
		c.add(kindOf(p), e.tile(p, station.Nodes), p)
	}
	if len(latest) > 0 {
		event := e.event(latest[0])
		c.Latest = &event
	}
	return c, nil
}

// add takes one point into account.
func (c *card) add(k kind, t tile, p store.Point) {
	switch k {
	case doorPoint:
		c.Doors++
		if p.Value == "open" {
			c.DoorsOpen = append(c.DoorsOpen, t.Place)
		}
		if t.Quality != "good" {
			c.DoubtfulDoor = &t
		}
	case temperaturePoint:
		if c.Hottest == nil || hotter(t, *c.Hottest) {
			c.Hottest = &t
		}
	case lobbyPoint:
		if p.Point != pointWaiting {
			return
		}
		c.Waiting = &t
		if t.Quality == "good" && !math.IsNaN(t.Number) {
			c.waiting += t.Number
		}
	}
}

// hotter prefers what can be trusted over what cannot, then the higher temperature.
func hotter(a, b tile) bool {
	if good := a.Quality == "good"; good != (b.Quality == "good") {
		return good
	}
	return a.Number > b.Number || math.IsNaN(b.Number)
}

// glance keeps the cards of all stations, so that a change costs no more than the stations it is of.
type glance struct {
	cards map[string]card
}

// refresh draws the stations that are new or for which stale is true, and sums up.
func (g *glance) refresh(ctx context.Context, w *watch, e eye, stale func(station string) bool) (overview, error) {
	stations, err := w.Store.Stations(ctx)
	if err != nil {
		return overview{}, err
	}
	if g.cards == nil {
		g.cards = map[string]card{}
	}
	inside, err := w.Store.Inside(ctx)
	if err != nil {
		return overview{}, err
	}
	var o overview
	levels := map[string]levelView{}
	waiting := 0.0
	for _, s := range stations {
		c, known := g.cards[s.ID]
		if !known || stale(s.ID) {
			c, err = w.drawCard(ctx, e, s.ID)
			if errors.Is(err, store.ErrNotFound) {
				continue // gone since the list was read
			}
			if err != nil {
				return overview{}, err
			}
			g.cards[s.ID] = c
		}
		c.Inside = inside[s.ID]
		o.Inside += c.Inside
		o.add(c, levels)
		waiting += c.waiting
	}
	o.Waiting = strconv.FormatFloat(waiting, 'f', -1, 64)
	for _, v := range levels {
		o.Alarms = append(o.Alarms, v)
		o.AlarmCount += v.Count
	}
	slices.SortFunc(o.Alarms, func(a, b levelView) int { return gravity(a.Level) - gravity(b.Level) })
	return o, nil
}

func (o *overview) add(c card, levels map[string]levelView) {
	o.Stations++
	o.Nodes += len(c.Nodes)
	o.Online += c.online
	o.DoorsOpen += len(c.DoorsOpen)
	for _, v := range c.Alarms {
		v.Count += levels[v.Name].Count
		levels[v.Name] = v
	}
	if c.needsAttention() {
		o.Attention = append(o.Attention, c)
	} else {
		o.Calm = append(o.Calm, c)
	}
}

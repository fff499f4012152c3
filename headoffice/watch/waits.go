package watch

import (
	"fmt"
	"math"
	"slices"
	"time"

	"stationkeeper/headoffice/store"
)

// waitsView holds what customers were told when they took their tickets against how long they waited.
type waitsView struct {
	Chart *waitsChart
	// Caption says which time the chart shows, Summary what it shows, for those who cannot see it.
	Caption, Summary string
	// Error, Bias and Coverage are the kiosk's own score of everything that was told today.
	Error, Bias, Coverage *tile
}

// waitsChart is the drawing: geometry and labels only, drawn by the template "waits".
type waitsChart struct {
	Width, Height, Left, Right, Top, Bottom float64
	Y, X                                    []tick
	// Told are bars from the low to the high end of what was told.
	Told []bar
	// Inside are the waits that came as told, Outside the others, Untold those of customers who were promised nothing.
	Inside, Outside, Untold []position
}

// bar stands on end: its left edge, its upper one, and its size.
type bar struct{ X, Y, Width, Height float64 }

// toldWait is one customer's: when the ticket was taken, what was told and what came, in minutes.
type toldWait struct {
	at        time.Time
	known     bool
	low, high float64
	came      float64
}

func (w toldWait) inside() bool { return w.known && w.came >= w.low && w.came <= w.high }

// waits returns nil when nobody was called on the day and nothing is scored.
func (e eye) waits(station store.Station, points []store.Point, day *lobbyDay) *waitsView {
	v := &waitsView{}
	for _, p := range points {
		t := e.tile(p, station.Nodes)
		switch p.Point {
		case pointError:
			v.Error = e.lasting(t)
		case pointBias:
			if t.Value != "" {
				t.Value, t.Unit = e.bias(t.Number), ""
			}
			v.Bias = &t
		case pointCoverage:
			if t.Value != "" {
				t.Value, t.Unit = fmt.Sprintf("%.0f", t.Number), "%"
			}
			v.Coverage = &t
		}
	}
	waits := day.toldWaits()
	if len(waits) == 0 {
		if v.Error == nil && v.Bias == nil && v.Coverage == nil {
			return nil
		}
		return v
	}
	v.Chart = drawWaits(waits, e.zone)
	told, inside := 0, 0
	for _, w := range waits {
		if w.known {
			told++
		}
		if w.inside() {
			inside++
		}
	}
	v.Caption = e.t("waits.called", len(waits))
	if told > 0 {
		v.Caption = join(v.Caption, e.t("waits.inside", inside, told, fmt.Sprintf("%.0f", 100*float64(inside)/float64(told))))
	}
	v.Summary = join(e.t("station.waits"), v.Caption)
	return v
}

// bias says by how much what was told was too long or too short.
func (e eye) bias(seconds float64) string {
	switch rounded := math.Round(seconds); {
	case rounded > 0:
		return e.t("waits.long", e.duration(rounded))
	case rounded < 0:
		return e.t("waits.short", e.duration(-rounded))
	}
	return e.t("waits.even")
}

// toldWaits are the first waits of those who were called, in the order in which they took their tickets.
func (d *lobbyDay) toldWaits() []toldWait {
	var waits []toldWait
	for _, id := range d.issued {
		t := d.tickets[id]
		if !t.called {
			continue
		}
		w := toldWait{at: t.issued, came: t.waited / 60}
		if t.quote != nil && t.quote.Known {
			w.known, w.low, w.high = true, t.quote.Low/60, t.quote.High/60
		}
		waits = append(waits, w)
	}
	return waits
}

// waitsSteps are how far apart the labels of the time axis are: the first that leaves room for them is taken.
var waitsSteps = []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour}

const mostLabels = 7

// drawWaits draws waits in order of their times; there is at least one.
func drawWaits(waits []toldWait, zone *time.Location) *waitsChart {
	c := &waitsChart{Width: chartWidth, Height: chartHeight, Left: chartLeft, Right: chartRight, Top: chartTop, Bottom: chartBottom}
	high := 1.0
	for _, w := range waits {
		high = max(high, min(w.came, chartMost))
	}
	for limit, i := 1.5*high, 0; i < len(waits); i++ { // a range far beyond every wait is cut: the waits are to be seen
		if waits[i].known {
			high = max(high, min(waits[i].high, limit))
		}
	}
	ticks := niceTicks(0, high)
	start := waits[0].at.In(zone).Truncate(waitsSteps[0])
	end := waits[len(waits)-1].at.Add(time.Minute)
	step := waitsSteps[len(waitsSteps)-1]
	for _, s := range waitsSteps {
		if end.Sub(start) <= mostLabels*s {
			step = s
			break
		}
	}
	p := projection{end: end, span: max(end.Sub(start), time.Hour), low: 0, high: ticks[len(ticks)-1]}
	p.end = start.Add(p.span)
	for _, v := range ticks {
		c.Y = append(c.Y, tick{At: p.y(v), Label: number(v, "")})
	}
	c.X = timeTicks(p, step, zone)
	c.trace(waits, p)
	return c
}

// columnWidth is how much of the chart is one column: what falls into it is drawn together. leastBar is how high a bar
// is at least, to be seen.
const (
	columnWidth = 4.0
	leastBar    = 1.5
)

// trace draws column by column, so that a day of thousands stays small: of what was told the mean, of what came the
// shortest, the middle and the longest.
func (c *waitsChart) trace(waits []toldWait, p projection) {
	column := func(w toldWait) float64 { return math.Floor(p.x(w.at) / columnWidth) }
	for first := 0; first < len(waits); {
		next := first + 1
		for next < len(waits) && column(waits[next]) == column(waits[first]) {
			next++
		}
		here := waits[first:next]
		if low, high, told := meanTold(here); told {
			bottom := p.y(min(low, p.high))
			top := min(p.y(min(high, p.high)), bottom-leastBar)
			c.Told = append(c.Told, bar{X: column(here[0]) * columnWidth, Y: top, Width: columnWidth, Height: round1(bottom - top)})
		}
		for _, w := range thinned(here) {
			c.dot(w, position{p.x(w.at), p.y(min(w.came, p.high))})
		}
		first = next
	}
}

func (c *waitsChart) dot(w toldWait, at position) {
	switch {
	case !w.known:
		c.Untold = append(c.Untold, at)
	case w.inside():
		c.Inside = append(c.Inside, at)
	default:
		c.Outside = append(c.Outside, at)
	}
}

// meanTold is the mean range of those who were told one.
func meanTold(waits []toldWait) (low, high float64, told bool) {
	n := 0.0
	for _, w := range waits {
		if w.known {
			low, high, n = low+w.low, high+w.high, n+1
		}
	}
	if n == 0 {
		return 0, 0, false
	}
	return low / n, high / n, true
}

// thinned keeps three of many: the shortest, the middle and the longest.
func thinned(waits []toldWait) []toldWait {
	if len(waits) <= 3 {
		return waits
	}
	sorted := slices.SortedStableFunc(slices.Values(waits), func(a, b toldWait) int {
		switch {
		case a.came < b.came:
			return -1
		case a.came > b.came:
			return 1
		}
		return 0
	})
	return []toldWait{sorted[0], sorted[len(sorted)/2], sorted[len(sorted)-1]}
}

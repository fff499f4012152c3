package watch

import (
	"context"
	"time"

	"stationkeeper/headoffice/store"
)

// How much of the register a page shows: those who are inside, at most, and the latest visits that are over.
const (
	shownInside = 50
	shownVisits = 12
)

// registerView is who is inside now, and who was.
type registerView struct {
	Inside, Past []visitView
}

// visitView is one person's stay.
type visitView struct {
	Who, Area string
	// Tags say what else there is to know: a visitor, the purpose, the card.
	Visitor       bool
	Purpose, Card string
	Entered, Left moment
	// Stay is how long it lasted, or has lasted so far.
	Stay string
	// Missed is how the visit was ended without a badge; empty when it was ended by one.
	Missed string
}

// drawRegister returns nil for a station that has none.
func (w *watch) drawRegister(ctx context.Context, e eye, station string) (*registerView, error) {
	inside, err := w.Store.Visits(ctx, store.VisitQuery{Station: station, Inside: true, Limit: shownInside})
	if err != nil {
		return nil, err
	}
	latest, err := w.Store.Visits(ctx, store.VisitQuery{Station: station, Limit: shownInside + shownVisits})
	if err != nil || len(latest) == 0 {
		return nil, err
	}
	v := &registerView{}
	for _, one := range inside {
		v.Inside = append(v.Inside, e.visit(one))
	}
	for _, one := range latest {
		if !one.Open && len(v.Past) < shownVisits {
			v.Past = append(v.Past, e.visit(one))
		}
	}
	return v, nil
}

func (e eye) visit(v store.Visit) visitView {
	view := visitView{Who: who(v.Name, v.Person), Area: e.place(v.Area), Visitor: v.Visitor, Purpose: v.Purpose, Card: v.Card,
		Entered: e.moment(v.Entered), Left: e.moment(v.Left)}
	lasted := time.Duration(seconds(v, e.now) * float64(time.Second))
	if v.Open || lasted > 0 {
		view.Stay = e.stay(lasted)
	}
	if !v.Open && v.How != "badge" {
		view.Missed = e.known("how.", v.How)
	}
	return view
}

// stay spells how long somebody was inside, in whole minutes: nobody counts the seconds, and the page is not to be sent
// anew for each.
func (l language) stay(d time.Duration) string {
	if d < time.Minute {
		return l.t("stay.short")
	}
	minutes := int(d / time.Minute)
	if minutes < 60 {
		return l.t("duration.minutes", minutes)
	}
	return l.t("duration.hours", minutes/60, minutes%60)
}

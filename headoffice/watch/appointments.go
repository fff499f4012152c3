package watch

import (
	"context"
	"slices"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// appointmentsView counts the appointments of one day by what became of them, and lists those to come.
type appointmentsView struct {
	Booked, Arrived, Missed, Cancelled int
	Next                               []appointmentView
}

type appointmentView struct {
	At            string
	Name, Service string
}

const (
	// bookedBefore is how long before its day an appointment is looked for.
	bookedBefore     = 92 * 24 * time.Hour
	mostAppointments = 20_000
	shownNext        = 5
)

var appointmentTypes = []string{record.AppointmentBooked, record.AppointmentCancelled, record.AppointmentArrived, record.AppointmentMissed}

// drawAppointments returns nil for a day without any.
func (w *watch) drawAppointments(ctx context.Context, e eye, station string, begin time.Time) (*appointmentsView, error) {
	end := begin.AddDate(0, 0, 1)
	records, err := w.Store.Happened(ctx, store.Selection{Station: station, Types: appointmentTypes,
		From: begin.Add(-bookedBefore), To: end, Limit: mostAppointments})
	if err != nil {
		return nil, err
	}
	return e.appointments(records, begin, end), nil
}

// appointments sums up the records, newest first: what was written last about an appointment is what became of it.
func (e eye) appointments(records []store.Record, begin, end time.Time) *appointmentsView {
	v := &appointmentsView{}
	type coming struct {
		at time.Time
		appointmentView
	}
	var next []coming
	seen := map[string]bool{}
	for _, r := range records {
		d := decode[record.AppointmentData](r)
		known := seen[d.Appointment]
		seen[d.Appointment] = true
		if known || d.At.Before(begin) || !d.At.Before(end) {
			continue
		}
		v.Booked++
		switch r.Type {
		case record.AppointmentArrived:
			v.Arrived++
		case record.AppointmentMissed:
			v.Missed++
		case record.AppointmentCancelled:
			v.Cancelled++
		default:
			next = append(next, coming{d.At, appointmentView{At: d.At.In(e.zone).Format("15:04"), Name: d.Name, Service: e.service(d.Service)}})
		}
	}
	if v.Booked == 0 {
		return nil
	}
	slices.SortFunc(next, func(a, b coming) int { return a.at.Compare(b.at) })
	for _, c := range next[:min(shownNext, len(next))] {
		v.Next = append(v.Next, c.appointmentView)
	}
	return v
}

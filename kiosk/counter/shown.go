package counter

import (
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/web"
)

// view is a snapshot as pages see it.
func (s *server) view(h hall.Snapshot) view {
	v := view{Now: record.Stamp(s.Hall.Now()), Day: h.Queue.Day,
		Services: []serviceView{}, Counters: []counterView{}, Waiting: viewTickets(h.Queue.Waiting),
		Held: []ticketView{}, Announced: []announcementView{}, Notices: []noticeView{}}
	for _, service := range h.Queue.Services {
		name := web.Named(s.Services, service.ID)
		v.Services = append(v.Services, serviceView{ID: service.ID, Prefix: service.Prefix, NameZh: name.Zh, NameEn: name.En,
			Open: true, Waiting: service.Waiting, Ahead: service.Ahead})
	}
	for _, counter := range h.Queue.Counters {
		v.Counters = append(v.Counters, s.viewCounter(counter, h.Queue.Services))
	}
	for _, t := range h.Queue.LastCalls(12) {
		v.Announced = append(v.Announced, announcementView{Ticket: t.Ticket, Number: t.Number, Service: t.Service, Counter: t.Counter,
			At: t.At, Again: t.Again})
	}
	today := h.Queue.Today
	v.Today = todayView{Issued: today.Issued, Served: today.Served, Left: today.Left}
	if today.Served > 0 {
		v.Today.MeanWait = today.Waited.Seconds() / float64(today.Served)
	}
	v.Survey.Count = h.Survey.Count()
	if mean, ok := h.Survey.Mean(); ok {
		v.Survey.Mean = &mean
	}
	return v
}

func (s *server) viewCounter(c queue.CounterView, services []queue.ServiceView) counterView {
	name := web.Named(s.Counters, c.ID)
	v := counterView{ID: c.ID, NameZh: name.Zh, NameEn: name.En, Services: []string{}, Offered: []string{}, Next: []string{},
		State: "open", Waiting: c.Waiting}
	for _, service := range services {
		if c.Serves(service.ID) {
			v.Services = append(v.Services, service.ID)
			v.Offered = append(v.Offered, service.ID)
		}
	}
	if c.Ticket != nil {
		t := viewTicket(*c.Ticket)
		v.Ticket = &t
	}
	return v
}

func viewTickets(waiting []queue.Place) []ticketView {
	views := make([]ticketView, len(waiting)) // a list also when there is none
	for i, p := range waiting {
		views[i] = viewTicket(p.Ticket)
	}
	return views
}

func viewTicket(t queue.Ticket) ticketView {
	return ticketView{ID: t.ID, Number: t.Number, Service: t.Service, Status: string(t.Status), Ahead: t.Ahead,
		Issued: t.Issued, Counter: t.Counter, Recalls: t.Recalls, Called: known(t.Called)}
}

// known is a time that may be missing.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

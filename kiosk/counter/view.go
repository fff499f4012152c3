package counter

import (
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/web"
)

// The JSON of the API. Times are RFC 3339 in UTC.

type view struct {
	// Now is the kiosk's time, by which the page counts: its own clock may be wrong.
	Now       time.Time     `json:"now"`
	Day       string        `json:"day"`
	Services  []serviceView `json:"services"`
	Counters  []counterView `json:"counters"`
	Waiting   []ticketView  `json:"waiting"`
	Announced []ticketView  `json:"announced"`
	Today     todayView     `json:"today"`
	Survey    surveyView    `json:"survey"`
}

type serviceView struct {
	ID      string `json:"id"`
	Prefix  string `json:"prefix"`
	NameZh  string `json:"name_zh"`
	NameEn  string `json:"name_en"`
	Waiting int    `json:"waiting"`
	Ahead   int    `json:"ahead"`
}

type counterView struct {
	ID     string `json:"id"`
	NameZh string `json:"name_zh"`
	NameEn string `json:"name_en"`
	// Services are the ids of those it serves.
	Services []string    `json:"services"`
	Waiting  int         `json:"waiting"`
	Ticket   *ticketView `json:"ticket"`
}

type ticketView struct {
	ID      string     `json:"id"`
	Number  string     `json:"number"`
	Service string     `json:"service"`
	Status  string     `json:"status"`
	Ahead   int        `json:"ahead"`
	Issued  time.Time  `json:"issued"`
	Counter string     `json:"counter,omitempty"`
	Called  *time.Time `json:"called,omitempty"`
	Recalls int        `json:"recalls,omitempty"`
}

type todayView struct {
	Issued int `json:"issued"`
	Served int `json:"served"`
	Left   int `json:"left"`
	// MeanWait is that of those served, in seconds.
	MeanWait float64 `json:"mean_wait"`
}

type surveyView struct {
	Count int `json:"count"`
	// Mean is null when there is no rating.
	Mean *float64 `json:"mean"`
}

func (s *server) view(h hall.Snapshot) view {
	v := view{Now: record.Stamp(s.Hall.Now()), Day: h.Queue.Day, Services: []serviceView{}, Counters: []counterView{}, Waiting: viewTickets(h.Queue.Waiting), Announced: viewTickets(h.Queue.Announced)}
	for _, service := range h.Queue.Services {
		name := web.Named(s.Services, service.ID)
		v.Services = append(v.Services, serviceView{ID: service.ID, Prefix: service.Prefix, NameZh: name.Zh, NameEn: name.En,
			Waiting: service.Waiting, Ahead: service.Ahead})
	}
	for _, counter := range h.Queue.Counters {
		v.Counters = append(v.Counters, s.viewCounter(counter, h.Queue.Services))
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
	v := counterView{ID: c.ID, NameZh: name.Zh, NameEn: name.En, Services: []string{}, Waiting: c.Waiting}
	for _, service := range services {
		if c.Serves(service.ID) {
			v.Services = append(v.Services, service.ID)
		}
	}
	if c.Ticket != nil {
		t := viewTicket(*c.Ticket)
		v.Ticket = &t
	}
	return v
}

func viewTickets(tickets []queue.Ticket) []ticketView {
	views := make([]ticketView, len(tickets)) // a list also when there is none
	for i, t := range tickets {
		views[i] = viewTicket(t)
	}
	return views
}

func viewTicket(t queue.Ticket) ticketView {
	v := ticketView{ID: t.ID, Number: t.Number, Service: t.Service, Status: string(t.Status), Ahead: t.Ahead,
		Issued: t.Issued, Counter: t.Counter, Recalls: t.Recalls}
	if !t.Called.IsZero() {
		v.Called = &t.Called
	}
	return v
}

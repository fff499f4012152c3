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
	q := h.Queue
	v := view{Now: record.Stamp(s.Hall.Now()), Day: q.Day,
		Services: []serviceView{}, Counters: []counterView{}, Waiting: []ticketView{}, Held: []ticketView{},
		Announced: []announcementView{}, Notices: []noticeView{}}
	for _, service := range q.Services {
		shown := s.viewService(service)
		if quote, told := h.Quotes[service.ID]; told {
			shown.Quote = viewQuote(quote.Remaining(v.Now))
		}
		v.Services = append(v.Services, shown)
	}
	for _, counter := range q.Counters {
		v.Counters = append(v.Counters, s.viewCounter(counter, q.Services))
	}
	for _, p := range q.Waiting {
		t := viewTicket(p.Ticket, v.Now)
		t.Before = p.Before
		v.Waiting = append(v.Waiting, t)
	}
	for _, t := range q.Held {
		v.Held = append(v.Held, viewTicket(t, v.Now))
	}
	for _, a := range q.Announced {
		v.Announced = append(v.Announced, announcementView(a))
	}
	v.Today = todayView{Issued: q.Today.Issued, Served: q.Today.Served, Left: q.Today.Left, MeanWait: mean(q.Today.Waited, q.Today.Served)}
	if q.Quotes.N > 0 {
		v.Quotes = &scoreView{N: q.Quotes.N, Mean: q.Quotes.Mean().Seconds(), Bias: q.Quotes.Bias().Seconds(), Coverage: q.Quotes.Coverage()}
	}
	v.Appointments = countAppointments(h.Appointments.Appointments)
	for _, n := range h.Notices {
		v.Notices = append(v.Notices, noticeView{ID: n.ID, Zh: n.Zh, En: n.En})
	}
	return v
}

func (s *server) viewService(q queue.ServiceView) serviceView {
	name := web.Named(s.Services, q.ID)
	v := serviceView{ID: q.ID, Prefix: q.Prefix, Group: q.Group, NameZh: name.Zh, NameEn: name.En,
		Open: q.Open, Until: known(q.Until), Next: known(q.Next), Full: q.Full,
		Waiting: q.Waiting, Ahead: q.Ahead, Longest: q.Longest.Seconds(),
		Today: serviceDay{Issued: q.Today.Issued, Served: q.Today.Served, Left: q.Today.Left, Within: q.Today.Within,
			MeanWait: mean(q.Today.Waited, q.Today.Served)}}
	if q.Target.Within > 0 {
		v.Target = &targetView{Within: q.Target.Within.Seconds(), Share: q.Target.Share}
	}
	return v
}

func (s *server) viewCounter(c queue.CounterView, services []queue.ServiceView) counterView {
	name := web.Named(s.Counters, c.ID)
	v := counterView{ID: c.ID, NameZh: name.Zh, NameEn: name.En, Services: []string{}, Offered: list(c.Offered), Next: list(c.Next),
		State: string(c.State), Since: known(c.Since), Reason: c.Reason, Last: known(c.Last), Clerk: c.Clerk, Waiting: c.Waiting,
		Today: counterDay{Served: c.Today.Served, Worked: c.Today.Worked.Seconds(), Mean: mean(c.Today.Worked, c.Today.Served)}}
	if roster := s.door.roster(); roster != nil {
		p, _ := roster.Find(c.Clerk)
		v.ClerkName = p.Name
	}
	for _, service := range services {
		if c.Serves(service.ID) {
			v.Services = append(v.Services, service.ID)
		}
	}
	if c.Ticket != nil {
		t := viewTicket(*c.Ticket, record.Stamp(s.Hall.Now()))
		v.Ticket = &t
	}
	if c.Undo.Action != "" {
		v.Undo = &undoView{Action: c.Undo.Action, Ticket: c.Undo.Ticket, Number: c.Undo.Number, Until: c.Undo.Until}
	}
	return v
}

func viewTicket(t queue.Ticket, now time.Time) ticketView {
	v := ticketView{ID: t.ID, Number: t.Number, Service: t.Service, Class: t.Class, Status: string(t.Status), Ahead: t.Ahead,
		Issued: t.Issued, Entered: known(t.Entered), Turn: known(t.Turn), Counter: t.Counter, Clerk: t.Clerk,
		Called: known(t.Called), Recalls: t.Recalls, Appointment: t.Appointment, Booked: known(t.Booked), Visit: t.Visit, For: t.For,
		Outcome: t.Outcome, Note: t.Note, Reason: t.Reason, HoldReason: t.HoldReason, Remind: known(t.Remind)}
	for _, l := range t.Rest {
		v.Rest = append(v.Rest, legView(l))
	}
	for _, p := range t.Stages {
		v.Stages = append(v.Stages, stageView{Service: p.Service, Counter: p.Counter, Clerk: p.Clerk,
			Entered: known(p.Entered), Called: known(p.Called), Ended: known(p.Ended), Outcome: p.Outcome, Note: p.Note})
	}
	if !t.Quote.At.IsZero() {
		v.Quote = viewQuote(t.Quote.Remaining(now))
	}
	return v
}

func viewQuote(q queue.Quote) *quoteView {
	v := quoteView{Ahead: q.Ahead, Known: q.Known}
	if q.Known {
		v.Low, v.Expected, v.High = q.Low.Seconds(), q.Expected.Seconds(), q.High.Seconds()
		v.Minutes[0], v.Minutes[1] = q.Minutes()
	}
	return &v
}

// known is a time that may be missing.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// list is one also when it is empty.
func list(ids []string) []string {
	if ids == nil {
		return []string{}
	}
	return ids
}

// mean is in seconds; 0 of none.
func mean(sum time.Duration, n int) float64 {
	if n == 0 {
		return 0
	}
	return sum.Seconds() / float64(n)
}

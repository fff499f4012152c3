package main

import (
	"time"

	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/bilingual"
	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
	"stationkeeper/ui/complaint"
	"stationkeeper/ui/information"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/lobby"
	uisurvey "stationkeeper/ui/survey"
)

// maxCalls is how many calls the touchscreen shows at most.
const maxCalls = 12

// seen is what the touchscreen shows of the hall.
func seen(h hall.Snapshot, s Screen) lobby.Snapshot {
	v := lobby.Snapshot{At: h.At, Paper: s.Paper.Prints(), Notices: notices(h.Notices), Appointments: expected(h), Out: out(h)}
	v.Dim, v.Opens = closed(h)
	known := map[string]bool{}
	for _, service := range h.Queue.Services {
		quote := h.Quotes[service.ID]
		v.Services = append(v.Services, lobby.Service{
			ID: service.ID, Mark: service.Prefix, Names: names(s.Services[service.ID]), Group: service.Group,
			Availability: availability(service, quote), Opens: service.Next,
			Waiting: service.Waiting, Ahead: service.Ahead, Wait: wait(quote),
		})
		if service.Group != "" && !known[service.Group] {
			known[service.Group] = true
			v.Groups = append(v.Groups, lobby.Group{ID: service.Group, Names: names(s.Groups[service.Group])})
		}
	}
	for _, call := range h.Queue.LastCalls(maxCalls) {
		v.Called = append(v.Called, lobby.Call{Number: call.Number, Counter: call.Counter, Names: names(s.Counters[call.Counter])})
	}
	return v
}

// expected tells whether somebody may come for an appointment today.
func expected(h hall.Snapshot) bool {
	for _, a := range h.Appointments.Appointments {
		if a.Status == appointments.Booked {
			return true
		}
	}
	return false
}

// out is why nobody can be given a ticket, "" when that is not so.
func out(h hall.Snapshot) string {
	if h.Failing {
		return "journal"
	}
	return ""
}

// closed tells whether it is outside opening hours: every service is closed, and when the first of them opens.
func closed(h hall.Snapshot) (dim bool, opens time.Time) {
	for _, service := range h.Queue.Services {
		if service.Open {
			return false, time.Time{}
		}
		if !service.Next.IsZero() && (opens.IsZero() || service.Next.Before(opens)) {
			opens = service.Next
		}
	}
	return len(h.Queue.Services) > 0, opens
}

// availability is whether a customer who came now could take a ticket for the service.
func availability(s queue.ServiceView, q queue.Quote) lobby.Availability {
	switch {
	case !s.Open:
		return lobby.Closed
	case s.Full && s.Cap.Day > 0 && s.Today.Issued >= s.Cap.Day:
		return lobby.Full
	case s.Full:
		return lobby.FullNow
	case s.CutOff && q.Known && !s.Until.IsZero() && q.At.Add(q.Expected).After(s.Until):
		return lobby.TooLate
	}
	return lobby.Open
}

func names(n counter.Name) lang.Names { return lang.Names{lang.Chinese: n.Zh, lang.English: n.En} }

func said(t bilingual.Text) lang.Names { return lang.Names{lang.Chinese: t.Zh, lang.English: t.En} }

func notices(all []hall.Notice) (found []lang.Names) {
	for _, n := range all {
		found = append(found, lang.Names{lang.Chinese: n.Zh, lang.English: n.En})
	}
	return found
}

// topics are what can be complained about.
func topics(h hall.Snapshot) (found []complaint.Topic) {
	for _, t := range h.Cases.Topics {
		topic := complaint.Topic{ID: t.ID, Names: said(t.Text)}
		for _, d := range t.Details {
			topic.Details = append(topic.Details, complaint.Detail{ID: d.ID, Names: said(d.Text)})
		}
		found = append(found, topic)
	}
	return found
}

// surveyed is what the survey goes by.
func surveyed(h hall.Snapshot, s Screen) uisurvey.Data {
	letters := ""
	for _, service := range h.Queue.Services {
		letters += service.Prefix
	}
	return uisurvey.Data{Questionnaire: h.Questionnaire, Letters: letters, LastMonth: results(h, s.Zone)}
}

// results are what last month's customers said.
func results(h hall.Snapshot, zone *time.Location) uisurvey.Results {
	r := h.Results.Public()
	found := uisurvey.Results{Month: month(r.Month, zone)}
	copy(found.Levels[:], r.Levels[1:])
	if h.Questionnaire == nil {
		return found
	}
	for _, q := range h.Questionnaire.Questions {
		levels, counted := r.ByAspect[q.ID]
		if q.Kind != survey.Level || !counted || q.ID == h.Questionnaire.Overall().ID {
			continue
		}
		aspect := uisurvey.Aspect{Names: said(q.Text)}
		copy(aspect.Levels[:], levels[1:])
		found.Aspects = append(found.Aspects, aspect)
	}
	return found
}

// toRead is what everybody may read.
func toRead(h hall.Snapshot, s Screen) information.Pages {
	p := information.Pages{Notices: notices(h.Notices), Results: results(h, s.Zone)}
	for _, g := range h.Information.Prices {
		group := information.Group{Names: said(g.Text)}
		for _, i := range g.Items {
			group.Items = append(group.Items, information.Item{Names: said(i.Text), Price: i.Price, Unit: said(i.Unit), Note: said(i.Note)})
		}
		p.Prices = append(p.Prices, group)
	}
	for _, promise := range h.Information.Pledge {
		p.Pledge = append(p.Pledge, said(promise))
	}
	for _, one := range h.Information.Staff {
		person := information.Person{Number: one.Number, Name: one.Name, Role: said(one.Role)}
		if one.Counter != "" {
			person.Counter = names(s.Counters[one.Counter])
		}
		p.Staff = append(p.Staff, person)
	}
	for _, o := range s.Openings {
		p.Hours = append(p.Hours, information.Opening{Names: names(o.Name), Hours: o.Hours})
	}
	return p
}

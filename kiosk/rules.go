package main

import (
	"fmt"
	"strings"
	"time"

	"stationkeeper/configs"
	"stationkeeper/kiosk/bilingual"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/hours"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/web"
)

// queueRules maps the configuration into the rules of the queue. What it holds has been checked there.
func queueRules(c configs.Kiosk, zone *time.Location) (queue.Rules, error) {
	open, err := openingHours(c.Hours)
	if err != nil {
		return queue.Rules{}, err
	}
	r := queue.Rules{
		Calendar: queue.Calendar{Zone: zone, Start: c.DayStart},
		Calling:  callRules(c.Calling),
		Recalls:  c.Recalls,
		Undo:     c.Undo,
	}
	for _, s := range c.Services {
		service, err := queueService(s, open)
		if err != nil {
			return r, err
		}
		r.Services = append(r.Services, service)
	}
	for _, one := range c.Counters {
		r.Counters = append(r.Counters, queue.Counter{ID: one.ID, Services: one.Services, Calling: callRules(one.Calling)})
	}
	for _, class := range c.Classes {
		r.Classes = append(r.Classes, queue.Class{ID: class.ID, Rate: class.Rate, HeadStart: class.HeadStart})
	}
	for _, o := range c.Outcomes {
		r.Outcomes = append(r.Outcomes, o.ID)
	}
	return r, nil
}

func queueService(s configs.Service, open map[string]*hours.Hours) (queue.Service, error) {
	service := queue.Service{ID: s.ID, Prefix: s.Prefix, Group: s.Group, First: s.Numbers.First, Last: s.Numbers.Last,
		Hours: open[s.Hours], CutOff: s.CutOff, Cap: queue.Cap{Day: s.Cap.Day, Person: s.Cap.Person},
		Target: queue.Target{Within: s.Target.Within, Share: s.Target.Share}}
	for _, w := range s.Cap.Windows {
		from, err := configs.ParseTime(w.From)
		if err != nil {
			return service, err
		}
		to, err := configs.ParseTime(w.To)
		if err != nil {
			return service, err
		}
		service.Cap.Windows = append(service.Cap.Windows, queue.CapWindow{From: from, To: to, Max: w.Most})
	}
	return service, nil
}

func callRules(rules []configs.CallRule) []queue.CallRule {
	var found []queue.CallRule
	for _, r := range rules {
		order := queue.Longest
		switch r.Order {
		case configs.OrderPriority:
			order = queue.Priority
		case configs.OrderBooked:
			order = queue.Booked
		}
		found = append(found, queue.CallRule{Name: r.Name, Services: r.Services, Classes: r.Classes, Order: order, Weights: r.Weights,
			Due: r.Due, When: queue.Condition{LongestOver: r.When.LongestOver, WaitingOver: r.When.WaitingOver}})
	}
	return found
}

func openingHours(named map[string]configs.Hours) (map[string]*hours.Hours, error) {
	found := map[string]*hours.Hours{}
	for name, h := range named {
		open := &hours.Hours{Days: map[string][]hours.Span{}}
		var err error
		for day, texts := range map[time.Weekday][]string{time.Monday: h.Mon, time.Tuesday: h.Tue, time.Wednesday: h.Wed,
			time.Thursday: h.Thu, time.Friday: h.Fri, time.Saturday: h.Sat, time.Sunday: h.Sun} {
			if open.Week[day], err = spans(texts); err != nil {
				return nil, fmt.Errorf("hours %s on %s: %w", name, strings.ToLower(day.String()), err)
			}
		}
		for date, texts := range h.Days {
			if open.Days[date], err = spans(texts); err != nil {
				return nil, fmt.Errorf("hours %s on %s: %w", name, date, err)
			}
		}
		if err := open.Validate(); err != nil {
			return nil, fmt.Errorf("hours %s: %w", name, err)
		}
		found[name] = open
	}
	return found, nil
}

func spans(texts []string) ([]hours.Span, error) {
	var found []hours.Span
	for _, text := range texts {
		from, to, err := configs.ParseSpan(text)
		if err != nil {
			return nil, err
		}
		found = append(found, hours.Span{From: from, To: to})
	}
	return found, nil
}

// caseRules maps what becomes of bad ratings and complaints.
func caseRules(c configs.Kiosk) (cases.Rules, error) {
	open, err := openingHours(c.Hours)
	if err != nil {
		return cases.Rules{}, err
	}
	r := cases.Rules{Threshold: c.Care.Worst, Owner: c.Care.Owner, Hours: open[c.Care.Hours], Due: map[string]cases.Due{
		cases.Rating: due(c.Care.RatingDays, c.Care.Rating), cases.Complaint: due(c.Care.ComplaintDays, c.Care.Complaint)}}
	for _, t := range c.Care.Topics {
		topic := cases.Topic{ID: t.ID, Text: bilingual.Text{Zh: t.Zh, En: t.En}, Owner: t.Owner}
		for _, d := range t.Details {
			topic.Details = append(topic.Details, cases.Detail{ID: d.ID, Text: bilingual.Text{Zh: d.Zh, En: d.En}})
		}
		r.Topics = append(r.Topics, topic)
	}
	return r, nil
}

// due is working days, or, without any, a time.
func due(days int, within time.Duration) cases.Due {
	if days > 0 {
		return cases.Due{Days: days}
	}
	return cases.Due{Time: within}
}

// openings are the opening hours as customers read them: those of the station where all services have the same, else
// those of each service that has any.
func openings(c configs.Kiosk, rules queue.Rules) []Opening {
	var found []Opening
	same := true
	for _, s := range rules.Services {
		same = same && s.Hours == rules.Services[0].Hours
	}
	for i, s := range rules.Services {
		switch {
		case s.Hours == nil:
		case same:
			return []Opening{{Hours: s.Hours}}
		default:
			found = append(found, Opening{Name: web.Name{Zh: c.Services[i].NameZh, En: c.Services[i].NameEn}, Hours: s.Hours})
		}
	}
	return found
}

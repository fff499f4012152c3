package paper

import (
	"stationkeeper/kiosk/printer"
	"stationkeeper/kiosk/queue"
)

// layout is what stands on a ticket.
func (p *Paper) layout(t queue.Ticket, number int, language printer.Language) printer.Ticket {
	service := p.options.Services[t.Service]
	on := printer.Ticket{Station: printer.Names(p.options.Title), Number: t.Number, Service: printer.Names(service), Ahead: t.Ahead, At: t.Issued.In(p.options.Zone),
		Notice: printer.Names(p.options.Footer), Languages: p.languages(language)}
	if t.First.Known {
		on.Low, on.High = t.First.Low, t.First.High
	}
	if !t.Booked.IsZero() {
		on.Booked = t.Booked.In(p.options.Zone)
	}
	if number > 1 {
		on.Ahead, on.Low, on.High = -1, 0, 0
	}
	if p.options.Page != nil {
		on.Page = p.options.Page(t.ID)
	}
	return on
}

func (p *Paper) languages(chosen printer.Language) []printer.Language {
	if len(p.options.Languages) > 0 || chosen == "" {
		return p.options.Languages
	}
	return []printer.Language{chosen}
}

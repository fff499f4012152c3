package paper

import (
	"context"

	"stationkeeper/kiosk/printer"
)

// usualReserve is how much paper is on a roll when sensors begin to say that its end is near, in millimetres.
const usualReserve = 3000

// watchRoll writes down that somebody has put in a roll, as far as the sensors tell.
func (p *Paper) watchRoll(ctx context.Context) {
	before := p.options.Printer.Status()
	for now := range p.options.Printer.Subscribe(ctx) {
		if printer.Replaced(before, now) {
			if err := p.Replace(ctx, ""); err != nil {
				p.options.Log.Error("a new roll of paper could not be written down", "error", err)
			}
		}
		before = now
	}
}

// Replace writes down that there is a new roll, by whom.
func (p *Paper) Replace(ctx context.Context, by string) error {
	if p.options.Printer == nil {
		return ErrNoPrinter
	}
	p.mu.Lock()
	entry := p.roll.Replace(p.options.Roll, by, p.hall.Now())
	p.mu.Unlock()
	return p.hall.Note(ctx, entry)
}

// Forecast is how much paper is left; false without a printer.
func (p *Paper) Forecast() (printer.Forecast, bool) {
	if p.options.Printer == nil {
		return printer.Forecast{}, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.roll.Forecast(p.options.Printer.Status()), true
}

// Status is what the printer said last; without one it is zero.
func (p *Paper) Status() printer.Status {
	if p.options.Printer == nil {
		return printer.Status{}
	}
	return p.options.Printer.Status()
}

package backroom

import (
	"errors"
	"testing"

	"stationkeeper/ui/flow/flowtest"
)

// everyStep leads through everything there is to see, and stops at each.
func everyStep(p *play, look func(name string)) {
	c := p.words()
	look("number")
	p.types("1001")
	look("pin")
	for _, char := range "2468" {
		p.Tap(p.flow.view.pin.Pad.Key(char))
	}
	look("pin-typed")
	p.Tap(p.flow.view.pin.Pad.Done())
	look("denied")
	p.staff.wrong = 3
	p.press(c.Again)
	p.unlock()
	look("too-many")
	p.staff.wrong = 0
	p.press(c.Home)

	p.unlock()
	look("home")
	p.press(c.Reprint)
	look("tickets")
	for p.flow.view.tickets.pager.Next().Visible() {
		p.Tap(p.flow.view.tickets.pager.Next())
	}
	look("tickets-last")
	p.Tap(p.flow.view.tickets.tiles[0])
	look("reprinted")
	p.press(c.OK)
	for button, name := range map[string]string{c.NewRoll: "roll", c.Restart: "restart", c.ShutDown: "shut-down", c.Leave: "leave"} {
		p.press(button)
		look("sure-" + name)
		p.press(c.Yes)
		look("done-" + name)
		p.press(c.OK)
	}
	p.staff.err[SoundTest], p.staff.err[TestPrint] = errors.New("no sound"), ErrDenied
	p.press(c.SoundTest)
	look("not-done")
	p.press(c.OK)
	p.press(c.TestPrint)
	look("not-allowed")
	p.press(c.OK)
	p.press(c.Log)
	look("log-empty")
	p.flow.Back()

	p.staff.status = ill()
	p.press(c.Refresh)
	look("home-ill")
	p.press(c.Log)
	look("log")
	p.Tap(p.flow.view.lines.pager.Next())
	look("log-next")
	p.flow.Back()
	p.staff.status = bare()
	p.press(c.Refresh)
	look("home-bare")
	p.staff.silent = true
	p.press(c.Refresh)
	look("home-unknown")
}

func TestEveryStepInEveryLook(t *testing.T) {
	for _, setting := range flowtest.Settings() {
		t.Run(setting.Name, func(t *testing.T) {
			p := newPlay(t, setting)
			everyStep(p, func(name string) {
				p.Picture("backroom-" + name)
				t.Run(name, p.Check)
			})
		})
	}
}

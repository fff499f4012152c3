package lobby

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/theme"
)

// screenSizes are the screens that kiosks have, in units.
var screenSizes = []struct {
	name          string
	width, height float32
}{
	{"full-hd", 1920, 1080},
	{"1280x800", 1280, 800},
	{"10-inch", 1067, 667}, // a 10 inch panel of 1280 × 800 pixels, scaled by Fyne
	{"upright", 1080, 1920},
}

// wanted is how a customer wants the screen.
type wanted struct {
	name string
	customer
}

// everybody are the ways in which people want the screen.
var everybody = []wanted{
	{"normal", customer{}},
	{"large", customer{look: theme.Look{Large: true}}},
	{"contrast", customer{look: theme.Look{Contrast: true}}},
	{"low", customer{low: true}},
	{"all", customer{look: theme.Look{Large: true, Contrast: true}, low: true}},
}

func (w wanted) in(l lang.Language) wanted {
	w.language = l
	return w
}

// become sets the screen as a customer wants it, button by button.
func (p *play) become(w wanted) {
	now := p.lobby.state.customer
	if now.language != w.language {
		p.lobby.step(speak{w.language})
	}
	for how, differs := range map[adjustment]bool{largeText: now.look.Large != w.look.Large, highContrast: now.look.Contrast != w.look.Contrast,
		lowLayout: now.low != w.low} {
		if differs {
			p.lobby.step(adjust{how})
		}
	}
}

// everyScreen leads through everything there is to see, and stops at each.
func everyScreen(p *play, w wanted, look func(name string)) {
	p.t.Helper()
	p.show(Snapshot{})
	p.become(w)
	look("no-services")
	for _, services := range []int{2, 4, 8, 13} {
		p.show(bank(services))
		look(fmt.Sprintf("home-%02d", services))
	}
	home := p.lobby.view.screens[home].(*homeScreen)
	for !p.lobby.view.screens[0].(*homeScreen).atLast() {
		p.tap(home.next)
	}
	look("home-13-last")
	everyHour(p, w, look)
	everyGroup(p, w, look)
	everyTicket(p, w, look)
	everyTrouble(p, w, look)
	if p.entry(survey) != nil && p.flow != nil {
		p.become(w)
		p.show(branch(6))
		look("home-with-everything")
		p.tap(p.entry(complaint))
		look("flow")
		p.pass((flowStays - 8) * time.Second)
		look("flow-countdown")
		p.lobby.step(touch{})
		p.tap(p.lobby.view.actions.home)
	}
}

// atLast tells whether the last page is on the screen.
func (h *homeScreen) atLast() bool { return !h.next.Visible() }

// branch is a bank with notices, paper and appointments.
func branch(services int) Snapshot {
	s := bank(services)
	s.Paper, s.Appointments = true, true
	s.Notices = []lang.Names{{lang.Chinese: "本周五 15:00 起停业盘点，请提前办理业务", lang.English: "We close on Friday at 15:00 for stocktaking. Please come earlier"},
		{lang.Chinese: "请妥善保管随身物品", lang.English: "Please look after your belongings"}}
	return s
}

// everyHour is the evening, the night and a day on which nothing works.
func everyHour(p *play, w wanted, look func(name string)) {
	p.t.Helper()
	p.show(evening(8))
	look("home-evening")
	p.show(night(4))
	look("home-night")
	s := night(4)
	s.Opens = s.Services[0].Opens
	p.show(s)
	look("closed")
	s.Dim = true
	p.show(s)
	p.pass(2 * lightStays * time.Second)
	look("dark")
	p.tap(p.lobby.view.dark.area)
	p.pass((lightStays - 3) * time.Second)
	p.become(w)
	p.pass((lightStays - 3) * time.Second)
	look("closed-countdown")
	s = bank(4)
	s.Out = "journal"
	p.show(s)
	p.become(w)
	look("out-of-service")
}

func everyGroup(p *play, w wanted, look func(name string)) {
	p.t.Helper()
	p.become(w)
	p.show(grouped())
	look("groups")
	p.tap(p.tile(1))
	look("group")
	p.tap(p.lobby.view.actions.leave)
	look("groups-again")
}

func everyTicket(p *play, w wanted, look func(name string)) {
	p.t.Helper()
	screen := p.lobby.view.screens[ticket].(*ticketScreen)
	p.become(w)
	p.show(bank(4))
	p.desk.gate = make(chan struct{})
	p.tap(p.tile(1))
	look("home-tapped")
	p.pass(time.Second)
	look("waiting")
	p.desk.gate <- struct{}{}
	p.answered()
	look("ticket-next")
	p.desk.gate = nil
	p.tap(screen.done)

	p.become(w)
	p.desk.issued = map[string]Ticket{"1": {}, "2": {}, "3": {}}
	p.desk.wait, p.desk.paper, p.desk.page = Wait{Low: 5, High: 12}, true, "https://hall.example.org/t/0123456789abcdefghij"
	p.show(branch(4))
	p.tap(p.tile(2))
	p.answered()
	look("ticket-printing")
	p.desk.came <- true
	p.answered()
	look("ticket-printed")
	p.tap(screen.again)
	p.desk.came <- false
	p.answered()
	look("ticket-unprinted")
	p.pass((ticketStays - 8) * time.Second)
	look("ticket-countdown")
	p.lobby.step(touch{})
	p.tap(screen.done)
	p.desk.paper, p.desk.page = false, ""

	p.become(w)
	s := branch(4)
	s.Services[0].Wait, s.Services[0].Ahead = Wait{Low: 50, High: 75}, 31
	p.show(s)
	p.lobby.view.screens[home].(*homeScreen).long = 45 * time.Minute
	p.tap(p.tile(0))
	look("confirm")
	p.tap(p.lobby.view.screens[confirm].(*confirmScreen).not)
	p.lobby.view.screens[home].(*homeScreen).long = 0
}

func everyTrouble(p *play, w wanted, look func(name string)) {
	p.t.Helper()
	screen := p.lobby.view.screens[trouble].(*troubleScreen)
	for _, refusal := range []struct {
		name string
		err  error
	}{{"no-ticket", errors.New("disk full")}, {"refused-closed", ErrClosed}, {"refused-full", ErrFull}, {"refused-late", ErrTooLate}} {
		p.become(w)
		p.desk.fail(refusal.err)
		p.tap(p.tile(0))
		p.answered()
		look(refusal.name)
		p.tap(screen.leave)
	}
	p.desk.fail(nil)
	p.lobby.Scan("a price tag")
	look("unknown-code")
	p.tap(screen.leave)
}

// TestPictures draws every screen into the folder that STATIONKEEPER_PICTURES names, for people to look at.
func TestPictures(t *testing.T) {
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		t.Skip("set STATIONKEEPER_PICTURES to a folder to have every screen drawn into it")
	}
	for _, size := range screenSizes {
		for _, l := range lang.All {
			for _, w := range everybody {
				p := withFlows(t, size.width, size.height)
				everyScreen(p, w.in(l), func(name string) {
					path := filepath.Join(folder, fmt.Sprintf("%s-%s-%s-%s.png", size.name, l, w.name, name))
					if err := screentest.Picture(p.window.Canvas(), path); err != nil {
						t.Fatal(err)
					}
				})
			}
		}
	}
}

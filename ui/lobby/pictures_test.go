package lobby

import (
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"stationkeeper/ui/lang"
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

// everyScreen leads through everything there is to see, and stops at each.
func everyScreen(p *play, l lang.Language, look func(name string)) {
	p.t.Helper()
	p.show(Snapshot{})
	p.lobby.step(speak{l})
	look("closed")
	for _, services := range []int{2, 4, 8, 13} {
		p.show(bank(services))
		look(fmt.Sprintf("home-%02d", services))
	}
	home := p.lobby.view.screens[home].(*homeScreen)
	p.tap(home.next)
	p.tap(home.next)
	look("home-13-last")
	p.tap(home.previous)
	p.tap(home.previous)

	p.show(evening(8))
	look("home-evening")
	p.show(night(4))
	look("home-night")
	p.show(grouped())
	look("groups")
	p.tap(home.tiles[1])
	look("group")
	p.tap(p.lobby.view.actions.leave)
	look("groups-again")

	p.show(bank(4))
	p.desk.gate = make(chan struct{})
	p.tap(home.tiles[1])
	look("home-tapped")
	p.pass(time.Second)
	look("waiting")
	p.desk.gate <- struct{}{}
	p.answered()
	look("ticket-next")
	p.desk.gate = nil
	p.tap(p.lobby.view.screens[ticket].(*ticketScreen).done)

	p.lobby.step(speak{l})
	p.desk.issued = map[string]Ticket{"1": {}, "2": {}, "3": {}}
	p.desk.wait = Wait{Low: 5, High: 12}
	p.show(bank(8))
	p.tap(home.tiles[5])
	p.answered()
	look("ticket")
	p.tap(p.lobby.view.screens[ticket].(*ticketScreen).done)

	p.lobby.step(speak{l})
	p.tap(p.lobby.view.actions.rate)
	look("rating")
	faces := p.lobby.view.screens[rating].(*ratingScreen).faces
	p.desk.fail(errors.New("disk full"))
	p.tap(faces[4])
	p.answered()
	look("no-rating")
	p.desk.fail(nil)
	p.tap(p.lobby.view.screens[trouble].(*troubleScreen).again)
	p.answered()
	look("thanks")
	p.tap(p.lobby.view.screens[thanks].(*thanksScreen).done)

	p.lobby.step(speak{l})
	p.desk.fail(errors.New("disk full"))
	p.tap(home.tiles[0])
	p.answered()
	look("no-ticket")
	p.tap(p.lobby.view.screens[trouble].(*troubleScreen).leave)
	for name, err := range map[string]error{"refused-closed": ErrClosed, "refused-full": ErrFull, "refused-late": ErrTooLate} {
		p.lobby.step(speak{l})
		p.desk.fail(err)
		p.tap(home.tiles[0])
		p.answered()
		look(name)
		p.tap(p.lobby.view.screens[trouble].(*troubleScreen).leave)
	}
	p.desk.fail(nil)
}

// TestPictures draws every screen into the folder that STATIONKEEPER_PICTURES names, for people to look at.
func TestPictures(t *testing.T) {
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		t.Skip("set STATIONKEEPER_PICTURES to a folder to have every screen drawn into it")
	}
	for _, size := range screenSizes {
		for _, l := range lang.All {
			p := newPlay(t, size.width, size.height)
			everyScreen(p, l, func(name string) {
				path := filepath.Join(folder, fmt.Sprintf("%s-%s-%s.png", size.name, l, name))
				file, err := os.Create(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(png.Encode(file, p.window.Canvas().Capture()), file.Close()); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

package main

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/audio"
	"stationkeeper/kiosk/display"
)

// Attendance says which devices there are to look after.
type Attendance struct {
	configs.Devices
	// Displays is how many there should be.
	Displays int
	// Player plays sounds; nil for a kiosk without.
	Player *audio.Player
	// Printer, unless nil, is looked at and can print a page of its own.
	Printer looksAfterPrinter
}

// attendant looks after a kiosk that nobody looks after. It knows the window from when that is shown.
type attendant struct {
	Attendance
	upkeep   *upkeep
	commands *commands
	log      *slog.Logger
	moment   func() record.Moment
	// closed tells whether no customers are expected now.
	closed func() bool

	show   sync.Once
	shown  chan struct{} // closed when there is a window
	title  string
	screen looked
}

func newAttendant(a Attendance, log *slog.Logger) *attendant {
	return &attendant{Attendance: a, commands: newCommands(log), log: log, shown: make(chan struct{})}
}

// appears says that the window with a title is about to be shown, and what tells what is in it.
func (a *attendant) appears(title string, screen looked) {
	a.show.Do(func() {
		a.title, a.screen = title, screen
		close(a.shown)
	})
}

// attend looks after the kiosk until ctx ends; stop ends the kiosk in good order.
func (k *kiosk) attend(ctx context.Context, stop func()) error {
	a := k.attendant
	a.moment = k.moment
	a.closed = func() bool { return closedNow(k.hall.Snapshot()) }
	vitals := []vital{{"the hall", k.hall.EndDay, hungHall}}
	a.commands.offer(verbRestart, restart(stop))
	a.commands.offer(verbCapture, noScreen)
	a.commands.offer(verbTestPrint, testPrint(a.testPage()))
	if k.Show != nil {
		vitals = append(vitals, vital{"the screen", a.screenAnswers, hungScreen})
		a.commands.offer(verbCapture, a.capture)
	}
	parts, running := errgroup.WithContext(ctx)
	parts.Go(func() error { return newWatchdog(k.Log, vitals...).run(running) })
	parts.Go(func() error { return a.commands.run(running, a.upkeep, k.moment, k.node.Uplink.Answer) })
	parts.Go(func() error { return k.keepLooking(running) })
	if a.Player != nil && k.Show != nil {
		parts.Go(func() error { return a.Player.Run(running) })
	}
	return parts.Wait()
}

// moment reads the clocks, in the station's time zone.
func (k *kiosk) moment() record.Moment {
	r := k.Clock()
	zone := k.Rules.Calendar.Zone
	if zone == nil {
		zone = time.Local
	}
	return record.Moment{Wall: r.Wall.In(zone), Clock: k.node.Journal.Judge(r), Mono: r.Mono}
}

// keepLooking looks at the devices; at the displays from when there is a window.
func (k *kiosk) keepLooking(ctx context.Context) error {
	a := k.attendant
	senses := []sensing{
		senseClock,
		senseNetwork(func() time.Time { return k.node.Uplink.Stats().Connected }),
		senseDisk(k.Data, a.upkeep.full),
	}
	if a.Player != nil && k.Show != nil {
		senses = append(senses, senseAudio(a.Player))
	}
	if a.Printer != nil {
		senses = append(senses, sensePrinter(a.Printer), sensePaper(k.paper))
	}
	if a.Touch > 0 {
		senses = append(senses, senseTouch(os.DirFS(display.SystemInput), a.Touch))
	}
	parts, running := errgroup.WithContext(ctx)
	if k.Show != nil {
		sight := &sight{expected: max(1, a.Displays)}
		senses = append(senses, sight.sense)
		parts.Go(func() error { return a.watchDisplays(running, sight) })
	}
	u := &unattended{upkeep: a.upkeep, senses: senses, show: k.node.Uplink.SetState, moment: k.moment, log: k.Log}
	parts.Go(func() error { return u.run(running) })
	return parts.Wait()
}

// screenAnswers waits for the window, and then asks the goroutine that draws it.
func (a *attendant) screenAnswers(ctx context.Context) error {
	select {
	case <-a.shown:
		return screenAnswers(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watchDisplays looks at the displays through a connection of its own, and keeps them dark at night.
func (a *attendant) watchDisplays(ctx context.Context, s *sight) error {
	select {
	case <-a.shown:
	case <-ctx.Done():
		return nil
	}
	d, err := display.Open("")
	if err != nil {
		a.log.Warn("displays are neither watched nor switched", "error", err)
		s.fail(err)
		return nil
	}
	defer d.Close()
	s.see(d)
	dark := &dark{display: d, closed: a.closed, after: a.DarkAfter, every: darkEvery, light: display.SystemBacklight,
		day: float64(a.Light) / 100, dim: float64(a.Dim) / 100, log: a.log}
	return dark.run(ctx)
}

// capture takes a picture through a connection of its own.
func (a *attendant) capture(ctx context.Context, c record.Command) (deed, error) {
	if err := a.screenAnswers(ctx); err != nil {
		return deed{}, err
	}
	d, err := display.Open("")
	if err != nil {
		return deed{}, err
	}
	defer d.Close()
	return captureScreen(d, a.screen, a.title, a.moment)(ctx, c)
}

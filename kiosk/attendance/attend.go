// Package attendance looks after a kiosk that nobody looks after: what its devices say becomes points, records and alarms,
// commands of head office are carried out once each, displays are dark at night, and a watchdog is fed as long as all that
// customers need answers.
package attendance

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/audio"
	"stationkeeper/kiosk/display"
)

// Options say which devices there are to look after.
type Options struct {
	// Touch is how many touch sensors there should be; 0: nobody looks. Displays is how many displays.
	Touch, Displays int
	// DarkAfter is for how long nobody has touched anything, outside opening hours, until displays are switched off; 0 never.
	DarkAfter time.Duration
	// Light and Dim are how bright built-in displays are in and outside opening hours, from 0 to 1.
	Light, Dim float64
	// Keyboard tells that what is typed is for the window: a scanner types.
	Keyboard bool
	// Player plays sounds; nil for a kiosk without.
	Player *audio.Player
	// Printer, unless nil, is looked at and can print a page of its own.
	Printer Printer
	Log     *slog.Logger
}

// Kiosk is what is looked after, once it has been opened.
type Kiosk struct {
	// Data is the folder whose disk is watched.
	Data string
	// HallAnswers returns when the hall has done something, ScreenAnswers when the goroutine that draws has; nil: there is
	// no window.
	HallAnswers, ScreenAnswers func(ctx context.Context) error
	// Closed tells whether no customers are expected now.
	Closed func() bool
	// Paper is how much paper is left, in millimetres, and for how many days that will last; nil without a printer.
	Paper func() (left int, days float64)
	// Connected is since when there is a line to head office; zero for none.
	Connected func() time.Time
	// Show shows a point to head office, and Answer answers a command; neither may block.
	Show   func(point string, s record.State)
	Answer func(record.Result)
	// Moment is now by both clocks, in the station's time zone.
	Moment func() record.Moment
	// Stop ends the kiosk in good order, to be started again.
	Stop func()
}

// Attendant looks after a kiosk. It knows the window from when that is shown.
type Attendant struct {
	options  Options
	kiosk    Kiosk
	upkeep   *upkeep
	commands *commands

	show   sync.Once
	shown  chan struct{} // closed when there is a window
	title  string
	screen Screen
}

// New returns an attendant that takes commands, and carries none out before Run.
func New(o Options) *Attendant {
	return &Attendant{options: o, commands: newCommands(o.Log), shown: make(chan struct{})}
}

// Open restores what is known of devices and commands, from a file in the data folder and from the journal.
func (a *Attendant) Open(dir string, journal Journal) (err error) {
	a.upkeep, err = openUpkeep(dir, journal, a.options.Log)
	return err
}

// Take is node.Options.Command. It does not block.
func (a *Attendant) Take(command record.Command) { a.commands.take(command) }

// Appears says that the window with a title is about to be shown, and what tells what is in it. The kiosk ends itself when
// its window never appears.
func (a *Attendant) Appears(title string, screen Screen) {
	a.show.Do(func() {
		a.title, a.screen = title, screen
		close(a.shown)
	})
}

// Run looks after the kiosk until ctx ends. Open comes first.
func (a *Attendant) Run(ctx context.Context, k Kiosk) error {
	a.kiosk = k
	vitals := []vital{{"the hall", k.HallAnswers, hungHall}}
	a.commands.offer(VerbRestart, restart(k.Stop))
	a.commands.offer(VerbCapture, noScreen)
	a.commands.offer(VerbTestPrint, testPrint(a.testPage()))
	if k.ScreenAnswers != nil {
		vitals = append(vitals, vital{"the screen", a.screenAnswers, hungScreen})
		a.commands.offer(VerbCapture, a.capture)
	}
	parts, running := errgroup.WithContext(ctx)
	parts.Go(func() error { return newWatchdog(a.options.Log, vitals...).run(running) })
	parts.Go(func() error { return a.commands.run(running, a.upkeep, k.Moment, k.Answer) })
	parts.Go(func() error { return a.keepLooking(running) })
	if a.heard() {
		parts.Go(func() error { return a.options.Player.Run(running) })
	}
	return parts.Wait()
}

// heard tells whether anything is played here.
func (a *Attendant) heard() bool { return a.options.Player != nil && a.kiosk.ScreenAnswers != nil }

// keepLooking looks at the devices; at the displays from when there is a window.
func (a *Attendant) keepLooking(ctx context.Context) error {
	k, o := a.kiosk, a.options
	senses := []sensing{senseClock, senseNetwork(k.Connected), senseDisk(k.Data, a.upkeep.full)}
	if a.heard() {
		senses = append(senses, senseAudio(o.Player))
	}
	if o.Printer != nil {
		senses = append(senses, sensePrinter(o.Printer), sensePaper(k.Paper))
	}
	if o.Touch > 0 {
		senses = append(senses, senseTouch(os.DirFS(display.SystemInput), o.Touch))
	}
	parts, running := errgroup.WithContext(ctx)
	if k.ScreenAnswers != nil {
		sight := &sight{expected: max(1, o.Displays)}
		senses = append(senses, sight.sense)
		parts.Go(func() error { return a.watchDisplays(running, sight) })
	}
	u := &unattended{upkeep: a.upkeep, senses: senses, show: k.Show, moment: k.Moment, log: o.Log}
	parts.Go(func() error { return u.run(running) })
	return parts.Wait()
}

// screenAnswers waits for the window, and then asks the goroutine that draws it.
func (a *Attendant) screenAnswers(ctx context.Context) error {
	select {
	case <-a.shown:
		return a.kiosk.ScreenAnswers(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watchDisplays looks at the displays through a connection of its own, and keeps them dark at night, and the keyboard at the
// window.
func (a *Attendant) watchDisplays(ctx context.Context, s *sight) error {
	select {
	case <-a.shown:
	case <-ctx.Done():
		return nil
	}
	d, err := display.Open("")
	if err != nil {
		a.options.Log.Warn("displays are neither watched nor switched", "error", err)
		s.fail(err)
		return nil
	}
	defer d.Close()
	s.see(d)
	dark := &dark{display: d, closed: a.kiosk.Closed, after: a.options.DarkAfter, every: darkEvery, light: display.SystemBacklight,
		day: a.options.Light, dim: a.options.Dim, log: a.options.Log}
	parts, running := errgroup.WithContext(ctx)
	parts.Go(func() error { return dark.run(running) })
	if a.options.Keyboard {
		keys := &keyboard{display: d, title: a.title, every: keyboardEvery, log: a.options.Log}
		parts.Go(func() error { return keys.run(running) })
	}
	return parts.Wait()
}

// capture takes a picture through a connection of its own.
func (a *Attendant) capture(ctx context.Context, c record.Command) (deed, error) {
	if err := a.screenAnswers(ctx); err != nil {
		return deed{}, err
	}
	d, err := display.Open("")
	if err != nil {
		return deed{}, err
	}
	defer d.Close()
	return captureScreen(d, a.screen, a.title, a.kiosk.Moment)(ctx, c)
}

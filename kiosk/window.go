package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/lobby"
	"stationkeeper/ui/theme"
)

// lobbyTitle is the title of the touchscreen's window, by which pictures of it are taken.
const lobbyTitle = "Kiosk"

// showWindow shows the touchscreen until its window is closed or ctx ends. It has to be called on the main goroutine,
// which Fyne draws on, and only once in a process.
func showWindow(ctx context.Context, s Screen, c configs.Window) error {
	if err := reachDisplay(ctx, os.Getenv("DISPLAY")); err != nil {
		return err
	}
	look, err := theme.New(theme.Screen{Width: float32(c.Width), Height: float32(c.Height)})
	if err != nil {
		return err
	}
	kiosk, err := newApp()
	if err != nil {
		return err
	}
	kiosk.Settings().SetTheme(look)
	window := kiosk.NewWindow(lobbyTitle)
	window.SetMaster()
	window.SetPadded(false)

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	screen, err := lobby.New(lobby.Options{
		Desk:  desk{s.Hall},
		Title: names(counter.Name{Zh: c.TitleZh, En: c.TitleEn}),
		Log:   s.Log,
		// Once the window is gone, Fyne would run what it is given on the goroutine that gives it.
		Do: func(f func()) {
			fyne.Do(func() {
				if ctx.Err() == nil {
					f()
				}
			})
		},
		Resized: func(size fyne.Size) { follow(kiosk, window, look, size, c, s.Log) },
	})
	if err != nil {
		return err
	}
	place(window, screen.Content(), c)
	endGlass, err := openGlass(window.Canvas(), screen, s.Log)
	if err != nil {
		return err
	}
	defer endGlass()

	listen(window.Canvas(), time.Now, screen.Scan)
	if c.Fullscreen { // nothing but the kiosk itself closes its window
		window.SetCloseIntercept(func() {})
	}
	s.Appears(lobbyTitle, screen)

	var watching sync.WaitGroup
	watching.Go(func() { watch(ctx, s, screen) })
	defer context.AfterFunc(ctx, func() { fyne.Do(kiosk.Quit) })()
	window.SetOnClosed(cancel)
	window.ShowAndRun()
	cancel()
	watching.Wait()
	screen.Close()
	return nil
}

// newApp prepares what Fyne takes for granted of a desktop and a kiosk need not have.
func newApp() (fyne.App, error) {
	// The screen has one look. Told so, Fyne does not ask the desktop's bus for another.
	if err := os.Setenv("FYNE_THEME", "light"); err != nil {
		return nil, err
	}
	// Without an id, Fyne keeps no preferences and watches none. But it makes an empty folder in the user's cache, of
	// another name at every start, and not the cache itself.
	cache, err := os.UserCacheDir()
	if err != nil {
		return app.New(), nil // Fyne says itself that it has no cache
	}
	_ = os.MkdirAll(cache, 0o700)
	kiosk := app.New()
	_ = os.Remove(filepath.Join(cache, "fyne", kiosk.UniqueID()))
	return kiosk, nil
}

// follow gives the window the theme of its size. It is called while the window is laid out, and changes the theme after
// that.
func follow(kiosk fyne.App, window fyne.Window, look *theme.Theme, size fyne.Size, c configs.Window, log *slog.Logger) {
	if size.Width < 100 || size.Height < 100 {
		return // before a window is on the screen, it is a dot
	}
	scale := window.Canvas().Scale()
	log.Info("window laid out", "width", size.Width, "height", size.Height, "scale", scale)
	now := look.For(theme.Screen{Width: size.Width, Height: size.Height, UnitsPerMM: float32(c.PixelsPerMM) / scale}, theme.Look{})
	fyne.Do(func() { kiosk.Settings().SetTheme(now) })
}

func place(window fyne.Window, content fyne.CanvasObject, c configs.Window) {
	if !c.Fullscreen {
		window.SetContent(content)
		window.Resize(fyne.NewSize(float32(c.Width), float32(c.Height)))
		return
	}
	window.SetContent(container.NewStack(newPointerless(), content))
	window.SetFullScreen(true)
}

// watch shows every change of the hall until ctx ends.
func watch(ctx context.Context, s Screen, screen *lobby.Lobby) {
	snapshots, stop := s.Hall.Subscribe()
	defer stop()
	for {
		select {
		case snapshot := <-snapshots:
			screen.Show(seen(snapshot, s))
		case <-ctx.Done():
			return
		}
	}
}

// maxCalls is how many calls the touchscreen shows at most.
const maxCalls = 12

// seen is what the touchscreen shows of the hall.
func seen(h hall.Snapshot, s Screen) lobby.Snapshot {
	v := lobby.Snapshot{At: h.At}
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

// wait is a quote as people are told it.
func wait(q queue.Quote) lobby.Wait {
	if !q.Known {
		return lobby.Wait{}
	}
	low, high := q.Minutes()
	return lobby.Wait{Low: low, High: max(1, high)}
}

func names(n counter.Name) lang.Names { return lang.Names{lang.Chinese: n.Zh, lang.English: n.En} }

// desk answers the touchscreen from the hall.
type desk struct{ hall *hall.Hall }

func (d desk) TakeTicket(ctx context.Context, service, request string) (lobby.Ticket, error) {
	t, err := d.hall.Do(ctx, queue.Take{Service: service, Request: request})
	switch {
	case errors.Is(err, queue.ErrClosed):
		return lobby.Ticket{}, fmt.Errorf("%w: %w", lobby.ErrClosed, err)
	case errors.Is(err, queue.ErrFull):
		return lobby.Ticket{}, fmt.Errorf("%w: %w", lobby.ErrFull, err)
	case errors.Is(err, queue.ErrCutOff):
		return lobby.Ticket{}, fmt.Errorf("%w: %w", lobby.ErrTooLate, err)
	case err != nil:
		return lobby.Ticket{}, err
	}
	return lobby.Ticket{Number: t.Number, Service: t.Service, Ahead: t.Ahead, Wait: wait(t.First)}, nil
}

// Reprint and Print have no printer to ask.
func (d desk) Reprint(context.Context, string, lang.Language, string) (bool, error) {
	return false, errors.New("there is no printer")
}

func (d desk) Print(context.Context, string, lang.Language) (bool, error) { return false, nil }

func (d desk) Rate(ctx context.Context, r lobby.Rating) error {
	_, err := d.hall.Rate(ctx, survey.Answer{Score: r.Score, Request: r.Request, Channel: record.ChannelLobby})
	return err
}

// reachDisplay makes sure that there is an X display, host:number.screen as of X(7): Fyne ends the process when there
// is none.
func reachDisplay(ctx context.Context, display string) error {
	const advice = "start the kiosk on the station's screen, or with --no-window"
	host, number, ok := strings.Cut(display, ":")
	if !ok {
		return fmt.Errorf("no display to show the window on: DISPLAY is %q: %s", display, advice)
	}
	number, _, _ = strings.Cut(number, ".")
	network, address := "unix", "/tmp/.X11-unix/X"+number
	if host != "" && host != "unix" {
		var port int
		if _, err := fmt.Sscan(number, &port); err != nil {
			return fmt.Errorf("no display to show the window on: DISPLAY is %q: %s", display, advice)
		}
		network, address = "tcp", net.JoinHostPort(host, fmt.Sprint(6000+port))
	}
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, network, address)
	if err != nil && network == "unix" { // servers in containers listen on the abstract name alone
		var abstract error
		if connection, abstract = dialer.DialContext(ctx, network, "@"+address); abstract == nil {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("reach the display %s: %w: %s", display, err, advice)
	}
	return connection.Close()
}

// pointerless is an empty area without a pointer: a finger needs none.
type pointerless struct{ widget.BaseWidget }

var _ desktop.Cursorable = (*pointerless)(nil)

func newPointerless() *pointerless {
	p := &pointerless{}
	p.ExtendBaseWidget(p)
	return p
}

// Cursor belongs to Fyne.
func (p *pointerless) Cursor() desktop.Cursor { return desktop.HiddenCursor }

// CreateRenderer belongs to Fyne.
func (p *pointerless) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

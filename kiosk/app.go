package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"stationkeeper/configs"
	"stationkeeper/ui/restyle"
	"stationkeeper/ui/theme"
)

// newApp prepares what Fyne takes for granted of a desktop and a kiosk need not have.
func newApp() (fyne.App, error) {
	keepHeapSmall()
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

// looks give a window the theme of its size, and of what its customer asked for. They belong to the screen's goroutine.
type looks struct {
	window fyne.Window
	theme  *theme.Theme
	worn   *restyle.Theme // what Fyne was given
	config configs.Window
	log    *slog.Logger

	screen, shownScreen theme.Screen
	look, shownLook     theme.Look
}

// resized is called while the window is laid out, and changes the theme after that.
func (l *looks) resized(size fyne.Size) {
	if size.Width < 100 || size.Height < 100 {
		return // before a window is on the screen, it is a dot
	}
	scale := l.window.Canvas().Scale()
	l.log.Info("window laid out", "width", size.Width, "height", size.Height, "scale", scale)
	l.screen = theme.Screen{Width: size.Width, Height: size.Height, UnitsPerMM: float32(l.config.PixelsPerMM) / scale}
	l.apply()
}

// restyled is called when a customer wants another look, or has gone.
func (l *looks) restyled(look theme.Look) {
	l.look = look
	l.apply()
}

func (l *looks) apply() {
	fyne.Do(func() {
		if l.screen == l.shownScreen && l.look == l.shownLook {
			return
		}
		l.shownScreen, l.shownLook = l.screen, l.look
		l.worn.Theme = l.theme.For(l.screen, l.look)
		restyle.Apply(l.window.Content())
	})
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

// screenAnswers is a round trip to the goroutine that draws: between two frames it does what it is given.
func screenAnswers(ctx context.Context) error {
	done := make(chan struct{})
	fyne.Do(func() { close(done) })
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

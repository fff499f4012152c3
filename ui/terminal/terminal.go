package terminal

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"github.com/google/uuid"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/survey"
	"stationkeeper/ui/widgets"
)

// patience is how long the desk may take.
const patience = 10 * time.Second

// Options are what a Terminal is made of. Only Desk is needed.
type Options struct {
	Desk Desk
	// Title is the name of the place, above everything else.
	Title lang.Names
	// Resized is told how large the screen is, in units, before it is laid out: the theme follows it.
	Resized func(fyne.Size)
	Log     *slog.Logger

	// Now, After, NewRequest and Do are as in lobby.Options.
	Now        func() time.Time
	After      func(d time.Duration, f func()) (stop func())
	NewRequest func() string
	Do         func(func())
}

// Terminal is the screen.
type Terminal struct {
	options Options
	ctx     context.Context
	cancel  context.CancelFunc
	asking  sync.WaitGroup
	faces   *widgets.Faces
	root    *fyne.Container
}

// New returns the screen. Close it when it is no longer shown.
func New(o Options) (*Terminal, error) {
	if o.Desk == nil {
		return nil, errors.New("terminal: no desk that takes ratings")
	}
	if o.NewRequest == nil {
		o.NewRequest = uuid.NewString
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	t := &Terminal{options: o}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.faces = widgets.NewFaces(t.rate)
	t.faces.Say(lang.Of(lang.Default).Scores, 0)
	t.root = container.NewStack(t.faces.Root)
	return t, nil
}

// Content is what to put into the window.
func (t *Terminal) Content() fyne.CanvasObject { return t.root }

// Close ends what the desk has been asked for and waits for it.
func (t *Terminal) Close() {
	t.cancel()
	t.asking.Wait()
}

func (t *Terminal) rate(level int) {
	rating := survey.Rating{Score: level, Language: lang.Default, Request: t.options.NewRequest()}
	t.asking.Go(func() {
		ctx, cancel := context.WithTimeout(t.ctx, patience)
		defer cancel()
		if _, err := t.options.Desk.Rate(ctx, rating); err != nil {
			t.options.Log.Error("a rating could not be taken", "score", level, "err", err)
		}
	})
}

// Package terminal is the screen of a terminal that asks for nothing but a face: one question, five answers, thanks. Who
// is dissatisfied may say why, by choices, or leave that out.
package terminal

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"fyne.io/fyne/v2"
	"github.com/google/uuid"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/survey"
	"stationkeeper/ui/theme"
)

// Desk takes the ratings. It decides which of many equal ones in a row count once; the screen thanks for each. It may
// take as long as a disk takes, and is called off the screen's goroutine.
type Desk interface {
	Rate(ctx context.Context, r survey.Rating) (caseNumber string, err error)
}

var _ Desk = survey.Desk(nil)

// Voice reads aloud, and returns when it has, or ctx has ended.
type Voice interface {
	Say(ctx context.Context, l lang.Language, text string) error
}

// patience is how long the desk may take before somebody is told that it did not work.
const patience = 10 * time.Second

// Options are what a Terminal is made of. Only Desk is needed.
type Options struct {
	Desk Desk
	// Title is the name of the place, above everything else.
	Title lang.Names
	// Resized is told how large the screen is, in units, before it is laid out; Restyle how somebody wants the screen to
	// look. The theme follows both.
	Resized func(fyne.Size)
	Restyle func(theme.Look)
	// Voice reads the screen aloud for who asks for it; nil: there is no button for it.
	Voice Voice
	Log   *slog.Logger

	// Now, After, NewRequest and Do are as in lobby.Options.
	Now        func() time.Time
	After      func(d time.Duration, f func()) (stop func())
	NewRequest func() string
	Do         func(func())
}

func (o Options) complete() (Options, error) {
	if o.Desk == nil {
		return o, errors.New("terminal: no desk that takes ratings")
	}
	if o.Resized == nil {
		o.Resized = func(fyne.Size) {}
	}
	if o.Restyle == nil {
		o.Restyle = func(theme.Look) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = func(d time.Duration, f func()) func() {
			timer := time.AfterFunc(d, f)
			return func() { timer.Stop() }
		}
	}
	if o.NewRequest == nil {
		o.NewRequest = uuid.NewString
	}
	if o.Do == nil {
		o.Do = fyne.Do
	}
	return o, nil
}

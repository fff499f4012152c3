package attendance

import (
	"context"
	"fmt"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/display"
)

// Screen is what a customer does at the screen, as far as a picture of it may tell. Both are asked from any goroutine.
type Screen interface {
	// Private tells whether the screen shows what a customer typed or chose.
	Private() bool
	// ScreenName is the name of what is shown.
	ScreenName() string
}

// pictures is what takes pictures of the screen.
type pictures interface {
	Capture(title string, most int) (display.Picture, error)
	Mask(title string, most int) (display.Picture, error)
}

const (
	// MostPicture is the most bytes of a picture in a record.
	MostPicture = 40_000
	// calm is for how long the screen must have shown nothing private before a picture of it is taken as it is: what is
	// drawn may lag behind what is known, on a busy machine by a good part of a second. During it, calmLooks looks are
	// taken.
	calm      = 1500 * time.Millisecond
	calmLooks = 30
)

// captureScreen takes a picture of the window with a title: as it is when nothing private was on the screen before,
// while and after it was taken, else painted over.
func captureScreen(take pictures, screen Screen, title string, moment func() record.Moment) action {
	return func(ctx context.Context, c record.Command) (deed, error) {
		picture, name, err := capture(ctx, take, screen, title)
		if err != nil {
			return deed{}, err
		}
		entry := record.NewEntry(record.ScreenCaptured, "screen", moment().Wall, record.ScreenData{Width: picture.Width, Height: picture.Height,
			Masked: picture.Masked, Screen: name, Image: picture.PNG, By: c.By, Request: c.ID})
		return deed{Entries: []record.Entry{entry}}, nil
	}
}

func capture(ctx context.Context, take pictures, screen Screen, title string) (display.Picture, string, error) {
	name := screen.ScreenName()
	open, err := calmed(ctx, screen)
	if err != nil {
		return display.Picture{}, name, err
	}
	if open {
		name = screen.ScreenName()
		picture, err := take.Capture(title, MostPicture)
		if err != nil || !screen.Private() {
			return picture, name, err
		}
	}
	picture, err := take.Mask(title, MostPicture)
	return picture, name, err
}

// calmed reports whether nothing private was on the screen for a while.
func calmed(ctx context.Context, screen Screen) (bool, error) {
	look := time.NewTicker(calm / calmLooks)
	defer look.Stop()
	for range calmLooks {
		if screen.Private() {
			return false, nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return false, fmt.Errorf("wait for a moment to take a picture: %w", ctx.Err())
		}
	}
	return !screen.Private(), nil
}

// restart ends the program in good order after the command is written down; systemd starts it again.
func restart(stop func()) action {
	return func(context.Context, record.Command) (deed, error) { return deed{Then: stop}, nil }
}

// testPrint prints a page by which somebody can see that the printer works.
func testPrint(print func(ctx context.Context) error) action {
	return func(ctx context.Context, _ record.Command) (deed, error) {
		if print == nil {
			return deed{}, fmt.Errorf("%w: this kiosk has no printer", errUnwilling)
		}
		return deed{}, print(ctx)
	}
}

// noScreen refuses to take a picture where there is no window.
func noScreen(context.Context, record.Command) (deed, error) {
	return deed{}, fmt.Errorf("%w: this kiosk runs without a touchscreen", errUnwilling)
}

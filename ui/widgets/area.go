package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Area takes the taps on a part of the screen and shows nothing.
type Area struct {
	touch
}

// NewArea returns an area that calls back when it is tapped.
func NewArea(tapped func()) *Area {
	a := &Area{}
	a.tapped = tapped
	a.ExtendBaseWidget(a)
	return a
}

// CreateRenderer belongs to Fyne.
func (a *Area) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// touch is what everything that can be tapped has in common: it looks pressed while a finger is on it, calls back
// when the finger is lifted there, and can be held, which means that it looks pressed and takes no taps.
type touch struct {
	widget.BaseWidget
	tapped        func()
	pressed, held bool
}

var (
	_ fyne.Tappable     = (*touch)(nil)
	_ desktop.Mouseable = (*touch)(nil)
	_ desktop.Hoverable = (*touch)(nil)
)

// Tapped calls back.
func (t *touch) Tapped(*fyne.PointEvent) {
	t.press(false)
	if !t.held && t.tapped != nil {
		t.tapped()
	}
}

// Hold makes it look pressed and take no taps, until it is let go.
func (t *touch) Hold(held bool) {
	if held != t.held {
		t.held = held
		t.Refresh()
	}
}

// MouseDown and MouseUp are also what a touchscreen sends.
func (t *touch) MouseDown(*desktop.MouseEvent) { t.press(true) }

func (t *touch) MouseUp(*desktop.MouseEvent) { t.press(false) }

// MouseOut lets go when the finger slides away: its lifting is reported elsewhere.
func (t *touch) MouseOut() { t.press(false) }

func (t *touch) MouseIn(*desktop.MouseEvent) {}

func (t *touch) MouseMoved(*desktop.MouseEvent) {}

func (t *touch) press(pressed bool) {
	if pressed != t.pressed {
		t.pressed = pressed
		t.Refresh()
	}
}

func (t *touch) down() bool { return t.pressed || t.held }

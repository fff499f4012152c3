package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
)

// Row is buttons side by side, all of the same size, so that none is easier to hit than another.
type Row struct {
	Root    *fyne.Container
	buttons []*Button
	area    layout.Box
}

// NewRow returns a row of buttons. Which of them are there may change.
func NewRow(buttons ...*Button) *Row {
	r := &Row{buttons: buttons}
	objects := make([]fyne.CanvasObject, len(buttons))
	for i, b := range buttons {
		objects[i] = b
	}
	r.Root = container.New(layout.Stage(r.place), objects...)
	return r
}

// Button writes on the one at a place; with no text, it is not there.
func (r *Row) Button(i int, text string) {
	b := r.buttons[i]
	if text != "" {
		b.SetText(text)
	}
	if there := text != ""; there != b.Visible() {
		layout.Show(b, there)
		r.place(r.area)
	}
}

// place divides the row among the buttons that are there, none of them wider than a hand.
func (r *Row) place(b layout.Box) {
	r.area = b
	var shown []*Button
	for _, button := range r.buttons {
		if button.Visible() {
			shown = append(shown, button)
		}
	}
	if len(shown) == 0 {
		return
	}
	gap, n := layout.Size(fynetheme.SizeNamePadding), float32(len(shown))
	width := min(b.Size.Width, n*max(3.2*layout.Size(theme.SizeNameTarget), 11*layout.Size(theme.SizeNameAction))+(n-1)*gap)
	for i, cell := range b.Centred(width, b.Size.Height).Grid(len(shown), 1, gap) {
		cell.Put(shown[i])
	}
}

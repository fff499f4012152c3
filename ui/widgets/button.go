package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/theme"
)

// Kind is what a button is for.
type Kind int

const (
	// Primary is what most customers want next.
	Primary Kind = iota
	// Plain is another way on.
	Plain
	// Choice stands on the band at the top and is chosen or not.
	Choice
)

// Button is a button for a finger.
type Button struct {
	touch
	text   string
	kind   Kind
	chosen bool
}

// NewButton returns a button that calls back when it is tapped.
func NewButton(kind Kind, tapped func()) *Button {
	b := &Button{kind: kind}
	b.tapped = tapped
	b.ExtendBaseWidget(b)
	return b
}

// Text returns what is written on the button.
func (b *Button) Text() string { return b.text }

// SetText writes on the button.
func (b *Button) SetText(text string) {
	if text != b.text {
		b.text = text
		b.Refresh()
	}
}

// SetKind makes it another kind of button.
func (b *Button) SetKind(kind Kind) {
	if kind != b.kind {
		b.kind = kind
		b.Refresh()
	}
}

// SetChosen tells whether a Choice is the chosen one.
func (b *Button) SetChosen(chosen bool) {
	if chosen != b.chosen {
		b.chosen = chosen
		b.Refresh()
	}
}

// CreateRenderer belongs to Fyne.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		button: b,
		area:   canvas.NewRectangle(nil),
		shade:  canvas.NewRectangle(nil),
		text:   NewText(Style{Size: theme.SizeNameAction, Least: 0.4, Bold: true, Align: fyne.TextAlignCenter, Lines: 2}),
	}
	r.Refresh()
	return r
}

type buttonRenderer struct {
	button      *Button
	area, shade *canvas.Rectangle
	text        *Text
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.area.Resize(size)
	r.shade.Resize(size)
	side := lookOf(r.button).size(fynetheme.SizeNamePadding) / 2
	r.text.Move(fyne.NewPos(side, 0))
	r.text.Resize(size.SubtractWidthHeight(2*side, 0))
}

// MinSize is that of a touch target.
func (r *buttonRenderer) MinSize() fyne.Size {
	return fyne.NewSquareSize(lookOf(r.button).size(theme.SizeNameTarget))
}

// colors are the names of a button's colours: area, outline, text.
func (b *Button) colors() (fill, border, text fyne.ThemeColorName) {
	switch {
	case b.kind == Primary:
		return fynetheme.ColorNamePrimary, fynetheme.ColorNamePrimary, fynetheme.ColorNameForegroundOnPrimary
	case b.kind == Plain:
		return fynetheme.ColorNameButton, fynetheme.ColorNamePrimary, fynetheme.ColorNamePrimary
	case b.chosen:
		return theme.ColorNameForegroundOnHeader, theme.ColorNameForegroundOnHeader, fynetheme.ColorNameHeaderBackground
	}
	return fynetheme.ColorNameHeaderBackground, theme.ColorNameForegroundOnHeader, theme.ColorNameForegroundOnHeader
}

func (r *buttonRenderer) Refresh() {
	look := lookOf(r.button)
	fill, border, text := r.button.colors()
	r.area.FillColor, r.area.StrokeColor = look.color(fill), look.color(border)
	r.area.StrokeWidth = look.size(fynetheme.SizeNameInputBorder)
	r.area.CornerRadius = look.size(theme.SizeNameRounded)
	r.area.Refresh()
	shadeWhen(r.shade, look, r.button.down())
	r.text.SetColor(text)
	r.text.SetText(r.button.text)
	r.Layout(r.button.Size())
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.area, r.text, r.shade}
}

func (r *buttonRenderer) Destroy() {}

// shadeWhen darkens what is pressed.
func shadeWhen(shade *canvas.Rectangle, look look, down bool) {
	shade.FillColor = color.Transparent
	if down {
		shade.FillColor = look.color(fynetheme.ColorNamePressed)
	}
	shade.CornerRadius = look.size(theme.SizeNameRounded)
	shade.Refresh()
}

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/theme"
)

// kindOfKey is what a key is for.
type kindOfKey int

const (
	character kindOfKey = iota // types a digit or a letter
	aside                      // takes back, or shows other keys
	onward                     // ends the typing
)

// Key is one key of a Keypad.
type Key struct {
	touch
	kind kindOfKey
	text string
	off  bool
}

func newKey(kind kindOfKey, tapped func()) *Key {
	k := &Key{kind: kind}
	k.tapped = tapped
	k.ExtendBaseWidget(k)
	return k
}

// Text is what is written on the key.
func (k *Key) Text() string { return k.text }

// Off tells that the key cannot be tapped yet.
func (k *Key) Off() bool { return k.off }

func (k *Key) setText(text string) {
	if text != k.text {
		k.text = text
		k.Refresh()
	}
}

func (k *Key) setOff(off bool) {
	if off != k.off {
		k.off = off
		k.Refresh()
	}
}

// Tapped calls back unless the key is off.
func (k *Key) Tapped(e *fyne.PointEvent) {
	if !k.off {
		k.touch.Tapped(e)
		return
	}
	k.press(false)
}

func (k *Key) down() bool { return k.touch.down() && !k.off }

// CreateRenderer belongs to Fyne.
func (k *Key) CreateRenderer() fyne.WidgetRenderer {
	style := Style{Size: theme.SizeNameAction, Bold: true, Align: fyne.TextAlignCenter, Lines: 2}
	if k.kind == character {
		style = Style{Size: theme.SizeNameOffer, Bold: true, Align: fyne.TextAlignCenter}
	}
	r := &keyRenderer{key: k, area: NewPanel(Shape{}), text: NewText(style), shade: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

type keyRenderer struct {
	key   *Key
	area  *Panel
	text  *Text
	shade *canvas.Rectangle
}

func (r *keyRenderer) Layout(size fyne.Size) {
	r.area.Resize(size)
	r.shade.Resize(size)
	side := lookOf(r.key).size(fynetheme.SizeNamePadding) / 2
	r.text.Move(fyne.NewPos(side, 0))
	r.text.Resize(fyne.NewSize(max(0, size.Width-2*side), size.Height))
}

// MinSize is that of a touch target.
func (r *keyRenderer) MinSize() fyne.Size {
	return fyne.NewSquareSize(lookOf(r.key).size(theme.SizeNameTarget))
}

// dress is how a key looks, and the colour of what is written on it.
func (k *Key) dress() (Shape, fyne.ThemeColorName) {
	switch {
	case k.off:
		return Shape{Fill: fynetheme.ColorNameDisabledButton, Rounded: true}, fynetheme.ColorNameDisabled
	case k.kind == onward:
		return Shape{Fill: fynetheme.ColorNamePrimary, Border: fynetheme.ColorNamePrimary, Rounded: true}, fynetheme.ColorNameForegroundOnPrimary
	case k.kind == aside:
		return Shape{Fill: fynetheme.ColorNameButton, Border: fynetheme.ColorNamePrimary, Rounded: true}, fynetheme.ColorNamePrimary
	}
	return Shape{Fill: fynetheme.ColorNameButton, Border: fynetheme.ColorNameInputBorder, Rounded: true}, fynetheme.ColorNameForeground
}

func (r *keyRenderer) Refresh() {
	shape, text := r.key.dress()
	r.area.SetShape(shape)
	r.text.SetColor(text)
	r.text.SetText(r.key.text)
	r.area.Refresh()
	r.text.Refresh()
	shadeWhen(r.shade, lookOf(r.key), r.key.down())
	r.Layout(r.key.Size())
}

func (r *keyRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.area, r.text, r.shade}
}

func (r *keyRenderer) Destroy() {}

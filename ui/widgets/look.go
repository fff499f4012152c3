package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
)

// look reads the theme that a widget is drawn with.
type look struct {
	theme   fyne.Theme
	variant fyne.ThemeVariant
}

func lookOf(w interface{ Theme() fyne.Theme }) look {
	return look{theme: w.Theme(), variant: fyne.CurrentApp().Settings().ThemeVariant()}
}

func (l look) color(name fyne.ThemeColorName) color.Color { return l.theme.Color(name, l.variant) }

func (l look) size(name fyne.ThemeSizeName) float32 { return l.theme.Size(name) }

// mix is the colour between two, in equal parts.
func mix(a, b color.Color) color.Color {
	m, n := color.NRGBAModel.Convert(a).(color.NRGBA), color.NRGBAModel.Convert(b).(color.NRGBA)
	half := func(x, y uint8) uint8 { return uint8((int(x) + int(y)) / 2) }
	return color.NRGBA{R: half(m.R, n.R), G: half(m.G, n.G), B: half(m.B, n.B), A: half(m.A, n.A)}
}

package screentest

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"stationkeeper/ui/widgets"
)

// What can be read and told apart, by WCAG 2.1: text (1.4.3), and the outline of what is touched (1.4.11).
const (
	leastForText    = 4.5
	leastForOutline = 3
)

// Contrast is the contrast of two colours by WCAG 2.1: from 1, the same, to 21, black on white.
func Contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n.R) + 0.7152*linear(n.G) + 0.0722*linear(n.B)
}

// checkContrast holds that every text can be read on what is really behind it, and that whatever is touched stands out from
// what is around it.
func checkContrast(t *testing.T, all []Placed) {
	t.Helper()
	for i, o := range all {
		switch object := o.Object.(type) {
		case *canvas.Text:
			back := behind(all[:i], o.middle())
			if object.Text == "" || back == nil {
				continue
			}
			if c := Contrast(object.Color, back); c < leastForText {
				t.Errorf("%q at %.0f,%.0f: contrast %.2f of %v on %v, want %v", object.Text, o.At.X, o.At.Y, c, object.Color, back, leastForText)
			}
		case *widgets.Button, *widgets.Tile, *widgets.Face:
			checkOutline(t, all, i)
		}
	}
}

// checkOutline looks at what a widget paints first: its area. One that cannot be used now need not stand out.
func checkOutline(t *testing.T, all []Placed, i int) {
	t.Helper()
	o := all[i]
	if tile, ok := o.Object.(*widgets.Tile); ok && tile.Offer().Off {
		return
	}
	around := behind(all[:i], o.At.SubtractXY(1, 1))
	for _, part := range all[i+1:] {
		area, ok := part.Object.(*canvas.Rectangle)
		if !ok {
			continue
		}
		best := 0.0
		if around == nil {
			return
		}
		if solid(area.FillColor) {
			best = Contrast(area.FillColor, around)
		}
		if area.StrokeWidth > 0 && solid(area.StrokeColor) {
			best = max(best, Contrast(area.StrokeColor, around))
		}
		if best < leastForOutline {
			t.Errorf("%v: contrast %.2f with what is around it, want %v", o, best, leastForOutline)
		}
		return
	}
}

// behind is the colour of what was painted last at a position; nil where nothing was.
func behind(painted []Placed, at fyne.Position) (c color.Color) {
	for _, o := range painted {
		if !o.Contains(at) {
			continue
		}
		switch object := o.Object.(type) {
		case *canvas.Rectangle:
			if solid(object.FillColor) {
				c = object.FillColor
			}
		case *canvas.Circle:
			if solid(object.FillColor) {
				c = object.FillColor
			}
		}
	}
	return c
}

func solid(c color.Color) bool {
	if c == nil {
		return false
	}
	_, _, _, a := c.RGBA()
	return a == 0xFFFF
}

func (p Placed) middle() fyne.Position { return p.At.AddXY(p.Size.Width/2, p.Size.Height/2) }

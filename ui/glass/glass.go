// Package glass tells what is on a screen, as people see it: which texts and which things to touch, and where. Programs
// that play customers go by it, instead of by fixed places.
package glass

import (
	"strings"

	"fyne.io/fyne/v2"

	"stationkeeper/ui/widgets"
)

// Thing is something that can be read or touched.
type Thing struct {
	// Kind is text, button, tile, key, face, option, area, entry, call or code.
	Kind string `json:"kind"`
	// Text is what stands on it: "" for an area. Detail is what is said about it.
	Text   string `json:"text"`
	Detail string `json:"detail,omitempty"`
	// Touch tells whether it can be touched.
	Touch bool `json:"touch"`
	// X and Y are the upper left corner, in pixels of the window like Width and Height.
	X      float32 `json:"x"`
	Y      float32 `json:"y"`
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

// Look lists everything visible that can be read or touched, in the order in which it is drawn, at so many pixels a unit.
// It is called on the screen's goroutine.
func Look(root fyne.CanvasObject, scale float32) []Thing {
	var all []Thing
	var walk func(o fyne.CanvasObject, from fyne.Position)
	walk = func(o fyne.CanvasObject, from fyne.Position) {
		if !o.Visible() {
			return
		}
		at := from.Add(o.Position())
		if t, ok := thing(o); ok && o.Size().Width > 0 && o.Size().Height > 0 {
			t.X, t.Y, t.Width, t.Height = at.X*scale, at.Y*scale, o.Size().Width*scale, o.Size().Height*scale
			all = append(all, t)
		}
		switch parent := o.(type) {
		case *fyne.Container:
			for _, child := range parent.Objects {
				walk(child, at)
			}
		case *widgets.Keypad:
			for _, key := range parent.Keys() {
				walk(key, at)
			}
		}
	}
	walk(root, fyne.Position{})
	return all
}

// thing is an object in words; ok is false for what is only drawn.
func thing(o fyne.CanvasObject) (t Thing, ok bool) {
	_, t.Touch = o.(fyne.Tappable)
	switch w := o.(type) {
	case *widgets.Tile:
		t.Kind, t.Text, t.Detail = "tile", w.Offer().Name, w.Offer().Detail
		t.Touch = !w.Offer().Off
	case *widgets.Key:
		t.Kind, t.Text = "key", w.Text()
		t.Touch = !w.Off()
	case *widgets.Face:
		t.Kind, t.Text = "face", w.Label()
	case *widgets.Entry:
		t.Kind, t.Text = "entry", w.Shown()
	case *widgets.Call:
		t.Kind, t.Text = "call", w.Number()
	case *widgets.Text:
		t.Kind, t.Text = "text", w.Text()
	case *widgets.Code:
		t.Kind, t.Text = "code", w.Text()
	case *widgets.Option:
		t.Kind, t.Text = "option", w.Text()
	case interface{ Text() string }:
		t.Kind, t.Text = "button", w.Text()
	case fyne.Tappable:
		t.Kind = "area"
	default:
		return t, false
	}
	t.Text = strings.Join(strings.Fields(t.Text), " ")
	return t, t.Text != "" || t.Kind == "area" || t.Kind == "entry"
}

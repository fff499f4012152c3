// Package restyle draws a window anew after its theme has changed, without what Fyne does besides when it is given another
// theme: it reads every font anew, which takes a good part of a second, and its shaper keeps the last fonts it has seen.
// Measured with Fyne 2.8.1: each change of a look kept 13 MB, up to more than a gigabyte.
package restyle

import (
	_ "unsafe" // for go:linkname

	"fyne.io/fyne/v2"
)

// renderer is what draws a widget. Fyne shows it to its own tests alone (test.WidgetRenderer), which have no place in a
// program. When a later Fyne has it no more, this does not link.
//
//go:linkname renderer fyne.io/fyne/v2/internal/cache.Renderer
func renderer(fyne.Widget) fyne.WidgetRenderer

// Apply lets everything in o read the theme in force, the hidden parts as well. Each part is laid out and drawn once, which
// Fyne's own way (internal/app.ApplyThemeTo) does again for every container that it lies in: with ours, for seconds.
func Apply(o fyne.CanvasObject) {
	switch o := o.(type) {
	case nil:
	case fyne.Widget:
		r := renderer(o)
		r.Layout(o.Size())
		for _, part := range r.Objects() {
			Apply(part)
		}
		o.Refresh()
	case *fyne.Container:
		if o.Layout != nil {
			o.Layout.Layout(o.Objects, o.Size())
		}
		for _, part := range o.Objects {
			Apply(part)
		}
	default:
		o.Refresh()
	}
}

// Theme is one whose contents may change: Fyne is given it once. It belongs to the screen's goroutine.
type Theme struct{ fyne.Theme }

// Package screentest looks at screens as people do: what is where, whether it can be touched, and whether it is all there.
package screentest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"stationkeeper/ui/layout"
	"stationkeeper/ui/widgets"
)

// Placed is an object where it is drawn.
type Placed struct {
	Object fyne.CanvasObject
	layout.Box
	// Parents are what it lies in, the outermost first.
	Parents []fyne.CanvasObject
}

// Contains tells whether a position of the screen is within.
func (p Placed) Contains(at fyne.Position) bool {
	return at.X >= p.At.X && at.Y >= p.At.Y && at.X < p.At.X+p.Size.Width && at.Y < p.At.Y+p.Size.Height
}

// Seen lists everything visible in the order in which it is drawn, with what it lies in.
func Seen(root fyne.CanvasObject) []Placed {
	var all []Placed
	var walk func(o fyne.CanvasObject, from fyne.Position, parents []fyne.CanvasObject)
	walk = func(o fyne.CanvasObject, from fyne.Position, parents []fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		at := from.Add(o.Position())
		all = append(all, Placed{Object: o, Box: layout.Box{At: at, Size: o.Size()}, Parents: slices.Clone(parents)})
		var children []fyne.CanvasObject
		switch parent := o.(type) {
		case *fyne.Container:
			children = parent.Objects
		case fyne.Widget:
			children = test.WidgetRenderer(parent).Objects()
		}
		for _, child := range children {
			walk(child, at, append(parents, o))
		}
	}
	walk(root, fyne.Position{}, nil)
	return all
}

func (p Placed) String() string {
	name := strings.TrimPrefix(fmt.Sprintf("%T", p.Object), "*widgets.")
	switch o := p.Object.(type) {
	case *widgets.Text:
		name += fmt.Sprintf(" %q", o.Text())
	case *widgets.Button:
		name += fmt.Sprintf(" %q", o.Text())
	}
	return fmt.Sprintf("%s at %.0f,%.0f of %.0f × %.0f", name, p.At.X, p.At.Y, p.Size.Width, p.Size.Height)
}

// apart is how far two things that are touched are from each other at least, in parts of a target of 20 mm: 1.8 mm.
const apart = 0.09

// Check holds what must be true of every screen: whatever is touched is at least target large and stands apart from its
// neighbours, nothing that is touched or read overlaps another, leaves the screen or is cut, and every text can be read on
// what is behind it.
func Check(t *testing.T, root fyne.CanvasObject, size fyne.Size, target float32) {
	t.Helper()
	all := Seen(root)
	screen := layout.Box{Size: size}
	var solid, touched []Placed // texts, and whatever is touched
	for _, o := range all {
		switch object := o.Object.(type) {
		case *widgets.Area: // shows nothing, and may lie below or above what does
		case *widgets.Text:
			checkText(t, o, object)
			if object.Text() != "" {
				solid = append(solid, o)
			}
		case fyne.Tappable:
			if o.Size.Width < target-0.5 || o.Size.Height < target-0.5 {
				t.Errorf("%v is smaller than a target, %.1f", o, target)
			}
			solid, touched = append(solid, o), append(touched, o)
		case *widgets.Call, *widgets.Sign:
			solid = append(solid, o)
		}
		if !o.Inside(screen) && !drawn(o.Object) {
			t.Errorf("%v leaves the screen", o)
		}
	}
	for i, a := range solid {
		for _, b := range solid[i+1:] {
			if a.Overlaps(b.Box) && !slices.Contains(b.Parents, a.Object) {
				t.Errorf("%v overlaps %v", a, b)
			}
		}
	}
	checkSpacing(t, touched, target*apart)
	checkContrast(t, all)
}

// checkSpacing holds that a finger which misses what it was meant for does not meet another thing at once.
func checkSpacing(t *testing.T, touched []Placed, least float32) {
	t.Helper()
	for i, a := range touched {
		for _, b := range touched[i+1:] {
			x := max(a.At.X-b.At.X-b.Size.Width, b.At.X-a.At.X-a.Size.Width)
			y := max(a.At.Y-b.At.Y-b.Size.Height, b.At.Y-a.At.Y-a.Size.Height)
			if gap := max(x, y); gap < least-0.5 && !a.Overlaps(b.Box) {
				t.Errorf("%v and %v are %.1f apart, want %.1f", a, b, gap, least)
			}
		}
	}
}

// drawn things may reach beyond what they belong to, as a shadow does; texts are looked at as lines.
func drawn(o fyne.CanvasObject) bool {
	switch o.(type) {
	case *canvas.Text, *canvas.Rectangle, *canvas.Line, *canvas.Circle, *canvas.Arc, *canvas.BezierCurve:
		return true
	}
	return false
}

// checkText holds that a text is there in full, inside its box and inside what it stands on.
func checkText(t *testing.T, o Placed, text *widgets.Text) {
	t.Helper()
	if !text.Whole(o.Size) {
		t.Errorf("%v is cut", o)
	}
	said, high := "", float32(0)
	for _, object := range test.WidgetRenderer(text).Objects() {
		line := object.(*canvas.Text)
		if !line.Visible() {
			continue
		}
		said += line.Text
		high += 1.25 * line.TextSize
		if line.MinSize().Width > o.Size.Width+0.5 {
			t.Errorf("%v: the line %q is %.0f wide", o, line.Text, line.MinSize().Width)
		}
	}
	if strings.ReplaceAll(said, " ", "") != strings.ReplaceAll(text.Text(), " ", "") {
		t.Errorf("%v shows %q", o, said)
	}
	if high > o.Size.Height+0.5 {
		t.Errorf("%v: the lines are %.0f high", o, high)
	}
}

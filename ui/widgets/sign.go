package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Meaning is what a sign means.
type Meaning int

const (
	// Fine is a tick: it is done.
	Fine Meaning = iota
	// Careful is an exclamation mark: it was not done.
	Careful
	// Hours is a clock: it is a matter of time.
	Hours
)

// Sign is a disc with a tick, an exclamation mark or the hands of a clock.
type Sign struct {
	widget.BaseWidget
	meaning Meaning
}

// NewSign returns a sign.
func NewSign(meaning Meaning) *Sign {
	s := &Sign{meaning: meaning}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer belongs to Fyne.
func (s *Sign) CreateRenderer() fyne.WidgetRenderer {
	r := &signRenderer{sign: s, disc: canvas.NewCircle(nil), dot: canvas.NewCircle(nil),
		strokes: [2]*canvas.Line{canvas.NewLine(nil), canvas.NewLine(nil)}}
	r.Refresh()
	return r
}

type signRenderer struct {
	sign    *Sign
	disc    *canvas.Circle
	strokes [2]*canvas.Line
	dot     *canvas.Circle
}

func (r *signRenderer) Layout(size fyne.Size) {
	side := min(size.Width, size.Height)
	corner := fyne.NewPos((size.Width-side)/2, (size.Height-side)/2)
	point := func(x, y float32) fyne.Position { return corner.AddXY(x*side, y*side) }
	r.disc.Move(corner)
	r.disc.Resize(fyne.NewSquareSize(side))
	for _, stroke := range r.strokes {
		stroke.StrokeWidth = 0.085 * side
	}
	if r.sign.meaning == Fine {
		r.strokes[0].Position1, r.strokes[0].Position2 = point(0.28, 0.52), point(0.45, 0.68)
		r.strokes[1].Position1, r.strokes[1].Position2 = point(0.43, 0.68), point(0.73, 0.36)
		return
	}
	if r.sign.meaning == Hours {
		r.strokes[0].Position1, r.strokes[0].Position2 = point(0.5, 0.22), point(0.5, 0.52)
		r.strokes[1].Position1, r.strokes[1].Position2 = point(0.5, 0.5), point(0.7, 0.62)
		return
	}
	r.strokes[0].Position1, r.strokes[0].Position2 = point(0.5, 0.24), point(0.5, 0.58)
	r.dot.Resize(fyne.NewSquareSize(0.11 * side))
	r.dot.Move(point(0.445, 0.66))
}

func (r *signRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *signRenderer) Refresh() {
	look := lookOf(r.sign)
	fill, on := fynetheme.ColorNameSuccess, fynetheme.ColorNameForegroundOnSuccess
	switch r.sign.meaning {
	case Careful:
		fill, on = fynetheme.ColorNameError, fynetheme.ColorNameForegroundOnError
	case Hours:
		fill, on = fynetheme.ColorNamePrimary, fynetheme.ColorNameForegroundOnPrimary
	}
	r.disc.FillColor, r.dot.FillColor = look.color(fill), look.color(on)
	for _, stroke := range r.strokes {
		stroke.StrokeColor = look.color(on)
	}
	show(r.strokes[1], r.sign.meaning != Careful)
	show(r.dot, r.sign.meaning == Careful)
	r.Layout(r.sign.Size())
	for _, object := range r.Objects() {
		object.Refresh()
	}
}

func (r *signRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.disc, r.strokes[0], r.strokes[1], r.dot}
}

func (r *signRenderer) Destroy() {}

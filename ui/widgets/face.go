package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/theme"
)

// Scores of a face, from 1 (very dissatisfied) to 5 (very satisfied).
const (
	LowestScore  = 1
	HighestScore = 5
)

// Face is one of five answers: a drawn face and the words for it. The faces differ in mouth and brows, not in colour
// alone.
type Face struct {
	touch
	score  int
	label  string
	chosen bool
	most   float32 // size of the words, as of the faces beside it; 0: any
}

// NewFace returns the face of a score that calls back when it is tapped.
func NewFace(score int, tapped func()) *Face {
	f := &Face{score: min(max(score, LowestScore), HighestScore)}
	f.tapped = tapped
	f.ExtendBaseWidget(f)
	return f
}

// Label returns the words for the face.
func (f *Face) Label() string { return f.label }

// SetLabel puts other words to the face.
func (f *Face) SetLabel(label string) {
	if label != f.label {
		f.label = label
		f.Refresh()
	}
}

// SetChosen tells whether this is the answer that was given: its edge is thick then, and its words stand on colour.
func (f *Face) SetChosen(chosen bool) {
	if chosen != f.chosen {
		f.chosen = chosen
		f.Refresh()
	}
}

// Chosen tells whether it shows as the answer that was given, and WordSize in which size its words are set.
func (f *Face) Chosen() bool { return f.chosen }

func (f *Face) WordSize() float32 {
	if fits := f.fitted(f.Size()); f.most == 0 || fits < f.most {
		return fits
	}
	return f.most
}

// mouth is drawn as a curve from one corner to the other, bent by the control point's height: all in parts of the
// face's diameter, from its top left.
type mouth struct {
	left, right, bend fyne.Position
	straight          bool // not bent: Fyne's OpenGL painter may draw nothing of a curve bent by nothing
	open              bool // laughing: the curve is filled up to the line between the corners
	brows             bool // drawn together
}

var mouths = [HighestScore + 1]mouth{
	1: {left: fyne.NewPos(0.28, 0.74), right: fyne.NewPos(0.72, 0.74), bend: fyne.NewPos(0.5, 0.44), brows: true},
	2: {left: fyne.NewPos(0.31, 0.71), right: fyne.NewPos(0.69, 0.71), bend: fyne.NewPos(0.5, 0.56)},
	3: {left: fyne.NewPos(0.32, 0.67), right: fyne.NewPos(0.68, 0.67), straight: true},
	4: {left: fyne.NewPos(0.29, 0.60), right: fyne.NewPos(0.71, 0.60), bend: fyne.NewPos(0.5, 0.86)},
	5: {open: true},
}

// CreateRenderer belongs to Fyne.
func (f *Face) CreateRenderer() fyne.WidgetRenderer {
	r := &faceRenderer{
		face:  f,
		area:  NewPanel(f.shape()),
		head:  canvas.NewCircle(nil),
		mouth: &canvas.BezierCurve{},
		laugh: canvas.NewArc(90, 270, 0, nil),
		text:  NewText(faceWords(theme.SizeNameAction)),
		shade: canvas.NewRectangle(nil),
	}
	for i := range r.eyes {
		r.eyes[i], r.ends[i], r.brows[i] = canvas.NewCircle(nil), canvas.NewCircle(nil), canvas.NewLine(nil)
	}
	r.Refresh()
	return r
}

type faceRenderer struct {
	face  *Face
	area  *Panel
	head  *canvas.Circle
	eyes  [2]*canvas.Circle
	brows [2]*canvas.Line
	mouth *canvas.BezierCurve
	ends  [2]*canvas.Circle // round ends of the mouth
	laugh *canvas.Arc
	text  *Text
	shade *canvas.Rectangle
}

// arrangement is where the face and its words are in a size: the words under the face, or beside it where there is more
// room at the side.
type arrangement struct {
	at    fyne.Position // of the face
	side  float32
	words fyne.Position
	room  fyne.Size
	size  fyne.ThemeSizeName // of the words
}

func (f *Face) arrange(size fyne.Size) arrangement {
	look := lookOf(f)
	pad := look.size(fynetheme.SizeNameInnerPadding)
	if size.Width > 1.6*size.Height {
		side := size.Height - 2*pad
		left := 2*pad + side + pad
		return arrangement{fyne.NewPos(2*pad, pad), side, fyne.NewPos(left, 0), fyne.NewSize(size.Width-left-2*pad, size.Height),
			fynetheme.SizeNameHeadingText}
	}
	words := 1.5 * pitch * look.size(theme.SizeNameAction)
	side := min(size.Width-2*pad, size.Height-words-3*pad)
	top := (size.Height - side - words - pad/2) / 2
	return arrangement{fyne.NewPos((size.Width-side)/2, top), side, fyne.NewPos(pad/4, top+side+pad/2), fyne.NewSize(size.Width-pad/2, words),
		theme.SizeNameAction}
}

func faceWords(size fyne.ThemeSizeName) Style {
	return Style{Size: size, Least: 0.5, Color: fynetheme.ColorNameForeground, Bold: true, Align: fyne.TextAlignCenter, Lines: 2}
}

// fitted is the size in which the words fit a face of a size.
func (f *Face) fitted(size fyne.Size) float32 {
	a := f.arrange(size)
	t := NewText(faceWords(a.size))
	t.text = f.label
	return t.SizeIn(a.room)
}

func (f *Face) setMost(size float32) {
	if size != f.most {
		f.most = size
		f.Refresh()
	}
}

func (r *faceRenderer) Layout(size fyne.Size) {
	r.area.Resize(size)
	r.shade.Resize(size)
	a := r.face.arrange(size)
	r.draw(a.at, a.side)
	r.text.SetSize(a.size)
	r.text.Move(a.words)
	r.text.Resize(a.room)
}

// draw puts the face into a square.
func (r *faceRenderer) draw(at fyne.Position, side float32) {
	point := func(p fyne.Position) fyne.Position { return fyne.NewPos(p.X*side, p.Y*side) }
	disc := func(c *canvas.Circle, middle fyne.Position, diameter float32) {
		c.Resize(fyne.NewSquareSize(diameter))
		c.Move(at.Add(point(middle)).SubtractXY(diameter/2, diameter/2))
	}
	disc(r.head, fyne.NewPos(0.5, 0.5), side)
	for i, x := range []float32{0.34, 0.66} {
		disc(r.eyes[i], fyne.NewPos(x, 0.39), 0.105*side)
	}
	stroke := 0.062 * side
	m := mouths[r.face.score]
	for i, end := range []fyne.Position{m.left, m.right} {
		disc(r.ends[i], end, stroke)
	}
	for i, brow := range [][2]fyne.Position{
		{fyne.NewPos(0.22, 0.235), fyne.NewPos(0.42, 0.315)}, {fyne.NewPos(0.78, 0.235), fyne.NewPos(0.58, 0.315)},
	} {
		r.brows[i].Position1, r.brows[i].Position2 = at.Add(point(brow[0])), at.Add(point(brow[1]))
		r.brows[i].StrokeWidth = stroke * 0.9
	}
	r.mouth.Move(at)
	r.mouth.Resize(fyne.NewSquareSize(side))
	r.mouth.StartPoint, r.mouth.EndPoint = point(m.left), point(m.right)
	r.mouth.ControlPoints = []fyne.Position{point(m.bend)}
	if m.straight {
		r.mouth.ControlPoints = nil
	}
	r.mouth.StrokeWidth = stroke
	r.laugh.Resize(fyne.NewSquareSize(0.5 * side))
	r.laugh.Move(at.Add(point(fyne.NewPos(0.25, 0.305))))
}

// MinSize is that of a touch target.
func (r *faceRenderer) MinSize() fyne.Size {
	return fyne.NewSquareSize(lookOf(r.face).size(theme.SizeNameTarget))
}

// shape is that of the card that the face stands on.
func (f *Face) shape() Shape {
	s := Shape{Fill: fynetheme.ColorNameButton, Border: fynetheme.ColorNameInputBorder, Rounded: true, Raised: true}
	if f.chosen {
		s.Fill, s.Border, s.Thick = fynetheme.ColorNameSelection, fynetheme.ColorNamePrimary, true
	}
	return s
}

// colors are the colour of the face and that of what is drawn on it.
func (f *Face) colors(look look) (skin, features color.Color) {
	good, fair, bad := look.color(fynetheme.ColorNameSuccess), look.color(fynetheme.ColorNameWarning), look.color(fynetheme.ColorNameError)
	skins := [HighestScore + 1]color.Color{1: bad, 2: mix(fair, bad), 3: fair, 4: mix(good, fair), 5: good}
	on := [HighestScore + 1]fyne.ThemeColorName{
		1: fynetheme.ColorNameForegroundOnError, 2: fynetheme.ColorNameForegroundOnError,
		3: fynetheme.ColorNameForegroundOnWarning,
		4: fynetheme.ColorNameForegroundOnSuccess, 5: fynetheme.ColorNameForegroundOnSuccess,
	}
	return skins[f.score], look.color(on[f.score])
}

func (r *faceRenderer) Refresh() {
	look := lookOf(r.face)
	r.area.SetShape(r.face.shape())
	skin, features := r.face.colors(look)
	m := mouths[r.face.score]
	r.head.FillColor = skin
	for i := range r.eyes {
		r.eyes[i].FillColor, r.ends[i].FillColor, r.brows[i].StrokeColor = features, features, features
		show(r.ends[i], !m.open)
		show(r.brows[i], m.brows)
	}
	r.mouth.StrokeColor, r.laugh.FillColor = features, features
	show(r.mouth, !m.open)
	show(r.laugh, m.open)
	r.text.SetText(r.face.label)
	r.text.SetMost(r.face.most)
	shadeWhen(r.shade, look, r.face.down())
	r.Layout(r.face.Size())
	for _, object := range r.Objects() {
		object.Refresh()
	}
}

func (r *faceRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.area, r.head}
	for i := range r.eyes {
		objects = append(objects, r.eyes[i], r.brows[i], r.ends[i])
	}
	return append(objects, r.mouth, r.laugh, r.text, r.shade)
}

func (r *faceRenderer) Destroy() {}

func show(object fyne.CanvasObject, shown bool) {
	if shown {
		object.Show()
	} else {
		object.Hide()
	}
}

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"stationkeeper/ui/theme"
)

// Plate tells of something that is done with a paper, not with a finger: it has no edge and no shadow, and a mark of four
// corners as scanners draw around what they read.
type Plate struct {
	widget.BaseWidget
	name, detail string
}

// NewPlate returns a plate that says nothing yet.
func NewPlate() *Plate {
	p := &Plate{}
	p.ExtendBaseWidget(p)
	return p
}

// Say says what to do, and in smaller letters how.
func (p *Plate) Say(name, detail string) {
	if name != p.name || detail != p.detail {
		p.name, p.detail = name, detail
		p.Refresh()
	}
}

// CreateRenderer belongs to Fyne.
func (p *Plate) CreateRenderer() fyne.WidgetRenderer {
	r := &plateRenderer{
		plate:  p,
		area:   NewPanel(Shape{Fill: fynetheme.ColorNameSelection, Rounded: true}),
		beam:   canvas.NewLine(nil),
		name:   NewText(Style{Size: theme.SizeNameOffer, Least: 0.5, Color: fynetheme.ColorNameForeground, Bold: true, Lines: 2}),
		detail: NewText(Style{Size: fynetheme.SizeNameSubHeadingText, Color: fynetheme.ColorNameForeground, Lines: 2}),
	}
	for i := range r.corners {
		r.corners[i] = canvas.NewLine(nil)
	}
	r.Refresh()
	return r
}

type plateRenderer struct {
	plate        *Plate
	area         *Panel
	corners      [8]*canvas.Line
	beam         *canvas.Line
	name, detail *Text
}

func (r *plateRenderer) Layout(size fyne.Size) {
	look := lookOf(r.plate)
	pad := look.size(fynetheme.SizeNameInnerPadding)
	r.area.Resize(size)
	side := min(size.Height-1.5*pad, 1.15*look.size(theme.SizeNameTarget))
	at := fyne.NewPos(pad, (size.Height-side)/2)
	r.draw(at, side)
	left := at.X + side + pad
	width, margin := size.Width-left-pad, look.size(fynetheme.SizeNamePadding)/2
	room := size.Height - 2*margin
	low := r.detail.HeightIn(fyne.NewSize(width, room/2))
	high := r.name.HeightIn(fyne.NewSize(width, room-low))
	top := (size.Height - high - low) / 2
	r.name.Move(fyne.NewPos(left, top))
	r.name.Resize(fyne.NewSize(width, high))
	r.detail.Move(fyne.NewPos(left, top+high))
	r.detail.Resize(fyne.NewSize(width, low))
}

// draw puts the corners and the beam into a square.
func (r *plateRenderer) draw(at fyne.Position, side float32) {
	const long = 0.3
	i := 0
	for _, x := range []float32{0.06, 0.94} {
		for _, y := range []float32{0.06, 0.94} {
			from := at.AddXY(x*side, y*side)
			inward := func(v float32) float32 {
				if v > 0.5 {
					return -long * side
				}
				return long * side
			}
			r.corners[i].Position1, r.corners[i].Position2 = from, from.AddXY(inward(x), 0)
			r.corners[i+1].Position1, r.corners[i+1].Position2 = from, from.AddXY(0, inward(y))
			i += 2
		}
	}
	r.beam.Position1, r.beam.Position2 = at.AddXY(0.18*side, side/2), at.AddXY(0.82*side, side/2)
}

// MinSize is nothing: whoever places a plate decides what room it has.
func (r *plateRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *plateRenderer) Refresh() {
	look := lookOf(r.plate)
	for _, line := range append(r.corners[:], r.beam) {
		line.StrokeColor = look.color(fynetheme.ColorNamePrimary)
		line.StrokeWidth = 3 * look.size(fynetheme.SizeNameInputBorder)
	}
	r.name.SetText(r.plate.name)
	r.detail.SetText(r.plate.detail)
	r.Layout(r.plate.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *plateRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.area, r.beam, r.name, r.detail}
	for _, line := range r.corners {
		objects = append(objects, line)
	}
	return objects
}

func (r *plateRenderer) Destroy() {}

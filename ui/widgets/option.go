package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/theme"
)

// Option is one of several answers in words, with a mark that shows whether it was chosen: round where one answer can be
// chosen, square where any number can, ticked when it is. So the choice is seen without colours.
type Option struct {
	touch
	text         string
	many, chosen bool
	most         float32 // text size, as of the options beside it; 0: any
}

// NewOption returns an option that calls back when it is tapped.
func NewOption(tapped func()) *Option {
	o := &Option{}
	o.tapped = tapped
	o.ExtendBaseWidget(o)
	return o
}

// Text is what the option says.
func (o *Option) Text() string { return o.text }

// Chosen tells whether it shows as chosen.
func (o *Option) Chosen() bool { return o.chosen }

// Say shows another option. Many tells that any number of those beside it can be chosen.
func (o *Option) Say(text string, many, chosen bool) {
	if text != o.text || many != o.many || chosen != o.chosen {
		o.text, o.many, o.chosen = text, many, chosen
		o.Refresh()
	}
}

var optionWords = Style{Size: theme.SizeNameName, Least: 0.5, Color: fynetheme.ColorNameForeground, Bold: true, Lines: 3}

// mark and words are where the mark and the text of an option of a size are.
func (o *Option) mark(size fyne.Size) (at fyne.Position, side float32) {
	look := lookOf(o)
	side = min(size.Height-look.size(fynetheme.SizeNameInnerPadding), 1.25*look.size(theme.SizeNameName))
	return fyne.NewPos(look.size(fynetheme.SizeNameInnerPadding), (size.Height-side)/2), side
}

func (o *Option) words(size fyne.Size) (fyne.Position, fyne.Size) {
	at, side := o.mark(size)
	left, margin := 1.8*at.X+side, lookOf(o).size(fynetheme.SizeNamePadding)/2
	return fyne.NewPos(left, margin), fyne.NewSize(max(0, size.Width-left-at.X), max(0, size.Height-2*margin))
}

// fitted is the size in which the text fits an option of a size.
func (o *Option) fitted(size fyne.Size) float32 {
	t := NewText(optionWords)
	t.text = o.text
	_, room := o.words(size)
	return t.SizeIn(room)
}

func (o *Option) setMost(size float32) {
	if size != o.most {
		o.most = size
		o.Refresh()
	}
}

// CreateRenderer belongs to Fyne.
func (o *Option) CreateRenderer() fyne.WidgetRenderer {
	r := &optionRenderer{
		option: o,
		area:   NewPanel(Shape{}),
		mark:   canvas.NewRectangle(nil),
		tick:   [2]*canvas.Line{canvas.NewLine(nil), canvas.NewLine(nil)},
		text:   NewText(optionWords),
		shade:  canvas.NewRectangle(nil),
	}
	r.Refresh()
	return r
}

type optionRenderer struct {
	option *Option
	area   *Panel
	mark   *canvas.Rectangle
	tick   [2]*canvas.Line
	text   *Text
	shade  *canvas.Rectangle
}

func (r *optionRenderer) Layout(size fyne.Size) {
	r.area.Resize(size)
	r.shade.Resize(size)
	at, side := r.option.mark(size)
	r.mark.Move(at)
	r.mark.Resize(fyne.NewSquareSize(side))
	r.mark.CornerRadius = side / 6
	if !r.option.many {
		r.mark.CornerRadius = side / 2
	}
	point := func(x, y float32) fyne.Position { return at.AddXY(x*side, y*side) }
	r.tick[0].Position1, r.tick[0].Position2 = point(0.24, 0.52), point(0.43, 0.71)
	r.tick[1].Position1, r.tick[1].Position2 = point(0.41, 0.71), point(0.77, 0.32)
	for _, stroke := range r.tick {
		stroke.StrokeWidth = 0.11 * side
	}
	words, room := r.option.words(size)
	r.text.Move(words)
	r.text.Resize(room)
}

// MinSize is that of a touch target.
func (r *optionRenderer) MinSize() fyne.Size {
	return fyne.NewSquareSize(lookOf(r.option).size(theme.SizeNameTarget))
}

func (r *optionRenderer) Refresh() {
	look := lookOf(r.option)
	area := Shape{Fill: fynetheme.ColorNameButton, Border: fynetheme.ColorNameInputBorder, Rounded: true, Raised: true}
	r.mark.FillColor, r.mark.StrokeColor = look.color(fynetheme.ColorNameButton), look.color(fynetheme.ColorNameInputBorder)
	if r.option.chosen {
		area.Fill, area.Border, area.Thick = fynetheme.ColorNameSelection, fynetheme.ColorNamePrimary, true
		r.mark.FillColor, r.mark.StrokeColor = look.color(fynetheme.ColorNamePrimary), look.color(fynetheme.ColorNamePrimary)
	}
	r.area.SetShape(area)
	r.mark.StrokeWidth = 1.5 * look.size(fynetheme.SizeNameInputBorder)
	for _, stroke := range r.tick {
		stroke.StrokeColor = look.color(fynetheme.ColorNameForegroundOnPrimary)
		show(stroke, r.option.chosen)
	}
	r.text.SetText(r.option.text)
	r.text.SetMost(r.option.most)
	shadeWhen(r.shade, look, r.option.down())
	r.Layout(r.option.Size())
	r.area.Refresh()
	r.text.Refresh()
	r.mark.Refresh()
	for _, stroke := range r.tick {
		stroke.Refresh()
	}
}

func (r *optionRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.area, r.mark, r.tick[0], r.tick[1], r.text, r.shade}
}

func (r *optionRenderer) Destroy() {}

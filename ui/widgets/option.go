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

// CreateRenderer belongs to Fyne.
func (o *Option) CreateRenderer() fyne.WidgetRenderer {
	r := &optionRenderer{
		option: o,
		area:   NewPanel(Shape{}),
		mark:   canvas.NewRectangle(nil),
		tick:   [2]*canvas.Line{canvas.NewLine(nil), canvas.NewLine(nil)},
		text:   NewText(Style{Size: theme.SizeNameName, Least: 0.55, Color: fynetheme.ColorNameForeground, Bold: true, Lines: 3}),
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
	look := lookOf(r.option)
	pad := look.size(fynetheme.SizeNameInnerPadding)
	r.area.Resize(size)
	r.shade.Resize(size)
	side := min(size.Height-pad, 1.25*look.size(theme.SizeNameName))
	at := fyne.NewPos(pad, (size.Height-side)/2)
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
	left := pad + side + 0.8*pad
	margin := look.size(fynetheme.SizeNamePadding) / 2
	r.text.Move(fyne.NewPos(left, margin))
	r.text.Resize(fyne.NewSize(max(0, size.Width-left-pad), max(0, size.Height-2*margin)))
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

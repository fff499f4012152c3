package widgets

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Call is one call as it is announced: a number and where to go. The latest one stands out.
type Call struct {
	widget.BaseWidget
	number, counter string
	latest          bool
}

// NewCall returns an empty call.
func NewCall() *Call {
	c := &Call{}
	c.ExtendBaseWidget(c)
	return c
}

// Number returns the number announced.
func (c *Call) Number() string { return c.number }

// SetCall announces a number and where to go.
func (c *Call) SetCall(number, counter string, latest bool) {
	if number != c.number || counter != c.counter || latest != c.latest {
		c.number, c.counter, c.latest = number, counter, latest
		c.Refresh()
	}
}

// CreateRenderer belongs to Fyne.
func (c *Call) CreateRenderer() fyne.WidgetRenderer {
	r := &callRenderer{
		call:    c,
		area:    NewPanel(Shape{}),
		number:  NewText(Style{Size: fynetheme.SizeNameSubHeadingText, Bold: true, Align: fyne.TextAlignCenter}),
		counter: NewText(Style{Size: fynetheme.SizeNameText, Align: fyne.TextAlignCenter}),
	}
	r.Refresh()
	return r
}

type callRenderer struct {
	call            *Call
	area            *Panel
	number, counter *Text
}

// Layout puts the counter under the number.
func (r *callRenderer) Layout(size fyne.Size) {
	look := lookOf(r.call)
	r.area.Resize(size)
	number, counter := pitch*look.size(fynetheme.SizeNameSubHeadingText), pitch*look.size(fynetheme.SizeNameText)
	top := (size.Height - number - counter) / 2
	pad := look.size(fynetheme.SizeNamePadding) / 2
	r.number.Move(fyne.NewPos(pad, top))
	r.number.Resize(fyne.NewSize(size.Width-2*pad, number))
	r.counter.Move(fyne.NewPos(pad, top+number))
	r.counter.Resize(fyne.NewSize(size.Width-2*pad, counter))
}

func (r *callRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *callRenderer) Refresh() {
	shape, color := Shape{Fill: fynetheme.ColorNameSelection, Rounded: true}, fynetheme.ColorNameForeground
	if r.call.latest {
		shape.Fill, color = fynetheme.ColorNamePrimary, fynetheme.ColorNameForegroundOnPrimary
	}
	r.area.SetShape(shape)
	r.number.SetColor(color)
	r.counter.SetColor(color)
	r.number.SetText(r.call.number)
	r.counter.SetText(r.call.counter)
	r.Layout(r.call.Size())
}

func (r *callRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.area, r.number, r.counter}
}

func (r *callRenderer) Destroy() {}

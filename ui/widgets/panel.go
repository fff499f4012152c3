package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"stationkeeper/ui/theme"
)

// Shape is what a panel looks like.
type Shape struct {
	Fill fyne.ThemeColorName
	// Border is the colour of the outline; "" means none.
	Border fyne.ThemeColorName
	// Rounded panels have round corners; raised ones cast a shadow; thick is the outline of what was chosen.
	Rounded, Raised, Thick bool
}

// Panel is an area of one colour, behind other things.
type Panel struct {
	widget.BaseWidget
	shape Shape
}

// NewPanel returns a panel of a shape.
func NewPanel(shape Shape) *Panel {
	p := &Panel{shape: shape}
	p.ExtendBaseWidget(p)
	return p
}

// SetShape gives the panel another shape.
func (p *Panel) SetShape(shape Shape) {
	if shape != p.shape {
		p.shape = shape
		p.Refresh()
	}
}

// CreateRenderer belongs to Fyne.
func (p *Panel) CreateRenderer() fyne.WidgetRenderer {
	r := &panelRenderer{panel: p, area: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

type panelRenderer struct {
	panel *Panel
	area  *canvas.Rectangle
}

func (r *panelRenderer) Layout(size fyne.Size) { r.area.Resize(size) }

func (r *panelRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *panelRenderer) Refresh() {
	shape, look := r.panel.shape, lookOf(r.panel)
	r.area.FillColor = look.color(shape.Fill)
	r.area.StrokeWidth = 0
	if shape.Border != "" {
		r.area.StrokeColor, r.area.StrokeWidth = look.color(shape.Border), look.size(fynetheme.SizeNameInputBorder)
	}
	if shape.Thick {
		r.area.StrokeWidth *= 3
	}
	r.area.CornerRadius = 0
	if shape.Rounded {
		r.area.CornerRadius = look.size(theme.SizeNameRounded)
	}
	r.area.Shadow = canvas.Shadow{}
	if shape.Raised {
		soft := look.size(fynetheme.SizeNamePadding)
		r.area.Shadow = canvas.Shadow{
			Color: look.color(fynetheme.ColorNameShadow), BlurRadius: soft, Offset: fyne.NewPos(0, soft/4),
		}
	}
	r.area.Refresh()
}

func (r *panelRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.area} }

func (r *panelRenderer) Destroy() {}

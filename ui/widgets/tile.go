package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/theme"
)

// Offer is what a tile offers.
type Offer struct {
	// Mark is a letter or two that tell offers apart at a glance.
	Mark string
	// Name is what is offered; Detail is said about it in smaller text.
	Name, Detail string
	// Off tells that it cannot be had now: the tile looks flat and grey, and not as if it were pressed.
	Off bool
}

// Tile is one of several offers: a card with a mark, a name and a detail.
type Tile struct {
	touch
	offer Offer
}

// NewTile returns a tile that calls back when it is tapped.
func NewTile(tapped func()) *Tile {
	t := &Tile{}
	t.tapped = tapped
	t.ExtendBaseWidget(t)
	return t
}

// Offer returns what is offered.
func (t *Tile) Offer() Offer { return t.offer }

// SetOffer offers something else.
func (t *Tile) SetOffer(offer Offer) {
	if offer != t.offer {
		t.offer = offer
		t.Refresh()
	}
}

func (t *Tile) down() bool { return t.touch.down() && !t.offer.Off }

// CreateRenderer belongs to Fyne.
func (t *Tile) CreateRenderer() fyne.WidgetRenderer {
	r := &tileRenderer{
		tile:  t,
		area:  NewPanel(Shape{}),
		badge: NewPanel(Shape{}),
		mark: NewText(Style{Size: fynetheme.SizeNameHeadingText, Least: 0.4, Color: fynetheme.ColorNameForegroundOnPrimary, Bold: true,
			Align: fyne.TextAlignCenter}),
		name:   NewText(Style{Size: theme.SizeNameName, Least: 0.35, Color: fynetheme.ColorNameForeground, Bold: true, Lines: 2}),
		detail: NewText(Style{Size: fynetheme.SizeNameText, Least: 0.5, Color: fynetheme.ColorNamePlaceHolder, Lines: 2}),
		upper:  canvas.NewLine(nil),
		lower:  canvas.NewLine(nil),
		shade:  canvas.NewRectangle(nil),
	}
	r.Refresh()
	return r
}

type tileRenderer struct {
	tile               *Tile
	area, badge        *Panel
	mark, name, detail *Text
	upper, lower       *canvas.Line // the arrow head at the right
	shade              *canvas.Rectangle
}

func (r *tileRenderer) Layout(size fyne.Size) {
	look := lookOf(r.tile)
	pad := look.size(fynetheme.SizeNameInnerPadding)
	r.area.Resize(size)
	r.shade.Resize(size)

	side := min(size.Height-1.5*pad, look.size(theme.SizeNameTarget)*1.15, 0.2*size.Width)
	r.badge.Resize(fyne.NewSquareSize(side))
	r.badge.Move(fyne.NewPos(pad, (size.Height-side)/2))
	r.mark.Resize(r.badge.Size())
	r.mark.Move(r.badge.Position())

	arrow := pad * 0.6
	r.placeArrow(fyne.NewPos(size.Width-pad-arrow, size.Height/2), arrow)
	left := pad + side + pad
	r.placeText(left, fyne.NewSize(size.Width-left-2*pad-arrow, size.Height))
}

// placeText puts the name over the detail. All tiles of a height set them in the same sizes.
func (r *tileRenderer) placeText(left float32, room fyne.Size) {
	look := lookOf(r.tile)
	name, detail := theme.SizeNameName, fynetheme.SizeNameText
	if room.Height > 1.5*look.size(theme.SizeNameTarget) {
		name, detail = theme.SizeNameOffer, fynetheme.SizeNameSubHeadingText
	}
	r.name.SetSize(name)
	r.detail.SetSize(detail)

	margin := look.size(fynetheme.SizeNamePadding) / 2
	low := float32(0)
	if r.tile.offer.Detail != "" {
		low = r.detail.HeightIn(fyne.NewSize(room.Width, 0.5*room.Height))
	}
	high := r.name.HeightIn(fyne.NewSize(room.Width, room.Height-2*margin-low))
	top := (room.Height - high - low) / 2
	r.name.Move(fyne.NewPos(left, top))
	r.name.Resize(fyne.NewSize(room.Width, high))
	r.detail.Move(fyne.NewPos(left, top+high))
	r.detail.Resize(fyne.NewSize(room.Width, low))
}

func (r *tileRenderer) placeArrow(base fyne.Position, arrow float32) {
	tip := base.AddXY(arrow, 0)
	r.upper.Position1, r.upper.Position2 = base.AddXY(0, -arrow), tip
	r.lower.Position1, r.lower.Position2 = base.AddXY(0, arrow), tip
}

// MinSize is that of a touch target.
func (r *tileRenderer) MinSize() fyne.Size {
	return fyne.NewSquareSize(lookOf(r.tile).size(theme.SizeNameTarget))
}

func (r *tileRenderer) Refresh() {
	look := lookOf(r.tile)
	r.dress(r.tile.offer.Off)
	for _, line := range []*canvas.Line{r.upper, r.lower} {
		line.StrokeColor = look.color(fynetheme.ColorNamePrimary)
		line.StrokeWidth = 2 * look.size(fynetheme.SizeNameInputBorder)
		line.Refresh()
	}
	r.mark.SetText(r.tile.offer.Mark)
	r.name.SetText(r.tile.offer.Name)
	r.detail.SetText(r.tile.offer.Detail)
	shadeWhen(r.shade, look, r.tile.down())
	r.Layout(r.tile.Size())
}

// dress shows whether the offer can be had.
func (r *tileRenderer) dress(off bool) {
	area := Shape{Fill: fynetheme.ColorNameButton, Border: fynetheme.ColorNamePrimary, Rounded: true, Raised: true}
	badge, name, detail := fynetheme.ColorNamePrimary, fynetheme.ColorNameForeground, fynetheme.ColorNamePlaceHolder
	if off {
		area = Shape{Fill: fynetheme.ColorNameDisabledButton, Rounded: true}
		badge, name, detail = fynetheme.ColorNameDisabled, fynetheme.ColorNameDisabled, fynetheme.ColorNameForeground
	}
	r.area.SetShape(area)
	r.badge.SetShape(Shape{Fill: badge, Rounded: true})
	r.name.SetColor(name)
	r.detail.SetColor(detail)
	show(r.upper, !off)
	show(r.lower, !off)
}

func (r *tileRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.area, r.badge, r.mark, r.name, r.detail, r.upper, r.lower, r.shade}
}

func (r *tileRenderer) Destroy() {}

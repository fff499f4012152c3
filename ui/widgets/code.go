package widgets

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"github.com/boombuler/barcode/qr"
)

// quiet is how wide the empty border around a code is, in modules (ISO/IEC 18004, 6.3.8).
const quiet = 4

// Code is a QR code. It is drawn black on white whatever the look: that is what telephones read best. Every module is a
// whole number of the screen's pixels, so that its edges are sharp.
type Code struct {
	widget.BaseWidget
	text    string
	modules image.Image // nil: nothing to show
	raster  *canvas.Raster
	drawn   *image.Paletted // what was drawn last; for drawnOf
	drawnOf image.Image
}

// NewCode returns a code of nothing: it is empty until there is a text.
func NewCode() *Code {
	c := &Code{}
	c.raster = canvas.NewRaster(c.draw)
	c.raster.ScaleMode = canvas.ImageScalePixels
	c.ExtendBaseWidget(c)
	return c
}

// Text is what the code says.
func (c *Code) Text() string { return c.text }

// SetText shows another text; "" shows none. A text that is too long for a code (about 2300 bytes) shows none either.
func (c *Code) SetText(text string) {
	if text == c.text {
		return
	}
	c.text, c.modules = text, nil
	if text != "" {
		// 15 % of it may be unreadable, as by a reflection on the glass.
		if modules, err := qr.Encode(text, qr.M, qr.Auto); err == nil {
			c.modules = modules
		}
	}
	c.Refresh()
}

// Shown tells whether there is a code to be seen.
func (c *Code) Shown() bool { return c.modules != nil }

// draw draws the code into so many pixels. Fyne asks for it also when nothing has changed: it gets the same image.
func (c *Code) draw(width, height int) image.Image {
	if size := image.Rect(0, 0, width, height); c.drawn == nil || c.drawn.Rect != size || c.drawnOf != c.modules {
		c.drawn, c.drawnOf = drawModules(c.modules, size), c.modules
	}
	return c.drawn
}

// drawModules puts the modules into the middle of an area, each a square of whole pixels, with the quiet zone around.
func drawModules(modules image.Image, size image.Rectangle) *image.Paletted {
	drawn := image.NewPaletted(size, color.Palette{color.White, color.Black})
	if modules == nil {
		drawn.Palette[0] = color.Transparent
		return drawn
	}
	count := modules.Bounds().Dx()
	module := min(size.Dx(), size.Dy()) / (count + 2*quiet)
	if module == 0 {
		return drawn
	}
	left, top := (size.Dx()-module*count)/2, (size.Dy()-module*count)/2
	for y := range module * count {
		for x := range module * count {
			if dark(modules.At(x/module, y/module)) {
				drawn.SetColorIndex(left+x, top+y, 1)
			}
		}
	}
	return drawn
}

func dark(c color.Color) bool { return color.GrayModel.Convert(c).(color.Gray).Y < 128 }

// CreateRenderer belongs to Fyne.
func (c *Code) CreateRenderer() fyne.WidgetRenderer { return &codeRenderer{code: c} }

type codeRenderer struct{ code *Code }

// Layout gives the code a square in the middle.
func (r *codeRenderer) Layout(size fyne.Size) {
	side := min(size.Width, size.Height)
	r.code.raster.Resize(fyne.NewSquareSize(side))
	r.code.raster.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
}

// MinSize is nothing: whoever places the code decides what room it has.
func (r *codeRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *codeRenderer) Refresh() { r.code.raster.Refresh() }

func (r *codeRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.code.raster} }

func (r *codeRenderer) Destroy() {}

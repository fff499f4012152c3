package slip

import (
	"errors"
	"image"
	"image/draw"
	"strings"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"stationkeeper/kiosk/printer/escpos"
)

var errNoFont = errors.New("the printer has no characters for it, and there is no font to draw it with")

// face returns the font's face of a size in dots.
func (w *Writer) face(bold bool, dots int) (font.Face, error) {
	key := face{bold, dots}
	if f, ok := w.faces[key]; ok {
		return f, nil
	}
	content, ok := w.fonts[bold]
	if !ok {
		return nil, errNoFont
	}
	f, err := opentype.NewFace(content, &opentype.FaceOptions{Size: float64(dots), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, err
	}
	w.faces[key] = f
	return f, nil
}

// drawable replaces what the fonts have no characters for.
func (w *Writer) drawable(text string) string {
	var buffer sfnt.Buffer
	return strings.Map(func(r rune) rune {
		if glyph, err := w.fonts[false].GlyphIndex(&buffer, r); err != nil || glyph == 0 {
			return missing
		}
		return r
	}, text)
}

func measure(f font.Face) func(string) int {
	return func(text string) int { return font.MeasureString(f, text).Ceil() }
}

// leading is how high a drawn line of text is: 1.4 times its font's size, as the printer's own lines are, and less where
// that is large.
func leading(dots int) int {
	if dots > escpos.Wide {
		return dots * 5 / 4
	}
	return escpos.Line
}

func (t Text) draw(w *Writer, on *escpos.Bits) error {
	dots := escpos.Wide * w.fit(t)
	f, err := w.face(t.Bold, dots)
	if err != nil {
		return err
	}
	for _, line := range wrap(w.drawable(t.Words), on.Width, measure(f)) {
		top := on.Height
		on.Grow(leading(dots))
		blank := on.Width - measure(f)(line)
		x := map[escpos.Align]int{escpos.Left: 0, escpos.Center: blank / 2, escpos.Right: blank}[t.Align]
		write(on, f, line, x, top, dots)
	}
	return nil
}

// write draws one line whose top is at top.
func write(on *escpos.Bits, f font.Face, line string, x, top, dots int) {
	width, height := measure(f)(line)+2, leading(dots)
	ink := image.NewAlpha(image.Rect(0, 0, width, height))
	baseline := (height-dots)/2 + dots*88/100 // Chinese characters stand 0.88 above the line and 0.12 below
	d := font.Drawer{Dst: ink, Src: image.Opaque, Face: f, Dot: fixed.P(0, baseline)}
	d.DrawString(line)
	for y := range height {
		for dx := range width {
			if ink.AlphaAt(dx, y).A >= 0x80 {
				on.Blacken(x+dx, top+y)
			}
		}
	}
}

func (p Pair) draw(w *Writer, on *escpos.Bits) error {
	plain, err := w.face(false, escpos.Wide)
	if err != nil {
		return err
	}
	strong, err := w.face(p.Bold, escpos.Wide)
	if err != nil {
		return err
	}
	p.Left, p.Right = w.drawable(p.Left), w.drawable(p.Right)
	right := measure(strong)(p.Right)
	if measure(plain)(p.Left)+escpos.Narrow+right > on.Width {
		if err := (Text{Words: p.Left}).draw(w, on); err != nil {
			return err
		}
		return Text{Words: p.Right, Align: escpos.Right, Bold: p.Bold}.draw(w, on)
	}
	top := on.Height
	on.Grow(escpos.Line)
	write(on, plain, p.Left, 0, top, escpos.Wide)
	write(on, strong, p.Right, on.Width-right, top, escpos.Wide)
	return nil
}

func (Rule) draw(_ *Writer, on *escpos.Bits) error {
	top := on.Height
	on.Grow(escpos.Line)
	on.Fill(image.Rect(0, top+escpos.Line/2-1, on.Width, top+escpos.Line/2+1))
	return nil
}

func (s Space) draw(_ *Writer, on *escpos.Bits) error {
	on.Grow(max(s.Lines, 1) * escpos.Line)
	return nil
}

func (q QR) draw(w *Writer, on *escpos.Bits) error {
	modules, err := escpos.QRModules(q.Content)
	if err != nil {
		return err
	}
	m := q.module(w, modules.Width)
	top, left := on.Height, (on.Width-m*modules.Width)/2
	on.Grow(m * modules.Height)
	for y := range modules.Height {
		for x := range modules.Width {
			if modules.Black(x, y) {
				on.Fill(image.Rect(left+x*m, top+y*m, left+(x+1)*m, top+(y+1)*m))
			}
		}
	}
	return nil
}

func (p Picture) draw(_ *Writer, on *escpos.Bits) error {
	top := on.Height
	on.Grow(p.Bits.Height)
	on.Put(p.Bits, max((on.Width-p.Bits.Width)/2, 0), top)
	return nil
}

// Logo makes a picture to print of an image, at most width dots wide and height dots high: larger ones are made
// smaller, colors become dots.
func Logo(picture image.Image, width, height int) *escpos.Bits {
	b := picture.Bounds()
	scale := min(float64(width)/float64(b.Dx()), float64(height)/float64(b.Dy()), 1)
	small := image.NewRGBA(image.Rect(0, 0, max(int(float64(b.Dx())*scale), 1), max(int(float64(b.Dy())*scale), 1)))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	xdraw.CatmullRom.Scale(small, small.Bounds(), picture, b, draw.Over, nil)
	return escpos.Dither(small)
}

package virtual

import (
	"image"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"stationkeeper/kiosk/printer/escpos"
)

// longest is how many rows a piece may have, 2 m; then it is torn off.
const longest = 2000 * escpos.PerMM

// mode is how text looks.
type mode struct {
	size  int // 1 to 8
	wide  int
	bold  bool
	align escpos.Align
}

// sheet is the paper below the head and the line that is being put together.
type sheet struct {
	regular, bold *opentype.Font
	faces         map[faceKey]font.Face

	mode  mode
	line  []glyph
	paper *escpos.Bits
	lines []string
	codes []string
}

type glyph struct {
	r    rune
	mode mode
}

type faceKey struct {
	bold bool
	dots int
}

func newSheet(dots int, regular, bold *opentype.Font) *sheet {
	return &sheet{regular: regular, bold: bold, faces: map[faceKey]font.Face{},
		mode: mode{size: 1, wide: 1}, paper: escpos.NewBits(dots, 0)}
}

func (g glyph) width() int { return escpos.Narrow * escpos.RuneColumns(g.r) * g.mode.wide }

// add puts a character into the line; false when it does not fit.
func (s *sheet) add(r rune) bool {
	g := glyph{r, s.mode}
	s.line = append(s.line, g)
	return s.lineWidth() <= s.paper.Width
}

func (s *sheet) lineWidth() int {
	n := 0
	for _, g := range s.line {
		n += g.width()
	}
	return n
}

// lineHeight is that of the line, at least the usual distance between two.
func (s *sheet) lineHeight() int {
	h := escpos.Line
	for _, g := range s.line {
		h = max(h, escpos.Wide*g.mode.size)
	}
	return h
}

// flush prints the line.
func (s *sheet) flush() {
	height := s.lineHeight()
	top := s.paper.Height
	s.paper.Grow(height)
	if len(s.line) == 0 {
		return
	}
	x := s.indent(s.lineWidth())
	text := make([]rune, 0, len(s.line))
	for _, g := range s.line {
		s.draw(g, x, top+height)
		x += g.width()
		text = append(text, g.r)
	}
	s.lines = append(s.lines, string(text))
	s.line = nil
}

// indent is where something of a width begins.
func (s *sheet) indent(width int) int {
	blank := max(s.paper.Width-width, 0)
	return map[escpos.Align]int{escpos.Left: 0, escpos.Center: blank / 2, escpos.Right: blank}[s.mode.align]
}

// draw draws a character on a line that ends at bottom.
func (s *sheet) draw(g glyph, x, bottom int) {
	height := escpos.Wide * g.mode.size
	if g.r == ' ' {
		return
	}
	if !s.has(g.r) {
		s.paper.Fill(image.Rect(x+2, bottom-height+2, x+g.width()-2, bottom-2))
		return
	}
	cell := image.NewAlpha(image.Rect(0, 0, escpos.Wide*g.mode.size, height))
	face := s.face(g.mode.bold, height)
	advance := font.MeasureString(face, string(g.r)).Ceil()
	drawer := font.Drawer{Dst: cell, Src: image.Opaque, Face: face, Dot: fixed.P(0, height*baseline(g.r)/100)}
	drawer.DrawString(string(g.r))
	width := g.width() // what is narrower or wider than its cell is drawn as wide as that
	for dy := range height {
		for dx := range width {
			from := dx
			if advance > width {
				from = dx * advance / width
			} else {
				from -= (width - advance) / 2
			}
			if cell.AlphaAt(from, dy).A >= 0x80 {
				s.paper.Blacken(x+dx, bottom-height+dy)
			}
		}
	}
}

// has tells whether there is a picture of a character. The fonts have fewer than printers.
func (s *sheet) has(r rune) bool {
	if s.regular == nil {
		return false
	}
	glyph, err := s.regular.GlyphIndex(nil, r)
	return err == nil && glyph != 0
}

// baseline is where a character stands in its cell, in percent from above: letters leave room for what hangs below.
func baseline(r rune) int {
	if r < 0x80 {
		return 79
	}
	return 88
}

func (s *sheet) face(bold bool, dots int) font.Face {
	key := faceKey{bold, dots}
	if f, ok := s.faces[key]; ok {
		return f
	}
	content := s.regular
	if bold {
		content = s.bold
	}
	f, err := opentype.NewFace(content, &opentype.FaceOptions{Size: float64(dots), DPI: 72})
	if err != nil {
		panic("virtual: a face of a font that was parsed: " + err.Error()) // NewFace fails for no font
	}
	s.faces[key] = f
	return f
}

// picture prints a picture.
func (s *sheet) picture(b *escpos.Bits) {
	top := s.paper.Height
	s.paper.Grow(b.Height)
	s.paper.Put(b, s.indent(b.Width), top)
}

// piece returns a copy of what is on the sheet.
func (s *sheet) piece(cut bool) Piece {
	picture := *s.paper
	picture.Data = slices.Clone(s.paper.Data)
	return Piece{Picture: &picture, Lines: slices.Clone(s.lines), Codes: slices.Clone(s.codes), Cut: cut}
}

// renew begins a new piece.
func (s *sheet) renew() {
	s.paper = escpos.NewBits(s.paper.Width, 0)
	s.lines, s.codes = nil, nil
}

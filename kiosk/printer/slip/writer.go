package slip

import (
	"fmt"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"

	"stationkeeper/kiosk/printer/escpos"
)

// Style says how a printer is to be spoken to.
type Style struct {
	// Dots is how many a line has: 384 on paper of 58 mm, 576 on 80 mm.
	Dots int
	// Drawn sends everything as pictures, for a printer without Chinese characters.
	Drawn bool
	// DrawnQR sends QR codes as pictures, for a printer that cannot make them.
	DrawnQR bool
	// Raster is how pictures are sent: escpos.RasterBits, which an empty one means, or escpos.RasterGraphics.
	Raster string
	// Cut is escpos.PartialCut, which an empty one means, FullCut or NoCut.
	Cut string
	// Regular and Bold are fonts (OpenType) to draw with. Without them, what would have to be drawn is refused.
	Regular, Bold []byte
}

// Writer makes documents of slips. It is safe for use by several goroutines.
type Writer struct {
	style Style

	mu    sync.Mutex // faces draw one text at a time
	fonts map[bool]*opentype.Font
	faces map[face]font.Face
}

type face struct {
	bold bool
	dots int
}

// NewWriter returns a writer. The error says which part of the style is wrong.
func NewWriter(style Style) (*Writer, error) {
	if style.Dots < 160 || style.Dots > escpos.MaxDots {
		return nil, fmt.Errorf("paper of %d dots: expected 160 to %d, such as 384 for 58 mm and 576 for 80 mm", style.Dots, escpos.MaxDots)
	}
	w := &Writer{style: style, fonts: map[bool]*opentype.Font{}, faces: map[face]font.Face{}}
	for bold, content := range map[bool][]byte{false: style.Regular, true: style.Bold} {
		if content == nil {
			continue
		}
		f, err := opentype.Parse(content)
		if err != nil {
			return nil, fmt.Errorf("font to print with, bold %t: %w", bold, err)
		}
		w.fonts[bold] = f
	}
	if style.Drawn && len(w.fonts) < 2 {
		return nil, fmt.Errorf("a printer without characters: expected a regular and a bold font to draw with")
	}
	return w, nil
}

// Write makes a document of a slip, from the first command to the cut.
func (w *Writer) Write(s Slip) (Document, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := Document{Parts: [][]byte{escpos.Initialize()}}
	if !w.style.Drawn {
		d.Parts = append(d.Parts, escpos.Chinese())
	}
	dots := 0
	for i, item := range s {
		parts, height, err := w.parts(item)
		if err != nil {
			return Document{}, fmt.Errorf("item %d of a slip: %w", i, err)
		}
		d.Parts = append(d.Parts, parts...)
		dots += height
	}
	d.Parts = append(d.Parts, escpos.Cut(w.style.Cut))
	d.Length = (dots+escpos.PerMM-1)/escpos.PerMM + escpos.Gap
	d.Parts = join(d.Parts)
	return d, nil
}

func (w *Writer) parts(item Item) ([][]byte, int, error) {
	if w.style.Drawn {
		return w.asPicture(item)
	}
	return item.commands(w)
}

// asPicture draws an item across the paper.
func (w *Writer) asPicture(item Item) ([][]byte, int, error) {
	paper := escpos.NewBits(w.style.Dots, 0)
	if err := item.draw(w, paper); err != nil {
		return nil, 0, err
	}
	return escpos.Raster(paper, w.style.Raster), paper.Height, nil
}

// Draw draws a slip as it would look on paper, without the gap to the cutter.
func (w *Writer) Draw(s Slip) (*escpos.Bits, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	paper := escpos.NewBits(w.style.Dots, 0)
	for i, item := range s {
		if err := item.draw(w, paper); err != nil {
			return nil, fmt.Errorf("item %d of a slip: %w", i, err)
		}
	}
	return paper, nil
}

// most is how many bytes a part has at most, unless a single command has more: what a printer is trusted with before it
// is asked again how it is.
const most = 4096

// join puts short parts together.
func join(parts [][]byte) [][]byte {
	var joined [][]byte
	var part []byte
	for _, p := range parts {
		if len(part) > 0 && len(part)+len(p) > most {
			joined = append(joined, part)
			part = nil
		}
		part = append(part, p...)
	}
	if len(part) > 0 {
		joined = append(joined, part)
	}
	return joined
}

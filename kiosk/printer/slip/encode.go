package slip

import (
	"slices"
	"strings"

	"stationkeeper/kiosk/printer/escpos"
)

// height is that of a line of text, in dots: the printer's distance between lines, or its characters' height if that is
// more (ESC 2).
func height(size int) int { return max(escpos.Line, escpos.Wide*size) }

// columns is how many columns of font A a line has at a size.
func (w *Writer) columns(size int) int { return w.style.Dots / (escpos.Narrow * size) }

// fit returns the largest size up to the one that is wanted at which the longest word fits the line.
func (w *Writer) fit(t Text) int {
	longest := 1
	for _, word := range strings.FieldsFunc(t.Words, func(r rune) bool { return r == ' ' || wide(r) }) {
		longest = max(longest, escpos.Columns(word))
	}
	size := min(max(t.Size, 1), 8)
	for size > 1 && longest > w.columns(size) {
		size--
	}
	return size
}

// missing is the mark that Chinese printers set where a character is missing.
const missing = '〓'

// spell replaces what the printer has no characters for.
func spell(text string) string {
	return strings.Map(func(r rune) rune {
		if escpos.Printable(string(r)) {
			return r
		}
		return missing
	}, text)
}

func (t Text) commands(w *Writer) ([][]byte, int, error) {
	if !escpos.Printable(t.Words) {
		if len(w.fonts) == 2 {
			return w.asPicture(t)
		}
		t.Words = spell(t.Words)
	}
	size := w.fit(t)
	lines := wrap(t.Words, w.columns(size), escpos.Columns)
	part := slices.Concat(escpos.Justify(t.Align), escpos.Size(size), escpos.Bold(t.Bold))
	for _, line := range lines {
		part = append(part, escpos.Text(line)...)
		part = append(part, escpos.LF)
	}
	part = slices.Concat(part, escpos.Bold(false), escpos.Size(1), escpos.Justify(escpos.Left))
	return [][]byte{part}, height(size) * len(lines), nil
}

func (p Pair) commands(w *Writer) ([][]byte, int, error) {
	if !escpos.Printable(p.Left + p.Right) {
		if len(w.fonts) == 2 {
			return w.asPicture(p)
		}
		p.Left, p.Right = spell(p.Left), spell(p.Right)
	}
	left, right := Text{Words: p.Left}, Text{Words: p.Right, Align: escpos.Right, Bold: p.Bold}
	blank := w.columns(1) - escpos.Columns(p.Left) - escpos.Columns(p.Right)
	if blank < 1 {
		return both(w, left, right)
	}
	part := slices.Concat(escpos.Text(p.Left+strings.Repeat(" ", blank)), escpos.Bold(p.Bold), escpos.Text(p.Right),
		[]byte{escpos.LF}, escpos.Bold(false))
	return [][]byte{part}, height(1), nil
}

func both(w *Writer, left, right Text) ([][]byte, int, error) {
	upper, h1, err := left.commands(w)
	if err != nil {
		return nil, 0, err
	}
	lower, h2, err := right.commands(w)
	return append(upper, lower...), h1 + h2, err
}

func (Rule) commands(w *Writer) ([][]byte, int, error) {
	return [][]byte{append([]byte(strings.Repeat("-", w.columns(1))), escpos.LF)}, height(1), nil
}

func (s Space) commands(*Writer) ([][]byte, int, error) {
	n := max(s.Lines, 1)
	return [][]byte{escpos.Feed(n)}, n * escpos.Line, nil
}

func (q QR) commands(w *Writer) ([][]byte, int, error) {
	if w.style.DrawnQR {
		return w.asPicture(q)
	}
	modules, err := escpos.QRModules(q.Content)
	if err != nil {
		return nil, 0, err
	}
	module := q.module(w, modules.Width)
	part := slices.Concat(escpos.Justify(escpos.Center), escpos.QR(q.Content, module), escpos.Justify(escpos.Left))
	return [][]byte{part}, module * modules.Width, nil
}

// quiet is the white margin of a QR code, in modules on each side (ISO/IEC 18004).
const quiet = 4

// module is how many dots wide a code's modules are, 2 to 12, so that it is about as wide as is wanted and fits the
// paper with its margin.
func (q QR) module(w *Writer, modules int) int {
	return min(max(q.MM*escpos.PerMM/modules, 2), w.style.Dots/(modules+2*quiet), 12)
}

func (p Picture) commands(w *Writer) ([][]byte, int, error) { return w.asPicture(p) }

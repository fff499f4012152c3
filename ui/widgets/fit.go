package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"github.com/go-text/typesetting/segmenter"
)

// pitch is the distance of two lines of text, in text sizes.
const pitch = 1.25

// shrink is the step in which a text is made smaller until it fits.
const shrink = 0.94

// space is what a text has to fit into.
type space struct {
	box fyne.Size
	// want and least are the text sizes to begin and to end with.
	want, least float32
	// lines is the largest number of lines.
	lines int
}

// oneLine is how much smaller a text is made rather than broken into more lines.
const oneLine = 0.82

// fit breaks a text into lines and finds the largest size at which they fit. One line that is a little smaller is
// better than two; two lines are about equally long. When even the least size is too large, the text is cut, ends in
// "…", and whole is false.
func fit(text string, s space, width func(line string, size float32) float32) (lines []string, size float32, whole bool) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || s.want <= 0 {
		return nil, s.want, text == ""
	}
	pieces := breakable(text)
	for size = s.want; size >= max(s.least, s.want*oneLine) && pitch*size <= s.box.Height; size *= shrink {
		if width(text, size) <= s.box.Width {
			return []string{text}, size, true
		}
	}
	for size = s.want; ; size = max(s.least, size*shrink) {
		most := max(1, min(s.lines, int(s.box.Height/(pitch*size))))
		measure := func(line string) float32 { return width(line, size) }
		lines, whole = wrap(pieces, s.box.Width, most, measure)
		if whole && (pitch*size*float32(len(lines)) <= s.box.Height || size <= s.least) {
			return balance(pieces, lines, s.box.Width, measure), size, true
		}
		if !whole && size <= s.least {
			return cut(lines, s.box.Width, measure), size, false
		}
	}
}

// breakable cuts a text where a line may end (Unicode Standard Annex 14).
func breakable(text string) []string {
	var s segmenter.Segmenter
	s.Init([]rune(text))
	var pieces []string
	for i := s.LineIterator(); i.Next(); {
		pieces = append(pieces, string(i.Line().Text))
	}
	return pieces
}

// wrap fills lines with pieces. It gives at most as many lines as there may be, and whole is false when something was
// left over or a piece is wider than a line.
func wrap(pieces []string, room float32, most int, width func(string) float32) (lines []string, whole bool) {
	line := ""
	for i, piece := range pieces {
		longer := line + piece
		if line == "" || width(strings.TrimSpace(longer)) <= room {
			line = longer
			continue
		}
		if len(lines) == most-1 { // what is left over goes into the last line, to be cut
			return append(lines, line+strings.Join(pieces[i:], "")), false
		}
		lines = append(lines, strings.TrimSpace(line))
		line = piece
	}
	lines = append(lines, strings.TrimSpace(line))
	for _, l := range lines {
		if width(l) > room {
			return lines, false
		}
	}
	return lines, true
}

// balance breaks the same text into the same number of lines in the narrowest room that holds them.
func balance(pieces, lines []string, room float32, width func(string) float32) []string {
	if len(lines) < 2 {
		return lines
	}
	for narrower := room * 0.95; narrower > room/4; narrower *= 0.95 {
		tried, whole := wrap(pieces, narrower, len(lines), width)
		if !whole {
			break
		}
		lines = tried
	}
	return lines
}

// cut shortens every line that is too wide.
func cut(lines []string, room float32, width func(string) float32) []string {
	for i, line := range lines {
		runes := []rune(line)
		for n := len(runes) - 1; n > 0 && width(lines[i]) > room; n-- {
			lines[i] = strings.TrimSpace(string(runes[:n])) + "…"
		}
	}
	return lines
}

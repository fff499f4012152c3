package slip

import (
	"strings"
	"unicode"
)

// wrap breaks text into lines that are at most limit wide, as width measures them. It breaks at blanks and between
// Chinese characters, and within a word only when that alone is wider than a line. Punctuation that closes does not
// begin a line, unless nothing else is left to break.
func wrap(text string, limit int, width func(string) int) []string {
	var lines []string
	line := ""
	for _, piece := range pieces(text) {
		switch {
		case width(strings.TrimRight(line+piece, " ")) <= limit:
			line += piece
			continue
		case strings.TrimSpace(line) != "":
			lines = append(lines, strings.TrimRight(line, " "))
		}
		line = strings.TrimLeft(piece, " ")
		for width(strings.TrimRight(line, " ")) > limit {
			n := fitting(line, limit, width)
			lines = append(lines, line[:n])
			line = line[n:]
		}
	}
	if line = strings.TrimRight(line, " "); line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// fitting is how many bytes of line fit, at least one character.
func fitting(line string, limit int, width func(string) int) int {
	fits := 0
	for i, r := range line {
		end := i + len(string(r))
		if i > 0 && width(line[:end]) > limit {
			break
		}
		fits = end
	}
	return fits
}

// pieces cuts text where a line may be broken: after blanks and beside Chinese characters.
func pieces(text string) []string {
	var all []string
	start := 0
	var before rune
	for i, r := range text {
		if i > start && (before == ' ' && r != ' ' || (wide(r) || wide(before)) && r != ' ' && !closes(r)) {
			all = append(all, text[start:i])
			start = i
		}
		before = r
	}
	return append(all, text[start:])
}

// wide tells characters between which Chinese text may be broken.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}

func closes(r rune) bool {
	return strings.ContainsRune("，。、；：？！）》」』】…,.;:?!)", r)
}

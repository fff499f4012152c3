package escpos

import (
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Printable tells whether the printer's own characters can spell text: those of GBK, which GB 18030 spells in one byte
// or two. The four-byte part of GB 18030 has rare names and the letters of many languages; printers read it, but have
// no characters for it.
func Printable(text string) bool {
	encoder := simplifiedchinese.GB18030.NewEncoder()
	for _, r := range text {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return false
		}
		if r < 0x80 {
			continue
		}
		if b, err := encoder.Bytes([]byte(string(r))); err != nil || len(b) != 2 {
			return false
		}
	}
	return true
}

// Text spells text in GB 18030. Control characters, which would be commands, become blanks, and so do bytes that are no
// UTF-8.
func Text(text string) []byte {
	clean := make([]rune, 0, len(text))
	for _, r := range text {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			r = ' '
		}
		clean = append(clean, r)
	}
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(string(clean)))
	if err != nil {
		panic("escpos: GB 18030 spells every character: " + err.Error())
	}
	return b
}

// Columns is how wide text is, in columns of font A's width: one for ASCII, two for everything else.
func Columns(text string) int {
	n := 0
	for _, r := range text {
		n += RuneColumns(r)
	}
	return n
}

// RuneColumns is Columns of one character.
func RuneColumns(r rune) int {
	if r < 0x80 {
		return 1
	}
	return Wide / Narrow
}

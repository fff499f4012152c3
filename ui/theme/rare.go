package theme

import (
	"bytes"
	"fmt"
	"sync"

	"fyne.io/fyne/v2"
	typeset "github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
)

// Source is the font that a text has to be drawn with: nil for the theme's, and, when the text has a character that GB 2312
// lacks, as rare names do (㐂, 𠮷), a font of every Chinese character. That one is read when the first such text is drawn:
// it takes 11 MB. It has one weight.
func Source(text string) fyne.Resource {
	for _, r := range text {
		if isHan(r) && !usual()(r) {
			return rare()
		}
	}
	return nil
}

// isHan tells whether a character is an ideograph, which the theme's fonts may lack.
func isHan(r rune) bool {
	return r >= 0x3400 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0x20000 && r <= 0x323AF
}

// usual tells which characters the theme's fonts have. It reads the font's table of characters, once, and nothing else of
// it. Where that cannot be read, New, or the drawing of any text, says so.
var usual = sync.OnceValue(func() func(rune) bool {
	characters, err := charactersOf("lobby-regular.otf")
	if err != nil {
		return func(rune) bool { return true }
	}
	return func(r rune) bool {
		_, ok := characters.Lookup(r)
		return ok
	}
})

func charactersOf(name string) (typeset.Cmap, error) {
	made, err := font(name)
	if err != nil {
		return nil, err
	}
	loader, err := opentype.NewLoader(bytes.NewReader(made.Content()))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	raw, err := loader.RawTable(opentype.MustNewTag("cmap"))
	if err != nil {
		return nil, fmt.Errorf("read the characters of %s: %w", name, err)
	}
	table, _, err := tables.ParseCmap(raw)
	if err != nil {
		return nil, fmt.Errorf("read the characters of %s: %w", name, err)
	}
	characters, _, err := typeset.ProcessCmap(table, tables.FPNone)
	return characters, err
}

// rare is the font of every Chinese character; nil when it was not made before the program was built: then whatever fonts
// the machine has are tried.
var rare = sync.OnceValue(func() fyne.Resource {
	made, err := font("lobby-rare.otf")
	if err != nil {
		return nil
	}
	return made
})

// Package bilingual is a text in the two languages of the lobby, as it stands in documents and on pages: the same thing
// said twice, never one of them alone.
package bilingual

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"stationkeeper/internal/document"
)

// English is the ISO 639-1 code of the second language; everybody else reads the first, Chinese.
const (
	Chinese = "zh"
	English = "en"
)

// Text is what is said, in Simplified Chinese and in English.
type Text struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// In is the text in a language: English in "en", Chinese in every other.
func (t Text) In(language string) string {
	if language == English {
		return t.En
	}
	return t.Zh
}

// Empty tells whether nothing is said in either language.
func (t Text) Empty() bool { return t.Zh == "" && t.En == "" }

// Limit is how long a text may be to fit where it is shown, in characters. An English letter is half as wide as a
// Chinese character.
type Limit struct{ Zh, En int }

// Limits of where texts stand on the touchscreen and on a telephone.
var (
	Button   = Limit{Zh: 14, En: 32}
	Heading  = Limit{Zh: 24, En: 60}
	Sentence = Limit{Zh: 100, En: 260}
)

// Check notes what is wrong with a text: a language missing, too long, blanks around it, or characters that are not
// shown.
func (t Text) Check(p *document.Problems, path string, most Limit) {
	checkOne(p, path+".zh", t.Zh, most.Zh)
	checkOne(p, path+".en", t.En, most.En)
}

func checkOne(p *document.Problems, path, text string, most int) {
	switch n := utf8.RuneCountInString(text); {
	case text == "":
		p.Add(path, "the text is missing: both languages are required")
	case !utf8.ValidString(text):
		p.Add(path, "not UTF-8")
	case n > most:
		p.Add(path, "%d characters, and %d fit", n, most)
	case strings.TrimSpace(text) != text:
		p.Add(path, "begins or ends with a blank")
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }):
		p.Add(path, "has a character that is not shown, such as a line break")
	}
}

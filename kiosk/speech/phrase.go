package speech

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Language is one that is spoken.
type Language string

const (
	Chinese Language = "zh"
	English Language = "en"
)

// Counter is a counter as it is spoken of.
type Counter struct {
	// ID names its clips. Zh and En are its names as they are written.
	ID, Zh, En string
}

// Part is the smallest piece of what is said: a clip, or a few words for the synthesiser.
type Part struct {
	Clip string
	Text string
}

// Phrase is a sentence in one language.
type Phrase struct {
	Language Language
	Parts    []Part
}

// Text is the whole sentence, for the synthesiser.
func (p Phrase) Text() string {
	var text strings.Builder
	for _, part := range p.Parts {
		text.WriteString(part.Text)
	}
	return strings.TrimSpace(text.String())
}

// digits as they are read one by one in Chinese. One is 幺, as wherever Chinese reads out a number of several places
// (rooms, flights, telephones): 一 (yī) is easily heard as 七 (qī) in a hall.
var digits = []rune("零幺二三四五六七八九")

// Say is the sentence that calls the holder of a number to a counter. The short one leaves out all but the two.
func Say(l Language, number string, c Counter, short bool) Phrase {
	p := Phrase{Language: l}
	counter := Part{Clip: "counter-" + c.ID, Text: SpokenName(l, c)}
	switch {
	case l == English && short:
		p.Parts = append(spell(l, number), Part{Text: ", "}, counter)
	case l == English:
		p.Parts = append(append([]Part{{"ticket", "Ticket "}}, spell(l, number)...), Part{"please-go-to", ", please go to "}, counter)
	case short:
		p.Parts = append(spell(l, number), Part{Text: "，"}, counter)
	default:
		p.Parts = append(append([]Part{{"please", "请 "}}, spell(l, number)...), Part{"to", "号，到 "}, counter)
	}
	return p
}

// spell reads a number letter by letter and digit by digit; anything else in it is passed over.
func spell(l Language, number string) []Part {
	var parts []Part
	for _, r := range strings.ToUpper(number) {
		text := string(r)
		switch {
		case r >= '0' && r <= '9' && l == Chinese:
			text = string(digits[r-'0'])
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
		default:
			continue
		}
		if l == English && len(parts) > 0 {
			parts[len(parts)-1].Text += ", " // a breath between digits, which otherwise run together
		} else if l == Chinese {
			text += " "
		}
		parts = append(parts, Part{Clip: string(r), Text: text})
	}
	return parts
}

var (
	// aside is what stands in brackets in a name: it is written, not said.
	aside   = regexp.MustCompile(`[(（\[【][^)）\]】]*[)）\]】]`)
	numeral = regexp.MustCompile(`[0-9]+`)
	capital = regexp.MustCompile(`[A-Z]+`)
)

// SpokenName is the counter's name as it is said: without what stands in brackets, and with its numerals as words in
// Chinese. A name of which nothing is left is replaced by the id.
func SpokenName(l Language, c Counter) string {
	name := c.En
	if l == Chinese {
		name = c.Zh
	}
	name = strings.TrimSpace(aside.ReplaceAllString(name, ""))
	if !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		name = c.ID
	}
	if l == English {
		return strings.Replace(name, "Counter", "counter", 1)
	}
	name = numeral.ReplaceAllStringFunc(name, cardinal)
	// Capitals are letters: together they would be read as pinyin.
	return capital.ReplaceAllStringFunc(name, func(letters string) string {
		return strings.Join(strings.Split(letters, ""), " ") + " "
	})
}

// cardinal reads a whole number up to 99 as a number, which is how counters are called ("十二号窗口"), and others digit
// by digit.
func cardinal(numeral string) string {
	n, err := strconv.Atoi(numeral)
	if err != nil || n > 99 || n == 0 {
		var spelt strings.Builder
		for _, r := range numeral {
			spelt.WriteRune(digits[r-'0'])
		}
		return spelt.String()
	}
	plain := []rune("零一二三四五六七八九")
	text := ""
	if n >= 20 {
		text = string(plain[n/10])
	}
	if n >= 10 {
		text += "十"
	}
	if n%10 > 0 {
		text += string(plain[n%10])
	}
	return text
}

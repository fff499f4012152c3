package lang

import "strings"

// Aloud makes one text of several to be read aloud: every part is a sentence, so that there is a pause after it.
func Aloud(l Language, parts ...string) string {
	stop, ends := ". ", ".!?:…"
	if l == Chinese {
		stop, ends = "。", "。！？：…"
	}
	var b strings.Builder
	for _, part := range parts {
		part = strings.TrimSpace(part)
		switch {
		case part == "":
		case strings.ContainsRune(ends, last(part)):
			b.WriteString(part + strings.TrimLeft(stop, ".。"))
		default:
			b.WriteString(part + stop)
		}
	}
	return strings.TrimSpace(b.String())
}

func last(s string) rune {
	runes := []rune(s)
	return runes[len(runes)-1]
}

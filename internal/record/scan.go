package record

// The functions of this file find where a JSON value ends. They know compact JSON only, nested at most maxNesting deep:
// what they pass is what encoding/json would pass, and what they do not pass is for encoding/json to decide. Each takes
// the text and the index at which to begin and returns the index after the end, or bad.
//
// They exist because every record is looked at on both sides of the wire, and encoding/json, which has to be ready for
// anything, takes several times as long for it.

const (
	bad        = -1
	maxNesting = 32
)

// plain are the bytes that stand for themselves inside a string.
type plain [256]bool

// anyPlain takes strings as JSON allows them; bytes that are not UTF-8 are among them, as for encoding/json.
var anyPlain = func() (t plain) {
	for c := 0x20; c < len(t); c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// safePlain takes strings only as encoding/json writes them: it escapes what could end a script in a page. Byte 0xE2 begins
// the two separators that JavaScript takes for line ends, and much else; stringEnd looks further.
var safePlain = func() (t plain) {
	t = anyPlain
	for _, c := range []byte{'<', '>', '&', 0xE2} {
		t[c] = false
	}
	return t
}()

// simple are the bytes of a string that encoding/json reads and writes unchanged.
var simple = func() (t plain) {
	t = safePlain
	for c := 0x7F; c < len(t); c++ {
		t[c] = false
	}
	return t
}()

// objectEnd ends an object that begins at text[i].
func objectEnd(text []byte, i int, p *plain, depth int) int {
	if depth == 0 || i >= len(text) || text[i] != '{' {
		return bad
	}
	i++
	if i < len(text) && text[i] == '}' {
		return i + 1
	}
	for i < len(text) && text[i] == '"' {
		if i = stringEnd(text, i, p); i == bad || i >= len(text) || text[i] != ':' {
			return bad
		}
		if i = valueEnd(text, i+1, p, depth-1); i == bad || i >= len(text) {
			return bad
		}
		switch text[i] {
		case '}':
			return i + 1
		case ',':
			i++
		default:
			return bad
		}
	}
	return bad
}

// arrayEnd ends an array that begins at text[i].
func arrayEnd(text []byte, i int, p *plain, depth int) int {
	if depth == 0 {
		return bad
	}
	i++
	if i < len(text) && text[i] == ']' {
		return i + 1
	}
	for {
		if i = valueEnd(text, i, p, depth-1); i == bad || i >= len(text) {
			return bad
		}
		switch text[i] {
		case ']':
			return i + 1
		case ',':
			i++
		default:
			return bad
		}
	}
}

func valueEnd(text []byte, i int, p *plain, depth int) int {
	if i >= len(text) {
		return bad
	}
	switch text[i] {
	case '"':
		return stringEnd(text, i, p)
	case '{':
		return objectEnd(text, i, p, depth)
	case '[':
		return arrayEnd(text, i, p, depth)
	case 't':
		return wordEnd(text, i, "true")
	case 'f':
		return wordEnd(text, i, "false")
	case 'n':
		return wordEnd(text, i, "null")
	}
	return numberEnd(text, i)
}

// stringEnd ends a string whose opening quote is text[i].
func stringEnd(text []byte, i int, p *plain) int {
	i++
	for i < len(text) {
		c := text[i]
		switch {
		case p[c]:
			i++
		case c == '"':
			return i + 1
		case c == '\\':
			if i = escapeEnd(text, i+1); i == bad {
				return bad
			}
		case c == 0xE2 && !(i+2 < len(text) && text[i+1] == 0x80 && text[i+2]&^1 == 0xA8):
			i++
		default:
			return bad
		}
	}
	return bad
}

// escapeEnd ends an escape whose backslash is before text[i].
func escapeEnd(text []byte, i int) int {
	if i >= len(text) {
		return bad
	}
	switch text[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		if i+4 >= len(text) {
			return bad
		}
		for _, c := range text[i+1 : i+5] {
			if classes[c]&isHex == 0 && (c < 'A' || c > 'F') {
				return bad
			}
		}
		return i + 5
	}
	return bad
}

func wordEnd(text []byte, i int, word string) int {
	if len(text)-i < len(word) || string(text[i:i+len(word)]) != word {
		return bad
	}
	return i + len(word)
}

func numberEnd(text []byte, i int) int {
	if i < len(text) && text[i] == '-' {
		i++
	}
	if i < len(text) && text[i] == '0' {
		i++
	} else if i = digitsEnd(text, i); i == bad {
		return bad
	}
	if i < len(text) && text[i] == '.' {
		if i = digitsEnd(text, i+1); i == bad {
			return bad
		}
	}
	if i < len(text) && text[i]|0x20 == 'e' {
		if i++; i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		return digitsEnd(text, i)
	}
	return i
}

// digitsEnd ends a run of at least one digit.
func digitsEnd(text []byte, i int) int {
	start := i
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	if i == start {
		return bad
	}
	return i
}

package record

import "fmt"

// class says where an ASCII byte may stand in a name.
type class uint8

const (
	begins class = 1 << iota // first byte of a name: a letter or a digit
	goesOn                   // any other byte of a name: '_', '.' and '-' too
	lowBegins
	lowGoesOn // the same for one word of a type: no capitals, and no dot, which parts the words
	isHex
)

// classes is written out by rule once, because a name is looked at for every record.
var classes = func() (t [256]class) {
	for c := range t {
		lower, digit := c >= 'a' && c <= 'z', c >= '0' && c <= '9'
		if lower || digit {
			t[c] |= begins | goesOn | lowBegins | lowGoesOn
		}
		if c >= 'A' && c <= 'Z' {
			t[c] |= begins | goesOn
		}
		if digit || c >= 'a' && c <= 'f' {
			t[c] |= isHex
		}
	}
	t['_'] |= goesOn | lowGoesOn
	t['-'] |= goesOn | lowGoesOn
	t['.'] |= goesOn
	return t
}()

const (
	maxName   = 64 // bytes of one name
	maxLevels = 8  // names in a point
	maxType   = 64 // bytes of a type
)

// isName reports whether s is 1 to 64 letters, digits, '_', '.' and '-' of which the first is a letter or digit.
func isName(s string) bool {
	if len(s) == 0 || len(s) > maxName || classes[s[0]]&begins == 0 {
		return false
	}
	for i := 1; i < len(s); i++ {
		if classes[s[i]]&goesOn == 0 {
			return false
		}
	}
	return true
}

// isPoint reports whether s is one to eight names separated by "/".
func isPoint(s string) bool {
	start, levels := 0, 1
	for i := 0; i < len(s); i++ {
		if s[i] != '/' {
			continue
		}
		if !isName(s[start:i]) {
			return false
		}
		start, levels = i+1, levels+1
	}
	return levels <= maxLevels && isName(s[start:])
}

// isType reports whether s is two or more lower-case words separated by dots, at most 64 bytes.
func isType(s string) bool {
	if len(s) > maxType {
		return false
	}
	words, begin := 0, true
	for i := 0; i < len(s); i++ {
		switch c := classes[s[i]]; {
		case begin && c&lowBegins != 0:
			words, begin = words+1, false
		case !begin && s[i] == '.':
			begin = true
		case begin || c&lowGoesOn == 0:
			return false
		}
	}
	return words >= 2 && !begin
}

// isEpoch reports whether s is a UUID in lower case.
func isEpoch(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if classes[s[i]]&isHex == 0 {
				return false
			}
		}
	}
	return true
}

// CheckName refuses a station or node name that cannot stand as one level of an MQTT topic.
func CheckName(what, name string) error {
	if !isName(name) {
		return fmt.Errorf("%s %q: expected 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit", what, name)
	}
	return nil
}

// CheckPoint refuses a point or source name: up to eight names as of CheckName, separated by "/".
func CheckPoint(point string) error {
	if !isPoint(point) {
		return fmt.Errorf("point %q: expected names of letters, digits, '.', '_', '-' separated by '/', such as machine-room/door", point)
	}
	return nil
}

// CheckEpoch refuses what is not a lower-case UUID.
func CheckEpoch(epoch string) error {
	if !isEpoch(epoch) {
		return fmt.Errorf("epoch %q: expected a UUID in lower case", epoch)
	}
	return nil
}

package scanner

import "time"

// What makes a burst of keys a scanner's. A scanner on USB types a character every 2 to 20 ms. The fastest typists need
// 60 ms (Dhakal et al., "Observations on typing from 136 million keystrokes", CHI 2018), and a key that is held down repeats
// every 33 ms or slower.
const (
	// pause is the longest time between two keys of a burst: a busy machine may be late with one.
	pause = 120 * time.Millisecond
	// pace is the longest time between two keys of a burst, on the average.
	pace = 30 * time.Millisecond
	// shortest and longest are the numbers of characters that a burst has; there are no shorter codes, and no longer
	// addresses.
	shortest, longest = 3, 512
)

// Keys are the last keys that came, as far as they may belong to a burst. The zero value has none. It is a value: every
// key makes the next one.
type Keys struct {
	text        string
	first, last time.Time
	// over tells that there were more characters than a burst has; varied that they were not one and the same.
	over, varied bool
}

// Typed is told of a character that was typed at a time. Times do not go back.
func (k Keys) Typed(char rune, at time.Time) Keys {
	if k.text == "" || at.Sub(k.last) > pause {
		return Keys{text: string(char), first: at, last: at}
	}
	k.varied = k.varied || []rune(k.text)[0] != char
	k.last = at
	if len(k.text) >= longest {
		k.over = true
		return k
	}
	k.text += string(char)
	return k
}

// Entered is told of the Enter key. When it ended a scanner's burst, text is what the scanner has read.
func (k Keys) Entered(at time.Time) (next Keys, text string, ok bool) {
	n := len([]rune(k.text))
	if n < shortest || k.over || !k.varied || at.Sub(k.last) > pause || at.Sub(k.first) > time.Duration(n)*pace {
		return Keys{}, "", false
	}
	return Keys{}, k.text, true
}

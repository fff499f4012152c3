package wedge

import (
	"errors"
	"slices"
	"strings"
	"time"

	"stationkeeper/sensors/badge"
)

// Kinds and codes of events, from linux/input-event-codes.h.
const (
	kindSync    = 0x00
	syncReport  = 0
	syncDropped = 3 // the kernel's buffer was full: events were lost up to the next report

	kindKey  = 0x01
	released = 0
	pressed  = 1

	keyEscape     = 1
	keyBackspace  = 14
	keyTab        = 15
	keyEnter      = 28
	keyLeftShift  = 42
	keyRightShift = 54
	keyPadEnter   = 96
)

// layout is what keys type on a US layout, plain and with shift, by ranges of codes. Those of the keypad type digits
// whatever the state of num lock.
var layout = []struct {
	first          uint16
	plain, shifted string
}{
	{2, "1234567890-=", "!@#$%^&*()_+"},
	{16, "QWERTYUIOP[]", "QWERTYUIOP{}"},
	{30, "ASDFGHJKL;'`", `ASDFGHJKL:"~`},
	{43, `\ZXCVBNM,./`, "|ZXCVBNM<>?"},
	{55, "*", "*"},
	{57, " ", " "},
	{71, "789-456+1230.", "789-456+1230."},
	{98, "/", "/"},
}

// character is what a key types; false for keys that type nothing.
func character(code uint16, shift bool) (byte, bool) {
	for _, row := range layout {
		if code < row.first || int(code-row.first) >= len(row.plain) {
			continue
		}
		if shift {
			return row.shifted[code-row.first], true
		}
		return row.plain[code-row.first], true
	}
	return 0, false
}

var (
	errLost   = errors.New("characters of a card were lost on the way from the USB reader: the machine was too busy; show the card again")
	errLength = errors.New("the USB reader typed something that has not the length of a card's number: check the length that is configured, and how the reader is set up")
	errEnd    = errors.New("the USB reader typed a number without Enter after it: set the reader up to type Enter, or configure it as unterminated")
)

// typed is what came of an event: a card, keys, a fault, or nothing yet.
type typed struct {
	card  badge.Card
	keys  []rune
	fault error
}

// typist makes numbers and keys of a reader's events.
type typist struct {
	shortest, longest    int
	keypad, unterminated bool
	gap                  time.Duration

	text []byte    // what has been typed so far
	last time.Time // when its last character came; zero when there is none
	lost bool      // some of it is missing
	// dropping is true from the kernel's word that it lost events until they are whole again.
	dropping bool
	shift    bool
}

func newTypist(o Options) *typist {
	t := &typist{shortest: o.Shortest, longest: longest, keypad: o.Keypad, unterminated: o.Unterminated, gap: o.Gap}
	if t.shortest == 0 {
		t.shortest = shortest
	}
	if o.Length > 0 {
		t.shortest, t.longest = o.Length, o.Length
	}
	if t.gap == 0 {
		t.gap = gap
		if o.Keypad || o.Unterminated {
			t.gap = shortGap
		}
	}
	return t
}

// deadline is when silence ends what has been typed; zero when nothing has.
func (t *typist) deadline() time.Time {
	if t.last.IsZero() {
		return time.Time{}
	}
	return t.last.Add(t.gap)
}

// event takes one event into account.
func (t *typist) event(e event, at time.Time) typed {
	switch {
	case e.kind == kindSync && e.code == syncDropped:
		t.dropping, t.lost, t.shift, t.last = true, true, false, at
	case t.dropping:
		t.dropping = e.kind != kindSync || e.code != syncReport
	case e.kind == kindKey && (e.code == keyLeftShift || e.code == keyRightShift):
		t.shift = e.value != released
	case e.kind == kindKey && e.value == pressed:
		return t.press(e.code, at)
	}
	return typed{}
}

func (t *typist) press(code uint16, at time.Time) typed {
	switch code {
	case keyEnter, keyPadEnter, keyTab:
		return t.end(true)
	case keyEscape, keyBackspace:
		if t.keypad {
			t.add('*', at)
		}
		return typed{}
	}
	if c, ok := character(code, t.shift); ok {
		t.add(c, at)
	}
	return typed{}
}

// add keeps no more than it needs to know that it is too much.
func (t *typist) add(c byte, at time.Time) {
	t.last = at
	if len(t.text) <= t.longest {
		t.text = append(t.text, c)
	}
}

// silence says that nothing was typed for the gap.
func (t *typist) silence() typed { return t.end(false) }

// end judges what has been typed, entered or followed by silence, and starts anew.
func (t *typist) end(entered bool) typed {
	text, lost, nothing := string(t.text), t.lost, t.last.IsZero()
	t.text, t.last, t.lost = nil, time.Time{}, false
	switch {
	case lost:
		return typed{fault: errLost}
	case nothing && !(entered && t.keypad):
		return typed{} // Enter after a Tab, and the deadline of what has ended
	case t.keypad && len(text) < t.shortest:
		return typed{keys: keys(text, entered)}
	case len(text) < t.shortest || len(text) > t.longest:
		return typed{fault: errLength}
	case !entered && !t.unterminated:
		return typed{fault: errEnd}
	}
	return typed{card: badge.Card(text)}
}

// keys are the keys of a keypad among characters.
func keys(text string, entered bool) []rune {
	if entered {
		text += "#"
	}
	return slices.DeleteFunc([]rune(text), func(r rune) bool { return !strings.ContainsRune("0123456789*#", r) })
}

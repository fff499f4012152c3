// Package badge is the contract of a badge reader: what it tells when a card is held to it or a key is pressed.
//
// A driver is a package below this one with a function
//
//	Watch(ctx context.Context, o Options, report func(badge.Sighting))
//
// that reports from one goroutine until ctx ends, and heals itself: a reader that is unplugged, or whose bus fails,
// is reported as a fault once per cause, tried again, and reported to work again. Options have defaults for their
// zero values and a Validate that names everything that is wrong. Teller and Keep are what drivers have in common.
//
// # OSDP
//
// There is no driver for OSDP readers (RS-485, IEC 60839-11-5). Without its secure channel of AES-128 OSDP is no
// better than Wiegand, and no library in Go that speaks the secure channel as a control panel has a release yet, or a
// port for RS-485. A driver for it is a package with the Watch above: it polls the device, makes a card of the bits of
// osdp_RAW by wiegand.Decode and keys of osdp_KEYPAD, and reports a device that does not answer, that its housing was
// opened, or that the secure channel is refused, as a fault. The other way, osdp_LED and osdp_BUZ say what is played on
// lines for other readers: such a driver takes the tones beside its Options.
package badge

import (
	"strings"
	"time"
)

// Card is a card's number as read. It identifies a person: it is logged and written down masked only.
type Card string

// shown is how many characters of a card's number are left readable, at most.
const shown = 4

// Masked returns the number with all but its last four characters replaced by "*"; of a short one, all but its last half.
func (c Card) Masked() string {
	runes := []rune(c)
	hidden := len(runes) - min(shown, len(runes)/2)
	return strings.Repeat("*", hidden) + string(runes[hidden:])
}

// String is Masked, so that a number does not get into a log by accident.
func (c Card) String() string { return c.Masked() }

// GoString is Masked too, for %#v of whatever holds a card.
func (c Card) GoString() string { return `"` + c.Masked() + `"` }

// Sighting is one thing that was learnt from a reader: a card, a key or a fault. Without any of them it says that the
// reader works: when it was first found, and after every fault.
type Sighting struct {
	// Card is the card held to the reader; empty when there was none.
	Card Card
	// Key is the key pressed on the reader's keypad: '0' to '9', '*' or '#'; 0 when there was none. It may be part
	// of a secret: it is not logged.
	Key rune
	// At is when it was learnt.
	At time.Time
	// Fault says, in words for whoever repairs it, why the reader cannot be relied on.
	Fault error
}

// Works reports whether a sighting says that the reader works, and nothing else.
func (s Sighting) Works() bool { return s.Card == "" && s.Key == 0 && s.Fault == nil }

// String says what a sighting is, with the card masked and without the key, so that neither gets into a log by accident.
func (s Sighting) String() string {
	switch {
	case s.Fault != nil:
		return "fault: " + s.Fault.Error()
	case s.Card != "":
		return "card " + s.Card.Masked()
	case s.Key != 0:
		return "a key"
	}
	return "works"
}

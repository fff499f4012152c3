// Package badge is the contract of a badge reader: what it tells when a card is held to it.
package badge

import (
	"strings"
	"time"
)

// Card is a card's number as read. It identifies a person: it is logged and written down masked only.
type Card string

// shown is how many characters of a card's number are left readable.
const shown = 4

// Masked returns the number with all but its last four characters replaced by "*".
func (c Card) Masked() string {
	runes := []rune(c)
	hidden := max(0, len(runes)-shown)
	return strings.Repeat("*", hidden) + string(runes[hidden:])
}

// String is Masked, so that a number does not get into a log by accident.
func (c Card) String() string { return c.Masked() }

// Presentation is one card held to a reader.
type Presentation struct {
	Card Card
	At   time.Time
}

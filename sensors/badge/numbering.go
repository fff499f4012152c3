package badge

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Format is how the bytes that are on a card become the number that stands for it. What matters is that all readers
// of a station give the same number for the same card.
type Format string

const (
	// Hex is every byte as two upper-case hexadecimal digits, as printed by most tools for MIFARE cards: 04A1B2C3.
	Hex Format = "hex"
	// Decimal is the whole number as decimal, with leading zeros to ten digits: 0012345678. It is what most USB
	// readers type ("10D") and what is printed on 125 kHz cards, of a number of four bytes.
	Decimal Format = "decimal"
	// Facility is the facility code and the card's own number, the last two bytes, as decimal without a separator:
	// 3 and 5 digits from three bytes (123,45678 on a card is 12345678), 5 and 5 from four.
	Facility Format = "facility"
)

// Numbering turns the bytes of a card into its number.
type Numbering struct {
	Format Format
	// Reverse takes the bytes last first: readers do not agree on the order of a MIFARE card's.
	Reverse bool
	// Bytes is how many bytes count, the last ones after Reverse; 0 means all. USB readers that type ten digits
	// count four, whatever the card has, and readers with 26 bits of Wiegand send three.
	Bytes int
}

// Validate names everything that is wrong.
func (n Numbering) Validate() error {
	var problems []error
	if !slices.Contains([]Format{Hex, Decimal, Facility}, n.Format) {
		problems = append(problems, fmt.Errorf("the format of card numbers is %q: want %s, %s or %s", n.Format, Hex, Decimal, Facility))
	}
	if n.Bytes < 0 || n.Bytes > 10 {
		problems = append(problems, fmt.Errorf("%d bytes of a card's number: want 1 to 10, or 0 for all", n.Bytes))
	}
	return errors.Join(problems...)
}

// Card returns the number of a card with these bytes, most significant first.
func (n Numbering) Card(number []byte) Card {
	number = slices.Clone(number)
	if n.Reverse {
		slices.Reverse(number)
	}
	if n.Bytes > 0 && len(number) > n.Bytes {
		number = number[len(number)-n.Bytes:]
	}
	switch {
	case n.Format == Facility && len(number) >= 3:
		own := len(number) - 2
		digits := 3
		if own > 1 {
			digits = 5
		}
		return Card(decimal(number[:own], digits) + decimal(number[own:], 5))
	case n.Format == Hex:
		return Card(strings.ToUpper(hex.EncodeToString(number)))
	default:
		return Card(decimal(number, 10))
	}
}

// decimal is a number with leading zeros to at least that many digits.
func decimal(number []byte, digits int) string {
	return fmt.Sprintf("%0*s", digits, new(big.Int).SetBytes(number))
}

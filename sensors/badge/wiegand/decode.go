package wiegand

import (
	"errors"
	"math/bits"
)

// Reading is what a reader sent: a card's number or a key.
type Reading struct {
	// Number is the card's, without parity bits, most significant byte first; nil when it was a key.
	Number []byte
	// Key is '0' to '9', '*' or '#'; 0 when it was a card.
	Key rune
}

var (
	errParity = errors.New("the Wiegand reader sent a card whose parity is wrong: pulses are disturbed: check the cable's shield, the common ground and the level shifter")
	errLength = errors.New("the Wiegand reader sent a number of bits that no card has: pulses were lost or are noise, or the reader sends a format other than 26, 34 or 37 bits")
	errKey    = errors.New("the Wiegand reader's keypad sent what is no key: pulses are disturbed, or its keypad is not set to 4 or 8 bits a key")
)

// The lengths of what readers send, in bits.
const (
	keyPlain   = 4  // a key in four bits
	keyChecked = 8  // the same after its complement
	standard   = 26 // H10301: facility of 8 bits, number of 16
	wide       = 34 // as it, with 16 and 16 bits; readers for MIFARE send a card's four bytes this way
	long       = 37 // H10302: number of 35 bits
)

// keypad is what the four bits of a key mean, by their value; those above have no key.
const keypad = "0123456789*#"

// Decode tells what a burst of pulses means: false for one on DATA0, true for one on DATA1, in order.
//
// Cards have a parity bit in front that makes the ones of the first half even, and one behind that makes those of the
// second half odd. In 37 bits the halves share the bit in the middle.
func Decode(pulses []bool) (Reading, error) {
	var word uint64
	for _, one := range pulses {
		word <<= 1
		if one {
			word |= 1
		}
	}
	switch n := len(pulses); n {
	case keyPlain:
		return key(word)
	case keyChecked:
		if word>>4 != ^word&0xF {
			return Reading{}, errKey
		}
		return key(word & 0xF)
	case standard, wide, long:
		half := (n + 1) / 2
		if bits.OnesCount64(word>>(n-half))%2 != 0 || bits.OnesCount64(word&(1<<half-1))%2 != 1 {
			return Reading{}, errParity
		}
		return Reading{Number: number(word>>1&(1<<(n-2)-1), n-2)}, nil
	}
	return Reading{}, errLength
}

func key(value uint64) (Reading, error) {
	if value >= uint64(len(keypad)) {
		return Reading{}, errKey
	}
	return Reading{Key: rune(keypad[value])}, nil
}

// number is a value of some bits in as few bytes as hold them.
func number(value uint64, width int) []byte {
	b := make([]byte, (width+7)/8)
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte(value)
		value >>= 8
	}
	return b
}

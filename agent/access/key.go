package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Key is the secret of a station, with which card numbers and PINs are hashed. Whoever has the documents but not the key
// cannot tell from them which numbers open a door: card numbers are short enough to be tried all.
type Key []byte

// Sizes of a key in bytes. Below 16 it could be guessed, and beyond SHA-256's block it is hashed anyway (RFC 2104).
const (
	minKey = 16
	maxKey = 64
)

// Hash is a keyed hash of a card's number or of a PIN: the first 128 bits of an HMAC-SHA256, in 32 lower-case
// hexadecimal digits. 128 bits leave no two of a million cards alike.
type Hash string

const hashDigits = 32

// ParseKey reads a key from the text of a file: 32 to 128 hexadecimal digits, white space around them left out.
func ParseKey(text string) (Key, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read key of cards: expected hexadecimal digits: %w", err)
	case len(key) < minKey || len(key) > maxKey:
		return nil, fmt.Errorf("read key of cards: %d bytes, expected %d to %d; make one with: openssl rand -hex 32", len(key), minKey, maxKey)
	}
	return key, nil
}

// String hides the key, so that it does not get into a log.
func (k Key) String() string { return "key of cards" }

// GoString hides the key as String does.
func (k Key) GoString() string { return k.String() }

// Card is the hash of a card's number, which is taken as the reader spells it.
func (k Key) Card(number string) Hash { return k.sum("card", number) }

// PIN is the hash of the digits that go with a card. It is bound to the card, so that equal PINs look different.
func (k Key) PIN(card Hash, digits string) Hash { return k.sum("pin", string(card), digits) }

// sum hashes words. They are separated by a byte that is in none of them, so that no two lists of words are spelled alike.
func (k Key) sum(words ...string) Hash {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(strings.Join(words, "\x00")))
	return Hash(hex.EncodeToString(mac.Sum(nil))[:hashDigits])
}

// valid reports whether h is spelled as Card and PIN spell it.
func (h Hash) valid() bool {
	return len(h) == hashDigits && strings.Trim(string(h), "0123456789abcdef") == ""
}

// equal compares without telling by the time it takes how much was right.
func (h Hash) equal(other Hash) bool { return hmac.Equal([]byte(h), []byte(other)) }

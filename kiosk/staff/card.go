package staff

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Key is the secret of the station, with which the numbers of badges are hashed: they are short enough to be tried all
// by whoever has the roster alone.
type Key []byte

// Sizes of a key in bytes. Below 16 it could be guessed, and beyond SHA-256's block it is hashed anyway (RFC 2104).
const (
	MinKey = 16
	MaxKey = 64
)

// ParseKey reads a key from the text of a file: 32 to 128 hexadecimal digits, white space around them left out.
func ParseKey(text string) (Key, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read key of badges: expected hexadecimal digits: %w", err)
	case len(key) < MinKey || len(key) > MaxKey:
		return nil, fmt.Errorf("read key of badges: %d bytes, expected %d to %d; make one with: openssl rand -hex 32", len(key), MinKey, MaxKey)
	}
	return key, nil
}

// String hides the key, so that it does not get into a log.
func (k Key) String() string { return "key of badges" }

// GoString hides the key as String does.
func (k Key) GoString() string { return k.String() }

// badge is the keyed hash of a badge's number: the first 128 bits of an HMAC-SHA256, in 32 lower-case hexadecimal digits.
type badge string

const badgeDigits = 32

// MaxCard is how long a badge's number can be, in bytes. A reader of the keyboard kind types ten digits at most; others
// spell up to ten bytes in hexadecimal digits.
const MaxCard = 64

// Card is the hash of a badge's number, as a roster has it in "card". The number is taken as the reader types it, without
// the white space around it. With the same key it is the hash that the doors know the card by.
func (k Key) Card(number string) string {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte("card\x00" + strings.TrimSpace(number)))
	return hex.EncodeToString(mac.Sum(nil))[:badgeDigits]
}

// UnmarshalText reads what Card spells.
func (b *badge) UnmarshalText(text []byte) error {
	if len(text) != badgeDigits || strings.Trim(string(text), "0123456789abcdef") != "" {
		return fmt.Errorf("expected %d lower-case hexadecimal digits, made with: kiosk staff card", badgeDigits)
	}
	*b = badge(text)
	return nil
}

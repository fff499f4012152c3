package wiegand

import (
	"bytes"
	"errors"
	"math/big"
	"math/bits"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pulses spells bits as a reader would send them; blanks are for the eye.
func pulses(text string) []bool {
	var b []bool
	for _, c := range strings.ReplaceAll(text, " ", "") {
		b = append(b, c == '1')
	}
	return b
}

// card is what a reader sends for a number of so many bits, with its two parities.
func card(number uint64, width int) []bool {
	n := width + 2
	half := (n + 1) / 2
	word := number << 1
	if bits.OnesCount64(word>>(n-half))%2 == 1 {
		word |= 1 << (n - 1)
	}
	if bits.OnesCount64(word&(1<<half-1))%2 == 0 {
		word |= 1
	}
	b := make([]bool, n)
	for i := range b {
		b[i] = word>>(n-1-i)&1 == 1
	}
	return b
}

func TestDecode(t *testing.T) {
	cases := map[string]struct {
		bits   string
		number []byte
		key    rune
		err    error
	}{
		// 123,45678: thirteen bits are 1 01111011 1011 with nine ones before the parity, so it is 1.
		"26 bits":             {"1 01111011 1011 001001101110 1", []byte{123, 0xB2, 0x6E}, 0, nil},
		"26 bits of zero":     {"0 00000000 0000 000000000000 1", []byte{0, 0, 0}, 0, nil},
		"26 bits of ones":     {"0 11111111 1111 111111111111 1", []byte{255, 255, 255}, 0, nil},
		"front parity wrong":  {"0 01111011 1011 001001101110 1", nil, 0, errParity},
		"back parity wrong":   {"1 01111011 1011 001001101110 0", nil, 0, errParity},
		"34 bits":             {"0 00000100 10100001 10110010 11000011 1", []byte{0x04, 0xA1, 0xB2, 0xC3}, 0, nil},
		"34 bits, wrong":      {"1 00000100 10100001 10110010 11000011 1", nil, 0, errParity},
		"37 bits of one":      {"0 00000000000000000 0 00000000000000001 0", []byte{0, 0, 0, 0, 1}, 0, nil},
		"37 bits, the middle": {"1 00000000000000000 1 00000000000000000 0", []byte{0, 0, 2, 0, 0}, 0, nil},
		"37 bits, wrong":      {"0 00000000000000000 1 00000000000000000 0", nil, 0, errParity},
		"key 0":               {"0000", nil, '0', nil},
		"key 9":               {"1001", nil, '9', nil},
		"key *":               {"1010", nil, '*', nil},
		"key #":               {"1011", nil, '#', nil},
		"no key":              {"1100", nil, 0, errKey},
		"key 5 in 8 bits":     {"1010 0101", nil, '5', nil},
		"key # in 8 bits":     {"0100 1011", nil, '#', nil},
		"no key in 8 bits":    {"0000 1111", nil, 0, errKey},
		"no complement":       {"1010 0100", nil, 0, errKey},
		"nothing":             {"", nil, 0, errLength},
		"25 bits":             {strings.Repeat("0", 25), nil, 0, errLength},
		"65 bits":             {strings.Repeat("0", 65), nil, 0, errLength},
		"1000 bits":           {strings.Repeat("1", 1000), nil, 0, errLength},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(pulses(c.bits))
			if !errors.Is(err, c.err) || err != nil && c.err == nil || !bytes.Equal(got.Number, c.number) || got.Key != c.key {
				t.Errorf("got %+v, %v; want % X, %q, %v", got, err, c.number, c.key, c.err)
			}
		})
	}
}

// Every card is read as it was sent, and with any one bit wrong, or any one lost, it is no card at all.
func TestAnyCardAndAnyOneBitWrong(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.SampledFrom([]int{24, 32, 35}).Draw(t, "width")
		number := rapid.Uint64Range(0, 1<<width-1).Draw(t, "number")
		sent := card(number, width)
		got, err := Decode(sent)
		if err != nil || len(got.Number) != (width+7)/8 || new(big.Int).SetBytes(got.Number).Uint64() != number {
			t.Fatalf("got % X, %v", got.Number, err)
		}
		wrong := rapid.IntRange(0, len(sent)-1).Draw(t, "wrong")
		sent[wrong] = !sent[wrong]
		if got, err := Decode(sent); err == nil {
			t.Fatalf("bit %d wrong: read as % X", wrong, got.Number)
		}
		if got, err := Decode(append(sent[:wrong:wrong], sent[wrong+1:]...)); err == nil {
			t.Fatalf("bit %d lost: read as % X", wrong, got.Number)
		}
	})
}

func TestEveryKeyInEightBitsHasOneSpelling(t *testing.T) {
	found := ""
	for value := range 256 {
		b := make([]bool, 8)
		for i := range b {
			b[i] = value>>(7-i)&1 == 1
		}
		if r, err := Decode(b); err == nil {
			found += string(r.Key)
		}
	}
	if len(found) != len(keypad) || strings.Trim(found, keypad) != "" {
		t.Errorf("keys %q", found)
	}
}

// Whatever pulses come: a reading is a card or a key and never both, and an error comes with neither.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{0xA5}, 8)
	f.Add([]byte{0xBD, 0xD9, 0x37, 0x40}, 26)
	f.Fuzz(func(t *testing.T, raw []byte, n int) {
		n = max(0, min(n, 8*len(raw)))
		b := make([]bool, n)
		for i := range b {
			b[i] = raw[i/8]>>(7-i%8)&1 == 1
		}
		got, err := Decode(b)
		if err != nil && (got.Key != 0 || got.Number != nil) {
			t.Fatalf("%v, and yet %+v", err, got)
		}
		if err == nil && (got.Key != 0) == (got.Number != nil) {
			t.Fatalf("%d bits: %+v", n, got)
		}
		if err == nil && got.Number != nil {
			again := card(new(big.Int).SetBytes(got.Number).Uint64(), n-2)
			for i := range b {
				if again[i] != b[i] {
					t.Fatalf("bit %d of % X is not what was sent", i, got.Number)
				}
			}
		}
	})
}

package badge

import (
	"strings"
	"testing"
)

func TestNumberingGivesTheNumberThatIsPrinted(t *testing.T) {
	em := []byte{0x0A, 0x00, 0xBC, 0x61, 0x4E}                 // of a 125 kHz card: a version and 0012345678
	mifare := []byte{0x04, 0xA1, 0xB2, 0xC3}                   // four bytes
	double := []byte{0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x80} // seven
	cases := []struct {
		n    Numbering
		card []byte
		want Card
	}{
		{Numbering{Format: Hex}, mifare, "04A1B2C3"},
		{Numbering{Format: Hex, Reverse: true}, mifare, "C3B2A104"},
		{Numbering{Format: Hex}, double, "04A1B2C3D4E580"},
		{Numbering{Format: Hex, Bytes: 4}, double, "C3D4E580"},
		{Numbering{Format: Hex, Bytes: 4, Reverse: true}, double, "C3B2A104"},
		{Numbering{Format: Decimal}, []byte{0xBC, 0x61, 0x4E}, "0012345678"},
		{Numbering{Format: Decimal}, em, "42962018638"},
		{Numbering{Format: Decimal, Bytes: 4}, em, "0012345678"},
		{Numbering{Format: Decimal}, []byte{0xFF, 0xFF, 0xFF, 0xFF}, "4294967295"},
		{Numbering{Format: Decimal}, nil, "0000000000"},
		{Numbering{Format: Facility}, []byte{123, 0xB2, 0x6E}, "12345678"},
		{Numbering{Format: Facility}, []byte{1, 0, 2}, "00100002"},
		{Numbering{Format: Facility}, []byte{0x01, 0x02, 0x03, 0x04}, "0025800772"},
		{Numbering{Format: Facility, Bytes: 3}, em, "18824910"},
	}
	for _, c := range cases {
		given := string(c.card)
		if got := c.n.Card(c.card); got != c.want {
			t.Errorf("%+v of % X is %s, want %s", c.n, c.card, string(got), string(c.want))
		}
		if string(c.card) != given {
			t.Errorf("%+v changed the bytes it was given", c.n)
		}
	}
}

func TestNumberingSaysWhatIsWrong(t *testing.T) {
	for _, good := range []Numbering{{Format: Hex}, {Format: Decimal, Bytes: 10}, {Format: Facility, Reverse: true}} {
		if err := good.Validate(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	err := Numbering{Format: "octal", Bytes: 11}.Validate()
	if err == nil || !strings.Contains(err.Error(), `"octal"`) || !strings.Contains(err.Error(), "11 bytes") {
		t.Errorf("got %v, want both mistakes named", err)
	}
	if (Numbering{Format: Hex, Bytes: -1}).Validate() == nil {
		t.Error("-1 bytes are accepted")
	}
}

package serial

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"stationkeeper/sensors/badge"
)

// receive plays what a reader sends; "~" is silence.
func receive(o Options, sent string) []string {
	f := framer{options: o.complete()}
	told := []string{}
	for _, c := range []byte(sent) {
		r := received{}
		if c == '~' {
			r = f.silence()
		} else {
			r = f.step(c)
		}
		switch {
		case r.fault != nil:
			told = append(told, faultName(r.fault))
		case r.card != "":
			told = append(told, string(r.card))
		}
	}
	return told
}

func faultName(err error) string {
	for name, fault := range map[string]error{"garbage": errGarbage, "length": errLength, "cut": errCut, "sum": errSum} {
		if errors.Is(err, fault) {
			return name
		}
	}
	return err.Error()
}

func TestFramer(t *testing.T) {
	hexLines := Options{Numbering: badge.Numbering{Format: badge.Decimal}}
	rdm := Options{Frame: RDM6300}
	cases := map[string]struct {
		options Options
		sent    string
		want    []string
	}{
		"lines":                    {Options{}, "0012345678\r\n0012345679\r0012345670\n", []string{"0012345678", "0012345679", "0012345670"}},
		"blanks and small letters": {Options{}, " 04a1b2c3 \r\n", []string{"04A1B2C3"}},
		"empty lines":              {Options{}, "\r\n\r\n\n", []string{}},
		"line in STX and ETX":      {Options{}, "\x020012345678\r\n\x03\x020012345678\r\n\x03", []string{"0012345678", "0012345678"}},
		"line too short":           {Options{}, "123\r\n1234\r\n", []string{"length", "1234"}},
		"longest line":             {Options{}, strings.Repeat("7", 64) + "\n", []string{strings.Repeat("7", 64)}},
		"line too long":            {Options{}, strings.Repeat("7", 65) + "\n" + strings.Repeat("7", 5000) + "\n1234\n", []string{"length", "garbage", "1234"}},
		"line of a given length":   {Options{Length: 10}, "012345678\n0012345678\n00012345678\n", []string{"length", "0012345678", "length"}},
		"wrong speed":              {Options{}, "\xfe\x80\x00x\n0012345678\n", []string{"garbage", "0012345678"}},
		"line without end":         {Options{}, "00123~0012345678\n~~", []string{"cut", "0012345678"}},
		"hexadecimal lines":        {hexLines, "00BC614E\n00bc614e\n00BC614\n00BC61XX\n", []string{"0012345678", "0012345678", "garbage", "garbage"}},
		"enclosed":                 {Options{Frame: Enclosed}, "\x020012345678\x03\r\n\x0200\r\n12345679\x03", []string{"0012345678", "0012345679"}},
		"enclosed, tail of one":    {Options{Frame: Enclosed}, "5678\x03\x020012345678\x03", []string{"0012345678"}},
		"enclosed, one cut":        {Options{Frame: Enclosed}, "\x0200123\x020012345678\x03", []string{"cut", "0012345678"}},
		"enclosed, silence":        {Options{Frame: Enclosed}, "\x0200123~45678\x03", []string{"cut"}},
		"nothing enclosed":         {Options{Frame: Enclosed}, strings.Repeat("0012345678\r\n", 8) + "\x020012345678\x03", []string{"garbage", "garbage", "0012345678"}},
		"empty frame":              {Options{Frame: Enclosed}, "\x02\x03", []string{"length"}},
		"RDM6300":                  {rdm, "\x020A00BC614E99\x03\x020A00BC614E99\x03", []string{"0012345678", "0012345678"}},
		"ID-12":                    {rdm, "\x020A00BC614E99\r\n\x03", []string{"0012345678"}},
		"RDM6300, whole number":    {Options{Frame: RDM6300, Numbering: badge.Numbering{Format: badge.Hex}}, "\x020A00BC614E99\x03", []string{"0A00BC614E"}},
		"RDM6300, one bit wrong":   {rdm, "\x020A00BC614E98\x03\x020B00BC614E99\x03", []string{"sum", "sum"}},
		"RDM6300, digit lost":      {rdm, "\x020A00BC614E9\x03\x020A00BC614E990\x03", []string{"length", "length"}},
		"RDM6300, no digits":       {rdm, "\x02GGGGGGGGGGGG\x03", []string{"garbage"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := receive(c.options, c.sent); !slices.Equal(got, c.want) {
				t.Errorf("sent %q, got %q, want %q", c.sent, got, c.want)
			}
		})
	}
}

// No single wrong bit in an RDM6300's frame makes another card of it.
func TestNoWrongBitMakesAnotherCard(t *testing.T) {
	const sent = "\x020A00BC614E99\x03"
	for i := range len(sent) * 8 {
		wrong := []byte(sent)
		wrong[i/8] ^= 1 << (i % 8)
		for _, got := range receive(Options{Frame: RDM6300}, string(wrong)+"~") {
			if got != "0012345678" && !slices.Contains([]string{"garbage", "length", "cut", "sum"}, got) {
				t.Errorf("bit %d: card %s", i, got)
			}
		}
	}
}

// Whatever comes in: cards are of a card's length and printable, and what is kept stays small.
func FuzzFramer(f *testing.F) {
	f.Add([]byte("0012345678\r\n"), uint8(0))
	f.Add([]byte("\x020A00BC614E99\x03"), uint8(2))
	f.Add([]byte("\x020A00BC614E99\r\n\x03\xff"), uint8(1))
	f.Fuzz(func(t *testing.T, sent []byte, mode uint8) {
		o := Options{Frame: []Frame{Lines, Enclosed, RDM6300}[mode%3]}.complete()
		fr := framer{options: o}
		for _, c := range sent {
			r := fr.step(c)
			if n := len(r.card); n != 0 && (n < shortest || n > longest || r.fault != nil) {
				t.Fatalf("card of %d characters, fault %v", n, r.fault)
			}
			if strings.ContainsFunc(string(r.card), func(c rune) bool { return c < ' ' || c > '~' }) {
				t.Fatalf("card %q", string(r.card))
			}
			if len(fr.text) > longest+1 {
				t.Fatalf("%d characters are kept", len(fr.text))
			}
		}
	})
}

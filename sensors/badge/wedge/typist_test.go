package wedge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/sensors/badge"
)

// stroke is the events of a key on a US keyboard that types a character: '\n' is Enter, '\t' Tab, 0x1b Escape.
func stroke(t testing.TB, c byte) []event {
	t.Helper()
	press := func(code uint16) []event {
		return []event{{kind: 4, code: 4, value: int32(code)}, {kindKey, code, pressed}, {kind: kindSync}, {kindKey, code, released}, {kind: kindSync}}
	}
	if code, ok := map[byte]uint16{'\n': keyEnter, '\t': keyTab, 0x1b: keyEscape}[c]; ok {
		return press(code)
	}
	for code := range uint16(128) {
		if got, ok := character(code, false); ok && got == c {
			return press(code)
		}
		if got, ok := character(code, true); ok && got == c {
			return slices.Concat([]event{{kindKey, keyLeftShift, pressed}}, press(code), []event{{kindKey, keyLeftShift, released}, {kind: kindSync}})
		}
	}
	t.Fatalf("no key types %q", c)
	return nil
}

// play lets a typist hear text, a character every millisecond; "~" in it is silence for the gap, "!" a loss of events.
func play(t *testing.T, o Options, text string) []string {
	typist := newTypist(o)
	at := time.Unix(1_800_000_000, 0)
	told := []string{}
	add := func(got typed) {
		switch {
		case got.fault != nil:
			told = append(told, faultName(got.fault))
		case got.card != "":
			told = append(told, string(got.card))
		case len(got.keys) > 0:
			told = append(told, "keys "+string(got.keys))
		}
	}
	for _, c := range []byte(text) {
		at = at.Add(time.Millisecond)
		switch c {
		case '~':
			if end := typist.deadline(); !end.IsZero() {
				at = end
			}
			add(typist.silence())
		case '!':
			for _, e := range []event{{kindKey, 2, pressed}, {kindSync, syncDropped, 0}, {kindKey, 3, pressed}, {kind: kindSync}} {
				add(typist.event(e, at))
			}
		default:
			for _, e := range stroke(t, c) {
				add(typist.event(e, at))
			}
		}
	}
	return told
}

func faultName(err error) string {
	for name, fault := range map[string]error{"lost": errLost, "length": errLength, "end": errEnd} {
		if errors.Is(err, fault) {
			return name
		}
	}
	return err.Error()
}

func TestTypist(t *testing.T) {
	cases := map[string]struct {
		options Options
		typed   string
		want    []string
	}{
		"card":                         {Options{}, "0012345678\n", []string{"0012345678"}},
		"tab ends too":                 {Options{}, "0012345678\t0012345679\n", []string{"0012345678", "0012345679"}},
		"letters and shift":            {Options{}, "04A1B2:C3\n", []string{"04A1B2:C3"}},
		"Enter and Tab":                {Options{}, "0012345678\n\t\n", []string{"0012345678"}},
		"too short":                    {Options{}, "12345\n0012345678\n", []string{"length", "0012345678"}},
		"shortest":                     {Options{Shortest: 4}, "1234\n123\n", []string{"1234", "length"}},
		"longest":                      {Options{}, strings.Repeat("1", 64) + "\n", []string{strings.Repeat("1", 64)}},
		"too long":                     {Options{}, strings.Repeat("1", 65) + "\n" + strings.Repeat("1", 1000) + "\n", []string{"length", "length"}},
		"exact length":                 {Options{Length: 10}, "0012345678\n012345678\n00012345678\n", []string{"0012345678", "length", "length"}},
		"without end":                  {Options{}, "0012345678~", []string{"end"}},
		"a part does not join":         {Options{}, "00123~45678\n0012345678\n", []string{"length", "length", "0012345678"}},
		"unterminated":                 {Options{Unterminated: true}, "0012345678~0012345679~", []string{"0012345678", "0012345679"}},
		"unterminated, cut":            {Options{Unterminated: true, Length: 10}, "00123~45678~", []string{"length", "length"}},
		"events lost":                  {Options{}, "001!2345678\n0012345678\n", []string{"lost", "0012345678"}},
		"events lost, then silence":    {Options{}, "!~0012345678\n", []string{"lost", "0012345678"}},
		"keys":                         {Options{Keypad: true}, "1~2~3~4~\n", []string{"keys 1", "keys 2", "keys 3", "keys 4", "keys #"}},
		"keys in a hurry":              {Options{Keypad: true}, "123~4#~*~", []string{"keys 123", "keys 4#", "keys *"}},
		"keys with Enter":              {Options{Keypad: true}, "1234\n", []string{"keys 1234#"}},
		"escape is a star":             {Options{Keypad: true}, "1\x1b~", []string{"keys 1*"}},
		"only keys of a keypad":        {Options{Keypad: true}, "1A-2~", []string{"keys 12"}},
		"card of a reader with keys":   {Options{Keypad: true}, "0012345678\n1~", []string{"0012345678", "keys 1"}},
		"shortest card with keys":      {Options{Keypad: true}, "123456\n12345\n", []string{"123456", "keys 12345#"}},
		"card cut at a keypad":         {Options{Keypad: true}, "0012345678~", []string{"end"}},
		"escape without keypad":        {Options{}, "00123\x1b45678\n", []string{"0012345678"}},
		"Enter alone, without keypad":  {Options{}, "\n\n\n", []string{}},
		"keypad of the Enter of above": {Options{Keypad: true}, "\n", []string{"keys #"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := play(t, c.options, c.typed); !slices.Equal(got, c.want) {
				t.Errorf("typed %q, got %q, want %q", c.typed, got, c.want)
			}
		})
	}
}

// From the kernel's word that events were lost until its next report, what comes is no part of anything: not even the
// Enter that ends a card.
func TestNothingCountsWhileEventsAreLost(t *testing.T) {
	typist := newTypist(Options{})
	at := time.Unix(1_800_000_000, 0)
	for _, e := range []event{{kindSync, syncDropped, 0}, {kindKey, keyEnter, pressed}, {kindKey, 0, released}, {kindKey, keyEnter, pressed}, {kindSync, syncReport, 0}} {
		if got := typist.event(e, at); got.fault != nil {
			t.Fatalf("%+v: %v", e, got.fault)
		}
	}
	if got := typist.event(event{kindKey, keyEnter, pressed}, at); !errors.Is(got.fault, errLost) {
		t.Errorf("got %+v", got)
	}
}

// Keys without a character are no part of a number.
func TestOtherKeysTypeNothing(t *testing.T) {
	typist := newTypist(Options{})
	at := time.Unix(1_800_000_000, 0)
	for _, code := range []uint16{2, 3, 59, 4, 58, 29, 5, 68, 6, 7, 0, 84, 97, 99, 200, keyEnter} { // F1, caps lock, control, F10 …
		if got := typist.event(event{kindKey, code, pressed}, at).card; got != "" && got != "123456" {
			t.Errorf("got %q", string(got))
		} else if (got == "123456") != (code == keyEnter) {
			t.Errorf("%d: got %q", code, string(got))
		}
	}
}

// The keypad's digits do not depend on num lock, held keys are typed once, and capital letters are the same as small.
func TestKeysOfAllKinds(t *testing.T) {
	typist := newTypist(Options{})
	at := time.Unix(1_800_000_000, 0)
	for _, code := range []uint16{82, 79, 80, 81, 75, 76, 77, 71, 72, 73} {
		for _, value := range []int32{pressed, 2, 2, released} {
			typist.event(event{kindKey, code, value}, at)
		}
	}
	typist.event(event{kindKey, keyRightShift, pressed}, at)
	typist.event(event{kindKey, 30, pressed}, at)
	typist.event(event{kindKey, keyRightShift, released}, at)
	typist.event(event{kindKey, 30, pressed}, at)
	if got := typist.event(event{kindKey, keyPadEnter, pressed}, at).card; got != "0123456789AA" {
		t.Errorf("got %q", string(got))
	}
}

func TestDeadlineFollowsTheLastCharacter(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	for want, o := range map[time.Duration]Options{time.Second: {}, 100 * time.Millisecond: {Keypad: true}, 200 * time.Millisecond: {Unterminated: true, Gap: 200 * time.Millisecond}} {
		typist := newTypist(o)
		if !typist.deadline().IsZero() {
			t.Error("there is a deadline before anything was typed")
		}
		typist.event(event{kindKey, 2, pressed}, at)
		typist.event(event{kindKey, 3, pressed}, at.Add(time.Millisecond))
		if got := typist.deadline().Sub(at.Add(time.Millisecond)); got != want {
			t.Errorf("%+v: deadline after %v, want %v", o, got, want)
		}
	}
}

// Whatever a device sends: cards have the length that was asked for and characters of the layout, keys are those of a
// keypad, only a reader with a keypad has keys, and what is kept stays small.
func FuzzTypist(f *testing.F) {
	f.Add([]byte{1, 2, 1, 1, 3, 1, 1, 28, 1}, uint8(0))
	f.Add([]byte{1, 42, 1, 1, 3, 1, 0, 3, 0, 1, 5, 1, 0, 0, 0, 1, 28, 1}, uint8(5))
	f.Fuzz(func(t *testing.T, raw []byte, mode uint8) {
		o := Options{Keypad: mode&1 != 0, Unterminated: mode&2 != 0, Length: int(mode>>2) % 12}
		typist := newTypist(o)
		at := time.Unix(1_800_000_000, 0)
		for ; len(raw) >= 3; raw = raw[3:] {
			at = at.Add(time.Millisecond)
			got := typist.event(event{uint16(raw[0]) % 6, uint16(raw[1]), int32(raw[2]) % 3}, at)
			if raw[2] > 250 {
				got = typist.silence()
			}
			if err := plausible(o, got); err != nil {
				t.Fatal(err)
			}
			if len(typist.text) > longest+1 {
				t.Fatalf("%d characters are kept", len(typist.text))
			}
		}
	})
}

func plausible(o Options, got typed) error {
	for _, key := range got.keys {
		if !o.Keypad || !strings.ContainsRune("0123456789*#", key) {
			return fmt.Errorf("%+v: key %q", o, key)
		}
	}
	if got.card == "" {
		return nil
	}
	if n := len(got.card); n < shortest && o.Length == 0 || n > longest || o.Length > 0 && n != o.Length {
		return fmt.Errorf("%+v: card of %d characters", o, n)
	}
	if badge.Card(strings.ToUpper(string(got.card))) != got.card {
		return fmt.Errorf("small letters in %q", string(got.card))
	}
	return nil
}

package badge

import (
	"errors"
	"fmt"
	"testing"
)

func TestMasked(t *testing.T) {
	for card, want := range map[Card]string{"": "", "1": "*", "12": "*2", "12345": "***45", "1234567": "****567", "12345678": "****5678", "00471100815": "*******0815", "卡0123456": "****3456"} {
		if got := card.Masked(); got != want {
			t.Errorf("Masked(%q) = %q, want %q", string(card), got, want)
		}
		if got := fmt.Sprint(card); got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
	}
}

func TestNothingSecretIsPrinted(t *testing.T) {
	for _, c := range []struct {
		sighting Sighting
		want     string
	}{
		{Sighting{Card: "0047110815"}, "card ******0815"},
		{Sighting{Key: '7'}, "a key"},
		{Sighting{Fault: errors.New("gone")}, "fault: gone"},
		{Sighting{}, "works"},
	} {
		for _, format := range []string{"%v", "%+v", "%s"} {
			if got := fmt.Sprintf(format, c.sighting); got != c.want {
				t.Errorf("%s: %q, want %q", format, got, c.want)
			}
		}
	}
	if got := fmt.Sprintf("%#v", Card("0047110815")); got != `"******0815"` {
		t.Errorf("got %s", got)
	}
}

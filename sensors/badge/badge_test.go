package badge

import (
	"fmt"
	"testing"
)

func TestMasked(t *testing.T) {
	for card, want := range map[Card]string{"": "", "12": "12", "1234": "1234", "00471100815": "*******0815", "卡0123456": "****3456"} {
		if got := card.Masked(); got != want {
			t.Errorf("Masked(%q) = %q, want %q", string(card), got, want)
		}
		if got := fmt.Sprint(card); got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
	}
}

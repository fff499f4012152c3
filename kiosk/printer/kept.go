package printer

import (
	"encoding/json"
	"fmt"
	"maps"
)

// keptPaper is what is known of the roll, as JSON.
type keptPaper struct {
	Length  int            `json:"length"`
	Printed int            `json:"printed"`
	Near    int            `json:"near,omitempty"`
	Learned int            `json:"learned,omitempty"`
	Days    map[string]int `json:"days"`
}

// MarshalJSON is what was folded: a roll may last longer than the journal keeps its records.
func (p *Paper) MarshalJSON() ([]byte, error) {
	return json.Marshal(keptPaper{Length: p.length, Printed: p.printed, Near: p.near, Learned: p.learned, Days: p.days})
}

// UnmarshalJSON takes up what was kept; null is nothing.
func (p *Paper) UnmarshalJSON(text []byte) error {
	var k keptPaper
	if err := json.Unmarshal(text, &k); err != nil {
		return fmt.Errorf("read what is known of the paper: %w", err)
	}
	if k.Length < 0 || k.Printed < 0 || k.Near < 0 || k.Learned < 0 {
		return fmt.Errorf("read what is known of the paper: %d mm, %d mm printed: expected lengths from 0", k.Length, k.Printed)
	}
	p.length, p.printed, p.near, p.learned, p.days = k.Length, k.Printed, k.Near, k.Learned, maps.Clone(k.Days)
	return nil
}

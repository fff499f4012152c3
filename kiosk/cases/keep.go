package cases

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"stationkeeper/internal/record"
)

// format is the version of what is kept; another is refused.
const format = 1

// keptState is a state as JSON.
type keptState struct {
	Format   int                             `json:"format"`
	Day      string                          `json:"day"`
	Numbered map[string]int                  `json:"numbered"`
	Filed    map[string]int                  `json:"filed"`
	Cases    []Case                          `json:"cases"`
	Filing   map[string]record.ComplaintData `json:"filing"`
	Rated    rated                           `json:"rated"`
	Requests map[string]request              `json:"requests"`
}

// MarshalJSON is all of the state. Whoever keeps it knows the last record that is folded in.
func (s *State) MarshalJSON() ([]byte, error) {
	k := keptState{Format: format, Day: s.day, Numbered: s.numbered, Filed: s.filed, Cases: []Case{}, Filing: s.filing, Rated: s.rated, Requests: s.requests}
	for _, id := range slices.Sorted(maps.Keys(s.cases)) {
		k.Cases = append(k.Cases, s.cases[id])
	}
	return json.Marshal(k)
}

// UnmarshalJSON takes up what was kept, under the rules that the state was made with. What another version has kept is
// refused, and the state is as before.
func (s *State) UnmarshalJSON(data []byte) error {
	var k keptState
	if err := json.Unmarshal(data, &k); err != nil {
		return fmt.Errorf("read cases: %w", err)
	}
	if k.Format != format {
		return fmt.Errorf("read cases: format %d, expected %d", k.Format, format)
	}
	fresh := New(s.rules)
	fresh.day, fresh.rated = k.Day, k.Rated
	maps.Copy(fresh.numbered, k.Numbered)
	maps.Copy(fresh.filed, k.Filed)
	maps.Copy(fresh.filing, k.Filing)
	maps.Copy(fresh.requests, k.Requests)
	for _, c := range k.Cases {
		if c.ID == "" || c.Opened.IsZero() {
			return fmt.Errorf("read cases: case %.60q: its id or the time it was opened is missing", c.ID)
		}
		fresh.cases[c.ID] = c
	}
	*s = *fresh
	return nil
}

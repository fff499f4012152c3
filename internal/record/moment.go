package record

import "time"

// Moment is when a node saw something, by both of its clocks. Rules about dates and hours go by Wall, as far as it is
// believed; everything that lasts goes by Mono, which nobody can set.
type Moment struct {
	// Wall is the wall clock, in the station's own time zone.
	Wall time.Time
	// Clock says whether Wall is believed.
	Clock Clock
	// Mono is the time since the machine started, including suspend.
	Mono time.Duration
}

// After is how long a moment was after an earlier one of the same boot.
func (m Moment) After(earlier Moment) time.Duration { return m.Mono - earlier.Mono }

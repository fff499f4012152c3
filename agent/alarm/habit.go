package alarm

import "time"

// Habits are what is usual at points, by their names. Their JSON is what is kept of them.
type Habits map[string]Habit

// Habit is what is usual at one point. It is never changed in place.
type Habit struct {
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// live lets a habit take a reading in.
func (t *turn) live(rule Rule, e Reading, w *watch) {
	h := t.s.Habits[e.Point]
	if h.First.IsZero() {
		h.First = t.at.Wall
	}
	h.Last = t.at.Wall
	t.s.Habits[e.Point] = h
}

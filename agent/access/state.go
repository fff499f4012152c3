package access

import (
	"time"

	"stationkeeper/internal/record"
)

// State is all that the rules remember. Its exported members survive a restart, as JSON or by Fold; the others are of
// this run of the program. It is never changed in place: what Step returns shares with what it was given only what did
// not change. Its zero value is that of a new station.
type State struct {
	// Last counts the visits that began; the next has the number after it in its id.
	Last uint64 `json:"last"`
	// Inside is who is inside what, in order of persons and then of areas. Nobody is in one area twice, and of two areas
	// that a person is in, one lies within the other.
	Inside []*Visit `json:"inside,omitempty"`
	// Entered is who entered what and when, as far as timed anti-passback still asks; in order of persons and areas.
	Entered []*Entry `json:"entered,omitempty"`
	// Forgiven are the persons whose next badge is not judged by anti-passback, in order.
	Forgiven []string `json:"forgiven,omitempty"`
	// Modes is the mode of each door that is not in ModeNormal.
	Modes map[string]string `json:"modes,omitempty"`
	// First is when the first-card rule of a door was fulfilled for the last time.
	First map[string]time.Time `json:"first,omitempty"`
	// Wrong counts wrong attempts at readers, and by persons.
	Wrong []Wrong `json:"wrong,omitempty"`
}

// Visit is one stay of a person in an area.
type Visit struct {
	ID      string `json:"visit"` // unique within the node
	Person  string `json:"person"`
	Name    string `json:"name,omitempty"`
	Card    string `json:"card,omitempty"` // masked
	Visitor bool   `json:"visitor,omitempty"`
	Purpose string `json:"purpose,omitempty"`
	Area    string `json:"area"`
	Door    string `json:"door"` // the one gone in by
	// Since is when the person entered, in UTC, and Clock whether that is believed.
	Since time.Time    `json:"since"`
	Clock record.Clock `json:"clock"`
}

// Entry is that a person entered an area, whether or not the person has left it.
type Entry struct {
	Person string       `json:"person"`
	Area   string       `json:"area"`
	Time   time.Time    `json:"time"`
	Clock  record.Clock `json:"clock"`
}

// Wrong counts wrong attempts.
type Wrong struct {
	// Reader is where the last one was.
	Reader string `json:"reader"`
	// Person is whose card was used; empty counts those at the reader, whoever made them.
	Person string       `json:"person,omitempty"`
	Count  int          `json:"count"`
	Time   time.Time    `json:"time"` // of the last one
	Clock  record.Clock `json:"clock"`
}

package access

import (
	"slices"
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
	// Entered is who entered what and when, within the last day; in order of persons and areas. Timed anti-passback asks.
	Entered []*Entered `json:"entered,omitempty"`
	// Forgiven are the persons whose next badge is not judged by anti-passback, in order.
	Forgiven []string `json:"forgiven,omitempty"`
	// Modes is the mode of each door that is not in ModeNormal.
	Modes map[string]string `json:"modes,omitempty"`
	// First is when the first-card rule of a door was fulfilled for the last time.
	First map[string]time.Time `json:"first,omitempty"`
	// Wrong counts wrong attempts at readers, and by persons; in order of persons and then of readers.
	Wrong []Wrong `json:"wrong,omitempty"`

	doors   []doorNow   // like Site.Doors; none until Begin
	readers []readerNow // like Site.Readers
	// look is when the next visit may have lasted too long: not with every step, as there may be many.
	look time.Duration
}

// When is an instant that survives a restart.
type When struct {
	// Since is the wall clock in UTC, and Clock whether it is believed.
	Since time.Time    `json:"since"`
	Clock record.Clock `json:"clock"`
	// mono is the same by the clock that nobody can set, or, if the instant was before this run of the program, when that began.
	mono   time.Duration
	before bool
}

func when(at record.Moment) When {
	return When{Since: record.Stamp(at.Wall), Clock: at.Clock, mono: at.Mono}
}

// lasted is how long ago the instant was. If that was before this run of the program only the wall clock can tell, and
// without it the time since the program began is all that is known.
func (w When) lasted(at record.Moment) time.Duration {
	d := at.Mono - w.mono
	if w.before && w.Clock == record.Synced && at.Clock == record.Synced {
		d = max(d, at.Wall.Sub(w.Since))
	}
	return d
}

// resumed is the instant in a run of the program that began at a moment after it.
func (w When) resumed(at record.Moment) When {
	w.mono, w.before = at.Mono, true
	return w
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
	When           // when the person entered
}

// Entered is that a person entered an area, whether or not the person has left it.
type Entered struct {
	Person string `json:"person"`
	Area   string `json:"area"`
	When
}

// Wrong counts wrong attempts.
type Wrong struct {
	// Person is whose card was used; empty for the count of a reader, whoever made the attempts.
	Person string `json:"person,omitempty"`
	// Reader is where the last one was.
	Reader string `json:"reader"`
	Count  int    `json:"count"`
	When          // of the last one
}

// known is what is known of something that is or is not.
type known uint8

const (
	unknown known = iota
	no
	yes
)

func knownAs(is bool) known {
	if is {
		return yes
	}
	return no
}

// doorNow is one door in this run of the program. Times are by Moment.Mono.
type doorNow struct {
	open   known // by its contact
	thrown known // its bolt
	forced bool
	strike bool // as was last said
	// unlocked is until when a grant keeps the strike open.
	unlocked time.Duration
	// opened is since when the door is open although it should be closed; with it come the warnings.
	opened time.Duration
	// loose is since when the bolt should be out and is not; negative when it is as it should be.
	loose time.Duration
	// passes are the grants that the door's opening is waited for.
	passes []pass
	// told is what was said of the door's conditions, like doorConditions, and tone what its readers were last told of them.
	told [4]known
	tone Tone
}

// pass is one grant.
type pass struct {
	// until is the end of the grant; an opening still counts for a grace longer.
	until time.Duration
	// people are registered when the door opens, unless they have been already; none for an exit and a command.
	people []person
	in     bool
	done   bool // nothing more is to be written down of this grant
	exit   bool // it came by request to exit
	data   record.AccessData
}

// person is somebody who was let through.
type person struct {
	id, name, card, purpose string
	visitor                 bool
}

// readerNow is one reader in this run of the program.
type readerNow struct {
	asked *dialog // what it waits for; nil for nothing. Never changed in place.
	told  known   // what was said of its condition Attempts
}

// clone copies what a step may write to, but for what is never changed in place.
func (s State) clone() State {
	s.doors, s.readers = slices.Clone(s.doors), slices.Clone(s.readers)
	for i := range s.doors {
		s.doors[i].passes = slices.Clone(s.doors[i].passes)
	}
	return s
}

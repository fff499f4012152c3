package access

import (
	"errors"
	"fmt"
	"slices"

	"stationkeeper/internal/record"
)

// Site is what the installer has wired: it comes from the station's own configuration, not from head office.
type Site struct {
	Doors   []Door
	Readers []Reader
}

// Door is one door and what is fitted to it.
type Door struct {
	// Point is the door's name, such as machine-room/door. Its records, conditions and rules go by it.
	Point string
	// Contact says that the door reports whether it is open. Without one a granted person counts as gone through.
	Contact bool
	// Bolt says that the lock reports whether its bolt is thrown.
	Bolt bool
	// Strike says that the door can be unlocked. Without one a grant is only written down.
	Strike bool
	// Exit says that there is a button or a motion sensor for leaving.
	Exit bool
	// Area is the room behind the door, whose register this door fills; empty for a door that fills none.
	Area string
}

// Reader is one badge reader.
type Reader struct {
	// Point is the reader's name, such as machine-room/reader.
	Point string
	// Door is the point of the door that it opens.
	Door string
	// Direction is In or Out: on which side of the door it hangs.
	Direction string
	// Keypad says that PINs and purposes can be typed.
	Keypad bool
}

// Directions of a reader.
const (
	In  = "in"
	Out = "out"
)

// Validate refuses a site that rules could not be made for. It names every problem.
func (s Site) Validate() error {
	var problems []error
	points := map[string]bool{}
	point := func(what, name string) {
		if err := record.CheckPoint(name); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", what, err))
		}
		if points[name] {
			problems = append(problems, fmt.Errorf("%s %s: the name is taken twice", what, name))
		}
		points[name] = true
	}
	for _, d := range s.Doors {
		point("door", d.Point)
		if d.Area != "" && record.CheckPoint(d.Area) != nil {
			problems = append(problems, fmt.Errorf("door %s: area: %w", d.Point, record.CheckPoint(d.Area)))
		}
	}
	for _, r := range s.Readers {
		point("reader", r.Point)
		if s.door(r.Door) < 0 {
			problems = append(problems, fmt.Errorf("reader %s: there is no door %q", r.Point, r.Door))
		}
		if r.Direction != In && r.Direction != Out {
			problems = append(problems, fmt.Errorf("reader %s: direction %q: expected %q or %q", r.Point, r.Direction, In, Out))
		}
	}
	return errors.Join(problems...)
}

// door is the index of a door, or -1.
func (s Site) door(point string) int {
	return slices.IndexFunc(s.Doors, func(d Door) bool { return d.Point == point })
}

// reader is the index of a reader, or -1.
func (s Site) reader(point string) int {
	return slices.IndexFunc(s.Readers, func(r Reader) bool { return r.Point == point })
}

package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrCursor is wrapped by Records when Query.After is neither empty, nor a seq, nor a cursor of such a query.
var ErrCursor = errors.New("not a place to continue from")

// place is how far a reader has come in one epoch: everything up to passed, but for the holes below it, which may
// yet be filled.
type place struct {
	passed uint64
	holes  []span
}

// maxHoles bounds a cursor. A reader who has passed more gaps of one epoch than this no longer learns when the
// oldest are filled. Nodes send in order, at most ten batches at once, so there are hardly ever more than ten.
const maxHoles = 32

func (p *place) forgetOldHoles() {
	if extra := len(p.holes) - maxHoles; extra > 0 {
		p.holes = p.holes[extra:]
	}
}

// A cursor is spelled e{place}_{place}…, a place {epoch row}.{passed}, then ~{first}-{last} for each hole. All of it
// can stand in a URL as it is.
const cursorMark = "e"

func spellCursor(epochs []reading) string {
	var places []string
	for _, e := range epochs {
		if e.place.passed == 0 {
			continue // not begun
		}
		text := fmt.Sprintf("%d.%d", e.id, e.place.passed)
		for _, h := range e.place.holes {
			text += fmt.Sprintf("~%d-%d", h.first, h.last)
		}
		places = append(places, text)
	}
	return cursorMark + strings.Join(places, "_")
}

// parseCursor returns the place in each epoch row. Empty means from the beginning.
func parseCursor(text string) (map[int64]place, error) {
	rest, ok := strings.CutPrefix(text, cursorMark)
	if !ok && text != "" {
		return nil, fmt.Errorf("after %.80q: expected a seq or what \"next\" was: %w", text, ErrCursor)
	}
	places := map[int64]place{}
	if rest == "" {
		return places, nil
	}
	for part := range strings.SplitSeq(rest, "_") {
		id, p, err := parsePlace(part)
		if err != nil {
			return nil, fmt.Errorf("after %.80q: %w: %w", text, ErrCursor, err)
		}
		places[id] = p
	}
	return places, nil
}

func parsePlace(text string) (id int64, p place, err error) {
	fields := strings.Split(text, "~")
	row, passed, ok := strings.Cut(fields[0], ".")
	if !ok || len(fields)-1 > maxHoles {
		return 0, p, fmt.Errorf("%.40q is not a place", text)
	}
	if id, err = strconv.ParseInt(row, 10, 64); err != nil {
		return 0, p, err
	}
	if p.passed, err = strconv.ParseUint(passed, 10, 63); err != nil {
		return 0, p, err
	}
	before := uint64(0)
	for _, field := range fields[1:] {
		first, last, _ := strings.Cut(field, "-")
		var h span
		if h.first, err = strconv.ParseUint(first, 10, 63); err != nil {
			return 0, p, err
		}
		if h.last, err = strconv.ParseUint(last, 10, 63); err != nil {
			return 0, p, err
		}
		if h.first <= before || h.last < h.first || h.last >= p.passed {
			return 0, p, fmt.Errorf("%.40q is not a hole below %d", field, p.passed)
		}
		p.holes, before = append(p.holes, h), h.last
	}
	return id, p, nil
}

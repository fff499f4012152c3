package widgets

import (
	"iter"
	"slices"

	"fyne.io/fyne/v2"
)

// digits are the keys of a number pad, in the order of a telephone's (ITU-T E.161).
const digits = "1234567890"

// cell is where a key is.
type cell struct{ column, row int }

// place is where the key of a character is.
type place struct {
	char int // the index of it
	cell
}

// plan is how a pad arranges its keys, on one or more pages. The keys that are no characters are at the same place on
// every page.
type plan struct {
	columns, rows       int
	places              [][]place
	pages               int
	erase, done, others cell
	key                 fyne.Size // of every key
	left, top           float32   // of the first cell
}

// Keys do not grow beyond what a hand spans easily, in targets.
const (
	widestKey  = 1.6
	highestKey = 1.35
)

// widestBar is how many letters stand side by side at most: the row of a keyboard.
const widestBar = 10

// arrangeKeys finds the arrangement for so many characters, the first ten of them the digits, that people know best of
// those that the room is large enough for.
func arrangeKeys(chars int, room fyne.Size, target, gap float32) plan {
	columns := max(1, int((room.Width+gap+0.01)/(target+gap)))
	rows := max(1, int((room.Height+gap+0.01)/(target+gap)))
	letters := chars - len(digits)
	wide := min(columns, widestBar)
	var p plan
	switch beside := (letters + 3) / 4; {
	case rows >= 4 && columns >= beside+3:
		p = telephone(letters, beside)
	case columns >= 6 && rows >= 2+(letters+wide-1)/wide:
		p = bar(letters, wide)
	default:
		p = paged(chars, columns, rows)
	}
	p.pages = len(p.places)
	return p.fill(room, target, gap)
}

// fill makes the keys as large as the room allows, and puts them into its middle.
func (p plan) fill(room fyne.Size, target, gap float32) plan {
	columns, rows := float32(p.columns), float32(p.rows)
	p.key = fyne.NewSize(min((room.Width-(columns-1)*gap)/columns, widestKey*target), min((room.Height-(rows-1)*gap)/rows, highestKey*target))
	p.left = (room.Width - columns*p.key.Width - (columns-1)*gap) / 2
	p.top = (room.Height - rows*p.key.Height - (rows-1)*gap) / 2
	return p
}

// telephone is a telephone's pad, with the letters on its left.
func telephone(letters, beside int) plan {
	p := plan{columns: beside + 3, rows: 4, erase: cell{beside, 3}, done: cell{beside + 2, 3}}
	var page []place
	for i := range 9 {
		page = append(page, place{i, cell{beside + i%3, i / 3}})
	}
	page = append(page, place{9, cell{beside + 1, 3}})
	for i := range letters {
		page = append(page, place{len(digits) + i, cell{i % max(1, beside), i / max(1, beside)}})
	}
	p.places = [][]place{page}
	return p
}

// bar has the digits in two rows of five, with the letters above.
func bar(letters, columns int) plan {
	if letters == 0 {
		columns = 6
	}
	above := (letters + columns - 1) / columns
	p := plan{columns: columns, rows: above + 2, erase: cell{columns - 1, above}, done: cell{columns - 1, above + 1}}
	var page []place
	for i := range letters {
		page = append(page, place{len(digits) + i, cell{i % columns, i / columns}})
	}
	for i := range len(digits) {
		page = append(page, place{i, cell{i%5 + (columns-6)/2, above + i/5}})
	}
	p.places = [][]place{page}
	return p
}

// paged fills pages one after the other.
func paged(chars, columns, rows int) plan {
	p := plan{columns: columns, rows: rows}
	cells := make([]cell, 0, columns*rows)
	for row := range rows {
		for column := range columns {
			cells = append(cells, cell{column, row})
		}
	}
	for len(cells) < 4 { // no room at all: what there is lies on top of each other rather than nowhere
		cells = append(cells, cells[len(cells)-1])
	}
	free := len(cells) - 3
	p.erase, p.others, p.done = cells[free], cells[free+1], cells[free+2]
	for page := range pagesOf(chars, free) {
		var places []place
		for i, char := range page {
			places = append(places, place{char, cells[i]})
		}
		p.places = append(p.places, places)
	}
	return p
}

// pagesOf are the characters of each page: the digits together where one has room for them, and the letters evenly.
func pagesOf(chars, free int) iter.Seq[[]int] {
	all := make([]int, chars)
	for i := range all {
		all[i] = i
	}
	pages := (chars + free - 1) / free
	return slices.Chunk(all, max(min(free, len(digits)), (chars+pages-1)/pages))
}

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
)

// Faces are the five answers to a question about satisfaction, all of the same size, none of them chosen beforehand.
//
// They stand in the order of the scale, the best first, as GB/T 39734 and GB/T 39735 list it: side by side from the left,
// on a narrow screen from the top. An order that changes from question to question would be a trick and lead to slips;
// this one is always the same and said in words beside every face.
type Faces struct {
	Root  *fyne.Container
	faces [HighestScore]*Face // the best first
}

// NewFaces returns five faces that call back with the level that was tapped, from 1 to 5.
func NewFaces(tapped func(level int)) *Faces {
	f := &Faces{}
	objects := make([]fyne.CanvasObject, 0, len(f.faces))
	for i := range f.faces {
		level := HighestScore - i
		f.faces[i] = NewFace(level, func() { tapped(level) })
		objects = append(objects, f.faces[i])
	}
	f.Root = container.New(layout.Stage(f.place), objects...)
	return f
}

// Face returns the one of a level.
func (f *Faces) Face(level int) *Face { return f.faces[HighestScore-level] }

// Say puts the levels into words, from 1 at index 0, and shows the level that was answered before as chosen; 0 is none.
func (f *Faces) Say(levels [HighestScore]string, chosen int) {
	for level := LowestScore; level <= HighestScore; level++ {
		f.Face(level).SetLabel(levels[level-1])
		f.Face(level).SetChosen(level == chosen)
	}
	f.even()
}

// place puts the faces below each other where the box is too narrow for a row of large ones and high enough, else side by
// side.
func (f *Faces) place(b layout.Box) {
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	columns, rows := len(f.faces), 1
	if high := 5*target + 4*gap; b.Size.Width < 9*target && b.Size.Height >= high {
		columns, rows = rows, columns
	} else {
		b = b.Centred(b.Size.Width, 16*layout.Size(fynetheme.SizeNameText))
	}
	for i, cell := range b.Grid(columns, rows, gap) {
		cell.Put(f.faces[i])
	}
	f.even()
}

// even sets the words of all faces in the same size: none stands out.
func (f *Faces) even() {
	size := float32(0)
	for _, face := range f.faces {
		if fits := face.fitted(face.Size()); size == 0 || fits < size {
			size = fits
		}
	}
	for _, face := range f.faces {
		face.setMost(size)
	}
}

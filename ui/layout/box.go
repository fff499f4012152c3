// Package layout cuts a screen into boxes. Every screen of the lobby says itself where its parts are: its window is
// given, and everything has to fit into it.
package layout

import "fyne.io/fyne/v2"

// Box is an area of the screen, in units.
type Box struct {
	At   fyne.Position
	Size fyne.Size
}

// Put moves an object into the box.
func (b Box) Put(o fyne.CanvasObject) {
	o.Move(b.At)
	o.Resize(b.Size)
}

// Inset is the box without a margin on every side.
func (b Box) Inset(x, y float32) Box {
	return Box{b.At.AddXY(x, y), fyne.NewSize(max(0, b.Size.Width-2*x), max(0, b.Size.Height-2*y))}
}

// Top, Bottom, Left and Right cut a part off; rest is what remains after a gap.
func (b Box) Top(height, gap float32) (part, rest Box) {
	height = min(height, b.Size.Height)
	part = Box{b.At, fyne.NewSize(b.Size.Width, height)}
	rest = Box{b.At.AddXY(0, height+gap), fyne.NewSize(b.Size.Width, max(0, b.Size.Height-height-gap))}
	return part, rest
}

func (b Box) Bottom(height, gap float32) (part, rest Box) {
	rest, part = b.Top(b.Size.Height-height-gap, gap)
	return part, rest
}

func (b Box) Left(width, gap float32) (part, rest Box) {
	width = min(width, b.Size.Width)
	part = Box{b.At, fyne.NewSize(width, b.Size.Height)}
	rest = Box{b.At.AddXY(width+gap, 0), fyne.NewSize(max(0, b.Size.Width-width-gap), b.Size.Height)}
	return part, rest
}

func (b Box) Right(width, gap float32) (part, rest Box) {
	rest, part = b.Left(b.Size.Width-width-gap, gap)
	return part, rest
}

// Centred is a box of at most this size in the middle.
func (b Box) Centred(width, height float32) Box {
	width, height = min(width, b.Size.Width), min(height, b.Size.Height)
	return Box{b.At.AddXY((b.Size.Width-width)/2, (b.Size.Height-height)/2), fyne.NewSize(width, height)}
}

// Grid cuts the box into cells of equal size, row by row.
func (b Box) Grid(columns, rows int, gap float32) []Box {
	width := (b.Size.Width - float32(columns-1)*gap) / float32(columns)
	height := (b.Size.Height - float32(rows-1)*gap) / float32(rows)
	cells := make([]Box, 0, columns*rows)
	for row := range rows {
		for column := range columns {
			at := b.At.AddXY(float32(column)*(width+gap), float32(row)*(height+gap))
			cells = append(cells, Box{at, fyne.NewSize(width, height)})
		}
	}
	return cells
}

// Stage is a layout that a function does. It asks for no room.
type Stage func(Box)

// Layout belongs to Fyne.
func (s Stage) Layout(_ []fyne.CanvasObject, size fyne.Size) { s(Box{Size: size}) }

// MinSize belongs to Fyne.
func (s Stage) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// slack is what roundings may add up to.
const slack = 0.5

// Inside tells whether a box lies within another.
func (b Box) Inside(o Box) bool {
	return b.At.X >= o.At.X-slack && b.At.Y >= o.At.Y-slack &&
		b.At.X+b.Size.Width <= o.At.X+o.Size.Width+slack && b.At.Y+b.Size.Height <= o.At.Y+o.Size.Height+slack
}

// Overlaps tells whether two boxes have an area in common.
func (b Box) Overlaps(o Box) bool {
	return b.At.X+slack < o.At.X+o.Size.Width && o.At.X+slack < b.At.X+b.Size.Width &&
		b.At.Y+slack < o.At.Y+o.Size.Height && o.At.Y+slack < b.At.Y+b.Size.Height
}

// Portrait tells whether the box stands upright.
func (b Box) Portrait() bool { return b.Size.Height > b.Size.Width }

// Show shows or hides an object. What is so already is not drawn again.
func Show(o fyne.CanvasObject, shown bool) {
	switch {
	case shown && !o.Visible():
		o.Show()
	case !shown && o.Visible():
		o.Hide()
	}
}

// Size reads a size of the theme in force.
func Size(name fyne.ThemeSizeName) float32 {
	return fyne.CurrentApp().Settings().Theme().Size(name)
}

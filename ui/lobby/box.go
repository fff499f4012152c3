package lobby

import "fyne.io/fyne/v2"

// box is an area of the screen, in units.
type box struct {
	at   fyne.Position
	size fyne.Size
}

func (b box) put(o fyne.CanvasObject) {
	o.Move(b.at)
	o.Resize(b.size)
}

// inset is the box without a margin on every side.
func (b box) inset(x, y float32) box {
	return box{b.at.AddXY(x, y), fyne.NewSize(max(0, b.size.Width-2*x), max(0, b.size.Height-2*y))}
}

// top, bottom, left and right cut a part off; rest is what remains after a gap.
func (b box) top(height, gap float32) (part, rest box) {
	height = min(height, b.size.Height)
	part = box{b.at, fyne.NewSize(b.size.Width, height)}
	rest = box{b.at.AddXY(0, height+gap), fyne.NewSize(b.size.Width, max(0, b.size.Height-height-gap))}
	return part, rest
}

func (b box) bottom(height, gap float32) (part, rest box) {
	rest, part = b.top(b.size.Height-height-gap, gap)
	return part, rest
}

func (b box) left(width, gap float32) (part, rest box) {
	width = min(width, b.size.Width)
	part = box{b.at, fyne.NewSize(width, b.size.Height)}
	rest = box{b.at.AddXY(width+gap, 0), fyne.NewSize(max(0, b.size.Width-width-gap), b.size.Height)}
	return part, rest
}

func (b box) right(width, gap float32) (part, rest box) {
	rest, part = b.left(b.size.Width-width-gap, gap)
	return part, rest
}

// centred is a box of at most this size in the middle.
func (b box) centred(width, height float32) box {
	width, height = min(width, b.size.Width), min(height, b.size.Height)
	return box{b.at.AddXY((b.size.Width-width)/2, (b.size.Height-height)/2), fyne.NewSize(width, height)}
}

// grid cuts the box into cells of equal size, row by row.
func (b box) grid(columns, rows int, gap float32) []box {
	width := (b.size.Width - float32(columns-1)*gap) / float32(columns)
	height := (b.size.Height - float32(rows-1)*gap) / float32(rows)
	cells := make([]box, 0, columns*rows)
	for row := range rows {
		for column := range columns {
			at := b.at.AddXY(float32(column)*(width+gap), float32(row)*(height+gap))
			cells = append(cells, box{at, fyne.NewSize(width, height)})
		}
	}
	return cells
}

// stage is a layout that a function does. It asks for no room: the window is given, and everything fits into it.
type stage func(box)

func (s stage) Layout(_ []fyne.CanvasObject, size fyne.Size) { s(box{size: size}) }

func (s stage) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

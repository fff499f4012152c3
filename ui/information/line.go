package information

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// line draws a row. It has a text for every place that a row of any kind has, and shows those of its kind.
type line struct {
	root        *fyne.Container
	row         row
	rule        *widgets.Panel // below
	strong      *widgets.Text  // a heading, a title or what is large
	plain       [4]*widgets.Text
	note, right *widgets.Text
	track, part *widgets.Panel // of a bar
}

func newLine() *line {
	text := func(size fyne.ThemeSizeName, color fyne.ThemeColorName, bold bool, lines int, align fyne.TextAlign) *widgets.Text {
		return widgets.NewText(widgets.Style{Size: size, Color: color, Bold: bold, Lines: lines, Align: align, Least: 0.55})
	}
	l := &line{
		rule:   widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameSeparator}),
		strong: text(theme.SizeNameName, fynetheme.ColorNamePrimary, true, 2, fyne.TextAlignLeading),
		note:   text(fynetheme.SizeNameText, fynetheme.ColorNamePlaceHolder, false, 4, fyne.TextAlignLeading),
		right:  text(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNameForeground, true, 3, fyne.TextAlignTrailing),
		track:  widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameDisabledButton, Border: fynetheme.ColorNameInputBorder}),
		part:   widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNamePrimary}),
	}
	objects := []fyne.CanvasObject{l.rule, l.strong, l.note, l.right, l.track, l.part}
	for i := range l.plain {
		l.plain[i] = text(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNameForeground, false, 9, fyne.TextAlignLeading)
		objects = append(objects, l.plain[i])
	}
	l.root = container.New(layout.Stage(l.place), objects...)
	return l
}

// say shows a row.
func (l *line) say(r row) {
	if r == l.row {
		return
	}
	l.row = r
	strong, note, right, plain := "", "", "", [4]string{}
	switch r.kind {
	case heading:
		strong = r.cells[0]
	case fact:
		strong, note = r.cells[1], r.cells[0]
	case paragraph:
		plain[0], plain[1] = r.cells[0], r.cells[1]
	case price:
		plain[0], note, right = r.cells[0], r.cells[1], r.cells[2]
	case columns, titles:
		plain = r.cells
	case bar:
		plain[0], right = r.cells[0], r.cells[1]
	}
	l.strong.SetText(strong)
	l.note.SetText(note)
	l.right.SetText(right)
	for i, text := range plain {
		l.plain[i].SetText(text)
		l.plain[i].SetColor(fynetheme.ColorNameForeground)
		if r.kind == titles {
			l.plain[i].SetColor(fynetheme.ColorNamePlaceHolder)
		}
	}
	layout.Show(l.track, r.kind == bar)
	layout.Show(l.part, r.kind == bar && r.share > 0)
	l.place(layout.Box{Size: l.root.Size()})
}

// widths of the columns of a table, in parts of it.
var widths = [4]float32{0.19, 0.25, 0.32, 0.24}

// cut is where the texts of a row are, within its box.
func (l *line) cut(b layout.Box) (strong, note, right, track layout.Box, plain [4]layout.Box) {
	gap := layout.Size(fynetheme.SizeNamePadding)
	switch l.row.kind {
	case heading:
		strong = b
	case fact:
		strong, note = b.Top(1.3*layout.Size(theme.SizeNameName), 0)
	case paragraph:
		plain[0], plain[1] = b.Left(2*layout.Size(fynetheme.SizeNameSubHeadingText), gap)
	case price:
		right, plain[0] = b.Right(b.Size.Width*0.44, 2*gap)
		if l.note.Text() != "" {
			small := l.note.HeightIn(fyne.NewSize(plain[0].Size.Width, b.Size.Height))
			note, plain[0] = plain[0].Bottom(small, 0)
		}
	case columns, titles:
		rest := b
		for i, part := range widths {
			plain[i], rest = rest.Left(b.Size.Width*part-gap, gap)
		}
	case bar:
		plain[0], track = b.Left(b.Size.Width*0.32, gap)
		right, track = track.Right(b.Size.Width*0.26, gap)
		track = track.Centred(track.Size.Width, 0.9*layout.Size(fynetheme.SizeNameSubHeadingText))
	}
	return strong, note, right, track, plain
}

func (l *line) place(b layout.Box) {
	line := layout.Size(fynetheme.SizeNameInputBorder)
	rule, b := b.Bottom(line, 0)
	rule.Put(l.rule)
	b = b.Inset(layout.Size(fynetheme.SizeNamePadding), 0)
	strong, note, right, track, plain := l.cut(b)
	strong.Put(l.strong)
	note.Put(l.note)
	right.Put(l.right)
	for i, box := range plain {
		box.Put(l.plain[i])
	}
	track.Put(l.track)
	part, _ := track.Left(track.Size.Width*l.row.share, 0)
	part.Put(l.part)
}

// tall is more than any row needs.
const tall = 10000

// size is the size in which the plain texts of the row fit a width; 0 when it has none.
func (l *line) size(width float32) (size float32) {
	_, _, _, _, plain := l.cut(layout.Box{Size: fyne.NewSize(width-2*layout.Size(fynetheme.SizeNamePadding), tall)})
	for i, t := range l.plain {
		if t.Text() == "" {
			continue
		}
		if fits := t.SizeIn(plain[i].Size); size == 0 || fits < size {
			size = fits
		}
	}
	return size
}

func (l *line) setMost(size float32) {
	for _, t := range l.plain {
		t.SetMost(size)
	}
}

// height is that of the row in a width.
func (l *line) height(width float32) float32 {
	strong, note, right, _, plain := l.cut(layout.Box{Size: fyne.NewSize(width-2*layout.Size(fynetheme.SizeNamePadding), tall)})
	need := func(t *widgets.Text, b layout.Box) float32 {
		if t.Text() == "" {
			return 0
		}
		return t.HeightIn(fyne.NewSize(b.Size.Width, tall))
	}
	high := max(need(l.strong, strong), need(l.right, right))
	if l.row.kind == fact {
		high = 1.3*layout.Size(theme.SizeNameName) + need(l.note, note)
	}
	for i, box := range plain {
		at := need(l.plain[i], box)
		if i == 0 && l.row.kind == price {
			at += need(l.note, note)
		}
		high = max(high, at)
	}
	return high + 0.5*layout.Size(fynetheme.SizeNameText)
}

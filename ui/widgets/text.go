package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"stationkeeper/ui/theme"
)

// Style is how a text is set.
type Style struct {
	// Size is the name of the largest size; the text is made smaller where it would not fit, down to Least of it
	// (0 means 0.6).
	Size  fyne.ThemeSizeName
	Least float32
	Color fyne.ThemeColorName
	Bold  bool
	Align fyne.TextAlign
	// Lines is the largest number of lines; 0 means 1.
	Lines int
	// Theme is what sizes and colours are read from; nil: the theme in force. It is for what is not to follow a customer's
	// choice.
	Theme fyne.Theme
}

// Text is a text that is placed in the middle of its box, from top to bottom, and always fits it.
type Text struct {
	widget.BaseWidget
	text  string
	style Style
	most  float32 // text size; 0: that of the style
}

// NewText returns a text in a style.
func NewText(style Style) *Text {
	if style.Least == 0 {
		style.Least = 0.6
	}
	style.Lines = max(1, style.Lines)
	t := &Text{style: style}
	t.ExtendBaseWidget(t)
	return t
}

// NewNumber returns the display of a ticket's number: as large as its box allows.
func NewNumber() *Text {
	return NewText(Style{Size: "number", Least: 0.2, Color: fynetheme.ColorNamePrimary, Bold: true, Align: fyne.TextAlignCenter})
}

// Text returns what is shown.
func (t *Text) Text() string { return t.text }

// SetText shows another text.
func (t *Text) SetText(text string) {
	if text != t.text {
		t.text = text
		t.Refresh()
	}
}

// SetColor shows the text in another colour.
func (t *Text) SetColor(name fyne.ThemeColorName) {
	if name != t.style.Color {
		t.style.Color = name
		t.Refresh()
	}
}

// SetSize sets the text in another size.
func (t *Text) SetSize(name fyne.ThemeSizeName) {
	if name != t.style.Size {
		t.style.Size = name
		t.Refresh()
	}
}

// SetMost makes the text no larger than this, 0 as large as its style says: for texts that stand beside others and are not
// to stand out.
func (t *Text) SetMost(size float32) {
	if size != t.most {
		t.most = size
		t.Refresh()
	}
}

// SizeIn is the size in which the text fits a box.
func (t *Text) SizeIn(box fyne.Size) float32 {
	_, size, _ := t.fit(box)
	return size
}

// HeightIn is the height that the text takes of a box.
func (t *Text) HeightIn(box fyne.Size) float32 {
	lines, size, _ := t.fit(box)
	return min(box.Height, float32(len(lines))*pitch*size+1)
}

// Whole tells whether the text fits a box without being cut.
func (t *Text) Whole(box fyne.Size) bool {
	_, _, whole := t.fit(box)
	return whole
}

func (t *Text) look() fyne.Theme {
	if t.style.Theme != nil {
		return t.style.Theme
	}
	return t.Theme()
}

func (t *Text) fit(box fyne.Size) (lines []string, size float32, whole bool) {
	want := t.look().Size(t.style.Size)
	bold := fyne.TextStyle{Bold: t.style.Bold}
	least := want * t.style.Least
	if t.most > 0 {
		want = max(least, min(want, t.most))
	}
	return fit(t.text, space{box: box, want: want, least: least, lines: t.style.Lines}, func(line string, size float32) float32 {
		if rare := theme.Source(line); rare != nil {
			measured, _ := fyne.CurrentApp().Driver().RenderedTextSize(line, size, bold, rare)
			return measured.Width
		}
		return fyne.MeasureText(line, size, bold).Width
	})
}

// CreateRenderer belongs to Fyne.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{text: t}
	for range t.style.Lines {
		line := canvas.NewText("", nil)
		r.lines = append(r.lines, line)
		r.objects = append(r.objects, line)
	}
	r.Refresh()
	return r
}

type textRenderer struct {
	text    *Text
	lines   []*canvas.Text
	objects []fyne.CanvasObject
}

// raise is by how much of its size a text is moved up: the middle of its characters lies below that of its line,
// which leaves room for accents.
const raise = 0.055

func (r *textRenderer) Layout(box fyne.Size) {
	lines, size, _ := r.text.fit(box)
	style := fyne.TextStyle{Bold: r.text.style.Bold}
	top := (box.Height-float32(len(lines))*pitch*size)/2 - raise*size
	for i, line := range r.lines {
		if i >= len(lines) {
			line.Hide()
			continue
		}
		line.FontSource = theme.Source(lines[i])
		line.Text, line.TextSize, line.TextStyle, line.Alignment = lines[i], size, style, r.text.style.Align
		height := line.MinSize().Height
		line.Resize(fyne.NewSize(box.Width, height))
		line.Move(fyne.NewPos(0, top+float32(i)*pitch*size+(pitch*size-height)/2))
		line.Show()
		line.Refresh()
	}
}

// MinSize is nothing: whoever places a text decides what room it has.
func (r *textRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *textRenderer) Refresh() {
	c := r.text.look().Color(r.text.style.Color, fyne.CurrentApp().Settings().ThemeVariant())
	for _, line := range r.lines {
		line.Color = c
	}
	r.Layout(r.text.Size())
}

func (r *textRenderer) Objects() []fyne.CanvasObject { return slices.Clone(r.objects) }

func (r *textRenderer) Destroy() {}

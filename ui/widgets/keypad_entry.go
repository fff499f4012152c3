package widgets

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"stationkeeper/ui/theme"
)

// Form is how an Entry shows what is typed.
type Form struct {
	// Places is how many characters there are to come, each with a place of its own; 0 when that is not known.
	Places int
	// Groups are how many characters are read together, such as 3, 4 and 4 of a telephone number; what comes after them
	// is one more group.
	Groups []int
	// Masked shows dots in place of characters.
	Masked bool
}

// Telephone is the form of a telephone number: 138 0013 8000.
var Telephone = Form{Groups: []int{3, 4, 4}}

// Entry shows what has been typed so far.
type Entry struct {
	widget.BaseWidget
	form Form
	text string
	hint string
}

// NewEntry returns an empty entry.
func NewEntry(f Form) *Entry {
	e := &Entry{form: f}
	e.ExtendBaseWidget(e)
	return e
}

// SetText shows another text.
func (e *Entry) SetText(text string) {
	if text != e.text {
		e.text = text
		e.Refresh()
	}
}

// SetHint says what belongs there, while nothing has been typed.
func (e *Entry) SetHint(hint string) {
	if hint != e.hint {
		e.hint = hint
		e.Refresh()
	}
}

// Shown is what can be read: nothing of a masked entry but its length.
func (e *Entry) Shown() string {
	if e.form.Masked {
		return strings.Repeat("•", utf8.RuneCountInString(e.text))
	}
	return e.grouped(e.text)
}

// grouped puts a space between the groups.
func (e *Entry) grouped(text string) string {
	var b strings.Builder
	for i, r := range []rune(text) {
		if e.begins(i) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// begins tells whether a group begins at a place, other than the first.
func (e *Entry) begins(at int) bool {
	sum := 0
	for _, n := range e.form.Groups {
		if sum += n; at == sum {
			return true
		}
	}
	return false
}

// CreateRenderer belongs to Fyne.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	centred := Style{Size: theme.SizeNameOffer, Least: 0.4, Color: fynetheme.ColorNameForeground, Bold: true, Align: fyne.TextAlignCenter}
	hint := Style{Size: fynetheme.SizeNameSubHeadingText, Color: fynetheme.ColorNamePlaceHolder, Align: fyne.TextAlignCenter, Lines: 2}
	r := &entryRenderer{entry: e, area: NewPanel(Shape{Fill: fynetheme.ColorNameInputBackground, Border: fynetheme.ColorNameInputBorder, Rounded: true}),
		text: NewText(centred), hint: NewText(hint)}
	for range e.form.Places {
		r.places = append(r.places, &entryPlace{text: NewText(centred), line: canvas.NewRectangle(nil)})
	}
	r.Refresh()
	return r
}

type entryRenderer struct {
	entry      *Entry
	area       *Panel
	text, hint *Text
	places     []*entryPlace
	dots       []*canvas.Circle // of a masked entry, as many as were ever needed
}

// entryPlace is the place of one character: a line, and the character on it.
type entryPlace struct {
	text *Text
	line *canvas.Rectangle
}

func (r *entryRenderer) Layout(size fyne.Size) {
	look := lookOf(r.entry)
	pad := look.size(fynetheme.SizeNamePadding)
	r.area.Resize(size)
	for _, text := range []*Text{r.text, r.hint} {
		text.Move(fyne.NewPos(pad, 0))
		text.Resize(fyne.NewSize(max(0, size.Width-2*pad), size.Height))
	}
	em := look.size(theme.SizeNameOffer)
	at := r.columns(size, em)
	line := 2 * look.size(fynetheme.SizeNameInputBorder)
	for i, place := range r.places {
		box := at[i]
		place.text.Move(fyne.NewPos(box.X, 0))
		place.text.Resize(fyne.NewSize(box.Width, size.Height-line))
		place.line.Move(fyne.NewPos(box.X, min(size.Height-2*line, size.Height/2+0.6*em)))
		place.line.Resize(fyne.NewSize(box.Width, line))
	}
	dot := min(0.5*em, size.Height/2)
	for i, circle := range r.dots {
		if i < len(at) {
			circle.Resize(fyne.NewSquareSize(dot))
			circle.Move(fyne.NewPos(at[i].X+(at[i].Width-dot)/2, (size.Height-dot)/2))
		}
	}
}

// column is where a character is.
type column struct{ X, Width float32 }

// columns are the places of the characters that have one of their own, or those of the dots, in the middle.
func (r *entryRenderer) columns(size fyne.Size, em float32) []column {
	n := max(len(r.places), len(r.dots))
	if n == 0 {
		return nil
	}
	all := float32(0) // in places
	starts := make([]float32, n)
	for i := range n {
		if r.entry.begins(i) {
			all += 0.5
		}
		starts[i] = all
		all++
	}
	pitch := min(1.3*em, 0.92*size.Width/all)
	left := (size.Width - all*pitch) / 2
	at := make([]column, n)
	for i := range n {
		at[i] = column{X: left + (starts[i]+0.1)*pitch, Width: 0.8 * pitch}
	}
	return at
}

// MinSize is nothing: whoever places the entry decides what room it has.
func (r *entryRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *entryRenderer) Refresh() {
	look := lookOf(r.entry)
	typed := []rune(r.entry.text)
	masked := r.entry.form.Masked
	for i, place := range r.places {
		shown := ""
		if i < len(typed) && !masked {
			shown = string(typed[i])
		}
		place.text.SetText(shown)
		place.line.FillColor = look.color(fynetheme.ColorNameInputBorder)
		if i == len(typed) { // where the next one goes
			place.line.FillColor = look.color(fynetheme.ColorNamePrimary)
		}
		place.line.Refresh()
	}
	r.refreshDots(look, len(typed))
	r.hint.SetText("")
	if len(typed) == 0 && len(r.places) == 0 {
		r.hint.SetText(r.entry.hint)
	}
	if !masked && len(r.places) == 0 {
		r.text.SetText(r.entry.grouped(r.entry.text))
	}
	r.area.Refresh()
	r.Layout(r.entry.Size())
}

func (r *entryRenderer) refreshDots(look look, typed int) {
	if !r.entry.form.Masked {
		return
	}
	if len(r.places) == 0 {
		r.dots = r.dots[:min(len(r.dots), typed)]
	}
	for len(r.dots) < typed {
		r.dots = append(r.dots, canvas.NewCircle(nil))
	}
	for i, dot := range r.dots {
		dot.FillColor = look.color(fynetheme.ColorNameForeground)
		show(dot, i < typed)
		dot.Refresh()
	}
}

func (r *entryRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.area, r.text, r.hint}
	for _, place := range r.places {
		objects = append(objects, place.text, place.line)
	}
	for _, dot := range r.dots {
		objects = append(objects, dot)
	}
	return objects
}

func (r *entryRenderer) Destroy() {}

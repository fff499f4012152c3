package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
)

// TypingWords are what a Typing says: Label what is typed, Note more about it, and what stands on its keys.
type TypingWords struct {
	Label, Note string
	Pad         PadWords
}

// Typing is a step in which something is typed: what it is, what has been typed so far, and a pad to type it with.
type Typing struct {
	Root  *fyne.Container
	Entry *Entry
	Pad   *Keypad

	label, note *Text
	bare        bool // neither is shown
	area        layout.Box
}

// NewTyping returns a step for something of a form. Whoever shows it keeps what was typed.
func NewTyping(f Form, p Pad) *Typing {
	t := &Typing{
		Entry: NewEntry(f),
		Pad:   NewKeypad(p),
		label: NewText(Style{Size: fynetheme.SizeNameHeadingText, Least: 0.5, Color: fynetheme.ColorNameForeground, Bold: true, Lines: 2}),
		note:  NewText(Style{Size: fynetheme.SizeNameText, Least: 0.5, Color: fynetheme.ColorNamePlaceHolder, Lines: 4}),
	}
	t.Root = container.New(layout.Stage(t.place), t.label, t.Entry, t.note, t.Pad)
	return t
}

// Say puts the step into words.
func (t *Typing) Say(w TypingWords) {
	anew := w.Label != t.label.Text() || w.Note != t.note.Text()
	t.label.SetText(w.Label)
	t.note.SetText(w.Note)
	t.Pad.SetWords(w.Pad)
	if anew {
		t.place(t.area)
	}
}

// Set shows what has been typed, and whether that is enough.
func (t *Typing) Set(text string, ready bool) {
	t.Entry.SetText(text)
	t.Pad.SetReady(ready)
}

// place puts the pad below the texts, or beside them where that is what the room is made for, and moves all into the
// middle.
func (t *Typing) place(b layout.Box) {
	t.area = b
	if b.Size.Width == 0 {
		return
	}
	gap, target := layout.Size(fynetheme.SizeNameInnerPadding), layout.Size(theme.SizeNameTarget)
	column := fyne.NewSize(max(3.6*target, 13*layout.Size(fynetheme.SizeNameSubHeadingText)), b.Size.Height)
	t.bare = false
	below := b.Size.SubtractWidthHeight(0, t.high(b.Size.Width)+gap)
	// Where keys would need several pages, they get the room of the label and the note: the screen's heading asks as well.
	if bare := b.Size.SubtractWidthHeight(0, t.entry()+gap); t.Pad.pages(bare) < t.Pad.pages(below) {
		t.bare, below = true, bare
	}
	beside := b.Size.SubtractWidthHeight(column.Width+2*gap, 0)
	if b.Portrait() && t.Pad.pages(below) <= t.Pad.pages(beside) || t.Pad.pages(below) < t.Pad.pages(beside) {
		t.placeBelow(b, gap, below)
	} else {
		t.bare = false
		t.placeBeside(b, gap, column, beside)
	}
	layout.Show(t.label, !t.bare)
	layout.Show(t.note, !t.bare)
}

// high is how high the texts and the entry are, one below the other, in a room so wide.
func (t *Typing) high(width float32) float32 {
	if t.bare {
		return t.entry()
	}
	gap := layout.Size(fynetheme.SizeNamePadding)
	room := fyne.NewSize(width, 4*layout.Size(theme.SizeNameTarget))
	return t.label.HeightIn(room) + gap + t.entry() + gap + t.note.HeightIn(room)
}

func (t *Typing) entry() float32 { return 1.7 * layout.Size(theme.SizeNameOffer) }

func (t *Typing) placeBelow(b layout.Box, gap float32, room fyne.Size) {
	pad := t.Pad.extent(room)
	width := min(b.Size.Width, max(pad.Width, 5*layout.Size(theme.SizeNameTarget)))
	high := t.high(width)
	b = b.Centred(width, min(b.Size.Height, high+gap+pad.Height))
	texts, rest := b.Top(high, gap)
	t.placeTexts(texts)
	rest.Put(t.Pad)
}

func (t *Typing) placeBeside(b layout.Box, gap float32, column, room fyne.Size) {
	pad := t.Pad.extent(room)
	b = b.Centred(column.Width+2*gap+pad.Width, b.Size.Height)
	texts, rest := b.Left(column.Width, 2*gap)
	t.placeTexts(texts.Centred(column.Width, min(texts.Size.Height, t.high(column.Width))))
	rest.Put(t.Pad)
}

// placeTexts puts the entry under its label, and the note under both.
func (t *Typing) placeTexts(b layout.Box) {
	gap := layout.Size(fynetheme.SizeNamePadding)
	entry := t.entry()
	if t.bare {
		b.Put(t.Entry)
		return
	}
	left := max(0, b.Size.Height-entry-2*gap)
	label := t.label.HeightIn(fyne.NewSize(b.Size.Width, left*0.75))
	part, rest := b.Top(label, gap)
	part.Put(t.label)
	part, rest = rest.Top(entry, gap)
	part.Put(t.Entry)
	rest.Put(t.note)
}

package complaint

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// codeScreen leads to the page on the telephone.
type codeScreen struct {
	flow        *Flow
	root        *fyne.Container
	card        *widgets.Panel
	code        *widgets.Code
	title, text *widgets.Text
	row         *widgets.Row
}

func newCodeScreen(f *Flow) *codeScreen {
	c := &codeScreen{
		flow: f,
		card: widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameButton, Rounded: true, Raised: true}),
		code: widgets.NewCode(),
		title: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameHeadingText, Color: fynetheme.ColorNameForeground, Bold: true, Lines: 3,
			Align: fyne.TextAlignCenter, Least: 0.5}),
		text: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameSubHeadingText, Color: fynetheme.ColorNameForeground, Lines: 5,
			Align: fyne.TextAlignCenter, Least: 0.5}),
		row: widgets.NewRow(widgets.NewButton(widgets.Primary, func() {
			if f.takes(phone) {
				f.shell.Leave()
			}
		})),
	}
	c.root = container.New(layout.Stage(c.place), c.card, c.code, c.title, c.text, c.row.Root)
	return c
}

// place puts the code beside what is said about it, on an upright screen above it.
func (c *codeScreen) place(b layout.Box) {
	gap, target := layout.Size(fynetheme.SizeNameInnerPadding), layout.Size(theme.SizeNameTarget)
	letters := layout.Size(fynetheme.SizeNameText)
	var code, words layout.Box
	if b.Portrait() {
		b = b.Centred(min(b.Size.Width, 40*letters), min(b.Size.Height, 50*letters))
		b.Put(c.card)
		code, words = b.Inset(2*gap, gap).Top(b.Size.Height*0.5, gap)
	} else {
		b = b.Centred(b.Size.Width, min(b.Size.Height, 24*letters))
		b.Put(c.card)
		code, words = b.Inset(gap, gap).Left(min(b.Size.Height-2*gap, b.Size.Width*0.4), gap)
	}
	code.Put(c.code)
	row, words := words.Bottom(target, gap)
	row.Put(c.row.Root)
	title := c.title.HeightIn(fyne.NewSize(words.Size.Width, words.Size.Height*0.5))
	text := c.text.HeightIn(fyne.NewSize(words.Size.Width, words.Size.Height-title-gap))
	words = words.Centred(words.Size.Width, title+gap/2+text)
	part, rest := words.Top(title, gap/2)
	part.Put(c.title)
	rest.Put(c.text)
}

func (c *codeScreen) say(s flow.Scene) {
	words := &s.Words.Complaint
	anew := c.title.Text() != words.PhoneTitle
	c.code.SetText(c.flow.state.page)
	c.title.SetText(words.PhoneTitle)
	c.text.SetText(words.PhoneText)
	c.row.Button(0, s.Words.Done)
	if anew {
		c.place(layout.Box{Size: c.root.Size()})
	}
}

// callScreen is where the number to be called back on is typed, or left out.
type callScreen struct {
	flow  *Flow
	root  *fyne.Container
	entry *widgets.Entry
	note  *widgets.Text
	pad   *widgets.Keypad
	none  *widgets.Button
}

func newCallScreen(f *Flow) *callScreen {
	c := &callScreen{flow: f, entry: widgets.NewEntry(widgets.Telephone),
		note: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Color: fynetheme.ColorNameForeground, Lines: 3,
			Align: fyne.TextAlignCenter})}
	edit := func(change func(state) state) {
		if f.state.step == call && !f.shell.Busy() {
			f.enter(change(f.state))
		}
	}
	onward := func(s state) {
		if f.takes(call) {
			f.enter(s.onward(review))
		}
	}
	c.pad = widgets.NewKeypad(widgets.Pad{
		Typed:  func(key rune) { edit(func(s state) state { return s.typeDigit(key) }) },
		Delete: func() { edit(state.deleteDigit) },
		Done: func() {
			if f.state.phone != "" && plausible(f.state.phone) {
				onward(f.state)
			}
		},
	})
	c.none = widgets.NewButton(widgets.Plain, func() {
		s := f.state
		s.phone = ""
		onward(s)
	})
	c.root = container.New(layout.Stage(c.place), c.entry, c.note, c.pad, c.none)
	return c
}

// place puts the number and the way around it beside the pad, on an upright screen above and below.
func (c *callScreen) place(b layout.Box) {
	gap, target := layout.Size(fynetheme.SizeNameInnerPadding), layout.Size(theme.SizeNameTarget)
	entry, note := 1.1*target, 2.7*layout.Size(fynetheme.SizeNameText)
	width := max(3.2*target, 11*layout.Size(theme.SizeNameAction))
	if b.Portrait() {
		part, rest := b.Top(entry, gap/2)
		part.Centred(min(part.Size.Width, 30*layout.Size(fynetheme.SizeNameText)), entry).Put(c.entry)
		part, rest = rest.Top(note/2, gap/2)
		part.Put(c.note)
		part, rest = rest.Bottom(target, gap)
		part.Centred(min(width, part.Size.Width), target).Put(c.none)
		rest.Put(c.pad)
		return
	}
	left, rest := b.Left(b.Size.Width*0.42, 1.5*gap)
	left = left.Centred(left.Size.Width, entry+gap/2+note+gap+target)
	part, left := left.Top(entry, gap/2)
	part.Put(c.entry)
	part, left = left.Top(note, gap)
	part.Put(c.note)
	left.Centred(min(width, left.Size.Width), target).Put(c.none)
	rest.Put(c.pad)
}

func (c *callScreen) say(s flow.Scene) {
	words, digits := &s.Words.Complaint, c.flow.state.phone
	c.entry.SetHint(words.CallHint)
	c.entry.SetText(digits)
	note := words.CallSmall
	if len(digits) >= 7 && !plausible(digits) && !mayBecome(digits) {
		note = words.CallOdd
	}
	c.note.SetText(note)
	c.pad.SetWords(widgets.PadWords{Delete: s.Words.Survey.Erase, Done: words.Next, Others: s.Words.Survey.Others})
	c.pad.SetReady(digits != "" && plausible(digits))
	c.none.SetText(words.CallNone)
}

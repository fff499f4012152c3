package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
)

// Message is what a Notice says. All but the title may be empty.
type Message struct {
	Meaning Meaning
	Title   string
	// Number is something to remember, and Label what it is; they stand under each other.
	Label, Number string
	// Text is what it means for the customer, and Foot said besides in small letters.
	Text, Foot string
}

// Notice is a card that says how something went: a sign, a title, a number to remember, and what it means.
type Notice struct {
	Root                 *fyne.Container
	message              Message
	card, plate          *Panel
	fine, careful        *Sign
	title, label, number *Text
	text, foot           *Text
	row                  *Row
	area                 layout.Box
}

// NewNotice returns a notice with buttons to go on with.
func NewNotice(buttons ...*Button) *Notice {
	centred := func(name fyne.ThemeSizeName, color fyne.ThemeColorName, bold bool, lines int) *Text {
		return NewText(Style{Size: name, Color: color, Bold: bold, Align: fyne.TextAlignCenter, Lines: lines, Least: 0.55})
	}
	n := &Notice{
		card:    NewPanel(Shape{Fill: fynetheme.ColorNameButton, Rounded: true, Raised: true}),
		plate:   NewPanel(Shape{Fill: fynetheme.ColorNameSelection, Rounded: true}),
		fine:    NewSign(Fine),
		careful: NewSign(Careful),
		title:   centred(fynetheme.SizeNameHeadingText, fynetheme.ColorNameForeground, true, 2),
		label:   centred(fynetheme.SizeNameText, fynetheme.ColorNameForeground, false, 1),
		number:  centred(theme.SizeNameOffer, fynetheme.ColorNamePrimary, true, 1),
		text:    centred(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNameForeground, false, 5),
		foot:    centred(fynetheme.SizeNameText, fynetheme.ColorNamePlaceHolder, false, 3),
		row:     NewRow(buttons...),
	}
	n.Root = container.New(layout.Stage(n.place), n.card, n.plate, n.fine, n.careful, n.title, n.label, n.number, n.text, n.foot, n.row.Root)
	return n
}

// Row is that of the buttons.
func (n *Notice) Row() *Row { return n.row }

// Say shows another message.
func (n *Notice) Say(m Message) {
	if m == n.message {
		return
	}
	n.message = m
	n.title.SetText(m.Title)
	n.label.SetText(m.Label)
	n.number.SetText(m.Number)
	n.text.SetText(m.Text)
	n.foot.SetText(m.Foot)
	layout.Show(n.plate, m.Number != "")
	n.place(n.area)
}

// place sets one thing under the other, in the middle. The sign takes what room is left, up to a hand's breadth; what is
// said besides is left out where there is none.
func (n *Notice) place(b layout.Box) {
	n.area = b
	if b.Size.Width == 0 {
		return
	}
	gap, target := layout.Size(fynetheme.SizeNameInnerPadding), layout.Size(theme.SizeNameTarget)
	b = b.Centred(min(b.Size.Width, 46*layout.Size(fynetheme.SizeNameText)), b.Size.Height)
	room := b.Inset(1.5*gap, 0.7*gap).Size.SubtractWidthHeight(0, target+gap/2)
	heights, all, count := n.heights(room)
	between := min(gap/2, (room.Height-all)/float32(count))
	all += between * float32(count)
	sign := min(1.2*target, room.Height-all-between)
	if sign < 0.45*target {
		sign = 0
	} else {
		all += sign + between
	}
	layout.Show(n.fine, sign > 0 && n.message.Meaning == Fine)
	layout.Show(n.careful, sign > 0 && n.message.Meaning == Careful)
	card := b.Centred(b.Size.Width, min(b.Size.Height, all+target+gap/2+2*gap))
	card.Put(n.card)
	n.put(card.Inset(1.5*gap, 0.7*gap), sign, heights, between)
}

// parts are the texts from top to bottom.
func (n *Notice) parts() [5]*Text { return [...]*Text{n.title, n.label, n.number, n.text, n.foot} }

// heights are those of the parts in a column, their sum, and how many there are.
func (n *Notice) heights(room fyne.Size) (heights [5]float32, all float32, count int) {
	width := room.Width - 2*layout.Size(fynetheme.SizeNamePadding)
	for i, t := range n.parts() {
		if t.Text() == "" {
			continue
		}
		h := t.HeightIn(fyne.NewSize(width, room.Height))
		if t == n.foot && all+h > room.Height {
			continue
		}
		heights[i] = h
		all += h
		count++
	}
	return heights, all, count
}

func (n *Notice) put(b layout.Box, sign float32, heights [5]float32, between float32) {
	row, b := b.Bottom(layout.Size(theme.SizeNameTarget), layout.Size(fynetheme.SizeNameInnerPadding)/2)
	row.Put(n.row.Root)
	if sign > 0 {
		var part layout.Box
		part, b = b.Top(sign, between)
		part.Put(n.fine)
		part.Put(n.careful)
	}
	side := layout.Size(fynetheme.SizeNamePadding)
	for i, t := range n.parts() {
		layout.Show(t, heights[i] > 0)
		gap := between
		if t == n.label { // it stands on the plate with the number
			gap = 0
			plate, _ := b.Top(heights[1]+heights[2], 0)
			plate.Centred(min(plate.Size.Width, 20*layout.Size(fynetheme.SizeNameText)), plate.Size.Height).Put(n.plate)
		}
		if heights[i] == 0 {
			continue
		}
		var part layout.Box
		part, b = b.Top(heights[i], gap)
		part.Inset(side, 0).Put(t)
	}
}

// Spoken is the message as it is read aloud, part by part.
func (n *Notice) Spoken() []string {
	m := n.message
	return []string{m.Title, m.Label, m.Number, m.Text, m.Foot}
}

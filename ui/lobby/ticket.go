package lobby

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// ticketScreen shows a ticket that was taken: the number first, then how many are ahead and how long that may take, as
// it was told when the ticket was taken; the code of the ticket's page; and what became of the paper.
type ticketScreen struct {
	all           *fyne.Container
	card, side    *widgets.Panel
	label, number *widgets.Text
	service       *widgets.Text
	ahead, wait   *widgets.Text
	watch         *widgets.Text // what to do now, or what became of the paper
	scan          *widgets.Text
	code          *widgets.Code
	again, done   *widgets.Button
	arranged      [3]bool // whether there is a wait, a code, a button for another paper
}

func newTicketScreen(taps taps) *ticketScreen {
	text := func(name fyne.ThemeSizeName, color fyne.ThemeColorName, bold bool, lines int) *widgets.Text {
		return widgets.NewText(widgets.Style{Size: name, Least: 0.4, Color: color, Bold: bold, Lines: lines, Align: fyne.TextAlignCenter})
	}
	t := &ticketScreen{
		card:    widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameButton, Rounded: true, Raised: true}),
		side:    widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameSelection, Rounded: true}),
		label:   text(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNamePlaceHolder, false, 1),
		number:  widgets.NewNumber(),
		service: text(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNameForeground, true, 2),
		ahead:   text(fynetheme.SizeNameHeadingText, fynetheme.ColorNameForeground, true, 2),
		wait:    text(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNamePrimary, true, 2),
		watch:   text(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNameForeground, false, 5),
		scan:    text(fynetheme.SizeNameText, fynetheme.ColorNameForeground, false, 2),
		code:    widgets.NewCode(),
		again:   widgets.NewButton(widgets.Plain, func() { taps.step(reprint{taps.newRequest()}) }),
		done:    widgets.NewButton(widgets.Primary, taps.does(leave{})),
	}
	t.all = container.New(layout.Stage(t.place), t.card, t.side, t.label, t.number, t.service, t.ahead, t.wait, t.watch, t.scan, t.code, t.again, t.done)
	return t
}

func (t *ticketScreen) root() fyne.CanvasObject { return t.all }

// place puts the number beside the rest, on an upright screen above it.
func (t *ticketScreen) place(b layout.Box) {
	gap := layout.Size(fynetheme.SizeNameInnerPadding)
	text := layout.Size(fynetheme.SizeNameText)
	var number, rest layout.Box
	if b.Portrait() {
		b = b.Centred(b.Size.Width, 52*text)
		b.Put(t.card)
		number, rest = b.Inset(gap, gap).Top((b.Size.Height-3*gap)*0.42, gap)
	} else {
		b = b.Centred(50*text, 24*text)
		b.Put(t.card)
		number, rest = b.Inset(gap, gap).Left((b.Size.Width-3*gap)*0.4, gap)
	}
	t.placeNumber(number)
	rest.Put(t.side)
	t.placeRest(rest.Inset(gap, gap), gap)
}

func (t *ticketScreen) placeNumber(b layout.Box) {
	line := 1.5 * layout.Size(fynetheme.SizeNameSubHeadingText)
	number := min(b.Size.Height-3*line, 1.3*layout.Size(theme.SizeNameNumber))
	b = b.Centred(b.Size.Width, number+3*line)
	part, rest := b.Top(line, 0)
	part.Put(t.label)
	part, rest = rest.Top(number, 0)
	part.Put(t.number)
	rest.Put(t.service)
}

// placeRest puts the buttons at the bottom, the code at the right above them, and what there is to read beside it.
func (t *ticketScreen) placeRest(b layout.Box, gap float32) {
	row, b := b.Bottom(layout.Size(theme.SizeNameTarget), gap)
	if t.again.Visible() {
		cells := row.Grid(2, 1, gap)
		cells[0].Put(t.again)
		cells[1].Put(t.done)
	} else {
		row.Put(t.done)
	}
	if t.code.Visible() {
		side := min(b.Size.Width*0.38, b.Size.Height-2.8*layout.Size(fynetheme.SizeNameText))
		var right layout.Box
		right, b = b.Right(max(side, b.Size.Width*0.3), gap)
		code, words := right.Centred(right.Size.Width, side+2.8*layout.Size(fynetheme.SizeNameText)).Top(side, 0)
		code.Put(t.code)
		words.Put(t.scan)
	}
	t.placeText(b)
}

func (t *ticketScreen) placeText(b layout.Box) {
	small := layout.Size(fynetheme.SizeNameSubHeadingText)
	wait, watch := float32(0), 4.2*small
	if t.wait.Text() != "" {
		wait = 2.7 * small
	}
	ahead := 2.7 * layout.Size(fynetheme.SizeNameHeadingText)
	if over := ahead + wait + watch - b.Size.Height; over > 0 {
		part := b.Size.Height / (ahead + wait + watch)
		ahead, wait, watch = ahead*part, wait*part, watch*part
	}
	b = b.Centred(b.Size.Width, ahead+wait+watch)
	part, b := b.Top(ahead, 0)
	part.Put(t.ahead)
	part, b = b.Top(wait, 0)
	part.Put(t.wait)
	b.Put(t.watch)
}

func (t *ticketScreen) say(s state, c *lang.Catalogue, v Snapshot) {
	t.label.SetText(c.YourNumber)
	t.number.SetText(s.ticket.Number)
	t.service.SetText(v.service(s.ticket.Service).Names.In(s.language))
	t.ahead.SetText(c.Ahead(s.ticket.Ahead))
	wait := ""
	if w := s.ticket.Wait; w.Known() {
		wait = c.Expect(w.Low, w.High)
	}
	t.wait.SetText(wait)
	t.watch.SetText(paperWords(s, c))
	t.scan.SetText(c.Shell.Scan)
	t.code.SetText(s.ticket.Page)
	t.again.SetText(c.Shell.PrintAgain)
	t.done.SetText(c.Done)
	anew := [...]bool{wait != "", s.ticket.Page != "", v.Paper && s.canReprint()}
	layout.Show(t.code, anew[1])
	layout.Show(t.scan, anew[1])
	layout.Show(t.again, anew[2])
	if anew != t.arranged {
		t.arranged = anew
		t.all.Refresh()
	}
}

// paperWords say what became of the paper, and what to do where there is none.
func paperWords(s state, c *lang.Catalogue) string {
	switch {
	case s.paper == printing:
		return c.Shell.Printing
	case s.paper == printed:
		return c.Shell.TakePaper
	case s.paper == unprinted:
		return c.Shell.NotPrinted
	}
	return c.WatchCalls
}

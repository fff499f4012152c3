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
// it was told when the ticket was taken.
type ticketScreen struct {
	all            *fyne.Container
	card, side     *widgets.Panel
	label, number  *widgets.Text
	service        *widgets.Text
	ahead, wait    *widgets.Text
	watch, goingOn *widgets.Text
	done           *widgets.Button
}

func newTicketScreen(taps taps) *ticketScreen {
	text := func(name fyne.ThemeSizeName, color fyne.ThemeColorName, bold bool, lines int) *widgets.Text {
		return widgets.NewText(widgets.Style{Size: name, Color: color, Bold: bold, Lines: lines, Align: fyne.TextAlignCenter})
	}
	t := &ticketScreen{
		card:    widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameButton, Rounded: true, Raised: true}),
		side:    widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameSelection, Rounded: true}),
		label:   text(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNamePlaceHolder, false, 1),
		number:  widgets.NewNumber(),
		service: text(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNameForeground, true, 2),
		ahead:   text(fynetheme.SizeNameHeadingText, fynetheme.ColorNameForeground, true, 2),
		wait:    text(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNamePrimary, true, 1),
		watch:   text(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNameForeground, false, 3),
		goingOn: text(fynetheme.SizeNameText, fynetheme.ColorNamePlaceHolder, false, 1),
		done:    widgets.NewButton(widgets.Primary, taps.does(leave{})),
	}
	t.all = container.New(layout.Stage(t.place), t.card, t.side, t.label, t.number, t.service, t.ahead, t.wait, t.watch, t.goingOn, t.done)
	return t
}

func (t *ticketScreen) root() fyne.CanvasObject { return t.all }

func (t *ticketScreen) place(b layout.Box) {
	gap := layout.Size(fynetheme.SizeNameInnerPadding)
	text := layout.Size(fynetheme.SizeNameText)
	var number, rest layout.Box
	if b.Portrait() {
		b = b.Centred(b.Size.Width, 46*text)
		b.Put(t.card)
		number, rest = b.Inset(gap, gap).Top((b.Size.Height-3*gap)*0.55, gap)
	} else {
		b = b.Centred(46*text, 22*text)
		b.Put(t.card)
		number, rest = b.Inset(gap, gap).Left((b.Size.Width-3*gap)*0.52, gap)
	}
	t.placeNumber(number)
	t.placeRest(rest, gap)
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

func (t *ticketScreen) placeRest(b layout.Box, gap float32) {
	b.Put(t.side)
	b = b.Inset(gap, gap)
	line := layout.Size(fynetheme.SizeNameText)
	part, b := b.Bottom(1.4*line, gap/2)
	part.Put(t.goingOn)
	part, b = b.Bottom(layout.Size(theme.SizeNameTarget), gap)
	part.Put(t.done)
	small := layout.Size(fynetheme.SizeNameSubHeadingText)
	wait, watch := float32(0), 4*small
	if t.wait.Text() != "" {
		wait, watch = 1.6*small, 3*small
	}
	ahead := min(2*layout.Size(fynetheme.SizeNameHeadingText), b.Size.Height-wait-watch)
	b = b.Centred(b.Size.Width, ahead+wait+watch)
	part, b = b.Top(ahead, 0)
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
	anew := (wait == "") != (t.wait.Text() == "")
	t.wait.SetText(wait)
	t.watch.SetText(c.WatchCalls)
	t.goingOn.SetText(c.ReturnIn(s.left))
	t.done.SetText(c.Done)
	if anew {
		t.all.Refresh()
	}
}

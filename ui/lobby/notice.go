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

// notice is a sign, a sentence, what it means for the customer, and buttons to go on with.
type notice struct {
	all                 *fyne.Container
	card                *widgets.Panel
	sign                *widgets.Sign
	title, text, footer *widgets.Text
	buttons             []*widgets.Button
}

func newNotice(meaning widgets.Meaning, buttons ...*widgets.Button) *notice {
	centred := func(name fyne.ThemeSizeName, color fyne.ThemeColorName, bold bool) *widgets.Text {
		return widgets.NewText(widgets.Style{Size: name, Color: color, Bold: bold, Align: fyne.TextAlignCenter, Lines: 3, Least: 0.45})
	}
	n := &notice{
		card:    widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameButton, Rounded: true, Raised: true}),
		sign:    widgets.NewSign(meaning),
		title:   centred(fynetheme.SizeNameHeadingText, fynetheme.ColorNameForeground, true),
		text:    centred(fynetheme.SizeNameSubHeadingText, fynetheme.ColorNameForeground, false),
		footer:  centred(fynetheme.SizeNameText, fynetheme.ColorNamePlaceHolder, false),
		buttons: buttons,
	}
	objects := []fyne.CanvasObject{n.card, n.sign, n.title, n.text, n.footer}
	for _, b := range buttons {
		objects = append(objects, b)
	}
	n.all = container.New(layout.Stage(n.place), objects...)
	return n
}

func (n *notice) place(b layout.Box) {
	gap, target := layout.Size(fynetheme.SizeNameInnerPadding), layout.Size(theme.SizeNameTarget)
	b = b.Centred(38*layout.Size(fynetheme.SizeNameText), 22*layout.Size(fynetheme.SizeNameText))
	b.Put(n.card)
	b = b.Inset(2*gap, gap*1.5)
	if n.footer.Text() != "" {
		height := n.footer.HeightIn(fyne.NewSize(b.Size.Width, 2.6*layout.Size(fynetheme.SizeNameText)))
		footer, rest := b.Bottom(height, gap/2)
		footer.Put(n.footer)
		b = rest
	}
	if len(n.buttons) > 0 {
		row, rest := b.Bottom(target, gap)
		shown := n.shown()
		width := float32(len(shown))*10*layout.Size(theme.SizeNameAction) + float32(len(shown)-1)*gap
		for i, cell := range row.Centred(width, target).Grid(len(shown), 1, gap) {
			cell.Put(shown[i])
		}
		b = rest
	}
	title, text := 1.5*layout.Size(fynetheme.SizeNameHeadingText), 2.7*layout.Size(fynetheme.SizeNameSubHeadingText)
	sign := min(b.Size.Height-title-text-gap, 1.3*target)
	b = b.Centred(b.Size.Width, sign+gap/2+title+text)
	part, rest := b.Top(sign, gap/2)
	part.Put(n.sign)
	part, rest = rest.Top(title, 0)
	part.Put(n.title)
	rest.Put(n.text)
}

// shown are the buttons that there are at the moment.
func (n *notice) shown() (shown []*widgets.Button) {
	for _, b := range n.buttons {
		if b.Visible() {
			shown = append(shown, b)
		}
	}
	return shown
}

func (n *notice) say(title, text string) {
	n.title.SetText(title)
	n.text.SetText(text)
}

// besides says something in small letters below all else.
func (n *notice) besides(text string) {
	if text != n.footer.Text() {
		n.footer.SetText(text)
		n.all.Refresh()
	}
}

// waitingScreen asks for a moment.
type waitingScreen struct {
	all  *fyne.Container
	text *widgets.Text
}

func newWaitingScreen() *waitingScreen {
	w := &waitingScreen{text: widgets.NewText(widgets.Style{
		Size: fynetheme.SizeNameHeadingText, Color: fynetheme.ColorNameForeground, Bold: true, Align: fyne.TextAlignCenter})}
	w.all = container.NewStack(w.text)
	return w
}

func (w *waitingScreen) root() fyne.CanvasObject { return w.all }

func (w *waitingScreen) say(_ state, c *lang.Catalogue, _ Snapshot) { w.text.SetText(c.Taking) }

// troubleScreen says what could not be done and what to do instead.
type troubleScreen struct {
	notice       *notice
	again, leave *widgets.Button
}

func newTroubleScreen(taps taps) *troubleScreen {
	again := widgets.NewButton(widgets.Primary, taps.does(retry{}))
	back := widgets.NewButton(widgets.Plain, taps.does(leave{}))
	return &troubleScreen{notice: newNotice(widgets.Careful, back, again), again: again, leave: back}
}

func (t *troubleScreen) root() fyne.CanvasObject { return t.notice.all }

func (t *troubleScreen) say(s state, c *lang.Catalogue, _ Snapshot) {
	t.notice.say(s.problem.say(c))
	if helps := s.problem.again != nil || s.problem.call != nil; helps != t.again.Visible() {
		layout.Show(t.again, helps)
		t.notice.all.Refresh()
	}
	t.again.SetText(c.TryAgain)
	t.leave.SetText(c.Back)
}

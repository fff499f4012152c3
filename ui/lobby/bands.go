package lobby

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// topBand says where one is and what to do, and offers the languages.
type topBand struct {
	root         *fyne.Container
	back         *widgets.Panel
	title        lang.Names
	small, large *widgets.Text
	languages    [len(lang.All)]*widgets.Button
}

func newTopBand(title lang.Names, taps taps) *topBand {
	t := &topBand{
		title: title,
		back:  widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameHeaderBackground}),
		small: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Color: fynetheme.ColorNameForegroundOnPrimary}),
		large: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameHeadingText, Least: 0.5, Color: fynetheme.ColorNameForegroundOnPrimary, Bold: true}),
	}
	objects := []fyne.CanvasObject{t.back, t.small, t.large}
	for i, l := range lang.All {
		t.languages[i] = widgets.NewButton(widgets.Choice, taps.does(speak{l}))
		t.languages[i].SetText(lang.Of(l).Name)
		objects = append(objects, t.languages[i])
	}
	t.root = container.New(layout.Stage(t.place), objects...)
	return t
}

func (t *topBand) place(b layout.Box) {
	b.Put(t.back)
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	b = b.Inset(2*gap, 0)
	width := max(target, 5*layout.Size(theme.SizeNameAction))
	all := float32(len(t.languages))
	buttons, text := b.Right(all*width+(all-1)*gap, 2*gap)
	for i, cell := range buttons.Centred(buttons.Size.Width, target).Grid(len(t.languages), 1, gap) {
		cell.Put(t.languages[i])
	}
	small, large := layout.Size(fynetheme.SizeNameText)*1.4, layout.Size(fynetheme.SizeNameHeadingText)*1.4
	if t.small.Text() == "" {
		small = 0
	}
	part, rest := text.Centred(text.Size.Width, small+large).Top(small, 0)
	part.Put(t.small)
	rest.Put(t.large)
}

func (t *topBand) say(s state, c *lang.Catalogue, v Snapshot) {
	for i, l := range lang.All {
		t.languages[i].SetChosen(l == s.language)
	}
	title := t.title.In(s.language)
	large, small := c.ChooseService, c.TouchToTake
	group, opened := v.opened(s.group)
	switch {
	case s.screen == ticket:
		large, small = c.YourTicket, ""
	case s.screen == rating:
		large, small = c.HowWasVisit, c.TouchAFace
	case s.screen != home || len(v.Services) == 0:
		// The screen says it itself.
		large, small, title = cmp.Or(title, c.Machine), "", ""
	case opened:
		title = cmp.Or(group.Names.In(s.language), title)
	case !v.anyOpen():
		large, small = c.NoServices, ""
	case slices.ContainsFunc(v.choices(""), choice.isGroup):
		large, small = c.ChooseGroup, ""
	}
	t.large.SetText(large)
	t.small.SetText(cmp.Or(title, small))
	t.root.Refresh()
}

// callsShown is how many calls the strip has room for on the widest screens.
const callsShown = 5

// bottomBand says who is being called, and has the button that leads aside or back.
type bottomBand struct {
	root        *fyne.Container
	back, edge  *widgets.Panel
	label, none *widgets.Text
	calls       [callsShown]*widgets.Call
	count       int // calls there are
	rate, leave *widgets.Button
}

func newBottomBand(taps taps) *bottomBand {
	b := &bottomBand{
		back:  widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameButton}),
		edge:  widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameSeparator}),
		label: widgets.NewText(widgets.Style{Size: theme.SizeNameAction, Bold: true, Color: fynetheme.ColorNameForeground, Lines: 2}),
		none:  widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Color: fynetheme.ColorNamePlaceHolder}),
		rate:  widgets.NewButton(widgets.Plain, taps.does(openRating{})),
		leave: widgets.NewButton(widgets.Plain, taps.does(leave{})),
	}
	objects := []fyne.CanvasObject{b.back, b.edge, b.label, b.none}
	for i := range b.calls {
		b.calls[i] = widgets.NewCall()
		objects = append(objects, b.calls[i])
	}
	b.root = container.New(layout.Stage(b.place), append(objects, b.rate, b.leave)...)
	return b
}

func (b *bottomBand) place(area layout.Box) {
	area.Put(b.back)
	edge, _ := area.Top(layout.Size(fynetheme.SizeNameInputBorder), 0)
	edge.Put(b.edge)
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	area = area.Inset(2*gap, 0)
	button, area := area.Right(max(target, 7.6*layout.Size(theme.SizeNameAction)), 2*gap)
	button = button.Centred(button.Size.Width, target)
	button.Put(b.rate)
	button.Put(b.leave)
	label, area := area.Left(4.2*layout.Size(theme.SizeNameAction), gap)
	label.Put(b.label)
	area.Put(b.none)
	b.placeCalls(area.Centred(area.Size.Width, layout.Size(theme.SizeNameBand)-2*gap), gap)
}

// placeCalls shows as many calls as there is room for, the latest first.
func (b *bottomBand) placeCalls(area layout.Box, gap float32) {
	width := 5 * layout.Size(fynetheme.SizeNameText)
	fit := min(callsShown, max(1, int((area.Size.Width+gap)/(width+gap))))
	width = min(width*1.3, (area.Size.Width-float32(fit-1)*gap)/float32(fit))
	for i, call := range b.calls {
		layout.Show(call, i < min(fit, b.count))
		var cell layout.Box
		cell, area = area.Left(width, gap)
		cell.Put(call)
	}
}

func (b *bottomBand) say(s state, c *lang.Catalogue, v Snapshot) {
	b.label.SetText(c.NowServing)
	b.none.SetText(c.NoCalls)
	b.rate.SetText(c.RateVisit)
	b.leave.SetText(c.Back)
	layout.Show(b.none, len(v.Called) == 0)
	_, opened := v.opened(s.group)
	layout.Show(b.rate, s.screen == home && !opened)
	layout.Show(b.leave, s.screen == rating || s.screen == home && opened)
	for i, call := range v.Called[:min(callsShown, len(v.Called))] {
		b.calls[i].SetCall(call.Number, call.counter(s.language), i == 0)
	}
	if count := min(callsShown, len(v.Called)); count != b.count {
		b.count = count
		b.root.Refresh()
	}
}

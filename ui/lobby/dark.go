package lobby

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// darkScreen is what there is outside opening hours: black, with the time and how to make light in small letters.
type darkScreen struct {
	all         *fyne.Container
	back        *widgets.Panel
	clock, hint *widgets.Text
	area        *widgets.Area
}

func newDarkScreen(taps taps) *darkScreen {
	text := func(name fyne.ThemeSizeName) *widgets.Text {
		return widgets.NewText(widgets.Style{Size: name, Color: theme.ColorNameInTheDark, Align: fyne.TextAlignCenter})
	}
	d := &darkScreen{
		back:  widgets.NewPanel(widgets.Shape{Fill: theme.ColorNameDark}),
		clock: text(theme.SizeNameOffer),
		hint:  text(fynetheme.SizeNameText),
		area:  widgets.NewArea(taps.does(touch{})),
	}
	d.all = container.New(layout.Stage(d.place), d.back, d.clock, d.hint, d.area)
	d.all.Hide()
	return d
}

func (d *darkScreen) root() fyne.CanvasObject { return d.all }

func (d *darkScreen) place(b layout.Box) {
	b.Put(d.back)
	b.Put(d.area)
	clock, hint := 1.4*layout.Size(theme.SizeNameOffer), 1.6*layout.Size(fynetheme.SizeNameText)
	part, rest := b.Centred(b.Size.Width*0.8, clock+hint).Top(clock, 0)
	part.Put(d.clock)
	rest.Put(d.hint)
}

func (d *darkScreen) say(scene flow.Scene) {
	d.clock.SetText(scene.At.Format("15:04"))
	d.hint.SetText(scene.Words.Shell.Wake)
}

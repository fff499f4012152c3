package lobby

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// countdown asks whether somebody is still there. Its button says how to stay; a tap anywhere does as well.
type countdown struct {
	all            *fyne.Container
	back           *widgets.Panel
	seconds        *widgets.Text
	question, then *widgets.Text
	stay           *widgets.Button
}

func newCountdown(taps taps) *countdown {
	d := &countdown{
		back: widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameWarning}),
		seconds: widgets.NewText(widgets.Style{Size: theme.SizeNameCountdown, Least: 0.4, Color: fynetheme.ColorNameForegroundOnWarning, Bold: true,
			Align: fyne.TextAlignCenter}),
		question: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameHeadingText, Least: 0.5, Color: fynetheme.ColorNameForegroundOnWarning, Bold: true, Lines: 2}),
		then:     widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Least: 0.45, Color: fynetheme.ColorNameForegroundOnWarning, Lines: 2}),
		stay:     widgets.NewButton(widgets.Plain, taps.does(touch{})),
	}
	d.all = container.New(layout.Stage(d.place), d.back, d.seconds, d.question, d.then, d.stay)
	return d
}

func (d *countdown) place(b layout.Box) {
	b.Put(d.back)
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	b = b.Inset(1.5*gap, 0)
	stay, b := b.Right(max(target, min(6*layout.Size(theme.SizeNameAction), b.Size.Width/3)), gap)
	stay.Centred(stay.Size.Width, target).Put(d.stay)
	seconds, b := b.Left(1.4*layout.Size(theme.SizeNameCountdown), gap)
	seconds.Put(d.seconds)
	question := 0.55 * b.Size.Height
	part, rest := b.Centred(b.Size.Width, 0.94*b.Size.Height).Top(question, 0)
	part.Put(d.question)
	rest.Put(d.then)
}

func (d *countdown) say(s state, c *lang.Catalogue) {
	if !s.warns() {
		return
	}
	d.seconds.SetText(strconv.Itoa(s.left))
	d.question.SetText(c.Shell.StillThere)
	d.stay.SetText(c.Shell.Continue)
	if s.screen == home && s.dim && s.customer == nobody {
		d.then.SetText(c.Shell.Dims(s.left))
		return
	}
	d.then.SetText(c.Shell.Returns(s.left))
}

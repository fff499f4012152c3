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

// strip is the buttons for everybody: the other language, larger text, more contrast, everything lower, read aloud. It is
// at the lower edge of every screen, where everybody reaches it.
type strip struct {
	all                               *fyne.Container
	languages                         [len(lang.All)]*widgets.Button
	large, contrast, lower, readAloud *widgets.Button
	buttons                           []*widgets.Button // those that there are, of the languages one
}

func newStrip(voice bool, taps taps) *strip {
	b := &strip{
		large:     widgets.NewButton(widgets.Choice, taps.does(adjust{largeText})),
		contrast:  widgets.NewButton(widgets.Choice, taps.does(adjust{highContrast})),
		lower:     widgets.NewButton(widgets.Choice, taps.does(adjust{lowLayout})),
		readAloud: widgets.NewButton(widgets.Choice, taps.does(talk{})),
	}
	var objects []fyne.CanvasObject
	for i, l := range lang.All {
		b.languages[i] = widgets.NewButton(widgets.Choice, taps.does(speak{l}))
		b.languages[i].SetText(lang.Of(l).Name)
		objects = append(objects, b.languages[i])
	}
	b.buttons = []*widgets.Button{b.languages[0], b.large, b.contrast, b.lower}
	if voice {
		b.buttons = append(b.buttons, b.readAloud)
	}
	for _, button := range b.buttons[1:] {
		objects = append(objects, button)
	}
	b.all = container.New(layout.Stage(b.place), objects...)
	return b
}

func (b *strip) root() fyne.CanvasObject { return b.all }

// width is what the strip takes of a row that it shares.
func (b *strip) width(row float32) float32 {
	gap, count := layout.Size(fynetheme.SizeNamePadding), float32(len(b.buttons))
	return max(count*layout.Size(theme.SizeNameTarget)+(count+2)*gap, row*0.5)
}

func (b *strip) place(area layout.Box) {
	gap, target := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget)
	area = area.Inset(1.5*gap, 0)
	for i, cell := range area.Centred(area.Size.Width, target).Grid(len(b.buttons), 1, gap) {
		cell.Put(b.buttons[i])
		if i == 0 {
			for _, language := range b.languages {
				cell.Put(language)
			}
		}
	}
}

// tick marks what is chosen: not by colour alone.
const tick = "✓ "

func (b *strip) say(s state, c *lang.Catalogue) {
	for i, l := range lang.All {
		layout.Show(b.languages[i], l == other(s.language))
	}
	set := func(button *widgets.Button, text string, chosen bool) {
		if chosen {
			text = tick + text
		}
		button.SetText(text)
		button.SetChosen(chosen)
	}
	set(b.large, c.Shell.Large, s.look.Large)
	set(b.contrast, c.Shell.Contrast, s.look.Contrast)
	set(b.lower, c.Shell.Low, s.low)
	b.readAloud.SetChosen(s.speaking)
	switch {
	case s.speaking:
		b.readAloud.SetText(c.Shell.Silence)
	case s.mute:
		b.readAloud.SetText(c.Shell.NoVoice)
	default:
		b.readAloud.SetText(c.Shell.Speak)
	}
}

// other is the language after one: the next tap's.
func other(l lang.Language) lang.Language {
	for i, candidate := range lang.All {
		if candidate == l {
			return lang.All[(i+1)%len(lang.All)]
		}
	}
	return lang.Default
}

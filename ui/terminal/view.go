package terminal

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	asked "stationkeeper/kiosk/survey"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/survey"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// view is everything there is to see: the question at the top, its answers, and the buttons for everybody below.
type view struct {
	terminal     *Terminal
	root         *fyne.Container
	size         fyne.Size
	back, band   *widgets.Panel
	large, small *widgets.Text

	faces   *widgets.Faces
	options *widgets.Options
	row     *widgets.Row // skip, send
	count   *widgets.Text
	thanks  *widgets.Notice
	trouble *widgets.Notice
	strip   *widgets.Row // the other language, larger, more contrast, read aloud
}

func newView(t *Terminal) *view {
	header := func(size fyne.ThemeSizeName, bold bool, lines int) *widgets.Text {
		return widgets.NewText(widgets.Style{Size: size, Least: 0.45, Color: theme.ColorNameForegroundOnHeader, Bold: bold, Lines: lines})
	}
	now := t.options.Now
	v := &view{
		terminal: t,
		back:     widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameBackground}),
		band:     widgets.NewPanel(widgets.Shape{Fill: fynetheme.ColorNameHeaderBackground}),
		large:    header(fynetheme.SizeNameHeadingText, true, 2),
		small:    header(fynetheme.SizeNameText, false, 1),
		faces:    widgets.NewFaces(func(level int) { t.step(t.state.rate(t.questions, level, now())) }),
		options: widgets.NewOptions(func(i int) { t.moved(t.state.choose(t.questions, i, now())) },
			func() { t.moved(t.state.touched()) }),
		row: widgets.NewRow(
			widgets.NewButton(widgets.Plain, func() { t.step(t.state.skip(now())) }),
			widgets.NewButton(widgets.Primary, func() { t.step(t.state.finish(now())) })),
		count: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameSubHeadingText, Least: 0.5, Color: fynetheme.ColorNameForeground, Bold: true,
			Align: fyne.TextAlignCenter}),
		strip: widgets.NewRow(
			widgets.NewButton(widgets.Choice, func() { t.moved(t.state.speak(other(t.state.language))) }),
			widgets.NewButton(widgets.Choice, func() { t.moved(t.state.enlarge()) }),
			widgets.NewButton(widgets.Choice, func() { t.moved(t.state.contrast()) }),
			widgets.NewButton(widgets.Choice, t.talk)),
	}
	leave := func() { t.moved(t.state.leave(now())) }
	v.thanks = widgets.NewNotice(widgets.NewButton(widgets.Primary, leave))
	v.trouble = widgets.NewNotice(widgets.NewButton(widgets.Plain, leave), widgets.NewButton(widgets.Primary, func() { t.step(t.state.again(now())) }))
	v.root = container.New(layout.Stage(v.place), v.back, v.band, v.large, v.small, v.faces.Root, v.options.Root, v.row.Root, v.count,
		v.thanks.Root, v.trouble.Root, v.strip.Root)
	return v
}

func (v *view) place(b layout.Box) {
	if b.Size != v.size {
		v.size = b.Size
		v.terminal.options.Resized(b.Size)
	}
	b.Put(v.back)
	gap, target, pad := layout.Size(fynetheme.SizeNamePadding), layout.Size(theme.SizeNameTarget), layout.Size(fynetheme.SizeNameInnerPadding)
	band, rest := b.Top(layout.Size(theme.SizeNameBand), 0)
	band.Put(v.band)
	v.placeHeading(band.Inset(2*gap, gap/2))
	strip, rest := rest.Bottom(target+2*gap, 0)
	strip.Inset(2*gap, gap).Put(v.strip.Root)
	middle := rest.Inset(1.2*pad, 0.6*pad)
	middle.Put(v.thanks.Root)
	middle.Put(v.trouble.Root)
	middle.Put(v.faces.Root)
	count := 1.4 * layout.Size(fynetheme.SizeNameSubHeadingText)
	row, middle := middle.Bottom(target, gap)
	row.Put(v.row.Root)
	line, middle := middle.Bottom(count, gap/2)
	line.Put(v.count)
	middle.Put(v.options.Root)
}

func (v *view) placeHeading(b layout.Box) {
	small := float32(0)
	if v.small.Text() != "" {
		small = min(0.35*b.Size.Height, 1.4*layout.Size(fynetheme.SizeNameText))
	}
	part, rest := b.Top(small, 0)
	part.Put(v.small)
	rest.Put(v.large)
}

// show draws the state. What has not changed is not drawn again.
func (v *view) show() {
	s, t := v.terminal.state, v.terminal
	c := lang.Of(s.language)
	v.sayHeading(s, c)
	v.faces.Say(c.Scores, 0)
	for level := widgets.LowestScore; level <= widgets.HighestScore; level++ {
		v.faces.Face(level).Hold(s.busy && s.level == level)
	}
	v.sayReasons(s, c)
	v.thanks.Say(widgets.Message{Meaning: widgets.Fine, Title: c.Survey.Thanks, Text: c.Survey.ThanksMore, Foot: survey.LastMonth(c, t.data.LastMonth)})
	v.thanks.Row().Button(0, c.Done)
	v.trouble.Say(widgets.Message{Meaning: widgets.Careful, Title: c.NoRating, Text: c.NoRatingDo})
	v.trouble.Row().Button(0, c.Done)
	v.trouble.Row().Button(1, c.TryAgain)
	v.sayStrip(s, c)
	layout.Show(v.faces.Root, s.screen == asking)
	for _, part := range []fyne.CanvasObject{v.options.Root, v.row.Root, v.count} {
		layout.Show(part, s.screen == why)
	}
	layout.Show(v.thanks.Root, s.screen == thanks)
	layout.Show(v.trouble.Root, s.screen == trouble)
}

func (v *view) sayHeading(s state, c *lang.Catalogue) {
	large, small := v.terminal.questions.Title.In(string(s.language)), v.terminal.options.Title.In(s.language)
	switch s.screen {
	case asking:
		if small == "" {
			small = c.Survey.Enough
		}
	case why:
		if question, ok := reasons(v.terminal.questions, s.level); ok {
			large, small = question.Text.In(string(s.language)), c.Scores[s.level-1]
		}
	default:
		large, small = c.RateVisit, v.terminal.options.Title.In(s.language)
	}
	if anew := (small == "") != (v.small.Text() == ""); anew {
		v.small.SetText(small)
		v.root.Refresh()
	}
	v.small.SetText(small)
	v.large.SetText(large)
}

// sayReasons offers the reasons of who is dissatisfied. Who chooses none skips; the last seconds are counted down.
func (v *view) sayReasons(s state, c *lang.Catalogue) {
	question, ok := reasons(v.terminal.questions, s.level)
	if !ok || s.screen != why {
		v.options.Begin()
		return
	}
	chosen := s.reasons()
	texts := make([]string, len(question.Options))
	for i, o := range question.Options {
		texts[i] = o.Text.In(string(s.language))
	}
	v.options.Pager.Say(widgets.PagerWords{Previous: c.PreviousPage, Next: c.NextPage, Page: c.Page})
	v.options.Say(texts, question.Kind == asked.Many, func(i int) bool { return slices.Contains(chosen, question.Options[i].ID) })
	skip, send := c.Survey.Skip, ""
	if len(chosen) > 0 {
		send = c.Survey.Send
	}
	v.row.Button(0, skip)
	v.row.Button(1, send)
	count := ""
	if s.left > 0 && s.left <= warns {
		count = c.Survey.SendsIn(s.left)
	}
	v.count.SetText(count)
}

// tick marks what is chosen: not by colour alone.
const tick = "✓ "

func (v *view) sayStrip(s state, c *lang.Catalogue) {
	mark := func(text string, chosen bool) string {
		if chosen {
			return tick + text
		}
		return text
	}
	v.strip.Button(0, lang.Of(other(s.language)).Name)
	v.strip.Button(1, mark(c.Shell.Large, s.look.Large))
	v.strip.Button(2, mark(c.Shell.Contrast, s.look.Contrast))
	v.strip.Button(3, v.voice(c))
}

// voice is what is written on the button that reads aloud; nothing where there is no voice.
func (v *view) voice(c *lang.Catalogue) string {
	switch t := v.terminal; {
	case t.options.Voice == nil:
		return ""
	case t.speaking():
		return c.Shell.Silence
	case t.mute:
		return c.Shell.NoVoice
	}
	return c.Shell.Speak
}

// other is the language after one.
func other(l lang.Language) lang.Language {
	i := slices.Index(lang.All[:], l)
	return lang.All[(i+1)%len(lang.All)]
}

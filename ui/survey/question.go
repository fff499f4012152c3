package survey

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	asked "stationkeeper/kiosk/survey"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// questionScreen asks one question: in large letters, with its answers below and the ways around it at the bottom.
type questionScreen struct {
	flow       *Flow
	root       *fyne.Container
	text, hint *widgets.Text
	faces      *widgets.Faces
	options    *widgets.Options
	row        *widgets.Row // skip, finish, next
}

func newQuestionScreen(f *Flow) *questionScreen {
	centred := func(name fyne.ThemeSizeName, color fyne.ThemeColorName, bold bool, lines int) *widgets.Text {
		return widgets.NewText(widgets.Style{Size: name, Color: color, Bold: bold, Lines: lines, Align: fyne.TextAlignCenter, Least: 0.55})
	}
	q := &questionScreen{
		flow:    f,
		text:    centred(fynetheme.SizeNameHeadingText, fynetheme.ColorNameForeground, true, 2),
		hint:    centred(fynetheme.SizeNameText, fynetheme.ColorNamePlaceHolder, false, 2),
		faces:   widgets.NewFaces(f.level),
		options: widgets.NewOptions(f.option, f.shell.Changed),
		row: widgets.NewRow(widgets.NewButton(widgets.Plain, f.skip), widgets.NewButton(widgets.Plain, f.finish),
			widgets.NewButton(widgets.Primary, f.next)),
	}
	q.root = container.New(layout.Stage(q.place), q.text, q.hint, q.faces.Root, q.options.Root, q.row.Root)
	return q
}

func (q *questionScreen) place(b layout.Box) {
	gap := layout.Size(fynetheme.SizeNamePadding)
	row, b := b.Bottom(layout.Size(theme.SizeNameTarget), gap)
	row.Put(q.row.Root)
	heading, small := layout.Size(fynetheme.SizeNameHeadingText), layout.Size(fynetheme.SizeNameText)
	lines := float32(1.3)
	if b.Portrait() {
		lines = 2.6
	}
	text, b := b.Top(q.text.HeightIn(fyne.NewSize(b.Size.Width, lines*heading)), 0)
	text.Put(q.text)
	hint, b := b.Top(q.hint.HeightIn(fyne.NewSize(b.Size.Width, 2*lines*small)), gap)
	hint.Put(q.hint)
	b.Put(q.faces.Root)
	b.Put(q.options.Root)
}

func (q *questionScreen) say(s flow.Scene) {
	c := s.Words
	question, at, of := q.flow.state.current(q.flow.questions)
	answer := q.flow.state.answer(question.ID)
	text, hint := in(question.Text, s.Language), q.hintFor(at, s)
	anew := text != q.text.Text() || hint != q.hint.Text()
	q.text.SetText(text)
	q.hint.SetText(hint)
	layout.Show(q.faces.Root, question.Kind == asked.Level)
	layout.Show(q.options.Root, question.Kind != asked.Level)
	q.faces.Say(c.Scores, answer.Score)
	q.options.Pager.Say(widgets.PagerWords{Previous: c.PreviousPage, Next: c.NextPage, Page: c.Page})
	q.options.Say(texts(question.Options, s.Language), question.Kind == asked.Many, func(i int) bool {
		return slices.Contains(answer.Options, question.Options[i].ID)
	})
	q.sayRow(at, of, answer.Score > 0 || len(answer.Options) > 0, &c.Survey)
	if anew {
		q.place(layout.Box{Size: q.root.Size()})
	}
}

// hintFor is what is said below the first question: which visit it is about, if one is known, and that nobody needs to
// answer.
func (q *questionScreen) hintFor(at int, s flow.Scene) string {
	c, visit := &s.Words.Survey, q.flow.state.visit
	switch {
	case at > 0:
		return ""
	case visit.Number != "":
		return lang.Aloud(s.Language, c.About(visit.Number, visit.Service.In(s.Language)), c.Voluntary)
	}
	return c.Voluntary
}

// sayRow writes on the buttons. To skip is always possible. Who has answered goes on, or goes on without changing it; who
// has had enough of questions sends what there is.
func (q *questionScreen) sayRow(at, of int, answered bool, c *lang.SurveyWords) {
	skip, finish, next := c.Skip, c.Finish, ""
	last := at == of-1
	if at == 0 {
		skip = c.Refuse
	}
	if at == 0 || last {
		finish = ""
	}
	if answered {
		next = c.Next
		if last {
			next = c.Send
		}
	}
	q.row.Button(0, skip)
	q.row.Button(1, finish)
	q.row.Button(2, next)
}

// in is a text of the questionnaire in a language of the screen.
func in(t asked.Text, l lang.Language) string { return t.In(string(l)) }

func texts(options []asked.Option, l lang.Language) []string {
	all := make([]string, len(options))
	for i, o := range options {
		all[i] = in(o.Text, l)
	}
	return all
}

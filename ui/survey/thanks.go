package survey

import (
	"stationkeeper/ui/flow"
	"stationkeeper/ui/widgets"
)

// thanksScreen thanks, and says what becomes of it: the number of the case where one was opened, and what the month before
// came to.
type thanksScreen struct {
	flow   *Flow
	notice *widgets.Notice
}

func newThanksScreen(f *Flow) *thanksScreen {
	return &thanksScreen{flow: f, notice: widgets.NewNotice(widgets.NewButton(widgets.Primary, func() {
		if f.takes(thanked) {
			f.shell.Leave()
		}
	}))}
}

func (t *thanksScreen) say(s flow.Scene) {
	c := s.Words.Survey
	m := widgets.Message{Meaning: widgets.Fine, Title: c.Thanks, Text: c.ThanksMore, Foot: LastMonth(s.Words, t.flow.data.LastMonth)}
	if number := t.flow.state.caseNumber; number != "" {
		m.Label, m.Number, m.Text = c.CaseNumber, number, c.CaseMore
	}
	t.notice.Say(m)
	t.notice.Row().Button(0, s.Words.Done)
}

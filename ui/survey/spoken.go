package survey

import (
	asked "stationkeeper/kiosk/survey"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
)

// Heading is which visit it is about, and which question this is.
func (f *Flow) Heading(s flow.Scene) (large, small string) {
	c := s.Words
	switch f.state.step {
	case whose:
		return c.Survey.Whose, c.Survey.WhoseSmall
	case typing:
		return c.Survey.NumberAsk, c.Survey.TypeMore
	case asking:
		question, at, of := f.state.current(f.questions)
		if at == 0 { // how many there are depends on the first
			return c.RateVisit, ""
		}
		how := c.Survey.OneOf
		if question.Kind == asked.Many {
			how = c.Survey.AnyOf
		}
		return c.RateVisit, lang.Both(c.Survey.Question(at+1, of), how)
	}
	return c.RateVisit, ""
}

// Spoken is what is read aloud.
func (f *Flow) Spoken(s flow.Scene) string {
	c := s.Words.Survey
	var said []string
	switch f.state.step {
	case whose:
		said = []string{c.Whose}
		if f.options.Scanner {
			said = append(said, c.Scan, c.ScanMore)
		}
		said = append(said, c.Type, c.TypeMore, c.None, c.NoneMore)
	case typing:
		said = []string{c.NumberAsk, c.TypeMore, f.state.typed}
	case asking:
		return f.spokenQuestion(s)
	case refused:
		said = f.refused.notice.Spoken()
	case thanked:
		said = f.thanks.notice.Spoken()
	}
	return lang.Aloud(s.Language, said...)
}

// spokenQuestion reads the question and its answers, with what was chosen.
func (f *Flow) spokenQuestion(s flow.Scene) string {
	c := s.Words.Survey
	question, at, _ := f.state.current(f.questions)
	said := []string{in(question.Text, s.Language), f.question.hintFor(at, s)}
	answer := f.state.answer(question.ID)
	mark := func(text string, chosen bool) string {
		if chosen {
			return lang.Both(text, c.Chosen)
		}
		return text
	}
	if question.Kind == asked.Level {
		for level := len(s.Words.Scores); level > 0; level-- {
			said = append(said, mark(s.Words.Scores[level-1], answer.Score == level))
		}
	}
	for _, o := range question.Options {
		chosen := false
		for _, id := range answer.Options {
			chosen = chosen || id == o.ID
		}
		said = append(said, mark(in(o.Text, s.Language), chosen))
	}
	if at > 0 {
		said = append(said, c.SpokenSkip)
	}
	return lang.Aloud(s.Language, said...)
}

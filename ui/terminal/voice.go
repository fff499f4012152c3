package terminal

import (
	"context"
	"time"

	asked "stationkeeper/kiosk/survey"
	"stationkeeper/ui/lang"
)

// longestSpeech ends what a voice does not end by itself.
const longestSpeech = 2 * time.Minute

// talk has the screen read aloud; while it is, the same button ends that.
func (t *Terminal) talk() {
	if t.speaking() {
		t.hush()
		return
	}
	ctx, cancel := context.WithTimeout(t.ctx, longestSpeech)
	t.hush, t.mute = cancel, false
	t.speeches++
	this, language, text := t.speeches, t.state.language, t.spoken()
	t.asking.Go(func() {
		defer cancel()
		err := t.options.Voice.Say(ctx, language, text)
		ended := ctx.Err() != nil
		if err != nil && !ended {
			t.options.Log.Error("the screen could not be read aloud", "err", err)
		}
		t.options.Do(func() { t.said(this, err == nil || ended) })
	})
	t.moved(t.state.touched())
	t.draw()
}

// said is the end of what was read; ok is false when there was no voice.
func (t *Terminal) said(speech uint64, ok bool) {
	if t.ctx.Err() != nil || speech != t.speeches {
		return
	}
	t.hush, t.mute = nil, !ok
	t.moved(t.state.touched())
	t.draw()
}

func (t *Terminal) speaking() bool { return t.hush != nil }

// spoken is what is on the screen, as it is read aloud.
func (t *Terminal) spoken() string {
	s, c := t.state, lang.Of(t.state.language)
	said := []string{t.view.large.Text()}
	switch s.screen {
	case asking:
		for level := len(c.Scores); level > 0; level-- {
			said = append(said, c.Scores[level-1])
		}
	case why:
		if question, ok := reasons(t.questions, s.level); ok {
			said = append(said, reasonsSpoken(question, s, c)...)
		}
		said = append(said, c.Survey.SpokenSkip)
	case thanks:
		said = append(said, t.view.thanks.Spoken()...)
	case trouble:
		said = append(said, t.view.trouble.Spoken()...)
	}
	return lang.Aloud(s.language, said...)
}

func reasonsSpoken(question asked.Question, s state, c *lang.Catalogue) (said []string) {
	chosen := map[string]bool{}
	for _, id := range s.reasons() {
		chosen[id] = true
	}
	for _, o := range question.Options {
		text := o.Text.In(string(s.language))
		if chosen[o.ID] {
			text = lang.Both(text, c.Survey.Chosen)
		}
		said = append(said, text)
	}
	return said
}

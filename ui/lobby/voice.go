package lobby

import (
	"context"
	"time"
)

// longestSpeech ends what a voice does not end by itself.
const longestSpeech = 3 * time.Minute

// talk is the tap that has the screen read aloud, and the one that ends it.
type talk struct{}

func (talk) next(s state, _ time.Time) (state, effect) {
	if s.asked || s.screen == dark {
		return s, nil
	}
	s = s.touched()
	if s.speaking {
		s.speaking = false
		return s, nil // the step notices that nobody listens any more
	}
	s.speech++
	s.speaking, s.mute = true, false
	return s, (*Lobby).readAloud
}

// said is the end of what was read aloud; ok is false when there was no voice.
type said struct {
	speech uint64
	ok     bool
}

func (e said) next(s state, _ time.Time) (state, effect) {
	if !s.speaking || s.speech != e.speech {
		return s, nil
	}
	s.speaking, s.mute = false, !e.ok
	return s.touched(), nil
}

// turnsAway tells whether the screen shows something else than what is being read aloud.
func turnsAway(before, after state) bool {
	return before.screen != after.screen || before.open != after.open || before.language != after.language ||
		before.group != after.group || before.page != after.page || after.asked
}

// readAloud has the voice read the screen.
func (l *Lobby) readAloud() {
	ctx, cancel := context.WithTimeout(l.ctx, longestSpeech)
	l.hush = cancel
	speech, language, text := l.state.speech, l.state.language, l.spoken()
	l.asking.Go(func() {
		defer cancel()
		err := l.options.Voice.Say(ctx, language, text)
		if err != nil && ctx.Err() == nil {
			l.options.Log.Error("the screen could not be read aloud", "err", err)
		}
		ok := err == nil || ctx.Err() != nil
		l.options.Do(func() { l.step(said{speech, ok}) })
	})
}

// stopVoice ends what is being read aloud.
func (l *Lobby) stopVoice() {
	if l.hush != nil {
		l.hush()
		l.hush = nil
	}
}

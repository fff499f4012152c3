package terminal

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	asked "stationkeeper/kiosk/survey"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/theme"
)

// TestAnyTaps holds of any taps and pauses: what is sent fits the questionnaire, each rating is sent under its own
// request, and the screen comes back to the faces, Chinese and plain, when nobody touches it any more.
func TestAnyTaps(t *testing.T) {
	q := asked.Default()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
		s, requests := start(at), 0
		sent := map[string]int{}
		step := func(after state, send bool) {
			s = after
			if !send {
				return
			}
			if s.request == "" {
				requests++
				s.request = fmt.Sprint(requests)
			}
			r := s.rating(q)
			if err := q.Validate(r.Answers); err != nil {
				t.Fatalf("sent: %v", err)
			}
			if level, again := sent[r.Request]; again && level != r.Score {
				t.Fatalf("request %s of level %d and of level %d", r.Request, level, r.Score)
			}
			sent[r.Request] = r.Score
		}
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			at = at.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "pause")) * time.Millisecond)
			switch rapid.IntRange(0, 9).Draw(t, "event") {
			case 0:
				step(s.rate(q, rapid.IntRange(1, 5).Draw(t, "level"), at))
			case 1:
				step(s.choose(q, rapid.IntRange(0, 8).Draw(t, "reason"), at), false)
			case 2:
				step(s.finish(at))
			case 3:
				step(s.skip(at))
			case 4:
				step(s.again(at))
			case 5:
				step(s.leave(at), false)
			case 6:
				step(s.speak(lang.English), false)
			case 7:
				step(s.contrast(), false)
			case 8:
				step(s.second(at))
			case 9:
				step(s.answered(rapid.Bool().Draw(t, "ok"), at), false)
			}
		}
		for range whyStays + thanksStays + choiceStays + troubleStays {
			at = at.Add(time.Second)
			if s.busy {
				step(s.answered(true, at), false)
			}
			step(s.second(at))
		}
		if s.screen != asking || s.language != lang.Default || s.look != (theme.Look{}) || s.left != 0 {
			t.Fatalf("nobody is there, and the screen is %+v", s)
		}
	})
}

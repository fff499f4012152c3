package terminal

import (
	"slices"
	"time"

	"stationkeeper/internal/record"
	asked "stationkeeper/kiosk/survey"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/survey"
	"stationkeeper/ui/theme"
)

// screen is one of the pictures that somebody may see.
type screen int

const (
	asking  screen = iota // five faces
	why                   // reasons, for who was dissatisfied
	thanks                // it was taken down
	trouble               // it was not
)

// How long things last, in seconds. Nothing lasts while the desk is asked.
const (
	whyStays     = 30
	thanksStays  = 5
	troubleStays = 15
	choiceStays  = 30 // another language or look, before a terminal that nobody touches
	warns        = 10 // the last seconds are counted down, where something is at stake
)

// settle is how long a new screen takes no taps: the second tap of an impatient finger was meant for the old one.
const settle = 400 * time.Millisecond

// state is everything that decides what is on the screen, but for the questionnaire.
type state struct {
	screen   screen
	language lang.Language
	look     theme.Look
	level    int
	chosen   string // ids of reasons, each followed by a blank; a string, so that states can be compared
	request  string // of the rating; "" before it was first sent
	busy     bool   // the desk has not answered
	left     int    // seconds until the screen goes on by itself; 0: it stays
	since    time.Time
}

// start is the screen as everybody finds it.
func start(at time.Time) state { return state{language: lang.Default, since: at} }

func (s state) enter(to screen, stays int, at time.Time) state {
	s.screen, s.left, s.since = to, stays, at
	return s
}

func (s state) takes(on screen, at time.Time) bool {
	return s.screen == on && !s.busy && at.Sub(s.since) >= settle
}

// reasons is the question that a level leads to besides: the first one asked of it alone that is answered with options.
// None of the others is asked here.
func reasons(q *asked.Questionnaire, level int) (asked.Question, bool) {
	overall := q.Overall().ID
	for _, question := range q.Asked([]record.SurveyAnswer{{Question: overall, Score: level}}) {
		if question.Kind != asked.Level && question.When != nil && question.When.Question == overall {
			return question, true
		}
	}
	return asked.Question{}, false
}

// rate takes a level; send tells that the rating is complete.
func (s state) rate(q *asked.Questionnaire, level int, at time.Time) (after state, send bool) {
	if !s.takes(asking, at) {
		return s, false
	}
	s.level, s.chosen, s.request = level, "", ""
	if _, more := reasons(q, level); more {
		return s.enter(why, whyStays, at), false
	}
	return s.ask(), true
}

// choose chooses a reason, or takes it back. Where only one can be, it takes the place of another.
func (s state) choose(q *asked.Questionnaire, i int, at time.Time) state {
	question, ok := reasons(q, s.level)
	if !s.takes(why, at) || !ok || i >= len(question.Options) {
		return s
	}
	id, ids := question.Options[i].ID, s.reasons()
	if at := slices.Index(ids, id); at >= 0 {
		ids = slices.Delete(ids, at, at+1)
	} else if question.Kind == asked.One {
		ids = []string{id}
	} else {
		ids = append(ids, id)
	}
	s.chosen = ""
	for _, id := range ids {
		s.chosen += id + " "
	}
	s.left = whyStays
	return s
}

// reasons are the ids of those chosen.
func (s state) reasons() []string {
	var ids []string
	for from, i := 0, 0; i < len(s.chosen); i++ {
		if s.chosen[i] == ' ' {
			ids, from = append(ids, s.chosen[from:i]), i+1
		}
	}
	return ids
}

// finish sends the rating with the reasons chosen, or without any.
func (s state) finish(at time.Time) (after state, send bool) {
	if !s.takes(why, at) {
		return s, false
	}
	return s.ask(), true
}

// skip sends the rating without reasons: the level counts.
func (s state) skip(at time.Time) (after state, send bool) {
	if !s.takes(why, at) {
		return s, false
	}
	s.chosen = ""
	return s.ask(), true
}

// again sends the same rating once more.
func (s state) again(at time.Time) (after state, send bool) {
	if !s.takes(trouble, at) {
		return s, false
	}
	return s.ask(), true
}

func (s state) ask() state {
	s.busy, s.left = true, 0
	return s
}

// answered is what the desk made of it.
func (s state) answered(ok bool, at time.Time) state {
	if !s.busy {
		return s
	}
	s.busy = false
	if ok {
		return s.enter(thanks, thanksStays, at)
	}
	return s.enter(trouble, troubleStays, at)
}

// leave goes back to the faces. Who stands there may be the same person still, and keeps the language and the look.
func (s state) leave(at time.Time) state {
	if s.busy || s.screen == asking || s.screen == why {
		return s
	}
	s.level, s.chosen, s.request = 0, "", ""
	return s.enter(asking, s.choice(), at)
}

// choice is how long a choice of language and look lasts.
func (s state) choice() int {
	if s.language == lang.Default && s.look == (theme.Look{}) {
		return 0
	}
	return choiceStays
}

// speak, enlarge and contrast are the buttons for everybody: they work at any time.
func (s state) speak(l lang.Language) state {
	s.language = l
	return s.touched()
}

func (s state) enlarge() state {
	s.look.Large = !s.look.Large
	return s.touched()
}

func (s state) contrast() state {
	s.look.Contrast = !s.look.Contrast
	return s.touched()
}

// touched begins the time that the screen lasts anew.
func (s state) touched() state {
	if !s.busy {
		s.left = [...]int{asking: s.choice(), why: whyStays, thanks: thanksStays, trouble: troubleStays}[s.screen]
	}
	return s
}

// second passes. Who chose a level and walked away has said that much: it is sent.
func (s state) second(at time.Time) (after state, send bool) {
	if s.left == 0 {
		return s, false
	}
	if s.left--; s.left > 0 {
		return s, false
	}
	if s.screen == why {
		return s.ask(), true
	}
	return start(at), false
}

// rating is what the desk gets.
func (s state) rating(q *asked.Questionnaire) survey.Rating {
	answers := []record.SurveyAnswer{{Question: q.Overall().ID, Score: s.level}}
	if question, ok := reasons(q, s.level); ok && s.chosen != "" {
		answers = append(answers, record.SurveyAnswer{Question: question.ID, Options: s.reasons()})
	}
	return survey.Rating{Score: s.level, Answers: q.Applying(answers), Questionnaire: q.ID, Version: q.Version, Language: s.language, Request: s.request}
}

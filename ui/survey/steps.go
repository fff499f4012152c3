package survey

import (
	"slices"

	"stationkeeper/internal/record"
	asked "stationkeeper/kiosk/survey"
)

// step is where a customer is.
type step int

const (
	whose   step = iota // how to show which visit it is about
	typing              // the number of the ticket
	refused             // this visit cannot be rated
	asking              // a question
	thanked             // the rating was taken down
)

// state is all that a customer has said so far. Every method returns the state after something happened.
type state struct {
	step  step
	typed string
	visit Visit
	// why is what the desk said of the visit, at refused.
	why error
	// question is the id of the one on the screen, and answers what was said, whether it still applies or not: who goes
	// back and forth finds what they said.
	question string
	answers  []record.SurveyAnswer
	// rating is what was put to the desk last, delivered whether it took it, and caseNumber what it opened for it.
	rating     Rating
	delivered  bool
	caseNumber string
}

// longest is how many characters of a ticket's number can be typed.
const longest = 8

// ask begins with the questions, about a visit or, with none, about the station.
func (s state) ask(q *asked.Questionnaire, v Visit) state {
	s.step, s.visit, s.answers, s.question = asking, v, nil, q.Overall().ID
	return s
}

func (s state) refuse(why error) state {
	s.step, s.why = refused, why
	return s
}

func (s state) typeKey(key rune) state {
	if len(s.typed) < longest {
		s.typed += string(key)
	}
	return s
}

func (s state) deleteKey() state {
	if s.typed != "" {
		s.typed = s.typed[:len(s.typed)-1]
	}
	return s
}

// current is the question on the screen, where it stands, counted from 0, and how many there are.
func (s state) current(q *asked.Questionnaire) (question asked.Question, at, of int) {
	all := q.Asked(s.answers)
	at = max(0, slices.IndexFunc(all, func(one asked.Question) bool { return one.ID == s.question }))
	return all[at], at, len(all)
}

// answer is what was said to a question; the zero value when nothing was.
func (s state) answer(question string) record.SurveyAnswer {
	for _, a := range s.answers {
		if a.Question == question {
			return a
		}
	}
	return record.SurveyAnswer{}
}

// say takes an answer to the question on the screen; an empty one takes back what was said before.
func (s state) say(a record.SurveyAnswer) state {
	a.Question = s.question
	s.answers = slices.DeleteFunc(slices.Clone(s.answers), func(old record.SurveyAnswer) bool { return old.Question == a.Question })
	if a.Score > 0 || len(a.Options) > 0 {
		s.answers = append(s.answers, a)
	}
	return s
}

// toggle chooses an option, or takes it back.
func (s state) toggle(id string) state {
	a := s.answer(s.question)
	if i := slices.Index(a.Options, id); i >= 0 {
		a.Options = slices.Delete(slices.Clone(a.Options), i, i+1)
	} else {
		a.Options = append(slices.Clone(a.Options), id)
	}
	return s.say(a)
}

// next goes on to the following question; false when that was the last.
func (s state) next(q *asked.Questionnaire) (state, bool) {
	following, ok := q.Next(s.question, s.answers)
	if ok {
		s.question = following.ID
	}
	return s, ok
}

// back goes back by one step; false when this is the first, or there is nothing to go back to any more.
func (s state) back(q *asked.Questionnaire) (state, bool) {
	switch s.step {
	case typing:
		s.step, s.typed = whose, ""
	case refused:
		s.step = whose
	case asking:
		all := q.Asked(s.answers)
		_, at, _ := s.current(q)
		if at > 0 {
			s.question = all[at-1].ID
			return s, true
		}
		s.step = whose
	default:
		return s, false
	}
	return s, true
}

// rated is what the customer has said so far, as the desk gets it; false while there is no level for the visit as a
// whole, without which nothing counts. What does not apply any more, since an answer before it was changed, is left out.
// The same rating keeps its request, so that it does not count twice however often it is sent.
func (s state) rated(q *asked.Questionnaire, newRequest func() string) (Rating, bool) {
	r := Rating{Visit: s.visit.Ticket, Score: q.Score(s.answers), Answers: q.Applying(s.answers), Questionnaire: q.ID, Version: q.Version}
	if r.Score == 0 {
		return Rating{}, false
	}
	if s.rating.Request != "" && s.rating.Visit == r.Visit && s.rating.Score == r.Score && s.rating.Version == r.Version &&
		s.rating.Questionnaire == r.Questionnaire && slices.EqualFunc(s.rating.Answers, r.Answers, same) {
		return s.rating, true
	}
	r.Request = newRequest()
	return r, true
}

func same(a, b record.SurveyAnswer) bool {
	return a.Question == b.Question && a.Score == b.Score && slices.Equal(a.Options, b.Options)
}

// deliver notes that the desk took the rating.
func (s state) deliver(caseNumber string) state {
	s.step, s.delivered, s.caseNumber = thanked, true, caseNumber
	return s
}

package survey

import (
	"fmt"
	"slices"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/bilingual"
)

// Text is what a question says, in both languages.
type Text = bilingual.Text

// Questionnaire is a document: what customers are asked after a visit. Its first question is the satisfaction as a
// whole; it is a level, is always asked, and its answer is the rating's score. Every other may be skipped.
type Questionnaire struct {
	// ID names the questionnaire through its versions; a document whose questions change gets a higher Version.
	ID        string     `json:"id"`
	Version   int        `json:"version"`
	Title     Text       `json:"title"`
	Questions []Question `json:"questions"`
}

// Kind is what an answer looks like.
type Kind string

const (
	Level Kind = "level" // one of the five levels
	One   Kind = "one"   // one of the options
	Many  Kind = "many"  // any of the options
)

// Question is asked when its condition holds; without one, of everybody.
type Question struct {
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	Text Text   `json:"text"`
	// Options are what can be chosen; a level has none.
	Options []Option `json:"options"`
	When    *When    `json:"when"`
}

// Option is one that can be chosen.
type Option struct {
	ID   string `json:"id"`
	Text Text   `json:"text"`
}

// When is the condition under which a question is asked: an earlier question was answered with one of the Scores, when
// that is a level, else with at least one of the Options.
type When struct {
	Question string   `json:"question"`
	Scores   []int    `json:"scores"`
	Options  []string `json:"options"`
}

// Asked are the questions that apply given the answers so far, in order, whether answered or not. An answer to a
// question that does not apply has no say in whether others do.
func (q *Questionnaire) Asked(answers []record.SurveyAnswer) []Question {
	var asked []Question
	given := map[string]record.SurveyAnswer{}
	for _, question := range q.Questions {
		if question.When != nil && !question.When.holds(given) {
			continue
		}
		asked = append(asked, question)
		if i := find(answers, question.ID); i >= 0 {
			given[question.ID] = answers[i]
		}
	}
	return asked
}

// Next is the question that comes after the one with this id ("": the first) given the answers so far; false when there
// is none. One that was skipped is not asked again.
func (q *Questionnaire) Next(after string, answers []record.SurveyAnswer) (Question, bool) {
	asked := q.Asked(answers)
	i := slices.IndexFunc(asked, func(one Question) bool { return one.ID == after })
	if i < 0 && after != "" || i+1 >= len(asked) {
		return Question{}, false
	}
	return asked[i+1], true
}

// Applying are the answers without those to questions that no longer apply, since an earlier answer was changed, in the
// order of the questions.
func (q *Questionnaire) Applying(answers []record.SurveyAnswer) []record.SurveyAnswer {
	var kept []record.SurveyAnswer
	for _, question := range q.Asked(answers) {
		if i := find(answers, question.ID); i >= 0 {
			kept = append(kept, answers[i])
		}
	}
	return kept
}

// Overall is the first question: the satisfaction as a whole.
func (q *Questionnaire) Overall() Question { return q.Questions[0] }

// Score is the answer to the first question; 0 when it has none.
func (q *Questionnaire) Score(answers []record.SurveyAnswer) int {
	if i := find(answers, q.Overall().ID); i >= 0 {
		return answers[i].Score
	}
	return 0
}

// Validate tells why answers are refused: one to a question that is not there, does not apply or has been answered, an
// option that is not there or chosen twice, more than one where one is asked for, nothing at all, or none to the first
// question. It wraps ErrAnswer or ErrScore.
func (q *Questionnaire) Validate(answers []record.SurveyAnswer) error {
	asked := q.Asked(answers)
	for i, a := range answers {
		if find(answers, a.Question) < i {
			return fmt.Errorf("%w: %.40q is answered twice", ErrAnswer, a.Question)
		}
		j := slices.IndexFunc(asked, func(one Question) bool { return one.ID == a.Question })
		if j < 0 && q.index(a.Question) == len(q.Questions) {
			return fmt.Errorf("%w: there is no question %.40q", ErrAnswer, a.Question)
		}
		if j < 0 {
			return fmt.Errorf("%w: %.40q was not to be asked after these answers", ErrAnswer, a.Question)
		}
		if err := asked[j].fits(a); err != nil {
			return err
		}
	}
	return checkScore(q.Score(answers))
}

// fits tells why an answer is not one to the question.
func (one *Question) fits(a record.SurveyAnswer) error {
	if one.Kind == Level {
		if len(a.Options) > 0 {
			return fmt.Errorf("%w: %q is answered with a level, not with options", ErrAnswer, one.ID)
		}
		return checkScore(a.Score)
	}
	if a.Score != 0 {
		return fmt.Errorf("%w: %q is answered with options, not with a level", ErrAnswer, one.ID)
	}
	if len(a.Options) == 0 || one.Kind == One && len(a.Options) > 1 {
		return fmt.Errorf("%w: %d options of %q are chosen; who skips a question leaves its answer out", ErrAnswer, len(a.Options), one.ID)
	}
	for i, id := range a.Options {
		if !slices.ContainsFunc(one.Options, func(o Option) bool { return o.ID == id }) || slices.Contains(a.Options[:i], id) {
			return fmt.Errorf("%w: option %.40q of %q is not there, or chosen twice", ErrAnswer, id, one.ID)
		}
	}
	return nil
}

// complete are valid answers in the order of the questions, with the first one's also when only the score says it.
func (q *Questionnaire) complete(score int, answers []record.SurveyAnswer) ([]record.SurveyAnswer, error) {
	if err := checkScore(score); err != nil {
		return nil, err
	}
	if find(answers, q.Overall().ID) < 0 {
		answers = append([]record.SurveyAnswer{{Question: q.Overall().ID, Score: score}}, answers...)
	}
	if err := q.Validate(answers); err != nil {
		return nil, err
	}
	if score != q.Score(answers) {
		return nil, fmt.Errorf("%w: the score is %d, and %q is answered with %d", ErrAnswer, score, q.Overall().ID, q.Score(answers))
	}
	return q.Applying(answers), nil
}

// holds tells whether the condition does, given the answers that count.
func (w *When) holds(given map[string]record.SurveyAnswer) bool {
	a, answered := given[w.Question]
	if !answered {
		return false
	}
	return slices.Contains(w.Scores, a.Score) || slices.ContainsFunc(a.Options, func(id string) bool { return slices.Contains(w.Options, id) })
}

func find(answers []record.SurveyAnswer, question string) int {
	return slices.IndexFunc(answers, func(a record.SurveyAnswer) bool { return a.Question == question })
}

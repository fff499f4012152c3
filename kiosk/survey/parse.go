package survey

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"stationkeeper/internal/document"
	"stationkeeper/kiosk/bilingual"
)

// Bounds of a questionnaire: what a standing customer answers, and what fits the touchscreen without a second page.
const (
	MaxQuestions = 7
	MaxOptions   = 8
)

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

const idForm = "expected 1 to 32 small letters, digits and hyphens"

// Parse reads a document: all of it or, with every problem named by its path, nothing. configs/questionnaire.example.json
// is an example.
func Parse(text []byte) (*Questionnaire, error) {
	var q Questionnaire
	var p document.Problems
	p.Strict(text, &q)
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("read questionnaire: %w", err)
	}
	if err := q.Check(); err != nil {
		return nil, fmt.Errorf("read questionnaire: %w", err)
	}
	return &q, nil
}

// Check tells of everything that is wrong with a questionnaire.
func (q *Questionnaire) Check() error {
	var p document.Problems
	checkID(&p, "id", q.ID)
	if q.Version < 1 {
		p.Add("version", "expected a number from 1, got %d", q.Version)
	}
	q.Title.Check(&p, "title", bilingual.Heading)
	switch n := len(q.Questions); {
	case n == 0:
		p.Add("questions", "expected 1 to %d, the first of them about the visit as a whole", MaxQuestions)
	case n > MaxQuestions:
		p.Add("questions", "%d questions, and a standing customer answers %d at most", n, MaxQuestions)
	}
	for i := range q.Questions {
		q.checkQuestion(&p, i)
	}
	return p.Err()
}

func (q *Questionnaire) checkQuestion(p *document.Problems, i int) {
	one, path := &q.Questions[i], "questions["+strconv.Itoa(i)+"]"
	checkID(p, path+".id", one.ID)
	if j := q.index(one.ID); j < i {
		p.Add(path+".id", "%q is that of questions[%d] already", one.ID, j)
	}
	one.Text.Check(p, path+".text", bilingual.Heading)
	switch one.Kind {
	case Level:
		if len(one.Options) > 0 {
			p.Add(path+".options", "a level has none: it is asked for with the five levels of satisfaction")
		}
	case One, Many:
		one.checkOptions(p, path)
	default:
		p.Add(path+".kind", "%.40q: expected level, one or many", one.Kind)
	}
	if i == 0 && (one.Kind != Level || one.When != nil) {
		p.Add(path, "the first question is about the visit as a whole: of kind level, without a condition")
	}
	if one.When != nil {
		q.checkWhen(p, path+".when", i)
	}
}

func (one *Question) checkOptions(p *document.Problems, path string) {
	if n := len(one.Options); n < 2 || n > MaxOptions {
		p.Add(path+".options", "expected 2 to %d, got %d", MaxOptions, n)
	}
	for i, option := range one.Options {
		at := path + ".options[" + strconv.Itoa(i) + "]"
		checkID(p, at+".id", option.ID)
		for j, before := range one.Options[:i] {
			if before.ID == option.ID {
				p.Add(at+".id", "%q is that of options[%d] already", option.ID, j)
			}
			if before.Text == option.Text {
				p.Add(at+".text", "says what options[%d] says", j)
			}
		}
		option.Text.Check(p, at+".text", bilingual.Button)
	}
}

// checkWhen holds conditions to questions that come before, so that there are no cycles and nobody goes back.
func (q *Questionnaire) checkWhen(p *document.Problems, path string, i int) {
	when := q.Questions[i].When
	j := q.index(when.Question)
	switch {
	case j == len(q.Questions):
		p.Add(path+".question", "%.40q: there is no such question", when.Question)
		return
	case j == i:
		p.Add(path+".question", "%.40q is the question itself", when.Question)
		return
	case j > i:
		p.Add(path+".question", "%.40q comes later: a condition is about a question before", when.Question)
		return
	}
	about := &q.Questions[j]
	if about.Kind == Level {
		checkScores(p, path, when)
		return
	}
	if len(when.Scores) > 0 {
		p.Add(path+".scores", "%q is answered with options", about.ID)
	}
	if len(when.Options) == 0 {
		p.Add(path+".options", "expected at least one of those of %q", about.ID)
	}
	for k, id := range when.Options {
		at := path + ".options[" + strconv.Itoa(k) + "]"
		if !slices.ContainsFunc(about.Options, func(o Option) bool { return o.ID == id }) {
			p.Add(at, "%.40q is not an option of %q", id, about.ID)
		}
		if slices.Contains(when.Options[:k], id) {
			p.Add(at, "%.40q comes twice", id)
		}
	}
}

func checkScores(p *document.Problems, path string, when *When) {
	if len(when.Options) > 0 {
		p.Add(path+".options", "%q is answered with a level", when.Question)
	}
	if len(when.Scores) == 0 {
		p.Add(path+".scores", "expected at least one level, from %d to %d", VeryDissatisfied, VerySatisfied)
	}
	for k, score := range when.Scores {
		at := path + ".scores[" + strconv.Itoa(k) + "]"
		if score < VeryDissatisfied || score > VerySatisfied {
			p.Add(at, "expected %d to %d, got %d", VeryDissatisfied, VerySatisfied, score)
		}
		if slices.Contains(when.Scores[:k], score) {
			p.Add(at, "%d comes twice", score)
		}
	}
}

// index is where the question with this id is first; the number of questions when there is none.
func (q *Questionnaire) index(id string) int {
	for i := range q.Questions {
		if q.Questions[i].ID == id {
			return i
		}
	}
	return len(q.Questions)
}

func checkID(p *document.Problems, path, id string) {
	if !idPattern.MatchString(id) {
		p.Add(path, "%.40q: %s", id, idForm)
	}
}

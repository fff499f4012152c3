package phone

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/bilingual"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
	"stationkeeper/kiosk/web"
)

// ratePage is the questionnaire.
type ratePage struct {
	frame
	Ticket        string // the ticket's number
	Service       string
	Heading       string
	Questionnaire string
	Version       int
	Questions     []questionView
	Leave         string // where to go without rating
}

type questionView struct {
	ID, Text string
	Many     bool
	Required bool
	Lead     string // of whom it is asked; "" of everybody
	// When is the id of the question on whose answer it depends, and Is those answers, with a blank between.
	When, Is string
	Choices  []choice
}

type choice struct {
	Value, Text string
	Chosen      bool
}

func (p *Pages) askRating(w http.ResponseWriter, r *http.Request) {
	l := languageOf(r)
	if t, ok := p.visit(w, r, l); ok {
		q, _ := p.Hall.Questionnaire(r.Context(), "", 0)
		p.showRating(w, http.StatusOK, t, r, l, q, nil, newRequest(), nil)
	}
}

// visit is the visit that can be rated. When it cannot, the page has said why.
func (p *Pages) visit(w http.ResponseWriter, r *http.Request, l words) (queue.Ticket, bool) {
	secret := r.PathValue("secret")
	t, known := p.Hall.Find(secret)
	_, rated, notVisited := p.Hall.VisitOf(r.Context(), secret)
	m, status := message{Link: "/t/" + secret + "?lang=" + l.Code, LinkText: l.Back}, http.StatusOK
	switch {
	case !known:
		m, status = message{Heading: l.Unknown, Text: l.Why}, http.StatusNotFound
	case rated && r.Method == http.MethodGet: // who sends a form once more is told what became of it
		m.Heading, m.Text = l.Rated, l.RatedWhy
	case t.Status != queue.Served && t.Status != queue.Left:
		m.Heading, m.Text = l.Early, l.EarlyWhy
	case notVisited != nil:
		m.Heading, m.Text = l.Left, l.LeftWhy
	default:
		return t, true
	}
	p.say(w, status, l, m)
	return t, false
}

func (p *Pages) takeRating(w http.ResponseWriter, r *http.Request) {
	l, ok := p.form(w, r)
	if !ok {
		return
	}
	t, ok := p.visit(w, r, l)
	if !ok {
		return
	}
	request := requestOf(r)
	version, _ := strconv.Atoi(r.PostForm.Get("version")) // one that is not a number is not known
	q, known := p.Hall.Questionnaire(r.Context(), r.PostForm.Get("questionnaire"), version)
	if !known {
		q, _ = p.Hall.Questionnaire(r.Context(), "", 0)
	}
	answers := readAnswers(r, q)
	again := func(status int, problems ...problem) { p.showRating(w, status, t, r, l, q, answers, request, problems) }
	given := q.Applying(answers)
	switch {
	case !known:
		again(http.StatusConflict, problem{"main", l.Changed})
	case r.PostForm.Get("switch") != "":
		again(http.StatusOK)
	case q.Score(given) == 0:
		again(http.StatusUnprocessableEntity, problem{"q-" + q.Overall().ID, l.Overall})
	case q.Validate(given) != nil:
		again(http.StatusUnprocessableEntity, problem{"main", l.Misread})
	default:
		opened, err := p.Hall.Rate(r.Context(), survey.Answer{Request: request, Score: q.Score(given), Ticket: t.ID, Service: t.Service,
			Counter: t.Counter, Clerk: t.Clerk, Questionnaire: q.ID, Version: q.Version, Answers: given,
			Channel: record.ChannelTelephone, Language: l.Code})
		p.rated(w, r, l, opened, err, again)
	}
}

// rated tells what became of a rating.
func (p *Pages) rated(w http.ResponseWriter, r *http.Request, l words, opened cases.Case, err error, again func(int, ...problem)) {
	m := message{Heading: l.Thanks, Text: l.ThanksFor, Link: "/t/" + r.PathValue("secret") + "?lang=" + l.Code, LinkText: l.Back}
	switch {
	case errors.Is(err, survey.ErrRatedBefore) || errors.Is(err, survey.ErrRequestReused):
		m.Heading, m.Text = l.Rated, l.RatedWhy
	case err != nil:
		p.Log.Error("a rating from a telephone was not written down", "error", err)
		again(http.StatusServiceUnavailable, problem{"main", l.Trouble})
		return
	}
	p.receipt(&m, opened, l)
	p.say(w, http.StatusOK, l, m)
}

// readAnswers are the answers of a form, also those to questions that do not apply. What no form of ours sends is read
// as an option or a level that is not there, and refused with the rest.
func readAnswers(r *http.Request, q *survey.Questionnaire) []record.SurveyAnswer {
	var answers []record.SurveyAnswer
	for _, question := range q.Questions {
		values := r.PostForm["q-"+question.ID]
		if len(values) == 0 {
			continue
		}
		a := record.SurveyAnswer{Question: question.ID}
		if question.Kind == survey.Level {
			a.Score, _ = strconv.Atoi(values[0])
			if a.Score == 0 {
				continue
			}
		} else {
			a.Options = values
		}
		answers = append(answers, a)
	}
	return answers
}

func (p *Pages) showRating(w http.ResponseWriter, status int, t queue.Ticket, r *http.Request, l words, q *survey.Questionnaire,
	answers []record.SurveyAnswer, request string, problems []problem) {
	service := web.Named(p.Services, t.Service)
	page := ratePage{frame: p.frame(l, l.Rate), Ticket: t.Number, Service: bilingual.Text{Zh: service.Zh, En: service.En}.In(l.Code), Heading: q.Title.In(l.Code),
		Questionnaire: q.ID, Version: q.Version, Leave: "/t/" + r.PathValue("secret") + "?lang=" + l.Code}
	page.Problems, page.Request = problems, request
	for i, question := range q.Questions {
		page.Questions = append(page.Questions, viewQuestion(q, question, i == 0, answers, l))
	}
	p.show(w, status, "rate.html", page, l)
}

func viewQuestion(q *survey.Questionnaire, question survey.Question, first bool, answers []record.SurveyAnswer, l words) questionView {
	v := questionView{ID: "q-" + question.ID, Text: question.Text.In(l.Code), Many: question.Kind == survey.Many, Required: first}
	i := slices.IndexFunc(answers, func(a record.SurveyAnswer) bool { return a.Question == question.ID })
	if question.Kind == survey.Level {
		for score := survey.VerySatisfied; score >= survey.VeryDissatisfied; score-- {
			v.Choices = append(v.Choices, choice{strconv.Itoa(score), l.Levels[score], i >= 0 && answers[i].Score == score})
		}
	}
	for _, o := range question.Options {
		v.Choices = append(v.Choices, choice{o.ID, o.Text.In(l.Code), i >= 0 && slices.Contains(answers[i].Options, o.ID)})
	}
	if question.When != nil {
		v.When = "q-" + question.When.Question
		v.Is, v.Lead = condition(q, question.When, l)
	}
	return v
}

// condition is a question's as values of a form and in words.
func condition(q *survey.Questionnaire, when *survey.When, l words) (is, lead string) {
	values, texts := slices.Clone(when.Options), []string{}
	for _, score := range when.Scores {
		values, texts = append(values, strconv.Itoa(score)), append(texts, l.Levels[score])
	}
	for _, question := range q.Questions {
		for _, o := range question.Options {
			if question.ID == when.Question && slices.Contains(when.Options, o.ID) {
				texts = append(texts, o.Text.In(l.Code))
			}
		}
	}
	return strings.Join(values, " "), strings.ReplaceAll(l.IfLevel, "{what}", strings.Join(texts, l.Or))
}

package counter

import (
	"net/http"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/staff"
	"stationkeeper/kiosk/web"
)

// roleSupervisor owns a case that nobody in particular has taken over.
const roleSupervisor = string(staff.Supervisor)

// caseList answers with what somebody has to see to. What customers said is for supervisors: a clerk might learn here who
// said what.
func (s *server) caseList(w http.ResponseWriter, _ *http.Request, _ actor) {
	now := record.Stamp(s.Hall.Now())
	all := s.Hall.Snapshot().Cases
	v := casesView{Now: now, Open: []caseView{}, Ended: []caseView{}}
	for _, c := range all.Open {
		shown := s.viewCase(c, now)
		if shown.Overdue {
			v.Overdue++
		}
		v.Open = append(v.Open, shown)
	}
	for _, c := range all.Ended[:min(len(all.Ended), shownEnded)] {
		v.Ended = append(v.Ended, s.viewCase(c, now))
	}
	web.Answer(w, http.StatusOK, v)
}

// shownEnded is how many closed cases are listed, the last first.
const shownEnded = 20

// assign gives a case to somebody; without an owner, to who asks.
func (s *server) assign(w http.ResponseWriter, r *http.Request, who actor) {
	var body struct {
		Owner    string    `json:"owner"`
		Deadline time.Time `json:"deadline"`
		Note     string    `json:"note"`
		Request  string    `json:"request"`
	}
	if !read(w, r, &body) {
		return
	}
	if body.Owner == "" && body.Deadline.IsZero() {
		if body.Owner = who.Number; body.Owner == "" {
			body.Owner = roleSupervisor // nobody logs in here
		}
	}
	s.doCase(w, r, cases.Assign{Request: body.Request, Case: r.PathValue("case"), Owner: body.Owner, Deadline: body.Deadline, By: who.Number, Note: body.Note})
}

func (s *server) noteCase(w http.ResponseWriter, r *http.Request, who actor) {
	var body struct {
		Note    string `json:"note"`
		Request string `json:"request"`
	}
	if read(w, r, &body) {
		s.doCase(w, r, cases.Note{Request: body.Request, Case: r.PathValue("case"), By: who.Number, Text: body.Note})
	}
}

func (s *server) closeCase(w http.ResponseWriter, r *http.Request, who actor) {
	var body struct {
		Outcome string `json:"outcome"`
		Note    string `json:"note"`
		Request string `json:"request"`
	}
	if read(w, r, &body) {
		s.doCase(w, r, cases.Close{Request: body.Request, Case: r.PathValue("case"), By: who.Number, Outcome: body.Outcome, Note: body.Note})
	}
}

// doCase carries a command out and answers with its case.
func (s *server) doCase(w http.ResponseWriter, r *http.Request, c cases.Command) {
	changed, err := s.Hall.Case(r.Context(), c)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	web.Answer(w, http.StatusOK, s.viewCase(changed, record.Stamp(s.Hall.Now())))
}

func (s *server) viewCase(c cases.Case, now time.Time) caseView {
	v := caseView{ID: c.ID, Number: c.Number, Cause: c.Cause, Service: c.Service, Score: c.Score, Reasons: list(c.Reasons), Topic: c.Topic, Details: list(c.Details),
		Text: c.Text, Phone: c.Phone, Language: c.Language, Owner: c.Owner, OwnerName: s.nameOf(c.Owner), Opened: c.Opened.UTC(),
		Deadline: known(c.Deadline), Overdue: c.Late(now), Remarks: []remarkView{}, Ended: known(c.Ended), Outcome: c.Outcome}
	for _, m := range c.Remarks {
		v.Remarks = append(v.Remarks, remarkView{At: m.At.UTC(), By: m.By, ByName: s.nameOf(m.By), What: m.What, Owner: m.Owner,
			OwnerName: s.nameOf(m.Owner), Outcome: m.Outcome, Text: m.Text})
	}
	return v
}

// nameOf is what the roster calls a staff number; "" for others.
func (s *server) nameOf(number string) string {
	if roster := s.door.roster(); roster != nil {
		p, _ := roster.Find(number)
		return p.Name
	}
	return ""
}

// owners are those whom a case can be given to: each supervisor, or all of them.
func (s *server) owners(l language) []choice {
	found := []choice{{ID: roleSupervisor, Name: catalogue["case.anybody"].in(l)}}
	if roster := s.door.roster(); roster != nil {
		for _, p := range roster.People() {
			if p.Role == staff.Supervisor {
				found = append(found, choice{ID: p.Number, Name: p.Name + " " + p.Number})
			}
		}
	}
	return found
}

// topicNames are those of the topics and their details, by id; a detail's is "topic/detail".
func (s *server) topicNames(l language) (topics, details map[string]string) {
	topics, details = map[string]string{}, map[string]string{}
	for _, t := range s.Hall.Snapshot().Cases.Topics {
		topics[t.ID] = t.Text.In(string(l))
		for _, d := range t.Details {
			details[t.ID+"/"+d.ID] = d.Text.In(string(l))
		}
	}
	return topics, details
}

// reasonNames are those of what can be chosen with a rating, by "question/option"; of the questionnaire that is asked now.
func (s *server) reasonNames(l language) map[string]string {
	found := map[string]string{}
	if q := s.Hall.Snapshot().Questionnaire; q != nil {
		for _, question := range q.Questions {
			for _, o := range question.Options {
				found[question.ID+"/"+o.ID] = o.Text.In(string(l))
			}
		}
	}
	return found
}

// Outcomes of cases to choose from.
func (p page) CaseOutcomes() []string { return cases.Outcomes }

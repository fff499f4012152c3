package cases

import (
	"fmt"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

const (
	sourceCases     = "cases"
	sourceComplaint = "complaint"
)

// Decision is what a command causes.
type Decision struct {
	// Entries are to be written together, also with what caused them.
	Entries []record.Entry
	// Case is the case as it is afterwards; without an ID when there is none.
	Case Case
	// Complaint is the id of what was filed, when that was asked for.
	Complaint string
}

// Decide returns the records that a command would cause at this time, or why it is refused. It changes nothing.
func (s *State) Decide(c Command, now time.Time) (Decision, error) {
	return c.decide(s, record.Stamp(now))
}

// Decide of the same request again finds the case that it made.
func (s *State) repeated(request string, p imprint) (Decision, bool, error) {
	before, known := s.requests[request]
	if request == "" || !known {
		return Decision{}, false, nil
	}
	if before.Print != p {
		return Decision{}, true, ErrRequestReused
	}
	d := Decision{Complaint: before.Complaint}
	if c, known := s.cases[before.Case]; known {
		d.Case = c.copy()
	}
	return d, true, nil
}

// add appends a record of a case and applies it to the decision's.
func (d *Decision) add(what string, data record.CaseData, now time.Time) {
	d.Entries = append(d.Entries, record.NewEntry(what, sourceCases, now, data))
	d.Case.apply(what, data, now)
}

func (c File) decide(s *State, now time.Time) (Decision, error) {
	c.Text = strings.TrimSpace(c.Text)
	data := record.ComplaintData{Kind: c.Kind, Topic: c.Topic, Details: c.Details, Text: c.Text, Phone: c.Phone, Ticket: c.Ticket,
		Service: c.Service, Channel: c.Channel, Language: c.Language, Request: c.Request}
	if d, done, err := s.repeated(c.Request, imprintComplaint(data)); done {
		return d, err
	}
	if err := c.check(s.rules); err != nil {
		return Decision{}, err
	}
	day := s.rules.Follow(s.day, now)
	data.Complaint = fmt.Sprintf("p%s-%d%s", compact(day), s.filed[day]+1, suffix(c.Nonce))
	d := Decision{Complaint: data.Complaint}
	d.Entries = append(d.Entries, record.NewEntry(record.ComplaintFiled, sourceComplaint, now, data))
	if s.rules.opens(c.Kind) {
		d.Case = fromComplaint(data)
		d.add(record.CaseOpened, s.open(record.CaseData{Cause: c.Kind, From: data.Complaint, Ticket: c.Ticket, Service: c.Service,
			Topic: c.Topic, Request: c.Request}, c.Nonce, now), now)
	}
	return d, nil
}

func (c FromRating) decide(s *State, now time.Time) (Decision, error) {
	if c.Score > s.rules.Threshold || !s.rules.opens(Rating) {
		return Decision{}, nil
	}
	if !requestPattern.MatchString(c.Request) || !noncePattern.MatchString(c.Nonce) {
		return Decision{}, malformed("request %.70q, nonce %.20q", c.Request, c.Nonce)
	}
	if c.Score < 1 {
		return Decision{}, malformed("score %d", c.Score)
	}
	from := c.Ticket
	if from == "" {
		from = c.Request
	}
	data := record.CaseData{Cause: Rating, From: from, Ticket: c.Ticket, Service: c.Service, Score: c.Score, Request: c.Request}
	if d, done, err := s.repeated(c.Request, imprintCase(record.CaseOpened, data)); done {
		return d, err
	}
	d := Decision{Case: Case{Reasons: reasons(c.Answers)}}
	d.add(record.CaseOpened, s.open(data, c.Nonce, now), now)
	return d, nil
}

// open completes a new case: its number, its owner and its deadline.
func (s *State) open(data record.CaseData, nonce string, now time.Time) record.CaseData {
	day := s.rules.Follow(s.day, now)
	data.Number = fmt.Sprintf("%s-%03d", compact(day), s.numbered[day]+1)
	data.Case = data.Number + suffix(nonce)
	data.Owner = s.rules.Owner
	if topic, known := s.rules.Topic(data.Topic); known && topic.Owner != "" {
		data.Owner = topic.Owner
	}
	deadline := record.Stamp(s.rules.deadline(data.Cause, now))
	data.Deadline = &deadline
	return data
}

// compact is a day as it is in numbers.
func compact(day string) string { return strings.ReplaceAll(day, "-", "") }

func suffix(nonce string) string {
	if nonce == "" {
		return ""
	}
	return "-" + nonce
}

// find is a case that something is to be done about.
func (s *State) find(id string) (Case, error) {
	c, known := s.cases[id]
	if !known {
		return Case{}, fmt.Errorf("%w %.60q", ErrUnknown, id)
	}
	return c.copy(), nil
}

// act does something about a case; which is its record.
func (s *State) act(what string, data record.CaseData, now time.Time, allowed func(Case) error) (Decision, error) {
	if d, done, err := s.repeated(data.Request, imprintCase(what, data)); done {
		return d, err
	}
	if err := checkAct(data.Request, data.By, data.Note); err != nil {
		return Decision{}, err
	}
	c, err := s.find(data.Case)
	if err != nil {
		return Decision{}, err
	}
	if err := allowed(c); err != nil {
		return Decision{}, err
	}
	data.Number = c.Number
	d := Decision{Case: c}
	d.add(what, data, now)
	return d, nil
}

func open(c Case) error {
	if c.Status() == Closed {
		return fmt.Errorf("%w: %s", ErrClosed, c.Number)
	}
	return nil
}

func (c Assign) decide(s *State, now time.Time) (Decision, error) {
	data := record.CaseData{Case: c.Case, Owner: c.Owner, By: c.By, Note: strings.TrimSpace(c.Note), Request: c.Request}
	if !c.Deadline.IsZero() {
		deadline := record.Stamp(c.Deadline)
		data.Deadline = &deadline
	}
	return s.act(record.CaseAssigned, data, now, func(found Case) error {
		switch {
		case c.Owner == "" && data.Deadline == nil:
			return malformed("neither an owner nor a deadline")
		case c.Owner != "" && !ownerPattern.MatchString(c.Owner):
			return malformed("owner %.40q: expected a staff number or a role", c.Owner)
		case data.Deadline != nil && !data.Deadline.After(now):
			return malformed("the deadline is over")
		}
		return open(found)
	})
}

func (c Note) decide(s *State, now time.Time) (Decision, error) {
	data := record.CaseData{Case: c.Case, By: c.By, Note: strings.TrimSpace(c.Text), Request: c.Request}
	return s.act(record.CaseNoted, data, now, func(Case) error {
		if data.Note == "" {
			return malformed("the note is empty")
		}
		return nil
	})
}

func (c Close) decide(s *State, now time.Time) (Decision, error) {
	data := record.CaseData{Case: c.Case, By: c.By, Outcome: c.Outcome, Note: strings.TrimSpace(c.Note), Request: c.Request}
	return s.act(record.CaseClosed, data, now, func(found Case) error {
		if !isOutcome(c.Outcome) {
			return malformed("outcome %.40q: expected one of %q", c.Outcome, Outcomes)
		}
		return open(found)
	})
}

func isOutcome(outcome string) bool {
	for _, o := range Outcomes {
		if o == outcome {
			return true
		}
	}
	return false
}

func (Tick) decide(s *State, now time.Time) (Decision, error) {
	var d Decision
	for _, c := range s.View(now).Open {
		if c.Overdue || c.Deadline.IsZero() || c.Deadline.After(now) {
			continue
		}
		deadline := c.Deadline
		d.Entries = append(d.Entries, record.NewEntry(record.CaseOverdue, sourceCases, now,
			record.CaseData{Case: c.ID, Number: c.Number, Owner: c.Owner, Deadline: &deadline}))
	}
	return d, nil
}

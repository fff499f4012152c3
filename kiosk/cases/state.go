package cases

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// Status is where a case is in its life.
type Status string

const (
	Open    Status = "open"
	Overdue Status = "overdue" // open at its deadline
	Closed  Status = "closed"
)

// Case is something that somebody has to see to. It is a value: a copy does not change.
type Case struct {
	ID     string `json:"id"`
	Number string `json:"number"` // what the customer was told, such as "20261124-003"
	Cause  string `json:"cause"`  // Rating, Complaint, Suggestion or Praise
	From   string `json:"from"`   // id of the complaint, or the ticket or request of the rating
	// Ticket and Service are those of the visit, when it is known.
	Ticket  string `json:"ticket,omitempty"`
	Service string `json:"service,omitempty"`
	Score   int    `json:"score,omitempty"` // of the rating
	// Reasons are the options that were chosen with the rating, as "question/option".
	Reasons []string `json:"reasons,omitempty"`
	// Topic, Details, Text and Phone are what the customer filed, Language the one to answer in.
	Topic    string    `json:"topic,omitempty"`
	Details  []string  `json:"details,omitempty"`
	Text     string    `json:"text,omitempty"`
	Phone    string    `json:"phone,omitempty"`
	Language string    `json:"language,omitempty"`
	Owner    string    `json:"owner"`
	Opened   time.Time `json:"opened"`
	Deadline time.Time `json:"deadline"`
	// Overdue is true when it was open at its deadline and has had no later one since.
	Overdue bool     `json:"overdue,omitempty"`
	Remarks []Remark `json:"remarks,omitempty"`
	// Ended is when it was closed, and Outcome how.
	Ended   time.Time `json:"ended,omitzero"`
	Outcome string    `json:"outcome,omitempty"`
}

// Remark is something that staff did about a case, with their words.
type Remark struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"`
	What string    `json:"what"` // type of the record
	// Owner is who has it from then on, when it was given to somebody, and Outcome how it was closed.
	Owner   string `json:"owner,omitempty"`
	Outcome string `json:"outcome,omitempty"`
	Text    string `json:"text,omitempty"`
}

// Status is where the case is.
func (c Case) Status() Status {
	switch {
	case !c.Ended.IsZero():
		return Closed
	case c.Overdue:
		return Overdue
	}
	return Open
}

func (c Case) copy() Case {
	c.Reasons, c.Details, c.Remarks = slices.Clone(c.Reasons), slices.Clone(c.Details), slices.Clone(c.Remarks)
	return c
}

// fromComplaint is a case before it is opened.
func fromComplaint(d record.ComplaintData) Case {
	return Case{Details: d.Details, Text: d.Text, Phone: d.Phone, Language: d.Language}
}

// reasons are the options among the answers of a rating.
func reasons(answers []record.SurveyAnswer) []string {
	var found []string
	for _, a := range answers {
		for _, option := range a.Options {
			found = append(found, a.Question+"/"+option)
		}
	}
	return found
}

// apply is what a record makes of a case.
func (c *Case) apply(what string, d record.CaseData, at time.Time) {
	switch what {
	case record.CaseOpened:
		c.ID, c.Number, c.Cause, c.From = d.Case, d.Number, d.Cause, d.From
		c.Ticket, c.Service, c.Topic, c.Score = d.Ticket, d.Service, d.Topic, d.Score
		c.Owner, c.Opened = d.Owner, at
	case record.CaseAssigned:
		c.Owner = cmp.Or(d.Owner, c.Owner)
		c.Overdue = c.Overdue && d.Deadline == nil
	case record.CaseOverdue:
		c.Overdue = true
	case record.CaseClosed:
		c.Ended, c.Outcome = at, d.Outcome
	}
	if d.Deadline != nil {
		c.Deadline = *d.Deadline
	}
	if what == record.CaseAssigned || what == record.CaseNoted || what == record.CaseClosed {
		c.Remarks = append(c.Remarks, Remark{At: at, By: d.By, What: what, Owner: d.Owner, Outcome: d.Outcome, Text: d.Note})
	}
}

// State is what is remembered of cases: the open ones, those closed lately, and the requests of today and the day before.
// It has one owner and is not safe for concurrent use.
type State struct {
	rules    Rules
	day      string
	numbered map[string]int // cases by day of work
	filed    map[string]int // complaints by day of work
	cases    map[string]Case
	filing   map[string]record.ComplaintData // whose case may be opened by the next record, by id
	rated    rated                           // whose case may be opened by the next record
	requests map[string]request
}

// rated is the last rating, by what its case would say it is from.
type rated struct {
	From    string   `json:"from,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
}

// request is what a request did.
type request struct {
	Print     imprint `json:"imprint"`
	Case      string  `json:"case,omitempty"`
	Complaint string  `json:"complaint,omitempty"`
	Day       string  `json:"day"`
}

// New returns the state before the first case.
func New(rules Rules) *State {
	return &State{rules: rules.complete(), numbered: map[string]int{}, filed: map[string]int{}, cases: map[string]Case{},
		filing: map[string]record.ComplaintData{}, requests: map[string]request{}}
}

// Apply folds one record into the state. Records of other types are passed over; one that does not follow from those
// before it is an error, and leaves the state as it was.
func (s *State) Apply(r record.Record) error {
	at := record.Stamp(r.Time)
	switch r.Type {
	case record.SurveyAnswered:
		var d record.SurveyAnsweredData
		if err := decode(r, &d); err != nil {
			return err
		}
		s.rated = rated{From: cmp.Or(d.Ticket, d.Request), Reasons: reasons(d.Answers)}
	case record.ComplaintFiled:
		return s.applyComplaint(r, at)
	case record.CaseOpened, record.CaseAssigned, record.CaseNoted, record.CaseOverdue, record.CaseClosed:
		var d record.CaseData
		if err := decode(r, &d); err != nil {
			return err
		}
		if err := s.applyCase(r.Type, d, at); err != nil {
			return fmt.Errorf("apply record %d, %s: %w", r.Seq, r.Type, err)
		}
	}
	return nil
}

func (s *State) applyComplaint(r record.Record, at time.Time) error {
	var d record.ComplaintData
	if err := decode(r, &d); err != nil {
		return err
	}
	if d.Complaint == "" {
		return fmt.Errorf("apply record %d, %s: the complaint has no id", r.Seq, r.Type)
	}
	s.enter(at)
	s.filed[s.day]++
	s.filing[d.Complaint] = d
	s.did(d.Request, request{Print: imprintComplaint(d), Complaint: d.Complaint})
	return nil
}

func decode(r record.Record, into any) error {
	if err := json.Unmarshal(r.Data, into); err != nil {
		return fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
	}
	return nil
}

func (s *State) applyCase(what string, d record.CaseData, at time.Time) error {
	c, known := s.cases[d.Case]
	switch {
	case d.Case == "":
		return errors.New("the case has no id")
	case known == (what == record.CaseOpened):
		return fmt.Errorf("case %.60q: %w", d.Case, map[bool]error{true: errTwice, false: ErrUnknown}[known])
	case what != record.CaseNoted && c.Status() == Closed:
		return fmt.Errorf("case %.60q: %w", d.Case, ErrClosed)
	}
	s.enter(at)
	did := request{Print: imprintCase(what, d), Case: d.Case}
	if what == record.CaseOpened {
		s.numbered[s.day]++
		if complaint, waiting := s.filing[d.From]; waiting {
			c = fromComplaint(complaint)
			did = request{Print: imprintComplaint(complaint), Case: d.Case, Complaint: d.From}
		}
		if d.Cause == Rating && d.From != "" && d.From == s.rated.From {
			c.Reasons = s.rated.Reasons
		}
		delete(s.filing, d.From)
		s.rated = rated{}
	}
	c = c.copy()
	c.apply(what, d, at)
	s.cases[d.Case] = c
	s.did(d.Request, did)
	return nil
}

var errTwice = errors.New("is opened twice")

func (s *State) did(id string, r request) {
	if id != "" {
		r.Day = s.day
		s.requests[id] = r
	}
}

// Bounds of what is remembered.
const (
	keepClosed = 30 * 24 * time.Hour // cases, after they were closed
	keepDays   = 40                  // last numbers of days, for a clock that is put back
)

// enter makes the day of a record the current one, and forgets what is old.
func (s *State) enter(at time.Time) {
	day := s.rules.Follow(s.day, at)
	if day == s.day {
		return
	}
	before := s.day
	s.day = day
	maps.DeleteFunc(s.requests, func(_ string, r request) bool { return r.Day != before && r.Day != day })
	maps.DeleteFunc(s.cases, func(_ string, c Case) bool { return c.Status() == Closed && at.Sub(c.Ended) > keepClosed })
	clear(s.filing)
	for _, counts := range []map[string]int{s.numbered, s.filed} {
		days := slices.Sorted(maps.Keys(counts))
		for _, old := range days[:max(0, len(days)-keepDays)] {
			delete(counts, old)
		}
	}
}

// View is what may be shown of cases: copies that never change.
type View struct {
	// Open are the open cases, the one that is due first in front, and Ended those closed lately, the last in front.
	Open, Ended []Case
	// Overdue is how many of the open ones are past their deadline.
	Overdue int
	// Topics are those of the rules.
	Topics []Topic
}

// View is all of it, at a time.
func (s *State) View(now time.Time) View {
	v := View{Topics: s.rules.Topics}
	for _, c := range s.cases {
		if c.Status() == Closed {
			v.Ended = append(v.Ended, c)
			continue
		}
		v.Open = append(v.Open, c)
		if c.Late(now) {
			v.Overdue++
		}
	}
	slices.SortFunc(v.Open, func(a, b Case) int { return cmp.Or(a.Deadline.Compare(b.Deadline), cmp.Compare(a.ID, b.ID)) })
	slices.SortFunc(v.Ended, func(a, b Case) int { return cmp.Or(b.Ended.Compare(a.Ended), cmp.Compare(b.ID, a.ID)) })
	return v
}

// Late tells whether an open case is past its deadline.
func (c Case) Late(now time.Time) bool {
	return c.Status() == Overdue || c.Status() == Open && !c.Deadline.IsZero() && !c.Deadline.After(now)
}

// Case is the one with this id, while it is open and for some weeks after.
func (s *State) Case(id string) (Case, bool) {
	c, known := s.cases[id]
	return c.copy(), known
}

// Topics are what can be complained about.
func (s *State) Topics() []Topic { return s.rules.Topics }

// Wake is the first deadline that is not yet said to be over; false when there is none.
func (s *State) Wake() (time.Time, bool) {
	var first time.Time
	for _, c := range s.cases {
		if c.Status() == Open && !c.Deadline.IsZero() && (first.IsZero() || c.Deadline.Before(first)) {
			first = c.Deadline
		}
	}
	return first, !first.IsZero()
}

// imprint tells commands apart: a hash of what they say, without what is worked out.
type imprint string

func imprintComplaint(d record.ComplaintData) imprint {
	d.Complaint = ""
	return imprintOf(record.ComplaintFiled, d)
}

func imprintCase(what string, d record.CaseData) imprint {
	if what == record.CaseOpened {
		d.Case, d.Owner, d.Deadline = "", "", nil
	}
	d.Number = ""
	return imprintOf(what, d)
}

func imprintOf(what string, data any) imprint {
	text, err := json.Marshal([]any{what, data})
	if err != nil { // strings, numbers and times of this century alone
		panic(fmt.Sprintf("cases: imprint of %s: %v", what, err))
	}
	sum := sha256.Sum256(text)
	return imprint(hex.EncodeToString(sum[:8]))
}

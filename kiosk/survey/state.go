package survey

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// State is what is remembered of ratings: today's tally, and which tickets and requests of today and the day before
// have been answered. It has one owner and is not safe for concurrent use.
type State struct {
	follow   func(current string, at time.Time) string
	day      string
	tally    Tally
	rated    map[string]string // ticket to the day of its rating
	requests map[string]answered
	damper   damper
	// asked is what is asked now, and known what was asked before it; not part of the fold.
	asked *Questionnaire
	known []*Questionnaire
}

// answered is what a request said.
type answered struct {
	score         int
	ticket        string
	questionnaire string
	version       int
	answers       []record.SurveyAnswer
	day           string
}

// New returns the state before the first rating. follow says to which day of work (as 2006-01-02) an instant belongs
// for somebody who was in day current, "" at first. Default is asked until Ask says otherwise.
func New(follow func(current string, at time.Time) string) *State {
	return &State{follow: follow, rated: map[string]string{}, requests: map[string]answered{}, asked: Default()}
}

// versions is how many questionnaires that are no longer asked are remembered, for customers who are answering them.
const versions = 8

// Ask replaces what is asked from now on; nil is Default. Who has been shown the one before can still answer it.
func (s *State) Ask(q *Questionnaire) {
	if q == nil {
		q = Default()
	}
	if q.ID != s.asked.ID || q.Version != s.asked.Version {
		s.known = append(s.known, s.asked)
		s.known = s.known[max(0, len(s.known)-versions):]
	}
	s.asked = q
}

// Questionnaire is what is asked now. It must not be changed.
func (s *State) Questionnaire() *Questionnaire { return s.asked }

// Version is the questionnaire with this id and version, if it is the one asked now or was lately.
func (s *State) Version(id string, version int) (*Questionnaire, bool) {
	if s.asked.ID == id && s.asked.Version == version {
		return s.asked, true
	}
	for i := len(s.known) - 1; i >= 0; i-- {
		if s.known[i].ID == id && s.known[i].Version == version {
			return s.known[i], true
		}
	}
	return nil, false
}

// Rated tells whether this ticket's visit has its rating.
func (s *State) Rated(ticket string) bool {
	_, rated := s.rated[ticket]
	return rated
}

// Decide returns the record that the answer causes, none when its request was answered before, or why it is refused.
// It changes nothing.
func (s *State) Decide(a Answer, now time.Time) ([]record.Entry, error) {
	if a.Request != "" && !requestPattern.MatchString(a.Request) {
		return nil, fmt.Errorf("%w: request %.70q: expected 1 to 64 letters, digits and _.:/-", ErrMalformed, a.Request)
	}
	data, err := s.data(a)
	if before, ok := s.requests[a.Request]; ok && a.Request != "" {
		if err != nil || !before.same(data) {
			return nil, ErrRequestReused
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if a.Ticket != "" && s.Rated(a.Ticket) {
		return nil, fmt.Errorf("%w: ticket %s", ErrRatedBefore, a.Ticket)
	}
	return []record.Entry{record.NewEntry(record.SurveyAnswered, source, record.Stamp(now), data)}, nil
}

// data is what is written down of an answer, its answers in the order of the questions.
func (s *State) data(a Answer) (record.SurveyAnsweredData, error) {
	data := record.SurveyAnsweredData{Score: a.Score, Ticket: a.Ticket, Request: a.Request, Service: a.Service, Counter: a.Counter, Clerk: a.Clerk,
		Questionnaire: a.Questionnaire, Version: a.Version, Channel: a.Channel, Language: a.Language, Suppressed: a.Suppressed}
	if !slices.Contains(channels, a.Channel) {
		return data, fmt.Errorf("%w: channel %.40q: expected one of %q", ErrMalformed, a.Channel, channels[1:])
	}
	if !languagePattern.MatchString(a.Language) {
		return data, fmt.Errorf("%w: language %.40q: expected two small letters", ErrMalformed, a.Language)
	}
	if a.Questionnaire == "" && a.Version == 0 {
		if len(a.Answers) > 0 {
			return data, fmt.Errorf("%w: there are answers, and no questionnaire that they answer", ErrQuestionnaire)
		}
		return data, checkScore(a.Score)
	}
	q, known := s.Version(a.Questionnaire, a.Version)
	if !known {
		return data, fmt.Errorf("%w: %.40q, version %d", ErrQuestionnaire, a.Questionnaire, a.Version)
	}
	answers, err := q.complete(a.Score, a.Answers)
	if err != nil {
		return data, err
	}
	data.Answers = answers
	return data, nil
}

var channels = []string{"", record.ChannelLobby, record.ChannelTerminal, record.ChannelTelephone, record.ChannelCounter}

func checkScore(score int) error {
	if score < VeryDissatisfied || score > VerySatisfied {
		return fmt.Errorf("%w, got %d", ErrScore, score)
	}
	return nil
}

// same tells whether an answer says what this one said.
func (a answered) same(b record.SurveyAnsweredData) bool {
	return a.score == b.Score && a.ticket == b.Ticket && a.questionnaire == b.Questionnaire && a.version == b.Version &&
		slices.EqualFunc(a.answers, b.Answers, equal)
}

func equal(a, b record.SurveyAnswer) bool {
	return a.Question == b.Question && a.Score == b.Score && slices.Equal(a.Options, b.Options)
}

// Apply folds one record into the state. Records of other types are passed over; a score outside the scale is an
// error, and leaves the state as it was.
func (s *State) Apply(r record.Record) error {
	if r.Type != record.SurveyAnswered {
		return nil
	}
	d, err := decode(r)
	if err != nil {
		return err
	}
	s.enter(record.Stamp(r.Time))
	s.tally.Levels[d.Score]++
	if d.Ticket != "" {
		s.rated[d.Ticket] = s.day
	}
	if d.Request != "" {
		s.requests[d.Request] = answered{score: d.Score, ticket: d.Ticket, questionnaire: d.Questionnaire, version: d.Version, answers: d.Answers, day: s.day}
	}
	if d.Channel == record.ChannelTerminal {
		s.damper.suppressed = 0
	}
	return nil
}

// decode reads the data of a survey.answered record.
func decode(r record.Record) (d record.SurveyAnsweredData, err error) {
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return d, fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
	}
	if err := checkScore(d.Score); err != nil {
		return d, fmt.Errorf("apply record %d, %s: %w", r.Seq, r.Type, err)
	}
	return d, nil
}

// enter makes the day of a record the current one, and forgets what is older than the day before.
func (s *State) enter(at time.Time) {
	day := s.follow(s.day, at)
	if day == s.day {
		return
	}
	before := s.day
	s.day, s.tally = day, Tally{}
	maps.DeleteFunc(s.rated, func(_, rated string) bool { return rated != before })
	maps.DeleteFunc(s.requests, func(_ string, a answered) bool { return a.day != before })
}

// Today is the tally of the day of work that now belongs to.
func (s *State) Today(now time.Time) Tally {
	if s.follow(s.day, now) != s.day {
		return Tally{}
	}
	return s.tally
}

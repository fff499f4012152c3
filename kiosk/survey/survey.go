// Package survey is the rule of rating a visit: one of five levels, at most once per ticket, or without a ticket.
//
// Like the queue it is event sourced and does no I/O: Decide says which record a rating causes, Apply folds a record
// into the State, and the state is the fold of the journal's survey.answered records.
package survey

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"stationkeeper/internal/record"
)

// The ends of the scale, as in record.SurveyAnsweredData.
const (
	VeryDissatisfied = 1
	VerySatisfied    = 5
)

// Why a rating is refused. A refused rating leaves no record.
var (
	ErrScore = errors.New("score: expected 1 (very dissatisfied) to 5 (very satisfied)")
	// ErrRatedBefore: this ticket's visit has its rating.
	ErrRatedBefore = errors.New("this visit has been rated")
	// ErrRequestReused: the request id belongs to an earlier, different rating.
	ErrRequestReused = errors.New("the request id belongs to another rating")
	// ErrMalformed: an argument is not of its form.
	ErrMalformed = errors.New("malformed rating")
)

var requestPattern = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,64}$`)

const source = "survey"

// Answer is one rating.
type Answer struct {
	// Request is an id made for the intent, not for the attempt: 1 to 64 letters, digits and "_.:/-". The same id again
	// changes nothing. "" makes every attempt a new rating.
	Request string
	// Score is from VeryDissatisfied to VerySatisfied.
	Score int
	// Ticket is the internal id of the visit, "" when it is not known. Whether there is such a ticket is the queue's
	// business.
	Ticket string
}

// Tally counts the ratings of one day of work.
type Tally struct {
	// Levels counts by score; Levels[0] is not used.
	Levels [VerySatisfied + 1]int
}

// Count is the number of ratings.
func (t Tally) Count() int {
	n := 0
	for _, c := range t.Levels {
		n += c
	}
	return n
}

// Mean is the mean score, from 1 to 5; ok is false when there is no rating.
func (t Tally) Mean() (mean float64, ok bool) {
	sum := 0
	for score, c := range t.Levels {
		sum += score * c
	}
	n := t.Count()
	if n == 0 {
		return 0, false
	}
	return float64(sum) / float64(n), true
}

// State is what is remembered of ratings: today's tally, and which tickets and requests of today and the day before
// have been answered. It has one owner and is not safe for concurrent use.
type State struct {
	follow   func(current string, at time.Time) string
	day      string
	tally    Tally
	rated    map[string]string // ticket to the day of its rating
	requests map[string]answered
}

type answered struct {
	score       int
	ticket, day string
}

// New returns the state before the first rating. follow says to which day of work (as 2006-01-02) an instant belongs
// for somebody who was in day current, "" at first.
func New(follow func(current string, at time.Time) string) *State {
	return &State{follow: follow, rated: map[string]string{}, requests: map[string]answered{}}
}

// Decide returns the record that the answer causes, none when its request was answered before, or why it is refused.
// It changes nothing.
func (s *State) Decide(a Answer, now time.Time) ([]record.Entry, error) {
	if a.Request != "" {
		if !requestPattern.MatchString(a.Request) {
			return nil, fmt.Errorf("%w: request %.70q: expected 1 to 64 letters, digits and _.:/-", ErrMalformed, a.Request)
		}
		if before, ok := s.requests[a.Request]; ok {
			if before.score != a.Score || before.ticket != a.Ticket {
				return nil, ErrRequestReused
			}
			return nil, nil
		}
	}
	if a.Score < VeryDissatisfied || a.Score > VerySatisfied {
		return nil, fmt.Errorf("%w, got %d", ErrScore, a.Score)
	}
	if _, rated := s.rated[a.Ticket]; rated && a.Ticket != "" {
		return nil, fmt.Errorf("%w: ticket %s", ErrRatedBefore, a.Ticket)
	}
	data := record.SurveyAnsweredData{Score: a.Score, Ticket: a.Ticket, Request: a.Request}
	return []record.Entry{record.NewEntry(record.SurveyAnswered, source, record.Stamp(now), data)}, nil
}

// Apply folds one record into the state. Records of other types are passed over; a score outside the scale is an
// error, and leaves the state as it was.
func (s *State) Apply(r record.Record) error {
	if r.Type != record.SurveyAnswered {
		return nil
	}
	var d record.SurveyAnsweredData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
	}
	if d.Score < VeryDissatisfied || d.Score > VerySatisfied {
		return fmt.Errorf("apply record %d, %s: %w, got %d", r.Seq, r.Type, ErrScore, d.Score)
	}
	s.enter(record.Stamp(r.Time))
	s.tally.Levels[d.Score]++
	if d.Ticket != "" {
		s.rated[d.Ticket] = s.day
	}
	if d.Request != "" {
		s.requests[d.Request] = answered{score: d.Score, ticket: d.Ticket, day: s.day}
	}
	return nil
}

// enter makes the day of a record the current one, and forgets what is older than the day before.
func (s *State) enter(at time.Time) {
	day := s.follow(s.day, at)
	if day == s.day {
		return
	}
	before := s.day
	s.day, s.tally = day, Tally{}
	for ticket, rated := range s.rated {
		if rated != before {
			delete(s.rated, ticket)
		}
	}
	for request, a := range s.requests {
		if a.day != before {
			delete(s.requests, request)
		}
	}
}

// Today is the tally of the day of work that now belongs to.
func (s *State) Today(now time.Time) Tally {
	if s.follow(s.day, now) != s.day {
		return Tally{}
	}
	return s.tally
}

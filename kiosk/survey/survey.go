// Package survey is the rule of rating a visit: one of five levels, and whatever else a questionnaire asks, voluntarily
// and at most once per ticket, or without a ticket.
//
// Like the queue it is event sourced and does no I/O: Decide says which record a rating causes, Apply folds a record
// into the State, and the state is the fold of the journal's survey.answered records. What is asked is a document
// (Questionnaire); answers are held to the version that the customer was shown.
//
// Results counts per month, for longer than the journal keeps records. Who said what is in the records alone, for head
// office: nothing here, and nothing a clerk sees, shows a single rating with its visit.
package survey

import (
	"errors"
	"regexp"

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
	// ErrQuestionnaire: the questionnaire, in this version, is not asked here, nor was it lately.
	ErrQuestionnaire = errors.New("the questionnaire is not known here")
	// ErrAnswer: an answer does not fit its question, or to a question that was not to be asked.
	ErrAnswer = errors.New("the answer does not fit the questionnaire")
	// ErrMalformed: an argument is not of its form.
	ErrMalformed = errors.New("malformed rating")
)

var (
	requestPattern  = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,64}$`)
	languagePattern = regexp.MustCompile(`^([a-z]{2})?$`)
)

const source = "survey"

// Answer is one rating.
type Answer struct {
	// Request is an id made for the intent, not for the attempt: 1 to 64 letters, digits and "_.:/-". The same id again
	// changes nothing. "" makes every attempt a new rating.
	Request string
	// Score is from VeryDissatisfied to VerySatisfied.
	Score int
	// Ticket is the internal id of the visit, "" when it is not known. Whether there is such a ticket, and whether it was
	// served, is the queue's business; Service, Counter and Clerk are those of the visit.
	Ticket                  string
	Service, Counter, Clerk string
	// Questionnaire and Version are what was asked, "" and 0 when only the level was. Answers are in any order; what was
	// skipped is not there. The first question may be left out of them, as Score is its answer.
	Questionnaire string
	Version       int
	Answers       []record.SurveyAnswer
	// Channel is one of record.Channel…, and Language the one it was asked in, ISO 639-1; both may be "".
	Channel, Language string
	// Suppressed is how many taps before were not counted; Damp sets it.
	Suppressed int
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

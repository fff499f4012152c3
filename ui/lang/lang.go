// Package lang is what the lobby screen says, in every language it speaks: one Catalogue per language, with a field
// per sentence, so that a sentence that does not exist cannot be asked for.
//
// The language is chosen by each customer and belongs to the screen, not to the process: everything here is a value.
package lang

import (
	"strings"
	"time"
)

// Language is the ISO 639-1 code of a language of the lobby.
type Language string

const (
	Chinese Language = "zh" // Simplified characters; what the screen returns to
	English Language = "en"
)

// Default is the language of a screen that nobody has touched.
const Default = Chinese

// All lists the languages in the order in which they are offered.
var All = [...]Language{Chinese, English}

// Of returns the catalogue of a language. A language that is not in All is answered in the default one.
func Of(l Language) *Catalogue {
	if l == English {
		return &english
	}
	return &chinese
}

// Catalogue is every sentence of the lobby in one language. Functions take what has to be said inside a sentence:
// word order and plural differ between languages.
type Catalogue struct {
	// Name is how the language calls itself, on the button that chooses it.
	Name string

	// Shell is what stands around everything else.
	Shell Shell

	// Machine is what this is, where the place has no name.
	Machine string

	// Home: choosing a service, and before that a group of services where there are several.
	ChooseGroup   string
	ChooseService string
	TouchToTake   string
	NoServices    string
	NoServicesDo  string
	InFront       func(customers int) string // before one has taken a ticket
	Before        func(customers int) string // the same in fewer words, beside a wait
	About         func(low, high int) string // minutes of waiting
	Waiting       func(customers int) string // for all services of a group
	Offers        func(services int) string  // of a group
	RateVisit     string
	NextPage      string
	PreviousPage  string
	Page          func(page, pages int) string

	// Services that give no tickets. OpensAt says when that changes: day is "" for today, else Tomorrow, one of Weekdays
	// (Sunday first) or a Date.
	ClosedNow string
	OpensAt   func(day, clock string) string
	Tomorrow  string
	Weekdays  [7]string
	Date      func(month, day int) string
	Full      string // for today
	FullNow   string // for this time of day
	TooLate   string

	// Taking a ticket.
	Taking     string
	YourTicket string
	YourNumber string
	Ahead      func(customers int) string
	Expect     func(low, high int) string // minutes of waiting, after one has taken a ticket
	WatchCalls string
	Done       string

	// The strip of last calls.
	NowServing string
	NoCalls    string
	Counter    func(counter string) string

	// Rating. Scores holds what each score means, from 1 (very dissatisfied) at index 0 to 5 at index 4.
	Scores     [5]string
	Back       string
	Thanks     string
	ThanksMore string

	// When something could not be done, and what the customer can do instead.
	NoTicket   string
	NoTicketDo string
	NoRating   string
	NoRatingDo string
	TryAgain   string
	// Refusals for good.
	IsClosed   string
	IsClosedDo string
	IsFull     string
	IsFullDo   string
	IsLate     string
	IsLateDo   string

	// The flows that have words of their own.
	Survey      SurveyWords
	Complaint   ComplaintWords
	Information InformationWords

	CheckIn  CheckInWords
	Backroom BackroomWords
	// Board is what the screen above the counters says.
	Board BoardWords
}

// Both says two things side by side, in any language.
func Both(one, other string) string { return one + " · " + other }

// When says when a service opens: at opens, seen from at, both in the time zone of opens.
func (c *Catalogue) When(at, opens time.Time) string {
	if opens.IsZero() {
		return c.ClosedNow
	}
	return c.OpensAt(c.day(at, opens), opens.Format("15:04"))
}

// WeOpen says when the station opens, as When does.
func (c *Catalogue) WeOpen(at, opens time.Time) string {
	return c.Shell.WeOpen(c.day(at, opens), opens.Format("15:04"))
}

// day is that of opens, as people who stand here at a time call it; "" for today.
func (c *Catalogue) day(at, opens time.Time) string {
	switch days := days(at.In(opens.Location()), opens); {
	case days <= 0:
		return ""
	case days == 1:
		return c.Tomorrow
	case days < 7:
		return c.Weekdays[opens.Weekday()]
	}
	return c.Date(int(opens.Month()), opens.Day())
}

// days counts the midnights between two times of one time zone; a day on which the clocks change is a day, too.
func days(from, to time.Time) int {
	midnight := func(t time.Time) time.Time {
		year, month, day := t.Date()
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
}

// Names is a name in several languages, such as that of a service.
type Names map[Language]string

// In returns the name in a language, else the one in the default language, else any there is, else "".
func (n Names) In(l Language) string {
	for _, candidate := range append([]Language{l, Default}, All[:]...) {
		if name := strings.TrimSpace(n[candidate]); name != "" {
			return name
		}
	}
	return ""
}

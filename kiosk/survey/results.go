package survey

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// Results are the ratings of one month of the local calendar, as customers are shown them.
type Results struct {
	Month string `json:"month"` // as 2006-01
	// N is how many ratings there were, and Levels how many of each score; Levels[0] is not used.
	N      int                    `json:"n"`
	Levels [VerySatisfied + 1]int `json:"levels"`
	// ByAspect counts the levels of the other questions of that kind, by id, and Chosen the options chosen by question
	// and option, such as reasons.
	ByAspect map[string][VerySatisfied + 1]int `json:"by_aspect"`
	Chosen   map[string]map[string]int         `json:"chosen"`
	// Visits is how many of the ratings were of a known visit, and Served how many visits ended at a counter.
	Visits int `json:"visits"`
	Served int `json:"served"`
	// Suppressed is how many taps at terminals were not counted.
	Suppressed int `json:"suppressed"`
}

// Mean is the mean score, from 1 to 5; false when there is none.
func (r Results) Mean() (float64, bool) { return Tally{Levels: r.Levels}.Mean() }

// Share is the part of the ratings that were satisfied or very satisfied, from 0 to 1; false when there is none.
func (r Results) Share() (float64, bool) {
	if r.N == 0 {
		return 0, false
	}
	return float64(r.Levels[VerySatisfied]+r.Levels[VerySatisfied-1]) / float64(r.N), true
}

// Rate is the part of the visits served that were rated, from 0 to 1; false when nobody was served. A visit may be
// rated after its month is over: it is never more than 1.
func (r Results) Rate() (float64, bool) {
	if r.Served == 0 {
		return 0, false
	}
	return min(1, float64(r.Visits)/float64(r.Served)), true
}

// Fewest is how many have to have answered before everybody is told what they said: of fewer, staff can guess who said
// what. Counts below 5 are what is usually held back where answers of people are published.
const Fewest = 5

// Public are the results as everybody may see them: without ratings when fewer than Fewest gave one, and without the
// aspects that fewer than Fewest gave a level, or the reasons, which few give at all.
func (r Results) Public() Results {
	shown := Results{Month: r.Month}
	if r.N < Fewest {
		return shown
	}
	shown.N, shown.Levels, shown.Visits, shown.Served = r.N, r.Levels, r.Visits, r.Served
	shown.ByAspect = map[string][VerySatisfied + 1]int{}
	for aspect, levels := range r.ByAspect {
		if (Tally{Levels: levels}).Count() >= Fewest {
			shown.ByAspect[aspect] = levels
		}
	}
	return shown
}

// kept is how many months are remembered: this one, and two years before it.
const kept = 25

// History is the results of every month, folded from the journal's records and kept for longer than those. Each record
// is learnt once: whoever holds it knows up to which. It has one owner and is not safe for concurrent use.
type History struct {
	zone   *time.Location
	months map[string]*Results
}

// NewHistory returns one without a month. Months are those of the calendar in zone.
func NewHistory(zone *time.Location) *History {
	return &History{zone: zone, months: map[string]*Results{}}
}

// Learn folds one record in. Records that say nothing of ratings or of visits served are passed over.
func (h *History) Learn(r record.Record) error {
	switch r.Type {
	case record.SurveyAnswered:
		d, err := decode(r)
		if err != nil {
			return err
		}
		h.month(r.Time).rate(d)
	case record.TicketServed:
		return h.served(r)
	case record.TicketUndone:
		return h.undone(r)
	}
	return nil
}

func (h *History) served(r record.Record) error {
	var d record.TicketServedData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return fmt.Errorf("learn record %d, %s: decode data: %w", r.Seq, r.Type, err)
	}
	if d.Next == nil { // the visit goes on otherwise
		h.month(r.Time).Served++
	}
	return nil
}

// undone takes back a visit that had not ended after all.
func (h *History) undone(r record.Record) error {
	var d record.TicketUndoneData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return fmt.Errorf("learn record %d, %s: decode data: %w", r.Seq, r.Type, err)
	}
	if m := h.month(r.Time); d.Action == "finish" && m.Served > 0 {
		m.Served--
	}
	return nil
}

// month is that of an instant, to be counted in.
func (h *History) month(at time.Time) *Results {
	name := at.In(h.zone).Format("2006-01")
	m, known := h.months[name]
	if !known {
		m = &Results{Month: name, ByAspect: map[string][VerySatisfied + 1]int{}, Chosen: map[string]map[string]int{}}
		h.months[name] = m
		for _, old := range h.names()[:max(0, len(h.months)-kept)] {
			delete(h.months, old)
		}
	}
	return m
}

func (h *History) names() []string { return slices.Sorted(maps.Keys(h.months)) }

func (r *Results) rate(d record.SurveyAnsweredData) {
	r.N++
	r.Levels[d.Score]++
	r.Suppressed += d.Suppressed
	if d.Ticket != "" {
		r.Visits++
	}
	for i, a := range d.Answers {
		if a.Score >= VeryDissatisfied && a.Score <= VerySatisfied && i > 0 { // the first is the score
			levels := r.ByAspect[a.Question]
			levels[a.Score]++
			r.ByAspect[a.Question] = levels
		}
		for _, option := range a.Options {
			if r.Chosen[a.Question] == nil {
				r.Chosen[a.Question] = map[string]int{}
			}
			r.Chosen[a.Question][option]++
		}
	}
}

// Of are the results of the month that an instant belongs to, and Last those of the month before it: what customers are
// shown. A month without a record has its name alone.
func (h *History) Of(at time.Time) Results { return h.copy(at.In(h.zone).Format("2006-01")) }

// Last are the results of the month before that of an instant.
func (h *History) Last(now time.Time) Results {
	y, m, _ := now.In(h.zone).Date()
	return h.copy(time.Date(y, m-1, 1, 0, 0, 0, 0, time.UTC).Format("2006-01"))
}

func (h *History) copy(name string) Results {
	m, known := h.months[name]
	if !known {
		return Results{Month: name}
	}
	c := *m
	c.ByAspect = maps.Clone(m.ByAspect)
	c.Chosen = map[string]map[string]int{}
	for question, options := range m.Chosen {
		c.Chosen[question] = maps.Clone(options)
	}
	return c
}

// format is the version of what is kept; another is refused.
const format = 1

type keptHistory struct {
	Format int        `json:"format"`
	Months []*Results `json:"months"`
}

// MarshalJSON is all that was learnt.
func (h *History) MarshalJSON() ([]byte, error) {
	k := keptHistory{Format: format, Months: []*Results{}}
	for _, name := range h.names() {
		k.Months = append(k.Months, h.months[name])
	}
	return json.Marshal(k)
}

// UnmarshalJSON takes up what was learnt before. What another version has kept is refused, and the history is as before.
func (h *History) UnmarshalJSON(data []byte) error {
	var k keptHistory
	if err := json.Unmarshal(data, &k); err != nil {
		return fmt.Errorf("read the results of months: %w", err)
	}
	if k.Format != format {
		return fmt.Errorf("read the results of months: format %d, expected %d", k.Format, format)
	}
	months := map[string]*Results{}
	for _, m := range k.Months {
		if m == nil {
			return errors.New("read the results of months: one is missing")
		}
		if _, err := time.Parse("2006-01", m.Month); err != nil {
			return fmt.Errorf("read the results of months: month %.20q: %w", m.Month, err)
		}
		if m.ByAspect == nil {
			m.ByAspect = map[string][VerySatisfied + 1]int{}
		}
		if m.Chosen == nil {
			m.Chosen = map[string]map[string]int{}
		}
		months[m.Month] = m
	}
	h.months = months
	return nil
}

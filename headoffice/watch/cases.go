package watch

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// caseTypes are those of a case's life, without the complaint that it came from.
var caseTypes = []string{record.CaseOpened, record.CaseAssigned, record.CaseNoted, record.CaseOverdue, record.CaseClosed}

// careTypes are those of what customers complain about and what comes of it.
var careTypes = append([]string{record.ComplaintFiled}, caseTypes...)

// oneCase is a case as its records leave it. What customers and those who see to it wrote is not kept: it is read when
// somebody who may asks for it.
type oneCase struct {
	station, node, id                             string
	number, cause, topic, service, owner, outcome string
	score                                         int
	opened, closed                                time.Time
	deadline                                      time.Time // zero: none
	late                                          bool      // the station said that it was overdue
	notes                                         int
}

// state is how a case stands: "open", "overdue" or "closed".
func (c oneCase) state(now time.Time) string {
	switch {
	case !c.closed.IsZero():
		return caseClosed
	case c.late || !c.deadline.IsZero() && now.After(c.deadline):
		return caseOverdue
	}
	return caseOpen
}

const (
	caseOpen    = "open"
	caseOverdue = "overdue"
	caseClosed  = "closed"
	caseAll     = "all"
)

// caseStates are how a list of cases can be narrowed down: open are those that are not closed, overdue or not.
var caseStates = []string{caseOpen, caseOverdue, caseClosed, caseAll}

// is tells whether a case belongs into a list.
func (c oneCase) is(wanted string, now time.Time) bool {
	state := c.state(now)
	return wanted == caseAll || wanted == state || wanted == caseOpen && state == caseOverdue
}

// age is how long a case has been there, or was until it was closed.
func (c oneCase) age(now time.Time) time.Duration {
	if !c.closed.IsZero() {
		now = c.closed
	}
	return max(0, now.Sub(c.opened))
}

// take takes what a record says of a case into account.
func (c *oneCase) take(r store.Record) {
	d := decode[record.CaseData](r)
	set := func(to *string, value string) {
		if value != "" {
			*to = value
		}
	}
	set(&c.number, d.Number)
	set(&c.cause, d.Cause)
	set(&c.topic, d.Topic)
	set(&c.service, d.Service)
	set(&c.owner, d.Owner)
	if d.Score > 0 {
		c.score = d.Score
	}
	if d.Deadline != nil {
		c.deadline = *d.Deadline
	}
	if c.opened.IsZero() || r.Type == record.CaseOpened { // a case whose beginning is missing is as old as what is there
		c.opened = r.Placed
	}
	switch r.Type {
	case record.CaseAssigned:
		c.late = c.late && d.Deadline == nil // a new deadline
	case record.CaseNoted:
		c.notes++
	case record.CaseOverdue:
		c.late = true
	case record.CaseClosed:
		c.closed, c.outcome = r.Placed, d.Outcome
	}
}

// foldCases makes cases of records, oldest first.
func foldCases(records []store.Record) []oneCase {
	var all []oneCase
	found := map[[2]string]int{}
	for _, r := range records {
		id := decode[record.CaseData](r).Case
		if id == "" {
			continue
		}
		key := [2]string{r.Node, id}
		i, known := found[key]
		if !known {
			i = len(all)
			found[key] = i
			all = append(all, oneCase{station: r.Station, node: r.Node, id: id})
		}
		all[i].take(r)
	}
	return all
}

// caseload keeps the cases of stations as long as their records are the same.
type caseload struct {
	mu   sync.Mutex
	kept map[string]loaded
}

type loaded struct {
	mark  store.Tally
	cases []oneCase // never changed again
}

// mostOfCases bounds how many records of cases of one station are looked at: the newest.
const mostOfCases = 20_000

// mostCaseloads bounds of how many stations cases are kept.
const mostCaseloads = 2048

// casesOf are the cases of a station, the oldest first.
func (w *watch) casesOf(ctx context.Context, station string) ([]oneCase, error) {
	q := store.Selection{Station: station, Types: caseTypes, Limit: mostOfCases}
	mark, err := w.Store.Count(ctx, q)
	if err != nil {
		return nil, err
	}
	w.caseload.mu.Lock()
	before, known := w.caseload.kept[station]
	w.caseload.mu.Unlock()
	if known && before.mark == mark {
		return before.cases, nil
	}
	var cases []oneCase
	if mark.Count > 0 {
		records, err := w.Store.Happened(ctx, q)
		if err != nil {
			return nil, err
		}
		slices.Reverse(records)
		cases = foldCases(records)
	}
	w.caseload.put(station, loaded{mark, cases})
	return cases, nil
}

func (k *caseload) put(station string, l loaded) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil {
		k.kept = map[string]loaded{}
	}
	for other := range k.kept {
		if len(k.kept) < mostCaseloads {
			break
		}
		delete(k.kept, other)
	}
	k.kept[station] = l
}

// urgent orders cases: those overdue first, then those that are open by their deadlines, then the latest closed.
func urgent(now time.Time) func(a, b oneCase) int {
	rank := func(c oneCase) int { return slices.Index([]string{caseOverdue, caseOpen, caseClosed}, c.state(now)) }
	return func(a, b oneCase) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		if a.state(now) == caseClosed {
			return b.closed.Compare(a.closed)
		}
		if a.deadline.IsZero() != b.deadline.IsZero() {
			if a.deadline.IsZero() {
				return 1
			}
			return -1
		}
		if d := a.deadline.Compare(b.deadline); d != 0 {
			return d
		}
		if d := strings.Compare(a.station, b.station); d != 0 {
			return d
		}
		return strings.Compare(a.number, b.number)
	}
}

// caseLife is a case and all its records, oldest first, the complaint that it came from among them.
type caseLife struct {
	oneCase
	records []store.Record
}

// lifeOfCase finds a case by its number or its id. ok is false when there is none.
func (w *watch) lifeOfCase(ctx context.Context, station, name string) (life caseLife, ok bool, err error) {
	cases, err := w.casesOf(ctx, station)
	if err != nil {
		return life, false, err
	}
	i := slices.IndexFunc(cases, func(c oneCase) bool { return c.id == name })
	if i < 0 {
		i = slices.IndexFunc(cases, func(c oneCase) bool { return c.number == name })
	}
	if i < 0 {
		return life, false, nil
	}
	life.oneCase = cases[i]
	// A complaint is written down together with the case that it opens.
	records, err := w.Store.Happened(ctx, store.Selection{Station: station, Types: careTypes, From: life.opened.Add(-time.Hour),
		Oldest: true, Limit: mostOfCases})
	if err != nil {
		return life, false, err
	}
	from := ""
	for _, r := range records {
		if d := decode[record.CaseData](r); r.Node == life.node && d.Case == life.id && d.From != "" {
			from = d.From
		}
	}
	for _, r := range records {
		about := r.Type != record.ComplaintFiled && decode[record.CaseData](r).Case == life.id ||
			r.Type == record.ComplaintFiled && from != "" && decode[record.ComplaintData](r).Complaint == from
		if r.Node == life.node && about {
			life.records = append(life.records, r)
		}
	}
	return life, true, nil
}

package watch

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// levels counts ratings: [0] is "very dissatisfied", [4] "very satisfied".
type levels [5]int

func (l *levels) add(score int) {
	if score >= 1 && score <= len(l) {
		l[score-1]++
	}
}

func (l *levels) merge(other levels) {
	for i, n := range other {
		l[i] += n
	}
}

// count is how many ratings there are, and mean their mean; NaN of none.
func (l levels) count() (n int) {
	for _, c := range l {
		n += c
	}
	return n
}

func (l levels) mean() float64 {
	sum := 0
	for i, c := range l {
		sum += (i + 1) * c
	}
	return float64(sum) / float64(l.count())
}

// satisfied is the share of the two upper levels.
func (l levels) satisfied() float64 { return float64(l[3]+l[4]) / float64(l.count()) }

// asked is what came of one question.
type asked struct {
	levels  levels
	chosen  map[string]int // options, by id
	answers int
}

// tally is what customers answered in a time. It holds nobody's single answer.
type tally struct {
	overall   levels
	channels  map[string]*levels
	services  map[string]*levels
	questions map[string]*asked
	// rated counts the answers that are about a visit, and served the visits' services that ended meanwhile.
	rated, served int
	suppressed    int
}

func newTally() *tally {
	return &tally{channels: map[string]*levels{}, services: map[string]*levels{}, questions: map[string]*asked{}}
}

// at is the value of a key, made when it is not there.
func at[K comparable, V any](m map[K]*V, key K) *V {
	v, ok := m[key]
	if !ok {
		v = new(V)
		m[key] = v
	}
	return v
}

func (t *tally) add(d record.SurveyAnsweredData) {
	t.suppressed += max(0, d.Suppressed)
	if d.Score < 1 || d.Score > 5 {
		return // no level of this scale
	}
	t.overall.add(d.Score)
	at(t.channels, d.Channel).add(d.Score)
	if d.Service != "" {
		at(t.services, d.Service).add(d.Score)
	}
	if d.Ticket != "" {
		t.rated++
	}
	for _, a := range d.Answers {
		q := at(t.questions, a.Question)
		q.answers++
		q.levels.add(a.Score)
		for _, option := range a.Options {
			if q.chosen == nil {
				q.chosen = map[string]int{}
			}
			q.chosen[option]++
		}
	}
}

// merge adds what another time came to.
func (t *tally) merge(other *tally) {
	t.overall.merge(other.overall)
	t.rated, t.served, t.suppressed = t.rated+other.rated, t.served+other.served, t.suppressed+other.suppressed
	for name, l := range other.channels {
		at(t.channels, name).merge(*l)
	}
	for name, l := range other.services {
		at(t.services, name).merge(*l)
	}
	for id, o := range other.questions {
		q := at(t.questions, id)
		q.answers += o.answers
		q.levels.merge(o.levels)
		for option, n := range o.chosen {
			if q.chosen == nil {
				q.chosen = map[string]int{}
			}
			q.chosen[option] += n
		}
	}
}

// choices are the options of a question, those chosen most often first.
func (a *asked) choices() []string {
	options := slices.Sorted(maps.Keys(a.chosen))
	slices.SortStableFunc(options, func(x, y string) int { return a.chosen[y] - a.chosen[x] })
	return options
}

// tallies keeps what was counted, so that a page costs no more than what is new: of the month that goes on a day is
// counted anew, of months that are over nothing. What was counted is good while the store's mark of it is the same.
type tallies struct {
	mu   sync.Mutex
	kept map[period]counted
}

// period is a station's records of a time; to is not in it.
type period struct {
	station  string
	from, to int64 // milliseconds since 1970
}

type counted struct {
	mark  store.Tally
	tally *tally // never changed again
	// seen is when the store was last asked whether it is still so.
	seen time.Time
}

// lookAgain is how long a page believes what was counted of a time that is over: what a station brings late is on it
// after that.
const lookAgain = time.Minute

// mostTallies bounds what is kept; whatever comes first goes when there is more.
const mostTallies = 4096

func (k *tallies) get(s period) counted {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept[s]
}

func (k *tallies) put(s period, c counted) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil {
		k.kept = map[period]counted{}
	}
	for other := range k.kept {
		if len(k.kept) < mostTallies {
			break
		}
		delete(k.kept, other)
	}
	k.kept[s] = c
}

// tallyOf counts what customers of a station answered from <= time < to.
func (w *watch) tallyOf(ctx context.Context, station string, from, to time.Time) (*tally, error) {
	key := period{station, from.UnixMilli(), to.UnixMilli()}
	before := w.tallies.get(key)
	q := store.Selection{Station: station, Types: []string{record.SurveyAnswered}, From: from, To: to.Add(-time.Millisecond), Oldest: true}
	mark, err := w.Store.Count(ctx, q)
	if err != nil {
		return nil, err
	}
	served, err := w.Store.Count(ctx, store.Selection{Station: station, Types: []string{record.TicketServed}, From: q.From, To: q.To})
	if err != nil {
		return nil, err
	}
	answers := newTally()
	switch {
	case before.tally != nil && before.mark == mark:
		*answers = *before.tally // the maps are never changed again
	case mark.Count > 0:
		q.Limit = mark.Count + 1
		records, err := w.Store.Happened(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			answers.add(decode[record.SurveyAnsweredData](r))
		}
	}
	answers.served = served.Count
	w.tallies.put(key, counted{mark, answers, time.Now()})
	return answers, nil
}

// tallyShown is tallyOf for a page: what was counted a moment ago of a time that is over is good enough.
func (w *watch) tallyShown(ctx context.Context, station string, from, to, now time.Time) (*tally, error) {
	if c := w.tallies.get(period{station, from.UnixMilli(), to.UnixMilli()}); c.tally != nil && !to.After(now) && time.Since(c.seen) < lookAgain {
		return c.tally, nil
	}
	return w.tallyOf(ctx, station, from, to)
}

// monthOf counts what customers of a station answered in a calendar month, for a page, day by day while the month goes on.
func (w *watch) monthOf(ctx context.Context, station string, month, now time.Time) (*tally, error) {
	next := month.AddDate(0, 1, 0)
	if now.Before(month) || !now.Before(next) {
		return w.tallyShown(ctx, station, month, next, now)
	}
	all := newTally()
	for day := month; day.Before(next) && !day.After(now); {
		tomorrow := day.AddDate(0, 0, 1)
		if !tomorrow.Before(now) {
			tomorrow = next // what a clock that is ahead wrote is of today
		}
		t, err := w.tallyShown(ctx, station, day, tomorrow, now)
		if err != nil {
			return nil, err
		}
		all.merge(t)
		day = tomorrow
	}
	return all, nil
}

// firstOf is when the month of a time began.
func firstOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
}

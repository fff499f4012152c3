package hours_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/kiosk/hours"
)

// places are time zones that differ in what they do with their clocks: nothing, and changes on three different days.
var places = []string{"Asia/Shanghai", "Europe/Warsaw", "America/New_York", "Asia/Jerusalem"}

// wall reads a clock on the wall from minute to minute, and remembers the latest time that it has shown: a span begins
// and ends when that passes its ends. This is the rule of the package said in another way, without a calendar.
type wall struct {
	zone   *time.Location
	latest time.Time // as if it were UTC
}

// beginning returns a wall that has been looked at for two days before an instant.
func beginning(zone *time.Location, at time.Time) *wall {
	w := &wall{zone: zone}
	for t := at.Add(-48 * time.Hour); t.Before(at); t = t.Add(time.Minute) {
		w.look(t)
	}
	return w
}

func (w *wall) look(at time.Time) {
	local := at.In(w.zone)
	y, m, d := local.Date()
	shown := time.Date(y, m, d, local.Hour(), local.Minute(), 0, 0, time.UTC)
	if shown.After(w.latest) {
		w.latest = shown
	}
}

func (w *wall) open(o *hours.Hours) bool {
	spans, special := o.Days[w.latest.Format(time.DateOnly)]
	if !special {
		spans = o.Week[w.latest.Weekday()]
	}
	ofDay := h(w.latest.Hour(), w.latest.Minute())
	for _, s := range spans {
		if s.From <= ofDay && ofDay < s.To {
			return true
		}
	}
	return false
}

// walk goes from minute to minute and checks that Open is what the wall says, and that until and Next, once said, come
// true.
func walk(o *hours.Hours, zone *time.Location, from, to time.Time) error {
	w := beginning(zone, from)
	var until, next time.Time // promised; zero: nothing is
	wasOpen := false
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		w.look(t)
		gotUntil, open := o.Open(t, zone)
		gotNext, ok := o.Next(t, zone)
		switch {
		case open != w.open(o):
			return fmt.Errorf("%s: open %v, but the wall's clock has shown %s", t.In(zone), open, w.latest.Format(time.DateTime))
		case open && !gotUntil.IsZero() && !gotUntil.After(t):
			return fmt.Errorf("%s: open until %s", t.In(zone), gotUntil)
		case ok && !gotNext.After(t):
			return fmt.Errorf("%s: opens next at %s", t.In(zone), gotNext)
		case open && wasOpen && !until.IsZero() && !gotUntil.Equal(until):
			return fmt.Errorf("%s: open until %s, a minute before until %s", t.In(zone), gotUntil, until)
		case !open && wasOpen && !until.Equal(t):
			return fmt.Errorf("%s: closed, a minute before open until %s", t.In(zone), until)
		case open && !wasOpen && t.After(from) && !next.Equal(t):
			return fmt.Errorf("%s: open, a minute before next at %s", t.In(zone), next)
		case !open && !wasOpen && t.After(from) && !gotNext.Equal(next):
			return fmt.Errorf("%s: next at %s, a minute before at %s", t.In(zone), gotNext, next)
		}
		until, next, wasOpen = gotUntil, gotNext, open
	}
	return nil
}

func TestOpenAndNextAgreeOnEveryMinuteOfAYear(t *testing.T) {
	night := office()
	night.Week[time.Saturday] = []hours.Span{{From: h(0, 0), To: h(2, 30)}, {From: h(3, 15), To: h(24, 0)}}
	night.Week[time.Sunday] = []hours.Span{{From: 0, To: h(1, 30)}, {From: h(2, 30), To: h(2, 45)}, {From: h(2, 50), To: h(4, 0)}}
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var years sync.WaitGroup
	for _, name := range places {
		z := zone(t, name)
		years.Go(func() {
			if err := walk(night, z, from, from.AddDate(1, 0, 0)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	years.Wait()
}

// changes are days on which clocks change in one of the places.
var changes = []string{"2026-03-08", "2026-03-27", "2026-03-29", "2026-10-25", "2026-11-01", "2026-07-01"}

func drawSpans(t *rapid.T, label string) []hours.Span {
	var spans []hours.Span
	at := 0
	for n := rapid.IntRange(0, 4).Draw(t, label); n > 0 && at < 24*60; n-- {
		from := rapid.IntRange(at, 24*60-1).Draw(t, "from")
		to := rapid.IntRange(from+1, 24*60).Draw(t, "to")
		spans = append(spans, hours.Span{From: h(0, from), To: h(0, to)})
		at = to
	}
	return spans
}

func TestAnyHoursAgreeAroundChangesOfClocks(t *testing.T) {
	zones := map[string]*time.Location{}
	for _, name := range places {
		zones[name] = zone(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		o := &hours.Hours{Days: map[string][]hours.Span{}}
		for day := range o.Week {
			o.Week[day] = drawSpans(t, "week")
		}
		change := midnight(rapid.SampledFrom(changes).Draw(t, "change"))
		for range rapid.IntRange(0, 3).Draw(t, "special") {
			key := change.AddDate(0, 0, rapid.IntRange(-2, 20).Draw(t, "day")).Format(time.DateOnly)
			o.Days[key] = drawSpans(t, "spans")
		}
		if err := o.Validate(); err != nil {
			t.Fatalf("hours are drawn as they should be: %v", err)
		}
		name := rapid.SampledFrom(places).Draw(t, "zone")
		if err := walk(o, zones[name], change.AddDate(0, 0, -1), change.AddDate(0, 0, 2)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	})
}

func midnight(date string) time.Time {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return t
}

func BenchmarkOpen(b *testing.B) {
	z := zone(b, "Asia/Shanghai")
	now := at(b, "2026-11-23T10:00:00+08:00")
	o := office()
	for b.Loop() {
		if _, open := o.Open(now, z); !open {
			b.Fatal("closed")
		}
	}
}

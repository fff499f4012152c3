package hall

import (
	"testing"
	"time"

	"stationkeeper/kiosk/queue"
)

func TestQuotesAreReplacedWhenTheyAreNoLongerTrue(t *testing.T) {
	minutes := func(low, expected, high float64) queue.Quote {
		m := func(n float64) time.Duration { return time.Duration(n * float64(time.Minute)) }
		return queue.Quote{Low: m(low), Expected: m(expected), High: m(high), Known: true}
	}
	none := queue.Quote{}
	for _, c := range []struct {
		name           string
		told, expected queue.Quote
		want           bool
	}{
		{"nothing known before or now", none, none, false},
		{"known now", none, minutes(2, 5, 9), true},
		{"not known any more", minutes(2, 5, 9), none, true},
		{"the same", minutes(2, 5, 9), minutes(2, 5, 9), false},
		{"half a minute off", minutes(2, 5, 9), minutes(2.5, 5.5, 9.5), false},
		{"two minutes off", minutes(2, 5, 9), minutes(4, 7, 11), true},
		{"two of forty minutes off", minutes(30, 38, 46), minutes(32, 40, 48), false},
		{"the time is over", queue.Quote{Known: true}, minutes(0, 0.5, 1), true},
		{"much surer", minutes(1, 10, 30), minutes(8, 10, 13), true},
		{"a little surer", minutes(5, 10, 15), minutes(6, 10, 14), false},
		{"before the interval that was told", minutes(9, 10, 11), minutes(7.4, 8.4, 9.4), true},
	} {
		if got := stale(c.told, c.expected); got != c.want {
			t.Errorf("%s: told %+v, expected %+v: stale %t, want %t", c.name, c.told, c.expected, got, c.want)
		}
	}
}

func TestOnlyThoseAreToldAnewWhoWereNotToldJustNow(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	place := func(id string, told time.Duration) queue.Place {
		p := queue.Place{Ticket: queue.Ticket{ID: id}}
		if told > 0 {
			p.Quote = queue.Quote{At: now.Add(-told), Known: true, Low: time.Minute, Expected: 20 * time.Minute, High: 30 * time.Minute}
		}
		return p
	}
	s := queue.Snapshot{At: now, Waiting: []queue.Place{place("never", 0), place("now", 5*time.Second), place("before", time.Minute), place("unheard", time.Minute)}}
	soon := queue.Quote{Known: true, Low: time.Minute, Expected: 2 * time.Minute, High: 3 * time.Minute}
	got := renewed(s, map[string]queue.Quote{"never": soon, "now": soon, "before": soon})
	if len(got) != 2 || got["never"] != soon || got["before"] != soon {
		t.Errorf("told %+v", got)
	}
}

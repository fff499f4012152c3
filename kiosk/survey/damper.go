package survey

import (
	"time"

	"stationkeeper/internal/record"
)

// The rule for terminals that anybody can tap who walks past. Nobody is asked who he is there, so that a burst of taps
// is told by its time alone:
//
//   - a tap on the same level as the one before it, not more than Pause later, is the same hand's and counts no more, as
//     long as its burst lasts no longer than Burst: after that it may be another customer;
//   - a tap on another level within Blink of the one before was not read, chosen and tapped by somebody else either.
//
// Whoever taps after a pause counts, as often as he comes back: without a ticket nobody is known. How many taps were not
// counted is written down with the next one that is, so that a rule that is too strict shows. No published rule for such
// terminals was found; the times are those in which one person makes room for the next.
const (
	Pause = 5 * time.Second
	Burst = time.Minute
	Blink = time.Second
)

// damper watches the taps of the station's terminal. It is not part of the fold: after a restart a burst begins anew.
type damper struct {
	request    string
	admitted   bool // what became of that tap
	score      int
	began      time.Time // the burst
	last       time.Time // tap
	suppressed int       // since the last rating that was written down
}

// Damp tells whether a tap at a walk-up terminal counts, and returns it with how many before it did not. Answers with a
// ticket or from elsewhere count always. It is asked once for each tap, before Decide; the same request is the same tap.
func (s *State) Damp(a Answer, now time.Time) (Answer, bool) {
	if a.Channel != record.ChannelTerminal || a.Ticket != "" {
		return a, true
	}
	d := &s.damper
	if a.Request == "" || a.Request != d.request {
		d.tap(a, record.Stamp(now))
	}
	a.Suppressed = d.suppressed
	return a, d.admitted
}

func (d *damper) tap(a Answer, now time.Time) {
	since := now.Sub(d.last)
	apart := d.last.IsZero() || since < 0 // a clock put back tells nothing
	same := a.Score == d.score && since <= Pause && now.Sub(d.began) <= Burst
	d.admitted = apart || !same && (a.Score == d.score || since > Blink)
	if d.admitted {
		d.began = now
	} else {
		d.suppressed++
	}
	d.request, d.score, d.last = a.Request, a.Score, now
}

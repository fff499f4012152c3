package uplink

import (
	"time"

	"stationkeeper/internal/record"
)

const (
	// keepUp is how many records may wait and still be live. When more do, what waits is backlog, and what is
	// appended from then on overtakes it.
	keepUp = record.MaxBatchRecords
	// firstUnacked and mostUnacked bound the batches of backlog that head office has not acknowledged: it begins low
	// and grows with every acknowledgement that comes soon, so that a head office to which a thousand stations come back
	// at once is not buried. Live ones, which are small, have mostLiveUnacked.
	firstUnacked    = 8
	mostUnacked     = 16
	mostLiveUnacked = 128
	// officeQueue is how much longer than at best head office may take for a batch of backlog: what is live waits as
	// long there.
	officeQueue = 20 * time.Millisecond
)

// maxAckTimeout bounds the doubling of Options.AckTimeout.
const maxAckTimeout = time.Minute

// mostSilence is how many times in a row a lane stalls before the connection is given up: some four minutes. Head office
// is away, most likely, but its acknowledgements may also be stuck on this connection: a broker stops after so many
// whose receipt was not confirmed, or has lost the subscription. A new one hears the latest, which is retained.
const mostSilence = 6

// lane is what of one stream has been sent on this connection, and what is to be sent next.
//
//	1 … through          head office has it
//	through+1 … sent     sent, and awaited
//	sent+1 … live        backlog, but for what is in ahead
//	live+1 … last        live: not sent yet, and goes first
type lane struct {
	stream record.Stream
	// base is the highest seq of an earlier epoch: head office is only told so. told is false while it has to be.
	base, through, sent, live uint64
	baseTold                  bool
	// ahead was sent before what comes before it.
	ahead ranges
	// again has been asked for again and not been sent yet; lately is what was asked for at the time askedAt.
	again, lately ranges
	askedAt       time.Time
	// ends are the batches that follow each other from through to sent.
	ends    []*end
	allowed int // of ends
	// least is the shortest that head office has taken on this connection; what was sent before shrunk tells nothing about
	// the present allowed.
	least  time.Duration
	shrunk time.Time
	// stalled is true until head office is heard on this connection, and from when it was silent for too long until it is
	// heard again. One small batch is then sent to find out, and nothing else: on a metered line silence must not cost, and
	// head office may know another history of this journal, in which what comes later would leave no trace of that.
	stalled bool
	silence int // how many times it has stalled since
	patience,
	timeout time.Duration
	progress time.Time // of the last acknowledgement that said something new
	// confirmed is whether head office's history has been compared with the journal's on this connection, heard whether
	// it has said anything.
	confirmed, heard bool
}

// end is where a batch ends.
type end struct {
	seq       uint64
	sent      time.Time
	delivered time.Time // to the broker; zero before its answer
}

// newLane starts after what head office has.
func newLane(s record.Stream, through, base uint64, timeout time.Duration) *lane {
	l := &lane{stream: s, base: base, through: through, patience: timeout, timeout: timeout, allowed: firstUnacked, stalled: true}
	l.restart()
	return l
}

// restart makes the lane begin again after what head office has.
func (l *lane) restart() {
	l.sent = max(l.through, l.base)
	l.live = l.sent
	l.ahead, l.ends = nil, nil
	l.again, l.lately = nil, nil
	l.baseTold = l.through >= l.base
}

// look takes note of the last record there is. What cannot keep up any longer is backlog from now on.
func (l *lane) look(last uint64) (behind bool) {
	if last <= l.live {
		return false
	}
	behind = last-l.live > keepUp
	if behind || l.stalled {
		l.live = last
	}
	return behind
}

// nextLive is what is live and may be sent.
func (l *lane) nextLive(last uint64) (record.Range, bool) {
	if l.stalled || l.live >= last || l.live == l.sent && len(l.ends) >= mostLiveUnacked {
		return record.Range{}, false
	}
	return record.Range{First: l.live + 1, Last: last}, true
}

// nextAgain is what head office has asked for again.
func (l *lane) nextAgain() (record.Range, bool) {
	if len(l.again) == 0 {
		return record.Range{}, false
	}
	return l.again[0], true
}

// nextBacklog is the oldest that has not been sent, unless head office has enough to acknowledge.
func (l *lane) nextBacklog() (record.Range, bool) {
	if len(l.ends) >= l.allowed || l.stalled && len(l.ends) > 0 {
		return record.Range{}, false
	}
	return l.ahead.gap(l.sent+1, l.live)
}

// nextTale is the last seq of an earlier epoch, when head office has to be told of it and there is nothing to tell it
// with.
func (l *lane) nextTale(last uint64) (earlier uint64, ok bool) {
	return l.base, !l.baseTold && last <= l.sent
}

// told notes that head office was told of an earlier epoch.
func (l *lane) told(now time.Time) {
	l.baseTold = true
	l.progress = now
	l.ends = append(l.ends, &end{seq: l.base, sent: now})
}

// sentTo notes that first to last has been sent. It returns the batch's end when that is to be awaited.
func (l *lane) sentTo(first, last uint64, now time.Time) *end {
	l.again = l.without(first, last)
	l.live = max(l.live, last)
	if last <= l.sent {
		return nil
	}
	if first > l.sent+1 {
		l.ahead = l.ahead.add(first, last)
		return nil
	}
	if len(l.ends) == 0 {
		l.progress = now
	}
	l.sent = last
	l.absorb()
	e := &end{seq: l.sent, sent: now}
	l.ends = append(l.ends, e)
	return e
}

// without is what remains to be sent again when first to last has been.
func (l *lane) without(first, last uint64) (left ranges) {
	for _, g := range l.again {
		if g.First < first {
			left = left.add(g.First, min(g.Last, first-1))
		}
		if g.Last > last {
			left = left.add(max(g.First, last+1), g.Last)
		}
	}
	return left
}

// absorb joins to sent what was sent ahead and is not ahead any longer.
func (l *lane) absorb() {
	if len(l.ahead) > 0 && l.ahead[0].First <= l.sent+1 {
		l.sent = max(l.sent, l.ahead[0].Last)
	}
	l.ahead = l.ahead.above(l.sent)
}

// acknowledged notes what head office has. An acknowledgement that says nothing new after a long silence is head
// office coming back and saying where it stands: what it did not get is sent again at once. One that says less than
// before is head office with an older database: what it has lost is sent again, as far as it is still there.
func (l *lane) acknowledged(ack record.Ack, now time.Time) {
	silent := l.stalled || l.late(l.timeout, now)
	if l.stalled {
		l.stalled, l.live = false, l.sent // what is little is live
	}
	switch {
	case ack.Through < l.through, ack.Through == l.through && silent:
		l.through = ack.Through
		l.restart()
		l.patience, l.allowed = l.timeout, firstUnacked
	case ack.Through > l.through:
		l.advance(ack.Through, now)
	}
	l.asked(ack.Again, now)
}

func (l *lane) advance(through uint64, now time.Time) {
	l.through, l.progress, l.patience = through, now, l.timeout
	l.sent = max(l.sent, through)
	l.baseTold = l.baseTold || through >= l.base
	l.absorb()
	l.live = max(l.live, l.sent)
	l.again = l.again.above(through)
	for len(l.ends) > 0 && l.ends[0].seq <= through {
		l.answered(l.ends[0], now)
		l.ends = l.ends[1:]
	}
}

// answered notes how long head office took for a batch since the broker had it. As with window, what waits there is to
// wait in the journal: all stations' events of the moment are in the same queue.
func (l *lane) answered(e *end, now time.Time) {
	took := time.Duration(1)
	if !e.delivered.IsZero() {
		took = max(took, now.Sub(e.delivered))
	}
	if l.least == 0 || took < l.least {
		l.least = took
	}
	switch queue := took - l.least; {
	case queue <= officeQueue:
		l.allowed = min(l.allowed+1, mostUnacked)
	case queue > 2*officeQueue && e.sent.After(l.shrunk):
		l.allowed = max(l.allowed/2, 1)
		l.shrunk = now
	}
}

// asked notes what head office asks for again. What has not been sent yet needs no asking; and what has just been
// sent again is not sent once more because the same question came twice.
func (l *lane) asked(again []record.Range, now time.Time) {
	if now.Sub(l.askedAt) > l.timeout/2 {
		l.lately = nil
	}
	floor := max(l.through, l.base)
	for _, g := range again {
		for _, sent := range append(l.ahead.within(g.First, g.Last), record.Range{First: g.First, Last: min(g.Last, l.sent)}) {
			next := max(sent.First, floor+1)
			for {
				gap, ok := l.lately.gap(next, sent.Last)
				if !ok {
					break
				}
				l.again = l.again.add(gap.First, gap.Last)
				l.lately = l.lately.add(gap.First, gap.Last)
				l.askedAt, next = now, gap.Last+1
			}
		}
	}
}

// overdue tells when everything unacknowledged is to be sent again; ok is false when nothing is awaited. The wait
// begins when the broker has the oldest batch: before, it is the line that is slow.
func (l *lane) overdue() (at time.Time, ok bool) {
	if len(l.ends) == 0 || l.ends[0].delivered.IsZero() {
		return time.Time{}, false
	}
	return l.since().Add(l.patience), true
}

func (l *lane) late(limit time.Duration, now time.Time) bool {
	_, awaited := l.overdue()
	return awaited && now.Sub(l.since()) > limit
}

// since is when the wait for an acknowledgement began.
func (l *lane) since() time.Time {
	if d := l.ends[0].delivered; d.After(l.progress) {
		return d
	}
	return l.progress
}

// stall makes the lane begin again after what head office has, carefully and with twice the patience.
func (l *lane) stall() {
	l.restart()
	l.stalled, l.allowed = true, firstUnacked
	l.silence++
	l.patience = min(2*l.patience, maxAckTimeout)
}

package uplink

import (
	"time"

	"stationkeeper/internal/record"
)

const (
	// telemetryShare lets telemetry take every so manieth batch of backlog while events have one too.
	telemetryShare = 4
	// backlogShare lets the backlog take every so manieth batch while there is always something live to send: a line
	// that is too slow for what is appended must not keep the oldest for ever.
	backlogShare = 4
)

// choice counts what went where, so that each gets its share.
type choice struct {
	live    int // batches of what is live since the last of backlog
	backlog int // batches of backlog
}

// choose decides what goes next: presence, replies to head office, states, what is live, what was asked for again, backlog. The packet has no
// topic when there is nothing, or nothing may go; then wait is how long that lasts unless something happens.
func (s *session) choose(now time.Time) (p packet, wait time.Duration, err error) {
	if p, ok := s.chooseState(now); ok {
		return p, 0, nil
	}
	if held := s.held(now); held > 0 {
		return packet{}, held, nil
	}
	var last [2]uint64
	for i, l := range s.lanes {
		last[i] = s.options.Journal.Position(l.stream).Last
		if l.look(last[i]) {
			s.drain.begin(now)
		}
	}
	backlog, wait := s.mayDrain(now)
	if s.choice.live >= backlogShare-1 && backlog {
		if p, err := s.chooseBacklog(now); p.topic != "" || err != nil {
			return p, 0, err
		}
	}
	if p, err := s.chooseLive(now, last); p.topic != "" || err != nil {
		return p, 0, err
	}
	if backlog {
		p, err = s.chooseBacklog(now)
	}
	return p, wait, err
}

// held is how much longer sending waits to hear what head office has: not when it has never acknowledged anything, and
// would have been heard by now.
func (s *session) held(now time.Time) (longest time.Duration) {
	for _, l := range s.lanes {
		if !l.heard && !(s.echoed && l.through == l.base) {
			longest = max(longest, s.began.Add(patienceForAcks).Sub(now))
		}
	}
	return longest
}

// chooseState is presence, a reply, or the next state that has changed, unless the broker has not yet answered the one before of that point:
// what changes meanwhile is coalesced.
func (s *session) chooseState(now time.Time) (packet, bool) {
	if s.dead {
		s.dead = false
		return s.presencePacket(record.Online, now), true
	}
	if p, ok := s.chooseReply(now); ok {
		return p, true
	}
	point, state, ok := s.takeState(s.points)
	if !ok {
		return packet{}, false
	}
	s.points[point] = true
	p := packet{topic: s.topic(record.KindState, point).String(), payload: state.Encode(), retained: true}
	return s.launched(&flight{class: classState, handed: now, point: point}, p), true
}

// chooseLive is a batch of what has just been appended. On a line that is too slow for it, it waits and grows.
func (s *session) chooseLive(now time.Time, last [2]uint64) (packet, error) {
	if s.flying[classLive] >= s.window.size {
		return packet{}, nil
	}
	for i, l := range s.lanes {
		if earlier, ok := l.nextTale(last[i]); ok {
			l.told(now)
			return s.sendBatch(i, s.cutters[i].tell(earlier), classLive, now), nil
		}
		if want, ok := l.nextLive(last[i]); ok {
			s.choice.live++
			return s.batch(i, want, classLive, now)
		}
	}
	return packet{}, nil
}

// mayDrain reports whether the line and the throttle have room for backlog, and if not, for how long at least.
func (s *session) mayDrain(now time.Time) (ok bool, wait time.Duration) {
	if flying := s.flying[classBacklog]; flying > 0 && flying+s.window.batch() > s.window.size {
		return false, time.Hour // until an answer comes
	}
	if wait := s.throttle.wait(now); wait > 0 {
		return false, wait
	}
	return true, time.Hour
}

// chooseBacklog is a batch of what was asked for again or else of what is behind: of events, or in its turn or when
// there are no events of telemetry.
func (s *session) chooseBacklog(now time.Time) (packet, error) {
	for i, l := range s.lanes {
		if want, ok := l.nextAgain(); ok {
			return s.batch(i, want, classBacklog, now)
		}
	}
	order := [2]int{0, 1}
	if s.choice.backlog%telemetryShare == telemetryShare-1 {
		order = [2]int{1, 0}
	}
	for _, i := range order {
		if want, ok := s.lanes[i].nextBacklog(); ok {
			s.choice.backlog++
			return s.batch(i, want, classBacklog, now)
		}
	}
	return packet{}, nil
}

// batch makes a batch of one lane and notes that it goes.
func (s *session) batch(lane int, want record.Range, c class, now time.Time) (packet, error) {
	l, size, earlier := s.lanes[lane], s.window.batch(), uint64(0)
	if !l.baseTold {
		earlier = l.base
	}
	if l.stalled {
		size = leastWindow
	}
	if rate := s.throttle.rate; rate > 0 && c == classBacklog {
		size = min(size, max(int(rate), leastWindow/4)) // a second's worth
	}
	b, err := s.cutters[lane].cut(want, size, earlier)
	if err != nil {
		return packet{}, err
	}
	l.baseTold = true
	l.sentTo(b.first, b.last, now)
	return s.sendBatch(lane, b, c, now), nil
}

func (s *session) sendBatch(lane int, b batch, c class, now time.Time) packet {
	l := s.lanes[lane]
	f := &flight{class: c, handed: now, lane: l, first: b.first, last: b.last}
	p := s.launched(f, packet{topic: s.topic(record.KindUp, string(l.stream)).String(), payload: b.payload})
	if c == classBacklog {
		s.choice.live = 0
		s.throttle.spend(now, f.bytes)
		s.drain.add(b.records, f.bytes)
	}
	s.count(lane, b)
	return p
}

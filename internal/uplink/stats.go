package uplink

import (
	"time"

	"stationkeeper/internal/record"
)

// Stats are what the uplink has done since the program started, and how it stands now.
type Stats struct {
	// Connected is since when there is a connection; zero while there is none.
	Connected time.Time
	// Connections counts those there have been.
	Connections uint64
	// Batches and Records count what was handed to the broker; Resent is how many of the records had been before.
	Batches, Records, Resent uint64
	// BytesIn and BytesOut have passed the TCP connection: MQTT, and TLS when there is any, without TCP and IP.
	BytesIn, BytesOut uint64
	// Backlog is how many records of each stream head office has not acknowledged.
	Backlog map[record.Stream]uint64
	// LastAck is when head office last acknowledged anything; zero if it has not.
	LastAck time.Time
	// Window is how many bytes of backlog may now be on the line unanswered.
	Window int
}

// Stats may be called at any time.
func (u *Uplink) Stats() Stats {
	u.mu.Lock()
	s := u.stats
	u.mu.Unlock()
	s.BytesIn, s.BytesOut = u.wire.in.Load(), u.wire.out.Load()
	s.Backlog = map[record.Stream]uint64{}
	for _, stream := range record.Streams {
		s.Backlog[stream] = u.unacknowledged(stream)
	}
	return s
}

func (u *Uplink) unacknowledged(stream record.Stream) uint64 {
	at := u.options.Journal.Position(stream)
	return at.Last - min(max(at.Through, at.Base), at.Last)
}

func (u *Uplink) connected(now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.stats.Connected, u.stats.Window = now, firstWindow
	u.stats.Connections++
}

func (u *Uplink) disconnected(s *session) {
	switch {
	case s.passed:
		u.care = max(0, u.care-1)
	case s.flying[classBacklog]+s.flying[classLive] > 0:
		u.care = min(u.care+1, 8)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.stats.Connected, u.stats.Window = time.Time{}, 0
}

// count notes a batch that goes.
func (s *session) count(lane int, b batch) {
	stream := record.Streams[lane]
	again := s.history[stream].count(b.first, b.last)
	s.history[stream] = s.history[stream].add(b.first, b.last)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Batches++
	s.stats.Records += uint64(b.records)
	s.stats.Resent += min(again, uint64(b.records))
	s.stats.Window = s.window.size
}

// heardFrom notes an acknowledgement.
func (s *session) heardFrom(l *lane, now time.Time) {
	s.history[l.stream] = s.history[l.stream].above(l.through)
	s.mu.Lock()
	s.stats.LastAck = now
	s.mu.Unlock()
	s.endDrain(now)
}

package uplink

import (
	"time"

	"stationkeeper/internal/record"
)

// BacklogPoint is the state that says how many records head office does not have yet. It appears when a station has
// fallen behind, and says so until it has caught up.
const BacklogPoint = "uplink/backlog"

// backlogEvery is how often BacklogPoint is published at most.
const backlogEvery = 10 * time.Second

// drain is the sending of a backlog, over as many connections as it takes.
type drain struct {
	since   time.Time // zero when there is none
	records int
	bytes   int
}

// begin notes that something is behind.
func (d *drain) begin(now time.Time) {
	if d.since.IsZero() {
		*d = drain{since: now}
	}
}

func (d *drain) add(records, bytes int) {
	if !d.since.IsZero() {
		d.records += records
		d.bytes += bytes
	}
}

// endDrain logs the end of a drain: head office has all of what was behind.
func (s *session) endDrain(now time.Time) {
	if s.drain.since.IsZero() {
		return
	}
	for _, l := range s.lanes {
		if l.through < l.live && s.options.Journal.Position(l.stream).Last-l.through > keepUp || len(l.ahead) > 0 {
			return
		}
	}
	s.options.Log.Info("head office has caught up with this station", "records", s.drain.records, "bytes", s.drain.bytes,
		"took", now.Sub(s.drain.since).Round(time.Millisecond))
	s.drain = drain{}
}

// reportBacklog publishes how far the station is behind, when it is, and returns when to look again.
func (u *Uplink) reportBacklog(now time.Time) time.Duration {
	var behind uint64
	for _, stream := range record.Streams {
		behind += u.unacknowledged(stream)
	}
	if behind <= keepUp && u.reported == 0 {
		return time.Hour
	}
	if rest := u.reportedAt.Add(backlogEvery).Sub(now); rest > 0 {
		return rest
	}
	u.reported, u.reportedAt = behind, now
	u.SetState(BacklogPoint, record.State{Value: float64(behind), Unit: "records", Time: now, Quality: record.Good})
	return backlogEvery
}

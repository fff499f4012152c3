package uplink

import (
	"errors"
	"fmt"
	"time"

	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// acknowledge takes the acknowledgements that have arrived, in order.
func (s *session) acknowledge(now time.Time) error {
	s.ackMu.Lock()
	arrived := s.arrived
	s.arrived = nil
	s.ackMu.Unlock()
	for _, ack := range arrived {
		if err := s.acknowledgeOne(ack, now); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) acknowledgeOne(ack record.Ack, now time.Time) error {
	l := s.lane(ack.Stream)
	l.heard = true
	if ack.Epoch != s.options.Journal.Epoch() {
		return nil // retained from before this epoch; head office will learn of it from its first batch
	}
	if renewed, err := s.compare(l, ack); renewed || err != nil {
		return err
	}
	if err := s.options.Journal.Acknowledge(ack); err != nil {
		s.options.Log.Error("acknowledgement refused", "error", err)
		return nil
	}
	s.deaf = s.deaf && ack.Through <= l.through
	l.acknowledged(ack, now)
	s.acknowledgedFlights(l)
	s.heardFrom(l, now)
	return nil
}

// compare holds the first acknowledgement of a stream on this connection, and any that is beyond the journal's end,
// against the journal. Head office with another history is one that has heard this epoch from a journal that went on
// after this one was copied: a restored disk image, or a second machine with the same one. Under the same numbers it
// would take nothing from us, so that a new epoch begins.
func (s *session) compare(l *lane, ack record.Ack) (renewed bool, err error) {
	if l.confirmed && ack.Through <= s.options.Journal.Position(l.stream).Last {
		return false, nil
	}
	err = s.options.Journal.Confirm(ack)
	if !errors.Is(err, journal.ErrOtherHistory) {
		l.confirmed = err == nil
		return false, err
	}
	before := s.options.Journal.Epoch()
	if err := s.options.Journal.Renew(renewalReason); err != nil {
		return false, fmt.Errorf("begin a new epoch: %w", err)
	}
	s.options.Log.Error("head office holds other records under this journal's numbers: is this a restored or copied disk? A new epoch begins, nothing is lost",
		"difference", err, "epoch", s.options.Journal.Epoch(), "before", before)
	s.beginLanes()
	for _, l := range s.lanes {
		l.heard = true
		s.history[l.stream] = nil
	}
	return true, nil
}

// renewalReason is what the journal writes down of a new epoch.
const renewalReason = "head office holds other records under the same numbers, as after a disk was restored or copied"

func (s *session) lane(stream record.Stream) *lane {
	for _, l := range s.lanes {
		if l.stream == stream {
			return l
		}
	}
	panic("uplink: stream " + string(stream) + " has no lane") // DecodeAck lets none through
}

package uplink

import (
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// Batches are small enough to share a connection with live states, and few enough in flight to be sent again
// without regret.
const (
	batchRecords = 100
	batchLost    = 500 // tombstones in one batch
	window       = 10  // batches between what head office has acknowledged and what was last sent
	inFlight     = 10  // batches whose PUBACK is awaited
)

// maxAckTimeout bounds the doubling of Options.AckTimeout.
const maxAckTimeout = time.Minute

// lane is how far one stream has been sent on this connection.
type lane struct {
	stream  record.Stream
	sent    uint64 // last seq sent on this connection, or acknowledged before
	through uint64 // last seq head office has acknowledged
	ends    []uint64
	patience,
	timeout time.Duration
	quiet time.Time // when the wait for an acknowledgement began
}

// newLane starts after what head office has.
func newLane(s record.Stream, through uint64, timeout time.Duration) *lane {
	return &lane{stream: s, sent: through, through: through, patience: timeout, timeout: timeout}
}

// open reports whether another batch may be sent.
func (l *lane) open() bool { return len(l.ends) < window }

// sentTo notes a batch that ends at seq.
func (l *lane) sentTo(seq uint64, now time.Time) {
	if len(l.ends) == 0 {
		l.quiet = now
	}
	l.sent = seq
	l.ends = append(l.ends, seq)
}

// acknowledged notes what head office has. An acknowledgement that says nothing new after a long silence is head
// office coming back and saying where it stands: what it did not get is sent again at once. One that says less than
// before is head office with an older database: what it has lost is sent again, as far as it is still there.
func (l *lane) acknowledged(through uint64, now time.Time) {
	if through < l.through {
		l.through = through
		l.rewind()
		l.patience = l.timeout
		return
	}
	if through == l.through {
		if len(l.ends) > 0 && now.Sub(l.quiet) > l.timeout {
			l.rewind()
			l.patience = l.timeout
		}
		return
	}
	l.through, l.quiet, l.patience = through, now, l.timeout
	l.sent = max(l.sent, through)
	for len(l.ends) > 0 && l.ends[0] <= through {
		l.ends = l.ends[1:]
	}
}

// overdue tells when everything unacknowledged is to be sent again; ok is false when nothing is awaited.
func (l *lane) overdue() (at time.Time, ok bool) {
	return l.quiet.Add(l.patience), len(l.ends) > 0
}

// rewind makes the lane start again after what head office has, with twice the patience.
func (l *lane) rewind() {
	l.sent, l.ends = l.through, nil
	l.patience = min(2*l.patience, maxAckTimeout)
}

// nextBatch reads the batch that follows on this lane and the seq it ends at. It returns nil when nothing is left.
func nextBatch(j Journal, l *lane) (payload []byte, end uint64, err error) {
	for limit := batchRecords; limit >= 1; limit /= 2 {
		records, lost, err := j.Read(l.stream, l.sent, limit)
		if err != nil {
			return nil, 0, fmt.Errorf("read journal: %w", err)
		}
		records, lost = cut(records, lost)
		if len(records) == 0 && len(lost) == 0 {
			return nil, l.sent, nil
		}
		payload, err := record.EncodeBatch(record.Batch{Epoch: j.Epoch(), Stream: l.stream, Records: records, Lost: lost})
		if err != nil {
			return nil, 0, err
		}
		if len(payload) <= record.MaxPayload {
			return payload, lastOf(records, lost), nil
		}
	}
	return nil, 0, fmt.Errorf("%s after %d: one record alone is over %d bytes on the wire", l.stream, l.sent, record.MaxPayload)
}

// cut keeps at most batchLost tombstones, and of the records only those before the first tombstone left out.
func cut(records []record.Record, lost []record.Lost) ([]record.Record, []record.Lost) {
	if len(lost) <= batchLost {
		return records, lost
	}
	for i, r := range records {
		if r.Seq >= lost[batchLost].First {
			records = records[:i]
			break
		}
	}
	return records, lost[:batchLost]
}

func lastOf(records []record.Record, lost []record.Lost) uint64 {
	var last uint64
	if len(records) > 0 {
		last = records[len(records)-1].Seq
	}
	for _, l := range lost {
		last = max(last, l.Last)
	}
	return last
}

package journal

import (
	"encoding/json"
	"errors"
	"fmt"

	"stationkeeper/internal/record"
)

// Span is a run of records as they go on the wire.
type Span struct {
	// Text is the records' JSON objects, joined by commas; empty when there are only tombstones.
	Text []byte
	// Records counts them.
	Records int
	// Lost are the tombstones among them, in order.
	Lost []record.Lost
	// End is the highest seq that the span accounts for: every seq up to it is a record's or under a tombstone. It is
	// the seq that was asked from when there is nothing.
	End uint64
}

// Text returns what comes after a seq and not after upTo (0: no limit), at most limit records whose text is at most
// size bytes, but at least one record when there is one.
func (j *Journal) Text(stream record.Stream, after, upTo uint64, limit, size int) (Span, error) {
	records, lost, err := j.Read(stream, after, limit)
	if err != nil {
		return Span{}, err
	}
	span := Span{End: after, Lost: lost}
	for _, r := range records {
		if upTo != 0 && r.Seq > upTo {
			break
		}
		text, err := json.Marshal(r)
		if err != nil {
			return Span{}, err
		}
		if span.Records > 0 && len(span.Text)+1+len(text) > size {
			upTo = r.Seq - 1
			break
		}
		if span.Records > 0 {
			span.Text = append(span.Text, ',')
		}
		span.Text = append(span.Text, text...)
		span.Records++
		span.End = r.Seq
	}
	span.Lost = nil
	for _, l := range lost {
		if upTo != 0 {
			l.Last = min(l.Last, upTo)
		}
		if l.First <= l.Last {
			span.Lost = append(span.Lost, l)
			span.End = max(span.End, l.Last)
		}
	}
	return span, nil
}

// ErrOtherHistory is wrapped by Confirm when head office holds another record than this journal under the same number,
// or more records than this journal has: this journal is older than what head office has heard, as a restored disk
// image is.
var ErrOtherHistory = errors.New("head office knows another history of this journal")

// Confirm compares an acknowledgement's mark with the journal's own record. It returns nil when they agree or when
// there is nothing to compare, and ErrForeignAck when the epoch is another.
func (j *Journal) Confirm(ack record.Ack) error {
	at := j.Position(ack.Stream)
	switch {
	case ack.Epoch != j.Epoch():
		return fmt.Errorf("confirm %s through %d of epoch %s, ours is %s: %w", ack.Stream, ack.Through, ack.Epoch, j.Epoch(), ErrForeignAck)
	case ack.Through > at.Last:
		return fmt.Errorf("confirm %s through %d, the last record is %d: %w", ack.Stream, ack.Through, at.Last, ErrOtherHistory)
	case ack.Mark == "" || ack.Through == 0 || ack.Through <= at.Base:
		return nil
	}
	records, _, err := j.Read(ack.Stream, ack.Through-1, 1)
	if err != nil {
		return fmt.Errorf("confirm %s through %d: %w", ack.Stream, ack.Through, err)
	}
	if len(records) == 1 && records[0].Seq == ack.Through && records[0].Mark() != ack.Mark {
		return fmt.Errorf("confirm %s through %d: our record there is %s, head office's %s: %w",
			ack.Stream, ack.Through, records[0].Mark(), ack.Mark, ErrOtherHistory)
	}
	return nil
}

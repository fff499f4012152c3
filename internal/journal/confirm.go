package journal

import (
	"errors"
	"fmt"

	"stationkeeper/internal/record"
)

// ErrForeignAck is wrapped by Acknowledge and Confirm when the acknowledgement is not for what this journal holds.
var ErrForeignAck = errors.New("acknowledgement is not for this journal")

// ErrOtherHistory is wrapped by Confirm when head office holds another record than this journal under the same number,
// or more records than this journal has: this journal is older than what head office has heard, as a restored disk
// image is.
var ErrOtherHistory = errors.New("head office knows another history of this journal")

// Acknowledge notes that head office has everything up to ack.Through. It reaches the disk with the next commit:
// when it is lost, head office says it again. An acknowledgement of another epoch, or beyond the last record, is
// refused with ErrForeignAck; one that says less than an earlier one changes nothing.
func (j *Journal) Acknowledge(ack record.Ack) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	at := j.position[ack.Stream]
	switch {
	case ack.Epoch != j.epoch:
		return fmt.Errorf("acknowledge %s through %d of epoch %s, ours is %s: %w", ack.Stream, ack.Through, ack.Epoch, j.epoch, ErrForeignAck)
	case ack.Through > at.Last:
		return fmt.Errorf("acknowledge %s through %d, the last record is %d: %w", ack.Stream, ack.Through, at.Last, ErrForeignAck)
	case ack.Through > at.Through:
		at.Through = ack.Through
		j.position[ack.Stream] = at
		j.announce()
	}
	return nil
}

// Confirm compares an acknowledgement's mark with the journal's own record. It returns nil when they agree or when
// there is nothing to compare, ErrForeignAck when the epoch is another, and ErrOtherHistory when they differ: then
// nothing that head office says of this epoch is to be believed, and Renew is the way on.
func (j *Journal) Confirm(ack record.Ack) error {
	at, epoch := j.Position(ack.Stream), j.Epoch()
	switch {
	case ack.Epoch != epoch:
		return fmt.Errorf("confirm %s through %d of epoch %s, ours is %s: %w", ack.Stream, ack.Through, ack.Epoch, epoch, ErrForeignAck)
	case ack.Through > at.Last:
		return fmt.Errorf("confirm %s through %d, the last record is %d: %w", ack.Stream, ack.Through, at.Last, ErrOtherHistory)
	case ack.Mark == "" || ack.Through <= at.Base:
		return nil
	}
	records, _, err := j.Read(ack.Stream, ack.Through-1, 1)
	if err != nil {
		return fmt.Errorf("confirm %s through %d: %w", ack.Stream, ack.Through, err)
	}
	if len(records) == 1 && records[0].Seq == ack.Through && records[0].Mark() != ack.Mark {
		return fmt.Errorf("confirm %s through %d: the record there is %s here and %s at head office: %w",
			ack.Stream, ack.Through, records[0].Mark(), ack.Mark, ErrOtherHistory)
	}
	return nil
}

// renewal asks the writer for a new epoch.
type renewal struct {
	reason string
	reply  chan<- error
}

// Renew begins a new epoch, and returns when that is on disk. Seqs go on. What head office had acknowledged of the old
// epoch becomes Position.Base; everything after it is to be reported again under the new one. The first event written
// in it says why.
func (j *Journal) Renew(reason string) error {
	reply := make(chan error, 1)
	select {
	case j.renewals <- renewal{reason, reply}:
		return <-reply
	case <-j.closing:
		return fmt.Errorf("begin a new epoch: %w", ErrClosed)
	}
}

package uplink

import (
	"fmt"

	"stationkeeper/internal/record"
)

const (
	// mostLost bounds the tombstones of one batch, so that they and as many records are within record.MaxBatchRecords.
	mostLost = record.MaxBatchRecords / 2
	// leastText and mostText bound the text of one batch, in bytes before compression.
	leastText = 1 << 10
	mostText  = record.MaxBatch - record.MaxBatch/8
	// firstRatio is how well records compress before any has been.
	firstRatio = 4
)

// batch is a run of records of one stream, ready for the wire.
type batch struct {
	payload     []byte
	first, last uint64
	records     int
}

// cutter makes batches of one stream of a journal.
type cutter struct {
	journal Journal
	stream  record.Stream
	// ratio is how many bytes of text have lately made one on the wire.
	ratio float64
}

// cut makes a batch of what stands at want.First and after it, of about size bytes on the wire. earlier, unless 0, is
// the last seq of an earlier epoch, of which head office has to be told.
func (c *cutter) cut(want record.Range, size int, earlier uint64) (batch, error) {
	for text := c.text(size); text > 0; text /= 2 {
		b, length, err := c.read(want, text, earlier)
		if err != nil {
			return batch{}, err
		}
		ratio := max(1, float64(length)/float64(len(b.payload)))
		if b.records > 1 && len(b.payload) > 2*size && ratio < c.ratio/2 {
			c.ratio = ratio // these compress less well: what follows waits no longer than it was meant to
			text = 2 * c.text(size)
			continue
		}
		if len(b.payload) > record.MaxPayload {
			continue
		}
		if length >= leastText {
			c.ratio = (c.ratio + ratio) / 2
		}
		return b, nil
	}
	return batch{}, fmt.Errorf("%s %d: this record alone is over %d bytes on the wire", c.stream, want.First, record.MaxPayload)
}

// text is how many bytes of text make about size on the wire.
func (c *cutter) text(size int) int { return min(max(int(float64(size)*c.ratio), leastText), mostText) }

// tell makes a batch that only tells of an earlier epoch.
func (c *cutter) tell(earlier uint64) batch {
	lost := []record.Lost{{First: 1, Last: earlier, Reason: record.ReasonEarlier}}
	return batch{payload: record.EncodeText(c.journal.Epoch(), c.stream, nil, lost), first: earlier, last: earlier}
}

func (c *cutter) read(want record.Range, text int, earlier uint64) (b batch, length int, err error) {
	epoch, limit, upTo := c.journal.Epoch(), record.MaxBatchRecords, want.Last
	extra := 0
	if earlier > 0 {
		extra = 1
	}
	for {
		span, err := c.journal.Text(c.stream, want.First-1, upTo, limit, text)
		switch {
		case err != nil:
			return batch{}, 0, fmt.Errorf("read journal: %w", err)
		case span.End < want.First:
			return batch{}, 0, fmt.Errorf("read journal: %s from %d to %d: nothing is there", c.stream, want.First, want.Last)
		case len(span.Lost) > mostLost:
			upTo = span.Lost[mostLost].First - 1
			continue
		case span.Records+len(span.Lost)+extra > record.MaxBatchRecords:
			limit = record.MaxBatchRecords - len(span.Lost) - extra
			continue
		}
		lost := span.Lost
		if earlier > 0 {
			lost = append([]record.Lost{{First: 1, Last: earlier, Reason: record.ReasonEarlier}}, lost...)
		}
		payload := record.EncodeText(epoch, c.stream, span.Text, lost)
		return batch{payload, want.First, span.End, span.Records}, len(span.Text), nil
	}
}

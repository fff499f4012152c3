package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// held is a row of batches: records of one epoch that came together.
type held struct {
	id, epoch   int64
	first, last uint64
	count       uint64
	received    int64 // milliseconds
	payload     []byte
}

func scanHeld(rows *sql.Rows) (h held, err error) {
	return h, rows.Scan(&h.id, &h.epoch, &h.first, &h.last, &h.count, &h.received, &h.payload)
}

// records decodes a batch, or finds it among those decoded lately. What it returns is shared and not to be changed.
func (s *Store) records(h held) ([]record.Record, error) {
	if records, ok := s.decoded.get(h.id); ok {
		return records, nil
	}
	batch, err := record.DecodeBatch(h.payload)
	if err != nil {
		return nil, fmt.Errorf("stored batch %d (seq %d to %d): %w", h.id, h.first, h.last, err)
	}
	if n := len(batch.Records); uint64(n) != h.count || batch.Records[0].Seq != h.first || batch.Records[n-1].Seq != h.last {
		return nil, fmt.Errorf("stored batch %d: it holds other records than seq %d to %d", h.id, h.first, h.last)
	}
	normalise(batch.Records)
	s.decoded.put(h.id, batch.Records, len(h.payload))
	return batch.Records, nil
}

// normalise brings records into the form in which they are shown and compared: times to the millisecond in UTC, data
// without the spaces between its parts.
func normalise(records []record.Record) {
	for i := range records {
		r := &records[i]
		r.Time, r.Data = record.Stamp(r.Time), compact(r.Data)
	}
}

// compact spells JSON without the spaces between its parts.
func compact(data json.RawMessage) json.RawMessage {
	if bytes.IndexByte(data, ' ') < 0 && !bytes.ContainsAny(data, "\t\r\n") {
		return data
	}
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return data // the contract says it is JSON; if it is not, keep what came
	}
	return b.Bytes()
}

// find returns the record of that seq, if it is among them. They are in order.
func find(records []record.Record, seq uint64) (record.Record, bool) {
	i, ok := slices.BinarySearchFunc(records, seq, func(r record.Record, seq uint64) int {
		switch {
		case r.Seq < seq:
			return -1
		case r.Seq > seq:
			return 1
		}
		return 0
	})
	if !ok {
		return record.Record{}, false
	}
	return records[i], true
}

// within returns those of records, which are in order, that lie in a range.
func within(records []record.Record, s span) []record.Record {
	from, _ := slices.BinarySearchFunc(records, s.first, func(r record.Record, seq uint64) int {
		if r.Seq < seq {
			return -1
		}
		return 1
	})
	to := from
	for to < len(records) && records[to].Seq <= s.last {
		to++
	}
	return records[from:to]
}

// encode spells records as batches that fit the limits of the wire, mostly one.
func encode(b record.Batch, add func(records []record.Record, payload []byte) error) error {
	if len(b.Records) <= record.MaxBatchRecords {
		payload, err := record.EncodeBatch(b)
		if err != nil {
			return err
		}
		if len(payload) <= record.MaxPayload || len(b.Records) == 1 {
			return add(b.Records, payload)
		}
	}
	half := len(b.Records) / 2
	for _, part := range [][]record.Record{b.Records[:half], b.Records[half:]} {
		b.Records = part
		if err := encode(b, add); err != nil {
			return err
		}
	}
	return nil
}

// keep adds a batch and returns its id. Its records are not stored yet, and lie between other batches.
func (w *work) keep(epoch int64, records []record.Record, received int64, payload []byte) (int64, error) {
	last := len(records) - 1
	return w.insert(addBatch, epoch, records[0].Seq, records[last].Seq, len(records), received, payload)
}

// enlist notes that the views do not hold a batch yet.
func (w *work) enlist(batch int64, urgency urgency, count int) error {
	w.indexing += int64(count)
	return w.exec(addPending, batch, urgency, count)
}

// part replaces a held batch by its records below and above each of cuts, which lie in its holes.
func (w *work) part(h held, stream record.Stream, epoch string, cuts []span) error {
	records, err := w.store.records(h)
	if err != nil {
		return err
	}
	var level urgency
	waits := true
	switch err := w.row(findPending, h.id).Scan(&level); {
	case err == sql.ErrNoRows:
		waits = false
	case err != nil:
		return fmt.Errorf("look whether batch %d is indexed: %w", h.id, err)
	}
	if err := w.exec(dropBatch, h.id); err != nil {
		return err
	}
	if waits {
		w.indexing -= int64(h.count)
		if err := w.exec(dropPending, h.id); err != nil {
			return err
		}
	}
	for _, piece := range (span{h.first, h.last}).without(cuts) {
		b := record.Batch{Epoch: epoch, Stream: stream, Records: within(records, piece)}
		if len(b.Records) == 0 {
			continue
		}
		err := encode(b, func(some []record.Record, payload []byte) error {
			id, err := w.keep(h.epoch, some, h.received, payload)
			if err != nil || !waits {
				return err
			}
			return w.enlist(id, level, len(some))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// recent says whether a record was received soon after it was written, as far as its time can be believed.
func recent(r record.Record, received time.Time) bool {
	return trusted(r, received.UnixMilli()) && received.Sub(r.Time) < liveWithin
}

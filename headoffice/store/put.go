package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// ErrConflict is wrapped by Receipt.Refused when a delivery holds a record whose identity is taken by a record with
// different content: a node has counted backwards, or two nodes share a name.
var ErrConflict = errors.New("another record is stored under the same number")

// Put stores a group of deliveries in one transaction and returns one receipt for each, in order, after the commit
// is on disk. A delivery is stored whole or, when it conflicts with what is stored, refused whole; the others of
// the group are not concerned. An error means that nothing of the group is stored.
//
// What is new is found by Records from then on, and by what reads the views once Index has come to it.
//
// The deliveries are of the contract: names checked as by record.ParseTopic, batches as by record.DecodeBatch. They
// are the store's from then on.
func (s *Store) Put(ctx context.Context, deliveries []Delivery, received time.Time) ([]Receipt, error) {
	if len(deliveries) == 0 {
		return nil, nil
	}
	receipts := make([]Receipt, len(deliveries))
	var p *putter
	err := s.write(ctx, func(w *work) error {
		p = &putter{work: w, received: record.Stamp(received), ledgers: map[ledgerKey]*ledger{}, live: map[streamOf]int64{}}
		for i, d := range deliveries {
			if err := p.deliver(d, &receipts[i]); err != nil {
				return fmt.Errorf("%s/%s %s: %w", d.From.Station, d.From.Node, d.Batch.Stream, err)
			}
		}
		return p.close()
	})
	if err != nil {
		return nil, fmt.Errorf("store %d deliveries: %w", len(deliveries), err)
	}
	for i, d := range deliveries {
		if l := p.ledgers[keyOf(d)]; l.id != 0 {
			receipts[i].Ack = record.Ack{Epoch: l.epoch, Stream: l.stream, Through: l.through, Mark: l.mark}
			receipts[i].Highest = l.highest
		}
	}
	for _, fresh := range p.fresh {
		s.decoded.put(fresh.id, fresh.records, fresh.size)
	}
	s.changes.announce(p.changed...)
	return receipts, nil
}

// putter is one Put under way.
type putter struct {
	*work
	received time.Time
	ledgers  map[ledgerKey]*ledger
	order    []*ledger // as they were met first
	// live is the epoch that delivered last, of each stream met.
	live map[streamOf]int64
	// fresh are batches that will be indexed next.
	fresh   []freshBatch
	changed []Change
}

type freshBatch struct {
	id      int64
	records []record.Record
	size    int
}

func (p *putter) deliver(d Delivery, receipt *Receipt) error {
	l, err := p.ledger(d)
	if err != nil {
		return err
	}
	shares, err := p.siftAll(l, d)
	if errors.Is(err, ErrConflict) {
		receipt.Refused = err
		return nil
	}
	if err != nil {
		return err
	}
	if l.id == 0 {
		if receipt.Previous, err = p.begin(l, d.From); err != nil {
			return err
		}
	}
	for _, sh := range shares {
		receipt.New += len(sh.fresh)
		if err := p.storeRecords(l, sh); err != nil {
			return fmt.Errorf("store records: %w", err)
		}
	}
	receipt.Duplicates = len(d.Batch.Records) - receipt.New
	l.duplicates += uint64(receipt.Duplicates)
	l.touched = true
	for _, lost := range d.Batch.Lost {
		if err := p.storeLost(l, lost); err != nil {
			return fmt.Errorf("store lost %d to %d: %w", lost.First, lost.Last, err)
		}
	}
	for _, known := range runs(d.Batch.Records, d.Batch.Lost) {
		if err := p.know(l, known); err != nil {
			return fmt.Errorf("advance from seq %d: %w", l.through, err)
		}
	}
	p.live[streamOf{l.node, l.stream}] = l.id
	return nil
}

// share is a part of a delivery: its records, those that are not stored yet, and the batches that lie beside or around
// them. payload is what the records came as; nil when it holds others too.
type share struct {
	records, fresh []record.Record
	beside         []held
	payload        []byte
}

// widest is how far apart the first and the last record of one share are at most, unless there is none between: what is
// held between them is looked at, and a delivery must not make the store look at everything.
const widest = 10 * record.MaxBatchRecords

// siftAll finds out what is new of a delivery.
func (p *putter) siftAll(l *ledger, d Delivery) (shares []share, err error) {
	records := d.Batch.Records
	if n := len(records); n > 0 && records[n-1].Seq-records[0].Seq <= widest {
		shares = []share{{records: records, payload: d.Payload}}
	} else {
		for _, run := range runs(records, nil) {
			shares = append(shares, share{records: within(records, run)})
		}
	}
	for i := range shares {
		if shares[i].fresh, shares[i].beside, err = p.sift(l, shares[i]); err != nil {
			return nil, err
		}
	}
	return shares, nil
}

// sift returns the records that are not stored yet, and the batches that lie beside or around them.
func (p *putter) sift(l *ledger, sh share) (fresh []record.Record, beside []held, err error) {
	records := sh.records
	if len(records) == 0 || l.id == 0 || records[0].Seq > l.highest {
		return records, nil, nil
	}
	beside, err = all(p.work, scanHeld, overlapping, l.id, records[0].Seq, records[len(records)-1].Seq)
	if err != nil || len(beside) == 0 {
		return records, nil, err
	}
	if len(sh.payload) > 0 && bytes.Equal(beside[0].payload, sh.payload) {
		return nil, beside, nil // the same message again
	}
	for _, r := range records {
		known, ok, err := p.lookUp(beside, r.Seq)
		if err != nil {
			return nil, nil, err
		}
		r.Time = record.Stamp(r.Time)
		switch {
		case !ok: // a gap, to be filled now
			fresh = append(fresh, r)
		case !known.Equal(r) && known.Mark() != r.Mark(): // the same JSON may be spelled in two ways
			return nil, nil, fmt.Errorf("seq %d: %w: %s", r.Seq, ErrConflict, difference(known, r))
		}
	}
	return fresh, beside, nil
}

// lookUp finds a record among held batches, which are in order.
func (p *putter) lookUp(batches []held, seq uint64) (r record.Record, ok bool, err error) {
	for _, h := range batches {
		if h.first <= seq && seq <= h.last {
			records, err := p.store.records(h)
			if err != nil {
				return r, false, err
			}
			r, ok = find(records, seq)
			return r, ok, nil
		}
	}
	return r, false, nil
}

// difference names the first member in which two records with the same identity differ.
func difference(held, got record.Record) string {
	for _, m := range []struct{ name, held, got string }{
		{"type", held.Type, got.Type},
		{"source", held.Source, got.Source},
		{"time", held.Time.Format(time.RFC3339Nano), got.Time.Format(time.RFC3339Nano)},
		{"clock", string(held.Clock), string(got.Clock)},
		{"boot", held.Boot, got.Boot},
		{"mono", fmt.Sprint(held.Mono), fmt.Sprint(got.Mono)},
	} {
		if m.held != m.got {
			return fmt.Sprintf("its %s is %q, stored is %q", m.name, m.got, m.held)
		}
	}
	return fmt.Sprintf("its data is %.80q, stored is %.80q", got.Data, held.Data)
}

// storeRecords adds what is new as batches that overlap no other. A delivery that is new as a whole is stored as the
// bytes that came.
func (p *putter) storeRecords(l *ledger, sh share) error {
	fresh := sh.fresh
	if len(fresh) == 0 {
		return nil
	}
	if err := p.found(l, fresh); err != nil {
		return err
	}
	l.stored += uint64(len(fresh))
	l.lastFresh = fresh
	l.received = p.received
	if len(sh.beside) == 0 && len(fresh) == len(sh.records) && sh.payload != nil {
		return p.add(l, fresh, sh.payload)
	}
	pieces, err := p.makeRoom(l, fresh, sh.beside)
	if err != nil {
		return err
	}
	for _, piece := range pieces {
		b := record.Batch{Epoch: l.epoch, Stream: l.stream, Records: piece}
		if err := encode(b, func(some []record.Record, payload []byte) error { return p.add(l, some, payload) }); err != nil {
			return err
		}
	}
	return nil
}

// makeRoom divides new records so that no piece reaches across a held batch, and parts those that reach across a
// piece.
func (p *putter) makeRoom(l *ledger, fresh []record.Record, beside []held) (pieces [][]record.Record, err error) {
	rest := fresh
	for _, h := range beside {
		n := 0
		for n < len(rest) && rest[n].Seq < h.first {
			n++
		}
		pieces, rest = appendPiece(pieces, rest[:n]), rest[n:]
		inside := within(rest, span{h.first, h.last})
		if len(inside) == 0 {
			continue
		}
		rest = rest[len(inside):]
		// One piece for each hole: in between there are records of h.
		known, err := p.store.records(h)
		if err != nil {
			return nil, err
		}
		var cuts []span
		for len(inside) > 0 {
			next := uint64(1<<63 - 1)
			for _, k := range known {
				if k.Seq > inside[0].Seq {
					next = k.Seq
					break
				}
			}
			n := len(within(inside, span{inside[0].Seq, next - 1}))
			pieces = appendPiece(pieces, inside[:n])
			cuts = append(cuts, span{inside[0].Seq, inside[n-1].Seq})
			inside = inside[n:]
		}
		if err := p.part(h, l.stream, l.epoch, cuts); err != nil {
			return nil, err
		}
	}
	return appendPiece(pieces, rest), nil
}

func appendPiece(pieces [][]record.Record, piece []record.Record) [][]record.Record {
	if len(piece) == 0 {
		return pieces
	}
	return append(pieces, piece)
}

// add stores one batch of new records, to be indexed later.
func (p *putter) add(l *ledger, records []record.Record, payload []byte) error {
	id, err := p.keep(l.id, records, p.received.UnixMilli(), payload)
	if err != nil {
		return err
	}
	level := urgencyOf(l.stream, recent(records[len(records)-1], p.received))
	if level == liveEvents {
		normalise(records)
		p.fresh = append(p.fresh, freshBatch{id, records, len(payload)})
	}
	return p.enlist(id, level, len(records))
}

package store

import (
	"database/sql"
	"errors"
	"fmt"

	"stationkeeper/internal/record"
)

// placement is a row of placements.
type placement struct {
	seq    uint64
	bootID int64
	moment
}

func scanPlacement(rows *sql.Rows) (p placement, err error) {
	return p, rows.Scan(&p.seq, &p.bootID, &p.boot, &p.mono, &p.placed, &p.how)
}

// replacement is a range of an epoch in which records are being placed again, and where that stands.
type replacement struct {
	epoch     int64
	low, high uint64
	rising    bool
	seq       uint64
}

// replaceBoot has everything that was placed of a boot placed again.
func (in *indexer) replaceBoot(boot int64) error {
	type part struct {
		epoch     int64
		low, high uint64
	}
	parts, err := all(in.work, func(rows *sql.Rows) (p part, err error) {
		return p, rows.Scan(&p.epoch, &p.low, &p.high)
	}, placementRanges, boot)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := in.replace(p.epoch, p.low, p.high); err != nil {
			return err
		}
	}
	return nil
}

// replace has what was placed in a range placed again.
func (in *indexer) replace(epoch int64, low, high uint64) error {
	in.store.replacing.Store(true)
	return in.exec(addReplacing, epoch, low, high)
}

// placeAgain takes one step with a range of which something has become known. It goes through what was placed from the
// newest to the oldest, so that nothing lies after what follows it, and back, so that nothing lies before what
// precedes it. Where the two disagree, clocks were wrong; the latter stands.
func (in *indexer) placeAgain() error {
	var r replacement
	err := in.row(nextReplacing).Scan(&r.epoch, &r.low, &r.high, &r.rising, &r.seq)
	if errors.Is(err, sql.ErrNoRows) {
		in.store.replacing.Store(false)
		return nil
	}
	if err != nil {
		return fmt.Errorf("find what is to be placed again: %w", err)
	}
	direction := placementsBelow
	if r.rising {
		direction = placementsAbove
	}
	rows, err := all(in.work, scanPlacement, direction, r.epoch, r.seq, stepRows)
	if err != nil {
		return err
	}
	done, err := in.placeEach(&r, rows)
	if err != nil {
		return fmt.Errorf("place records of epoch %d again: %w", r.epoch, err)
	}
	in.rows += max(1, len(rows))
	if !done && len(rows) == stepRows {
		return in.exec(moveReplacing, r.low, r.high, r.rising, r.seq, r.epoch)
	}
	if !r.rising {
		return in.exec(moveReplacing, r.low, r.high, true, r.low-1, r.epoch)
	}
	return in.exec(dropReplacing, r.epoch)
}

// placeEach places rows again, in their order. It is done when it has left the range and nothing moves any more.
func (in *indexer) placeEach(r *replacement, rows []placement) (done bool, err error) {
	o, err := in.owner(r.epoch)
	if err != nil {
		return false, err
	}
	var beside *placement // the one placed before
	for i := range rows {
		p := &rows[i]
		old := *p
		if err := in.placeOne(o, r, p, beside); err != nil {
			return false, fmt.Errorf("seq %d: %w", p.seq, err)
		}
		if (p.seq < r.low || p.seq > r.high) && old == *p {
			return true, nil
		}
		if err := in.move(o, old, *p); err != nil {
			return false, fmt.Errorf("seq %d: %w", p.seq, err)
		}
		r.seq, r.low, r.high = p.seq, min(r.low, p.seq), max(r.high, p.seq)
		beside = p
	}
	return false, nil
}

// placeOne places a record by its boot or, if that is not known, not after the record that follows it or, rising, not
// before the one that precedes it.
func (in *indexer) placeOne(o owner, r *replacement, p, beside *placement) error {
	b, err := in.boot(bootKey{o.node, p.boot})
	if err != nil {
		return err
	}
	if at, ok := b.known.nearest(p.mono); ok {
		p.placed, p.how = at, ByBoot
		return nil
	}
	direction, next := batchAfter, p.seq+1
	if r.rising {
		direction, next = batchBefore, p.seq-1
	}
	var m *moment
	if beside != nil && beside.seq == next {
		m = &beside.moment
	} else if m, err = in.beside(r.epoch, p.seq, direction); err != nil {
		return err
	}
	switch {
	case m == nil:
	case r.rising:
		p.placed = max(p.placed, p.soonest(*m))
	default:
		p.placed = min(p.placed, p.latest(*m))
	}
	return nil
}

// beside returns the moment of the record next to one in the same batch, or in the batch next to it.
func (w *work) beside(epoch int64, seq uint64, direction query) (*moment, error) {
	found, err := all(w, scanHeld, overlapping, epoch, seq, seq)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	h := found[0]
	records, err := w.store.records(h)
	if err != nil {
		return nil, err
	}
	if direction == batchBefore {
		if rest := within(records, span{h.first, seq - 1}); len(rest) > 0 {
			return w.momentOf(h, rest[len(rest)-1])
		}
	} else if rest := within(records, span{seq + 1, h.last}); len(rest) > 0 {
		return w.momentOf(h, rest[0])
	}
	return w.neighbour(epoch, seq, direction)
}

// move changes where a record is shown.
func (in *indexer) move(o owner, from, to placement) error {
	if from == to {
		return nil
	}
	if err := in.exec(setPlacement, to.placed, to.how, o.epoch, to.seq); err != nil || from.placed == to.placed {
		return err
	}
	r, ok, err := in.heldAt(o.epoch, to.seq)
	if err != nil || !ok {
		return err
	}
	in.nodes[o.key] = struct{}{}
	if o.stream == record.Events {
		if err := in.exec(dropHappened, o.station, from.placed, o.epoch, to.seq); err != nil {
			return err
		}
		if err := in.moveVisit(o, r, to.placed); err != nil {
			return err
		}
		return in.happened.add(in.work, addHappenedMany, o.station, to.placed, o.epoch, to.seq, r.Type)
	}
	source, err := in.source(o.node, r.Source)
	if err != nil {
		return err
	}
	if err := in.exec(dropMeasurement, source, from.placed, o.epoch, to.seq); err != nil {
		return err
	}
	return in.show(o, r, to.placed)
}

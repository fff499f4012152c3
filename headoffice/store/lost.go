package store

import (
	"context"
	"database/sql"

	"stationkeeper/internal/record"
)

// lostTouching selects the tombstones of an epoch (?1) that touch the range ?2 to ?3, in order.
const lostTouching = `SELECT first, last, reason FROM lost WHERE epoch = ?1 AND last >= ?2 AND first <= ?3
	AND first >= coalesce((SELECT max(first) FROM lost WHERE epoch = ?1 AND first <= ?2), ?2) ORDER BY first`

// tombstone is a row of lost.
type tombstone struct {
	span
	reason string
}

func scanTombstone(rows *sql.Rows) (t tombstone, err error) {
	return t, rows.Scan(&t.first, &t.last, &t.reason)
}

func spans(tombstones []tombstone) []span {
	all := make([]span, len(tombstones))
	for i, t := range tombstones {
		all[i] = t.span
	}
	return all
}

// tally is where the seqs of a tombstone with that reason are counted.
func (l *ledger) tally(reason string) *uint64 {
	if reason == record.ReasonEarlier {
		return &l.earlier
	}
	return &l.lost
}

// storeLost stores those parts of a tombstone that no other covers yet, so that ranges never overlap.
func (p *putter) storeLost(l *ledger, lost record.Lost) error {
	whole := span{lost.First, lost.Last}
	known, err := all(p.work, scanTombstone, lostNear, l.id, whole.first, whole.last)
	if err != nil {
		return err
	}
	for _, part := range whole.without(spans(known)) {
		held, err := p.countHeld(l, part)
		if err != nil {
			return err
		}
		*l.tally(lost.Reason) += part.last - part.first + 1 - held
		if err := p.exec(addLost, l.id, part.first, part.last, lost.Reason, p.received.UnixMilli()); err != nil {
			return err
		}
	}
	return nil
}

// countHeld counts the records held in a range.
func (p *putter) countHeld(l *ledger, s span) (n uint64, err error) {
	if l.stored == 0 {
		return 0, nil
	}
	if err := p.row(countInside, l.id, s.first, s.last).Scan(&n); err != nil {
		return 0, err
	}
	// Batches that reach across an end are looked into.
	seen := int64(0)
	for _, end := range []uint64{s.first, s.last} {
		across, err := all(p.work, scanHeld, overlapping, l.id, end, end)
		if err != nil {
			return 0, err
		}
		for _, h := range across {
			if h.id == seen || (h.first >= s.first && h.last <= s.last) {
				continue
			}
			records, err := p.store.records(h)
			if err != nil {
				return 0, err
			}
			n, seen = n+uint64(len(within(records, s))), h.id
		}
	}
	return n, nil
}

// found corrects the counts for records that were thought lost and have come after all.
func (p *putter) found(l *ledger, fresh []record.Record) error {
	first, last := fresh[0].Seq, fresh[len(fresh)-1].Seq
	if l.lost+l.earlier == 0 || first > l.highest {
		return nil
	}
	known, err := all(p.work, scanTombstone, lostNear, l.id, first, last)
	if err != nil {
		return err
	}
	for _, t := range known {
		*l.tally(t.reason) -= uint64(len(within(fresh, t.span)))
	}
	return nil
}

// lostWithin returns the tombstones that touch a range, in order.
func lostWithin(ctx context.Context, q querier, epoch int64, s span) ([]span, error) {
	known, err := collect(ctx, q, scanTombstone, lostTouching, epoch, s.first, s.last)
	return spans(known), err
}

package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"database/sql"

	"stationkeeper/internal/record"
)

// coveredFrom returns the end of the tombstone that covers seq, or 0 when none does.
func (p *putter) coveredFrom(epoch int64, seq uint64) (last uint64, err error) {
	err = p.tx.QueryRowContext(p.ctx, `SELECT last FROM lost WHERE epoch = ? AND first <= ? ORDER BY first DESC LIMIT 1`, epoch, seq).
		Scan(&last)
	switch {
	case errors.Is(err, sql.ErrNoRows) || (err == nil && last < seq):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("look up tombstone of seq %d: %w", seq, err)
	}
	return last, nil
}

// storeLost stores those parts of a tombstone that no other covers yet, so that ranges never overlap.
func (p *putter) storeLost(e *epochRow, l record.Lost) error {
	known, err := lostWithin(p.ctx, p.tx, e.id, span{l.First, l.Last})
	if err != nil {
		return err
	}
	e.highest = max(e.highest, l.Last)
	for _, part := range (span{l.First, l.Last}).without(known) {
		var held uint64
		if err := p.tx.QueryRowContext(p.ctx, `SELECT count(*) FROM records WHERE epoch = ? AND seq BETWEEN ? AND ?`,
			e.id, part.first, part.last).Scan(&held); err != nil {
			return err
		}
		e.lost += part.last - part.first + 1 - held
		if _, err := p.tx.ExecContext(p.ctx, `INSERT INTO lost (epoch, first, last, reason, received) VALUES (?, ?, ?, ?, ?)`,
			e.id, part.first, part.last, l.Reason, p.received.UnixMilli()); err != nil {
			return err
		}
	}
	return nil
}

// advance moves through over everything contiguous. Each record is looked at once in its life, so the cost does not
// grow with what is stored; and a batch that continues where the last one ended is not looked up at all.
func (p *putter) advance(e *epochRow, fresh []record.Record) error {
	for _, r := range fresh {
		if r.Seq == e.through+1 {
			e.through++
		}
	}
	for e.through < e.highest {
		before := e.through
		if err := p.overRecords(e); err != nil {
			return err
		}
		if e.lost > 0 {
			last, err := p.coveredFrom(e.id, e.through+1)
			if err != nil {
				return err
			}
			e.through = max(e.through, last)
		}
		if e.through == before {
			return nil
		}
	}
	return nil
}

func (p *putter) overRecords(e *epochRow) error {
	rows, err := p.nextRecords.QueryContext(p.ctx, e.id, e.through)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var seq uint64
		if err := rows.Scan(&seq); err != nil {
			return err
		}
		if seq != e.through+1 {
			return rows.Err()
		}
		e.through = seq
	}
	return rows.Err()
}

// span is a range of seq, both ends included.
type span struct{ first, last uint64 }

// without returns the parts of s that none of known covers; known is in order and does not overlap.
func (s span) without(known []span) []span {
	var parts []span
	next := s.first
	for _, k := range known {
		if k.first > next {
			parts = append(parts, span{next, min(k.first-1, s.last)})
		}
		if k.last >= s.last {
			return parts
		}
		next = max(next, k.last+1)
	}
	return append(parts, span{next, s.last})
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// lostWithin returns the tombstones that touch a range, in order.
func lostWithin(ctx context.Context, q querier, epoch int64, within span) ([]span, error) {
	return collect(ctx, q, func(rows *sql.Rows) (s span, err error) {
		return s, rows.Scan(&s.first, &s.last)
	}, `SELECT first, last FROM lost WHERE epoch = ?1 AND last >= ?2 AND first <= ?3
		AND first >= coalesce((SELECT max(first) FROM lost WHERE epoch = ?1 AND first <= ?2), ?2) ORDER BY first`,
		epoch, within.first, within.last)
}

// collect runs a query and reads every row of it.
func collect[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// compact spells JSON without the spaces between its parts.
func compact(data json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return data // the contract says it is JSON; if it is not, keep what came
	}
	return b.Bytes()
}

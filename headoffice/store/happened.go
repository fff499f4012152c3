package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Selection chooses events of a station by type and by when they happened (see Record.Placed). Telemetry is not among
// them.
type Selection struct {
	Station string
	// Types are those wanted; with none, all but Except.
	Types, Except []string
	// From and To bound the time, both inclusive and to the millisecond; zero is no bound.
	From, To time.Time
	// Oldest asks for the oldest first instead of the newest.
	Oldest bool
	// Skip leaves out the first, Limit bounds how many come; it is at least 1. To page on, ask again with To (or From)
	// at the time of the last one seen, and skip as many as were seen of that time.
	Skip, Limit int
}

// Latest returns the events of a station that happened last, newest first, at most limit: those of the given types, or
// all when there are none. Of one stream a later seq comes first.
func (s *Store) Latest(ctx context.Context, station string, types []string, limit int) ([]Record, error) {
	return s.Happened(ctx, Selection{Station: station, Types: types, Limit: limit})
}

// Happened returns the events of a selection in order of time, those of one time and stream in order of seq.
func (s *Store) Happened(ctx context.Context, q Selection) ([]Record, error) {
	text, args := q.query()
	references, err := collect(ctx, s.reader(), scanReference, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", q.Station, err)
	}
	records, err := s.resolve(ctx, references)
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", q.Station, err)
	}
	return records, nil
}

// Tally is how many events there are, and a mark that changes whenever an event is among them that was not, or is not any
// more: what was made of them once is good until then.
type Tally struct {
	Count int
	Mark  int64
}

// Count counts the events of a selection without reading them. Types must be given; Skip, Limit and Oldest mean nothing.
func (s *Store) Count(ctx context.Context, q Selection) (t Tally, err error) {
	if len(q.Types) == 0 {
		return t, fmt.Errorf("count events of %s: no types given: %w", q.Station, ErrQuery)
	}
	one, with := q.where()
	text, args := one, with
	text += ` AND type IN (?` + strings.Repeat(`, ?`, len(q.Types)-1) + `)`
	for _, typ := range q.Types {
		args = append(args, typ)
	}
	// The factors only keep one event from standing for another; nothing overflows within a hundred thousand years.
	err = s.reader().QueryRowContext(ctx, `SELECT count(*), coalesce(sum(placed % 1000003 * 31 + seq * 7 + epoch), 0) FROM (`+text+`)`, args...).
		Scan(&t.Count, &t.Mark)
	if err != nil {
		return t, fmt.Errorf("count events of %s: %w", q.Station, err)
	}
	return t, nil
}

// query spells the selection in SQL.
func (q Selection) query() (text string, args []any) {
	descending := " DESC"
	if q.Oldest {
		descending = ""
	}
	order := fmt.Sprintf(` ORDER BY placed%[1]s, epoch%[1]s, seq%[1]s LIMIT ?`, descending)
	most := q.Skip + q.Limit
	one, with := q.where()
	if len(q.Types) == 0 {
		text, args = one+order, append(with, most)
	}
	// One descent of the index for each type: sorting all the events of the types would not scale.
	for i, typ := range q.Types {
		if i > 0 {
			text += ` UNION ALL `
		}
		text += `SELECT * FROM (` + one + ` AND type = ?` + order + `)`
		args = append(append(args, with...), typ, most)
	}
	return `SELECT epoch, seq FROM (` + text + `)` + order + ` OFFSET ?`, append(args, q.Limit, q.Skip)
}

// where selects everything of the station in time that is not left out.
func (q Selection) where() (text string, args []any) {
	text, args = `SELECT placed, epoch, seq FROM happened WHERE station = (SELECT id FROM stations WHERE name = ?)`, []any{q.Station}
	if !q.From.IsZero() {
		text, args = text+` AND placed >= ?`, append(args, q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		text, args = text+` AND placed <= ?`, append(args, q.To.UnixMilli())
	}
	if len(q.Types) == 0 && len(q.Except) > 0 {
		text += ` AND type NOT IN (?` + strings.Repeat(`, ?`, len(q.Except)-1) + `)`
		for _, typ := range q.Except {
			args = append(args, typ)
		}
	}
	return text, args
}

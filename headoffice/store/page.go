package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"stationkeeper/internal/record"
)

// ErrQuery is wrapped when a query cannot be answered as it is put.
var ErrQuery = errors.New("bad query")

// Records returns the page of records that follows q.After. Who asks again with Page.Next gets every record once,
// also one that arrives late: into a gap, or into an epoch that is not the newest. (Only a record that comes after a
// tombstone has declared it lost is not waited for.)
//
// A page is in order of arrival of epochs, then of seq, but for records that arrived after the reader had passed
// their place: they come as soon as they are there.
func (s *Store) Records(ctx context.Context, q Query) (Page, error) {
	if q.Stream == "" {
		q.Stream = record.Events
	}
	if q.Limit < 1 || q.Limit > MaxLimit {
		return Page{}, fmt.Errorf("limit %d: expected 1 to %d: %w", q.Limit, MaxLimit, ErrQuery)
	}
	if q.Station == "" {
		return Page{}, fmt.Errorf("station missing: %w", ErrQuery)
	}
	page, err := s.page(ctx, q)
	if err != nil {
		return Page{}, fmt.Errorf("read records of %s/%s %s: %w", q.Station, q.Node, q.Stream, err)
	}
	return page, nil
}

// reading is an epoch that is being read, and how far.
type reading struct {
	id          int64
	node, epoch string
	highest     uint64
	place       place
}

func (s *Store) page(ctx context.Context, q Query) (Page, error) {
	epochs, err := collect(ctx, s.reader(), func(rows *sql.Rows) (r reading, err error) {
		return r, rows.Scan(&r.id, &r.node, &r.epoch, &r.highest)
	}, `SELECT e.id, n.name, e.epoch, e.highest FROM epochs e JOIN nodes n ON n.id = e.node
		JOIN stations s ON s.id = n.station
		WHERE s.name = ?1 AND (?2 = '' OR n.name = ?2) AND e.stream = ?3 ORDER BY e.id`, q.Station, q.Node, q.Stream)
	if err != nil {
		return Page{}, err
	}
	if err := placeAll(epochs, q.After); err != nil {
		return Page{}, err
	}
	page := Page{Records: []Record{}}
	for i := range epochs {
		if err := s.readOn(ctx, q, &epochs[i], &page); err != nil {
			return Page{}, err
		}
	}
	page.Next = spellCursor(epochs)
	if len(epochs) == 0 && q.After != "" {
		page.Next = q.After // nothing was ever stored: whatever it means, it still does
	}
	return page, nil
}

// placeAll puts each epoch where the last page ended. A plain number is a place in the newest epoch, and says that
// all there was of older ones has been seen.
func placeAll(epochs []reading, after string) error {
	if seq, err := strconv.ParseUint(after, 10, 63); err == nil {
		for i := range epochs {
			if epochs[i].node != epochs[0].node {
				return fmt.Errorf("after %s: a number is a place in the records of one node, name it: %w", after, ErrCursor)
			}
			epochs[i].place.passed = epochs[i].highest
		}
		if len(epochs) > 0 {
			epochs[len(epochs)-1].place.passed = seq
		}
		return nil
	}
	places, err := parseCursor(after)
	if err != nil {
		return err
	}
	for i, e := range epochs {
		epochs[i].place = places[e.id]
		delete(places, e.id)
	}
	if len(places) > 0 {
		return fmt.Errorf("after %.80q: it belongs to other records: %w", after, ErrCursor)
	}
	return nil
}

// readOn adds what has not been seen of an epoch to the page, as long as there is room, and moves its place.
func (s *Store) readOn(ctx context.Context, q Query, e *reading, page *Page) error {
	holes := e.place.holes
	e.place.holes = nil
	for _, hole := range holes {
		seen, err := s.readSpan(ctx, q, e, hole, page)
		if err != nil {
			return err
		}
		if seen < hole.last {
			if err := s.noteHole(ctx, e, span{seen + 1, hole.last}); err != nil {
				return err
			}
		}
	}
	if e.highest > e.place.passed {
		seen, err := s.readSpan(ctx, q, e, span{e.place.passed + 1, e.highest}, page)
		if err != nil {
			return err
		}
		e.place.passed = seen
	}
	e.place.forgetOldHoles()
	return nil
}

// noteHole adds a gap to the place, but for what a tombstone says will never come.
func (s *Store) noteHole(ctx context.Context, e *reading, gap span) error {
	lost, err := lostWithin(ctx, s.reader(), e.id, gap)
	if err == nil {
		e.place.holes = append(e.place.holes, gap.without(lost)...)
	}
	return err
}

// readSpan adds records of a range to the page and notes the gaps before each. It returns the last seq added, or
// where the range begins less one.
func (s *Store) readSpan(ctx context.Context, q Query, e *reading, within span, page *Page) (seen uint64, err error) {
	seen = within.first - 1
	room := q.Limit - len(page.Records)
	if room == 0 {
		return seen, nil
	}
	records, err := s.span(ctx, e.id, within, room)
	if err != nil {
		return seen, err
	}
	for _, r := range records {
		if r.Seq > seen+1 {
			if err := s.noteHole(ctx, e, span{seen + 1, r.Seq - 1}); err != nil {
				return seen, err
			}
		}
		r.Station, r.Node, r.Epoch, r.Stream = q.Station, e.node, e.epoch, q.Stream
		page.Records = append(page.Records, r)
		seen = r.Seq
	}
	return seen, nil
}

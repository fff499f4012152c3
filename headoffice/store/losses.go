package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// Loss is what the tombstones of one epoch that give the same reason stand for.
type Loss struct {
	NodeKey
	Epoch  string
	Stream record.Stream
	// Reason is one of record's Reason constants, or one that a newer station knows.
	Reason string
	// First and Last are the ends of the lowest and the highest of the Ranges; Records counts the seqs in all of them.
	First, Last     uint64
	Ranges, Records uint64
	// Received is when head office heard of the latest.
	Received time.Time
}

// Losses returns what a station has reported as not to come, in order of node, stream, epoch, and first seq.
func (s *Store) Losses(ctx context.Context, station string) ([]Loss, error) {
	losses, err := collect(ctx, s.reader(), func(rows *sql.Rows) (l Loss, err error) {
		var received int64
		err = rows.Scan(&l.Station, &l.Node, &l.Epoch, &l.Stream, &l.Reason, &l.First, &l.Last, &l.Ranges, &l.Records, &received)
		l.Received = time.UnixMilli(received).UTC()
		return l, err
	}, `SELECT s.name, n.name, e.epoch, e.stream, l.reason, min(l.first), max(l.last), count(*), sum(l.last - l.first + 1), max(l.received)
		FROM lost l JOIN epochs e ON e.id = l.epoch JOIN nodes n ON n.id = e.node JOIN stations s ON s.id = n.station
		WHERE s.name = ? GROUP BY e.id, l.reason ORDER BY n.name, e.stream, e.id, min(l.first)`, station)
	if err != nil {
		return nil, fmt.Errorf("read what %s has lost: %w", station, err)
	}
	return losses, nil
}

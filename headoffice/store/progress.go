package store

import (
	"context"
	"database/sql"
	"fmt"

	"stationkeeper/internal/record"
)

// NodeAck is an acknowledgement and the node it is for.
type NodeAck struct {
	NodeKey
	record.Ack
	// Highest is the highest seq known of the epoch. When it is above Through, something is missing.
	Highest uint64
}

// Acks returns the acknowledgement that each stream of each node waits for: that of the epoch it delivered last.
// That is its newest, unless a node was given back an older journal. What is missing is asked for in it.
func (s *Store) Acks(ctx context.Context) ([]NodeAck, error) {
	acks, err := collect(ctx, s.reader(), func(rows *sql.Rows) (a NodeAck, err error) {
		return a, rows.Scan(&a.Station, &a.Node, &a.Epoch, &a.Stream, &a.Through, &a.Mark, &a.Highest)
	}, `SELECT s.name, n.name, e.epoch, e.stream, e.through, e.mark, e.highest
		FROM live l JOIN epochs e ON e.id = l.epoch JOIN nodes n ON n.id = l.node JOIN stations s ON s.id = n.station
		ORDER BY s.name, n.name, e.stream`)
	if err != nil {
		return nil, fmt.Errorf("read acknowledgements: %w", err)
	}
	for i := range acks {
		if acks[i].Highest == acks[i].Through {
			continue
		}
		if acks[i], err = s.Ack(ctx, acks[i].NodeKey, acks[i].Epoch, acks[i].Stream); err != nil {
			return nil, err
		}
	}
	return acks, nil
}

// Ack returns the acknowledgement of one epoch, with the first ranges that are missing of it. The error wraps
// ErrNotFound when nothing is stored of it.
func (s *Store) Ack(ctx context.Context, key NodeKey, epoch string, stream record.Stream) (NodeAck, error) {
	a := NodeAck{NodeKey: key, Ack: record.Ack{Epoch: epoch, Stream: stream}}
	// One statement sees the row and its islands at the same moment.
	islands, err := collect(ctx, s.reader(), func(rows *sql.Rows) (span, error) {
		var first, last sql.NullInt64
		err := rows.Scan(&a.Through, &a.Mark, &a.Highest, &first, &last)
		return span{uint64(first.Int64), uint64(last.Int64)}, err
	}, `SELECT e.through, e.mark, e.highest, i.first, i.last FROM epochs e JOIN nodes n ON n.id = e.node
		JOIN stations s ON s.id = n.station LEFT JOIN islands i ON i.epoch = e.id
		WHERE s.name = ? AND n.name = ? AND e.stream = ? AND e.epoch = ? ORDER BY i.first LIMIT ?`,
		key.Station, key.Node, stream, epoch, record.MaxAgain)
	if err == nil && len(islands) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return NodeAck{}, fmt.Errorf("read acknowledgement of %s/%s %s: %w", key.Station, key.Node, stream, err)
	}
	next := a.Through + 1
	for _, i := range islands {
		if i.first > next {
			a.Again = append(a.Again, record.Range{First: next, Last: i.first - 1})
		}
		next = max(next, i.last+1)
	}
	return a, nil
}

// Progress returns how complete each stream of each epoch is, in order of station, node, stream and arrival.
func (s *Store) Progress(ctx context.Context) ([]Progress, error) {
	all, err := collect(ctx, s.reader(), func(rows *sql.Rows) (p Progress, err error) {
		err = rows.Scan(&p.Station, &p.Node, &p.Epoch, &p.Stream, &p.Through, &p.Highest, &p.Stored, &p.Lost, &p.Earlier, &p.Duplicates)
		p.Missing = p.Highest - p.Stored - p.Lost - p.Earlier
		return p, err
	}, `SELECT s.name, n.name, e.epoch, e.stream, e.through, e.highest, e.stored, e.lost, e.earlier, e.duplicates
		FROM epochs e JOIN nodes n ON n.id = e.node JOIN stations s ON s.id = n.station
		ORDER BY s.name, n.name, e.stream, e.id`)
	if err != nil {
		return nil, fmt.Errorf("read progress: %w", err)
	}
	return all, nil
}

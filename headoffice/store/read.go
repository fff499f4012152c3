package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// NodeAck is an acknowledgement and the node it is for.
type NodeAck struct {
	NodeKey
	record.Ack
}

// Acks returns the acknowledgement that each stream of each node waits for: that of the epoch it delivered last.
// That is its newest, unless a node was given back an older journal.
func (s *Store) Acks(ctx context.Context) ([]NodeAck, error) {
	acks, err := collect(ctx, s.reader, func(rows *sql.Rows) (a NodeAck, err error) {
		return a, rows.Scan(&a.Station, &a.Node, &a.Epoch, &a.Stream, &a.Through)
	}, `SELECT s.name, n.name, e.epoch, e.stream, e.through
		FROM live l JOIN epochs e ON e.id = l.epoch JOIN nodes n ON n.id = l.node JOIN stations s ON s.id = n.station
		ORDER BY s.name, n.name, e.stream`)
	if err != nil {
		return nil, fmt.Errorf("read acknowledgements: %w", err)
	}
	return acks, nil
}

// Progress returns how complete each stream of each epoch is, in order of station, node, stream and arrival.
func (s *Store) Progress(ctx context.Context) ([]Progress, error) {
	all, err := collect(ctx, s.reader, func(rows *sql.Rows) (p Progress, err error) {
		err = rows.Scan(&p.Station, &p.Node, &p.Epoch, &p.Stream, &p.Through, &p.Highest, &p.Stored, &p.Lost, &p.Duplicates)
		p.Missing = p.Highest - p.Stored - p.Lost
		return p, err
	}, `SELECT s.name, n.name, e.epoch, e.stream, e.through, e.highest, e.stored, e.lost, e.duplicates
		FROM epochs e JOIN nodes n ON n.id = e.node JOIN stations s ON s.id = n.station
		ORDER BY s.name, n.name, e.stream, e.id`)
	if err != nil {
		return nil, fmt.Errorf("read progress: %w", err)
	}
	return all, nil
}

const eventColumns = `s.name, n.name, e.epoch, e.stream, ` + recordColumns

func scanEvent(rows *sql.Rows) (Record, error) {
	var station, node, epoch string
	var stream record.Stream
	r, err := scanRecord(rows, &station, &node, &epoch, &stream)
	r.Station, r.Node, r.Epoch, r.Stream = station, node, epoch, stream
	return r, err
}

// Latest returns the events of a station that were stored last, newest first, at most limit: those of the given
// types, or all when there are none. Telemetry is not among them.
func (s *Store) Latest(ctx context.Context, station string, types []string, limit int) ([]Record, error) {
	picked := `SELECT arrival, epoch, seq FROM happened WHERE station = (SELECT id FROM stations WHERE name = ?)`
	newest := ` ORDER BY arrival DESC LIMIT ?`
	args := []any{station, limit}
	if len(types) > 0 {
		// One descent of the index for each type: sorting all the events of the types would not scale.
		each := `SELECT * FROM (` + picked + ` AND type = ?` + newest + `)`
		picked = strings.Repeat(each+` UNION ALL `, len(types)-1) + each
		args = nil
		for _, t := range types {
			args = append(args, station, t, limit)
		}
		args = append(args, limit)
	}
	records, err := collect(ctx, s.reader, scanEvent, `WITH picked AS MATERIALIZED (SELECT * FROM (`+picked+`)`+newest+`)
		SELECT `+eventColumns+` FROM picked h JOIN records r ON r.epoch = h.epoch AND r.seq = h.seq
		JOIN epochs e ON e.id = h.epoch JOIN nodes n ON n.id = e.node JOIN stations s ON s.id = n.station
		ORDER BY h.arrival DESC`, args...)
	if err != nil {
		return nil, fmt.Errorf("read latest events of %s: %w", station, err)
	}
	return records, nil
}

// OpenAlarms returns the alarm.raised record of every alarm of a station that is not cleared, oldest first. A rule
// has at most one open alarm at a source: what the node wrote last about it decides, so that an alarm whose end was
// lost with a journal does not stay open beside its successor.
func (s *Store) OpenAlarms(ctx context.Context, station string) ([]Record, error) {
	records, err := collect(ctx, s.reader, scanEvent, `SELECT `+eventColumns+`
		FROM alarms a JOIN records r ON r.epoch = a.epoch AND r.seq = a.seq
		JOIN epochs e ON e.id = a.epoch JOIN nodes n ON n.id = a.node JOIN stations s ON s.id = n.station
		WHERE s.name = ? AND a.open ORDER BY r.received, a.epoch, a.seq`, station)
	if err != nil {
		return nil, fmt.Errorf("read open alarms of %s: %w", station, err)
	}
	return records, nil
}

// History returns the measurements of a source with from <= time < to, in order of time, at most maxSamples
// (and at least 2).
// When there are more, the time is divided evenly and the lowest and the highest of each part are kept: peaks stay,
// and where nothing was measured there is no sample.
func (s *Store) History(ctx context.Context, key NodeKey, source string, from, to time.Time, maxSamples int) ([]Sample, error) {
	samples, err := s.history(ctx, key, source, from.UnixMilli(), to.UnixMilli(), int64(max(maxSamples, 2)))
	if err != nil {
		return nil, fmt.Errorf("read history of %s/%s %s: %w", key.Station, key.Node, source, err)
	}
	return samples, nil
}

func (s *Store) history(ctx context.Context, key NodeKey, source string, from, to, most int64) ([]Sample, error) {
	const selected = ` FROM measurements WHERE source = ?1 AND time >= ?2 AND time < ?3`
	var id, count int64
	err := s.reader.QueryRowContext(ctx, `SELECT coalesce(max(o.id), 0) FROM sources o JOIN nodes n ON n.id = o.node
		JOIN stations s ON s.id = n.station WHERE s.name = ? AND n.name = ? AND o.name = ?`,
		key.Station, key.Node, source).Scan(&id)
	if err == nil {
		err = s.reader.QueryRowContext(ctx, `SELECT count(*)`+selected, id, from, to).Scan(&count)
	}
	if err != nil || count == 0 {
		return nil, err
	}
	scan := func(rows *sql.Rows) (Sample, error) {
		var at sql.NullInt64
		var value float64
		err := rows.Scan(&at, &value)
		return Sample{fromMillis(at), value}, err
	}
	if count <= most {
		return collect(ctx, s.reader, scan, `SELECT time, value`+selected+` ORDER BY time, epoch, seq`, id, from, to)
	}
	// SQLite takes the other columns of a group from the row that has the minimum or maximum.
	parts := most / 2
	width := (to - from + parts - 1) / parts
	return collect(ctx, s.reader, scan, `SELECT time, value FROM (SELECT time, min(value) AS value`+selected+` GROUP BY (time - ?2) / ?4
		UNION SELECT time, max(value) AS value`+selected+` GROUP BY (time - ?2) / ?4) ORDER BY time`, id, from, to, width)
}

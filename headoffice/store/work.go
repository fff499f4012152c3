package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// work is one transaction of the writer under way.
type work struct {
	ctx     context.Context
	tx      *sql.Tx
	store   *Store
	handles *handles
	bound   [queries]*sql.Stmt
	// indexing is by how many the records that wait to be indexed become more.
	indexing int64
}

// statement is a compiled query, bound to this transaction.
func (w *work) statement(q query) *sql.Stmt {
	if w.bound[q] == nil {
		w.bound[q] = w.tx.StmtContext(w.ctx, w.handles.compiled[q])
	}
	return w.bound[q]
}

func (w *work) exec(q query, args ...any) error {
	if _, err := w.statement(q).ExecContext(w.ctx, args...); err != nil {
		return fmt.Errorf("%.40s…: %w", queryText[q], err)
	}
	return nil
}

func (w *work) row(q query, args ...any) *sql.Row {
	return w.statement(q).QueryRowContext(w.ctx, args...)
}

// insert is exec of a query that adds a row, and returns its id.
func (w *work) insert(q query, args ...any) (int64, error) {
	result, err := w.statement(q).ExecContext(w.ctx, args...)
	if err != nil {
		return 0, fmt.Errorf("%.40s…: %w", queryText[q], err)
	}
	return result.LastInsertId()
}

// all runs a query of the writer and reads every row of it.
func all[T any](w *work, scan func(*sql.Rows) (T, error), q query, args ...any) ([]T, error) {
	rows, err := w.statement(q).QueryContext(w.ctx, args...)
	if err != nil {
		return nil, fmt.Errorf("%.40s…: %w", queryText[q], err)
	}
	return read(rows, scan)
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// collect runs a query and reads every row of it.
func collect[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return read(rows, scan)
}

func read[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) ([]T, error) {
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

// query names a compiled statement.
type query int

const (
	findEpoch query = iota
	addEpoch
	saveEpoch
	setLive
	addBatch
	dropBatch
	overlapping
	countInside
	batchOf
	lostNear
	addLost
	islandsNear
	dropIsland
	addIsland
	addPending
	findPending
	dropPending
	nextPending

	addHappened
	addHappenedMany
	dropHappened
	addAlarm
	addRepeated
	addStanding
	addEntry
	addExit
	endCommand
	addMeasurement
	addMeasurementMany
	dropMeasurement
	findSource
	addSource

	findBoot
	addBoot
	findAnchors
	dropAnchors
	addAnchor
	addPlacement
	addPlacementMany
	setPlacement
	findPlacement
	placementsBelow
	placementsAbove
	placementRanges
	batchBefore
	batchAfter
	epochOf
	addReplacing
	moveReplacing
	dropReplacing
	nextReplacing

	queries // how many there are
)

// many is how many rows a statement of many adds: each execution costs more than a row does.
const many = 50

func repeated(values string) string {
	return strings.TrimSuffix(strings.Repeat("("+values+"),", many), ",")
}

const batchColumns = `id, epoch, first, last, count, received, payload`

// touching selects the batches of an epoch (?1) that share a seq with ?2 to ?3. They do not overlap, so that only the
// last that begins before can reach into the range.
const touching = `SELECT ` + batchColumns + ` FROM batches WHERE epoch = ?1 AND first <= ?3 AND last >= ?2
	AND first >= coalesce((SELECT max(first) FROM batches WHERE epoch = ?1 AND first <= ?2), ?2) ORDER BY first`

var queryText = [queries]string{
	findEpoch: `SELECT e.id, n.id, n.station, e.through, e.highest, e.stored, e.lost, e.earlier, e.duplicates, e.mark,
		coalesce((SELECT epoch FROM live l WHERE l.node = n.id AND l.stream = e.stream), 0)
		FROM epochs e JOIN nodes n ON n.id = e.node JOIN stations s ON s.id = n.station
		WHERE s.name = ? AND n.name = ? AND e.stream = ? AND e.epoch = ?`,
	addEpoch: `INSERT INTO epochs (node, stream, epoch, arrived) VALUES (?, ?, ?, ?)`,
	saveEpoch: `UPDATE epochs SET through = ?, highest = ?, stored = ?, lost = ?, earlier = ?, duplicates = ?, mark = ?,
		received = coalesce(?, received) WHERE id = ?`,
	setLive: `INSERT INTO live (node, stream, epoch) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET epoch = excluded.epoch`,

	addBatch:    `INSERT INTO batches (epoch, first, last, count, received, payload) VALUES (?, ?, ?, ?, ?, ?)`,
	dropBatch:   `DELETE FROM batches WHERE id = ?`,
	overlapping: touching,
	countInside: `SELECT coalesce(sum(count), 0) FROM batches WHERE epoch = ?1 AND first BETWEEN ?2 AND ?3 AND last <= ?3`,
	batchOf:     `SELECT ` + batchColumns + ` FROM batches WHERE id = ?`,

	lostNear: lostTouching,
	addLost:  `INSERT INTO lost (epoch, first, last, reason, received) VALUES (?, ?, ?, ?, ?)`,

	islandsNear: `SELECT first, last FROM islands WHERE epoch = ?1 AND last >= ?2 AND first <= ?3
		AND first >= coalesce((SELECT max(first) FROM islands WHERE epoch = ?1 AND first <= ?2), ?2) ORDER BY first`,
	dropIsland: `DELETE FROM islands WHERE epoch = ? AND first = ?`,
	addIsland:  `INSERT INTO islands (epoch, first, last) VALUES (?, ?, ?)`,

	addPending:  `INSERT INTO pending (batch, urgency, count) VALUES (?, ?, ?)`,
	findPending: `SELECT urgency FROM pending WHERE batch = ?`,
	dropPending: `DELETE FROM pending WHERE batch = ?`,
	nextPending: `SELECT batch, count FROM pending WHERE urgency BETWEEN ? AND ? ORDER BY urgency, batch DESC LIMIT 1`,

	addHappened:     `INSERT INTO happened (station, placed, epoch, seq, type) VALUES (?, ?, ?, ?, ?)`,
	addHappenedMany: `INSERT INTO happened (station, placed, epoch, seq, type) VALUES ` + repeated(`?, ?, ?, ?, ?`),
	dropHappened:    `DELETE FROM happened WHERE station = ? AND placed = ? AND epoch = ? AND seq = ?`,
	// What the node wrote last decides, in whatever order it arrives.
	addAlarm: `INSERT INTO alarms (node, source, rule, open, epoch, seq) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET open = excluded.open, epoch = excluded.epoch, seq = excluded.seq
		WHERE (excluded.epoch, excluded.seq) > (epoch, seq)`,
	addRepeated: `INSERT INTO alarms (node, source, rule, open, epoch, seq, repeated_epoch, repeated_seq)
		VALUES (?, ?, ?, 0, 0, 0, ?, ?) ON CONFLICT DO UPDATE
		SET repeated_epoch = excluded.repeated_epoch, repeated_seq = excluded.repeated_seq
		WHERE (excluded.repeated_epoch, excluded.repeated_seq) > (repeated_epoch, repeated_seq)`,
	addStanding: `INSERT INTO standing (node, topic, epoch, seq) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq
		WHERE (excluded.epoch, excluded.seq) > (epoch, seq)`,
	// Of a visit the entry says who it is of and since when, whether it or the end is indexed first.
	addEntry: `INSERT INTO visits (node, visit, station, area, person, name, card, visitor, purpose, since,
		entered_door, entered_epoch, entered_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET area = excluded.area, person = excluded.person, name = excluded.name, card = excluded.card,
		visitor = excluded.visitor, since = excluded.since, purpose = iif(excluded.purpose = '', purpose, excluded.purpose), entered_door = excluded.entered_door,
		entered_epoch = excluded.entered_epoch, entered_seq = excluded.entered_seq`,
	addExit: `INSERT INTO visits (node, visit, station, area, person, name, card, visitor, purpose, since,
		ended, ended_door, ended_epoch, ended_seq, how, inside) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET ended = excluded.ended, ended_door = excluded.ended_door, ended_epoch = excluded.ended_epoch,
		ended_seq = excluded.ended_seq, how = excluded.how, inside = excluded.inside,
		since = iif(entered_seq IS NULL, excluded.since, since),
		purpose = iif(purpose = '', excluded.purpose, purpose)`,
	endCommand:         `UPDATE commands SET outcome = ?, reason = ?, decided = ?, told = 'journal' WHERE id = ? AND node = ?`,
	addMeasurement:     `INSERT INTO measurements (source, time, epoch, seq, value) VALUES (?, ?, ?, ?, ?)`,
	addMeasurementMany: `INSERT INTO measurements (source, time, epoch, seq, value) VALUES ` + repeated(`?, ?, ?, ?, ?`),
	dropMeasurement:    `DELETE FROM measurements WHERE source = ? AND time = ? AND epoch = ? AND seq = ?`,
	findSource:         `SELECT id FROM sources WHERE node = ? AND name = ?`,
	addSource:          `INSERT INTO sources (node, name) VALUES (?, ?)`,

	findBoot:    `SELECT id FROM boots WHERE node = ? AND name = ?`,
	addBoot:     `INSERT INTO boots (node, name) VALUES (?, ?)`,
	findAnchors: `SELECT first_mono, first_time, last_mono, last_time FROM anchors WHERE boot = ? ORDER BY first_mono`,
	dropAnchors: `DELETE FROM anchors WHERE boot = ?`,
	addAnchor:   `INSERT INTO anchors (boot, first_mono, first_time, last_mono, last_time) VALUES (?, ?, ?, ?, ?)`,

	addPlacementMany: `INSERT INTO placements (epoch, seq, boot, mono, placed, how) VALUES ` + repeated(`?, ?, ?, ?, ?, ?`),
	addPlacement:     `INSERT INTO placements (epoch, seq, boot, mono, placed, how) VALUES (?, ?, ?, ?, ?, ?)`,
	setPlacement:     `UPDATE placements SET placed = ?, how = ? WHERE epoch = ? AND seq = ?`,
	findPlacement:    `SELECT placed, how FROM placements WHERE epoch = ? AND seq = ?`,
	placementRanges:  `SELECT epoch, min(seq), max(seq) FROM placements WHERE boot = ? GROUP BY epoch`,
	placementsBelow: `SELECT p.seq, p.boot, b.name, p.mono, p.placed, p.how FROM placements p JOIN boots b ON b.id = p.boot
		WHERE p.epoch = ? AND p.seq < ? ORDER BY p.seq DESC LIMIT ?`,
	placementsAbove: `SELECT p.seq, p.boot, b.name, p.mono, p.placed, p.how FROM placements p JOIN boots b ON b.id = p.boot
		WHERE p.epoch = ? AND p.seq > ? ORDER BY p.seq LIMIT ?`,
	batchBefore: `SELECT ` + batchColumns + ` FROM batches WHERE epoch = ? AND first < ? ORDER BY first DESC LIMIT 1`,
	batchAfter:  `SELECT ` + batchColumns + ` FROM batches WHERE epoch = ? AND first > ? ORDER BY first LIMIT 1`,
	epochOf: `SELECT e.node, n.station, e.stream, s.name, n.name FROM epochs e
		JOIN nodes n ON n.id = e.node JOIN stations s ON s.id = n.station WHERE e.id = ?`,
	addReplacing: `INSERT INTO replacing (epoch, low, high, rising, seq) VALUES (?1, ?2, ?3, 0, ?3 + 1) ON CONFLICT DO UPDATE
		SET low = min(low, excluded.low), high = max(high, excluded.high), rising = 0, seq = max(high, excluded.high) + 1`,
	moveReplacing: `UPDATE replacing SET low = ?, high = ?, rising = ?, seq = ? WHERE epoch = ?`,
	dropReplacing: `DELETE FROM replacing WHERE epoch = ?`,
	nextReplacing: `SELECT epoch, low, high, rising, seq FROM replacing LIMIT 1`,
}

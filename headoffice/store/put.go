package store

import (
	"context"
	"database/sql"
	"encoding/json"
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
// The deliveries are of the contract: names checked as by record.ParseTopic, batches as by record.DecodeBatch.
func (s *Store) Put(ctx context.Context, deliveries []Delivery, received time.Time) ([]Receipt, error) {
	if len(deliveries) == 0 {
		return nil, nil
	}
	receipts := make([]Receipt, len(deliveries))
	var changed []Change
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		p := s.put.in(ctx, tx)
		p.received = record.Stamp(received)
		for i, d := range deliveries {
			news, err := p.deliver(d, &receipts[i])
			if err != nil {
				return fmt.Errorf("%s/%s %s: %w", d.From.Station, d.From.Node, d.Batch.Stream, err)
			}
			changed = append(changed, news...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store %d deliveries: %w", len(deliveries), err)
	}
	s.changes.announce(changed...)
	return receipts, nil
}

// putStatements are the statements of Put, compiled once on the connection that writes.
type putStatements struct {
	findEpoch, addEpoch, saveEpoch, setLive *sql.Stmt
	findRecord, addRecord, nextRecords      *sql.Stmt
	addHappened, addMeasurement             *sql.Stmt
}

const recordColumns = `r.seq, r.type, r.source, r.time, r.clock, r.boot, r.mono, r.data, r.received`

func preparePut(ctx context.Context, db *sql.DB) (p putStatements, err error) {
	for _, s := range []struct {
		into **sql.Stmt
		text string
	}{
		{&p.findEpoch, `SELECT e.id, n.id, n.station, e.through, e.highest, e.stored, e.lost, e.duplicates
			FROM epochs e JOIN nodes n ON n.id = e.node JOIN stations s ON s.id = n.station
			WHERE s.name = ? AND n.name = ? AND e.stream = ? AND e.epoch = ?`},
		{&p.addEpoch, `INSERT INTO epochs (node, stream, epoch, arrived) VALUES (?, ?, ?, ?)`},
		{&p.saveEpoch, `UPDATE epochs SET through = ?, highest = ?, stored = ?, lost = ?, duplicates = ? WHERE id = ?`},
		{&p.setLive, `INSERT INTO live (node, stream, epoch) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET epoch = excluded.epoch WHERE epoch <> excluded.epoch`},
		{&p.findRecord, `SELECT ` + recordColumns + ` FROM records r WHERE r.epoch = ? AND r.seq = ?`},
		{&p.addRecord, `INSERT INTO records (epoch, seq, type, source, time, clock, boot, mono, data, received)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&p.nextRecords, `SELECT seq FROM records WHERE epoch = ? AND seq > ? ORDER BY seq`},
		{&p.addHappened, `INSERT INTO happened (station, type, epoch, seq) VALUES (?, ?, ?, ?)`},
		{&p.addMeasurement, `INSERT INTO measurements (source, time, epoch, seq, value) VALUES (?, ?, ?, ?, ?)`},
	} {
		if *s.into, err = db.PrepareContext(ctx, s.text); err != nil {
			return p, fmt.Errorf("prepare %.40q: %w", s.text, err)
		}
	}
	return p, nil
}

// in binds the statements to a transaction.
func (p putStatements) in(ctx context.Context, tx *sql.Tx) *putter {
	bound := p
	for _, s := range []**sql.Stmt{
		&bound.findEpoch, &bound.addEpoch, &bound.saveEpoch, &bound.setLive, &bound.findRecord, &bound.addRecord,
		&bound.nextRecords, &bound.addHappened, &bound.addMeasurement,
	} {
		*s = tx.StmtContext(ctx, *s)
	}
	return &putter{putStatements: bound, ctx: ctx, tx: tx, sources: map[sourceKey]int64{}}
}

// putter is one Put under way.
type putter struct {
	putStatements
	ctx      context.Context
	tx       *sql.Tx
	received time.Time
	sources  map[sourceKey]int64
}

// epochRow is a row of epochs, with the node and station it belongs to. id 0 means that there is none yet.
type epochRow struct {
	id, node, station                          int64
	through, highest, stored, lost, duplicates uint64
}

func (p *putter) deliver(d Delivery, receipt *Receipt) ([]Change, error) {
	epoch, err := p.epoch(d)
	if err != nil {
		return nil, err
	}
	fresh, err := p.sift(epoch, d.Batch.Records)
	if errors.Is(err, ErrConflict) {
		receipt.Refused = err
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if epoch.id == 0 {
		if epoch, err = p.createEpoch(d); err != nil {
			return nil, err
		}
	}
	before := epoch
	epoch.duplicates += uint64(len(d.Batch.Records) - len(fresh))
	if err := p.store(&epoch, d, fresh); err != nil {
		return nil, err
	}
	*receipt = Receipt{
		Ack:        record.Ack{Epoch: d.Batch.Epoch, Stream: d.Batch.Stream, Through: epoch.through},
		New:        p.asStored(d, fresh),
		Duplicates: len(d.Batch.Records) - len(fresh),
	}
	var changed []Change
	if len(fresh) > 0 {
		changed = append(changed, Change{d.From.Station, d.From.Node, RecordsChanged})
	}
	if epoch.through != before.through {
		changed = append(changed, Change{d.From.Station, d.From.Node, ProgressChanged})
	}
	return changed, nil
}

func (p *putter) epoch(d Delivery) (e epochRow, err error) {
	err = p.findEpoch.QueryRowContext(p.ctx, d.From.Station, d.From.Node, d.Batch.Stream, d.Batch.Epoch).
		Scan(&e.id, &e.node, &e.station, &e.through, &e.highest, &e.stored, &e.lost, &e.duplicates)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return e, fmt.Errorf("find epoch %s: %w", d.Batch.Epoch, err)
	}
	return e, nil
}

func (p *putter) createEpoch(d Delivery) (e epochRow, err error) {
	if e.node, e.station, err = ensureNode(p.ctx, p.tx, d.From); err != nil {
		return e, err
	}
	result, err := p.addEpoch.ExecContext(p.ctx, e.node, d.Batch.Stream, d.Batch.Epoch, p.received.UnixMilli())
	if err == nil {
		e.id, err = result.LastInsertId()
	}
	if err != nil {
		return e, fmt.Errorf("add epoch %s: %w", d.Batch.Epoch, err)
	}
	return e, nil
}

// ensureNode returns the row of a node and of its station, made when they are new.
func ensureNode(ctx context.Context, tx *sql.Tx, key NodeKey) (node, station int64, err error) {
	find := func() error {
		return tx.QueryRowContext(ctx, `SELECT n.id, s.id FROM nodes n JOIN stations s ON s.id = n.station
			WHERE s.name = ? AND n.name = ?`, key.Station, key.Node).Scan(&node, &station)
	}
	if err = find(); err == nil {
		return node, station, nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		_, err = tx.ExecContext(ctx, `INSERT INTO stations (name) VALUES (?) ON CONFLICT DO NOTHING`, key.Station)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO nodes (station, name) SELECT id, ? FROM stations WHERE name = ?`, key.Node, key.Station)
	}
	if err == nil {
		err = find()
	}
	if err != nil {
		return 0, 0, fmt.Errorf("add node %s/%s: %w", key.Station, key.Node, err)
	}
	return node, station, nil
}

// sift returns the records that are not stored yet. Times are cut to the millisecond that is stored, so that the
// same batch stays the same.
func (p *putter) sift(e epochRow, records []record.Record) ([]record.Record, error) {
	fresh := make([]record.Record, 0, len(records))
	for _, r := range records {
		r.Time = record.Stamp(r.Time)
		if e.id != 0 && r.Seq <= e.highest {
			held, err := scanRecord(p.findRecord.QueryRowContext(p.ctx, e.id, r.Seq))
			switch {
			case errors.Is(err, sql.ErrNoRows): // a gap, to be filled now
			case err != nil:
				return nil, fmt.Errorf("look up seq %d: %w", r.Seq, err)
			case !held.Equal(r):
				return nil, fmt.Errorf("seq %d: %w: %s", r.Seq, ErrConflict, difference(held.Record, r))
			default:
				continue
			}
		}
		fresh = append(fresh, r)
	}
	return fresh, nil
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

// store writes what is new of a delivery and brings the epoch's row up to date.
func (p *putter) store(e *epochRow, d Delivery, fresh []record.Record) error {
	start := e.through
	for _, r := range fresh {
		if err := p.storeRecord(e, d.Batch.Stream, r); err != nil {
			return fmt.Errorf("store seq %d: %w", r.Seq, err)
		}
	}
	for _, l := range d.Batch.Lost {
		if err := p.storeLost(e, l); err != nil {
			return fmt.Errorf("store lost %d to %d: %w", l.First, l.Last, err)
		}
	}
	if err := p.advance(e, fresh); err != nil {
		return fmt.Errorf("advance from seq %d: %w", start, err)
	}
	if _, err := p.saveEpoch.ExecContext(p.ctx, e.through, e.highest, e.stored, e.lost, e.duplicates, e.id); err != nil {
		return fmt.Errorf("save epoch: %w", err)
	}
	if _, err := p.setLive.ExecContext(p.ctx, e.node, d.Batch.Stream, e.id); err != nil {
		return fmt.Errorf("save live epoch: %w", err)
	}
	if len(fresh) == 0 {
		return nil
	}
	if _, err := p.tx.ExecContext(p.ctx, `UPDATE nodes SET last_record = ? WHERE id = ?`, p.received.UnixMilli(), e.node); err != nil {
		return fmt.Errorf("save node: %w", err)
	}
	return nil
}

func (p *putter) storeRecord(e *epochRow, stream record.Stream, r record.Record) error {
	if e.lost > 0 && r.Seq <= e.highest {
		lost, err := p.coveredFrom(e.id, r.Seq)
		if err != nil {
			return err
		}
		if lost != 0 {
			e.lost-- // it was thought lost and has come after all
		}
	}
	data := compact(r.Data)
	_, err := p.addRecord.ExecContext(p.ctx, e.id, r.Seq, r.Type, r.Source, r.Time.UnixMilli(), r.Clock, r.Boot, r.Mono, data,
		p.received.UnixMilli())
	if err != nil {
		return err
	}
	e.stored++
	e.highest = max(e.highest, r.Seq)
	if stream == record.Telemetry {
		return p.indexMeasurement(e, r)
	}
	return p.indexEvent(e, r)
}

// asStored are the new records of a delivery as a reader will get them.
func (p *putter) asStored(d Delivery, fresh []record.Record) []Record {
	if len(fresh) == 0 {
		return nil
	}
	stored := make([]Record, len(fresh))
	for i, r := range fresh {
		r.Data = compact(r.Data)
		stored[i] = Record{
			Station: d.From.Station, Node: d.From.Node, Epoch: d.Batch.Epoch, Stream: d.Batch.Stream,
			Received: p.received, Record: r,
		}
	}
	return stored
}

// scanRecord reads recordColumns, after any leading columns. Station, node, epoch and stream are left to the caller.
func scanRecord(row interface{ Scan(...any) error }, leading ...any) (r Record, err error) {
	var at, received sql.NullInt64
	var data []byte
	err = row.Scan(append(leading, &r.Seq, &r.Type, &r.Source, &at, &r.Clock, &r.Boot, &r.Mono, &data, &received)...)
	r.Time, r.Received, r.Data = fromMillis(at), fromMillis(received), json.RawMessage(data)
	return r, err
}

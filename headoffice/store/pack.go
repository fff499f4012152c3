package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// pack turns records that an earlier version of this program stored one by one into batches. Each batch is a
// transaction, so that it may be interrupted, and goes on with the next start.
func (s *Store) pack(ctx context.Context) error {
	h := s.handles.Load()
	var exists bool
	err := h.writer.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'loose')`).Scan(&exists)
	if err != nil || !exists {
		return err
	}
	said, packed := time.Now(), 0
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := s.packSome(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if packed += n; time.Since(said) > 10*time.Second {
			s.log.Info("records stored by an earlier version are packed into batches", "done", packed)
			said = time.Now()
		}
	}
	return s.packed(ctx)
}

// inside runs fn in a transaction while the database is being opened.
func (s *Store) inside(ctx context.Context, fn func(w *work) error) error {
	h := s.handles.Load()
	tx, err := h.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // changes nothing after the commit
	if err := fn(&work{ctx: ctx, tx: tx, handles: h, store: s}); err != nil {
		return err
	}
	return tx.Commit()
}

// packSome packs at most one batch and returns how many records it has.
func (s *Store) packSome(ctx context.Context) (n int, err error) {
	err = s.inside(ctx, func(w *work) error {
		l, err := w.someLedger(`JOIN (SELECT epoch FROM loose LIMIT 1) o ON o.epoch = e.id`)
		if err != nil || l == nil {
			return err
		}
		records, received, err := w.loose(l.id)
		if err != nil {
			return err
		}
		n = len(records)
		b := record.Batch{Epoch: l.epoch, Stream: l.stream, Records: records}
		err = encode(b, func(some []record.Record, payload []byte) error {
			id, err := w.keep(l.id, some, received, payload)
			if err != nil {
				return err
			}
			return w.enlist(id, urgencyOf(l.stream, false), len(some))
		})
		if err != nil {
			return fmt.Errorf("%s/%s %s from seq %d: %w", l.from.Station, l.from.Node, l.stream, records[0].Seq, err)
		}
		for _, known := range runs(records, nil) {
			if err := w.know(l, known); err != nil {
				return err
			}
		}
		_, err = w.tx.ExecContext(ctx, `DELETE FROM loose WHERE epoch = ? AND seq BETWEEN ? AND ?`,
			l.id, records[0].Seq, records[n-1].Seq)
		return err
	})
	return n, err
}

// someLedger reads a row of epochs e; nil when there is none.
func (w *work) someLedger(join string, args ...any) (*ledger, error) {
	found, err := collect(w.ctx, w.tx, func(rows *sql.Rows) (*ledger, error) {
		l := &ledger{}
		return l, rows.Scan(&l.id, &l.epoch, &l.stream, &l.from.Station, &l.from.Node, &l.through, &l.highest, &l.stored,
			&l.lost, &l.earlier, &l.duplicates, &l.mark)
	}, `SELECT e.id, e.epoch, e.stream, s.name, n.name, e.through, e.highest, e.stored, e.lost, e.earlier, e.duplicates, e.mark
		FROM epochs e JOIN nodes n ON n.id = e.node JOIN stations s ON s.id = n.station `+join, args...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// loose reads the next records of an epoch that were received together.
func (w *work) loose(epoch int64) (records []record.Record, received int64, err error) {
	rows, err := w.tx.QueryContext(w.ctx, `SELECT seq, type, source, time, clock, boot, mono, data, received
		FROM loose WHERE epoch = ? ORDER BY seq LIMIT ?`, epoch, record.MaxBatchRecords)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var r record.Record
		var data []byte
		var at, arrived int64
		if err := rows.Scan(&r.Seq, &r.Type, &r.Source, &at, &r.Clock, &r.Boot, &r.Mono, &data, &arrived); err != nil {
			return nil, 0, err
		}
		if len(records) > 0 && arrived != received {
			break
		}
		r.Time, r.Data, received = time.UnixMilli(at).UTC(), data, arrived
		records = append(records, r)
	}
	return records, received, rows.Err()
}

// packed does what can be done once all records are packed: tombstones above through become islands, each epoch gets
// its mark, and the table of single records goes.
func (s *Store) packed(ctx context.Context) error {
	return s.inside(ctx, func(w *work) error {
		type gone struct {
			epoch int64
			span
		}
		above, err := collect(ctx, w.tx, func(rows *sql.Rows) (g gone, err error) {
			return g, rows.Scan(&g.epoch, &g.first, &g.last)
		}, `SELECT l.epoch, l.first, l.last FROM lost l JOIN epochs e ON e.id = l.epoch WHERE l.last > e.through`)
		if err != nil {
			return err
		}
		for _, g := range above {
			l, err := w.someLedger(`WHERE e.id = ?`, g.epoch)
			if err != nil {
				return err
			}
			if err := w.know(l, span{max(g.first, l.through+1), g.last}); err != nil {
				return err
			}
		}
		var after int64
		for {
			l, err := w.someLedger(`WHERE e.id > ? AND e.through > 0 AND e.mark = '' ORDER BY e.id LIMIT 1`, after)
			if err != nil {
				return err
			}
			if l == nil {
				break
			}
			after = l.id
			if r, ok, err := w.heldAt(l.id, l.through); err != nil {
				return err
			} else if ok {
				l.mark = r.Mark()
			}
			if err := w.exec(saveEpoch, l.through, l.highest, l.stored, l.lost, l.earlier, l.duplicates, l.mark, nil, l.id); err != nil {
				return err
			}
		}
		_, err = w.tx.ExecContext(ctx, `DROP TABLE loose`)
		return err
	})
}
